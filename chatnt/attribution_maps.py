"""Scores of many sequences: aligned, cut, and as arrays for a file."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Map(NamedTuple):
    """Hold the scores of one sequence.

    Parameters
    ----------
    label
        That is true of it.
    row
        Its index in the data.
    sequence
        Letters.
    scores
        One for each base, of shape (bases,), float32.
    """

    label: str
    row: int
    sequence: str
    scores: NDArray[np.float32]


def aligned(maps: Sequence[Map]) -> NDArray[np.float64]:
    """Return the scores of sequences of one length, of shape (sequences, bases).

    Raises
    ------
    ValueError
        If their lengths differ.
    """
    lengths = sorted({len(one.sequence) for one in maps})
    if len(lengths) > 1:
        raise ValueError(
            f"Maps can be averaged of sequences of one length, but those of {maps[0].label!r} have "
            f"{lengths[0]:,} to {lengths[-1]:,} bases; cut them to one length around their sites, or take "
            "matrix(..., around='each')."
        )
    return np.stack([one.scores for one in maps]).astype(float)


def cut(text: str, start: int, end: int) -> str:
    """Return a part of a text, with ``-`` where it has no letters.

    Examples
    --------
    >>> cut("ACGT", -2, 3)
    '--ACG'
    """
    return "-" * max(0, -start) + text[max(0, start) : end] + "-" * max(0, end - len(text))


def pack(maps: Sequence[Map], labels: Sequence[str], prefix: str) -> dict[str, NDArray]:
    """Return maps as arrays, whose names begin with the prefix."""
    letters = np.frombuffer("".join(one.sequence for one in maps).encode("ascii"), np.uint8)
    return {
        f"{prefix}letters": letters,
        f"{prefix}lengths": np.array([len(one.sequence) for one in maps], np.int64),
        f"{prefix}label_numbers": np.array([labels.index(one.label) for one in maps], np.int64),
        f"{prefix}rows": np.array([one.row for one in maps], np.int64),
        f"{prefix}scores": np.concatenate([one.scores for one in maps]).astype(np.float32),
    }


def unpack(data: Mapping[str, NDArray], labels: Sequence[str], prefix: str) -> tuple[Map, ...]:
    """Return the maps that `pack` made arrays of."""
    names = ("letters", "lengths", "label_numbers", "rows", "scores")
    letters, lengths, numbers, rows, scores = (data[f"{prefix}{name}"] for name in names)
    texts = np.split(letters, np.cumsum(lengths)[:-1])
    parts = np.split(scores, np.cumsum(lengths)[:-1])
    return tuple(
        Map(labels[int(n)], int(row), text.tobytes().decode("ascii"), part)
        for n, row, text, part in zip(numbers, rows, texts, parts, strict=True)
    )
