"""How likely a pair finds the answers to one question about many sequences, raw and calibrated."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from chatnt.attribution_targets import VALUE, Target, resolve_target
from chatnt.conversation import PLACEHOLDER, Question, Turn
from chatnt.engine import Engine
from chatnt.errors import PlaceholderError
from chatnt.scoring import judge_of, score_conversations, shares_of
from chatnt.sequence import DNA
from chatnt.tasks import Task

if TYPE_CHECKING:
    from chatnt.calibration import Calibration
    from chatnt.calibrations import Calibrations
    from chatnt.tasks.scope import Scope
    from chatnt.weights import Fingerprint


class Pair(Protocol):
    """Whatever has an engine, and what corrects its probabilities, as `chatnt.Assistant` has."""

    @property
    def engine(self) -> Engine:
        """Scores answers."""
        ...

    @property
    def scope(self) -> "Scope | None":
        """Recognises tasks."""
        ...

    @property
    def calibrations(self) -> "Calibrations":
        """By task."""
        ...

    @property
    def fingerprint(self) -> "Fingerprint":
        """Of the weights."""
        ...


@dataclasses.dataclass(frozen=True)
class Scored:
    """Hold what a pair says of sequences.

    Attributes
    ----------
    scores
        Of shape (sequences, targets): log-odds, or numbers.
    chances
        Probabilities of shape (sequences, labels); no labels for a number.
    """

    scores: NDArray[np.float64]
    chances: NDArray[np.float64]


class AlleleScorer:
    """Ask one question about one sequence after another.

    Parameters
    ----------
    pair
        Answers.
    task
        What is asked.
    question
        With one ``<DNA>``.
    target
        A label, ``"value"``, or a word that means a label, as in `chatnt.attribute`. Default: the number;
        of two labels the second, which says that something is there; of more labels each.
    against
        As in `chatnt.attribute`.
    sentences
        How many training sentences of each label are scored; default all.
    batch_size
        Sequences at a time.

    Raises
    ------
    PlaceholderError
        If the question does not have one placeholder.
    TaskError
        If the target is none of the task, or it has too many labels at once.
    """

    def __init__(  # noqa: PLR0913 - who is asked, what, and how
        self,
        pair: Pair,
        task: Task,
        question: str,
        *,
        target: str | None = None,
        against: str | None = None,
        sentences: int | None = None,
        batch_size: int = 32,
    ) -> None:
        if question.count(PLACEHOLDER) != 1:
            raise PlaceholderError(
                f"The question {question[:200]!r} has {question.count(PLACEHOLDER)} placeholders; alleles "
                f"are compared one sequence at a time, so write {PLACEHOLDER} once."
            )
        self.task, self.question, self._engine, self._size = task, question, pair.engine, batch_size
        self.notes = tuple(_notes(pair, task))
        names = [target] if target is not None else _usual(task)
        self.targets: list[Target] = [
            resolve_target(task, name, against, str, sentences=sentences) for name in names
        ]
        self.calibration = _calibration(pair, task)
        self._judge = judge_of(task, **_scored_by(self.calibration, sentences))
        every = [answer for each in self.targets for answer in each.answers]
        self._answers = list(dict.fromkeys([*every, *self._judge.answers]))

    def __call__(self, texts: Sequence[str]) -> Scored:
        """Score sequences; the same letters are asked about once."""
        distinct = list(dict.fromkeys(texts))
        asked = [[Turn(Question(self.question, (DNA(text),)))] for text in distinct]
        found = score_conversations(self._engine, asked, self._answers, batch_size=self._size)
        values = [each.reduce(found[:, self._places(each.answers)]).numpy() for each in self.targets]
        scores = np.stack([np.asarray(x, np.float64) for x in values], axis=1)
        chances = np.empty((len(distinct), 0))
        if self.task.scale is None:
            columns = found[:, self._places(self._judge.answers)]
            chances = shares_of(self._engine, self._judge, columns, asked[0])
            if self.calibration is not None:
                chances = self.calibration.calibrator.apply(chances)
        rows = {text: row for row, text in enumerate(distinct)}
        order = [rows[text] for text in texts]
        return Scored(scores[order], chances[order])

    def _places(self, answers: Sequence[str]) -> list[int]:
        places = {answer: place for place, answer in enumerate(self._answers)}
        return [places[answer] for answer in answers]


def _usual(task: Task) -> list[str]:
    if task.scale:
        return [VALUE]
    return [task.labels[1]] if task.kind == "binary" else list(task.labels)


def _calibration(pair: Pair, task: Task) -> "Calibration | None":
    """Return what corrects the probabilities, if it was fitted for these weights."""
    fitted = pair.calibrations.of(task.name).get("probabilities")
    return fitted if fitted is not None and fitted.weights == pair.fingerprint() else None


def _scored_by(calibration: "Calibration | None", sentences: int | None) -> dict:
    if calibration is None:
        return {"sentences": sentences}
    return {"score": calibration.score, "sentences": calibration.sentences}


def _notes(pair: Pair, task: Task) -> Iterator[str]:
    if pair.scope is not None and task.name in pair.scope.simulated:
        yield "learned from simulated sequences alone"
    if pair.scope is not None and task.name not in pair.scope.tasks:
        yield "the pair was not trained on this task"
    if task.scale is None and _calibration(pair, task) is None:
        yield "probabilities are not calibrated"
