"""Calibrations of the bundled pair are fitted on validation rows and measured on the test rows."""

import random

import numpy as np
import pytest

from chatnt.calibrating import PROTOCOLS, calibrate_each
from chatnt.calibration_methods import METHODS as ALL_METHODS
from chatnt.calibration_methods import fit_calibrator
from chatnt.calibrations import Calibrations
from chatnt.calibrators import both_ways
from chatnt.engine import Engine
from chatnt.evaluation import predict
from chatnt.pairs import trust
from chatnt.pairs.trust import METHODS, SENTENCES, fit_calibrations, measure_calibrations, unseen_rows
from chatnt.reliability import error_by_chance, expected_calibration_error
from chatnt.tasks import get_task
from chatnt.tasks.examples import Examples
from chatnt.tasks.sources import Splits
from tests.tiny import tiny_pair

TATA, LEAF, H3 = (get_task(name) for name in ("promoter_tata", "plant_promoter_leaf", "h3"))


def made(task, count, seed):
    rng = random.Random(f"{task.name}/{seed}")
    truths = [rng.uniform(-2, 2) if task.scale else task.labels[i % 2] for i in range(count)]
    return Examples.of(task, [("".join(rng.choices("ACGT", k=40)), truth) for truth in truths])


@pytest.fixture(scope="module")
def splits():
    parts = {task.name: Splits(*(made(task, n, n) for n in (5, 60, 80))) for task in (TATA, LEAF)}
    return parts | {"h3": Splits(made(H3, 5, 1), made(H3, 49, 2), made(H3, 5, 3))}


@pytest.fixture(scope="module")
def engine():
    return Engine(*tiny_pair())


@pytest.fixture(scope="module")
def fitted(engine, splits):
    return fit_calibrations(
        engine, (TATA, LEAF, H3), {name: parts.validation for name, parts in splits.items()}
    )


def test_every_kind_of_task_has_methods_of_its_kind():
    for kind, names in METHODS.items():
        assert all(kind in ALL_METHODS[name].kinds for name in names)


def test_tasks_with_enough_validation_rows_are_calibrated(fitted):
    assert {(each.task, each.method, each.count) for each in fitted} == {
        ("promoter_tata", "platt", 60),
        ("promoter_tata", "conformal_sets", 60),
        ("plant_promoter_leaf", "conformal_intervals", 60),
    }
    assert {each.sentences for each in fitted} == {SENTENCES}


def test_rows_that_test_another_task_are_fitted_on_and_those_that_train_any_are_not():
    h4, train, aside, test, other = get_task("h4"), "AACC", "ACGA", "CCTT", "GACA"
    rows = {name: Examples.of(H3, [(name, H3.labels[0])]) for name in (train, aside, test, other)}
    splits = {
        "h3": Splits(rows[train], rows[aside], rows[test]),
        "h4": Splits(rows["AACC"], rows[aside], rows[other]),
    }
    published = [*rows[train], *rows[aside], *rows[other], *Examples.of(H3, [("GGTT", H3.labels[0])])]
    unseen = unseen_rows([H3, h4], splits, {"h3": [*published, *rows[test]], "h4": [*published, *rows[test]]})
    # GGTT is the other strand of what was trained on.
    assert [row.sequence for row in unseen["h3"]] == [aside, other]
    assert [row.sequence for row in unseen["h4"]] == [aside, test]


def test_rows_are_scored_once_for_all_methods(engine, splits, monkeypatch):
    asked = []
    read = Engine.read_each
    monkeypatch.setattr(Engine, "read_each", lambda self, some: asked.append(len(some)) or read(self, some))
    both = calibrate_each(engine, TATA, splits["promoter_tata"], METHODS["binary"])
    assert sum(asked) == 60
    assert [each.method for each in both] == ["platt", "conformal_sets"]
    assert PROTOCOLS["held-out"].fitted == "validation"


def test_test_rows_are_measured_by_their_predictions(engine, fitted, splits, monkeypatch):
    """As the calibrator makes of them, which was fitted on other rows."""
    monkeypatch.setattr(trust, "MEASURED_NUMBERS", 30)
    predictions = predict(engine, TATA, splits["promoter_tata"].test, sentences=SENTENCES)
    table = measure_calibrations(engine, fitted, predictions, splits).set_index("task")
    assert list(table.index) == ["promoter_tata", "plant_promoter_leaf"]
    row = table.loc["promoter_tata"]
    chances = np.stack(predictions["probabilities"].to_list())
    truth = np.arange(80) % 2
    platt = fitted.of("promoter_tata")["probabilities"].calibrator
    assert row["ece_before"] == pytest.approx(expected_calibration_error(chances, truth))
    assert row["ece"] == pytest.approx(expected_calibration_error(platt.apply(chances), truth))
    assert row["ece_by_chance"] == pytest.approx(error_by_chance(platt.apply(chances)))
    assert (row["tested"], row["fitted"]) == (80, 60)
    held = fitted.of("promoter_tata")["sets"].calibrator.apply(chances)
    assert row["coverage"] == pytest.approx(held[np.arange(80), truth].mean())
    assert row["size"] == pytest.approx(held.sum(1).mean())
    assert row["mcc_written"] == 0  # an untrained pair states nothing
    leaf = table.loc["plant_promoter_leaf"]
    assert (leaf["tested"], leaf["method"]) == (30, "conformal_intervals")
    assert 0 <= leaf["coverage"] <= 1
    assert leaf["size"] > 0


def test_the_sets_hold_what_they_should_on_rows_like_those_that_were_fitted(fitted):
    rng = np.random.default_rng(0)
    chances = rng.random(4000)
    truth = (rng.random(4000) < chances).astype(int)
    sets = fit_calibrator("conformal_sets", both_ways(chances[:2000]), truth[:2000], kind="binary")
    held = sets.apply(both_ways(chances[2000:]))[np.arange(2000), truth[2000:]]
    assert held.mean() == pytest.approx(0.9, abs=0.02)
    assert len(Calibrations(fitted)) == len(fitted) == 3
