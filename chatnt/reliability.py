"""How far probabilities are from frequencies: errors with intervals, and tables to draw."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from chatnt.resampling import Estimate, drawn_counts, parts, wilson_interval

Binning = Literal["mass", "width"]

CLIP = 1e-9
"""Nearest that a probability comes to 0 or 1 before its logarithm is taken."""

BINS = 15
"""As in most publications of calibration errors."""

_LEVEL = 0.95
_Floats = NDArray[np.float64]


class _Outcomes(NamedTuple):
    """Hold what is judged of each row: how sure it was, whether that came true, and two losses."""

    confidence: _Floats
    right: _Floats
    squares: _Floats
    logs: _Floats


def expected_calibration_error(
    probabilities: ArrayLike, truth: ArrayLike, *, bins: int = BINS, binning: Binning = "mass"
) -> float:
    """Return the mean distance between confidence and frequency, over bins of similar confidence.

    For two labels the confidence is the probability of the positive one, and the frequency how
    often it is true; for more it is the probability of the likeliest, and how often that is true.

    Parameters
    ----------
    probabilities
        Of shape (rows,), of the positive label; or (rows, labels).
    truth
        Class numbers of shape (rows,); 1 is the positive label.
    bins
        At most so many; equal confidences share a bin, and empty bins do not count.
    binning
        ``"mass"``: about as many rows in each; ``"width"``: equal parts of 0 to 1.

    Raises
    ------
    ValueError
        If there are no rows, shapes do not match, or something is no probability or no class.

    References
    ----------
    Naeini et al. 2015, Obtaining well calibrated probabilities using Bayesian binning, AAAI;
    Nixon et al. 2019, Measuring calibration in deep learning, CVPR workshops, for equal mass.

    Examples
    --------
    >>> round(expected_calibration_error([0.9, 0.9, 0.9, 0.9, 0.2], [1, 1, 1, 0, 0]), 2)
    0.16
    """
    found = _outcomes(probabilities, truth)
    gaps, _ = _binned(found, bins, binning)
    return float(np.abs(gaps.sum(0)).sum() / len(gaps))


def maximum_calibration_error(
    probabilities: ArrayLike, truth: ArrayLike, *, bins: int = BINS, binning: Binning = "mass"
) -> float:
    """Return the largest distance between confidence and frequency of any bin.

    Parameters, errors and references are those of `expected_calibration_error`.

    Examples
    --------
    >>> round(maximum_calibration_error([0.9, 0.9, 0.9, 0.9, 0.2], [1, 1, 1, 0, 0]), 2)
    0.2
    """
    gaps, member = _binned(_outcomes(probabilities, truth), bins, binning)
    return float((np.abs(gaps.sum(0)) / member.sum(0)).max())


def brier_score(probabilities: ArrayLike, truth: ArrayLike) -> float:
    """Return the mean squared error of the probabilities.

    Of two labels that of the positive one, from 0 to 1; of more the sum over the labels, from 0 to 2.

    Parameters and errors are those of `expected_calibration_error`.

    References
    ----------
    Brier 1950, Verification of forecasts expressed in terms of probability, Mon. Weather Rev. 78:1.

    Examples
    --------
    >>> round(brier_score([0.9, 0.2], [1, 0]), 3), round(brier_score([[0.5, 0.5, 0.0]], [2]), 3)
    (0.025, 1.5)
    """
    return float(_outcomes(probabilities, truth).squares.mean())


def log_loss(probabilities: ArrayLike, truth: ArrayLike) -> float:
    """Return the mean surprise at what is true, natural log.

    A probability of 0 for what is true would be an infinite surprise; it is taken as `CLIP`.

    Parameters and errors are those of `expected_calibration_error`.

    Examples
    --------
    >>> round(log_loss([0.5, 0.25], [1, 0]), 3)
    0.49
    """
    return float(_outcomes(probabilities, truth).logs.mean())


def measure_calibration(
    probabilities: ArrayLike,
    truth: ArrayLike,
    *,
    bins: int = BINS,
    binning: Binning = "mass",
    resamples: int = 1000,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Measure calibration errors, Brier score and log loss, each with a 95 % interval.

    Rows are drawn with replacement. The Brier score and the log loss get the percentiles of what
    is drawn. A calibration error is never negative, so that noise alone adds to it, and drawing
    adds noise again; its percentiles are therefore reflected at the estimate, which takes the
    added noise away. Its lower end is 0 if labels drawn from the probabilities themselves, which
    are then perfectly calibrated, give as large an error in more than one of 40 drawings.

    Parameters
    ----------
    probabilities, truth, bins, binning
        As in `expected_calibration_error`; the bins are those of all rows.
    resamples
        How often rows are drawn.
    seed
        Of the drawing.

    Returns
    -------
    dict of str to Estimate
        ``ece``, ``mce``, ``brier`` and ``log_loss``.

    Raises
    ------
    ValueError
        As `expected_calibration_error`.

    References
    ----------
    Efron & Tibshirani 1993, An introduction to the bootstrap, chapter 13; Bröcker & Smith 2007,
    Increasing the reliability of reliability diagrams, Weather Forecast. 22:651, for labels drawn
    from probabilities.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> p = rng.random(2000)
    >>> measured = measure_calibration(p, rng.random(2000) < p)
    >>> measured["ece"].low, round(measured["ece"].high, 2), round(measured["brier"].value, 2)
    (0.0, 0.03, 0.16)
    """
    found = _outcomes(probabilities, truth)
    gaps, member = _binned(found, bins, binning)
    rng = np.random.default_rng(seed)
    columns = np.column_stack([gaps, member, found.squares, found.logs])
    seen = _errors(columns.sum(0, keepdims=True))[0]
    drawn = np.concatenate([_errors(counts @ columns) for counts in drawn_counts(rng, len(gaps), resamples)])
    chance = np.concatenate(
        [_gap_errors(sums, member.sum(0)) for sums in _chance_gaps(rng, found.confidence, member, resamples)]
    )
    tail = (1 - _LEVEL) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail], axis=0)
    least, most = low.copy(), high.copy()
    least[:2] = np.clip(2 * seen[:2] - high[:2], 0, seen[:2])
    most[:2] = np.maximum(2 * seen[:2] - low[:2], seen[:2])
    least[:2][seen[:2] <= np.quantile(chance, 1 - tail, axis=0)] = 0.0
    names = ("ece", "mce", "brier", "log_loss")
    numbers = zip(seen.tolist(), least.tolist(), most.tolist(), strict=True)
    return {name: Estimate(*three) for name, three in zip(names, numbers, strict=True)}


