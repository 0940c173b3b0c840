"""A task of your own, from a table of sequences and what was measured for them."""

import dataclasses
import html
import math
import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatnt.errors import TaskError
from chatnt.sequence import DNA
from chatnt.tasks.base import Kind, Task, Truth
from chatnt.tasks.columns import Column, cells_of, read_table, truths_of
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.phrasing import check_wordings, phrase, quantity_of
from chatnt.tasks.sources import Splits
from chatnt.tasks.splitting import PARTS, Part, assign, clusters

if TYPE_CHECKING:
    import pandas as pd

_FEWEST = 10  # different sequences
_METRICS: dict[Kind, str] = {
    "binary": "mcc",
    "multiclass": "mcc",
    "multilabel": "f1",
    "regression": "pearson",
}


@dataclasses.dataclass(frozen=True)
class TaskData:
    """Hold a task and its data in three parts, none of which shares a sequence with another.

    Attributes
    ----------
    task
        `chatnt.register_task` makes it known by its name.
    train, validation, test
        Sequences and what is true of them.
    report
        What was done with the rows, in sentences.
    """

    task: Task
    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    test: tuple[Example, ...]
    report: tuple[str, ...]

    @property
    def splits(self) -> Splits:
        """The three parts, as `chatnt.evaluate` (by the task's name) and `chatnt.calibrate` take them."""
        return Splits(*(Examples.of(self.task, getattr(self, part)) for part in PARTS))

    def to_frame(self) -> "pd.DataFrame":
        """Return all examples as a table with the columns ``sequence``, ``label`` and ``split``."""
        import pandas as pd

        rows = [(*example, part) for part in PARTS for example in getattr(self, part)]
        return pd.DataFrame(rows, columns=["sequence", "label", "split"])

    def counts(self) -> "pd.DataFrame":
        """Return how many sequences each part has of each label, and of all."""
        import pandas as pd

        columns = {}
        for part in PARTS:
            examples = getattr(self, part)
            said = Counter(label for e in examples for label in _labels(e.label))
            columns[part] = [said[label] for label in self.task.labels] + [len(examples)]
        return pd.DataFrame(columns, index=[*self.task.labels, "all"])

    def __str__(self) -> str:
        report = "\n".join(f"- {line}" for line in self.report)
        return f"{self.task!r}\n\n{self.counts()}\n\n{report}"

    __repr__ = __str__

    def _repr_html_(self) -> str:
        report = "".join(f"<li>{html.escape(line)}</li>" for line in self.report)
        return f"<b>{html.escape(repr(self.task))}</b>{self.counts().to_html()}<ul>{report}</ul>"


class _Rows(NamedTuple):
    examples: list[Example]
    chromosomes: list[str]
    report: list[str]


