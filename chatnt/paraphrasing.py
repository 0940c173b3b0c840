"""Ask an answered question again in other words."""

import dataclasses
import html
import random
from collections.abc import Sequence
from typing import Protocol

import pandas as pd

from chatnt.conversation import Answer
from chatnt.errors import AnswerError, OutOfScopeError, PlaceholderError, TaskError
from chatnt.metrics import as_text
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task

MOSTLY = 0.8
"""Share of the wordings that have to state the same label for an answer to count as mostly steady."""

NARROW, WIDE = 0.1, 0.25
"""Parts of a scale within which numbers count as steady, and as mostly steady."""


class Asks(Protocol):
    """Whatever can be asked, as `chatnt.Assistant` can."""

    def ask(self, question: str, sequences: DNA, *, task: str | None = None) -> Answer:
        """Answer a question about a sequence."""
        ...


@dataclasses.dataclass(frozen=True)
class Paraphrase:
    """Hold what a pair answers to the same question in other words.

    Attributes
    ----------
    first
        The answer that was to be checked.
    answers
        One for each other wording.
    unseen
        For each of them, whether no pair is trained on its wording.
    """

    first: Answer
    answers: tuple[Answer, ...]
    unseen: tuple[bool, ...]

    @property
    def task(self) -> Task:
        """What was asked."""
        return get_task(str(self.first.task))

    @property
    def stated(self) -> tuple[str | float | None, ...]:
        """The label or the number that each of `answers` states; `None` where it states none."""
        return tuple(_stated(self.task, answer) for answer in self.answers)

    @property
    def label(self) -> str | None:
        """The label that the first answer states; if it states none or was withheld, its likeliest."""
        stated = _stated(self.task, self.first)
        if self.task.scale or isinstance(stated, str):
            return None if self.task.scale else str(stated)
        chances = {} if self.task.kind == "multilabel" else self.first.probabilities
        return max(chances, key=chances.__getitem__, default=None)

    @property
    def same(self) -> int:
        """How many of `answers` state `label`, or any number if a number is asked for."""
        if self.task.scale:
            return len(self.numbers)
        return 0 if self.label is None else sum(one == self.label for one in self.stated)

    @property
    def numbers(self) -> list[float]:
        """What can be averaged over `answers`.

        For a task that asks for a number, the numbers that are stated; else the probability of
        `label`, wherever it is known.
        """
        if self.task.scale:
            return [one for one in self.stated if isinstance(one, float)]
        chances = [self._chance(answer) for answer in self.answers]
        return [chance for chance in chances if chance is not None]

    @property
    def mean(self) -> float | None:
        """Mean of `numbers`; `None` if there are none."""
        return sum(self.numbers) / len(self.numbers) if self.numbers else None

    @property
    def spread(self) -> tuple[float, float] | None:
        """The least and the greatest of `numbers`; `None` if there are none."""
        return (min(self.numbers), max(self.numbers)) if self.numbers else None

    @property
    def verdict(self) -> str:
        """What a user should make of it, in a sentence."""
        return self._verdict_on_number() if self.task.scale else self._verdict_on_label()

    def to_frame(self) -> pd.DataFrame:
        """Return one row per wording, the first answer's at the top.

        The columns are ``question``, ``unseen`` (missing for the first), ``answer``, ``stated`` and
        ``probability`` (of what is stated).
        """
        rows = [
            (a.question.text, unseen, a.text, _stated(self.task, a), a.probability)
            for a, unseen in zip((self.first, *self.answers), (None, *self.unseen), strict=True)
        ]
        return pd.DataFrame(rows, columns=["question", "unseen", "answer", "stated", "probability"])

    def __repr__(self) -> str:
        return f"Paraphrase({self.verdict})"

    def __str__(self) -> str:
        lines = [f"{said:>24}  {question}" for said, question in self._lines()]
        return "\n".join([self.verdict, *lines])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td style='text-align:left'>{html.escape(question)}</td><td>{html.escape(said)}</td></tr>"
            for said, question in self._lines()
        )
        return f"<div>{html.escape(self.verdict)}</div><table><tbody>{rows}</tbody></table>"

    def _chance(self, answer: Answer) -> float | None:
        label = self.label
        if label is None or label in answer.probabilities:
            return None if label is None else answer.probabilities[label]
        return answer.probability if _stated(self.task, answer) == label else None

    def _verdict_on_label(self) -> str:
        wanted, count = self.label, len(self.answers)
        if wanted is None:
            parsed = sum(one is not None for one in self.stated)
            return f"The first answer states no label; {parsed} of {count} other wordings have one stated."
        share = self.same / count
        word = "Steady" if share == 1 else "Mostly steady" if share >= MOSTLY else "Unsteady"
        found = f"{word}: {self.same} of {count} other wordings state {wanted or 'none of the labels'}"
        if self.mean is not None and self.spread is not None:
            low, high = self.spread
            found += f"; its probability is {self.mean:.2f} on average ({low:.2f} to {high:.2f})"
        return found + (". Do not rely on this answer." if word == "Unsteady" else ".")

    def _verdict_on_number(self) -> str:
        scale, count = self.task.scale, len(self.answers)
        if scale is None or self.mean is None or self.spread is None:
            return f"Unsteady: none of {count} other wordings has a number stated."
        low, high = self.spread
        part = (high - low) / (scale.high - scale.low)
        word = "Steady" if part <= NARROW else "Mostly steady" if part <= WIDE else "Unsteady"
        if self.same < MOSTLY * count:
            word = "Unsteady"
        found = (
            f"{word}: {self.same} of {count} other wordings have a number stated, {scale.write(self.mean)} "
            f"on average ({scale.write(low)} to {scale.write(high)}, {part:.0%} of the scale)"
        )
        return found + (". Do not rely on this answer." if word == "Unsteady" else ".")

    def _lines(self) -> list[tuple[str, str]]:
        """Return what each answer states, and the question."""
        lines = []
        for answer in (self.first, *self.answers):
            stated = _stated(self.task, answer)
            said = (
                "states nothing" if stated is None else "none of the labels" if stated == "" else str(stated)
            )
            chance = "" if answer.probability is None else f" {answer.probability:.2f}"
            lines.append((said + chance, answer.question.text))
        return lines


