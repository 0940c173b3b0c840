"""Find out which bases decide an answer, and by how much."""

import functools
import random
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.attribution import Attribution
from chatnt.attribution_methods import METHODS, Found, Method, Problem
from chatnt.attribution_targets import KEYWORDS, Target, resolve_target, settled_target
from chatnt.calibrating import HasEngine
from chatnt.conversation import Question, Turn
from chatnt.deletion import SHUFFLED, UNKNOWN
from chatnt.differentiable import AnswerPath, BaseReader, Inputs, in_float32, undisturbed
from chatnt.engine import Engine
from chatnt.errors import OutOfScopeError, PlaceholderError, SequenceError
from chatnt.revaluation import revaluation
from chatnt.sequence import DNA, as_dna
from chatnt.tasks import Task, describe_tasks, get_task
from chatnt.tasks.dinucleotides import shuffle_dinucleotides

INEXACT = 0.05
"""Share of the change from the baseline; if the error of a sum is larger, a note says so."""


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
    absolute: bool = False,
    steps: int = 32,
    window: int = 6,
    shuffles: int = 10,
    batch_size: int = 32,
    seed: int = 0,
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
    absolute
        Drop the signs, as the ChatNT paper does.
    steps
        Of integrated gradients.
    window
        Of occlusion, in bases; in whole tokens where an encoder reads tokens.
    shuffles
        How many, for that baseline.
    batch_size
        Changed sequences that are computed at a time, which bounds the memory.
    seed
        Draws shuffles.

    Returns
    -------
    Attribution
        Positive scores speak for the target, negative ones against it, in its unit; those of saliency, and
        absolute ones, have no sign.

    Raises
    ------
    AnswerError
        If the answer states no label and no target is named.
    MissingExtraError
        If the method needs captum, which is not installed.
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
    how = _checked(method, **numbers, sentences=1 if sentences is None else sentences)
    engine = pair if isinstance(pair, Engine) else pair.engine
    asked = _asked(question, sequences)
    turns = [Turn(asked)]
    with undisturbed(engine.model):
        known = asked_task(pair, asked, task, needed=target is None or target not in KEYWORDS)
        text = functools.cache(lambda: engine.generate([turns])[0] if answer is None else answer)
        wanted = resolve_target(known, target, against, text, sentences=sentences)
        work = _Work(engine, turns, wanted, how)
        baselines = list(_baselines(asked.sequences, baseline, work.path, shuffles, seed))
        found, values = work.run(baselines, steps, window, batch_size)
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
        baseline=_told(baseline, shuffles, seed) if how.baseline else "",
        value=values[0],
        baseline_value=values[1],
        delta=found.delta,
        resolution=1 if found.per_base else work.resolution,
        signed=how.signed and not absolute,
        tables=None if found.tables is None else tuple(found.tables),
        notes=tuple(work.notes(found, values, baseline)),
        evaluate=revaluation(engine, turns, wanted),
        settings=settled_target(known, target, wanted, text)
        | {"against": against, "method": method, "sentences": sentences, "absolute": absolute, "seed": seed}
        | {"baseline": _plain(baseline), **numbers},
    )


class _Work:
    """Hold the path from bases to the target, and walk it."""

    def __init__(self, engine: Engine, turns: Sequence[Turn], target: Target, method: Method) -> None:
        self.target, self.method = target, method
        model = in_float32(engine.model)
        # Modules may come from a context without gradients; what is computed here may not.
        with torch.inference_mode(False):
            self.path = AnswerPath(model, engine.processor, turns, target.answers, reach=target.reach)
        self.spans = tuple(self.path.reader.spans(text) for text in self.path.texts)
        self.resolution = max(end - start for spans in self.spans for start, end in spans)

    def forward(self, *inputs: Tensor) -> Tensor:
        """Return the target, of shape (rows,)."""
        return self.target.reduce(self.path.likelihoods(inputs, hold=self.method.gradients))

    def run(
        self, baselines: list[Inputs], steps: int, window: int, batch_size: int
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
            )
            found = self.method.run(problem)
            with torch.no_grad():
                value = float(self.forward(*inputs))
                others = [float(self.forward(*b)) for b in baselines] if self.method.baseline else []
        return found, (value, float(np.mean(others)) if others else None)

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
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")
    return METHODS[method]


