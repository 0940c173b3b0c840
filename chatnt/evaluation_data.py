"""The rows that an evaluation asks about: from a folder, or as they are handed over."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from chatnt.errors import DataError, DataNotFoundError
from chatnt.tasks import Task
from chatnt.tasks.examples import Examples
from chatnt.tasks.overlap import without_overlap
from chatnt.tasks.sources import Example, Splits, data_folder, read_examples

Part = Literal["train", "validation", "test"]
Data = Mapping[str, Sequence[Example] | Splits]


class TaskRows(NamedTuple):
    """Hold the rows of a task to ask about, and those to train on, if there are any."""

    task: Task
    rows: Sequence[Example]
    known: Sequence[Example]
    simulated: bool

    @property
    def filled(self) -> float | None:
        """The number that stands for an answer that states none."""
        if not self.task.scale or not self.known:
            return None
        return sum(float(e.label) for e in self.known) / len(self.known)  # type: ignore[arg-type]


def read_rows(
    tasks: Mapping[str, Task],
    data: "str | Path | Data | None",
    split: Part,
    seed: int,
    *,
    each: bool,
) -> dict[str, TaskRows]:
    """Read the rows of one part of the data, and those to train on that are not among them.

    Parameters
    ----------
    tasks
        By their names.
    data, split, seed
        As in `chatnt.evaluate`.
    each
        Whether every task must have data; otherwise those without are left out.

    Raises
    ------
    DataNotFoundError
        If there is no folder, or no table of a task that must have one, or none at all.
    DataError
        If there are no rows, a label is wrong, or a mapping lacks a task.
    ValueError
        If validation rows are asked of a folder, or `data` is neither a folder nor a mapping.
    """
    if isinstance(data, Mapping):
        given = _handed(tasks, data, split)
    elif data is not None and not isinstance(data, str | Path):
        raise ValueError(
            f"data is a {type(data).__name__}; expected a folder, or a mapping from the names of tasks to "
            "examples, such as {'h3': [('ACGT', 'H3 signal'), ...]}."
        )
    else:
        given = _found(tasks, data, split, seed, each=each)
    empty = [name for name, part in given.items() if not len(part.rows)]
    if empty or not given:
        raise DataError(
            f"There are no rows of {', '.join(empty) or 'any task of the scope'} in the split {split!r}; "
            "give data that have some, or other tasks."
        )
    return given


def _handed(tasks: Mapping[str, Task], data: Data, split: Part) -> dict[str, TaskRows]:
    missing = [name for name in tasks if name not in data]
    if missing:
        raise DataError(
            f"No data of {', '.join(missing)} were given; there are {', '.join(data) or 'none'}. "
            "Add examples under these names, or leave the tasks out."
        )
    found = {}
    for name, task in tasks.items():
        part = data[name]
        if isinstance(part, Splits):
            known = part.train if split == "validation" else [*part.train, *part.validation]
            rows = getattr(part, split)
        else:
            known, rows = (), part if isinstance(part, Examples) else Examples.of(task, part)
        found[name] = TaskRows(task, rows, () if split == "train" else known, False)
    return found


def _found(
    tasks: Mapping[str, Task], data: str | Path | None, split: Part, seed: int, *, each: bool
) -> dict[str, TaskRows]:
    simulated = data == "simulated"
    if split == "validation":
        raise ValueError(
            "Tables hold the splits 'train' and 'test'; validation rows are set aside from training rows. "
            "Give data={name: Splits}, the parts that the pair was trained with (see "
            "chatnt.tasks.sources.read_splits)."
        )
    if not simulated and str(data).partition(":")[0] != "hub":
        data = data_folder(data)
    rows, failed = {}, None
    for name, task in tasks.items():
        try:
            rows[name] = read_examples(task, split, data, seed=seed)
        except DataNotFoundError as error:
            if each:
                raise
            failed = error
    if not rows and failed:
        raise DataNotFoundError(f"There are no data of any task of the scope. The last: {failed}") from failed
    known = {}
    for name in rows if split == "test" else ():
        try:
            known[name] = read_examples(tasks[name], "train", data, seed=seed)
        except DataNotFoundError:
            continue  # nothing to fit on, which a baseline that needs it says
    known, _ = without_overlap(known, rows)
    return {name: TaskRows(tasks[name], rows[name], known.get(name, ()), simulated) for name in rows}