def error_by_chance(
    probabilities: ArrayLike,
    *,
    bins: int = BINS,
    binning: Binning = "mass",
    resamples: int = 1000,
    seed: int = 0,
) -> float:
    """Return the mean expected calibration error of labels drawn from the probabilities themselves.

    Frequencies of few rows are never quite their probabilities, so even what is perfectly
    calibrated has an error. Of several labels the likeliest is judged.

    Parameters
    ----------
    probabilities, bins, binning
        As in `expected_calibration_error`.
    resamples, seed
        How often labels are drawn, and the seed of that.

    References
    ----------
    Bröcker & Smith 2007, Increasing the reliability of reliability diagrams, Weather Forecast. 22:651.

    Examples
    --------
    >>> p = np.random.default_rng(0).random(300)
    >>> round(error_by_chance(p), 2), round(error_by_chance(np.tile(p, 100)), 2)
    (0.07, 0.01)
    """
    rows = len(np.asarray(probabilities))
    found = _outcomes(probabilities, np.zeros(rows, int))
    _, member = _binned(found, bins, binning)
    drawn = _chance_gaps(np.random.default_rng(seed), found.confidence, member, resamples)
    return float(np.concatenate([_gap_errors(gaps, member.sum(0))[:, 0] for gaps in drawn]).mean())


