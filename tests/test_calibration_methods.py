"""Which methods suit which tasks, what they refuse, and how they are tried on held-out parts."""

import math

import numpy as np
import pytest

from chatnt.calibration_methods import (
    FOLDS,
    LEAST,
    METHODS,
    USUAL,
    _dealt,
    check_truth,
    cross_fit,
    fit_calibrator,
    method_for,
)
from chatnt.calibrators import EachLabel, Platt, VectorScaling, both_ways
from chatnt.conformal import ConformalIntervals, ConformalSets
from chatnt.errors import DataError, TaskError

RNG = np.random.default_rng(0)
CHANCES = RNG.random(300)
TRUTH = (RNG.random(300) < CHANCES**2).astype(int)
THREE = RNG.dirichlet([1, 1, 1], 300)
CLASSES = np.array([RNG.choice(3, p=row) for row in THREE])
SEVERAL = RNG.random((300, 2))
HELD = (RNG.random((300, 2)) < SEVERAL**2).astype(int)
POINTS = (0.0, 1.0, 2.0)
VALUES = RNG.normal(1, 1, 300)
ROWS = {
    "binary": (both_ways(CHANCES), TRUTH),
    "multiclass": (THREE, CLASSES),
    "multilabel": (SEVERAL, HELD),
    "regression": (THREE, VALUES),
}
PAIRS = [(name, kind) for name, method in METHODS.items() for kind in method.kinds]


def test_every_kind_has_a_usual_method():
    for kind, name in USUAL.items():
        assert method_for(kind) == name
        assert kind in METHODS[name].kinds


@pytest.mark.parametrize(
    ("name", "kind", "suited"),
    [
        ("platt", "regression", "conformal_intervals"),
        ("platt", "multiclass", "temperature, vector, conformal_sets"),
        ("isotonic", "multiclass", "temperature, vector, conformal_sets"),
        (
            "conformal_intervals",
            "binary",
            "platt, platt_probability, isotonic, temperature, vector, conformal_sets",
        ),
        ("vector", "multilabel", "platt, platt_probability, isotonic, temperature"),
    ],
)
def test_a_method_for_other_kinds_is_told(name, kind, suited):
    with pytest.raises(
        TaskError, match=f"'{name}' is for .* tasks, not for {kind}; for these there are {suited}."
    ):
        fit_calibrator(name, *ROWS[kind], kind=kind)


def test_an_unknown_method_is_told():
    with pytest.raises(
        ValueError, match="no method 'plat' of calibration; for binary tasks there are platt, "
    ):
        cross_fit("plat", *ROWS["binary"], kind="binary")


@pytest.mark.parametrize(("name", "kind"), PAIRS)
def test_every_method_is_fitted_and_tried(name, kind):
    fitted = fit_calibrator(name, *ROWS[kind], kind=kind, points=POINTS)
    whole = fitted.apply(ROWS[kind][0])
    crossed = cross_fit(name, *ROWS[kind], kind=kind, points=POINTS)
    assert (crossed.shape, crossed.dtype) == (whole.shape, whole.dtype)
    assert not np.array_equal(crossed, whole)
    if METHODS[name].gives == "probabilities":
        assert np.abs(crossed - whole).mean() < 0.05


def test_methods_are_told_what_they_need():
    sets = fit_calibrator("conformal_sets", *ROWS["binary"], kind="binary", coverage=0.7)
    assert sets == ConformalSets.fit(*ROWS["binary"], coverage=0.7)
    intervals = fit_calibrator("conformal_intervals", *ROWS["regression"], kind="regression", points=POINTS)
    assert intervals == ConformalIntervals.fit(*ROWS["regression"], points=POINTS)
    paper = fit_calibrator("platt_probability", *ROWS["binary"], kind="binary")
    assert paper == Platt.fit(*ROWS["binary"], reads="probability")


def test_labels_that_hold_at_once_are_fitted_one_by_one():
    fitted = fit_calibrator("platt", *ROWS["multilabel"], kind="multilabel")
    each = [Platt.fit(both_ways(c), t) for c, t in zip(SEVERAL.T, HELD.T, strict=True)]
    assert fitted == EachLabel(tuple(each))
    crossed = cross_fit("platt", *ROWS["multilabel"], kind="multilabel", seed=3)
    for column in range(2):
        alone = cross_fit("platt", both_ways(SEVERAL[:, column]), HELD[:, column], kind="binary", seed=3)
        np.testing.assert_array_equal(crossed[:, column], alone[:, 1])


