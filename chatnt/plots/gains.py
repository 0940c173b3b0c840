"""Two scores of each task, and the way from one to the other."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_SHORT = {"mcc": "MCC", "auroc": "AUROC", "pearson": "PCC"}


def gains(
    table: "pd.DataFrame", before: str, after: str = "score", *, name: str = "", ax: "Axes | None" = None
) -> "Axes":
    """Draw what each task gains from one run to another.

    Parameters
    ----------
    table
        With the columns ``task``, ``metric`` and those named, such as ``chatnt.results().to_frame()``.
        Tasks that lack one of the two scores are left out.
    before, after
        Columns.
    name
        Of the second run in the legend; default that of its column.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A line from the first score (hollow) to the second (filled) for each task, the largest gain at
        the top; orange where something is lost.

    Raises
    ------
    ValueError
        If there is no such column, or no task that has both scores.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.gains(chatnt.results().to_frame(), "question-blind")  # doctest: +SKIP
    <Axes: ...>
    """
    missing = [column for column in ("task", "metric", before, after) if column not in table]
    if missing:
        raise ValueError(
            f"The table has no column {', '.join(map(repr, missing))}; it has {', '.join(table.columns)}."
        )
    rows = table.dropna(subset=[before, after])
    if rows.empty:
        raise ValueError(f"No task has both scores, {before!r} and {after!r}.")
    rows = rows.assign(gain=rows[after] - rows[before]).sort_values("gain", ignore_index=True)
    ax = new_axes(ax, 4.6, 0.9 + 0.17 * len(rows))
    places = range(len(rows))
    colours = [DNA if gain >= 0 else ENGLISH for gain in rows["gain"]]
    ax.hlines(places, rows[before], rows[after], colors=colours, linewidth=2, alpha=0.4)
    ax.scatter(rows[before], places, s=16, facecolors="white", edgecolors=colours, zorder=3, label=before)
    ax.scatter(rows[after], places, s=16, color=colours, zorder=3, label=name or after)
    told = [
        f"{task.replace('_', ' ')} ({_SHORT.get(metric, metric)})"
        for task, metric in zip(rows["task"], rows["metric"], strict=True)
    ]
    ax.set_yticks(places, told, fontsize=6.5)
    ax.set_ylim(-0.7, len(rows) - 0.3)
    ax.axvline(0, color=INK, linewidth=0.6)
    ax.set_xlabel("score", color=INK, fontsize=8)
    ax.tick_params(axis="x", labelsize=7)
    ax.legend(frameon=False, fontsize=7, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.1)
    tidy(ax, grid="x")
    return ax
