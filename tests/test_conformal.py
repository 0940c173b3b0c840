"""Sets and intervals that hold the truth as often as asked."""

import dataclasses

import numpy as np
import pytest

from chatnt.conformal import (
    ConformalIntervals,
    ConformalSets,
    likely_sets,
    measure_intervals,
    measure_sets,
)
from chatnt.errors import DataError

POINTS = np.linspace(-2, 2, 21)


def labelled(rng, rows, power=3.0):
    """Three labels, and probabilities that are far too sure."""
    true = rng.dirichlet([1, 1, 1], rows)
    truth = (rng.random((rows, 1)) > true.cumsum(1)).sum(1).clip(max=2)
    sure = true**power
    return sure / sure.sum(1, keepdims=True), truth


def numbered(rng, rows, width=0.1):
    """Numbers with noise of 0.5, and distributions of another width around their means."""
    means = rng.uniform(-1, 1, rows)
    shares = np.exp(-(((POINTS - means[:, None]) / width) ** 2) / 2)
    return shares / shares.sum(1, keepdims=True), means + rng.normal(0, 0.5, rows)


@pytest.mark.parametrize("coverage", [0.7, 0.9])
def test_sets_of_exchangeable_rows_hold_the_truth_as_often_as_asked(coverage):
    rng = np.random.default_rng(0)
    held = []
    for _ in range(300):
        chances, truth = labelled(rng, 400)
        fitted = ConformalSets.fit(chances[:200], truth[:200], coverage=coverage)
        held.append(fitted.apply(chances[200:])[np.arange(200), truth[200:]].mean())
    # Exactly ceil(201 * coverage) / 201 in the mean; its standard error is below 0.003.
    assert np.mean(held) == pytest.approx(np.ceil(201 * coverage) / 201, abs=0.009)


@pytest.mark.parametrize("width", [0.1, 1.5])
@pytest.mark.parametrize("coverage", [0.7, 0.9])
def test_intervals_of_exchangeable_rows_hold_the_value_as_often_as_asked(coverage, width):
    rng = np.random.default_rng(0)
    held, signs = [], []
    for _ in range(300):
        shares, truth = numbered(rng, 400, width)
        fitted = ConformalIntervals.fit(shares[:200], truth[:200], points=POINTS, coverage=coverage)
        low, high = fitted.apply(shares[200:]).T
        held.append(((low <= truth[200:]) & (truth[200:] <= high)).mean())
        signs.append(np.sign(fitted.margin))
    assert np.mean(held) == pytest.approx(np.ceil(201 * coverage) / 201, abs=0.009)
    assert set(signs) == {1.0 if width < 0.5 else -1.0}  # widened where too sure, else narrowed


def test_the_least_probability_is_that_of_the_right_rank():
    stated = np.arange(1, 100) / 100
    chances = np.column_stack([1 - stated, stated])
    fitted = ConformalSets.fit(chances, np.ones(99, int), coverage=0.9)
    assert fitted.least == 0.10  # 90 of the 99 are at least as likely, and of 100 rows 90 are to be
    assert fitted.apply(chances)[:, 1].sum() == 90
    assert ConformalSets.fit(chances, np.ones(99, int), coverage=0.99).least == 0.01


def test_sets_may_be_empty_and_may_hold_all():
    fitted = ConformalSets(0.4)
    assert fitted.apply([[0.5, 0.5], [0.3, 0.7], [0.35, 0.35]]).tolist() == [
        [True, True], [False, True], [False, False],
    ]  # fmt: skip


def test_the_ends_of_a_plain_interval_are_quantiles():
    plain = ConformalIntervals(tuple(POINTS), coverage=0.9)
    shares, _ = numbered(np.random.default_rng(0), 50, width=0.4)
    below = shares.cumsum(1) - shares / 2
    expected = [[np.interp(q, row, POINTS) for q in (0.05, 0.95)] for row in below]
    np.testing.assert_allclose(plain.apply(shares), expected)
    sure = np.eye(21)[[0, 20, 7]]  # of one point all is at that point, the first and the last too
    np.testing.assert_allclose(plain.apply(sure).mean(1), POINTS[[0, 20, 7]], atol=0.2)


def test_ends_never_pass_each_other():
    shares, _ = numbered(np.random.default_rng(0), 50)
    ends = ConformalIntervals(tuple(POINTS), margin=-5.0).apply(shares)
    assert (ends[:, 0] == ends[:, 1]).all()
    wide = ConformalIntervals(tuple(POINTS), margin=5.0).apply(shares)
    assert (wide[:, 0] < POINTS[0]).all()  # values may lie beyond the points


def test_likely_sets_are_the_smallest_that_are_likely_enough():
    chances = np.random.default_rng(0).dirichlet([1, 1, 1, 1], 200)
    sets = likely_sets(chances, 0.8)
    inside = (chances * sets).sum(1)
    least = np.where(sets, chances, np.inf).min(1)
    assert (inside >= 0.8).all()
    assert (inside - least < 0.8).all()
    assert (least >= np.where(sets, 0, chances).max(1)).all()
    assert likely_sets([[0.5, 0.5]], 0.5).sum() == 1
    assert likely_sets([[0.2, 0.3, 0.5]], 0.8).tolist() == [[False, True, True]]  # whatever 0.5 + 0.3 is


def test_sets_are_measured():
    sets = np.array([[True, False], [True, True], [False, False], [False, True]])
    measured = measure_sets(sets, np.array([0, 1, 0, 0]))
    assert [measured[name].value for name in ("coverage", "size", "empty")] == [0.5, 1.0, 0.25]
    assert measured["coverage"].low == pytest.approx(0.15, abs=0.01)
    half = 1.96 * np.std([1, 2, 0, 1]) / 2
    assert measured["size"].high == pytest.approx(1 + half, rel=1e-3)


def test_intervals_are_measured():
    ends = np.array([[0.0, 1.0], [0.0, 1.0], [2.0, 6.0]])
    measured = measure_intervals(ends, np.array([1.0, 1.1, 2.0]))  # the ends belong to them
    assert measured["coverage"].value == pytest.approx(2 / 3)
    assert measured["width"].value == 2.0


@pytest.mark.parametrize("coverage", [0.0, 1.0, -0.1, 90])
def test_a_coverage_that_is_none_is_told(coverage):
    chances, truth = labelled(np.random.default_rng(0), 60)
    with pytest.raises(ValueError, match="above 0 and below 1"):
        ConformalSets.fit(chances, truth, coverage=coverage)


@pytest.mark.parametrize(("coverage", "needed"), [(0.99, 99), (0.95, 19)])
def test_a_coverage_needs_so_many_rows(coverage, needed):
    chances, truth = labelled(np.random.default_rng(0), needed)
    ConformalSets.fit(chances, truth, coverage=coverage)
    with pytest.raises(DataError, match=f"from {needed - 1} examples; it needs {needed} or more"):
        ConformalSets.fit(chances[1:], truth[1:], coverage=coverage)


def test_points_that_do_not_fit_are_told():
    fitted = ConformalIntervals((0.0, 1.0, 2.0))
    with pytest.raises(ValueError, match=r"\(4, 2\), expected \(rows, 3\)"):
        fitted.apply(np.ones((4, 2)) / 2)
    for points in ((1.0, 1.0, 2.0), (2.0,)):
        with pytest.raises(ValueError, match="two or more, and rising"):
            dataclasses.replace(fitted, points=points).apply(np.ones((1, len(points))))