@pytest.mark.parametrize("kind", ["multiclass", "regression"])
def test_each_part_is_corrected_by_the_others(kind):
    given, truth = ROWS[kind]
    crossed = cross_fit(USUAL[kind], given, truth, kind=kind, points=POINTS, seed=5)
    parts = _dealt(truth if kind == "multiclass" else np.zeros(300, int), seed=5)
    for part in range(FOLDS):
        held = parts == part
        others = given[~held], truth[~held]
        fitted = (
            VectorScaling.fit(*others)
            if kind == "multiclass"
            else ConformalIntervals.fit(*others, points=POINTS)
        )
        np.testing.assert_array_equal(crossed[held], fitted.apply(given[held]))


def test_a_rows_own_truth_does_not_correct_it():
    changed = VALUES.copy()
    changed[7] = 1e6
    before, after = (
        cross_fit("conformal_intervals", THREE, v, kind="regression", points=POINTS, coverage=0.99)
        for v in (VALUES, changed)
    )
    assert (before[7] == after[7]).all()
    assert (before != after).any()


def test_parts_have_as_many_of_each_class():
    parts = _dealt(CLASSES, seed=0)
    table = np.array([[((parts == p) & (c == CLASSES)).sum() for c in range(3)] for p in range(FOLDS)])
    assert np.ptp(table, axis=0).max() <= 1
    assert not np.array_equal(parts, _dealt(CLASSES, seed=1))
    assert np.array_equal(parts, _dealt(CLASSES, seed=0))


def test_fifty_examples_are_enough():
    given, truth = both_ways(CHANCES[:LEAST]), np.tile([0, 1], LEAST // 2)
    fit_calibrator("platt", given, truth, kind="binary")
    with pytest.raises(DataError, match="There are 49 examples; a calibration needs 50 or more"):
        fit_calibrator("platt", given[1:], truth[1:], kind="binary")
    with pytest.raises(DataError, match="There are 0 examples"):
        check_truth("platt", "binary", [], labels=2)


@pytest.mark.parametrize("run", [fit_calibrator, cross_fit])
@pytest.mark.parametrize(
    ("kind", "given", "truth", "match"),
    [
        ("binary", both_ways(CHANCES), np.ones(300), "All 300 examples have class 1"),
        ("multiclass", THREE, np.full(300, 2), "All 300 examples have class 2"),
        ("multilabel", SEVERAL, HELD * [1, 0], "All 300 examples have class 0"),
        ("binary", both_ways(CHANCES), [1] * 4 + [0] * 296, "There are 4 of class 1; give 5"),
        ("multiclass", THREE, [0] * 296 + [1] * 4, "There are 4 of class 1, 0 of class 2; give 5"),
        ("binary", both_ways(CHANCES), [2] * 150 + [0] * 150, "from 0 to 1, but there are 0 to 2"),
        ("regression", THREE, [math.nan] + [1.0] * 299, "1 of 300 measured values are not finite"),
        ("binary", both_ways([math.nan] + [0.5] * 299), TRUTH, "1 of 300 rows do not hold probabilities"),
        ("binary", both_ways([math.inf] + [0.5] * 299), TRUTH, "1 of 300 rows do not hold probabilities"),
        ("multiclass", np.full((300, 3), math.nan), CLASSES, "300 of 300 rows"),
        ("multilabel", SEVERAL + 1, HELD, "do not hold probabilities from 0 to 1:"),
        ("binary", THREE, TRUTH, r"expected \(rows, 2\)"),
        ("binary", both_ways(CHANCES), TRUTH[1:], r"truth has the shape \(299,\), expected \(300,\)"),
        ("multilabel", SEVERAL, TRUTH, r"shape \(300,\), expected \(300, 2\)"),
    ],
)
def test_rows_that_cannot_be_fitted_on_are_told(run, kind, given, truth, match):
    with pytest.raises(DataError, match=match):
        run(USUAL[kind], given, np.asarray(truth), kind=kind, points=POINTS)


def test_a_label_may_be_missing_where_nothing_is_said_of_it():
    truth = np.tile([0, 1], 150)
    assert fit_calibrator("temperature", THREE, truth, kind="multiclass").temperature > 0
    with pytest.raises(DataError, match="There are 0 of class 2"):
        fit_calibrator("vector", THREE, truth, kind="multiclass")
    with pytest.raises(DataError, match="There are 4 of class 1, 0 of class 2"):
        fit_calibrator("temperature", THREE, np.repeat([0, 1], [296, 4]), kind="multiclass")
