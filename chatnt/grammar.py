"""What may be written: the answers of a task as a tree of tokens that a decoder is held to."""

from collections.abc import Iterable, Sequence
from typing import Any

from chatnt.errors import TaskError
from chatnt.judging import Judge
from chatnt.tasks import Task
from chatnt.tasks.base import VALUE

MOST_NUMBERS = 100_000
"""Numbers that a tree may hold."""


class Grammar:
    """Hold which tokens may follow those that are written.

    Parameters
    ----------
    answers
        The tokens of each whole answer, with its end mark.

    Examples
    --------
    >>> grammar = Grammar([[5, 6, 0], [5, 7, 0]])
    >>> grammar.allowed([5]), grammar.allowed([5, 7]), grammar.allowed([5, 7, 0])
    ([6, 7], [0], [])
    """

    def __init__(self, answers: Iterable[Sequence[int]]) -> None:
        self._tree: dict[int, Any] = {}
        for answer in answers:
            node = self._tree
            for token in answer:
                node = node.setdefault(token, {})

    def allowed(self, written: Sequence[int]) -> list[int]:
        """Return the tokens that may come next; none after a whole answer, nor after anything else."""
        node = self._tree
        for token in written:
            node = node.get(token, {})
        return list(node)


def possible_answers(task: Task) -> list[str]:
    """Return every answer that a task allows.

    For labels these are the training sentences of each; for several at once, of every subset; for
    a number the shortest sentence with every number on the scale.

    Raises
    ------
    TaskError
        If there are too many of them.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> len(possible_answers(get_task("plant_promoter_leaf")))
    2001
    """
    if task.scale:
        scale, step = task.scale, 10**task.scale.decimals
        numbers = range(round(scale.low * step), round(scale.high * step) + 1)
        if len(numbers) > MOST_NUMBERS:
            raise TaskError(
                f"{task.name} has {len(numbers):,} numbers on its scale, more than {MOST_NUMBERS:,}; its "
                "answers cannot be constrained."
            )
        sentence = min(task.answers[VALUE].train, key=len)
        return [sentence.format(value=scale.write(number / step)) for number in numbers]
    judge = Judge.of(task)
    if judge is None:
        raise TaskError(
            f"{task.name} has {len(task.labels)} labels that may hold at once, too many combinations to "
            "constrain its answers to."
        )
    return judge.answers
