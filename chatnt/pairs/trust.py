"""Fit the calibrations of the bundled pair on unseen sequences, and measure them on the test sets."""

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
from chatnt.reliability import error_by_chance, measure_calibration
from chatnt.resampling import Estimate
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.tasks.overlap import letters_of, reverse_complement
from chatnt.tasks.sources import Example, Splits

SENTENCES = 3
"""Answer sentences of each label, as many as `chatnt.evaluation.predict` scores for its predictions."""

FITTED, FITTED_NUMBERS, MEASURED_NUMBERS = 3000, 1000, 1000
"""Most rows that a calibration of labels and one of numbers is fitted on, and most test rows whose intervals
are measured."""

METHODS = {
    "binary": ("platt", "conformal_sets"),
    "multiclass": ("vector", "conformal_sets"),
    "multilabel": ("platt",),
    "regression": ("conformal_intervals",),
}
"""What is fitted for each kind of task."""


def unseen_rows(
    tasks: Iterable[Task], splits: Mapping[str, Splits], published: Mapping[str, Sequence[Example]]
) -> dict[str, list[Example]]:
    """Return the rows of the training tables that the pair was neither trained nor is tested on.

    Those are the validation sequences, and the sequences of which another task is tested: the marks of
    yeast share theirs, so that half of each table was kept out of every training set. Such rows
    are as far from the training sequences as the test rows are, which validation rows are not.

    Parameters
    ----------
    tasks
        Which to read.
    splits
        Of all tasks that the pair was trained on.
    published
        Training tables as they are published, by the name of the task.
    """
    trained = _both_strands(parts.train for parts in splits.values())
    rows = {}
    for task in tasks:
        apart = trained | _both_strands([splits[task.name].test])
        rows[task.name] = [row for row in published[task.name] if row.sequence.encode("ascii") not in apart]
    return rows


def _both_strands(parts: Iterable[Sequence[Example]]) -> set[bytes]:
    found = {sequence for rows in parts for sequence in letters_of(rows)}
    return found | {reverse_complement(sequence) for sequence in found}


def fit_calibrations(
    engine: Engine, tasks: Iterable[Task], unseen: Mapping[str, Sequence[Example]], *, seed: int = 0
) -> Calibrations:
    """Fit those of tasks on sequences and in wordings that the pair was not trained on.

    A task with fewer such sequences than a calibration needs is left out.
    """
    found: list[Calibration] = []
    for task in tasks:
        rows, methods = unseen[task.name], METHODS[task.kind]
        if len(rows) < LEAST:
            continue
        most = FITTED_NUMBERS if task.scale else FITTED
        told: dict[str, Any] = {"limit": most, "seed": seed, "progress": True}
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
        ``task``, ``method``, rows ``fitted`` and ``tested``; expected calibration error before and after
        (``ece_before``, ``ece``), with the ends of its 95 % interval, and what it would be on average if
        the probabilities were right (``ece_by_chance``: frequencies of few rows are never just as
        expected); Brier score and log loss before and after; the MCC of the written answers
        (``mcc_written``), of the likeliest label (``mcc``) and after calibration; and how often sets or
        intervals hold the truth (``coverage``), and their mean ``size``: labels, or
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
        "ece_by_chance": error_by_chance(better, seed=seed),
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
