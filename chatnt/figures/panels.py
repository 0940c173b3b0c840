"""What the figures of several panels share."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from chatnt.errors import MissingExtraError
from chatnt.plots.canvas import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TWO_COLUMNS = 7.09
"""Width of a figure over both columns of a journal's page: 180 mm, in inches."""


def new_figure(height: float, mosaic: Sequence[Sequence[str]], **told) -> tuple["Figure", dict[str, "Axes"]]:
    """Return an empty figure of two columns, and its axes by the letters of the mosaic.

    Parameters
    ----------
    height
        In inches.
    mosaic, told
        As of `matplotlib.pyplot.subplot_mosaic`.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError(
            'Pictures need matplotlib, which is not installed: pip install "chatnt[plots]"'
        ) from error
    return pyplot.subplot_mosaic(
        [list(row) for row in mosaic], figsize=(TWO_COLUMNS, height), layout="constrained", **told
    )


def entitle(ax: "Axes", letter: str, title: str) -> None:
    """Put the letter of a panel and what it shows above its axes."""
    ax.set_title(f"$\\bf{{{letter}}}$  {title}", loc="left", fontsize=8, color=INK)
