"""The catalogue: every task that chatnt knows, as one table."""

import json
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from chatnt.errors import UnknownTaskError
from chatnt.tasks import all_tasks
from chatnt.tasks.base import Task

if TYPE_CHECKING:
    import pandas as pd

Wanted = str | Sequence[str] | None
"""One value of a filter, several of which one must fit, or `None` for all."""

_BUNDLED_SCOPE = Path(__file__).parents[1] / "pairs" / "mini" / "scope.json"
_COUNTS = ("length", "train", "test")
_RESULTS = ("baseline_result", "chatnt_result")


def list_tasks(
    *,
    kind: Wanted = None,
    species: Wanted = None,
    category: Wanted = None,
    benchmark: Wanted = None,
    metric: Wanted = None,
    search: str | None = None,
) -> "pd.DataFrame":
    """Return the tasks as a table that filters.

    All filters must fit. Each takes one value or several, of which one must fit.

    Parameters
    ----------
    kind
        ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
    species
        For example ``"human"``; a task of several species fits each of them.
    category
        ``"genomics"``, ``"transcriptomics"`` or ``"proteomics"``.
    benchmark
        ``"nt"``, ``"nt_revised"`` or ``"chatnt"``.
    metric
        For example ``"mcc"``.
    search
        Words that must all stand somewhere in the task's name, title, process, window,
        classes, species, source, citation or notes; upper and lower case are the same.

    Returns
    -------
    DataFrame
        One row per task, in the order of the catalogue: ``name, title, species, process,
        category, kind, classes, length`` (bases), ``window, train, test`` (sequences of the
        benchmark's splits), ``metric, baseline, baseline_result, chatnt_result`` (as published),
        ``benchmarks, bundled`` (whether the bundled pair was trained on it), ``source, citation,
        notes``. A number that nobody knows is missing, a text is empty.

    Raises
    ------
    UnknownTaskError
        If a value of a filter fits no task; the message names the values that there are.

    Examples
    --------
    >>> table = list_tasks(kind="multiclass", search="splice donor")
    >>> table.loc[table["name"] == "splice_sites_all", "classes"].item()
    'acceptor, donor, neither'
    """
    import pandas as pd

    tasks = list(all_tasks())
    filters: list[tuple[str, Wanted, Callable[[Task], Iterable[str]]]] = [
        ("kind", kind, lambda task: [task.kind]),
        ("species", species, species_of),
        ("category", category, lambda task: [task.record.category] if task.record else []),
        ("benchmark", benchmark, lambda task: task.record.benchmarks if task.record else []),
        ("metric", metric, lambda task: [task.metric]),
    ]
    chosen = tasks
    for name, wanted, values in filters:
        if wanted is not None:
            fitting = _fitting(tasks, name, wanted, values)
            chosen = [task for task in chosen if task in fitting]
    if search is not None:
        fitting = _mentioning(tasks, search)
        chosen = [task for task in chosen if task in fitting]
    bundled = bundled_tasks()
    rows = [_row(task) | {"bundled": task.name in bundled} for task in chosen]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    return table.astype(dict.fromkeys(_COUNTS, "Int64") | dict.fromkeys(_RESULTS, "float64"))


def bundled_tasks() -> tuple[str, ...]:
    """Return the names of the tasks that the bundled pair was trained on."""
    if not _BUNDLED_SCOPE.is_file():  # an installation without the pair
        return ()
    return tuple(json.loads(_BUNDLED_SCOPE.read_text(encoding="utf-8"))["tasks"])


_COLUMNS = [
    "name", "title", "species", "process", "category", "kind", "classes", "length", "window", "train", "test",
    "metric", "baseline", "baseline_result", "chatnt_result", "benchmarks", "bundled", "source", "citation",
    "notes",
]  # fmt: skip


_TEXTS = ("process", "category", "baseline", "benchmarks", "citation", "notes")


def _row(task: Task) -> dict[str, object]:
    row: dict[str, object] = {
        **dict.fromkeys(_TEXTS, ""),
        "name": task.name,
        "title": task.title,
        "species": task.species,
        "kind": task.kind,
        "classes": ", ".join(task.labels),
        "length": task.length,
        "window": task.window,
        "metric": task.metric,
        "source": task.source,
    }
    record = task.record
    if record is None:
        return row
    return row | {
        "process": record.process,
        "category": record.category,
        "train": record.train,
        "test": record.test,
        "baseline": record.baseline,
        "baseline_result": record.result(record.baseline) if record.baseline else None,
        "chatnt_result": record.result("ChatNT"),
        "benchmarks": ", ".join(record.benchmarks),
        "citation": record.citation,
        "notes": " ".join(record.notes),
    }


def species_of(task: Task) -> list[str]:
    """Return the species of a task, one by one: ``"human and mouse"`` are two."""
    named = re.sub(r"\(.*?\)", " ", task.species.lower())
    return [part.strip() for part in re.split(r"[,;]|\band\b|\bor\b", named) if part.strip()]


def _fitting(
    tasks: list[Task], name: str, wanted: str | Sequence[str], values: Callable[[Task], Iterable[str]]
) -> list[Task]:
    asked = {value.lower() for value in ([wanted] if isinstance(wanted, str) else wanted)}
    there = sorted({value for task in tasks for value in values(task)})
    unknown = sorted(asked - set(there))
    if unknown or not asked:
        raise UnknownTaskError(
            f"No task has the {name} {' or '.join(map(repr, unknown)) or 'of an empty list'}; "
            f"there are {', '.join(map(repr, there)) or 'none'}."
        )
    return [task for task in tasks if asked & set(values(task))]


def _mentioning(tasks: list[Task], search: str) -> list[Task]:
    words = search.lower().split()
    found = [task for task in tasks if all(word in _everything(task) for word in words)]
    if not found:
        raise UnknownTaskError(
            f"No task mentions {search!r}; give fewer words, or one of the names "
            f"{', '.join(task.name for task in tasks)}."
        )
    return found


def _everything(task: Task) -> str:
    said = [value for value in _row(task).values() if isinstance(value, str)]
    return " ".join(said).lower()