def reliability_table(
    probabilities: ArrayLike, truth: ArrayLike, *, bins: int = BINS, binning: Binning = "mass"
) -> pd.DataFrame:
    """Return how often what was said with similar confidence is true.

    Parameters
    ----------
    probabilities, truth, bins, binning
        As in `expected_calibration_error`.

    Returns
    -------
    DataFrame
        One row per bin that is not empty, by rising confidence: ``count``, ``confidence`` (mean),
        ``accuracy`` (how often it is true), and ``low`` and ``high``, the ends of its 95 % Wilson interval.

    Raises
    ------
    ValueError
        As `expected_calibration_error`.

    Examples
    --------
    >>> table = reliability_table([0.1, 0.2, 0.8, 0.9], [0, 0, 1, 1], bins=2)
    >>> table.round(2).values.tolist()
    [[2.0, 0.15, 0.0, 0.0, 0.66], [2.0, 0.85, 1.0, 0.34, 1.0]]
    """
    found = _outcomes(probabilities, truth)
    _, member = _binned(found, bins, binning)
    count = member.sum(0)
    right = found.right @ member
    low, high = wilson_interval(right, count)
    columns = {
        "count": count.astype(int),
        "confidence": found.confidence @ member / count,
        "accuracy": right / count,
        "low": low,
        "high": high,
    }
    return pd.DataFrame(columns)


def _outcomes(probabilities: ArrayLike, truth: ArrayLike) -> _Outcomes:
    chances, classes = np.asarray(probabilities, float), np.asarray(truth)
    if chances.ndim == 1:
        chances = np.column_stack([1 - chances, chances])
    if chances.ndim != 2 or chances.shape[1] < 2 or classes.shape != chances.shape[:1] or not classes.size:
        raise ValueError(
            f"Probabilities of shape {np.shape(probabilities)} and truth of shape {classes.shape}: expected "
            "(rows,) or (rows, labels) of at least two labels, and (rows,), with one row or more."
        )
    if not ((chances >= 0) & (chances <= 1)).all():  # so are not-a-numbers found, too
        wrong = chances[~((chances >= 0) & (chances <= 1))][:3].tolist()
        raise ValueError(f"Probabilities are from 0 to 1, but there are {', '.join(map(str, wrong))}.")
    classes = classes.astype(int)
    if not ((classes >= 0) & (classes < chances.shape[1])).all():
        raise ValueError(
            f"Class numbers are from 0 to {chances.shape[1] - 1}, but there are "
            f"{classes.min()} to {classes.max()}."
        )
    stated = chances[np.arange(len(classes)), classes]
    logs = -np.log(np.clip(stated, CLIP, 1.0))
    if chances.shape[1] == 2:
        return _Outcomes(chances[:, 1], classes.astype(float), (chances[:, 1] - classes) ** 2, logs)
    squares = (chances**2).sum(1) - 2 * stated + 1
    right = (chances.argmax(1) == classes).astype(float)
    return _Outcomes(chances.max(1), right, squares, logs)


def _binned(found: _Outcomes, bins: int, binning: Binning) -> tuple[_Floats, _Floats]:
    """Return how far each row is off and whether it is a member, both of shape (rows, bins not empty)."""
    if bins < 1 or binning not in ("mass", "width"):
        raise ValueError(f"bins={bins}, binning={binning!r}: give 1 bin or more, by 'mass' or 'width'.")
    shares = np.arange(1, bins) / bins
    # Edges between values, not ranks: equal confidences come into one bin, in whatever order they are.
    edges = np.unique(np.quantile(found.confidence, shares)) if binning == "mass" else shares
    member = np.eye(len(edges) + 1)[np.searchsorted(edges, found.confidence)]
    member = member[:, member.any(0)]
    return (found.confidence - found.right)[:, None] * member, member


def _errors(sums: _Floats) -> _Floats:
    """Return the four errors of drawings, from the sums over their rows; of shape (drawings, 4)."""
    bins = (sums.shape[1] - 2) // 2
    gaps, count = sums[:, :bins], sums[:, bins:-2]
    means = sums[:, -2:] / count.sum(1, keepdims=True)
    return np.concatenate([_gap_errors(gaps, count), means], axis=1)


def _gap_errors(gaps: _Floats, count: _Floats) -> _Floats:
    """Return expected and maximum error, of shape (drawings, 2)."""
    expected = np.abs(gaps).sum(1) / count.sum(-1)
    return np.stack([expected, (np.abs(gaps) / np.maximum(count, 1)).max(1)], axis=1)


def _chance_gaps(
    rng: np.random.Generator, confidence: _Floats, member: _Floats, resamples: int
) -> Iterator[_Floats]:
    """Yield the sums of each bin where every confidence is right, of shape (some resamples, bins)."""
    for some in parts(len(confidence), resamples):
        yield (confidence - (rng.random((some, len(confidence))) < confidence)) @ member
