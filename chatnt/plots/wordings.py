"""How far scores hang on the wording of a question."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def wordings(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw for each task the mean score over wordings, with the lowest and the highest of them.

    Parameters
    ----------
    table
        With the columns ``task, mean, lowest, highest, wordings``, such as
        ``chatnt.results().tables["wording spread"]``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A line from the lowest to the highest for each task, the longest at the top.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    rows = table.assign(width=table["highest"] - table["lowest"]).sort_values("width", ignore_index=True)
    ax = new_axes(ax, 6.0, 0.8 + 0.22 * len(rows))
    places = range(len(rows))
    ax.hlines(places, rows["lowest"], rows["highest"], color=DNA, linewidth=3, alpha=0.35)
    ax.plot(rows["mean"], places, "o", color=DNA, markersize=4.5)
    for place, row in enumerate(rows.to_dict("records")):
        told = f"{row['width']:.2f}"
        ax.text(row["highest"] + 0.012, place, told, va="center", fontsize=7, color=INK)
    ax.set_yticks(places, [name.replace("_", " ") for name in rows["task"]], fontsize=8)
    counts = sorted(set(rows["wordings"]))
    many = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
    ax.set_xlabel(f"score: mean, lowest and highest of {many} wordings", color=INK, fontsize=8)
    tidy(ax, grid="x")
    return ax
