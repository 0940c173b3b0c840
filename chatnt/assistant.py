"""The face of a pair: load it, ask it, talk to it, save it."""

import dataclasses
import html
from collections.abc import Iterator, Sequence
from pathlib import Path

import torch
from torch import Tensor

from chatnt.conversation import PLACEHOLDER, Answer, Question, Turn
from chatnt.engine import Engine
from chatnt.errors import AnswerError
from chatnt.folder import write_pair
from chatnt.judging import Judge
from chatnt.model import ChatNTModel
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import DNA
from chatnt.tasks import Task, describe_tasks, get_task
from chatnt.tasks.base import enumerated
from chatnt.tasks.scope import Scope

Sequences = DNA | str | Sequence[DNA | str]

_SHOWN = 8  # tasks that are named where a pair is printed


class Card(str):
    """A model card: Markdown that a notebook shows as such."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)


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
    """

    def __init__(
        self, model: ChatNTModel, processor: ChatNTProcessor, *, scope: Scope | None = None, card: str = ""
    ) -> None:
        self.engine = Engine(model, processor)
        self.scope = scope
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

    def ask(self, question: str, sequences: Sequences = (), *, task: str | None = None) -> Answer:
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

        Returns
        -------
        Answer
            With `in_scope` false, and a sentence that says so, if the pair was
            not trained on such questions.

        Raises
        ------
        PlaceholderError
            If placeholders and sequences do not match.
        SequenceError
            If a sequence is not DNA or RNA, or is too long for the encoder.
        SlotError
            If the question is too long for the decoder.
        UnknownTaskError
            If there is no task of that name.

        Examples
        --------
        >>> import chatnt  # doctest: +SKIP
        >>> chatnt.load().ask("Is there a TATA promoter in <DNA>?", "ACGT" * 75)  # doctest: +SKIP
        """
        return self._answer([Turn(Question.of(question, sequences))], task)

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

    def conversation(self) -> "Conversation":
        """Start a conversation, in which later questions know the earlier turns."""
        return Conversation(self)

    def save(self, folder: str | Path) -> None:
        """Write the pair into a folder that `chatnt.load` reads."""
        write_pair(folder, self.model, self.processor, self.scope, self._card)

    def _answer(self, turns: list[Turn], task_name: str | None = None) -> Answer:
        question = turns[-1].question
        refusal, task = self._recognised(question, task_name)
        if refusal:
            return Answer(refusal, question, in_scope=False)
        soft_tokens = self.engine.read(turns)
        text = self.engine.generate([turns], soft_tokens=soft_tokens)[0]
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
        notes = tuple(_window_notes(task, answer.question.sequences[0])) if answer.question.sequences else ()
        if self.scope and task.name in self.scope.simulated:
            notes = ("learned from simulated sequences alone", *notes)
        try:
            truth = task.parse(answer.text)
        except AnswerError:
            return dataclasses.replace(answer, notes=notes)
        if isinstance(truth, float):
            estimate = self.estimated_value(turns, task, soft_tokens=soft_tokens)
            return dataclasses.replace(answer, value=truth, estimate=estimate, notes=notes)
        if isinstance(truth, tuple):
            return dataclasses.replace(answer, label=enumerated(truth) if truth else None, notes=notes)
        probability = self.label_probabilities(turns, task, soft_tokens=soft_tokens)[str(truth)]
        return dataclasses.replace(answer, label=truth, probability=probability, notes=notes)

    def label_probabilities(
        self, turns: Sequence[Turn], task: Task, *, soft_tokens: Tensor | None = None
    ) -> dict[str, float]:
        """Return the share of each label in the likelihood of all sentences that state one.

        Parameters
        ----------
        turns
            The conversation; the last turn's answer is judged.
        task
            Gives the labels and the sentences.
        soft_tokens
            What `Engine.read` gave, if the DNA has been encoded already.
        """
        sentences = [task.answers[label].train for label in task.labels]
        scores = self.engine.score(
            turns, [text for texts in sentences for text in texts], soft_tokens=soft_tokens
        )
        weights = torch.stack(
            [part.logsumexp(0) for part in scores.split([len(texts) for texts in sentences])]
        )
        return dict(zip(task.labels, weights.softmax(0).tolist(), strict=True))

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
        judge = Judge.of(task)
        if judge is None:
            raise ValueError(f"{task.name} has labels and asks for no number; use `label_probabilities`.")
        scores = self.engine.score(turns, judge.answers, soft_tokens=soft_tokens)
        return float(judge.estimates(scores[None].cpu())[0])


def _window_notes(task: Task, dna: DNA) -> Iterator[str]:
    if abs(len(dna) - task.length) > task.length // 10:
        yield f"trained on windows of {task.length} bases ({task.window}), this one has {len(dna):,}"
    unknown = len(dna) - sum(dna.sequence.count(base) for base in "ACGT")
    if unknown > len(dna) // 10:
        yield f"{unknown:,} of {len(dna):,} bases are N or another ambiguity code"


class Conversation:
    """Hold several turns; each `ask` returns the conversation with one turn more.

    A question without placeholder is about the sequences of the turn before.

    Examples
    --------
    >>> talk = chat.conversation().ask("Is there an enhancer in <DNA>?", dna)  # doctest: +SKIP
    >>> talk.ask("Is it a TATA promoter?").answer.text  # doctest: +SKIP
    """

    def __init__(self, assistant: Assistant, answers: Sequence[Answer] = ()) -> None:
        self._assistant = assistant
        self.answers = tuple(answers)

    @property
    def answer(self) -> Answer:
        """The last answer."""
        return self.answers[-1]

    def ask(self, question: str, sequences: Sequences = (), *, task: str | None = None) -> "Conversation":
        """Ask the next question, as `Assistant.ask` does."""
        asked = Question.of(question, sequences)
        if not asked.sequences and self.answers and self.answer.question.sequences:
            earlier = self.answer.question.sequences
            asked = Question(f"{question} {' '.join([PLACEHOLDER] * len(earlier))}", earlier)
        # Refusals are ours, not the model's: it does not get to read them.
        before = [Turn(a.question, a.text) for a in self.answers if a.in_scope]
        answer = self._assistant._answer([*before, Turn(asked)], task)
        return Conversation(self._assistant, (*self.answers, answer))

    def __repr__(self) -> str:
        return "\n".join(f"USER: {a.question.text}\nASSISTANT: {a!r}" for a in self.answers)

    def _repr_html_(self) -> str:
        return "".join(
            f"<p><b>{html.escape(a.question.text)}</b></p>"
            f"<div style='margin-left:1em'>{a._repr_html_()}</div>"
            for a in self.answers
        )
