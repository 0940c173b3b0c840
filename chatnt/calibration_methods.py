"""The methods of calibration by name: which suits which kind of task, and how it is fitted and tried."""

import functools
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.calibrators import (
    Calibrator,
    EachLabel,
    Isotonic,
    Platt,
    Temperature,
    VectorScaling,
    both_ways,
    checked,
)
from chatnt.conformal import COVERAGE, ConformalIntervals, ConformalSets
from chatnt.errors import DataError, TaskError

LEAST = 50
"""Fewest examples that anything is fitted on."""

FOLDS = 5
"""Parts that `cross_fit` makes, and so the fewest examples of a label that is fitted on."""


class Method(NamedTuple):
    """Say how a method is fitted, for which kinds of tasks, what it gives, and what else it is told."""

    fit: Callable[..., Calibrator]
    kinds: tuple[str, ...]
    gives: Literal["probabilities", "sets", "intervals"] = "probabilities"
    told: tuple[str, ...] = ()
    every_label: bool = False  # whether it says something of each label, and so has to see each


_TWO, _ONE_OF = ("binary", "multilabel"), ("binary", "multiclass")

METHODS: dict[str, Method] = {
    "platt": Method(Platt.fit, _TWO),
    "platt_probability": Method(functools.partial(Platt.fit, reads="probability"), _TWO),
    "isotonic": Method(Isotonic.fit, _TWO),
    "temperature": Method(Temperature.fit, ("binary", "multiclass", "multilabel")),
    "vector": Method(VectorScaling.fit, _ONE_OF, every_label=True),
    "conformal_sets": Method(ConformalSets.fit, _ONE_OF, "sets", ("coverage",)),
    "conformal_intervals": Method(
        ConformalIntervals.fit, ("regression",), "intervals", ("coverage", "points")
    ),
}
"""The methods by name. ``"platt_probability"`` is the ChatNT paper's: its curve reads probabilities."""

USUAL = {
    "binary": "platt",
    "multiclass": "vector",
    "multilabel": "platt",
    "regression": "conformal_intervals",
}
"""The method of each kind of task where none is named."""


def method_for(kind: str, name: str | None = None) -> str:
    """Return the name of a method that suits a kind of task.

    Parameters
    ----------
    kind
        ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
    name
        Default: the usual one.

    Raises
    ------
    TaskError
        If the method is for other kinds.
    ValueError
        If there is no such method.

    Examples
    --------
    >>> method_for("multiclass")
    'vector'
    """
    suited = ", ".join(other for other, method in METHODS.items() if kind in method.kinds)
    name = USUAL[kind] if name is None else name
    if name not in METHODS:
        raise ValueError(f"There is no method {name!r} of calibration; for {kind} tasks there are {suited}.")
    if kind not in METHODS[name].kinds:
        raise TaskError(
            f"The method {name!r} is for {' and '.join(METHODS[name].kinds)} tasks, not for {kind}; "
            f"for these there are {suited}."
        )
    return name


def fit_calibrator(
    method: str,
    probabilities: ArrayLike,
    truth: ArrayLike,
    *,
    kind: str,
    coverage: float = COVERAGE,
    points: ArrayLike = (),
) -> Calibrator:
    """Fit a method.

    Parameters
    ----------
    method
        One of `METHODS`.
    probabilities
        Of shape (rows, labels), of rows that the pair was not trained on; of a binary task the
        positive label is the second; of a regression task (rows, points).
    truth
        Class numbers of shape (rows,); of a multilabel task whether each label holds, of shape
        (rows, labels); of a regression task the measured values, of shape (rows,).
    kind
        Of the task.
    coverage
        How often conformal sets and intervals are to hold the truth, above 0 and below 1.
    points
        The numbers that the columns of a regression task stand for, rising.

    Raises
    ------
    DataError
        As `check_truth`, or if something is no probability, or shapes do not match.
    TaskError
        If the method is for other kinds of tasks.
    ValueError
        If there is no such method.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> chances = rng.random(4000)
    >>> sure = chances**3 / (chances**3 + (1 - chances) ** 3)  # three times the log-odds
    >>> fitted = fit_calibrator("temperature", both_ways(sure), rng.random(4000) < chances, kind="binary")
    >>> bool(2.7 < fitted.temperature < 3.3)
    True
    """
    fitting = _Fitting(method_for(kind, method), kind, coverage, points)
    return fitting.fit(*_checked_rows(method, kind, probabilities, truth))


