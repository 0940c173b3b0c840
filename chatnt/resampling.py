"""Numbers with their intervals: rows drawn again, and frequencies."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

_Z = 1.959963984540054  # of a normal distribution, 95 % within
_CELLS = 1 << 22  # of the largest array that resampling makes


class Estimate(NamedTuple):
    """Hold a number and the ends of its 95 % interval."""

    value: float
    low: float
    high: float


def drawn_counts(rng: np.random.Generator, rows: int, resamples: int) -> Iterator[NDArray[np.float64]]:
    """Yield how often each row is drawn, in parts of shape (some of the resamples, rows)."""
    for some in parts(rows, resamples):
        index = rng.integers(rows, size=(some, rows)) + np.arange(some)[:, None] * rows
        yield np.bincount(index.ravel(), minlength=some * rows).reshape(some, rows).astype(float)


def parts(rows: int, resamples: int) -> Iterator[int]:
    """Yield how many drawings of so many rows are made at a time, which bounds the memory."""
    size = max(1, _CELLS // rows)
    for start in range(0, resamples, size):
        yield min(size, resamples - start)


def wilson_interval(right: ArrayLike, count: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the 95 % interval of a frequency.

    Parameters
    ----------
    right, count
        How often it came true, and of how many; of any common shape.

    References
    ----------
    Wilson 1927, Probable inference, the law of succession, and statistical inference, J. Am. Stat.
    Assoc. 22:209.

    Examples
    --------
    >>> low, high = wilson_interval(9, 10)
    >>> round(float(low), 3), round(float(high), 3)
    (0.596, 0.982)
    """
    n = np.asarray(count, float)
    share = np.asarray(right, float) / n
    centre = (share + _Z**2 / (2 * n)) / (1 + _Z**2 / n)
    half = _Z / (1 + _Z**2 / n) * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    return np.maximum(centre - half, 0.0), np.minimum(centre + half, 1.0)


def mean_interval(values: ArrayLike, *, resamples: int = 2000) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a mean: percentiles of the means of rows drawn again.

    Parameters
    ----------
    values
        Of shape (rows,); they are drawn with the same seed in every call.
    resamples
        How often.

    References
    ----------
    Efron & Tibshirani 1993, An introduction to the bootstrap, chapter 13.

    Examples
    --------
    >>> mean_interval([2.0, 2.0, 2.0])
    (2.0, 2.0)
    """
    known = np.asarray(values, float)
    drawn = drawn_counts(np.random.default_rng(0), len(known), resamples)
    means = np.concatenate([counts @ known / len(known) for counts in drawn])
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)
