"""Calibration errors, their intervals, and tables."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from chatnt.reliability import (
    CLIP,
    brier_score,
    error_by_chance,
    expected_calibration_error,
    log_loss,
    maximum_calibration_error,
    measure_calibration,
    reliability_table,
)
from chatnt.resampling import wilson_interval

RNG = np.random.default_rng(1)
CHANCES = RNG.beta(2, 1, 900)
TRUTH = (RNG.random(900) < CHANCES**1.6).astype(int)
THREE = RNG.dirichlet([1, 2, 3], 400)
CLASSES = np.array([RNG.choice(3, p=row) for row in THREE])


@pytest.mark.parametrize("binning", ["mass", "width"])
@pytest.mark.parametrize("bins", [1, 7, 15])
def test_a_table_is_what_scikit_learn_draws(bins, binning):
    table = reliability_table(CHANCES, TRUTH, bins=bins, binning=binning)
    strategy = {"mass": "quantile", "width": "uniform"}[binning]
    true, stated = calibration_curve(TRUTH, CHANCES, n_bins=bins, strategy=strategy)
    np.testing.assert_allclose(table["accuracy"], true)
    np.testing.assert_allclose(table["confidence"], stated)
    assert table["count"].sum() == len(TRUTH)
    gaps = np.abs(table["confidence"] - table["accuracy"])
    expected = expected_calibration_error(CHANCES, TRUTH, bins=bins, binning=binning)
    assert expected == pytest.approx((gaps * table["count"]).sum() / len(TRUTH))
    largest = maximum_calibration_error(CHANCES, TRUTH, bins=bins, binning=binning)
    assert largest == pytest.approx(gaps.max())


def test_bins_of_equal_mass_have_about_as_many_rows():
    counts = reliability_table(CHANCES, TRUTH)["count"]
    assert len(counts) == 15
    assert counts.between(59, 61).all()


def test_equal_confidences_share_a_bin_in_any_order():
    chances, truth = np.repeat([0.3, 0.7], 50), np.tile([0, 1], 50)
    sorted_truth = np.concatenate([np.sort(truth[:50]), np.sort(truth[50:])])
    for labels in (truth, sorted_truth):
        assert expected_calibration_error(chances, labels) == pytest.approx(0.2)
        assert reliability_table(chances, labels)["count"].tolist() == [50, 50]


def test_one_confidence_is_one_bin():
    assert expected_calibration_error(np.full(40, 0.6), [1] * 10 + [0] * 30) == pytest.approx(0.35)
    assert maximum_calibration_error(np.full(40, 0.6), [1] * 10 + [0] * 30) == pytest.approx(0.35)


def test_of_more_labels_the_likeliest_counts():
    chances = [[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.1, 0.1, 0.8], [0.2, 0.2, 0.6]]
    table = reliability_table(chances, [0, 2, 2, 2], bins=2, binning="width")
    assert table[["count", "confidence", "accuracy"]].values.tolist() == [[1, 0.5, 1.0], [3, 2.2 / 3, 2 / 3]]
    assert expected_calibration_error(chances, [0, 2, 2, 2], bins=1) == pytest.approx(
        0.75 - 2.7 / 4, abs=1e-12
    )


def test_two_columns_are_as_one():
    both = np.column_stack([1 - CHANCES, CHANCES])
    for measure in (expected_calibration_error, maximum_calibration_error, brier_score, log_loss):
        assert measure(both, TRUTH) == pytest.approx(measure(CHANCES, TRUTH))


def test_losses_are_those_of_scikit_learn():
    assert brier_score(CHANCES, TRUTH) == pytest.approx(metrics.brier_score_loss(TRUTH, CHANCES))
    assert log_loss(CHANCES, TRUTH) == pytest.approx(metrics.log_loss(TRUTH, CHANCES))
    assert log_loss(THREE, CLASSES) == pytest.approx(metrics.log_loss(CLASSES, THREE))
    assert brier_score(THREE, CLASSES) == pytest.approx(((THREE - np.eye(3)[CLASSES]) ** 2).sum(1).mean())


def test_what_was_impossible_is_no_infinite_surprise():
    assert log_loss([0.0, 1.0], [1, 1]) == pytest.approx(-np.log(CLIP) / 2)


def test_values_of_measurements_are_those_of_the_functions():
    measured = measure_calibration(THREE, CLASSES, bins=6, resamples=50)
    assert measured["ece"].value == pytest.approx(expected_calibration_error(THREE, CLASSES, bins=6))
    assert measured["mce"].value == pytest.approx(maximum_calibration_error(THREE, CLASSES, bins=6))
    assert measured["brier"].value == pytest.approx(brier_score(THREE, CLASSES))
    assert measured["log_loss"].value == pytest.approx(log_loss(THREE, CLASSES))
    for estimate in measured.values():
        assert 0 <= estimate.low <= estimate.value <= estimate.high


def test_the_interval_of_a_mean_is_the_usual_one():
    measured = measure_calibration(CHANCES, TRUTH, resamples=4000)
    for name, losses in {
        "brier": (CHANCES - TRUTH) ** 2,
        "log_loss": -np.log(np.where(TRUTH == 1, CHANCES, 1 - CHANCES)),
    }.items():
        half = 1.96 * losses.std() / np.sqrt(len(losses))
        assert measured[name].low == pytest.approx(losses.mean() - half, abs=0.15 * half)
        assert measured[name].high == pytest.approx(losses.mean() + half, abs=0.15 * half)


def test_an_interval_holds_the_true_error():
    """Percentiles alone would lie above it in nearly all of these draws of 200 rows."""
    rng = np.random.default_rng(0)
    many = rng.beta(2, 1, 200_000)
    for power, least in ((1.0, 36), (1.15, 33), (1.6, 33)):
        true, held = np.abs(many - many**power).mean(), 0
        for seed in range(40):
            chances = rng.beta(2, 1, 200)
            measured = measure_calibration(
                chances, rng.random(200) < chances**power, resamples=300, seed=seed
            )
            held += measured["ece"].low <= true <= measured["ece"].high
        assert held >= least


def test_one_seed_gives_one_interval():
    first, again, other = (measure_calibration(CHANCES, TRUTH, resamples=100, seed=s) for s in (3, 3, 4))
    assert first == again
    assert first["brier"].low != other["brier"].low
    assert first["brier"].value == other["brier"].value


@pytest.mark.parametrize(("right", "count"), [(0, 10), (3, 10), (10, 10), (501, 1000)])
def test_the_interval_of_a_frequency_is_wilsons(right, count):
    expected = binomtest(right, count).proportion_ci(method="wilson")
    assert [float(end) for end in wilson_interval(right, count)] == pytest.approx(
        [expected.low, expected.high]
    )


def test_a_table_has_the_interval_of_each_frequency():
    table = reliability_table(CHANCES, TRUTH)
    low, high = wilson_interval((table["accuracy"] * table["count"]).round(), table["count"])
    np.testing.assert_allclose(table["low"], low)
    np.testing.assert_allclose(table["high"], high)


@pytest.mark.parametrize(
    ("chances", "truth", "settings", "match"),
    [
        ([], [], {}, "one row or more"),
        ([0.5, 0.5], [1], {}, r"shape \(2,\) and truth of shape \(1,\)"),
        ([[0.5], [0.5]], [0, 0], {}, "at least two labels"),
        ([0.5, np.nan], [0, 1], {}, "from 0 to 1, but there are .*nan"),
        ([0.5, np.inf], [0, 1], {}, "but there are .*inf"),
        ([0.5, 1.5], [0, 1], {}, "1.5"),
        ([0.5, 0.5], [0, 2], {}, "Class numbers are from 0 to 1"),
        ([0.5, 0.5], [0, -1], {}, "but there are -1 to 0"),
        ([0.5, 0.5], [0, 1], {"bins": 0}, "bins=0"),
        ([0.5, 0.5], [0, 1], {"binning": "log"}, "binning='log'"),
    ],
)
def test_what_cannot_be_measured_is_told(chances, truth, settings, match):
    for measure in (expected_calibration_error, reliability_table, measure_calibration):
        with pytest.raises(ValueError, match=match):
            measure(chances, truth, **settings)


@pytest.mark.parametrize("chances", [CHANCES, THREE])
def test_what_is_perfectly_calibrated_errs_by_chance(chances):
    """The mean over labels that are drawn here, from the probabilities."""
    rng = np.random.default_rng(5)
    both = chances if chances.ndim == 2 else np.column_stack([1 - chances, chances])
    drawn = [[rng.choice(both.shape[1], p=row) for row in both] for _ in range(60)]
    mean = np.mean([expected_calibration_error(chances, labels) for labels in drawn])
    assert error_by_chance(chances) == pytest.approx(mean, rel=0.06)
    assert error_by_chance(np.repeat(chances, 50, axis=0)) < error_by_chance(chances) / 4
