"""Curves of deletion and insertion, against sums on paper."""

import numpy as np
import pytest

from chatnt.deletion import measure_faithfulness
from chatnt.errors import SequenceError
from chatnt.faithfulness_result import MAP, MOVED, RANDOM

LETTERS = "ACGT"
WEIGHTS = np.array([4.0, 0.0, -1.0, 2.0])  # what each of the four bases adds to the target


def evaluate(rows, batch_size):
    """Add up the weights of the bases that are as they were."""
    rows = list(rows)
    kept = np.array([[a == b for a, b in zip(row[0], LETTERS, strict=True)] for row in rows], float)
    return kept @ WEIGHTS


def measured(scores=WEIGHTS, **how):
    usual = {"replacement": "N", "points": 4, "controls": 40}
    return measure_faithfulness([LETTERS], [scores], evaluate, **(usual | how))


def test_the_best_go_first_and_the_areas_are_those_on_paper():
    found = measured()
    # 4 + 0 - 1 + 2 = 5; without the 4: 1; without the 2: -1; without the 0: -1; without the -1: 0.
    np.testing.assert_allclose(found.deletion[MAP][0, 0], [5, 1, -1, -1, 0])
    np.testing.assert_allclose(found.insertion[MAP][0, 0], [0, 4, 6, 6, 5])
    assert found.areas("deletion")[0, 0] == pytest.approx((5 / 2 + 1 - 1 - 1 + 0 / 2) / 4)
    assert found.areas("insertion")[0, 0] == pytest.approx((0 / 2 + 4 + 6 + 6 + 5 / 2) / 4)


def test_in_a_random_order_every_base_goes_at_any_time():
    # Each weight is there for half of the way on average, so the area is half of the sum.
    found = measured(controls=3000, shuffles=1)
    for curve in ("deletion", "insertion"):
        assert found.areas(curve, RANDOM).mean() == pytest.approx(2.5, abs=0.05)
        assert found.gains(curve).mean() > 0.5


def test_a_map_upside_down_loses():
    found = measured(-WEIGHTS)
    np.testing.assert_allclose(found.deletion[MAP][0, 0], measured().insertion[MAP][0, 0][::-1])
    assert found.gains("deletion").mean() < 0
    assert found.gains("insertion").mean() < 0


def test_a_moved_map_keeps_its_neighbours():
    letters, seen = "ACGTTGCA" * 4, []

    def watch(rows, batch_size):
        seen.extend(row[0] for row in rows)
        return np.zeros(len(seen))

    scores = np.zeros(32)
    scores[5:9] = 1
    measure_faithfulness([letters], [scores], watch, replacement="N", points=8, controls=6)
    # The first quarter of the steps deletes the four marked bases, wherever the map lies.
    quarters = [row.index("N") for row in seen if row.count("N") == 4 and "NNNN" in row + row]
    starts = set(quarters)
    assert 5 in starts
    assert len(starts) > 3


def test_letters_of_shuffles_stand_in_their_own_places():
    letters, seen = "ACGGTACCATGA", []

    def watch(rows, batch_size):
        seen.extend(row[0] for row in rows)
        return np.arange(len(seen), dtype=float)

    measure_faithfulness([letters], [np.arange(12)], watch, points=4, controls=2, shuffles=2)
    fills = seen[1:3]
    assert fills[0] != fills[1]
    assert all(sorted(fill) == sorted(letters) for fill in fills)
    # The map's own order comes next, with each shuffle: the last quarter goes first.
    assert seen[3] == letters[:9] + fills[0][9:]
    assert seen[6] == letters[:9] + fills[1][9:]


def test_curves_are_means_over_shuffles():
    def length_of_run(rows, batch_size):
        return np.array([float(i) for i, _ in enumerate(rows)])

    found = measure_faithfulness(
        ["ACGGTACCATGA"], [np.arange(12)], length_of_run, points=2, controls=2, shuffles=2
    )
    # Rows: 0 the sequence, 1 and 2 the shuffles, 3 and 4 half of the map's order for each.
    np.testing.assert_allclose(found.deletion[MAP][0, 0], [0, 3.5, 1.5])
    np.testing.assert_allclose(found.insertion[MAP][0, 0], [1.5, 5.5, 0])


def test_several_sequences_are_one_order():
    seen = []

    def watch(rows, batch_size):
        seen.extend(list(row) for row in rows)
        return np.zeros(len(seen))

    measure_faithfulness(["ACG", "TT"], [[1, 5, 2], [4, 3]], watch, replacement="N", points=5, controls=2)
    assert seen[2:6] == [["ANG", "TT"], ["ANG", "NT"], ["ANG", "NN"], ["ANN", "NN"]]


def test_a_seed_draws_the_same_controls():
    first, again, other = measured(seed=3), measured(seed=3), measured(seed=4)
    for name in (RANDOM, MOVED):
        np.testing.assert_array_equal(first.deletion[name], again.deletion[name])
    assert (first.deletion[RANDOM] != other.deletion[RANDOM]).any()


def test_another_map_is_compared_where_it_is_given():
    found = measured(others=[("upside down", [-WEIGHTS])])
    assert found.controls == (RANDOM, MOVED, "upside down")
    np.testing.assert_allclose(found.deletion["upside down"][0, 0], [5, 6, 6, 4, 0])


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"replacement": "X"}, "no replacement 'X'"),
        ({"points": 0}, "points=0"),
        ({"shuffles": 0}, "shuffles=0"),
        ({"controls": 1}, "two orders or more"),
        ({"batch_size": 0}, "batch_size=0"),
    ],
)
def test_bad_numbers_are_told(how, words):
    with pytest.raises(ValueError, match=words):
        measured(**how)


def test_what_cannot_be_shuffled_is_told():
    with pytest.raises(SequenceError, match="replacement='N'"):
        measure_faithfulness(["AAAAAA"], [np.ones(6)], evaluate)
