"""What may be written: the answers of a task as a tree of tokens that a decoder is held to."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from torch import Tensor

from chatnt.errors import TaskError
from chatnt.judging import Judge
from chatnt.tasks import Task
from chatnt.tasks.base import VALUE, enumerated

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

    def filter(self, begin: int, otherwise: int) -> Callable[[int, Tensor], list[int]]:
        """Return what `transformers` asks for the tokens that are allowed after a row of tokens.

        Parameters
        ----------
        begin
            Where the answer begins in the row.
        otherwise
            What is allowed where nothing may follow.
        """
        return lambda _, ids: self.allowed(ids[begin:].tolist()) or [otherwise]


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


def likely_sentences(task: Task) -> list[str]:
    """Return the sentences that a pair was taught to answer with, with some label or number in each.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> likely_sentences(get_task("plant_promoter_leaf"))[1]
    'The promoter strength for this sequence is -10.00.'
    """
    told = {"labels": enumerated(task.labels) if task.labels else "", "value": ""}
    if task.scale:
        told["value"] = task.scale.write(task.scale.low)
    return [text.format(**told) for wordings in task.answers.values() for text in wordings.train]
