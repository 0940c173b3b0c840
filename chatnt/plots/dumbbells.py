"""Several scores of each task, as dots on a line."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pandas as pd
    from matplotlib.axes import Axes

_MARKS = (
    (DNA, "o", True),
    (INK, "o", False),
    (ENGLISH, "D", True),
    ("#aa3377", "s", True),
)  # colour, shape, filled


def dumbbells(
    table: "pd.DataFrame", columns: "Mapping[str, str]", *, score: str = "MCC", ax: "Axes | None" = None
) -> "Axes":
    """Draw up to four scores of each task, joined by a line.

    Parameters
    ----------
    table
        With the column ``task`` and those named.
    columns
        What stands in the legend, by the name of the column. The first sorts the tasks.
    score
        What the numbers are.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        The task with the highest first score is at the top.

    Raises
    ------
    ValueError
        If there are more than four columns, or none.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> perplexity = chatnt.results().tables["perplexity"]  # doctest: +SKIP
    >>> chatnt.plots.dumbbells(perplexity, {"mcc_written": "written", "mcc": "perplexity"})  # doctest: +SKIP
    <Axes: ...>
    """
    if not 0 < len(columns) <= len(_MARKS):
        raise ValueError(f"There are {len(columns)} columns, and 1 to {len(_MARKS)} can be told apart.")
    rows = table.sort_values(next(iter(columns)), ignore_index=True)
    ax = new_axes(ax, 4.6, 0.9 + 0.2 * len(rows))
    places = range(len(rows))
    held = rows[list(columns)]
    ax.hlines(places, held.min(axis=1), held.max(axis=1), color=FAINT, linewidth=1.6, zorder=1)
    for (column, label), (colour, shape, filled) in zip(columns.items(), _MARKS, strict=False):
        ax.plot(
            rows[column], places, shape, color=colour, markersize=4.2, label=label, zorder=2,
            markerfacecolor=colour if filled else "white", linestyle="none",
        )  # fmt: skip
    ax.set_yticks(places, [name.replace("_", " ") for name in rows["task"]], fontsize=7)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.set_xlabel(score, color=INK, fontsize=8)
    ax.legend(frameon=False, fontsize=7, loc="best", handletextpad=0.2)
    tidy(ax, grid="x")
    return ax