def _asked(question: str | Question, sequences: DNA | str | Sequence[DNA | str]) -> Question:
    """Return the question with its sequences, each of which has known bases."""
    if isinstance(question, Question) and len(sequences):
        raise PlaceholderError("This question has its sequences already; leave `sequences` out.")
    asked = question if isinstance(question, Question) else Question.of(question, sequences)
    if not asked.sequences:
        raise PlaceholderError(
            f"The question {asked.text[:200]!r} has no sequence, so no base can be scored; write <DNA> "
            "where it belongs and give the sequence."
        )
    for i, dna in enumerate(asked.sequences, start=1):
        if not set(str(dna)) & set("ACGT"):
            raise SequenceError(
                f"Sequence {dna.name or i!r} has no A, C, G or T among its {len(dna):,} letters, so there "
                "is nothing to score; give one with known bases."
            )
    return asked


def asked_task(
    pair: Engine | HasEngine, asked: Question, task: Task | str | None, *, needed: bool
) -> Task | None:
    """Return the task that is named or recognised.

    Raises
    ------
    OutOfScopeError
        If one is needed, and the pair recognises none.
    UnknownTaskError
        If there is no task of that name.
    """
    if task is not None:
        return get_task(task) if isinstance(task, str) else task
    scope = getattr(pair, "scope", None)
    if scope is None:
        return None
    match = scope.match(asked.text)
    if match.task is not None:
        return get_task(match.task)
    if needed:
        raise OutOfScopeError(
            f"The pair was trained on {describe_tasks(scope.tasks)}, and {asked.text!r} asks about "
            "none of them; name the task with task=..., or explain the words with target='answer'."
        )
    return None


def _baselines(
    sequences: Sequence[DNA], baseline: object, path: AnswerPath, shuffles: int, seed: int
) -> Iterator[Inputs]:
    """Yield what the sequences are compared with."""
    reader = path.reader
    with torch.inference_mode(False), torch.no_grad():
        if isinstance(baseline, str) and baseline == UNKNOWN:
            yield tuple(reader.blank(text) for text in path.texts)
        elif isinstance(baseline, str) and baseline == SHUFFLED:
            rng = random.Random(seed)
            for _ in range(shuffles):
                yield tuple(reader.features([text, _shuffled(text, rng)])[1:] for text in path.texts)
        else:
            for_each = _given(sequences, baseline)
            pairs = zip(path.texts, for_each, strict=True)
            yield tuple(reader.features([text, str(other)])[1:] for text, other in pairs)


def _shuffled(text: str, rng: random.Random) -> str:
    if len(set(text)) == 1 or len(text) < 4:
        raise SequenceError(
            f"The sequence {text[:20]!r} of {len(text)} base{'s' * (len(text) != 1)} has no other order with "
            f"the same dinucleotides; give baseline={UNKNOWN!r} or a sequence."
        )
    return shuffle_dinucleotides(text, rng)


def _given(sequences: Sequence[DNA], baseline: object) -> list[DNA]:
    """Return the user's baselines, each as long as its sequence."""
    try:
        one = isinstance(baseline, DNA | str)
        others = [as_dna(each) for each in ([baseline] if one else baseline)]  # type: ignore[union-attr]
    except (SequenceError, TypeError) as error:
        raise SequenceError(
            f"The baseline {str(baseline)[:40]!r} is none of {UNKNOWN!r}, {SHUFFLED!r} and a sequence; give "
            f"one of them. {error}"
        ) from error
    wanted, given = [len(s) for s in sequences], [len(s) for s in others]
    if wanted != given:
        raise SequenceError(
            f"The baseline has sequences of {given} bases, but those asked about have {wanted}; give one "
            "of the same length for each."
        )
    return others


def _told(baseline: object, shuffles: int, seed: int) -> str:
    if not isinstance(baseline, DNA | str):
        return "given sequences"
    shuffled = f"{shuffles} shuffles that keep the dinucleotides (seed {seed})"
    return {UNKNOWN: UNKNOWN, SHUFFLED: shuffled}.get(str(baseline), "given sequence")


def over_bases(
    scores: NDArray[np.float64], spans: list[tuple[int, int]], bases: int, *, shared: bool
) -> NDArray[np.float64]:
    """Spread scores of positions over their bases: in equal shares, or the same for each."""
    found = np.zeros(bases)
    for score, (start, end) in zip(scores, spans, strict=True):
        found[start:end] = score / (end - start) if shared and end > start else score
    return found
