"""Mean scores of models as bars."""

import math
from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_COLOURS = {"pair": DNA, "ablation": "#9fc1d3", "published": "#8a94a3"}
_TOLD = {"pair": "this pair", "ablation": "its ablations", "published": "published"}


def means(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw the mean of each model with its standard error over the tasks.

    Bars that cannot be compared directly, because they were not measured as one fit on the whole test sets,
    are hatched.

    Parameters
    ----------
    table
        Of `chatnt.compare_means`.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A horizontal bar for each model, the best at the top.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.means(chatnt.compare_means())  # doctest: +SKIP
    <Axes: ...>
    """
    ax = new_axes(ax, 6.4, 0.6 + 0.24 * len(table))
    from matplotlib.patches import Patch

    rows = table.to_dict("records")
    for place, row in enumerate(rows):
        colour, direct, mean = _COLOURS[row["kind"]], row["direct"], row["mean"]
        error = 0.0 if math.isnan(row["sem"]) else row["sem"]
        ax.barh(
            place, mean, height=0.72, color=colour if direct else "white", edgecolor=colour,
            hatch="" if direct else "/////", linewidth=0.8, xerr=error or None,
            error_kw={"ecolor": INK, "elinewidth": 0.9, "capsize": 2},
        )  # fmt: skip
        ax.text(max(mean + error, 0) + 0.012, place, f"{mean:.2f}", va="center", fontsize=7.5, color=INK)
    ax.set_yticks(range(len(table)), table["model"].tolist(), fontsize=8)
    for label, kind in zip(ax.get_yticklabels(), table["kind"], strict=True):
        label.set_fontweight("bold" if kind == "pair" else "normal")
    kinds = [kind for kind in _COLOURS if any(row["kind"] == kind for row in rows)]
    handles = [Patch(color=_COLOURS[kind], label=_TOLD[kind]) for kind in kinds]
    if not all(row["direct"] for row in rows):
        handles.append(
            Patch(facecolor="white", edgecolor=INK, hatch="/////", label="not directly comparable")
        )
    ax.legend(handles=handles, frameon=False, fontsize=7.5, loc="lower right", handlelength=1.2)
    ax.axvline(0, color=FAINT, linewidth=0.8)
    ax.set_xlim(min(0, *(row["mean"] for row in rows)) - 0.01, 1)
    ax.set_xlabel(f"mean MCC over {table['tasks'].max()} tasks, with standard error", color=INK, fontsize=8)
    tidy(ax, grid="x")
    return ax
