"""Find out which bases decide an answer, and by how much."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.attribution import Attribution
from chatnt.attribution_baselines import baselines_of, told_baseline
from chatnt.attribution_methods import method_of
from chatnt.attribution_problem import INEXACT, Found, Method, Problem
from chatnt.calibrating import HasEngine
from chatnt.conversation import Answer, Question, Turn
from chatnt.deletion import UNKNOWN
from chatnt.differentiable import Inputs, undisturbed
from chatnt.dna_readers import BaseReader
from chatnt.engine import Engine
from chatnt.errors import OutOfScopeError
from chatnt.explained import Explained, Wish
from chatnt.revaluation import revaluation
from chatnt.sequence import DNA
from chatnt.tasks import Task


def attribute(  # noqa: PLR0913 - what is asked, what is explained, and how
    pair: Engine | HasEngine,
    question: str | Question,
    sequences: DNA | str | Sequence[DNA | str] = (),
    *,
    target: str | None = None,
    against: str | None = None,
    method: str = "integrated_gradients",
    baseline: str | DNA | Sequence[str | DNA] = UNKNOWN,
    task: Task | str | None = None,
    answer: str | None = None,
    sentences: int | None = None,
    calibrated: bool = False,
    absolute: bool = False,
    steps: int = 32,
    window: int = 6,
    shuffles: int = 10,
    batch_size: int = 32,
    seed: int = 0,
    watch: Callable[[int], object] | None = None,
) -> Attribution:
    """Score how much each base of the sequences speaks for an answer.

    Parameters
    ----------
    pair
        An assistant or its engine. It is left as it is; pairs of half precision are computed by a
        copy of single precision.
    question
        English, as for `chatnt.Assistant.ask`; or a `Question`, which has its sequences.
    sequences
        One or several, one for each placeholder; each gets its scores.
    target
        A label of the task, or ``"Yes"`` or ``"No"`` where that means a label: the log-odds of all
        sentences that state it. ``"answer"``: the log-likelihood of the whole answer with its end mark;
        ``"first_token"``: that of the answer's first token; ``"value"``: the expected number. Without a
        known task any other text is that with which an answer begins. Default: the label that the answer
        states, the number of a task that asks for one, and otherwise the whole answer.
    against
        What the target is compared with: another label (default: all others), or another answer.
    method
        One of `chatnt.attribution_methods.METHODS`.
    baseline
        What "without these bases" means: ``"N"``, bases that are not known; ``"shuffled"``, the mean over
        shuffles of the sequence that keep its dinucleotides; or a sequence of the same length, one for
        each of several.
    task
        What the question asks, or its name. Default: what the pair's scope recognises.
    answer
        For the targets ``"answer"`` and ``"first_token"``, and to read the stated label from.
        Default: what the pair answers.
    sentences
        How many training sentences of each label are scored, the first ones. Default: all, as for the
        pair's probabilities; one or two take a fraction of the time.
    calibrated
        Explain the calibrated probability of the label instead of its log-odds, by the calibration that
        the pair has for the task.
    absolute
        Drop the signs, as the ChatNT paper does.
    steps
        Of integrated gradients; samples of GradientSHAP.
    window
        Of occlusion and ablation, in bases; in whole tokens where an encoder reads tokens.
    shuffles
        How many, for that baseline.
    batch_size
        Changed sequences that are computed at a time, which bounds the memory.
    seed
        Draws shuffles and samples.
    watch
        Is called with the number of rows before each batch is computed: to tell how far it is, and, by
        raising an exception, which comes out of here, to end it.

    Returns
    -------
    Attribution
        Positive scores speak for the target, negative ones against it, in its unit; those of saliency, and
        absolute ones, have no sign.

    Raises
    ------
    AnswerError
        If the answer states no label and no target is named.
    CheckpointError
        If the calibration was fitted for other weights.
    MissingExtraError
        If the method needs captum, which is not installed.
    NotFittedError
        If the probability is to be calibrated, but the pair has no calibration of this task.
    OutOfScopeError
        If the pair was not trained on such questions, and neither task nor target is named.
    PlaceholderError
        If placeholders and sequences do not match, or there are none.
    SequenceError
        If a sequence is not DNA or RNA, has no known base, is too long for the encoder or too short
        for the window or for shuffling, or the baseline is of another length.
    SlotError
        If the question with an answer is too long for the decoder.
    TaskError
        If the target is none of the task.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If there is no such method, or a number is out of range.

    Examples
    --------
    >>> chat = chatnt.load()  # doctest: +SKIP
    >>> chatnt.attribute(chat, "Is there a TATA promoter in <DNA>?", dna, target="Yes")  # doctest: +SKIP
    Attribution(300 bases; promoter against not a promoter, log-odds (natural log) 2.31; ...)
    """
    numbers = {"steps": steps, "window": window, "shuffles": shuffles, "batch_size": batch_size}
    how = _checked(method, **numbers)
    wish = Wish(
        target=target, against=against, task=task, answer=answer, sentences=sentences, calibrated=calibrated
    )
    with undisturbed(pair.model if isinstance(pair, Engine) else pair.engine.model):
        explained = wish.of(pair, question, sequences, method, gradients=how.gradients)
        asked, known, wanted = explained.asked, explained.task, explained.target
        work = _Work(explained, how, watch)
        baselines = list(baselines_of(asked.sequences, baseline, work.path, shuffles, seed))
        found, values = work.run(baselines, steps, window, batch_size, seed)
    scores = [
        score if found.per_base else over_bases(score, spans, len(dna), shared=how.additive)
        for score, spans, dna in zip(found.scores, work.spans, asked.sequences, strict=True)
    ]
    return Attribution(
        sequences=asked.sequences,
        scores=tuple((np.abs(x) if absolute else x).astype(np.float32) for x in scores),
        question=asked.text,
        task=known.name if known else None,
        target=wanted.name,
        against=wanted.against,
        unit=wanted.unit,
        method=method + (", absolute" if absolute else ""),
        baseline=told_baseline(baseline, shuffles, seed) if how.baseline else "",
        value=values[0],
        baseline_value=values[1],
        delta=found.delta,
        resolution=1 if found.per_base else work.resolution * found.block,
        signed=how.signed and not absolute,
        tables=None if found.tables is None else tuple(found.tables),
        notes=tuple(work.notes(found, values, baseline)),
        evaluate=revaluation(explained.engine, [Turn(asked)], wanted),
        settings={**explained.settled, "against": against, "method": method, "sentences": sentences}
        | {"calibrated": calibrated, "absolute": absolute, "baseline": _plain(baseline), "seed": seed}
        | numbers,
    )


def explain(pair: Engine | HasEngine, answer: Answer, **settings: Any) -> Attribution:
    """Score how much each base speaks for what a given answer states.

    Parameters
    ----------
    pair
        That gave the answer.
    answer
        To a question with DNA. Of one that was withheld the likeliest label is explained.
    settings
        As in `attribute`, which also says what is raised.

    Raises
    ------
    OutOfScopeError
        If the pair did not answer, since it was not trained on such questions.
    """
    if not answer.in_scope:
        raise OutOfScopeError(
            f"{answer.question.text!r} was not answered, so there is nothing to explain; ask about a task of "
            "the pair."
        )
    given: dict[str, Any] = {"task": answer.task, "answer": answer.text}
    if answer.abstained and answer.probabilities:
        given["target"] = max(answer.probabilities, key=lambda label: answer.probabilities[label])
    return attribute(pair, answer.question, **given | settings)


class _Work:
    """Hold the path from bases to the target, and walk it."""

    def __init__(self, explained: Explained, method: Method, watch: Callable[[int], object] | None) -> None:
        self.target, self.method, self.path = explained.target, method, explained.path()
        self.watch = watch
        self.spans = tuple(self.path.reader.spans(text) for text in self.path.texts)
        self.resolution = max(end - start for spans in self.spans for start, end in spans)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the target, of shape (rows,)."""
        if self.watch is not None:
            self.watch(len(inputs[0]))
        return self.target.reduce(self.path.likelihoods(inputs, hold=self.method.gradients))

    def run(
        self, baselines: list[Inputs], steps: int, window: int, batch_size: int, seed: int
    ) -> tuple[Found, tuple[float, float | None]]:
        """Return scores, and the target for the sequences and (mean) for the baselines."""
        with torch.inference_mode(False), torch.enable_grad():
            inputs = tuple(x.detach() for x in self.path.inputs())
            problem = Problem(
                texts=tuple(self.path.texts),
                inputs=inputs,
                baselines=tuple(baselines),
                forward=self.forward,
                features=self.path.reader.features,
                spans=self.spans,
                steps=steps,
                window=window,
                batch_size=batch_size,
                seed=seed,
            )
            found = self.method.run(problem)
            other = float(np.mean(problem.others)) if self.method.baseline else None
        return found, (problem.value, other)

    def notes(self, found: Found, values: tuple[float, float | None], baseline: object) -> Iterator[str]:
        """Yield reasons to doubt."""
        reader = self.path.reader
        if self.method.gradients and isinstance(reader, BaseReader) and reader.without_gradient():
            yield (
                "what the encoder knows of training sequences and of variants of references has no gradient; "
                "it is held at what it is for these sequences, and no base gets credit for it"
            )
        if not found.per_base and self.resolution > 1:
            shares = "share its score equally" if self.method.additive else "each have its score"
            yield f"the encoder reads tokens of up to {self.resolution} bases; those of one token {shares}"
        if self.method.baseline and self.resolution > 1 and baseline == UNKNOWN:
            yield "as a baseline the mask token stands for unknown bases"
        if found.per_base and any(set(text) - set("ACGT") for text in self.path.texts):
            yield "letters other than A, C, G and T were not substituted and have the score 0"
        change = 0.0 if values[1] is None else abs(values[0] - values[1])
        if found.delta is not None and abs(found.delta) > max(INEXACT * change, 1e-3):
            yield f"the scores do not add up, by {found.delta:.3g} of {change:.3g}; take more steps"
        if not any(np.any(x) for x in found.scores):
            yield "no base changes the target at all"


def _plain(baseline: str | DNA | Sequence[str | DNA]) -> str | list[str]:
    return str(baseline) if isinstance(baseline, DNA | str) else [str(each) for each in baseline]


def _checked(method: str, **numbers: int) -> Method:
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")
    return method_of(method)


def over_bases(
    scores: NDArray[np.float64], spans: list[tuple[int, int]], bases: int, *, shared: bool
) -> NDArray[np.float64]:
    """Spread scores of positions over their bases: in equal shares, or the same for each."""
    found = np.zeros(bases)
    for score, (start, end) in zip(scores, spans, strict=True):
        found[start:end] = score / (end - start) if shared and end > start else score
    return found