def task_from_table(  # noqa: PLR0913 - a table, its columns, and how it is split
    table: "str | Path | pd.DataFrame",
    *,
    question: str | Sequence[str],
    sequence: str = "sequence",
    label: str = "label",
    name: str | None = None,
    title: str = "",
    kind: Kind | None = None,
    labels: Mapping[object, str] | Sequence[str] | None = None,
    chromosome: str | None = None,
    identity: float | None = None,
    validation: float = 0.1,
    test: float = 0.1,
    seed: int = 0,
    species: str = "species not stated",
    source: str = "",
    either_strand: bool = False,
) -> TaskData:
    """Make a task and its data from two columns of a table.

    Parameters
    ----------
    table
        A file (``.csv``, ``.tsv``, either also with ``.gz``, or ``.parquet``) or a DataFrame.
    question
        What to ask, with ``<DNA>`` where the sequence belongs; one wording or several. Forms such as
        "Is there a silencer in <DNA>?" or "What is the half-life of <DNA>?" are asked in many ways.
    sequence, label
        Names of the columns. In a multilabel column ``;`` stands between labels, and ``none``
        for none of them.
    name, title
        Of the task; by default the name of the file.
    kind
        By default: numbers are ``"regression"``, unless they are only 0 and 1; a ``;`` makes it
        ``"multilabel"``; two different values are ``"binary"``, more are ``"multiclass"``.
    labels
        The classes in their order, a binary task's negative one first; or a name for each value
        of the column, as in ``{0: "no silencer", 1: "silencer"}``.
    chromosome
        Column by which to split: no chromosome is in two parts.
    identity
        Split so that sequences that are alike, by at least this share of their bases (0.75 to 1) and
        on either strand, are in one part; see `chatnt.tasks.splitting.clusters`.
        With neither `chromosome` nor `identity` the split is random.
    validation, test
        Shares of the sequences.
    seed
        Decides the split.
    species, source
        Where the data come from, for the card.
    either_strand
        Whether the reverse complement of a sequence has the same label.

    Returns
    -------
    TaskData
        The task, its three parts, and a report. Equal sequences are one example: repeated
        numbers are averaged, and sequences with different labels are left out; the report says so.

    Raises
    ------
    TaskError
        If a column is not there, a cell is empty, there are too few sequences, the labels do not
        fit the kind, or a split is not possible.
    SequenceError
        If a cell is no DNA; the message names its row.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({"sequence": ["ACGT" * 5 + "ACGT"[i % 4] * i for i in range(40)],
    ...                       "label": ["silencer", "none"] * 20})
    >>> mine = task_from_table(table, question="Is there a silencer in <DNA>?", name="silencers")
    >>> mine.task.labels, len(mine.train), len(mine.test)
    (('none', 'silencer'), 32, 4)
    >>> mine.task.parse("Yes, there is a silencer in this sequence.")
    'silencer'
    """
    if chromosome is not None and identity is not None:
        raise TaskError("Give either chromosome or identity: a split goes by one of them.")
    columns = [sequence, label] if chromosome is None else [sequence, label, chromosome]
    frame = read_table(table, columns)
    column = truths_of(cells_of(frame, label), label, kind, labels)
    chromosomes = [] if chromosome is None else _chromosomes(cells_of(frame, chromosome))
    rows = _distinct(_sequences(cells_of(frame, sequence)), column, chromosomes)
    _check_enough(rows.examples, column)
    groups, how = _groups(rows, identity)
    parts = assign(groups, validation=validation, test=test, seed=seed)
    name = name or _name_of(table)
    length = max(len(example.sequence) for example in rows.examples)
    questions = [question] if isinstance(question, str) else list(question)
    scale = column.scale
    if scale and (quantity := quantity_of(questions)):
        scale = dataclasses.replace(scale, quantity=quantity)
    words = phrase(questions, column.kind, column.labels, scale=scale, positive=column.positive)
    title = title or name.replace("_", " ")
    task = Task(
        name=name,
        title=title,
        kind=column.kind,
        labels=column.labels,
        length=length,
        window=_window(rows.examples, length),
        species=species,
        metric=_METRICS[column.kind],
        either_strand=either_strand,
        source=source or (str(Path(table).name) if isinstance(table, str | Path) else "a table of your own"),
        questions=words.questions,
        answers=words.answers,
        patterns=words.patterns,
        caption=(scale.quantity if scale else title, {label: label for label in column.labels}),
        scale=scale,
    )
    check_wordings(task)
    return _in_parts(task, rows, parts, how)


def _in_parts(task: Task, rows: _Rows, parts: Sequence[Part], how: str) -> TaskData:
    found: dict[Part, list[Example]] = {part: [] for part in PARTS}
    for example, part in zip(rows.examples, parts, strict=True):
        found[part].append(example)
    report = [*rows.report, how]
    for part, examples in found.items():
        there = {label for example in examples for label in _labels(example.label)}
        missing = [label for label in task.labels if label not in there]
        if missing:
            report.append(
                f"No sequence of the {part} part has the label {' or '.join(missing)}: "
                "another seed or split may do better."
            )
    train, held, tested = (tuple(found[part]) for part in PARTS)
    return TaskData(task, train, held, tested, tuple(report))


