"""Scores of models task by task, as groups of bars."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_OTHERS = "#b7bec8"
_MANY = 14  # tasks that make the picture wide enough for a legend of one line


def task_bars(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw the specialised model, ChatNT and the pair for each task.

    Parameters
    ----------
    table
        Of `chatnt.compare_tasks`. What was measured on simulated sequences is hatched, and is
        no measure of real ones.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Up to three bars for each task, in the order of the table.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    tasks = list(dict.fromkeys(table["task"]))
    ax = new_axes(ax, max(4.6, 0.42 * len(tasks) + 1.2), 3.6)
    from matplotlib.patches import Patch

    places = {name: i for i, name in enumerate(tasks)}
    rows = table.to_dict("records")
    for row in rows:
        place, value, simulated = places[row["task"]], row["value"], row["simulated"]
        slot = 2 if row["kind"] == "pair" else 1 if row["model"] == "ChatNT" else 0
        colour = (_OTHERS, ENGLISH, DNA)[slot]
        ax.bar(
            place + (slot - 1) * 0.27, value, width=0.25, linewidth=0.7, edgecolor=colour,
            color="white" if simulated else colour, hatch="//////" if simulated else "",
        )  # fmt: skip
        if slot == 0:
            at = (place - 0.27, value + 0.015)
            ax.text(*at, row["model"], rotation=90, fontsize=5.5, ha="center", va="bottom", color=INK)
    pair = [row["model"] for row in rows if row["kind"] == "pair"]
    handles = [Patch(color=_OTHERS, label="specialised model (published)")]
    handles.append(Patch(color=ENGLISH, label="ChatNT (published)"))
    if pair:
        handles.append(Patch(color=DNA, label=f"{pair[0]} (measured)"))
    if any(row["simulated"] for row in rows):
        told = "on simulated sequences"
        handles.append(Patch(facecolor="white", edgecolor=DNA, hatch="//////", label=told))
    columns = 4 if len(tasks) > _MANY else 2
    ax.legend(
        handles=handles, frameon=False, fontsize=7.5, loc="lower left", bbox_to_anchor=(0, 1.02),
        ncols=columns, handlelength=1.4, columnspacing=1.2,
    )  # fmt: skip
    units = {row["task"]: row["metric"] for row in rows}
    short = {"mcc": "MCC", "auroc": "AUROC", "pearson": "PCC"}
    names = [f"{name.replace('_', ' ')} ({short.get(units[name], units[name])})" for name in tasks]
    ax.set_xticks(range(len(tasks)), names, rotation=55, ha="right", rotation_mode="anchor", fontsize=7)
    ax.set_xlim(-0.7, len(tasks) - 0.3)
    ax.set_ylim(min(0, *(row["value"] for row in rows)), 1.18)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1.0])
    ax.axhline(0, color=FAINT, linewidth=0.8)
    ax.set_ylabel("score", color=INK)
    tidy(ax, grid="y")
    return ax
