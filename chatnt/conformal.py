"""Split-conformal prediction: sets of labels and intervals that hold the truth as often as asked."""

import dataclasses
import math

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.errors import DataError
from chatnt.resampling import Estimate, wilson_interval

COVERAGE = 0.9
"""How often the truth is to be in a set or in an interval."""

_Z = 1.959963984540054  # of a normal distribution, 95 % within
_ROUNDING = 1e-9  # what sums of shares may miss


@dataclasses.dataclass(frozen=True)
class ConformalSets:
    """Give every label that is likely enough.

    Of rows that are drawn as the fitted ones were, the set holds the true label with at least the
    asked probability, on average over all rows: not for each label, nor for each kind of row. It
    says nothing of rows from elsewhere. A set is empty where no label is as likely as the truth
    usually is; a pair that is right more often than asked has such rows. Probabilities of 0 and 1
    are taken as they are: only their order counts.

    Parameters
    ----------
    least
        Smallest probability of a label in a set.
    coverage
        How often the truth is in it, above 0 and below 1.

    References
    ----------
    Sadinle, Lei & Wasserman 2019, Least ambiguous set-valued classifiers with bounded error levels,
    J. Am. Stat. Assoc. 114:223; Angelopoulos & Bates 2023, Conformal prediction: a gentle
    introduction, Found. Trends Mach. Learn. 16:494, section 1.
    """

    least: float
    coverage: float = COVERAGE

    @classmethod
    def fit(
        cls, probabilities: NDArray, truth: NDArray[np.integer], *, coverage: float = COVERAGE
    ) -> "ConformalSets":
        """Find how likely the truth is in all but the fewest rows.

        Parameters
        ----------
        probabilities
            Of shape (rows, labels), of rows that nothing was trained on.
        truth
            Class numbers of shape (rows,).
        coverage
            As above.

        Raises
        ------
        DataError
            If there are too few rows for such a coverage.
        ValueError
            If the coverage is none.

        Examples
        --------
        >>> chances = np.linspace(0.05, 0.95, 19)
        >>> ConformalSets.fit(np.column_stack([1 - chances, chances]), np.ones(19, int), coverage=0.9).least
        0.1
        """
        stated = -probabilities[np.arange(len(truth)), truth]
        return cls(-_held(stated, coverage), coverage)

    def apply(self, probabilities: ArrayLike) -> NDArray[np.bool_]:
        """Return which labels are in the set of each row, of shape (rows, labels)."""
        return np.asarray(probabilities, float) >= self.least


@dataclasses.dataclass(frozen=True)
class ConformalIntervals:
    """Widen or narrow the middle part of a predictive distribution until it holds the truth often enough.

    What is guaranteed, and what is not, is as in `ConformalSets`. The ends may lie beyond the
    first and the last point, as measured values may.

    Parameters
    ----------
    points
        What could be true, rising; in the unit of the task.
    margin
        What is added at either end, in that unit; negative if the distribution is too wide.
    coverage
        How often the truth is in the interval, above 0 and below 1.

    References
    ----------
    Romano, Patterson & Candès 2019, Conformalized quantile regression, NeurIPS, algorithm 1.
    """

    points: tuple[float, ...]
    margin: float = 0.0
    coverage: float = COVERAGE

    @classmethod
    def fit(
        cls, shares: NDArray, truth: NDArray[np.floating], *, points: ArrayLike, coverage: float = COVERAGE
    ) -> "ConformalIntervals":
        """Find the margin.

        Parameters
        ----------
        shares
            Of shape (rows, points): the probability of each point, of rows that nothing was trained on.
        truth
            Measured values of shape (rows,).
        points, coverage
            As above.

        Raises
        ------
        DataError
            If there are too few rows for such a coverage.
        ValueError
            If the coverage is none, or points and shares do not match.

        Examples
        --------
        >>> shares = np.tile([0.05, 0.9, 0.05], (99, 1))
        >>> fitted = ConformalIntervals.fit(shares, np.linspace(-49, 49, 99), points=[-1, 0, 1])
        >>> fitted.apply(shares[:1]).round(2).tolist()
        [[-45.0, 45.0]]
        """
        plain = cls(tuple(np.asarray(points, float).tolist()), 0.0, coverage)
        low, high = plain.apply(shares).T
        return dataclasses.replace(plain, margin=_held(np.maximum(low - truth, truth - high), coverage))

    def apply(self, shares: ArrayLike) -> NDArray[np.float64]:
        """Return the ends of each row's interval, of shape (rows, 2), in the unit of the task.

        Raises
        ------
        ValueError
            If points and shares do not match.
        """
        given, points = np.asarray(shares, float), np.asarray(self.points)
        if len(points) < 2 or (np.diff(points) <= 0).any():
            raise ValueError(f"The points {self.points} must be two or more, and rising.")
        if given.ndim != 2 or given.shape[1] != len(points):
            raise ValueError(
                f"Shares of shape {given.shape}, expected (rows, {len(points)}) of as many points."
            )
        tail = (1 - self.coverage) / 2
        low, high = _quantile(given, points, tail), _quantile(given, points, 1 - tail)
        middle = (low + high) / 2  # where a negative margin would let the ends pass each other
        ends = np.minimum(low - self.margin, middle), np.maximum(high + self.margin, middle)
        return np.stack(ends, axis=1)


