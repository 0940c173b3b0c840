"""Changes to sequences that keep their labels, so that a small training set is not learned by heart."""

import random
from collections.abc import Mapping, Sequence

from chatnt.conversation import PLACEHOLDER
from chatnt.pairs.families import Family
from chatnt.sequence import DNA
from chatnt.tasks.base import Truth

Sample = tuple[str, Mapping[str, Truth]]
"""A sequence, and what is true of it by the name of the task."""

DECOYS = {"splice_sites_all": "neither", "splice_sites_donors": "not a donor site",
          "splice_sites_acceptors": "not an acceptor site"}  # fmt: skip
"""What is true of a window that is centred on another GT or AG than the site it was chosen for."""

DECOY_SHARE = 0.15
DECOY_REACH = 60
"""Farthest decoy from the centre, in bases; few exons are so short that it meets a true site."""


def augmented(sample: Sample, others: Sequence[Sample], family: Family, rng: random.Random) -> Sample:
    """Return a changed sample; see `Family` for the changes.

    Splice sites also: bases beyond a random distance become N, and some examples without a
    site are made by centring a sequence on another GT or AG (`decoy`).

    Parameters
    ----------
    sample
        What is changed.
    others
        Samples of the family to make chimeras and decoys of.
    family
        Says how.
    rng
        Decides everything.
    """
    sequence, truths = sample
    if rng.random() < family.chimeras:
        alike = [s for s, t in rng.choices(others, k=20) if t == truths and len(s) == len(sequence)]
        sequence = chimera(sequence, alike[0], rng) if alike else sequence
    if rng.random() < family.lost:
        lost = min(rng.randint(1, 120), len(sequence))
        sequence = "N" * lost + sequence[lost:]
    if family.turned:
        sequence = moved(sequence, rng)
    if "splice_sites_all" in family.tasks and rng.random() < DECOY_SHARE:
        sequence = _decoy_or_hidden(sequence, truths, others, rng)
    return mutated(sequence, family.replaced, rng, kept=family.kept), truths


def _decoy_or_hidden(
    sequence: str, truths: Mapping[str, Truth], others: Sequence[Sample], rng: random.Random
) -> str:
    if all(truths[name] == DECOYS[name] for name in truths):
        return decoy(rng.choice(others)[0], rng) or sequence
    return hidden(sequence, rng.randint(-DECOY_REACH, DECOY_REACH))


def chimera(sequence: str, other: str, rng: random.Random) -> str:
    """Join one half of a sequence with the opposite half of another, at their middles."""
    left, right = (sequence, other) if rng.random() < 0.5 else (other, sequence)
    return left[: len(left) // 2] + right[len(right) // 2 :]


def decoy(sequence: str, rng: random.Random) -> str | None:
    """Centre a sequence on a GT or AG near its middle that is not at its middle.

    Returns
    -------
    str or None
        Of the same length, with N where nothing is known; `None` if there is no such place.

    Examples
    --------
    >>> decoy("AAAAACCCGTCC", random.Random(0))
    'AAACCCGTCCNN'
    """
    middle = len(sequence) // 2
    near = range(max(2, middle - DECOY_REACH), min(len(sequence) - 2, middle + DECOY_REACH))
    places = [
        i
        for i in near
        if abs(i - middle) > 1 and (sequence[i : i + 2] == "GT" or sequence[i - 2 : i] == "AG")
    ]
    if not places:
        return None
    shift = rng.choice(places) - middle
    return sequence[shift:] + "N" * shift if shift > 0 else "N" * -shift + sequence[:shift]


def hidden(sequence: str, bases: int) -> str:
    """Hide bases at the end (positive) or start (negative), as decoys have it."""
    if bases >= 0:
        return sequence[: len(sequence) - bases] + "N" * bases
    return "N" * -bases + sequence[-bases:]


def moved(sequence: str, rng: random.Random, reach: int = 24) -> str:
    """Move the window by up to `reach` bases, and read every second one on the other strand."""
    shift = rng.randint(-reach, reach)
    sequence = sequence[max(0, shift) : len(sequence) + min(0, shift)]
    return DNA(sequence).reverse_complement().sequence if rng.random() < 0.5 else sequence


def mutated(sequence: str, share: float, rng: random.Random, *, kept: int = 0) -> str:
    """Replace a share of the bases, 0 to 1, by random ones, but none of those `kept` in the middle."""
    letters = list(sequence)
    middle = range((len(letters) - kept) // 2, (len(letters) + kept) // 2)
    for _ in range(round(share * len(letters))):
        i = rng.randrange(len(letters))
        if letters[i] != "N" and i not in middle:
            letters[i] = rng.choice("ACGT")
    return "".join(letters)


def with_words_lost(question: str, share: float, rng: random.Random) -> str:
    """Leave out some words of a question, so that none of them is all that counts.

    Parameters
    ----------
    question
        With its placeholders, which stay.
    share
        Of the words that are left out, on average.
    rng
        Chooses them.

    Examples
    --------
    >>> with_words_lost("Is there an enhancer in <DNA>?", 0.3, random.Random(2))
    'Is there in <DNA>?'
    """
    return " ".join(word for word in question.split() if PLACEHOLDER in word or rng.random() >= share)
