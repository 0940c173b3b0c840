"""Segments of high scores: as high as can be, and as likely as they are."""

import numpy as np
import pytest
from scipy import stats

from chatnt.segments import chances, corrected, maximal_segments


def best(scores, low, high):
    """Return the segment between two places with the highest sum, by trying all."""
    tried = [(sum(scores[i:j]), i - j, i, j) for i in range(low, high) for j in range(i + 1, high + 1)]
    return max(tried, default=(0.0,))


def by_definition(scores, low, high):
    """Take the highest segment, then those on either side of it (Ruzzo and Tompa 1999, proposition 1)."""
    total, *_, start, end = (*best(scores, low, high), 0, 0)[:4] if high > low else (0, 0, 0, 0)
    if total <= 0:
        return []
    return [*by_definition(scores, low, start), (start, end, total), *by_definition(scores, end, high)]


def test_the_example_of_the_paper():
    scores = np.array([4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5.0])
    assert maximal_segments(scores) == [(0, 1, 4.0), (2, 3, 3.0), (4, 11, 7.0)]


@pytest.mark.parametrize("seed", range(20))
def test_segments_are_those_of_the_definition(seed):
    scores = np.random.default_rng(seed).normal(-0.3, 1, 30)
    found = maximal_segments(scores)
    expected = by_definition(scores.tolist(), 0, 30)
    assert [x[:2] for x in found] == [x[:2] for x in expected]
    np.testing.assert_allclose([x[2] for x in found], [x[2] for x in expected])


def test_nothing_is_no_segment():
    assert maximal_segments(np.zeros(5)) == []
    assert maximal_segments(-np.ones(5)) == []
    assert maximal_segments(np.zeros(0)) == []
    assert maximal_segments(np.ones(3)) == [(0, 3, 3.0)]


@pytest.mark.parametrize("law", [stats.expon, stats.gamma(2), stats.genpareto(0.2)])
def test_chances_are_those_of_the_law_far_beyond_what_was_seen(law):
    null = law.rvs(size=20_000, random_state=np.random.default_rng(0))
    for p in (0.5, 0.1, 1e-2, 1e-3, 1e-4, 1e-5):
        found = chances(np.array([law.isf(p)]), null)[0]
        assert p / 3 < found < p * 3
    assert (np.diff(chances(np.linspace(0, 30, 200), null)) <= 1e-3).all()


def test_few_values_are_counted_and_no_chance_is_zero():
    np.testing.assert_allclose(chances(np.array([9.0, 2.5, 0.0]), np.arange(4.0)), [1 / 5, 2 / 5, 1.0])
    assert chances(np.array([1.0]), np.zeros(0)) == [1.0]
    flat = chances(np.array([5.0]), np.random.default_rng(0).uniform(size=1000))
    assert 0 < flat[0] < 1e-3
    assert chances(np.array([3.0]), np.zeros(1000))[0] == pytest.approx(1 / 1001)


@pytest.mark.parametrize("law", [stats.laplace, stats.norm, stats.t(4)])
def test_chances_are_uniform_where_nothing_is(law):
    rng = np.random.default_rng(1)
    found = []
    for _ in range(60):
        null = law.rvs(size=600, random_state=rng)
        found.append(chances(law.rvs(size=40, random_state=rng), null))
    found = np.concatenate(found)
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert 0.005 < (found <= 0.01).mean() < 0.02


def test_correction_is_that_of_benjamini_and_hochberg():
    p = [0.01, 0.04, 0.03, 0.005]  # times 4 over the rank, and no more than that of the next
    np.testing.assert_allclose(corrected(p), [0.02, 0.04, 0.04, 0.02])
    assert len(corrected([])) == 0
