"""How often what was said with similar confidence came true."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, cast

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from chatnt.calibration import Calibration

_SIGNS = (("#aa3377", "^"), ("#7a7a52", "s"), (ENGLISH, "D"), (DNA, "o"))
"""Colours and shapes; the last table has the last."""

_SMALLEST, _LARGEST = 12.0, 130.0  # points, in square points of the paper


def reliability(
    source: "Calibration | pd.DataFrame | Mapping[str, pd.DataFrame]", *, ax: "Axes | None" = None
) -> "Axes":
    """Draw a reliability diagram: frequency against probability, bin by bin.

    Parameters
    ----------
    source
        Of `chatnt.calibrate`, whose tables before and after are drawn; or a table of
        `chatnt.reliability.reliability_table`, or up to four by the name that stands in the legend.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A point for each bin, its area by the number of rows, with the 95 % Wilson interval of the
        frequency. Points of a perfect calibration lie around the diagonal.

    Raises
    ------
    ValueError
        If there is no table, as of sets and intervals, or there are more than four.
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    Bröcker & Smith 2007, Increasing the reliability of reliability diagrams, Weather Forecast. 22:651.

    Examples
    --------
    >>> chatnt.plots.reliability(chatnt.calibrate(chat, "promoter_tata", held_out))  # doctest: +SKIP
    <Axes: ...>
    """
    tables = _tables(source)
    if not 0 < len(tables) <= len(_SIGNS):
        raise ValueError(
            f"There are {len(tables)} reliability tables, and 1 to {len(_SIGNS)} can be drawn; sets and "
            "intervals have none."
        )
    ax = new_axes(ax, 4.2, 4.2)
    ax.plot([0, 1], [0, 1], color=FAINT, linewidth=1.2, zorder=1)
    largest = max(table["count"].to_numpy(float).max() for table in tables.values())
    for (name, table), (colour, marker) in zip(tables.items(), _SIGNS[-len(tables) :], strict=True):
        columns = ("count", "confidence", "accuracy", "low", "high")
        count, x, y, low, high = (table[column].to_numpy(float) for column in columns)
        ax.vlines(x, low, high, color=colour, alpha=0.5, linewidth=1.6, zorder=2)
        size = (_LARGEST * count / largest).clip(_SMALLEST)
        how = {"color": colour, "marker": marker, "edgecolor": "white", "linewidth": 0.8, "zorder": 3}
        ax.scatter(x, y, s=size, **how, label=name)
    ax.set(xlim=(-0.02, 1.02), ylim=(-0.02, 1.02))
    ax.set_xlabel("probability", color=INK)
    ax.set_ylabel("how often it is true", color=INK)
    if any(tables):  # a single one has no name
        ax.legend(frameon=False, fontsize=9, labelcolor=INK, loc="upper left", markerscale=0.6)
    tidy(ax, grid="y")
    return ax


def _tables(
    source: "Calibration | pd.DataFrame | Mapping[str, pd.DataFrame]",
) -> "Mapping[str, pd.DataFrame]":
    if isinstance(source, Mapping):
        return source
    kept = getattr(source, "tables", None)
    return {"": cast("pd.DataFrame", source)} if kept is None else kept
