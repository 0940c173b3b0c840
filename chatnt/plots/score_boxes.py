"""How the scores of models are spread over tasks."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from chatnt.plots.canvas import DNA, ENGLISH, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_OTHERS = "#b7bec8"


def score_boxes(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw boxes over all tasks, over those of classification and over those of regression.

    A box goes from the first to the third quartile, with the median; whiskers reach the last task within 1.5
    times that. Each task is a point. Scores on simulated sequences are left out.

    Parameters
    ----------
    table
        Of `chatnt.compare_tasks`.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Up to three boxes in each of three groups.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    real = table.loc[~table["simulated"]]
    ax = new_axes(ax, 6.4, 3.4)
    who = real["model"].where((real["kind"] == "pair") | (real["model"] == "ChatNT"), "specialised models")
    order = [name for name in ("specialised models", "ChatNT") if name in set(who)]
    order += [name for name in dict.fromkeys(who) if name not in order]
    groups = {"all tasks": real["problem"].notna()}
    groups |= {kind: real["problem"] == kind for kind in ("classification", "regression")}
    for group, (_, chosen) in enumerate(groups.items()):
        for slot, (name, colour) in enumerate(zip(order, (_OTHERS, ENGLISH, DNA), strict=False)):
            values = real.loc[chosen & (who == name), "value"].tolist()
            if values:
                _box(ax, values, group + (slot - (len(order) - 1) / 2) * 0.26, colour)
    counts = [real.loc[chosen, "task"].nunique() for chosen in groups.values()]
    names = [f"{name}\n({count})" for name, count in zip(groups, counts, strict=True)]
    ax.set_xticks(range(len(groups)), names, fontsize=8)
    from matplotlib.patches import Patch

    handles = [Patch(color=c, label=n) for n, c in zip(order, (_OTHERS, ENGLISH, DNA), strict=False)]
    ax.legend(handles=handles, frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=3)
    ax.set_ylabel("score (MCC, AUROC or PCC)", color=INK, fontsize=8)
    tidy(ax, grid="y")
    return ax


def _box(ax: "Axes", values: Sequence[float], place: float, colour: str) -> None:
    line: dict[str, Any] = {"color": INK, "linewidth": 0.8}
    ax.boxplot(
        [values], positions=[place], widths=0.2, showfliers=False, patch_artist=True, manage_ticks=False,
        boxprops={"facecolor": colour, "alpha": 0.55, **line}, whiskerprops=line, capprops=line,
        medianprops=line | {"linewidth": 1.6},
    )  # fmt: skip
    # Spread evenly by rank, so that two runs draw the same.
    ranks = sorted(range(len(values)), key=values.__getitem__)
    shift = {row: ((i * 0.618) % 1 - 0.5) * 0.13 for i, row in enumerate(ranks)}
    xs = [place + shift[row] for row in range(len(values))]
    ax.plot(xs, values, "o", color=colour, markersize=3, markeredgecolor=INK, markeredgewidth=0.4)
