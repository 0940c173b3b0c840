"""Scores of many sequences: aligned, cut, and kept in a file."""

import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from chatnt.errors import DataError

_FORMAT = 1  # of the file; raise it when it changes


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


def aligned(maps: Sequence[Map], *, scaled: bool = False) -> NDArray[np.float64]:
    """Return the scores of sequences of one length, of shape (sequences, bases).

    With `scaled` each sequence's are divided by the mean of their absolute values.

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
    scores = np.stack([one.scores for one in maps]).astype(float)
    if not scaled:
        return scores
    sizes = np.abs(scores).mean(1, keepdims=True)
    return np.divide(scores, sizes, out=np.zeros_like(scores), where=sizes > 0)


def cut(text: str, start: int, end: int) -> str:
    """Return a part of a text, with ``-`` where it has no letters.

    Examples
    --------
    >>> cut("ACGT", -2, 3)
    '--ACG'
    """
    return "-" * max(0, -start) + text[max(0, start) : end] + "-" * max(0, end - len(text))


def write_maps(path: str | Path, about: Mapping[str, Any], groups: Mapping[str, Sequence[Map]]) -> None:
    """Write groups of maps, and what is said about them, as an ``.npz`` file.

    Parameters
    ----------
    path
        Of the file.
    about
        What JSON can hold.
    groups
        By the prefix of their arrays.
    """
    told = json.dumps({"format": _FORMAT, "groups": list(groups), **about})
    arrays = {name: x for prefix, maps in groups.items() for name, x in _packed(maps, prefix).items()}
    with Path(path).open("wb") as file:
        np.savez_compressed(file, about=np.array(told), **arrays)  # type: ignore[arg-type]


def read_maps(path: str | Path, needed: Sequence[str]) -> tuple[dict[str, Any], dict[str, tuple[Map, ...]]]:
    """Read what `write_maps` wrote: what is said about the maps, and the groups.

    Raises
    ------
    DataError
        If the file holds something else, or not all that is needed.
    FileNotFoundError
        If there is no such file.
    """
    try:
        # A file that is open already is closed again whatever is in it.
        with Path(path).open("rb") as file, np.load(file, allow_pickle=False) as data:
            about = json.loads(str(data["about"]))
            if about.pop("format") != _FORMAT:
                raise DataError(f"{path} is a study of another format than {_FORMAT}; make it again.")
            groups = {prefix: _unpacked(data, prefix) for prefix in about.pop("groups")}
            missing = sorted({*needed, "notes"} - set(about))
            if missing:
                raise KeyError(f"it has no {', '.join(missing)}")
            return about, groups
    except (ValueError, KeyError, TypeError, AttributeError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, DataError):
            raise
        raise DataError(
            f"{path} cannot be read as a study: {error}; give a file of AttributionStudy.save."
        ) from error


def _packed(maps: Sequence[Map], prefix: str) -> dict[str, NDArray]:
    return {
        f"{prefix}letters": np.frombuffer("".join(one.sequence for one in maps).encode("ascii"), np.uint8),
        f"{prefix}lengths": np.array([len(one.sequence) for one in maps], np.int64),
        f"{prefix}labels": np.array([one.label for one in maps]),
        f"{prefix}rows": np.array([one.row for one in maps], np.int64),
        f"{prefix}scores": np.concatenate([one.scores for one in maps]).astype(np.float32),
    }


def _unpacked(data: Mapping[str, NDArray], prefix: str) -> tuple[Map, ...]:
    names = ("letters", "lengths", "labels", "rows", "scores")
    letters, lengths, labels, rows, scores = (data[f"{prefix}{name}"] for name in names)
    ends = np.cumsum(lengths)[:-1]
    parts = zip(labels, rows, np.split(letters, ends), np.split(scores, ends), strict=True)
    return tuple(Map(str(n), int(row), text.tobytes().decode("ascii"), x) for n, row, text, x in parts)