def cross_fit(  # noqa: PLR0913 - those of `fit_calibrator`, and a seed
    method: str,
    probabilities: ArrayLike,
    truth: ArrayLike,
    *,
    kind: str,
    coverage: float = COVERAGE,
    points: ArrayLike = (),
    seed: int = 0,
) -> NDArray:
    """Apply a method to each row as fitted on other rows, so that it can be judged on the rows it was given.

    Rows are dealt into `FOLDS` parts, those of each label in turn, and each part is corrected by what
    the others say.

    Parameters
    ----------
    method, probabilities, truth, kind, coverage, points
        As in `fit_calibrator`.
    seed
        Deals the rows.

    Returns
    -------
    ndarray
        What the method gives for each row, in their order: probabilities of shape (rows, labels), sets
        of shape (rows, labels) or intervals of shape (rows, 2).

    Raises
    ------
    DataError, TaskError, ValueError
        As `fit_calibrator`.
    """
    fitting = _Fitting(method_for(kind, method), kind, coverage, points)
    given, true = _checked_rows(method, kind, probabilities, truth)
    if kind != "multilabel":
        return fitting.across(given, true, seed)
    each = fitting._replace(kind="binary")
    columns = zip(given.T, true.T, strict=True)
    return np.stack([each.across(both_ways(c), t, seed)[:, 1] for c, t in columns], axis=1)


def check_truth(method: str, kind: str, truth: ArrayLike, *, labels: int) -> NDArray:
    """Return what is true of rows, if a method can be fitted on it.

    Parameters
    ----------
    method, kind, truth
        As in `fit_calibrator`.
    labels
        How many there are; of a number it does not matter.

    Raises
    ------
    DataError
        If there are fewer than `LEAST` rows, only one label or too few of one, or something that
        is no class or no number.
    """
    true = np.asarray(truth)
    if len(true) < LEAST:
        raise DataError(f"There are {len(true)} examples; a calibration needs {LEAST} or more.")
    if kind == "regression":
        wrong = ~np.isfinite(true.astype(float))
        if wrong.any():
            raise DataError(f"{wrong.sum()} of {len(true)} measured values are not finite numbers.")
        return true.astype(float)
    several = kind == "multilabel"
    every_label = kind != "multiclass" or METHODS[method].every_label
    for column in true.T if several else [true]:
        _check_labels(column.astype(int), 2 if several else labels, every_label=every_label)
    return true.astype(int)


class _Fitting(NamedTuple):
    """Fit rows that have been checked."""

    method: str
    kind: str
    coverage: float
    points: ArrayLike

    def fit(self, given: NDArray, true: NDArray) -> Calibrator:
        if self.kind == "multilabel":
            each = self._replace(kind="binary")
            columns = zip(given.T, true.T, strict=True)
            return EachLabel(tuple(each.fit(both_ways(column), flags) for column, flags in columns))
        method = METHODS[self.method]
        told: dict[str, Any] = {name: getattr(self, name) for name in method.told}
        return method.fit(given, true, **told)

    def across(self, given: NDArray, true: NDArray, seed: int) -> NDArray:
        parts = _dealt(true if self.kind != "regression" else np.zeros(len(true), int), seed)
        held = [self.fit(given[parts != i], true[parts != i]).apply(given[parts == i]) for i in range(FOLDS)]
        found = np.empty((len(given), held[0].shape[1]), held[0].dtype)
        for i, rows in enumerate(held):
            found[parts == i] = rows
        return found


def _dealt(classes: NDArray[np.integer], seed: int) -> NDArray[np.int64]:
    """Return the part of each row; each part gets about as many of each class."""
    shuffled = np.random.default_rng(seed).permutation(len(classes))
    order = shuffled[np.argsort(classes[shuffled], kind="stable")]
    parts = np.empty(len(classes), np.int64)
    parts[order] = np.arange(len(classes)) % FOLDS
    return parts


def _checked_rows(
    method: str, kind: str, probabilities: ArrayLike, truth: ArrayLike
) -> tuple[NDArray[np.float64], NDArray]:
    try:
        given = checked(probabilities, 2 if kind == "binary" else None, shared=kind != "multilabel")
    except ValueError as error:
        raise DataError(str(error)) from error
    true = np.asarray(truth)
    expected = given.shape if kind == "multilabel" else given.shape[:1]
    if true.shape != expected:
        raise DataError(f"The truth has the shape {true.shape}, expected {expected} beside {given.shape}.")
    return given, check_truth(method, kind, true, labels=given.shape[1])


def _check_labels(classes: NDArray[np.integer], labels: int, *, every_label: bool) -> None:
    if not ((classes >= 0) & (classes < labels)).all():
        raise DataError(
            f"Class numbers are from 0 to {labels - 1}, but there are {classes.min()} to {classes.max()}."
        )
    counts = np.bincount(classes, minlength=labels)
    if (counts > 0).sum() == 1:
        raise DataError(
            f"All {len(classes)} examples have class {counts.argmax()}; a calibration needs others, too."
        )
    rare = [f"{n} of class {i}" for i, n in enumerate(counts.tolist()) if n < FOLDS]
    if rare and (every_label or (counts >= FOLDS).sum() < 2):
        raise DataError(f"There are {', '.join(rare)}; give {FOLDS} examples of each or more.")
