"""The protocols of calibration: what is fitted and what is measured, on which rows."""

from typing import NamedTuple

from chatnt.scoring import LIKELIHOOD
from chatnt.tasks.base import Split


class CalibrationPlan(NamedTuple):
    """Say which part of the data a protocol fits on and measures, how many rows, and what it usually does.

    Without a part to measure, the rows that were fitted on are measured by cross-fitting.
    """

    fitted: str
    wordings: Split
    most: int | None = None
    score: str = LIKELIHOOD
    method: str | None = None
    measured: str | None = None
    most_measured: int | None = None


PROTOCOLS = {
    "held-out": CalibrationPlan("validation", "test"),
    "paper": CalibrationPlan(
        "train", "train", 10_000, "perplexity_printed", "platt_probability", "test", 1_000
    ),
}
"""Protocols by name.

``"held-out"`` fits on rows that the pair was not trained on. ``"paper"`` is that of the ChatNT
paper: 10,000 rows that the pair was trained on, asked as in training, and 1,000 test rows to
measure, asked in other words. What a pair says of rows that it has learned is surer than what it
says of others, so that such a calibration makes too sure.
"""
