"""Fit the calibrations of the bundled pair on validation sequences, and measure them on the test sets."""

import random
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from chatnt.calibrating import calibrate_each, calibrated
from chatnt.calibration import Calibration
from chatnt.calibration_methods import LEAST
from chatnt.calibrations import Calibrations
from chatnt.conformal import measure_intervals, measure_sets
from chatnt.conversation import Question, Turn
from chatnt.discrimination import measure_discrimination
from chatnt.engine import Engine
from chatnt.metrics import as_text, score_predictions
from chatnt.reliability import Estimate, measure_calibration
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.tasks.sources import Example, Splits

SENTENCES = 3
"""Answer sentences of each label, as many as `chatnt.evaluation.predict` scores for its predictions."""

FITTED, MEASURED_NUMBERS = 1000, 500
"""Most validation rows that a calibration is fitted on, and most test rows whose intervals are measured."""

METHODS = {
    "binary": ("platt", "conformal_sets"),
    "multiclass": ("vector", "conformal_sets"),
    "multilabel": ("platt",),
    "regression": ("conformal_intervals",),
}
"""What is fitted for each kind of task."""


def fit_calibrations(
    engine: Engine, tasks: Iterable[Task], splits: Mapping[str, Splits], *, seed: int = 0
) -> Calibrations:
    """Fit those of tasks on validation sequences, in wordings that were not trained on.

    A task with fewer such sequences than a calibration needs is left out.
    """
    found: list[Calibration] = []
    for task in tasks:
        rows, methods = splits[task.name].validation, METHODS[task.kind]
        if len(rows) < LEAST:
            continue
        told: dict[str, Any] = {"limit": FITTED, "seed": seed, "progress": True}
        found += calibrate_each(engine, task, rows, methods, sentences=SENTENCES, **told)
    return Calibrations(found)


def measure_calibrations(
    engine: Engine,
    calibrations: Calibrations,
    predictions: pd.DataFrame,
    splits: Mapping[str, Splits],
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """Measure calibrations on test rows.

    Parameters
    ----------
    engine
        Scores the numbers, whose predictions hold no distributions.
    calibrations
        Of these weights.
    predictions
        Of all test rows, with probabilities from `SENTENCES` sentences of each label.
    splits
        Data of each task.
    seed
        Chooses rows and wordings, and resamples.

    Returns
    -------
    DataFrame
        ``task``, ``method``, rows ``fitted`` and ``tested``; expected calibration error before and after,
        with the ends of its 95 % interval; Brier score and log loss before and after; the MCC of the
        written answers (``mcc_written``), of the likeliest label (``mcc``) and after calibration; and
        how often sets or intervals hold the truth (``coverage``), and their mean ``size``: labels, or
        the unit of the task.
    """
    rows = []
    for name in dict.fromkeys(each.task for each in calibrations):
        task, fitted = get_task(name), calibrations.of(name)
        if task.scale:
            rows.append(_numbers(engine, fitted["intervals"], splits[name].test, seed))
        else:
            rows.append(_labels(task, fitted, predictions.loc[predictions["task"] == name], seed))
    return pd.DataFrame(rows)


def _labels(
    task: Task, fitted: Mapping[str, Calibration], predictions: pd.DataFrame, seed: int
) -> dict[str, Any]:
    chances = np.stack(predictions["probabilities"].to_list()).astype(float)
    names = [as_text(label) for label in task.labels]
    truth = np.array([names.index(label) for label in predictions["label"]])
    calibration = fitted["probabilities"]
    better = calibration.calibrator.apply(chances)
    before, after = (_errors(given, truth, seed) for given in (chances, better))
    found: dict[str, Any] = {
        "task": task.name,
        "method": calibration.method,
        "fitted": calibration.count,
        "tested": len(truth),
        "ece_before": before["ece"].value,
        "ece": after["ece"].value,
        "ece_low": after["ece"].low,
        "ece_high": after["ece"].high,
        "brier_before": before["brier"].value,
        "brier": after["brier"].value,
        "log_loss_before": before["log_loss"].value,
        "log_loss": after["log_loss"].value,
        "mcc_written": score_predictions(task, predictions).mcc,
        "mcc": before["mcc"].value,
        "mcc_calibrated": after["mcc"].value,
    }
    sets = measure_sets(fitted["sets"].calibrator.apply(chances), truth)
    return found | {name: sets[name].value for name in ("coverage", "size")}


def _errors(chances: np.ndarray, truth: np.ndarray, seed: int) -> dict[str, Estimate]:
    return measure_calibration(chances, truth, seed=seed) | measure_discrimination(chances, truth, seed=seed)


def _numbers(
    engine: Engine, calibration: Calibration, tested: Sequence[Example], seed: int
) -> dict[str, Any]:
    rng = random.Random(f"{seed}/{calibration.task}")
    chosen = rng.sample(range(len(tested)), min(MEASURED_NUMBERS, len(tested)))
    texts = get_task(calibration.task).questions.test
    asked = [[Turn(Question(rng.choice(texts), (DNA(tested[i].sequence),)))] for i in chosen]
    intervals = calibrated(engine, calibration, asked)
    truth = np.array([float(tested[i].label) for i in chosen])  # type: ignore[arg-type]
    measured = measure_intervals(intervals, truth)
    return {
        "task": calibration.task,
        "method": calibration.method,
        "fitted": calibration.count,
        "tested": len(chosen),
        "coverage": measured["coverage"].value,
        "size": measured["width"].value,
    }
