"""What is fitted to correct probabilities, each against a fit of another kind."""

import json
import math

import numpy as np
import pytest
from scipy.optimize import minimize, minimize_scalar
from scipy.special import log_softmax, softmax
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from chatnt.calibrators import (
    EachLabel,
    Isotonic,
    Platt,
    Temperature,
    VectorScaling,
    both_ways,
    checked,
    from_json,
    to_json,
)
from chatnt.conformal import ConformalIntervals, ConformalSets
from chatnt.errors import DataError
from chatnt.reliability import CLIP

RNG = np.random.default_rng(0)
TRUE = RNG.uniform(-4, 4, 600)
TRUTH = (RNG.random(600) < 1 / (1 + np.exp(-TRUE))).astype(int)
SURE = both_ways(1 / (1 + np.exp(-(2 * TRUE + 1))))
"""Log-odds twice as large as they should be, and one too many."""

LOGITS = RNG.normal(size=(900, 3)) * 2
CLASSES = np.array([RNG.choice(3, p=row) for row in softmax(LOGITS, axis=1)])
THREE = softmax(2 * LOGITS + [0, 1, -1], axis=1)
EXACT = [[0.0, 1.0], [1.0, 0.0], [0.5, 0.5]]


def loss(chances, truth):
    return -np.log(chances[np.arange(len(truth)), truth]).mean()


@pytest.mark.parametrize("reads", ["log-odds", "probability"])
def test_platt_is_the_regression_of_scikit_learn(reads):
    fitted = Platt.fit(SURE, TRUTH, reads=reads)
    scores = np.log(SURE[:, 1] / SURE[:, 0]) if reads == "log-odds" else SURE[:, 1]
    model = LogisticRegression(C=0.1, solver="lbfgs").fit(scores[:, None], TRUTH)
    np.testing.assert_allclose(fitted.apply(SURE), model.predict_proba(scores[:, None]), atol=1e-6)


def test_platt_finds_what_was_done_to_the_log_odds():
    fitted = Platt.fit(SURE, TRUTH)
    assert (fitted.slope, fitted.intercept) == pytest.approx((0.5, -0.5), abs=0.15)


def test_platt_turns_scores_around_that_fall():
    assert Platt.fit(SURE[:, ::-1], TRUTH).slope == pytest.approx(-Platt.fit(SURE, TRUTH).slope, rel=1e-3)


def test_isotonic_is_that_of_scikit_learn_within_what_the_examples_can_tell():
    scores = np.log(SURE[:, 1] / SURE[:, 0])
    model = IsotonicRegression(out_of_bounds="clip").fit(scores, TRUTH)
    others = both_ways(np.linspace(1e-6, 1 - 1e-6, 300))
    expected = model.predict(np.log(others[:, 1] / others[:, 0]))
    found = Isotonic.fit(SURE, TRUTH).apply(others)[:, 1]
    np.testing.assert_allclose(found, expected.clip(1 / 602, 601 / 602), atol=1e-9)
    assert expected.min() == 0
    assert found.min() == pytest.approx(1 / 602)


def test_isotonic_turns_scores_around_that_fall():
    straight, around = Isotonic.fit(SURE, TRUTH).apply(SURE), Isotonic.fit(SURE[:, ::-1], TRUTH)
    np.testing.assert_allclose(around.apply(SURE[:, ::-1]), straight, atol=1e-9)


@pytest.mark.parametrize(("chances", "truth"), [(SURE, TRUTH), (THREE, CLASSES)])
def test_temperature_has_the_smallest_loss(chances, truth):
    logs = np.log(chances)
    best = minimize_scalar(
        lambda t: loss(softmax(logs / np.exp(t), axis=1), truth), bounds=(-3, 3), method="bounded"
    )
    fitted = Temperature.fit(chances, truth)
    assert fitted.temperature == pytest.approx(math.exp(best.x), rel=1e-3)
    corrected = fitted.apply(chances)
    assert (corrected.argsort(1) == chances.argsort(1)).all()
    assert loss(corrected, truth) < loss(chances, truth)


def test_temperature_finds_what_was_done():
    fitted = Temperature.fit(softmax(3 * LOGITS, axis=1), CLASSES)
    assert fitted.temperature == pytest.approx(3, rel=0.1)


def test_temperature_stays_in_its_range():
    """All are wrong, and no temperature is high enough; or all are right, and it is low enough soon."""
    chances = np.tile([0.8, 0.2], (60, 1))
    assert Temperature.fit(chances, np.ones(60, int)).temperature == pytest.approx(1000, rel=1e-6)
    sure = Temperature.fit(chances, np.zeros(60, int))
    assert 0.001 <= sure.temperature < 0.1
    assert sure.apply(chances)[:, 0].min() == pytest.approx(1)


def test_vector_scaling_has_the_smallest_penalised_loss():
    fitted, logs = VectorScaling.fit(THREE, CLASSES), np.log(THREE)

    def penalised(given):
        likely = log_softmax(given[:3] * logs + given[3:], axis=1)[np.arange(900), CLASSES]
        return -likely.sum() + 5 * ((given[:3] - 1) ** 2).sum() + 5 * (given[3:] ** 2).sum()

    best = minimize(penalised, [1, 1, 1, 0, 0, 0], method="BFGS").x  # with numerical gradients
    np.testing.assert_allclose([*fitted.factors, *fitted.offsets], best, atol=2e-3)
    assert loss(fitted.apply(THREE), CLASSES) < loss(Temperature.fit(THREE, CLASSES).apply(THREE), CLASSES)