def paraphrase(pair: Asks, answer: Answer, *, wordings: int = 10, seed: int = 0) -> Paraphrase:
    """Ask an answered question again in other words, about the same sequence.

    Half of the wordings are ones that no pair is trained on, as far as the task has so many; none is
    the one that was asked. Each is asked alone, without the earlier turns of a conversation.

    Parameters
    ----------
    pair
        An assistant.
    answer
        What it answered.
    wordings
        How many others, chosen by `seed`; all of them if the task has no more.
    seed
        Chooses them.

    Returns
    -------
    Paraphrase

    Raises
    ------
    AnswerError
        If it is not known what task the question was about.
    OutOfScopeError
        If the pair refused the question.
    PlaceholderError
        If the question was about several sequences, or none.
    TaskError
        If the task has no other wording.
    UnknownTaskError
        If the task is not known any more.
    ValueError
        If no wording is asked for.

    Examples
    --------
    >>> chat = chatnt.load()  # doctest: +SKIP
    >>> print(paraphrase(chat, chat.ask("Is there a TATA promoter in <DNA>?", dna)))  # doctest: +SKIP
    Steady: 10 of 10 other wordings state promoter; its probability is 0.91 on average (0.88 to 0.94).
    """
    if wordings < 1:
        raise ValueError(f"wordings={wordings}: give at least one.")
    question = answer.question
    if not answer.in_scope:
        raise OutOfScopeError(
            f"The question {question.text!r} is outside the tasks of this pair, which have wordings; there "
            "is no other way to ask it."
        )
    if answer.task is None:
        raise AnswerError(
            f"It is not known what task the question {question.text!r} is about; ask it again with task=..."
        )
    if len(question.sequences) != 1:
        raise PlaceholderError(
            f"The question is about {len(question.sequences)} sequences; "
            "the wordings of a task are about one."
        )
    chosen = _chosen(get_task(answer.task), question.text, wordings, seed)
    asked = [pair.ask(text, question.sequences[0], task=answer.task) for text, _ in chosen]
    return Paraphrase(answer, tuple(asked), tuple(unseen for _, unseen in chosen))


def _chosen(task: Task, asked: str, wordings: int, seed: int) -> list[tuple[str, bool]]:
    """Return wordings, and whether they are unseen; those first."""
    unseen = _others(task.questions.test, [asked])
    known = _others(task.questions.train, [asked, *unseen])
    if not unseen + known:
        raise TaskError(f"{task.name} has no wording of its question other than {asked!r}.")
    rng = random.Random(f"{seed}/{task.name}/{asked}")
    rng.shuffle(unseen)
    rng.shuffle(known)
    half = max((wordings + 1) // 2, wordings - len(known))
    chosen = [(text, True) for text in unseen[:half]]
    return chosen + [(text, False) for text in known[: wordings - len(chosen)]]


def _others(texts: Sequence[str], asked: Sequence[str]) -> list[str]:
    taken = {_plain(text) for text in asked}
    return [text for text in sorted(set(texts)) if _plain(text) not in taken]


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _stated(task: Task, answer: Answer) -> str | float | None:
    if answer.abstained:
        return None  # though it names the label that it withholds
    try:
        found = task.parse(answer.text)
    except AnswerError:
        return None
    return found if isinstance(found, float) else as_text(found)
