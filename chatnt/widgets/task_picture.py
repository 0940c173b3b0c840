"""The picture of the tasks, for places that show no widgets."""

from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.figure import Figure

from chatnt.plots.canvas import DNA, INK, tidy

_MOST = 14  # tasks that one picture has room for


def draw_scores(rows: Sequence[Mapping[str, Any]], total: int, pair: str) -> Figure:
    """Draw the score of each task as a bar.

    Parameters
    ----------
    rows
        As `chatnt.widgets.task_details.catalogue_rows` returns them; the first are drawn.
    total
        Tasks that there are.
    pair
        Name of what was scored; empty if nothing was.
    """
    shown = rows[:_MOST]
    figure = Figure(figsize=(7.5, 1.0 + 0.28 * max(1, len(shown))), layout="constrained")
    axes = figure.subplots()
    places = list(range(len(shown)))
    names = [f"{row['title']}  [{row['name']}]" for row in shown]
    bars = axes.barh(places, [row["score"] or 0.0 for row in shown], color=DNA, edgecolor="white", height=0.6)
    for bar, row in zip(bars, shown, strict=True):
        bar.set_hatch("////" if row["simulated"] else "")
    axes.set_yticks(places, names, fontsize=8, parse_math=False)
    axes.set_ylim(max(1, len(shown)) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    told = "hatched: on simulated sequences; no bar: not scored"
    axes.set_xlabel(f"score of the pair {pair} ({told})" if pair else "no scores", color=INK, fontsize=9)
    some = f", the first {len(shown)}" if len(rows) > len(shown) else ""
    axes.set_title(f"Tasks: {len(rows)} of {total}{some}", color=INK, fontsize=10)
    tidy(axes, grid="x")
    return figure
