"""What an attribution explains: one number made of the log-likelihoods of answers."""

import dataclasses
from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from chatnt.differentiable import Reach
from chatnt.errors import AnswerError, TaskError
from chatnt.judging import Judge
from chatnt.tasks import Task

ANSWER, FIRST_TOKEN, VALUE = "answer", "first_token", "value"
KEYWORDS = (ANSWER, FIRST_TOKEN, VALUE)
"""Targets that are no label: the whole answer, its first token, and the expected number."""

REST = "all others"
_WORDS = ("Yes", "No")


@dataclasses.dataclass(frozen=True)
class Target:
    """Hold what is computed.

    Attributes
    ----------
    name, against
        What is explained, and what it is compared with; empty for nothing.
    answers
        Sentences to score.
    reach
        How much of each is scored.
    reduce
        Makes Tensor of shape (rows,) of their log-likelihoods, of shape (rows, answers).
    unit
        Of the number.
    smooth
        Whether it has a gradient.
    """

    name: str
    against: str
    answers: tuple[str, ...]
    reach: Reach
    reduce: Callable[[Tensor], Tensor]
    unit: str
    smooth: bool = True


def resolve_target(
    task: Task | None,
    target: str | None,
    against: str | None,
    answer: Callable[[], str],
    *,
    sentences: int | None = None,
) -> Target:
    """Decide what is explained.

    Parameters
    ----------
    task
        What the question asks, if it is known.
    target, against, answer, sentences
        As in `chatnt.attribute`; `answer` is called only where an answer is needed.

    Raises
    ------
    AnswerError
        If the answer states no label, and no target is named.
    TaskError
        If the target is none of this task.
    """
    if target is None:
        target = usual_target(task, answer)
    if target == VALUE or (task is not None and task.scale and target not in KEYWORDS):
        return _number(task, target, against)
    if target in (ANSWER, FIRST_TOKEN):
        return _sentence(target, answer(), against)
    if task is None:
        return _beginning(target, against)
    return _label(task, target, against, sentences)


def settled_target(
    task: Task | None, target: str | None, found: Target, answer: Callable[[], str]
) -> dict[str, str | None]:
    """Return the target and the answer by which other sequences are explained for the same.

    Parameters
    ----------
    task, target, answer
        As in `resolve_target`.
    found
        What it returned.
    """
    if target is None:
        labels = (*task.labels, VALUE) if task else ()
        target = found.name if found.name in labels else ANSWER
    return {"target": target, "answer": answer() if target in (ANSWER, FIRST_TOKEN) else None}


def usual_target(task: Task | None, answer: Callable[[], str]) -> str:
    """Return the name of what is explained where none is given: the stated label, number or words.

    Raises
    ------
    AnswerError
        If the answer states no label.
    """
    if task is None:
        return ANSWER
    if task.scale:
        return VALUE
    text = answer()
    try:
        stated = task.parse(text)
    except AnswerError as error:
        raise AnswerError(
            f"The answer {text!r} states no label of {task.name}; name a target: {_choices(task)}."
        ) from error
    return stated if isinstance(stated, str) else ANSWER


def _sentence(target: str, text: str, against: str | None) -> Target:
    """Explain an answer, or its first token, against another."""
    reach: Reach = "whole" if target == ANSWER else "first"
    first = "first token of " if target == FIRST_TOKEN else ""
    name, other = f"{first}{text!r}", "" if against is None else f"{first}{against!r}"
    return Target(name, other, *_compared(text, against, reach))


def _beginning(text: str, against: str | None) -> Target:
    """Explain the words with which an answer begins."""
    for words in (text, against):
        if words is not None and not words.strip():
            raise TaskError(
                "The target is empty; give the words with which an answer begins, such as 'Yes', or "
                f"{ANSWER!r} or {FIRST_TOKEN!r}."
            )
    other = "" if against is None else f"answers that begin with {against!r}"
    return Target(f"answers that begin with {text!r}", other, *_compared(text, against, "open"))


def _compared(
    text: str, against: str | None, reach: Reach
) -> tuple[tuple[str, ...], Reach, Callable[[Tensor], Tensor], str]:
    if against is None:
        return (text,), reach, lambda scores: scores[:, 0], "log-likelihood (natural log)"
    unit = "difference of log-likelihoods (natural log)"
    return (text, against), reach, lambda scores: scores[:, 0] - scores[:, 1], unit


