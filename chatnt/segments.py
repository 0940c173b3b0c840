"""Segments of high scores, and how likely they are by chance."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_COUNTED = 10  # so many values of chance that are as high, and they are counted; else their tail is fitted
_TAIL, _FEWEST = 0.25, 25  # share of the values of chance that are its tail, and how many it takes


def maximal_segments(scores: NDArray[np.floating]) -> list[tuple[int, int, float]]:
    """Find all segments of scores whose sums are as high as can be.

    No longer segment that holds one of them, and no part of it, has a higher sum; they do not overlap.

    Parameters
    ----------
    scores
        Of shape (positions,); below zero where nothing is.

    Returns
    -------
    list of (start, end, sum)
        0-based and half-open, by position.

    References
    ----------
    Ruzzo and Tompa 1999, A linear time algorithm for finding all maximal scoring subsequences, ISMB 7:234.

    Examples
    --------
    >>> maximal_segments(np.array([4, -5, 3, -3, 1, 2, -2, 2, -2, 1, 5.0]))
    [(0, 1, 4.0), (2, 3, 3.0), (4, 11, 7.0)]
    """
    found: list[tuple[int, int, float, float]] = []  # start, end, total before it, total with it
    totals = np.concatenate([[0.0], np.cumsum(scores, dtype=float)]).tolist()
    for place in np.flatnonzero(scores > 0).tolist():
        start, end, low, high = place, place + 1, totals[place], totals[place + 1]
        k = len(found) - 1
        while k >= 0:
            if found[k][2] >= low:  # the segments before this one are no part of a higher sum
                k -= 1
            elif found[k][3] >= high:
                break
            else:
                start, low = found[k][0], found[k][2]
                del found[k:]
                k -= 1
        found.append((start, end, low, high))
    return [(start, end, high - low) for start, end, low, high in found]


def chances(values: NDArray[np.floating], null: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return for each value the chance that one of the null is as high.

    Where ten or more of the null are, they are counted, with one more for the value itself. Where fewer
    are, a generalised Pareto distribution is fitted to the upper quarter of the null by
    probability-weighted moments; one that has an end is replaced by an exponential, so that no chance
    is zero. A null of fewer than 100 is only counted.

    References
    ----------
    Knijnenburg et al. 2009, Fewer permutations, more accurate P-values, Bioinformatics 25:i161; Hosking and
    Wallis 1987, Parameter and quantile estimation for the generalized Pareto distribution, Technometrics
    29:339; Phipson and Smyth 2010, Stat. Appl. Genet. Mol. Biol. 9:39 (one more).
    """
    from scipy.stats import genpareto  # takes a second to import

    ordered = np.sort(null)
    above = len(ordered) - np.searchsorted(ordered, values, side="left")
    counted = (above + 1) / (len(ordered) + 1)
    size = int(_TAIL * len(ordered))
    if size < _FEWEST:
        return counted
    low = ordered[-size - 1]
    shape, scale = _pareto(ordered[-size:] - low)
    if scale <= 0:
        return counted
    fitted = size / len(ordered) * genpareto.sf(values - low, shape, scale=scale)
    return np.where(above >= _COUNTED, counted, np.maximum(fitted, np.finfo(float).tiny))


def _pareto(excesses: NDArray[np.floating]) -> tuple[float, float]:
    """Return shape and scale, by probability-weighted moments, of sorted excesses."""
    count = len(excesses)
    mean = float(excesses.mean())
    weighted = float((excesses * (1 - (np.arange(1, count + 1) - 0.35) / count)).mean())
    if mean <= 2 * weighted:
        return 0.0, mean
    shape = 2 - mean / (mean - 2 * weighted)
    return (shape, 2 * mean * weighted / (mean - 2 * weighted)) if shape > 0 else (0.0, mean)


def corrected(p: Sequence[float]) -> NDArray[np.float64]:
    """Return q-values: the share of false ones among all that are as good, after Benjamini and Hochberg.

    References
    ----------
    Benjamini and Hochberg 1995, Controlling the false discovery rate, J. R. Stat. Soc. B 57:289.
    """
    from scipy.stats import false_discovery_control

    return np.asarray(false_discovery_control(p)) if len(p) else np.zeros(0)
