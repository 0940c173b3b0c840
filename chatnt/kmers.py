"""The k-mers of sequences, and those on which the highest scores lie."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

_LONGEST = 31  # whose numbers fit into 64 bits
_DIGITS = np.full(256, -1, np.int64)
_DIGITS[np.frombuffer(b"ACGT", np.uint8)] = range(4)


class Window(NamedTuple):
    """Hold a window of a sequence: where it begins, and the sum of the scores of its bases."""

    start: int
    score: float


def top_windows(text: str, scores: ArrayLike, *, k: int = 6, top: int = 5, step: int = 1) -> list[Window]:
    """Find the windows of highest scores that do not overlap, the highest first.

    Each is the highest of those that overlap none before it. Windows with a letter other than A, C, G and
    T do not count, nor do those whose sum is not above zero, which speak for nothing.

    Parameters
    ----------
    text
        Letters.
    scores
        Of shape (bases,).
    k
        Bases of a window.
    top
        Most windows.
    step
        Bases from one window to the next; `k` makes the fixed blocks of an encoder of k-mers.

    Examples
    --------
    >>> top_windows("ACGTACGT", [0, 0, 3, 1, 0, 0, 0, 2], k=2, top=2)
    [Window(start=2, score=4.0), Window(start=6, score=2.0)]
    """
    codes = kmer_codes(text, k=k, step=step)
    if not len(codes):
        return []
    sums = sliding_window_view(np.asarray(scores, float), k).sum(1)[::step]
    sums = np.where((codes >= 0) & (sums > 0), sums, -np.inf)
    reach, found = -(-k // step), []
    while len(found) < top and np.isfinite(best := sums[at := int(sums.argmax())]):
        found.append(Window(at * step, float(best)))
        sums[max(0, at - reach + 1) : at + reach] = -np.inf
    return found


def kmer_codes(text: str, *, k: int, step: int = 1) -> NDArray[np.int64]:
    """Return the k-mers of a text as numbers of base four, of shape (windows,); -1 where one has an N.

    Examples
    --------
    >>> kmer_codes("AACGNA", k=2).tolist()
    [0, 1, 6, -1, -1]
    """
    digits = _DIGITS[np.frombuffer(text.encode("ascii"), np.uint8)]
    if len(digits) < k:
        return np.empty(0, np.int64)
    windows = sliding_window_view(digits, k)[::step]
    return np.where((windows < 0).any(1), -1, windows @ 4 ** np.arange(k)[::-1])


def spelled(names: Iterable[str], k: int) -> NDArray[np.int64]:
    """Return k-mers of A, C, G and T as numbers of base four, of shape (k-mers,).

    Examples
    --------
    >>> spelled(["AA", "CG"], 2).tolist()
    [0, 6]
    """
    letters = np.frombuffer("".join(names).encode("ascii"), np.uint8).reshape(-1, k)
    return _DIGITS[letters] @ 4 ** np.arange(k)[::-1]


def count_kmers(codes: NDArray[np.int64], *, k: int, pooled: bool = False) -> pd.Series:
    """Count k-mers; with `pooled` a k-mer and its reverse complement are one.

    The one of both is that which comes first in the alphabet.

    Returns
    -------
    Series
        Counts, by the name of each k-mer that is there, in the order of the alphabet.

    Examples
    --------
    >>> count_kmers(kmer_codes("AACGTTN", k=2), k=2, pooled=True).to_dict()
    {'AA': 2, 'AC': 2, 'CG': 1}
    """
    known = codes[codes >= 0]
    if pooled:
        known = np.minimum(known, _other_strand(known, k))
    found, counts = np.unique(known, return_counts=True)
    return pd.Series(counts, index=kmer_names(found, k), dtype=np.int64)


def kmer_names(codes: NDArray[np.int64], k: int) -> list[str]:
    """Spell k-mers.

    Examples
    --------
    >>> kmer_names(np.array([0, 6]), 2)
    ['AA', 'CG']
    """
    return ["".join(row) for row in np.array(list("ACGT"))[_digits(codes, k)]]


def check_k(k: int) -> None:
    """Raise `ValueError` if k-mers of this length cannot be counted."""
    if not 1 <= k <= _LONGEST:
        raise ValueError(f"k={k}: expected the length of k-mers, from 1 to {_LONGEST}.")


def _other_strand(codes: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    return (3 - _digits(codes, k)) @ 4 ** np.arange(k)


def _digits(codes: NDArray[np.int64], k: int) -> NDArray[np.int64]:
    return codes[:, None] // 4 ** np.arange(k)[::-1] % 4
