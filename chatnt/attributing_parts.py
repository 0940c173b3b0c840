"""Find out which soft tokens and which regions of a sequence decide an answer."""

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor

from chatnt.attribution_baselines import baselines_of, told_baseline
from chatnt.attribution_methods import METHODS
from chatnt.attribution_parts import PartAttribution
from chatnt.calibrating import HasEngine
from chatnt.conversation import Question
from chatnt.deletion import UNKNOWN
from chatnt.differentiable import AnswerPath, Inputs, undisturbed
from chatnt.engine import Engine
from chatnt.errors import SequenceError
from chatnt.explained import Explained, Wish
from chatnt.part_results import allowed, at_least_one, engine_of, problem_of, result_of, run
from chatnt.sequence import DNA
from chatnt.tasks import Task

_FOR_LATENTS = tuple(name for name in METHODS if name != "in_silico_mutagenesis")


def attribute_latents(  # noqa: PLR0913 - what is asked, what is explained, and how
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
    steps: int = 32,
    shuffles: int = 10,
    batch_size: int = 32,
    seed: int = 0,
) -> PartAttribution:
    """Score how much each soft token speaks for an answer: all that the decoder is told of the DNA.

    What the encoder remembers counts here as well, since no gradient has to reach the bases.

    Parameters
    ----------
    pair, question, sequences, target, against, task, answer, sentences, calibrated, steps, shuffles, \
batch_size, seed
        As in `chatnt.attribute`.
    method
        One of `chatnt.attribution_methods.METHODS` but mutagenesis; occlusion replaces one soft token
        at a time.
    baseline
        Sequences, as in `chatnt.attribute`; what is compared with are their soft tokens.

    Returns
    -------
    PartAttribution
        Of the soft tokens of each sequence, in order.

    Raises
    ------
    ChatNTError, ValueError
        As `chatnt.attribute`.

    Examples
    --------
    >>> question = "Is there a TATA promoter in <DNA>?"  # doctest: +SKIP
    >>> chatnt.attribute_latents(chat, question, dna, target="Yes")  # doctest: +SKIP
    PartAttribution(16 soft tokens; promoter against not a promoter, log-odds (natural log) 2.31; ...)
    """
    allowed(method, _FOR_LATENTS, "soft tokens")
    how = METHODS[method]
    wish = Wish(
        target=target, against=against, task=task, answer=answer, sentences=sentences, calibrated=calibrated
    )
    at_least_one(steps=steps, shuffles=shuffles, batch_size=batch_size)
    with undisturbed(engine_of(pair).model):
        explained = wish.of(pair, question, sequences, method, gradients=how.gradients)
        path, dna = explained.path(), explained.asked.sequences
        others = list(baselines_of(dna, baseline, path, shuffles, seed))
        with torch.inference_mode(False), torch.no_grad():
            here, *away = [path.soft_tokens(x).unbind(1) for x in (path.inputs(), *others)]
        problem = problem_of(
            here,
            tuple(away),
            lambda *x: explained.target.reduce(path.score(torch.stack(x, dim=1))),
            steps=steps,
            batch_size=batch_size,
            seed=seed,
        )
        found, ends = run(how, problem)
    told = [f"soft token {i + 1}" for i in range(here[0].shape[1])]
    if len(dna) > 1:
        told = [
            f"{name} of {each.name or f'sequence {k + 1}'}" for k, each in enumerate(dna) for name in told
        ]
    baseline = told_baseline(baseline, shuffles, seed) if how.baseline else ""
    scores = np.concatenate(found.scores)
    return result_of(
        "soft token", tuple(told), explained, method, baseline, **ends, scores=scores, delta=found.delta
    )


def attribute_regions(  # noqa: PLR0913 - what is asked, what is explained, and how
    pair: Engine | HasEngine,
    question: str | Question,
    sequences: DNA | str | Sequence[DNA | str],
    regions: Mapping[str, tuple[int, int]],
    *,
    sequence: int = 0,
    target: str | None = None,
    against: str | None = None,
    baseline: str | DNA | Sequence[str | DNA] = "shuffled",
    task: Task | str | None = None,
    answer: str | None = None,
    sentences: int | None = None,
    calibrated: bool = False,
    shuffles: int = 10,
    batch_size: int = 32,
    seed: int = 0,
) -> PartAttribution:
    """Score what is lost where each of some named regions is replaced by a baseline.

    Parameters
    ----------
    pair, question, sequences, target, against, baseline, task, answer, sentences, calibrated, shuffles, \
batch_size, seed
        As in `chatnt.attribute`.
    regions
        Name of each, and its first base and the one behind its last, from 0; they may overlap.
    sequence
        In which of the sequences they lie, from 0.

    Returns
    -------
    PartAttribution
        Of the regions, each with the mean over the baselines.

    Raises
    ------
    SequenceError
        If a region is not within the sequence, or there is none.
    ChatNTError, ValueError
        As `chatnt.attribute`.

    Examples
    --------
    >>> places = {"TATA box": (219, 227), "start": (245, 255)}  # doctest: +SKIP
    >>> chatnt.attribute_regions(chat, "Is there a TATA promoter in <DNA>?", dna, places)  # doctest: +SKIP
    PartAttribution(2 regions; promoter against not a promoter, log-odds (natural log) 2.31; ablation ...)
    """
    wish = Wish(
        target=target, against=against, task=task, answer=answer, sentences=sentences, calibrated=calibrated
    )
    at_least_one(shuffles=shuffles, batch_size=batch_size)
    with undisturbed(engine_of(pair).model), torch.inference_mode(False), torch.no_grad():
        explained = wish.of(pair, question, sequences, "ablation", gradients=False)
        _check_regions(regions, explained.asked.sequences, sequence)
        path = explained.path()
        spans, inputs = path.reader.spans(path.texts[sequence]), path.inputs()
        rows = []
        for other in baselines_of(explained.asked.sequences, baseline, path, shuffles, seed):
            for start, end in regions.values():
                inside = [i for i, (first, last) in enumerate(spans) if first < end and last > start]
                row = inputs[sequence].clone()
                row[:, inside] = other[sequence][:, inside]
                rows.append(row)
        value, *values = _in_batches(explained, path, inputs, [inputs[sequence], *rows], sequence, batch_size)
    scores = value - np.reshape(values, (-1, len(regions))).mean(0)
    told = told_baseline(baseline, shuffles, seed)
    return result_of("region", tuple(regions), explained, "ablation", told, value=value, scores=scores)


def _check_regions(regions: Mapping[str, tuple[int, int]], sequences: Sequence[DNA], which: int) -> None:
    if not 0 <= which < len(sequences):
        raise SequenceError(f"sequence={which} is none of the {len(sequences)} asked about, from 0.")
    length = len(sequences[which])
    wrong = [
        f"{name!r} ({start} to {end})"
        for name, (start, end) in regions.items()
        if not 0 <= start < end <= length
    ]
    if wrong or not regions:
        raise SequenceError(
            f"Regions lie within the {length:,} bases of the sequence, unlike "
            f"{', '.join(wrong) or 'none at all'}; give each as its first base and the one behind its last, "
            "from 0."
        )


def _in_batches(
    explained: Explained, path: AnswerPath, inputs: Inputs, rows: list[Tensor], which: int, size: int
) -> list[float]:
    """Return the target for each row of one sequence, the others as they are."""
    found: list[float] = []
    for start in range(0, len(rows), size):
        some = torch.cat(rows[start : start + size])
        batch = [x.expand(len(some), -1, -1) for x in inputs]
        batch[which] = some
        found += explained.target.reduce(path.likelihoods(batch)).tolist()
    return found
