"""What the figures of several panels share."""

from collections.abc import Collection, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Literal, NamedTuple

from chatnt.errors import MissingExtraError
from chatnt.plots.canvas import INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TWO_COLUMNS = 7.09
"""Width of a figure over both columns of a journal's page: 180 mm, in inches."""

_POINTS = 8  # of type, where a plot does not say


def new_figure(height: float, mosaic: Sequence[Sequence[str]], **told) -> tuple["Figure", dict[str, "Axes"]]:
    """Return an empty figure of two columns, and its axes, which are aligned, by the letters of the mosaic.

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
    figure = _empty(height)
    axes = figure.subplot_mosaic([list(row) for row in mosaic], **told)
    for ax in axes.values():
        _small(ax)
    return figure, axes


def loose_figure(
    height: float,
    rows: Sequence[str],
    *,
    heights: Sequence[float] | None = None,
    polar: Collection[str] = (),
) -> tuple["Figure", dict[str, "Axes"]]:
    """Return an empty figure of two columns, and its axes, each of which takes what room its names need.

    Parameters
    ----------
    height
        In inches.
    rows
        Letters of the panels from left to right; one that is written twice is twice as wide, and a full
        stop is a space. A panel is in one row.
    heights
        Of the rows, relative to each other; default equal ones.
    polar
        Letters of the panels that are round.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    figure = _empty(height)
    axes = {}
    stripes = figure.subfigures(len(rows), 1, squeeze=False, height_ratios=heights)[:, 0]
    for row, stripe in zip(rows, stripes, strict=True):
        letters = [letter for letter, _ in groupby(row)]
        widths = [len(list(run)) for _, run in groupby(row)]
        parts = stripe.subfigures(1, len(letters), squeeze=False, width_ratios=widths)[0]
        for letter, part in zip(letters, parts, strict=True):
            if letter != ".":
                axes[letter] = part.add_subplot(projection="polar" if letter in polar else None)
                _small(axes[letter])
    return figure, axes


class Page(NamedTuple):
    """Hold a figure of two columns whose axes are placed by the inch."""

    figure: "Figure"
    height: float

    def axes(self, left: float, top: float, width: float, height: float) -> "Axes":
        """Return new axes, `left` and `top` inches from the left upper corner."""
        low = 1 - (top + height) / self.height
        return self.figure.add_axes((left / TWO_COLUMNS, low, width / TWO_COLUMNS, height / self.height))


def new_page(height: float) -> Page:
    """Return an empty page of two columns, of a height in inches.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    return Page(_empty(height, layout=None), height)


def entitle(ax: "Axes", letter: str, title: str = "") -> None:
    """Put the letter of a panel and what it shows above its axes, and above a legend that stands there."""
    legend = ax.get_legend()
    above = legend is not None and legend.get_bbox_to_anchor().y0 >= ax.bbox.y1
    pad = 20 if above else 6  # points
    ax.set_title(f"$\\bf{{{letter}}}$  {title}", loc="left", fontsize=_POINTS, color=INK, pad=pad)


def _empty(height: float, layout: Literal["constrained"] | None = "constrained") -> "Figure":
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError(
            'Pictures need matplotlib, which is not installed: pip install "chatnt[plots]"'
        ) from error
    return pyplot.figure(figsize=(TWO_COLUMNS, height), layout=layout)


def _small(ax: "Axes") -> None:
    ax.tick_params(labelsize=_POINTS)
    for axis in (ax.xaxis, ax.yaxis):
        axis.label.set_fontsize(_POINTS)
