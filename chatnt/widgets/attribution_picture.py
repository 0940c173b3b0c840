"""The picture of an attribution, for places that show no widgets."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chatnt.attribution import Attribution
from chatnt.places import Place
from chatnt.plots.canvas import INK, tidy
from chatnt.plots.logo import logo
from chatnt.plots.mutations import mutations

_FOR, _AGAINST = "#2563EB", "#D97706"  # as in the page
_COLUMNS = 900  # of an overview


def draw_attributions(
    results: Sequence[Attribution],
    labels: Sequence[str],
    sequence: int,
    window: tuple[int, int],
    places: Sequence[Place],
) -> Figure:
    """Draw whole sequences in outline, and a window of them as letters; substitutions if there are any.

    Parameters
    ----------
    results
        One or two, of which each has two rows.
    labels
        Tell them apart.
    sequence
        Which of their sequences, from 0.
    window
        Bases that are drawn as letters.
    places
        Are shaded and named.
    """
    heights = [height for each in results for height in ([0.7, 2.3] + [1.9] * (each.tables is not None))]
    figure = Figure(figsize=(9.5, sum(heights) + 0.5 * len(results)), layout="constrained")
    rows = iter(figure.subplots(len(heights), 1, height_ratios=heights, squeeze=False)[:, 0])
    for result, label in zip(results, labels, strict=True):
        end = min(window[1], len(result.scores[sequence]))
        start = min(window[0], end - 1)
        _overview(next(rows), result, sequence, (start, end))
        letters = logo(
            result,
            sequence=sequence,
            start=start,
            end=end,
            highlight=_named(places, end - start),
            ax=next(rows),
        )
        if len(results) > 1 and label not in letters.get_title(loc="left"):
            letters.set_title(f"{label}\n{letters.get_title(loc='left')}", color=INK, fontsize=9, loc="left")
        if result.tables is not None:
            mutations(result, sequence=sequence, start=start, end=end, ax=next(rows))
    return figure


def _named(places: Sequence[Place], bases: int) -> Sequence[Place]:
    """Return the places, or none where names would hide everything."""
    return places if bases <= 1000 else ()


def _overview(ax: Axes, result: Attribution, sequence: int, window: tuple[int, int]) -> None:
    scores = result.scores[sequence].astype(float)
    starts = np.unique(np.linspace(0, len(scores), min(_COLUMNS, len(scores)), endpoint=False).astype(int))
    low, high = np.minimum.reduceat(scores, starts), np.maximum.reduceat(scores, starts)
    edges = np.append(starts, len(scores)) - 0.5
    ax.stairs(np.maximum(high, 0), edges, fill=True, color=_FOR)
    ax.stairs(np.minimum(low, 0), edges, fill=True, color=_AGAINST)
    ax.axvspan(window[0] - 0.5, window[1] - 0.5, facecolor="none", edgecolor=INK, linewidth=1)
    ax.set_xlim(-0.5, len(scores) - 0.5)
    ax.set_yticks([0])
    tidy(ax, grid="y")
    told = f"all {len(scores):,} bases; below, {window[0]:,} to {window[1]:,}"
    ax.set_title(told, fontsize=8, color=INK, loc="right")
