"""Attributions as letters: a base is as tall as its score."""

from typing import TYPE_CHECKING

import numpy as np

from chatnt.plots.canvas import INK, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from numpy.typing import NDArray

    from chatnt.attribution import Attribution

COLOURS = {"A": "#1B9E77", "C": "#004488", "G": "#BB8800", "T": "#AA3377"}
"""Of the bases; told apart in all common kinds of colour blindness. Other letters are grey."""

_WIDTH = 0.92  # of a letter, in bases


def logo(
    attribution: "Attribution",
    *,
    sequence: int = 0,
    start: int = 0,
    end: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the bases of one sequence as letters; those that speak against the target hang below the line.

    Parameters
    ----------
    attribution
        Of `chatnt.attribute`.
    sequence
        Which of its sequences, from 0.
    start, end
        Bases to draw, 0-based and half-open; default all. Letters can be read up to about 150.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Positions from 0, as in the sequence, and scores in the unit of the attribution.

    Raises
    ------
    ValueError
        If there is no such sequence, or no base between `start` and `end`.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.logo(why, start=200, end=260)  # doctest: +SKIP
    <Axes: ...>
    """
    count = len(attribution.sequences)
    if not 0 <= sequence < count:
        raise ValueError(f"sequence={sequence} is none of the {count} of this attribution, counted from 0.")
    letters, scores = str(attribution.sequences[sequence]), attribution.scores[sequence]
    end = len(letters) if end is None else end
    if not 0 <= start < end <= len(letters):
        raise ValueError(
            f"There is no base from {start} to {end} of {len(letters):,}; give start and end within them."
        )
    ax = new_axes(ax, 9.0, 2.4)
    for letter, path in _paths(letters[start:end], scores[start:end], start).items():
        _draw(ax, path, COLOURS.get(letter, INK))
    ax.axhline(0, color=INK, linewidth=0.6)
    shown = scores[start:end]
    low, high = min(float(shown.min()), 0.0), max(float(shown.max()), 0.0)
    margin = 0.05 * (high - low) or 1.0
    ax.set_xlim(start - 0.5, end - 0.5)
    ax.set_ylim(low - margin, high + margin)
    ax.set_xlabel(f"position in {attribution.names[sequence]}", color=INK)
    ax.set_ylabel(attribution.unit if len(attribution.unit) < 30 else "score", color=INK, fontsize=9)
    ax.set_title(_caption(attribution), color=INK, fontsize=9, loc="left")
    tidy(ax, grid="y")
    return ax


def _draw(ax: "Axes", path: "Path", colour: str) -> None:
    from matplotlib.collections import PathCollection

    # Not a patch: for its limits, which are known here, every curve of every letter would be solved.
    ax.add_collection(PathCollection([path], facecolors=[colour], linewidths=0), autolim=False)


def _paths(letters: str, scores: "NDArray[np.float32]", start: int) -> dict[str, "Path"]:
    """Return one path for all places of each letter, which draws faster than one for each place."""
    from matplotlib.path import Path

    found = {}
    for letter in sorted(set(letters)):
        glyph, codes = _glyph(letter)
        places = np.array([i for i, other in enumerate(letters) if other == letter])
        heights = np.abs(scores[places]).astype(float)
        corners = np.stack([start + places - _WIDTH / 2, np.minimum(scores[places], 0)], axis=1)
        sizes = np.stack([np.full(len(places), _WIDTH), heights], axis=1)
        vertices = glyph * sizes[:, None] + corners[:, None]
        found[letter] = Path(vertices.reshape(-1, 2), np.tile(codes, len(places)))
    return found


def _glyph(letter: str) -> tuple["NDArray[np.float64]", "NDArray[np.uint8]"]:
    """Return the outline of a letter in a box of one by one."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    # The font that comes with matplotlib, so that a picture is the same everywhere.
    outline = TextPath((0, 0), letter, size=10, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    corners, codes = np.asarray(outline.vertices, float), np.asarray(outline.codes, np.uint8)
    # A closing point is not drawn and may lie anywhere.
    drawn = corners[codes != outline.CLOSEPOLY]
    low, high = drawn.min(0), drawn.max(0)
    return (corners - low) / (high - low), codes


def _caption(attribution: "Attribution") -> str:
    told = (
        f"{attribution.target} against {attribution.against}" if attribution.against else attribution.target
    )
    how = attribution.method + (f" from {attribution.baseline}" if attribution.baseline else "")
    delta = "" if attribution.delta is None else f", delta {attribution.delta:.2g}"
    tokens = "" if attribution.resolution == 1 else f", in blocks of up to {attribution.resolution} bases"
    return f"{told}: {how}{delta}{tokens}"
