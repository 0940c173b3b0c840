"""Tokens of DNA and of English, as pairs of bars."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def token_bars(table: "pd.DataFrame", *, by: str = "process", ax: "Axes | None" = None) -> "Axes":
    """Draw how many tokens the instruction data of each kind of task hold, on a logarithmic scale.

    Parameters
    ----------
    table
        Of `chatnt.count_tokens`.
    by
        Column to add up over: ``"process"``, ``"category"`` or ``"task"``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Two horizontal bars for each kind, the most DNA at the top.

    Raises
    ------
    ValueError
        If there is no such column, or nothing to draw.
    MissingExtraError
        If matplotlib is not installed.
    """
    kinds = ("process", "category", "task")
    if by not in kinds:
        raise ValueError(f"by={by!r} is none of {', '.join(kinds)}.")
    rows = table.loc[table["task"] != "all"]
    sums = rows.groupby(by)[["dna_tokens", "english_tokens"]].sum().sort_values("dna_tokens")
    if sums.empty:
        raise ValueError("The table has no tasks; count the tokens of some with chatnt.count_tokens.")
    ax = new_axes(ax, 6.0, 0.8 + 0.42 * len(sums))
    for shift, column, colour, name in (
        (0.19, "dna_tokens", DNA, "DNA"),
        (-0.19, "english_tokens", ENGLISH, "English"),
    ):
        places = [i + shift for i in range(len(sums))]
        ax.barh(places, sums[column], height=0.36, color=colour, label=f"{name}: {_said(sums[column].sum())}")
        for place, count in zip(places, sums[column], strict=True):
            ax.text(count * 1.08, place, _said(count), va="center", fontsize=7, color=INK)
    ax.set_xscale("log")
    ax.set_yticks(range(len(sums)), [name.replace("_", " ") for name in sums.index], fontsize=8)
    ax.set_xlim(left=max(1.0, sums.min().min() / 4), right=sums.max().max() * 4)
    ax.set_xlabel("tokens", color=INK)
    handles, names = ax.get_legend_handles_labels()
    ax.legend(handles, names, frameon=False, fontsize=8, loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
    tidy(ax, grid="x")
    return ax


def _said(count: float) -> str:
    for size, unit in ((1e9, " billion"), (1e6, " million"), (1e3, " thousand")):
        if count >= size:
            return f"{count / size:.3g}{unit}"
    return f"{count:.0f}"
