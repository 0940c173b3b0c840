"""What the widget of calibration measures; the page computes the same."""

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.cutoffs import measure_at, measure_ranking
from chatnt.reliability import (
    Binning,
    brier_score,
    expected_calibration_error,
    log_loss,
    maximum_calibration_error,
    reliability_table,
)

BINNING: dict[str, Binning] = {"uniform": "width", "quantile": "mass"}
"""The strategies of scikit-learn's ``calibration_curve``, and what they are called elsewhere here."""

NAMES = {
    "ece": "calibration error (ECE)",
    "ece_by_chance": "by chance alone",
    "mce": "largest error of a bin",
    "brier": "Brier score",
    "log_loss": "log loss",
    "auroc": "area under ROC",
    "average_precision": "average precision",
    "accuracy": "accuracy",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "mcc": "MCC",
    "tp": "true positives",
    "fp": "false positives",
    "fn": "false negatives",
    "tn": "true negatives",
}
"""What is measured, and how it is written."""

Side = tuple[NDArray[np.float64], NDArray[np.bool_]]
"""Probabilities of the positive label, and whether it is true, of shape (rows,) each."""


def measure(side: Side, *, threshold: float, bins: int, strategy: str) -> dict[str, float | int | None]:
    """Return everything in `NAMES`; what cannot be computed is `None`."""
    chances, true = side
    how = {"bins": bins, "binning": BINNING[strategy]}
    found = {
        "ece": expected_calibration_error(chances, true, **how),
        "ece_by_chance": chance_error(reliability_groups(chances, **how)),
        "mce": maximum_calibration_error(chances, true, **how),
        "brier": brier_score(chances, true),
        "log_loss": log_loss(chances, true),
        **measure_ranking(chances, true),
        **measure_at(chances, true, threshold),
    }
    return {name: found[name] for name in NAMES}


def bin_table(side: Side, *, bins: int, strategy: str) -> pd.DataFrame:
    """Return one row per bin that is not empty, as `chatnt.reliability.reliability_table` does."""
    return reliability_table(*side, bins=bins, binning=BINNING[strategy])


def reliability_groups(chances: NDArray[np.float64], *, bins: int, binning: Binning) -> list[NDArray]:
    """Return the probabilities of each bin that is not empty."""
    counts = reliability_table(chances, np.zeros(len(chances), int), bins=bins, binning=binning)["count"]
    return np.split(np.sort(chances), np.cumsum(counts)[:-1])


def chance_error(groups: list[NDArray]) -> float:
    """Return about what expected calibration error labels have that are drawn from the probabilities.

    The sum of a bin's labels is nearly normal, so that its mean distance from the sum of the
    probabilities is ``sqrt(2 v / pi)``, with ``v`` the sum of ``p (1 - p)``. The page has no time for
    the drawing of `chatnt.reliability.error_by_chance`.
    """
    away = sum(math.sqrt(2 * float((group * (1 - group)).sum()) / math.pi) for group in groups)
    return away / sum(map(len, groups))