def _number(task: Task | None, target: str, against: str | None) -> Target:
    """Explain the number that is expected."""
    if task is None or task.scale is None:
        what = f"{task.name} has labels" if task else "The task of the question is not known"
        told = _choices(task) if task else "task=..., one that asks for a number"
        raise TaskError(f"{what}, so there is no target {VALUE!r}; give {told}.")
    if target != VALUE or against is not None:
        given = f"target={target!r}" + ("" if against is None else f", against={against!r}")
        raise TaskError(
            f"{task.name} asks for a number, not for {given}; give target={VALUE!r} (the expected number) "
            f"alone, or {ANSWER!r} or {FIRST_TOKEN!r}."
        )
    judge = judge_for(task)
    points = torch.tensor([float(point) for point in judge.outcomes if isinstance(point, float)])

    def expected(scores: Tensor) -> Tensor:
        return judge.shares(scores) @ points.to(scores.device, torch.float64)

    return Target(VALUE, "", tuple(judge.answers), "whole", expected, task.scale.quantity)


def _label(task: Task, target: str, against: str | None, sentences: int | None) -> Target:
    """Explain the sentences that state one label against those of another, or of all others."""
    judge = judge_for(task, sentences)
    label = label_of(task, target)
    other = None if against is None else label_of(task, against)
    if label == other:
        raise TaskError(f"The target and what it is against are both {label!r}; give two labels.")
    if other is not None and task.kind == "multilabel":
        raise TaskError(
            f"Several labels of {task.name} may hold at once, so one is explained against its absence; "
            "leave `against` out."
        )
    stated = [holds(outcome, label) for outcome in judge.outcomes]
    rest = [not each for each in stated]
    if other is not None:
        rest = [holds(outcome, other) for outcome in judge.outcomes]
    sizes = [len(texts) for texts in judge.sentences]

    def log_odds(scores: Tensor) -> Tensor:
        parts = torch.stack([part.logsumexp(1) for part in scores.double().split(sizes, dim=1)], dim=1)
        return parts[:, stated].logsumexp(1) - parts[:, rest].logsumexp(1)

    compared = _only(task, label) if other is None else other
    return Target(label, compared, tuple(judge.answers), "whole", log_odds, "log-odds (natural log)")


def _only(task: Task, label: str) -> str:
    """Return the one other label, or how all others are called."""
    others = [each for each in task.labels if each != label]
    if task.kind == "multilabel":
        return f"no {label}"
    return others[0] if len(others) == 1 else REST


def holds(outcome: object, label: str) -> bool:
    """Return whether a label holds where an outcome of a judge is true."""
    return label in outcome if isinstance(outcome, tuple) else outcome == label


def judge_for(task: Task, sentences: int | None = None) -> Judge:
    """Return the judge of a task.

    Raises
    ------
    TaskError
        If too many labels may hold at once.
    """
    judge = Judge.of(task, sentences=sentences)
    if judge is None:
        raise TaskError(
            f"{task.name} has {len(task.labels)} labels that may hold at once, and their combinations are "
            f"too many to score; give target={ANSWER!r} or {FIRST_TOKEN!r}."
        )
    return judge


def label_of(task: Task, name: str) -> str:
    """Return the label of a name, or of the word with which its sentences begin.

    Raises
    ------
    TaskError
        If there is none, or more than one.
    """
    if name in task.labels:
        return name
    if meant := [label for label in task.labels if name in _WORDS and _begins(task, label, name)]:
        if len(meant) == 1:
            return meant[0]
        raise TaskError(
            f"{name!r} begins answers of {task.name} that state {' or '.join(meant)}; name one of these."
        )
    raise TaskError(f"{task.name} has no target {name!r}; give {_choices(task)}.")


def _begins(task: Task, label: str, word: str) -> bool:
    stated: Sequence[str] = task.answers[label].train if label in task.answers else ()
    return any(text.replace(",", " ").split()[0] == word for text in stated)


def _choices(task: Task) -> str:
    known = [ANSWER, FIRST_TOKEN, *([VALUE] if task.scale else task.labels)]
    words = [w for w in _WORDS if sum(_begins(task, label, w) for label in task.labels) == 1]
    *most, last = map(repr, known + words)
    return f"{', '.join(most)} or {last}"
