"""What is known of an answer beside its words: label or number, probabilities, and how far to trust them."""

import dataclasses
import functools
import random
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from chatnt.conversation import MAX_NEW_TOKENS, Answer, Turn
from chatnt.engine import Engine
from chatnt.errors import AnswerError, TaskError
from chatnt.grammar import likely_sentences, possible_answers
from chatnt.judging import Judge
from chatnt.prompts import Prompts
from chatnt.scoring import LIKELIHOOD, judge_of, shares_of
from chatnt.tasks import Task
from chatnt.tasks.base import Truth, enumerated

if TYPE_CHECKING:
    from chatnt.calibration import Calibration

_LIKELY = 0.5  # from which on a label of several holds


class Readings:
    """Read how likely a pair finds the possible answers to questions of one task; each set of them once.

    Parameters
    ----------
    engine
        Scores answers.
    task
        What is asked.
    conversations
        The last turn's answer of each is judged.
    soft_tokens
        What `Engine.read_each` gave, if the DNA has been encoded already.
    """

    def __init__(
        self,
        engine: Engine,
        task: Task,
        conversations: Sequence[Sequence[Turn]],
        soft_tokens: Tensor | None = None,
    ) -> None:
        self.engine, self.task = engine, task
        self.conversations, self.soft_tokens = conversations, soft_tokens
        self._shares: dict[tuple[str, int | None], NDArray[np.float64]] = {}

    @functools.cached_property
    def prompts(self) -> Prompts | None:
        """The prompts as the decoder has read them, once for all that is asked of it."""
        return self.engine.read_prompts(self.conversations, soft_tokens=self.soft_tokens)

    def write(self, *, constrained: bool = False, max_new_tokens: int = MAX_NEW_TOKENS) -> list[str]:
        """Let the pair write its answers, if `constrained` only those that state what the task asks for."""
        told: dict[str, Any] = {"soft_tokens": self.soft_tokens, "max_new_tokens": max_new_tokens}
        told["batch_size"] = len(self.conversations)
        if constrained:
            return self.engine.generate(self.conversations, answers=possible_answers(self.task), **told)
        drafts = self.engine.drafts(self.conversations[0], likely_sentences(self.task))
        return self.engine.generate(self.conversations, prompts=self.prompts, drafts=drafts, **told)

    def shares(self, score: str = LIKELIHOOD, sentences: int | None = None) -> NDArray[np.float64]:
        """Return the share of each label, or of each point of a number, of shape (questions, outcomes).

        Raises
        ------
        TaskError
            If too many labels may hold at once, or the score is for other kinds of tasks.
        """
        # A number is stated by one sentence, however many are asked for.
        key = score, None if self.task.scale else sentences
        if key not in self._shares:
            judge = judge_of(self.task, *key)
            told = {"soft_tokens": self.soft_tokens, "prompts": self.prompts}
            scores = self.engine.score_each(self.conversations, judge.answers, **told)
            self._shares[key] = shares_of(self.engine, judge, scores, self.conversations[0])
        return self._shares[key]

    def __getitem__(self, row: int) -> "Reading":
        """Return that of one question."""
        return Reading(self, row)


@dataclasses.dataclass(frozen=True)
class Reading:
    """Read how likely a pair finds the possible answers to one of several questions."""

    of: Readings
    row: int = 0

    @property
    def task(self) -> Task:
        """What is asked."""
        return self.of.task

    def shares(self, score: str = LIKELIHOOD, sentences: int | None = None) -> NDArray[np.float64]:
        """Return what `Readings.shares` does, of shape (1, outcomes)."""
        return self.of.shares(score, sentences)[self.row : self.row + 1]

    def corrected(self, calibration: "Calibration") -> NDArray:
        """Return what a calibration, which is known to be of these weights, makes of the answer."""
        shares = self.shares(calibration.score, calibration.sentences)
        return calibration.calibrator.apply(shares)[0]

    def label_probabilities(self, calibration: "Calibration | None" = None) -> dict[str, float]:
        """Return the probability of each label, corrected if there is a calibration."""
        chances = self.shares()[0] if calibration is None else self.corrected(calibration)
        return dict(zip(self.task.labels, chances.tolist(), strict=True))

    def estimated_value(self) -> float:
        """Return the number that the likelihoods suggest, see `chatnt.judging.Judge`."""
        judge = judge_of(self.task)
        points = np.array(judge.outcomes if isinstance(judge, Judge) else (), float)
        return round(float(self.shares()[0] @ points), self.task.scale.decimals + 1)  # type: ignore[union-attr]


