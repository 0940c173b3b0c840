"""Ways to correct probabilities: what is fitted on rows with known labels, and applied to others.

Where a logarithm is taken, a probability of exactly 0 or 1 counts as `chatnt.reliability.CLIP` away
from it, one in a thousand million: no row is infinitely sure, and none is lost.

scikit-learn is imported where something is fitted: an answer that is corrected does not wait for it.
"""

import dataclasses
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.conformal import ConformalIntervals, ConformalSets
from chatnt.errors import DataError
from chatnt.reliability import CLIP

STRENGTH = 0.1
"""Inverse penalty of Platt and of vector scaling, as in the ChatNT paper."""

_STEPS = 100  # halvings of the range of temperatures: more than a float has digits
_ROUNDING = 1e-3  # what a row of probabilities may miss of one: files hold few digits
_Floats = NDArray[np.float64]


class Calibrator(Protocol):
    """What a fitted method can do."""

    def apply(self, probabilities: ArrayLike, /) -> NDArray:
        """Return corrected probabilities, sets or intervals, one row for each."""
        ...


@dataclasses.dataclass(frozen=True)
class Platt:
    """Put the probability of the positive label through a logistic curve.

    Large slopes are penalised, as in the ChatNT paper: from few rows, scores that hardly differ, as
    perplexities do, are stretched too little. `Isotonic` and `Temperature` have no penalty.

    Parameters
    ----------
    slope, intercept
        Of the curve; a negative slope turns scores around that fall where they should rise.
    reads
        ``"log-odds"``, whose logistic curve leaves true probabilities as they are;
        or ``"probability"``, as the ChatNT paper does.

    References
    ----------
    Platt 1999, Probabilistic outputs for support vector machines; de Almeida, Richard et al. 2025,
    A multimodal conversational agent for DNA, RNA and protein tasks, Nat. Mach. Intell., Methods.
    """

    slope: float
    intercept: float
    reads: Literal["log-odds", "probability"] = "log-odds"

    @classmethod
    def fit(
        cls,
        probabilities: _Floats,
        truth: NDArray[np.integer],
        *,
        reads: Literal["log-odds", "probability"] = "log-odds",
    ) -> "Platt":
        """Fit a logistic regression; shapes as in `chatnt.calibration_methods.fit_calibrator`."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=STRENGTH, solver="lbfgs", max_iter=1000)
        model.fit(_read(probabilities, reads)[:, None], truth)
        slope, intercept = np.ravel(model.coef_)[0], np.ravel(model.intercept_)[0]
        return cls(float(slope), float(intercept), reads)

    def apply(self, probabilities: ArrayLike) -> _Floats:
        """Return probabilities of shape (rows, 2)."""
        scores = self.slope * _read(checked(probabilities, 2), self.reads) + self.intercept
        return _softmax(np.column_stack([np.zeros_like(scores), scores]))


@dataclasses.dataclass(frozen=True)
class Isotonic:
    """Put the probability of the positive label through steps that never turn back.

    No row gets a probability nearer to 0 or 1 than ``1 / (examples + 2)``: so many examples
    cannot tell smaller ones apart.

    Parameters
    ----------
    scores
        Log-odds at which the curve bends, rising; it is straight between them.
    values
        The probability at each.

    References
    ----------
    Zadrozny & Elkan 2002, Transforming classifier scores into accurate multiclass probability
    estimates, KDD.
    """

    scores: tuple[float, ...]
    values: tuple[float, ...]

    @classmethod
    def fit(cls, probabilities: _Floats, truth: NDArray[np.integer]) -> "Isotonic":
        """Fit a monotone curve; shapes as in `chatnt.calibration_methods.fit_calibrator`."""
        from sklearn.isotonic import IsotonicRegression
        from sklearn.metrics import roc_auc_score

        scores, least = _read(probabilities, "log-odds"), 1 / (len(truth) + 2)
        rising = bool(roc_auc_score(truth, scores) >= 0.5)  # a score may fall where it should rise
        model = IsotonicRegression(y_min=least, y_max=1 - least, increasing=rising)
        model.fit(scores, truth)
        return cls(tuple(model.X_thresholds_.tolist()), tuple(model.y_thresholds_.tolist()))

    def apply(self, probabilities: ArrayLike) -> _Floats:
        """Return probabilities of shape (rows, 2)."""
        values = np.interp(_read(checked(probabilities, 2), "log-odds"), self.scores, self.values)
        return np.column_stack([1 - values, values])


@dataclasses.dataclass(frozen=True)
class Temperature:
    """Divide log-probabilities by one number, which changes no order.

    Parameters
    ----------
    temperature
        Above 1 it makes less sure, below 1 surer; from 0.001 to 1,000.

    References
    ----------
    Guo et al. 2017, On calibration of modern neural networks, ICML, section 4.2.
    """

    temperature: float

    @classmethod
    def fit(cls, probabilities: _Floats, truth: NDArray[np.integer]) -> "Temperature":
        """Minimise the log loss; shapes as in `chatnt.calibration_methods.fit_calibrator`."""
        logs = _logs(probabilities)
        stated = logs[np.arange(len(truth)), truth]
        low, high = -np.log(1000.0), np.log(1000.0)  # of the inverse, in which the loss is convex
        for _ in range(_STEPS):
            middle = (low + high) / 2
            slope = ((_softmax(np.exp(middle) * logs) * logs).sum(1) - stated).sum()
            low, high = (middle, high) if slope < 0 else (low, middle)
        return cls(float(np.exp(-(low + high) / 2)))

    def apply(self, probabilities: ArrayLike) -> _Floats:
        """Return probabilities of shape (rows, labels)."""
        return _softmax(_logs(checked(probabilities)) / self.temperature)


@dataclasses.dataclass(frozen=True)
class VectorScaling:
    """Give the log-probability of each label its own factor and its own offset.

    Parameters
    ----------
    factors, offsets
        Of each label; ones and zeros change nothing, and fitting is drawn towards them.

    References
    ----------
    Guo et al. 2017, On calibration of modern neural networks, ICML, section 4.2.
    """

    factors: tuple[float, ...]
    offsets: tuple[float, ...]

    @classmethod
    def fit(cls, probabilities: _Floats, truth: NDArray[np.integer]) -> "VectorScaling":
        """Minimise log loss and penalty; shapes as in `chatnt.calibration_methods.fit_calibrator`."""
        from scipy.optimize import minimize  # scikit-learn brings scipy

        logs, labels = _logs(probabilities), probabilities.shape[1]
        flags, none = np.eye(labels)[truth], np.concatenate([np.ones(labels), np.zeros(labels)])

        def loss(given: _Floats) -> tuple[float, _Floats]:
            likely, away = _log_softmax(given[:labels] * logs + given[labels:]), given - none
            over = np.exp(likely) - flags
            slope = np.concatenate([(over * logs).sum(0), over.sum(0)]) + away / STRENGTH
            return float(away @ away / (2 * STRENGTH) - (likely * flags).sum()), slope

        found = minimize(loss, none, jac=True, method="L-BFGS-B").x
        return cls(tuple(found[:labels].tolist()), tuple(found[labels:].tolist()))

    def apply(self, probabilities: ArrayLike) -> _Floats:
        """Return probabilities of shape (rows, labels)."""
        logs = _logs(checked(probabilities, len(self.factors)))
        return _softmax(np.asarray(self.factors) * logs + np.asarray(self.offsets))


@dataclasses.dataclass(frozen=True)
class EachLabel:
    """Correct the probability of each of several labels that may hold at once.

    Parameters
    ----------
    parts
        One calibrator of two labels, absent and present, for each label.
    """

    parts: tuple[Calibrator, ...]

    def apply(self, probabilities: ArrayLike) -> _Floats:
        """Return probabilities of shape (rows, labels), which need not add up to one."""
        columns = checked(probabilities, len(self.parts), shared=False).T
        corrected = [p.apply(both_ways(column))[:, 1] for p, column in zip(self.parts, columns, strict=True)]
        return np.stack(corrected, axis=1)


TYPES: dict[str, type] = {
    kind.__name__: kind
    for kind in (Platt, Isotonic, Temperature, VectorScaling, EachLabel, ConformalSets, ConformalIntervals)
}
"""The types by name, as JSON holds them."""


def to_json(calibrator: Calibrator) -> dict[str, Any]:
    """Return what JSON can hold.

    Examples
    --------
    >>> to_json(Temperature(1.5))
    {'type': 'Temperature', 'temperature': 1.5}
    """
    names = [field.name for field in dataclasses.fields(calibrator)]  # type: ignore[arg-type]
    values = {name: getattr(calibrator, name) for name in names}
    if isinstance(calibrator, EachLabel):
        values["parts"] = [to_json(part) for part in calibrator.parts]
    return {"type": type(calibrator).__name__} | {
        name: list(value) if isinstance(value, tuple) else value for name, value in values.items()
    }


def from_json(data: Mapping[str, Any]) -> Calibrator:
    """Read what `to_json` gave.

    Raises
    ------
    DataError
        If it is nothing that `to_json` gives.
    """
    values = {name: value for name, value in data.items() if name != "type"}
    kind = TYPES.get(data.get("type", ""))
    wanted = {field.name for field in dataclasses.fields(kind)} if kind else set()
    if kind is None or set(values) != wanted:
        raise DataError(
            f"{data.get('type')!r} with {', '.join(values) or 'nothing'} is no calibrator; "
            f"expected {', '.join(sorted(wanted)) if kind else 'one of ' + ', '.join(TYPES)}."
        )
    if kind is EachLabel:
        values["parts"] = [from_json(part) for part in values["parts"]]
    return kind(
        **{name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
    )


def checked(probabilities: ArrayLike, labels: int | None = None, *, shared: bool = True) -> _Floats:
    """Return probabilities as an array of shape (rows, labels).

    Parameters
    ----------
    probabilities
        What is given.
    labels
        How many there are to be; default any number.
    shared
        Whether those of a row add up to one.

    Raises
    ------
    ValueError
        If the shape is another, or something is no probability.
    """
    given = np.asarray(probabilities, float)
    if given.ndim != 2 or (labels is not None and given.shape[1] != labels):
        expected = "labels" if labels is None else labels
        raise ValueError(f"Probabilities of shape {given.shape}, expected (rows, {expected}).")
    wrong = ~((given >= 0) & (given <= 1)).all(1)  # not-a-numbers too
    if shared:
        wrong |= np.abs(np.nan_to_num(given, posinf=2, neginf=2).sum(1) - 1) > _ROUNDING
    if wrong.any():
        rows = ", ".join(f"{row} {given[row].tolist()}" for row in np.flatnonzero(wrong)[:3])
        what = "from 0 to 1 that add up to 1" if shared else "from 0 to 1"
        raise ValueError(
            f"{wrong.sum()} of {len(given)} rows do not hold probabilities {what}: {rows}. "
            "Scores that are not finite have no probability; look at how they were made."
        )
    return given


def both_ways(column: ArrayLike) -> _Floats:
    """Return the probabilities of absence and presence, of shape (rows, 2), from those of presence."""
    given = np.asarray(column, float)
    return np.column_stack([1 - given, given])


def _read(probabilities: _Floats, reads: str) -> _Floats:
    if reads == "probability":
        return probabilities[:, 1]
    logs = _logs(probabilities)
    return logs[:, 1] - logs[:, 0]


def _logs(probabilities: _Floats) -> _Floats:
    """Return logarithms, natural, that are finite where a probability is 0 or 1."""
    return np.log(np.clip(probabilities, CLIP, 1 - CLIP))


def _log_softmax(scores: _Floats) -> _Floats:
    shifted = scores - scores.max(1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(1, keepdims=True))


def _softmax(scores: _Floats) -> _Floats:
    return np.exp(_log_softmax(scores))
