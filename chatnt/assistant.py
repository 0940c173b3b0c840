"""The face of a pair: load it, ask it, talk to it, save it."""

import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from chatnt.calibrations import Calibrations
from chatnt.conversation import Answer, Question, Turn
from chatnt.dialogue import Conversation, Sequences
from chatnt.embeddings import unlikeness, window_notes
from chatnt.engine import Engine
from chatnt.errors import TaskError
from chatnt.folder import Beside, Card, write_pair
from chatnt.grammar import possible_answers
from chatnt.model import ChatNTModel
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import DNA
from chatnt.tasks import Task, describe_tasks, get_task
from chatnt.tasks.likeness import Likeness
from chatnt.tasks.scope import Scope
from chatnt.verdicts import Reading, abstaining, judged
from chatnt.weights import Fingerprint

if TYPE_CHECKING:
    from chatnt.attribution import Attribution
    from chatnt.calibration import Calibration
    from chatnt.paraphrasing import Paraphrase
    from chatnt.tasks.examples import Example
    from chatnt.tasks.sources import Splits

_SHOWN = 8  # tasks that are named where a pair is printed


class Assistant:
    """Answer questions about DNA in English.

    Made by `chatnt.load` and `chatnt.pair`.

    Parameters
    ----------
    model, processor
        The pair.
    scope
        Recognises what a question asks about. Without it every question is
        taken to be in scope, and no label or probability is given unless `ask`
        is told the task.
    card
        The pair's card, in Markdown.
    calibrations
        What corrects its probabilities. Those that were fitted for other weights are left aside.
    likeness
        Tells when a sequence is unlike those that its task was learned from.
    """

    def __init__(
        self,
        model: ChatNTModel,
        processor: ChatNTProcessor,
        *,
        scope: Scope | None = None,
        card: str = "",
        calibrations: Calibrations | None = None,
        likeness: Likeness | None = None,
    ) -> None:
        self.engine = Engine(model, processor)
        self.scope = scope
        self.calibrations = calibrations or Calibrations()
        self.likeness = likeness
        self.fingerprint = Fingerprint(model)
        self._card = card

    @property
    def model(self) -> ChatNTModel:
        """The pair as one torch module."""
        return self.engine.model

    @property
    def processor(self) -> ChatNTProcessor:
        """What turns words and letters into the model's tensors."""
        return self.engine.processor

    def __repr__(self) -> str:
        size = sum(p.numel() for p in self.model.parameters())
        parts = (self.model.config.encoder_config.model_type, self.model.config.decoder_config.model_type)
        names = self.scope.tasks if self.scope else ()
        told = ", ".join(names) if len(names) <= _SHOWN else f"{len(names)}, named in scope.tasks"
        tasks = f", tasks: {told}" if names else ""
        return f"Assistant({' + '.join(parts)}, {size / 1e6:,.1f} million parameters{tasks})"

    def card(self) -> Card:
        """Return the pair's card: what it was trained on and how well it does."""
        return Card(self._card or "This pair has no card.")

    def ask(
        self,
        question: str,
        sequences: Sequences = (),
        *,
        task: str | None = None,
        constrained: bool = False,
        abstain_below: float | None = None,
    ) -> Answer:
        """Ask one question.

        Parameters
        ----------
        question
            English, with ``<DNA>`` or ``@name`` where a sequence belongs.
        sequences
            One sequence or several, as `DNA` or letters; `chatnt.read_fasta` reads files.
        task
            Name of the task that the question is about, if it is known. By
            default the pair's scope recognises it.
        constrained
            Let only answers be written that state a label or a number of the task.
        abstain_below
            Say "I do not know" where the probability of what is stated is lower, or where nothing
            is stated; for tasks with one label. Default: always answer.

        Returns
        -------
        Answer
            With `in_scope` false, and a sentence that says so, if the pair was
            not trained on such questions.

        Raises
        ------
        AnswerError
            If the answer is to be constrained, but the tokenizer joins it with the prompt.
        PlaceholderError
            If placeholders and sequences do not match.
        SequenceError
            If a sequence is not DNA or RNA, or is too long for the encoder.
        SlotError
            If the question is too long for the decoder.
        TaskError
            If the answer is to be constrained or withheld, but its task is not known or of a kind
            that does not allow it.
        UnknownTaskError
            If there is no task of that name.
        ValueError
            If `abstain_below` is no probability.

        Examples
        --------
        >>> import chatnt  # doctest: +SKIP
        >>> chatnt.load().ask("Is there a TATA promoter in <DNA>?", "ACGT" * 75)  # doctest: +SKIP
        """
        answer = self._answer([Turn(Question.of(question, sequences))], task, constrained=constrained)
        return answer if abstain_below is None else abstaining(answer, abstain_below)

    def stream(self, question: str, sequences: Sequences = ()) -> Iterator[str]:
        """Yield an answer in pieces, as it is written.

        Parameters
        ----------
        question, sequences
            As in `ask`. A question out of scope yields the sentence that says so.
        """
        turn = Turn(Question.of(question, sequences))
        refusal, _ = self._recognised(turn.question, None)
        if refusal:
            yield refusal
        else:
            yield from self.engine.stream([turn])

    def conversation(self) -> Conversation:
        """Start a conversation, in which later questions know the earlier turns."""
        return Conversation(self._answer)

    def calibrate(self, task: str, data: "Sequence[Example] | Splits", **settings: Any) -> "Calibration":
        """Fit what corrects the probabilities of a task, and keep it with the pair.

        It takes the place of one of the same task that gives the same: probabilities, sets of
        labels, or intervals. `save` keeps it.

        Parameters
        ----------
        task
            Its name.
        data
            Rows that the pair was not trained on.
        settings
            As in `chatnt.calibrate`, which also says what is raised.

        Examples
        --------
        >>> chat.calibrate("promoter_tata", held_out)  # doctest: +SKIP
        >>> chat.calibrate("splice_sites_all", held_out, method="conformal_sets")  # doctest: +SKIP
        """
        from chatnt.calibrating import calibrate  # it brings tables and statistics

        fitted = calibrate(self.engine, task, data, **settings)
        self.add_calibration(fitted)
        return fitted

    def paraphrase(self, answer: Answer, *, wordings: int = 10, seed: int = 0) -> "Paraphrase":
        """Ask an answered question again in other words, to see how far the answer hangs on them.

        Parameters
        ----------
        answer
            To a question about a task that was recognised or told.
        wordings
            How many others, those that were not trained on first.
        seed
            Chooses them.

        Raises
        ------
        TaskError
            If the answer is about no task.

        Examples
        --------
        >>> chat.paraphrase(chat.ask("Is there a TATA promoter in <DNA>?", dna))  # doctest: +SKIP
        Steady: 10 of 10 other wordings state promoter; its probability is 0.99 on average (0.98 to 1.00).
        """
        from chatnt.paraphrasing import paraphrase  # it brings tables

        return paraphrase(self, answer, wordings=wordings, seed=seed)

    def explain(self, answer: Answer, **settings: Any) -> "Attribution":
        """Find out which bases decided an answer that was given.

        Parameters
        ----------
        answer
            To a question with DNA. What it states is explained, unless a target is named.
        settings
            As in `chatnt.attribute`, which also says what is raised.

        Examples
        --------
        >>> chat.explain(chat.ask("Is there a TATA promoter in <DNA>?", dna))  # doctest: +SKIP
        Attribution(300 bases; promoter against not a promoter, log-odds (natural log) 2.31; ...)
        """
        from chatnt.attributing import explain  # it brings tables

        return explain(self, answer, **settings)

    def add_calibration(self, calibration: "Calibration") -> None:
        """Keep a calibration that was fitted before.

        Raises
        ------
        CheckpointError
            If it was fitted for other weights.
        """
        calibration.check(self.fingerprint())
        self.calibrations = self.calibrations.added(calibration)

    def save(self, folder: str | Path) -> None:
        """Write the pair into a folder that `chatnt.load` reads."""
        beside = Beside(self.scope, self._card, self.calibrations, self.likeness)
        write_pair(folder, self.model, self.processor, beside)

    def _answer(
        self, turns: list[Turn], task_name: str | None = None, *, constrained: bool = False
    ) -> Answer:
        question = turns[-1].question
        refusal, task = self._recognised(question, task_name)
        if refusal:
            return Answer(refusal, question, in_scope=False)
        if constrained and task is None:
            raise TaskError("Only the answers of a known task can be constrained; name it with task=...")
        allowed = possible_answers(task) if constrained and task else None
        soft_tokens = self.engine.read(turns)
        text = self.engine.generate([turns], soft_tokens=soft_tokens, answers=allowed)[0]
        answer = Answer(text, question, task=task and task.name)
        return self._judged(answer, turns, task, soft_tokens) if task else answer

    def _recognised(self, question: Question, task_name: str | None) -> tuple[str, Task | None]:
        """Return a refusal, or an empty text and the task."""
        if task_name is not None:
            return "", get_task(task_name)
        if self.scope is None:
            return "", None
        known = f"I was trained on questions about one DNA sequence: {describe_tasks(self.scope.tasks)}"
        if len(question.sequences) != 1:
            given = (
                "has no sequence" if not question.sequences else f"has {len(question.sequences)} sequences"
            )
            return f"{known}; this question {given}, so I do not answer it.", None
        match = self.scope.match(question.text)
        if match.task is None:
            return f"{known}; this question is not about them, so I do not answer it.", None
        return "", get_task(match.task)

    def _judged(self, answer: Answer, turns: list[Turn], task: Task, soft_tokens: Tensor | None) -> Answer:
        fitted = self.calibrations.of(task.name)
        notes = list(self._doubts(task, answer.question.sequences))
        if self.scope and task.name in self.scope.simulated:
            notes.insert(0, "learned from simulated sequences alone")
        if fitted and any(each.weights != self.fingerprint() for each in fitted.values()):
            notes.append("what was calibrated for other weights is left aside")
            fitted = {gives: each for gives, each in fitted.items() if each.weights == self.fingerprint()}
        reading = Reading(self.engine, task, turns, soft_tokens)
        return judged(dataclasses.replace(answer, notes=tuple(notes)), reading, fitted)

    def _doubts(self, task: Task, sequences: Sequence[DNA]) -> Iterator[str]:
        """Yield how the first sequence is unlike those that the task was learned from."""
        if sequences and self.likeness and task.name in self.likeness.ranges:
            yield from unlikeness(
                self.likeness, self.engine, task.name, sequences[0], weights=self.fingerprint()
            )
        elif sequences:
            yield from window_notes(task, sequences[0])

    def label_probabilities(
        self, turns: Sequence[Turn], task: Task, *, soft_tokens: Tensor | None = None
    ) -> dict[str, float]:
        """Return the share of each label in the likelihood of all sentences that state one, as it is.

        Parameters
        ----------
        turns
            The conversation; the last turn's answer is judged.
        task
            Gives the labels and the sentences.
        soft_tokens
            What `Engine.read` gave, if the DNA has been encoded already.
        """
        return Reading(self.engine, task, turns, soft_tokens).label_probabilities()

    def estimated_value(
        self, turns: Sequence[Turn], task: Task, *, soft_tokens: Tensor | None = None
    ) -> float:
        """Return the number that the likelihoods suggest, see `chatnt.judging.Judge`.

        Parameters
        ----------
        turns, soft_tokens
            As in `label_probabilities`.
        task
            Gives the scale.

        Raises
        ------
        ValueError
            If the task does not ask for a number.
        """
        if task.scale is None:
            raise ValueError(f"{task.name} has labels and asks for no number; use `label_probabilities`.")
        return Reading(self.engine, task, turns, soft_tokens).estimated_value()
