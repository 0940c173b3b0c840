"""What follows from calling every row positive whose probability reaches a cutoff."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.metrics import average_precision_score, roc_auc_score


def measure_at(
    probabilities: ArrayLike, positive: ArrayLike, threshold: float
) -> dict[str, int | float | None]:
    """Count what a cutoff gets right and wrong, and measure it.

    Parameters
    ----------
    probabilities
        Of the positive label, of shape (rows,).
    positive
        Whether it is true, of shape (rows,).
    threshold
        Rows of this probability or above are called positive.

    Returns
    -------
    dict of str to number
        ``tp, fp, fn, tn``: true and false positives, false and true negatives; ``accuracy``;
        ``precision``, `None` if nothing is called positive; ``recall``, `None` if nothing is
        positive; ``f1``, 0 if there is no true positive; ``mcc``, 0 if all rows have one label or
        are called one.

    Raises
    ------
    ValueError
        If there are no rows, shapes do not match, or something is no probability.

    Examples
    --------
    >>> found = measure_at([0.1, 0.5, 0.5, 0.9], [False, False, True, True], 0.5)
    >>> found["tp"], found["fp"], found["recall"], round(found["mcc"], 3)
    (2, 1, 1.0, 0.577)
    """
    chances, true = _checked(probabilities, positive)
    called = chances >= threshold
    tp, fp = int((called & true).sum()), int((called & ~true).sum())
    fn, tn = int((~called & true).sum()), int((~called & ~true).sum())
    spread = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return {
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "tn": tn,
        "accuracy": (tp + tn) / len(true),
        "precision": tp / (tp + fp) if tp + fp else None,
        "recall": tp / (tp + fn) if tp + fn else None,
        "f1": 2 * tp / (2 * tp + fp + fn) if tp else 0.0,
        "mcc": (tp * tn - fp * fn) / math.sqrt(spread) if spread else 0.0,
    }


def measure_ranking(probabilities: ArrayLike, positive: ArrayLike) -> dict[str, float | None]:
    """Measure how well probabilities rank, whatever the cutoff.

    Parameters
    ----------
    probabilities, positive
        As in `measure_at`, which also says what is raised.

    Returns
    -------
    dict of str to float
        ``auroc``, the area under the ROC curve, `None` if all rows have one label; and
        ``average_precision``, `None` if no row is positive.

    Examples
    --------
    >>> measure_ranking([0.1, 0.5, 0.4, 0.9], [False, False, True, True])["auroc"]
    0.75
    """
    chances, true = _checked(probabilities, positive)
    return {
        "auroc": float(roc_auc_score(true, chances)) if 0 < true.sum() < len(true) else None,
        "average_precision": float(average_precision_score(true, chances)) if true.any() else None,
    }


def _checked(probabilities: ArrayLike, positive: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    chances, true = np.asarray(probabilities, float), np.asarray(positive).astype(bool)
    if chances.ndim != 1 or chances.shape != true.shape or not len(chances):
        raise ValueError(
            f"Probabilities of shape {chances.shape} and truth of shape {true.shape}: expected (rows,) of "
            "both, with one row or more."
        )
    wrong = chances[~((chances >= 0) & (chances <= 1))]  # so are not-a-numbers found, too
    if len(wrong):
        raise ValueError(
            f"Probabilities are from 0 to 1, but there are {', '.join(map(str, wrong[:3].tolist()))}."
        )
    return chances, true
