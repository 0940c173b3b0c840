"""Scores of several models on many tasks, as rings."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatnt.plots.canvas import FAINT, INK, label_colours, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_DASHES = ("-", "--", "-.", ":", (0, (1, 1)))
_FEWEST = 3


def radar(table: "pd.DataFrame", models: Sequence[str] | None = None, *, ax: "Axes | None" = None) -> "Axes":
    """Draw the score of each model on each task, one spoke per task.

    Parameters
    ----------
    table
        With the columns ``task, model, value``, as of `chatnt.compare_tasks`; a task that a model has no
        value for is a gap in its ring.
    models
        Which to draw, at most five; default all.
    ax
        Polar axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A closed line for each model.

    Raises
    ------
    ValueError
        If there are fewer than three tasks, or no such model.
    MissingExtraError
        If matplotlib is not installed.
    """
    known = list(dict.fromkeys(table["model"]))
    models = known if models is None else list(models)
    if missing := [name for name in models if name not in known]:
        raise ValueError(f"There is no {', '.join(missing)} in the table; there are {', '.join(known)}.")
    tasks = list(dict.fromkeys(table["task"]))
    if len(tasks) < _FEWEST:
        raise ValueError(f"A radar needs three tasks or more, this table has {len(tasks)}; draw bars.")
    ax = new_axes(ax, 6.4, 6.4, polar=True)
    angles = [2 * math.pi * i / len(tasks) for i in range(len(tasks))]
    values = table.drop_duplicates(["task", "model"]).pivot(index="task", columns="model", values="value")
    colours = label_colours(models[::-1])
    for name, dashes in zip(models, _DASHES, strict=False):
        ring = values[name].reindex(tasks).tolist()
        ax.plot(
            [*angles, angles[0]], [*ring, ring[0]], color=colours[name], linestyle=dashes, label=name,
            linewidth=1.6, marker="o", markersize=2.8,
        )  # fmt: skip
    ax.set_theta_offset(math.pi / 2)  # type: ignore[attr-defined]
    ax.set_theta_direction(-1)  # type: ignore[attr-defined]
    ax.set_xticks(angles, [name.replace("_", " ") for name in tasks], fontsize=7.5, color=INK)
    for label, angle in zip(ax.get_xticklabels(), angles, strict=True):
        side = math.sin(angle)
        label.set_horizontalalignment("center" if abs(side) < 0.1 else "left" if side > 0 else "right")
    ax.set_ylim(0, 1)
    ax.set_yticks([0.2, 0.4, 0.6, 0.8, 1.0], ["0.2", "", "0.6", "", "1"], fontsize=7, color=INK)
    ax.grid(color=FAINT, linewidth=0.6)
    ax.spines["polar"].set_color(FAINT)
    ax.legend(frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(-0.12, -0.16), ncols=len(models))
    return ax
