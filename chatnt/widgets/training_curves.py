"""What a run has written so far, as curves that a page can draw."""

import math
from array import array
from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

MOST = 2000
"""Points of a curve that a page is given; a longer one keeps the lowest and the highest of each part."""

RATES = ("learning_rate", "gradient_norm")
VALIDATION = "validation/"
"""Stands before the names of what was validated, in the names of curves."""

_PACE = 200  # records whose pace is taken for that of the run

COLUMNS = 5
"""Numbers of a point: its curve, step, seconds of training, value, and the mean of its part."""


class Curves:
    """Hold the curves of a run: all points, by name.

    ``loss``, ``learning_rate``, ``gradient_norm``, ``tokens_per_second``, ``rows_per_second``, and
    ``validation/NAME`` for what was measured. What is not finite has no point and is in `broken`.

    Parameters
    ----------
    records
        As a `TrainingLog` has them.
    """

    def __init__(self, records: Iterable[Mapping[str, Any]] = ()) -> None:
        self._points: dict[str, array] = {}
        self.broken: list[tuple[int, str]] = []
        self.step, self.seconds = 0, 0.0
        self._clock: deque[tuple[int, float]] = deque(maxlen=_PACE)
        self.add(records)

    def add(self, records: Iterable[Mapping[str, Any]]) -> None:
        """Take further records."""
        for record in records:
            self.step = max(self.step, record["step"])
            self.seconds += _number(record.get("seconds"))
            for name, value in _values(record):
                if math.isfinite(value):
                    self._points.setdefault(name, array("d")).extend((record["step"], self.seconds, value))
                else:
                    self.broken.append((record["step"], name))
            self._clock.append((self.step, self.seconds))

    @property
    def names(self) -> list[str]:
        """Names of the curves, as they came."""
        return list(self._points)

    def count(self, name: str) -> int:
        """Return how many points a curve has."""
        return len(self._points[name]) // 3

    def points(self, name: str, start: int = 0) -> np.ndarray:
        """Return step, seconds and value of each point of a curve, (points, 3), from one on."""
        return np.array(self._points[name][3 * start :], dtype=np.float64).reshape(-1, 3)

    def seconds_per_step(self) -> float:
        """Return how long a step took, of the last 200 records, validations included; 0 if unknown."""
        if len(self._clock) < 2:
            return self.seconds / max(1, self.step) if self.step else 0.0
        (first, began), (last, ended) = self._clock[0], self._clock[-1]
        return (ended - began) / (last - first) if last > first else 0.0

    def last(self) -> dict[str, float]:
        """Return the last value of each curve."""
        return {name: points[-1] for name, points in self._points.items()}


def table(points: np.ndarray, number: int, most: int = MOST) -> np.ndarray:
    """Return a curve as the page reads it.

    Parameters
    ----------
    points
        Step, seconds and value of each, (points, 3).
    number
        Of the curve.
    most
        If there are more points, they are cut into parts of one size, and of each the lowest and
        the highest are kept, in their order.

    Returns
    -------
    ndarray of shape (points, 5), float32
        See `COLUMNS`.
    """
    kept = np.empty((len(points), COLUMNS), dtype="<f4")
    kept[:, 0], kept[:, 1:4], kept[:, 4] = number, points, points[:, 2]
    if len(points) <= most:
        return kept
    chosen: list[int] = []
    for part in np.array_split(np.arange(len(points)), most // 2):
        values = points[part, 2]
        kept[part, 4] = values.mean()
        chosen += sorted({int(part[values.argmin()]), int(part[values.argmax()])})
    return kept[chosen]


def _values(record: Mapping[str, Any]) -> Iterable[tuple[str, float]]:
    for name, value in (record.get("validation") or {}).items():
        yield VALIDATION + name, _number(value, math.nan)
    if "loss" not in record:
        return
    yield "loss", _number(record["loss"], math.nan)
    for name in RATES:
        if name in record:
            yield name, _number(record[name], math.nan)
    seconds = _number(record.get("seconds"))
    for name in ("tokens", "rows"):
        if name in record and seconds > 0:
            yield f"{name}_per_second", _number(record[name]) / seconds


def _number(value: object, otherwise: float = 0.0) -> float:
    return float(value) if isinstance(value, int | float) else otherwise
