"""Sequences with the same pairs of neighbours in another order."""

import itertools
import random
from collections import Counter

import pytest

from chatnt.tasks.dinucleotides import shuffle_dinucleotides


def pairs(text):
    return Counter(itertools.pairwise(text))


@pytest.mark.parametrize("text", ["", "A", "AC", "ACG", "AAAA", "ACACACAC", "ACGTNNACGT"])
def test_short_and_repeating_sequences_keep_their_pairs(text):
    shuffled = shuffle_dinucleotides(text, random.Random(0))
    assert pairs(shuffled) == pairs(text)
    assert Counter(shuffled) == Counter(text)


@pytest.mark.parametrize("seed", range(20))
def test_pairs_are_kept_and_places_are_not(seed):
    rng = random.Random(seed)
    text = "".join(rng.choices("ACGT", k=300))
    shuffled = shuffle_dinucleotides(text, rng)
    assert pairs(shuffled) == pairs(text)
    assert (shuffled[0], shuffled[-1]) == (text[0], text[-1])
    assert sum(a == b for a, b in zip(text, shuffled, strict=True)) < 150


def test_every_order_is_equally_likely():
    text, rng = "AACACGAC", random.Random(0)
    possible = {p for p in map("".join, itertools.permutations(text)) if pairs(p) == pairs(text)}
    drawn = Counter(shuffle_dinucleotides(text, rng) for _ in range(6000))
    assert set(drawn) == possible
    assert len(possible) == 6
    # Each is drawn 1,000 times, with a standard deviation of 29.
    assert all(abs(times - 1000) < 150 for times in drawn.values())


def test_the_seed_decides_the_order():
    text = "ACGGTACCATG" * 5
    first, again, other = (shuffle_dinucleotides(text, random.Random(seed)) for seed in (1, 1, 2))
    assert first == again != other
