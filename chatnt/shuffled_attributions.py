"""Attributions of shuffled sequences: what scores are like where nothing is meant."""

import random

from chatnt.attributing import attribute
from chatnt.attribution import Attribution
from chatnt.calibrating import HasEngine
from chatnt.engine import Engine
from chatnt.errors import SequenceError
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.dinucleotides import shuffle_dinucleotides


def attribute_shuffled(
    pair: Engine | HasEngine,
    attribution: Attribution,
    *,
    count: int = 20,
    task: Task | str | None = None,
    seed: int = 0,
) -> tuple[Attribution, ...]:
    """Explain the same target for shuffles of the same sequences, in the same way.

    Shuffles keep the dinucleotides, but no element. What peaks they have, `chatnt.call_peaks` takes
    for chance.

    Parameters
    ----------
    pair
        That which was explained.
    attribution
        Of `chatnt.attribute`; its settings are used again.
    count
        How many times each sequence is shuffled, which takes as long as so many attributions.
    task
        That of the attribution, if it is not one of the registered tasks.
    seed
        Draws the shuffles.

    Returns
    -------
    tuple of Attribution
        One for each shuffle.

    Raises
    ------
    SequenceError
        If a sequence has no other order with the same dinucleotides.
    UnknownTaskError
        If the task is not registered, and not given.
    ValueError
        If `count` is below 1, or the attribution does not say how it was made.

    Examples
    --------
    >>> null = chatnt.attribute_shuffled(chat, why)  # doctest: +SKIP
    >>> chatnt.call_peaks(why, null)  # doctest: +SKIP
    """
    if count < 1:
        raise ValueError(f"count={count} must be at least 1.")
    if not attribution.settings:
        raise ValueError("This attribution has no settings; give one that chatnt.attribute made.")
    rng = random.Random(seed)
    shuffles = [[_shuffled(dna, rng) for dna in attribution.sequences] for _ in range(count)]
    asked = attribution.task if task is None else task
    return tuple(
        attribute(pair, attribution.question, each, task=asked, **attribution.settings) for each in shuffles
    )


def _shuffled(dna: DNA, rng: random.Random) -> DNA:
    if len(set(str(dna))) == 1 or len(dna) < 4:
        raise SequenceError(
            f"The sequence {str(dna)[:20]!r} of {len(dna)} base{'s' * (len(dna) != 1)} has no other order "
            "with the same dinucleotides, so it has no null; give a longer one."
        )
    return DNA(shuffle_dinucleotides(str(dna), rng), name=dna.name)
