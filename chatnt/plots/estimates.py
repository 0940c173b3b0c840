"""Numbers that were answered against true ones."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes


def estimates(
    predictions: "pd.DataFrame", *, stated: bool = True, unit: str = "", ax: "Axes | None" = None
) -> "Axes":
    """Draw what a pair says of numbers against what is true, with their correlation.

    Parameters
    ----------
    predictions
        With the columns ``value`` and ``parsed_value`` or ``estimate``, such as
        ``chatnt.results().of("gfp_fluorescence")``.
    stated
        Whether to draw the number that was written, or the one that the likelihoods suggest.
    unit
        Of the number, written on both axes.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A point for each prediction, and the line where both are the same. Answers that state no number
        are left out, and their number is said.

    Raises
    ------
    ValueError
        If fewer than two predictions have both numbers.
    MissingExtraError
        If matplotlib is not installed.
    """
    column = "parsed_value" if stated else "estimate"
    told = predictions.loc[:, ["value", column]].astype(float).dropna()
    if len(told) <= 1:
        raise ValueError("There are fewer than two predictions with a number; draw labels with confusion.")
    ax = new_axes(ax, 3.4, 3.3)
    ax.plot(
        told["value"], told[column], "o", color=DNA, markersize=2.2, alpha=0.35, markeredgewidth=0,
        rasterized=True,
    )  # fmt: skip
    low, high = float(told.min().min()), float(told.max().max())
    ax.plot([low, high], [low, high], color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    pearson = told.corr().iloc[0, 1]
    missing = len(predictions) - len(told)
    said = f"PCC {pearson:.2f}, n = {len(told):,}" + (f"; {missing:,} without a number" if missing else "")
    ax.set_title(said, fontsize=9, color=INK, loc="left")
    of = f" ({unit})" if unit else ""
    ax.set_xlabel(f"truth{of}", color=INK, fontsize=8)
    ax.set_ylabel(("answer" if stated else "estimate") + of, color=INK, fontsize=8)
    ax.axhline(0, color=FAINT, linewidth=0.6)
    tidy(ax, grid="y")
    return ax
