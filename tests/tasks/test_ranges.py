"""What the sequences of a task span, in words."""

import numpy as np
import pytest

from chatnt.sequence import DNA
from chatnt.tasks.ranges import PAIRS, TaskRange, pair_shares, unknown_reasons


def known(shortest=81, longest=81):
    low, high = np.full(17, 0.02), np.full(17, 0.10)
    low[0], high[0] = 0.31, 0.48
    return TaskRange((shortest, longest), low, high)


def test_pairs_are_counted_by_hand():
    shares, counts = pair_shares(["ACGTAC", "ANCCA", "N", "A"])
    assert counts.tolist() == [5, 2, 0, 0]
    assert {PAIRS[i]: shares[0, i] for i in np.flatnonzero(shares[0])} == pytest.approx(
        {"AC": 0.4, "CG": 0.2, "GT": 0.2, "TA": 0.2}
    )
    assert {PAIRS[i]: shares[1, i] for i in np.flatnonzero(shares[1])} == {"CA": 0.5, "CC": 0.5}
    assert not shares[2:].any()


@pytest.mark.parametrize(
    ("bases", "words"),
    [
        (300, ["longer than any sequence trained on (81 bases, this one has 300)"]),
        (40, ["shorter than any sequence trained on (81 bases, this one has 40)"]),
        (88, []),
        (74, []),
    ],
)
def test_lengths_are_compared_with_a_tolerance(bases, words):
    assert known().length_reasons(bases) == words


def test_a_range_of_lengths_is_named():
    assert known(126, 5943).length_reasons(7000) == [
        "longer than any sequence trained on (126 to 5,943 bases, this one has 7,000)"
    ]
    assert known(126, 5943).length_reasons(2000) == []


def test_the_composition_is_named_by_what_is_most_unusual():
    shares = np.full(16, 1 / 16)
    strong = [shares.copy() for _ in range(2)]
    strong[0][PAIRS.index("GC")] += 0.1
    strong[0][PAIRS.index("AT")] -= 0.1 - 1 / 16
    assert known().composition_reason(shares) == "50 % G+C, the sequences trained on have 31 to 48 %"
    even = np.zeros(16)
    even[[PAIRS.index(p) for p in ("AC", "CA", "AA")]] = 0.35, 0.35, 0.3
    assert known().composition_reason(even) == (
        "35 % of neighbouring bases are AC, the sequences trained on have 2 to 10 %"
    )
    strong_bases = [sum(base in "CG" for base in pair) for pair in PAIRS]
    within = np.array([(0.09, 0.065, 0.03)[count] for count in strong_bases])
    assert known().composition_reason(within).startswith("pairs of neighbouring bases are unlike")


def test_ranges_hold_all_but_one_in_two_hundred():
    shares, _ = pair_shares(["A" * k + "C" * (400 - k) for k in range(401)])
    span = TaskRange.of([400] * 401, shares)
    assert span.lengths == (400, 400)
    assert (span.low[0], span.high[0]) == pytest.approx((0.005, 0.995), abs=0.003)
    assert TaskRange.from_json(span.to_json()).low.tolist() == span.low.tolist()


@pytest.mark.parametrize(
    ("text", "words"), [("ACGT" * 9 + "NNNN", []), ("NR" * 5 + "A" * 10, ["10 of 20 bases"])]
)
def test_unknown_bases_are_counted(text, words):
    found = unknown_reasons(DNA(text))
    assert len(found) == len(words)
    assert all(one.startswith(word) for one, word in zip(found, words, strict=True))
