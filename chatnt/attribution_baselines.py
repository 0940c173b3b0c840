"""What "without these bases" means: unknown bases, shuffles, or a given sequence."""

import random
from collections.abc import Iterator, Sequence

import torch

from chatnt.deletion import SHUFFLED, UNKNOWN
from chatnt.differentiable import AnswerPath, Inputs
from chatnt.errors import SequenceError
from chatnt.sequence import DNA, as_dna
from chatnt.tasks.dinucleotides import shuffle_dinucleotides


def baselines_of(
    sequences: Sequence[DNA], baseline: object, path: AnswerPath, shuffles: int, seed: int
) -> Iterator[Inputs]:
    """Yield what the sequences are compared with.

    Parameters
    ----------
    sequences
        Those asked about.
    baseline, shuffles, seed
        As in `chatnt.attribute`.
    path
        Reads them.

    Raises
    ------
    SequenceError
        If the baseline is no sequence or of another length, or a sequence has no other order.
    """
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


def told_baseline(baseline: object, shuffles: int, seed: int) -> str:
    """Return what the baseline is, in a few words."""
    if isinstance(baseline, str) and baseline == SHUFFLED:
        return f"{shuffles} shuffles that keep the dinucleotides (seed {seed})"
    if isinstance(baseline, str) and baseline == UNKNOWN:
        return UNKNOWN
    return "given sequence" if isinstance(baseline, DNA | str) else "given sequences"
