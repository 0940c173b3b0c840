"""How well probabilities tell labels apart, with intervals."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.calibrators import checked
from chatnt.resampling import Estimate, drawn_counts

_TAILS = (0.025, 0.975)


def measure_discrimination(
    probabilities: ArrayLike, truth: ArrayLike, *, resamples: int = 1000, seed: int = 0
) -> dict[str, Estimate]:
    """Measure AUROC and MCC, each with the 95 % interval of rows drawn with replacement.

    Parameters
    ----------
    probabilities
        Of shape (rows, labels), each row adding up to one.
    truth
        Class numbers of shape (rows,).
    resamples
        How often rows are drawn.
    seed
        Of the drawing.

    Returns
    -------
    dict of str to Estimate
        ``auroc``, of the second of two labels, else the mean of each label against the others, over
        labels that occur; and ``mcc``, of the likeliest label, 0 if only one is ever the likeliest.

    Raises
    ------
    ValueError
        If something is no probability, or all rows have one label.

    References
    ----------
    Hanley & McNeil 1982, The meaning and use of the area under a ROC curve, Radiology 143:29;
    Gorodkin 2004, Comparing two K-category assignments by a K-category correlation coefficient,
    Comput. Biol. Chem. 28:367, equation 8.

    Examples
    --------
    >>> found = measure_discrimination([[0.9, 0.1], [0.6, 0.4], [0.7, 0.3], [0.2, 0.8]], [0, 0, 1, 1])
    >>> found["auroc"].value, round(found["mcc"].value, 3)
    (0.75, 0.577)
    """
    given, true = checked(probabilities), np.asarray(truth).astype(int)
    labels = given.shape[1]
    counts = np.bincount(true, minlength=labels)
    if (counts > 0).sum() < 2:
        raise ValueError(
            f"All {len(true)} rows have class {counts.argmax()}: there is nothing to tell apart."
        )
    asked = [1] if labels == 2 else np.flatnonzero(counts).tolist()
    stated = np.eye(labels * labels)[true * labels + given.argmax(1)]
    whole = np.ones((1, len(true)))
    ranked, matches = [], []
    for drawn in (whole, *drawn_counts(np.random.default_rng(seed), len(true), resamples)):
        ranked.append(np.mean([areas(drawn, given[:, i], true == i) for i in asked], axis=0))
        matches.append(correlations((drawn @ stated).reshape(-1, labels, labels)))
    return {"auroc": _estimate(np.concatenate(ranked)), "mcc": _estimate(np.concatenate(matches))}


def areas(drawn: NDArray, scores: NDArray, positive: NDArray[np.bool_]) -> NDArray:
    """Return the area under the ROC curve of each drawing; not a number where a class is missing.

    It is how often a positive row scores higher than a negative one, equal scores counting half.
    """
    order = np.argsort(scores, kind="stable")
    ranked, is_positive = scores[order], positive[order]
    negatives = np.where(is_positive, 0.0, drawn[:, order]).cumsum(1)
    negatives = np.concatenate([np.zeros((len(drawn), 1)), negatives], axis=1)
    own = ranked[is_positive]
    lower, upper = (negatives[:, np.searchsorted(ranked, own, side)] for side in ("left", "right"))
    weights = drawn[:, order[is_positive]]
    pairs = weights.sum(1) * negatives[:, -1]
    beaten = (weights * (lower + upper)).sum(1) / 2
    return np.divide(beaten, pairs, out=np.full(len(drawn), np.nan), where=pairs > 0)


def correlations(confusion: NDArray) -> NDArray:
    """Return the Matthews correlation of each table of true (rows) and stated labels (columns)."""
    total, right = confusion.sum((1, 2)), np.trace(confusion, axis1=1, axis2=2)
    true, stated = confusion.sum(2), confusion.sum(1)
    spread = np.sqrt((total**2 - (true**2).sum(1)) * (total**2 - (stated**2).sum(1)))
    away = right * total - (true * stated).sum(1)
    return np.divide(away, spread, out=np.zeros(len(total)), where=spread > 0)


def _estimate(values: NDArray) -> Estimate:
    """Make an estimate of the number of all rows, which comes first, and of those of drawings."""
    low, high = np.nanquantile(values[1:], _TAILS)
    return Estimate(float(values[0]), float(low), float(high))
