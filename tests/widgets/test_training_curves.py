"""Curves of what a run has written."""

import json

import numpy as np
import pytest

from chatnt.widgets.training_curves import Curves, table
from tests.widgets.logs import records, step


def test_curves_are_what_was_written():
    curves = Curves(records(20))
    assert curves.names == [
        "loss", "learning_rate", "gradient_norm", "tokens_per_second", "rows_per_second", "validation/mean",
        "validation/h3",
    ]  # fmt: skip
    assert curves.points("loss")[:, 0].tolist() == list(range(1, 21))
    assert curves.points("loss")[:, 2] == pytest.approx([2 / i for i in range(1, 21)])
    # Ten steps of half a second, and a second of validation.
    assert curves.points("loss")[[0, 9, 10], 1].tolist() == [0.5, 5.0, 6.5]
    assert curves.points("validation/h3")[:, :2].tolist() == [[10, 6.0], [20, 12.0]]
    assert curves.points("loss", 18)[:, 0].tolist() == [19, 20]
    assert curves.count("loss") == 20
    assert curves.last()["tokens_per_second"] == 200
    assert curves.last()["rows_per_second"] == 8


def test_the_pace_is_that_of_the_last_records():
    slow = [step(i, seconds=10.0) for i in range(1, 300)]
    fast = [step(i, seconds=1.0) for i in range(300, 600)]
    assert Curves(slow + fast).seconds_per_step() == 1.0
    assert Curves([step(1)]).seconds_per_step() == 0.5
    assert Curves().seconds_per_step() == 0.0


def test_what_is_not_finite_has_no_point():
    odd = json.loads('[{"step": 2, "loss": NaN, "gradient_norm": Infinity, "learning_rate": null}]')
    curves = Curves([step(1), *odd, step(3)])
    assert curves.points("loss")[:, 0].tolist() == [1, 3]
    assert (2, "loss") in curves.broken
    assert (2, "gradient_norm") in curves.broken


def test_a_short_curve_is_sent_whole():
    points = np.array([[1, 0.5, 3.0], [2, 1.0, 2.0]])
    sent = table(points, 7, most=2)
    assert sent.dtype == np.dtype("<f4")
    assert sent.tolist() == [[7, 1, 0.5, 3, 3], [7, 2, 1, 2, 2]]


def test_a_long_curve_keeps_its_extremes_and_means():
    rng = np.random.default_rng(0)
    steps = np.arange(1, 10_001)
    points = np.column_stack([steps, steps / 2, rng.normal(size=10_000)])
    points[4321, 2], points[777, 2] = 50.0, -50.0
    sent = table(points, 0, most=200)
    assert 100 < len(sent) <= 200
    assert sent[:, 1].tolist() == sorted(sent[:, 1])
    assert {(4322.0, 50.0), (778.0, -50.0)} <= {(one[1], one[3]) for one in sent.tolist()}
    assert sent[0, 4] == pytest.approx(points[:100, 2].mean(), abs=1e-6)
    for _, at, seconds, value, _ in sent:
        assert points[int(at) - 1, 1:] == pytest.approx([seconds, value], rel=1e-6)
