"""Scores of many models on many tasks, as a map."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_DARK = 0.78  # scores from here on are written in white


def model_map(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw the score of each model on each task, with the mean, and how it was measured.

    Parameters
    ----------
    table
        Of `chatnt.compare_models`.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A row for each model in the order of the table; a pair and its ablations in bold, with a frame.
        Cells without a number are empty.

    Raises
    ------
    ValueError
        If the table is empty.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.model_map(chatnt.compare_models())  # doctest: +SKIP
    <Axes: ...>
    """
    import numpy as np

    if table.empty:
        raise ValueError("The table has no rows; make one with chatnt.compare_models().")
    tasks = list(dict.fromkeys(table["task"]))
    rows = table.drop_duplicates(["model", "protocol"]).to_dict("records")
    values = {(r["model"], r["protocol"], r["task"]): r["value"] for r in table.to_dict("records")}
    grid = np.array([[values.get((r["model"], r["protocol"], task), np.nan) for task in tasks] for r in rows])
    ax = new_axes(ax, 7.1, 1.3 + 0.19 * len(rows))
    from matplotlib.colors import LinearSegmentedColormap

    colours = LinearSegmentedColormap.from_list("scores", ("white", "#d5e4ec", "#8fb6ca", DNA))
    ax.imshow(grid, aspect="auto", cmap=colours, vmin=0, vmax=1, interpolation="nearest")
    for (y, x), value in np.ndenumerate(grid):
        if not np.isnan(value):
            ax.text(
                x, y, f"{value:.2f}", ha="center", va="center", fontsize=6,
                color="white" if value > _DARK else INK,
            )  # fmt: skip
    _tell(ax, rows, grid, len(tasks))
    ax.set_xticks(range(len(tasks)), [task.replace("_", " ") for task in tasks], fontsize=6.5)
    ax.xaxis.tick_top()
    for name in ax.get_xticklabels():
        name.set(rotation=50, ha="left", rotation_mode="anchor")
    tidy(ax, grid="y")
    ax.spines[["left", "bottom"]].set_visible(False)
    ax.grid(visible=False)
    return ax


def _tell(ax: "Axes", rows: list[dict], grid, right: int) -> None:
    """Write names, means and protocols beside the rows, and a frame around what is ours."""
    import numpy as np
    from matplotlib.patches import Rectangle

    ax.set_yticks(range(len(rows)), [row["model"] for row in rows], fontsize=6.5)
    heads = ((right - 0.2, "mean"), (right + 1.3, "measured as"))
    for x, head in heads:
        ax.text(x, -0.75, head, fontsize=6.5, color=INK, fontweight="bold", clip_on=False)
    for y, (row, label) in enumerate(zip(rows, ax.get_yticklabels(), strict=True)):
        known = int((~np.isnan(grid[y])).sum())
        mean = f"{np.nanmean(grid[y]):.2f}" if known == right else f"({known})"
        weight = "normal" if row["kind"] == "published" else "bold"
        label.set_fontweight(weight)
        ax.text(right - 0.2, y, mean, va="center", fontsize=6.5, color=INK, fontweight=weight)
        ax.text(right + 1.3, y, row["protocol"], va="center", fontsize=6.5, color=INK, fontweight=weight)
        if row["kind"] != "published":
            ax.add_patch(
                Rectangle(
                    (-0.5, y - 0.5), right, 1, facecolor="none", edgecolor=INK, linewidth=1, clip_on=False
                )
            )