def _labels(truth: Truth) -> tuple[str, ...]:
    if isinstance(truth, tuple):
        return truth
    return (truth,) if isinstance(truth, str) else ()


def _sequences(cells: Sequence[object]) -> list[str]:
    empty = [i for i, cell in enumerate(cells) if not isinstance(cell, str) or not cell.strip()]
    if empty:
        raise TaskError(f"There is no sequence in {_rows_of(empty)}; fill them, or drop these rows.")
    return [DNA(str(cell), name=f"in row {i + 1}").sequence for i, cell in enumerate(cells)]


def _chromosomes(cells: Sequence[object]) -> list[str]:
    empty = [i for i, cell in enumerate(cells) if cell is None]
    if empty:
        raise TaskError(f"There is no chromosome in {_rows_of(empty)}; fill them, or drop these rows.")
    return [str(cell) for cell in cells]


def _rows_of(indices: Sequence[int]) -> str:
    shown = ", ".join(str(i + 1) for i in indices[:5])
    more = f" and {len(indices) - 5:,} more" if len(indices) > 5 else ""
    return f"row {shown}" if len(indices) == 1 else f"the rows {shown}{more}"


def _distinct(sequences: list[str], column: Column, chromosomes: list[str]) -> _Rows:
    """Make one example of each sequence."""
    rows: dict[str, list[int]] = defaultdict(list)
    for i, letters in enumerate(sequences):
        rows[letters].append(i)
    examples, places, torn = [], [], []
    for letters, same in rows.items():
        truths = [column.truths[i] for i in same]
        if column.kind == "regression":
            examples.append(Example(letters, math.fsum(map(float, truths)) / len(truths)))  # type: ignore[arg-type]
        elif len(set(truths)) == 1:
            examples.append(Example(letters, truths[0]))
        else:
            torn.append(same)
            continue
        places.append(same[0])
    report = [f"{len(sequences):,} rows, {len(rows):,} different sequences."]
    repeated = len(sequences) - len(rows)
    if repeated and column.kind == "regression":
        report.append(f"{repeated:,} rows repeat a sequence: their numbers were averaged.")
    if torn:
        report.append(
            f"{len(torn):,} sequences have rows with different labels and were left out, "
            f"the first in {_rows_of(torn[0])}."
        )
    return _Rows(examples, [chromosomes[i] for i in places] if chromosomes else [], report)


def _check_enough(examples: Sequence[Example], column: Column) -> None:
    if len(examples) < _FEWEST:
        raise TaskError(
            f"There are {len(examples)} different sequences with a clear label; "
            f"a task needs at least {_FEWEST}."
        )
    counts = Counter(label for example in examples for label in _labels(example.label))
    rare = [f"{label} ({counts[label]})" for label in column.labels if counts[label] < len(PARTS)]
    if rare:
        raise TaskError(
            f"Too few sequences have the label {', '.join(rare)}; each of the three parts needs one. "
            "Join it with another label, or drop its rows."
        )


def _groups(rows: _Rows, identity: float | None) -> tuple[Sequence[object], str]:
    if rows.chromosomes:
        return rows.chromosomes, f"Split by {len(set(rows.chromosomes)):,} chromosomes."
    sequences = [example.sequence for example in rows.examples]
    if identity is None:
        return sequences, "Split at random, each sequence for itself; similar ones may be in two parts."
    found = clusters(sequences, identity)
    largest = max(Counter(found).values())
    return found, (
        f"Split by {len(set(found)):,} clusters of sequences at about {identity:.0%} identity or more, "
        f"the largest of {largest:,}."
    )


def _name_of(table: "str | Path | pd.DataFrame") -> str:
    if not isinstance(table, str | Path):
        raise TaskError("A DataFrame has no name for the task; give one, as in name='silencers'.")
    return re.sub(r"\W+", "_", Path(table).name.split(".")[0]).strip("_").lower()


def _window(examples: Sequence[Example], longest: int) -> str:
    shortest = min(len(example.sequence) for example in examples)
    return f"{longest:,} bases" if shortest == longest else f"{shortest:,} to {longest:,} bases"
