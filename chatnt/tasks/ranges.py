"""What the sequences of a task span: lengths and compositions, and in words what lies beyond."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chatnt.sequence import DNA
from chatnt.tasks.clouds import finite

PAIRS = tuple(a + b for a in "ACGT" for b in "ACGT")
"""Neighbouring bases, in the order in which their shares are held."""

_CODES = np.full(256, 4)
_CODES[list(b"ACGT")] = range(4)
_STRONG = np.array([(a in "CG") + (b in "CG") for a, b in PAIRS]) / 2
_TOLERANCE = 0.1  # of the lengths: a window cut a little wider is no other kind of sequence
_UNKNOWN = 0.1  # share of unknown bases from which they are mentioned


class TaskRange(NamedTuple):
    """Hold what the sequences of a task span.

    Parameters
    ----------
    lengths
        Of the shortest and the longest, in bases.
    low, high
        Shares that one in 200 sequences is below, or above: of G and C, then of each pair of
        neighbours from AA to TT; each of shape (17,).
    """

    lengths: tuple[int, int]
    low: NDArray[np.float64]
    high: NDArray[np.float64]

    @classmethod
    def of(cls, lengths: Sequence[int] | NDArray, shares: NDArray[np.float64]) -> "TaskRange":
        """Measure sequences.

        Parameters
        ----------
        lengths
            In bases.
        shares
            Of pairs, as `pair_shares` gives them.
        """
        both = np.column_stack([shares @ _STRONG, shares])
        low, high = (np.round(np.quantile(both, q, axis=0), 4) for q in (0.005, 0.995))
        return cls((int(min(lengths)), int(max(lengths))), low, high)

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold."""
        return {"lengths": self.lengths, "low": self.low.tolist(), "high": self.high.tolist()}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "TaskRange":
        """Read what `to_json` gave.

        Raises
        ------
        ValueError, LookupError, TypeError
            If it is something else.
        """
        low, high = (finite(stored[k]).reshape(1 + len(PAIRS)) for k in ("low", "high"))
        shortest, longest = map(int, stored["lengths"])
        return cls((shortest, longest), low, high)

    def length_reasons(self, bases: int) -> list[str]:
        """Say that a sequence is longer or shorter than all, if it is by more than a tenth."""
        low, high = self.lengths
        span = f"{low:,}" if low == high else f"{low:,} to {high:,}"
        if bases > high * (1 + _TOLERANCE):
            return [f"longer than any sequence trained on ({span} bases, this one has {bases:,})"]
        if bases < low * (1 - _TOLERANCE):
            return [f"shorter than any sequence trained on ({span} bases, this one has {bases:,})"]
        return []

    def composition_reason(self, shares: NDArray[np.float64]) -> str:
        """Name what is most unusual of the shares of pairs of a sequence, of shape (16,).

        That is the share of G and C, or that of a pair, if it is outside its range.
        """
        values = np.concatenate([[shares @ _STRONG], shares])
        outside = np.maximum(self.low - values, values - self.high)
        width = (self.high - self.low).clip(min=0.01)
        most = 0 if outside[0] > 0 else int((outside / width).argmax())
        if outside[most] <= 0:
            return "pairs of neighbouring bases are unlike those of the sequences trained on"
        low, high = round(100 * self.low[most]), round(100 * self.high[most])
        what = "G+C" if most == 0 else f"of neighbouring bases are {PAIRS[most - 1]}"
        span = f"{low} to {high} %" if low != high else f"{low} %"
        return f"{100 * values[most]:.0f} % {what}, the sequences trained on have {span}"


def pair_shares(sequences: Sequence[str]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Count pairs of neighbouring bases; those with an ambiguity code are left out.

    Returns
    -------
    shares : ndarray
        Of shape (sequences, 16), from AA to TT; zeros if there are none.
    counts : ndarray
        Of shape (sequences,): pairs that were counted.

    Examples
    --------
    >>> shares, counts = pair_shares(["AACN"])
    >>> shares[0, :2].tolist(), counts.tolist()
    ([0.5, 0.5], [2.0])
    """
    table = np.zeros((len(sequences), len(PAIRS)))
    for row, text in zip(table, sequences, strict=True):
        codes = _CODES[np.frombuffer(text.encode("ascii"), np.uint8)]
        known = (codes[:-1] < 4) & (codes[1:] < 4)
        row[:] = np.bincount((codes[:-1] * 4 + codes[1:])[known], minlength=len(PAIRS))
    counts = table.sum(1)
    return table / counts.clip(min=1)[:, None], counts


def unknown_reasons(dna: DNA) -> list[str]:
    """Say how many bases are unknown, if they are more than a tenth."""
    unknown = len(dna) - sum(dna.sequence.count(base) for base in "ACGT")
    if unknown <= _UNKNOWN * len(dna):
        return []
    return [f"{unknown:,} of {len(dna):,} bases are N or another ambiguity code"]