def likely_sets(probabilities: ArrayLike, coverage: float = COVERAGE) -> NDArray[np.bool_]:
    """Return the fewest labels that together have a probability of `coverage`, of shape (rows, labels).

    That is what sets would be if the probabilities were true.

    Examples
    --------
    >>> likely_sets([[0.05, 0.35, 0.6], [0.95, 0.03, 0.02]]).tolist()
    [[False, True, True], [True, False, False]]
    """
    chances = np.asarray(probabilities, float)
    order = np.argsort(-chances, axis=1, kind="stable")
    ranked = np.take_along_axis(chances, order, axis=1)
    needed = ranked.cumsum(1) - ranked < coverage - _ROUNDING
    sets = np.zeros(chances.shape, bool)
    np.put_along_axis(sets, order, needed, axis=1)
    return sets


def measure_sets(sets: NDArray[np.bool_], truth: NDArray[np.integer]) -> dict[str, Estimate]:
    """Measure sets of labels.

    Parameters
    ----------
    sets
        Of shape (rows, labels).
    truth
        Class numbers of shape (rows,).

    Returns
    -------
    dict of str to Estimate
        ``coverage`` (how often the true label is in the set), ``size`` (mean number of labels) and
        ``empty`` (how often there is none).

    Examples
    --------
    >>> measured = measure_sets(np.array([[True, True], [False, True]]), np.array([0, 0]))
    >>> measured["coverage"].value, measured["size"].value
    (0.5, 1.5)
    """
    held = sets[np.arange(len(truth)), truth]
    return {"coverage": _share(held), "size": _mean(sets.sum(1)), "empty": _share(sets.sum(1) == 0)}


def measure_intervals(intervals: NDArray, truth: NDArray[np.floating]) -> dict[str, Estimate]:
    """Measure intervals of numbers.

    Parameters
    ----------
    intervals
        Of shape (rows, 2).
    truth
        Measured values of shape (rows,).

    Returns
    -------
    dict of str to Estimate
        ``coverage`` (how often the value is in the interval) and ``width`` (mean, in the unit of the task).

    Examples
    --------
    >>> measured = measure_intervals(np.array([[0.0, 1.0], [0.0, 3.0]]), np.array([1.0, 4.0]))
    >>> measured["coverage"].value, measured["width"].value
    (0.5, 2.0)
    """
    low, high = intervals.T
    return {"coverage": _share((low <= truth) & (truth <= high)), "width": _mean(high - low)}


def _held(scores: NDArray, coverage: float) -> float:
    """Return the score that so many of the rows, and of one more to come, do not exceed."""
    if not 0 < coverage < 1:
        raise ValueError(f"coverage={coverage} must be above 0 and below 1, for example {COVERAGE}.")
    rank = math.ceil((len(scores) + 1) * coverage - _ROUNDING)
    if rank > len(scores):
        raise DataError(
            f"coverage={coverage} cannot be had from {len(scores)} examples; it needs "
            f"{math.ceil(coverage / (1 - coverage) - _ROUNDING)} or more."
        )
    return float(np.partition(scores, rank - 1)[rank - 1])


def _quantile(shares: NDArray, points: NDArray, share: float) -> NDArray:
    """Return where the distribution of each row passes a share, linearly between points."""
    # Half of a point's share lies on either side of it.
    below = shares.cumsum(1) - shares / 2
    after = (below < share).sum(1).clip(1, len(points) - 1)
    before = after - 1
    rows = np.arange(len(shares))
    start, end = below[rows, before], below[rows, after]
    way = np.clip((share - start) / np.where(end > start, end - start, 1.0), 0.0, 1.0)
    return points[before] + way * (points[after] - points[before])


def _share(held: NDArray[np.bool_]) -> Estimate:
    low, high = wilson_interval(held.sum(), len(held))
    return Estimate(float(held.mean()), float(low), float(high))


def _mean(values: NDArray) -> Estimate:
    middle, half = float(values.mean()), _Z * float(values.std()) / math.sqrt(len(values))
    return Estimate(middle, middle - half, middle + half)