def test_vector_scaling_leaves_true_probabilities_about_as_they_are():
    chances = softmax(LOGITS, axis=1)
    fitted = VectorScaling.fit(chances, CLASSES)
    assert np.abs(fitted.apply(chances) - chances).max() < 0.06
    np.testing.assert_allclose(VectorScaling((1, 1, 1), (0, 0, 0)).apply(chances), chances)


CALIBRATORS = [
    Platt(0.5, -0.1),
    Platt(-7.25, 1 / 3, "probability"),
    Isotonic((-2.0, 0.1, 3.0), (0.1, 0.4, 0.9)),
    Temperature(1.7),
    VectorScaling((1.0, 2.0), (0.0, -0.3)),
    EachLabel((Platt(2.0, 0.0), Temperature(0.5))),
    ConformalSets(1 / 3, 0.8),
    ConformalIntervals((0.0, 1.0), 0.25, 0.7),
]


@pytest.mark.parametrize("calibrator", CALIBRATORS, ids=lambda c: type(c).__name__)
def test_calibrators_come_back_from_json(calibrator):
    again = from_json(json.loads(json.dumps(to_json(calibrator))))
    assert again == calibrator
    assert (again.apply(EXACT) == calibrator.apply(EXACT)).all()


@pytest.mark.parametrize("calibrator", CALIBRATORS[:6], ids=lambda c: type(c).__name__)
def test_probabilities_of_0_and_1_stay_probabilities(calibrator):
    """They count as one in a thousand million away from there."""
    corrected = calibrator.apply(EXACT)
    assert np.isfinite(corrected).all()
    assert ((corrected >= 0) & (corrected <= 1)).all()
    if not isinstance(calibrator, EachLabel):
        np.testing.assert_allclose(corrected.sum(1), 1)
    near = [[CLIP, 1 - CLIP], [1 - CLIP, CLIP], [0.5, 0.5]]
    np.testing.assert_allclose(corrected, calibrator.apply(near), atol=1e-7)


@pytest.mark.parametrize("kind", [Platt, Isotonic, Temperature, VectorScaling])
def test_probabilities_of_0_and_1_can_be_fitted_on(kind):
    chances, truth = both_ways((SURE[:, 1] > 0.5).astype(float)), TRUTH
    wrong = (chances.argmax(1) != truth).mean()
    assert 0.05 < wrong < 0.3
    corrected = kind.fit(chances, truth).apply(chances)
    assert (1 - corrected.max(1)).mean() == pytest.approx(wrong, abs=0.03)


def test_each_label_is_corrected_alone():
    each = EachLabel((Platt(2.0, 0.0), Temperature(0.5)))
    found = each.apply([[0.2, 0.9], [0.8, 0.8]])
    expected = [
        Platt(2.0, 0.0).apply([[0.8, 0.2], [0.2, 0.8]]),
        Temperature(0.5).apply([[0.1, 0.9], [0.2, 0.8]]),
    ]
    np.testing.assert_allclose(found, np.stack([part[:, 1] for part in expected], axis=1))


@pytest.mark.parametrize(
    "data",
    [
        {"type": "Forest", "trees": 3},
        {"temperature": 1.0},
        {"type": "Temperature"},
        {"type": "Temperature", "temperature": 1.0, "slope": 2.0},
        {"type": "EachLabel", "parts": [{"type": "?"}]},
    ],
)
def test_what_is_no_calibrator_is_told(data):
    with pytest.raises(DataError, match="is no calibrator; expected"):
        from_json(data)


@pytest.mark.parametrize(
    ("chances", "labels", "match"),
    [
        ([0.5, 0.5], None, r"shape \(2,\), expected \(rows, labels\)"),
        ([[0.2, 0.3, 0.5]], 2, r"shape \(1, 3\), expected \(rows, 2\)"),
        ([[0.5, 0.5], [math.nan, 0.5]], 2, r"1 of 2 rows .* add up to 1: 1 \[nan, 0.5\]"),
        ([[math.inf, 0.5]], 2, "not finite have no probability"),
        ([[0.5, 0.6]], 2, "add up to 1"),
        ([[-0.5, 1.5]], 2, "from 0 to 1"),
    ],
)
def test_what_are_no_probabilities_is_told(chances, labels, match):
    with pytest.raises(ValueError, match=match):
        checked(chances, labels)


def test_probabilities_of_files_are_rounded_and_taken():
    assert checked([[0.33333, 0.33333, 0.33333]]).shape == (1, 3)
    assert checked([[0.9, 0.9]], shared=False).shape == (1, 2)
    with pytest.raises(ValueError, match="from 0 to 1: 0"):
        checked([[0.9, 1.1]], shared=False)


@pytest.mark.parametrize("calibrator", CALIBRATORS[:6], ids=lambda c: type(c).__name__)
def test_scores_that_are_not_finite_are_not_corrected(calibrator):
    with pytest.raises(ValueError, match="do not hold probabilities"):
        calibrator.apply([[0.5, 0.5], [math.nan, math.nan]])
