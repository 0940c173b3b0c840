"""The face of a pair: load it, ask it, talk to it, save it."""

import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from torch import Tensor

from chatnt.answering import Answerer
from chatnt.calibrations import Calibrations
from chatnt.conversation import MAX_NEW_TOKENS, Answer, Question, Turn
from chatnt.dialogue import Conversation, Sequences
from chatnt.engine import Engine
from chatnt.folder import Beside, Card, write_decoder, write_pair
from chatnt.model import ChatNTModel
from chatnt.processor import ChatNTProcessor
from chatnt.tasks import Task
from chatnt.tasks.grown_scope import grown
from chatnt.tasks.likeness import Likeness
from chatnt.tasks.scope import Scope
from chatnt.verdicts import Readings, abstaining
from chatnt.weights import Fingerprint

if TYPE_CHECKING:
    import pandas as pd

    from chatnt.attribution import Attribution
    from chatnt.calibration import Calibration
    from chatnt.comparison import Comparison
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
        Recognises what a question asks about. Without it every question is taken to be in scope, and
        no label or probability is given unless `ask` is told the task.
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
        max_new_tokens: int = MAX_NEW_TOKENS,
    ) -> Answer:
        """Ask one question.

        Parameters
        ----------
        question
            English, with ``<DNA>`` or ``@name`` where a sequence belongs.
        sequences
            One sequence or several, as `DNA` or letters; `chatnt.read_fasta` reads files.
        task
            Name of the task that it is about. Default: the pair's scope recognises it.
        constrained
            Let only answers be written that state a label or a number of the task.
        abstain_below
            Say "I do not know" where the probability of what is stated is lower, or where nothing
            is stated; for tasks with one label. Default: always answer.
        max_new_tokens
            Longest answer, in tokens; it ends there, whatever is still to be said.

        Returns
        -------
        Answer
            With `in_scope` false, and saying so, if the pair was not trained on such questions.

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
            If the answer is to be constrained or withheld, but its task is unknown or does not allow it.
        UnknownTaskError
            If there is no task of that name.
        ValueError
            If `abstain_below` is no probability, or `max_new_tokens` is below 1.

        Examples
        --------
        >>> import chatnt  # doctest: +SKIP
        >>> chatnt.load().ask("Is there a TATA promoter in <DNA>?", "ACGT" * 75)  # doctest: +SKIP
        """
        asked = [Turn(Question.of(question, sequences))]
        answer = self._answer(asked, task, constrained=constrained, max_new_tokens=max_new_tokens)
        return answer if abstain_below is None else abstaining(answer, abstain_below)

    def stream(self, question: str, sequences: Sequences = ()) -> Iterator[str]:
        """Yield an answer in pieces, as it is written.

        Parameters
        ----------
        question, sequences
            As in `ask`. A question out of scope yields the sentence that says so.
        """
        return self._write([Turn(Question.of(question, sequences))])

    def annotate(self, source: Any, questions: str | Sequence[str], **settings: Any) -> "pd.DataFrame | Path":
        """Ask questions about every record of a FASTA or BED file, a folder, a DataFrame, or sequences.

        Parameters
        ----------
        source, questions, settings
            As in `chatnt.annotating.annotate`, which also says what is raised: with ``out="table.tsv"`` it
            writes while it runs and goes on when it was killed; ``text=False`` is much faster.

        Returns
        -------
        DataFrame or Path
            One row for each window and question.

        Examples
        --------
        >>> chat.annotate("regions.fa.gz", ["promoter_tata", "enhancers"])  # doctest: +SKIP
        """
        from chatnt.annotating import annotate  # it brings tables

        return annotate(self.answerer, source, questions, **settings)

    def conversation(self) -> Conversation:
        """Start a conversation, in which later questions know the earlier turns."""
        return Conversation(self._answer, self._write)

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

        What it states is explained, unless a target is named; settings are those of `chatnt.attribute`.

        Examples
        --------
        >>> chat.explain(chat.ask("Is there a TATA promoter in <DNA>?", dna))  # doctest: +SKIP
        Attribution(300 bases; promoter against not a promoter, log-odds (natural log) 2.31; ...)
        """
        from chatnt.attributing import explain  # it brings tables

        return explain(self, answer, **settings)

    def compare(self, question: str, reference: Any, alternative: Any, **settings: Any) -> "Comparison":
        """Ask the same of a reference and of an alternative, and compare, see `chatnt.comparing.compare`.

        Examples
        --------
        >>> chat.compare("Is there a TATA promoter in <DNA>?", promoter, mutant)  # doctest: +SKIP
        """
        from chatnt.comparing import compare  # it brings tables

        return compare(self, question, reference, alternative, **settings)

    def variants(self, variants: Any, **settings: Any) -> "pd.DataFrame":
        """Return the effects of the variants of a VCF file, see `chatnt.variant_effects.iter_effects`.

        Examples
        --------
        >>> chat.variants("calls.vcf.gz", genome="hg38.fa", tasks="splice_sites_donors")  # doctest: +SKIP
        """
        from chatnt.variant_effects import variant_effects  # it brings tables

        return variant_effects(self, variants, **settings)

    def add_calibration(self, calibration: "Calibration") -> None:
        """Keep a calibration that was fitted before.

        Raises
        ------
        CheckpointError
            If it was fitted for other weights.
        """
        calibration.check(self.fingerprint())
        self.calibrations = self.calibrations.added(calibration)

    def add_tasks(self, tasks: "Sequence[Task | str]", *, seed: int = 0) -> None:
        """Take questions about tasks that it was trained on since, see `chatnt.tasks.grown_scope.grown`."""
        self.scope = grown(self.scope, tasks, seed=seed)

    def save(self, folder: str | Path) -> None:
        """Write the pair, unless it is in fewer bits, into a folder that `chatnt.load` reads."""
        beside = Beside(self.scope, self._card, self.calibrations, self.likeness)
        write_pair(folder, self.model, self.processor, beside)

    def save_decoder(self, folder: str | Path) -> None:
        """Write the decoder alone, with its tokenizer, as transformers and `chatnt.VLLMDecoder` read it."""
        write_decoder(folder, self.model, self.processor)

    def _answer(self, turns: list[Turn], task: str | None = None, **how: Any) -> Answer:
        return self.answerer.answer_each([turns], [task], **how)[0]

    def _write(self, turns: list[Turn], stop: threading.Event | None = None) -> Iterator[str]:
        refusal, _ = self.answerer.recognise(turns[-1].question)
        return iter([refusal]) if refusal else self.engine.stream(turns, stop=stop)

    @property
    def answerer(self) -> Answerer:
        """What answers many questions at once."""
        return Answerer(self.engine, self.scope, self.calibrations, self.likeness, self.fingerprint)

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
            What `Engine.read_each` gave, if the DNA has been encoded already.
        """
        return Readings(self.engine, task, [turns], soft_tokens)[0].label_probabilities()

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
        return Readings(self.engine, task, [turns], soft_tokens)[0].estimated_value()
