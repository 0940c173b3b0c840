"""Attributions as letters: a base is as tall as its score."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes, tidy
from chatnt.plots.highlights import shade
from chatnt.plots.letters import draw_letters

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from chatnt.attribution import Attribution
    from chatnt.places import Place


def logo(
    attribution: "Attribution",
    *,
    sequence: int = 0,
    start: int = 0,
    end: int | None = None,
    highlight: "Iterable[Place]" = (),
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
    highlight
        Peaks of `chatnt.call_peaks` or elements of `chatnt.find_elements`, to shade and name: blue speaks for
        the target, orange against it; bases of an element that never differ, such as the GT of a donor, are
        darker.
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
    import numpy as np

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
    shown = scores[start:end]
    draw_letters(ax, letters[start:end], np.arange(start, end), np.minimum(shown, 0), np.abs(shown))
    ax.axhline(0, color=INK, linewidth=0.6)
    low, high = min(float(shown.min()), 0.0), max(float(shown.max()), 0.0)
    margin = 0.05 * (high - low) or 1.0
    ax.set_xlim(start - 0.5, end - 0.5)
    ax.set_ylim(low - margin, high + margin)
    shade(ax, highlight, sequence, start, end)
    ax.set_xlabel(f"position in {attribution.names[sequence]}", color=INK)
    ax.set_ylabel(attribution.unit if len(attribution.unit) < 30 else "score", color=INK, fontsize=9)
    ax.set_title(_caption(attribution), color=INK, fontsize=9, loc="left")
    tidy(ax, grid="y")
    return ax


def _caption(attribution: "Attribution") -> str:
    told = (
        f"{attribution.target} against {attribution.against}" if attribution.against else attribution.target
    )
    how = attribution.method + (f" from {attribution.baseline}" if attribution.baseline else "")
    delta = "" if attribution.delta is None else f", delta {attribution.delta:.2g}"
    tokens = "" if attribution.resolution == 1 else f", in blocks of up to {attribution.resolution} bases"
    return f"{told}: {how}{delta}{tokens}"
