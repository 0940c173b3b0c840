"""How well a mean is known."""

import numpy as np
from numpy.typing import ArrayLike

RESAMPLES = 2000
_TAILS = (0.025, 0.975)


def mean_interval(values: ArrayLike) -> tuple[float, float]:
    """Return the ends of the 95 % interval of a mean, by the percentiles of means of what is drawn again.

    Parameters
    ----------
    values
        Of shape (rows,), drawn with replacement, with the same seed in every call.

    References
    ----------
    Efron & Tibshirani 1993, An introduction to the bootstrap, chapter 13.

    Examples
    --------
    >>> mean_interval([2.0, 2.0, 2.0])
    (2.0, 2.0)
    """
    known = np.asarray(values, float)
    drawn = np.random.default_rng(0).integers(len(known), size=(RESAMPLES, len(known)))
    low, high = np.quantile(known[drawn].mean(1), _TAILS)
    return float(low), float(high)
