"""How alike maps stay while the weights of a pair are put in disorder."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.sanity_result import Sanity

COLOURS = {"signed": "#004488", "absolute": "#BB5566"}
"""Of the correlations; told apart in all common kinds of colour blindness."""


def sanity(result: "Sanity", *, mode: str = "cascading", ax: "Axes | None" = None) -> "Axes":
    """Draw the rank correlation with the true maps, from the answer down to the bases.

    Parameters
    ----------
    result
        Of `chatnt.sanity`.
    mode
        ``"cascading"`` or ``"independent"``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Points for the signed scores and for their absolute values, with the 95 % interval of each mean.

    Raises
    ------
    ValueError
        If this was not done.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.sanity(chatnt.sanity(chat, "splice_sites_donors"))  # doctest: +SKIP
    <Axes: ...>
    """
    if mode not in result.modes:
        raise ValueError(f"There is no {mode!r} here; there are {', '.join(result.modes)}.")
    table = result.table()
    table = table[table["mode"] == mode]
    ax = new_axes(ax, 6.4, 0.5 + 0.22 * (len(table) + 1))
    at = range(len(table) + 1)
    ax.axvline(0, color=FAINT, linewidth=1)
    for kind, colour in COLOURS.items():
        low, high = ([1.0, *table[f"{kind}_{end}"]] for end in ("low", "high"))
        # Stages that are changed one by one do not follow on each other.
        line = "-" if mode == "cascading" else ""
        ax.hlines(at, low, high, color=colour, alpha=0.3, linewidth=4)
        style = {"color": colour, "marker": "o", "markersize": 4, "linestyle": line, "linewidth": 1.2}
        ax.plot([1.0, *table[kind]], at, **style, label=f"{kind} scores")
    ax.set_yticks(list(at), ["as it was", *table["stage"]], fontsize=8)
    ax.set_ylim(len(table) + 0.5, -0.5)
    ax.set_xlim(min(-0.2, float(table[["signed_low", "absolute_low"]].min().min()) - 0.05), 1.05)
    ax.set_xlabel("rank correlation with the true map", color=INK)
    told = "in disorder down to this stage" if mode == "cascading" else "this stage in disorder"
    sequences = f"{result.count:,} sequence{'s' * (result.count != 1)}"
    ax.set_title(f"{result.task}\n{result.method}, {sequences}\n{told}", color=INK, fontsize=9, loc="left")
    ax.legend(
        frameon=False, fontsize=9, labelcolor=INK, loc="lower right", bbox_to_anchor=(1, 1), borderpad=0
    )
    tidy(ax, grid="x")
    return ax