def judged(answer: Answer, reading: Reading, calibrations: "Mapping[str, Calibration]") -> Answer:
    """Complete an answer by what it states, and by how likely that is.

    Parameters
    ----------
    answer
        Its text and its task.
    reading
        Of the same question.
    calibrations
        Of the task and of these weights, by what they give; whatever is missing stays as it is.
    """
    try:
        truth = reading.task.parse(answer.text)
    except AnswerError:
        truth = None
    known = _number if reading.task.scale else _labels
    return dataclasses.replace(answer, **known(truth, reading, calibrations))


def likeliest(reading: Reading, calibrations: "Mapping[str, Calibration]") -> str:
    """Return a sentence that states the likeliest label, the likely ones of several, or the estimated number.

    Parameters
    ----------
    reading
        Of a question.
    calibrations
        As in `judged`.

    Raises
    ------
    TaskError
        If too many labels may hold at once.
    """
    task = reading.task
    if task.scale:
        truth: Truth = reading.estimated_value()
    else:
        chances = reading.label_probabilities(calibrations.get("probabilities"))
        likely = tuple(label for label, chance in chances.items() if chance > _LIKELY)
        truth = likely if task.kind == "multilabel" else max(chances, key=chances.__getitem__)
    return task.answer(truth, "train", random.Random(0))


def abstaining(answer: Answer, least: float) -> Answer:
    """Withhold an answer whose probability is below `least`, or that states nothing.

    Raises
    ------
    ValueError
        If `least` is no probability.
    TaskError
        If the answer has no probability that could be too low: a number, or several labels at once.
    """
    if not 0 < least <= 1:
        raise ValueError(f"abstain_below={least} must be above 0 and at most 1, for example 0.8.")
    if not answer.in_scope:
        return answer
    if answer.value is not None or (answer.probability is None and answer.label is not None):
        raise TaskError(
            f"The task {answer.task or 'of this question'} has no single probability, so abstain_below does "
            "not apply; look at the interval, or at the probabilities of the labels."
        )
    if answer.probability is None:
        text = "I do not know: what I would have said states no label."
    elif answer.probability >= least:
        return answer
    else:
        text = (
            f"I do not know: the answer that I would give ({answer.label}) has a probability of "
            f"{answer.probability:.2f}, below {least:g}."
        )
    return dataclasses.replace(answer, text=text, label=None, abstained=True)


def _number(
    truth: Truth | None, reading: Reading, calibrations: "Mapping[str, Calibration]"
) -> dict[str, Any]:
    found: dict[str, Any] = {"value": truth, "estimate": reading.estimated_value()}
    if fitted := calibrations.get("intervals"):
        low, high = reading.corrected(fitted).tolist()
        decimals = reading.task.scale.decimals + 1  # type: ignore[union-attr]
        found |= {"interval": (round(low, decimals), round(high, decimals))}
        found |= _told(fitted) | {"coverage": fitted.calibrator.coverage}  # type: ignore[attr-defined]
    return found


def _labels(
    truth: Truth | None, reading: Reading, calibrations: "Mapping[str, Calibration]"
) -> dict[str, Any]:
    fitted = calibrations.get("probabilities")
    try:
        chances = reading.label_probabilities(fitted)
    except TaskError:  # too many labels at once to judge
        chances = {}
    found: dict[str, Any] = {"probabilities": chances} | (_told(fitted) if fitted else {})
    if isinstance(truth, tuple):
        found["label"] = enumerated(truth) if truth else None
    elif truth is not None:
        found |= {"label": truth, "probability": chances[str(truth)]}
    if sets := calibrations.get("sets"):
        held = reading.corrected(sets).tolist()
        found["candidates"] = tuple(n for n, h in zip(reading.task.labels, held, strict=True) if h)
        found["coverage"] = sets.calibrator.coverage  # type: ignore[attr-defined]
    return found


def _told(fitted: "Calibration") -> dict[str, Any]:
    """Say that an answer is calibrated, and how."""
    name = "ece" if "ece" in fitted.after else "coverage"
    error = {"ece": "expected error", "coverage": "coverage"}[name]
    how = f"{fitted.method} on {fitted.count:,} examples, {error} {fitted.after[name].value:.3f}"
    return {"calibrated": True, "calibration": how}
