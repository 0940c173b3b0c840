"""What is to be explained: a question, its task, and the number that answers make."""

import dataclasses
import functools
from collections.abc import Callable, Mapping, Sequence
from typing import cast

import torch

from chatnt.attribution_probability import calibration_for, probability_target
from chatnt.attribution_question import asked_question, recognised_task
from chatnt.attribution_targets import KEYWORDS, Target, resolve_target, settled_target
from chatnt.calibrating import HasEngine
from chatnt.conversation import Question, Turn
from chatnt.differentiable import AnswerPath, in_float32
from chatnt.engine import Engine
from chatnt.sequence import DNA
from chatnt.tasks import Task


@dataclasses.dataclass(frozen=True)
class Explained:
    """Hold what is asked and what is explained.

    Attributes
    ----------
    engine
        Answers.
    asked
        The question with its sequences.
    task
        What it asks, if it is known.
    target
        The number.
    settled
        ``target`` and ``answer`` by which other sequences are explained for the same.
    """

    engine: Engine
    asked: Question
    task: Task | None
    target: Target
    settled: Mapping[str, str | None]

    def path(self, asked: Question | None = None) -> AnswerPath:
        """Return the path of this question, or of the same one in other words, in single precision."""
        turns = [Turn(self.asked if asked is None else asked)]
        # Modules may come from a context without gradients; what is computed here may not.
        with torch.inference_mode(False):
            return AnswerPath(
                in_float32(self.engine.model),
                self.engine.processor,
                turns,
                self.target.answers,
                reach=self.target.reach,
            )


@dataclasses.dataclass(frozen=True, kw_only=True)
class Wish:
    """Hold what a user wants to have explained; attributes as the parameters of `chatnt.attribute`."""

    target: str | None = None
    against: str | None = None
    task: Task | str | None = None
    answer: str | None = None
    sentences: int | None = None
    calibrated: bool = False

    def of(
        self,
        pair: Engine | HasEngine,
        question: str | Question,
        sequences: DNA | str | Sequence[DNA | str],
        method: str,
        *,
        gradients: bool,
    ) -> Explained:
        """Decide what is explained.

        Parameters
        ----------
        pair, question, sequences, method
            As in `chatnt.attribute`.
        gradients
            Whether the method needs them.

        Raises
        ------
        ChatNTError, ValueError
            As `chatnt.attribute`.
        """
        if self.sentences is not None and self.sentences < 1:
            raise ValueError(f"sentences={self.sentences} must be at least 1.")
        engine = pair if isinstance(pair, Engine) else pair.engine
        asked = asked_question(question, sequences)
        needed = self.target is None or self.target not in KEYWORDS
        task = recognised_task(pair, asked, self.task, needed=needed)
        text = functools.cache(
            lambda: engine.generate([[Turn(asked)]])[0] if self.answer is None else self.answer
        )
        target = self._target(pair, task, text)
        if gradients and not target.smooth:
            raise ValueError(
                f"A {target.unit} rises in steps and has no gradient for {method!r}; take a method without "
                "gradients, such as 'in_silico_mutagenesis' or 'occlusion', or leave `calibrated` out."
            )
        return Explained(engine, asked, task, target, settled_target(task, self.target, target, text))

    def _target(self, pair: object, task: Task | None, answer: Callable[[], str]) -> Target:
        if not self.calibrated:
            return resolve_target(task, self.target, self.against, answer, sentences=self.sentences)
        calibration = calibration_for(pair, task)
        if self.sentences is not None:
            raise ValueError(
                f"sentences={self.sentences}: the calibration says how many are scored; leave it or "
                "`calibrated` out."
            )
        return probability_target(cast("Task", task), self.target, self.against, answer, calibration)
