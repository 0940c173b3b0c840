"""Rows whose answer is known and that a pair answers right: what maps can be tested on."""

import itertools
import random
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import AnswerError, DataError, TaskError
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.base import VALUE, Truth
from chatnt.tasks.simulation import Element, Simulated, simulate
from chatnt.tasks.sources import Example, Splits

Data = Sequence[Example] | Sequence[Simulated] | Splits
_SPARE = 4  # simulated rows for each that is wanted: some are of another label or answered wrong


class KnownRow(NamedTuple):
    """Hold a sequence, what is true of it, and what was planted in it."""

    sequence: str
    label: Truth
    elements: tuple[Element, ...] = ()

    @property
    def target(self) -> str:
        """What a map of this row explains: its label, or the number."""
        return self.label if isinstance(self.label, str) else VALUE


def choose_rows(  # noqa: PLR0913 - which rows, and how they are asked about
    engine: Engine,
    task: Task,
    data: Data | None,
    *,
    question: str,
    label: str | None = None,
    count: int = 20,
    seed: int = 0,
    batch_size: int = 32,
) -> list[KnownRow]:
    """Choose rows that are answered right.

    Parameters
    ----------
    engine
        Who answers.
    task
        What is asked.
    data
        Rows, or all parts of the data, of which the test part is used; `None` simulates a test part.
    question
        The wording, with one placeholder.
    label
        Take rows of this label alone.
    count
        How many, if there are as many.
    seed
        Chooses them.
    batch_size
        Questions at a time.

    Returns
    -------
    list of KnownRow
        Of a number all rows that were drawn, since it is not right or wrong.

    Raises
    ------
    DataError
        If no row is answered right.
    TaskError
        If the task has no such label, or several that may hold at once.
    ValueError
        If `count` is below one.
    """
    if count < 1:
        raise ValueError(f"count={count} must be at least 1.")
    if label is not None and label not in task.labels:
        raise TaskError(
            f"{task.name} has no label {label!r}; give one of {', '.join(task.labels) or 'none'}."
        )
    if task.kind == "multilabel":
        raise TaskError(
            f"Several labels of {task.name} may hold at once, so a row has no single target; explain "
            "them one by one with chatnt.attribute."
        )
    some = _drawn(task, data, label, count, seed)
    right = some if task.scale else _right(engine, task, some, question, max(1, min(batch_size, count)))
    if chosen := list(itertools.islice(right, count)):
        return chosen
    told = f" of the label {label!r}" if label else ""
    raise DataError(f"Of {task.name} there is no row{told} that the pair answers right; give other rows.")


def _drawn(task: Task, data: Data | None, label: str | None, count: int, seed: int) -> Iterator[KnownRow]:
    if data is None:
        made = simulate(task, _SPARE * count * max(1, len(task.labels)), split="test", seed=seed)
        rows = [KnownRow(one.sequence, one.label, one.elements) for one in made]
    else:
        given = data.test if isinstance(data, Splits) else data
        rows = [KnownRow(one.sequence, one.label, getattr(one, "elements", ())) for one in given]
    order = random.Random(f"{seed}/{task.name}/known").sample(range(len(rows)), len(rows))
    return (rows[i] for i in order if label is None or rows[i].label == label)


def _right(
    engine: Engine, task: Task, rows: Iterator[KnownRow], question: str, batch_size: int
) -> Iterator[KnownRow]:
    while some := list(itertools.islice(rows, batch_size)):
        asked = [[Turn(Question(question, (DNA(row.sequence),)))] for row in some]
        texts = engine.generate(asked, batch_size=batch_size)
        yield from (row for row, text in zip(some, texts, strict=True) if _states(task, text, row.label))


def _states(task: Task, text: str, label: Truth) -> bool:
    try:
        return task.parse(text) == label
    except AnswerError:
        return False
