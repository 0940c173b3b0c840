"""Sequences that share a long word."""

import random

import pytest

from chatnt.tasks.examples import Example
from chatnt.tasks.overlap import reverse_complement
from chatnt.tasks.shared_words import sharing_rows

RNG = random.Random(0)


def drawn(length):
    return "".join(RNG.choices("ACGT", k=length))


def other_strand(text):
    return reverse_complement(text.encode()).decode()


def shares(train, test, **settings):
    given = {"h3": [Example(text, 0) for text in train]}, {"h4": [Example(text, 0) for text in test]}
    return sharing_rows(*given, **settings)["h4"].tolist()


GENOME = drawn(400)


@pytest.mark.parametrize("strand", [str, other_strand])
@pytest.mark.parametrize(("common", "expected"), [(200, True), (32, True), (31, False), (0, False)])
def test_windows_that_overlap_share_a_word(strand, common, expected):
    test = [drawn(50), strand(GENOME[200 - common : 400 - common]), drawn(20)]
    assert shares([drawn(60), GENOME[:200]], test) == [False, expected, False]


def test_one_other_base_breaks_a_word():
    changed = GENOME[:50] + ("A" if GENOME[50] != "A" else "C") + GENOME[51:]
    assert shares([GENOME[20:80]], [changed[20:80]]) == [False]
    assert shares([GENOME[20:100]], [changed[20:100]]) == [True]


def test_no_word_reaches_over_two_sequences_or_an_unknown_base():
    assert shares([GENOME[:20], GENOME[20:40]], [GENOME[:40]]) == [False]
    assert shares([GENOME[:40]], [GENOME[:20], GENOME[20:40]]) == [False, False]
    assert shares([GENOME[:40]], [GENOME[:20] + "N" + GENOME[21:40]]) == [False]


def test_the_length_of_the_word_is_chosen():
    assert shares([GENOME[:60]], [GENOME[50:]], word=10) == [True]
    assert shares([GENOME[:60]], [GENOME[50:]], word=11) == [False]
    with pytest.raises(ValueError, match="33 bases: give 8 to 32"):
        shares([GENOME], [GENOME], word=33)


def test_every_part_of_a_large_training_set_is_read(monkeypatch):
    monkeypatch.setattr("chatnt.tasks.shared_words._BLOCK", 100)
    train = [drawn(60) for _ in range(20)]
    assert shares(train, [text[5:50] for text in train]) == [True] * 20


def test_nothing_shares_nothing():
    assert shares([], [GENOME]) == [False]
    assert shares([GENOME], []) == []
    assert sharing_rows({"h3": [Example(GENOME, 0)]}, {}) == {}
