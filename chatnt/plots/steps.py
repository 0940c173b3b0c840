"""Steps of a computation, as boxes and arrows."""

import textwrap
from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, INK, new_axes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

_GAP = 0.28  # of the width of a box


def steps(told: "Sequence[str]", *, width: int = 18, ax: "Axes | None" = None) -> "Axes":
    """Draw what is done one after the other, from left to right.

    Parameters
    ----------
    told
        What stands in each box.
    width
        Letters of a line.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A box for each step, the first and the last in colour.

    Raises
    ------
    ValueError
        If there is no step.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.steps(["question and DNA", "answer"])  # doctest: +SKIP
    <Axes: ...>
    """
    if not told:
        raise ValueError("There is no step to draw.")
    ax = new_axes(ax, 1.5 * len(told), 1.1)
    from matplotlib.patches import FancyBboxPatch

    last = len(told) - 1
    for place, text in enumerate(told):
        left = place * (1 + _GAP)
        colour = DNA if place == 0 else ENGLISH if place == last else INK
        box = FancyBboxPatch(
            (left, 0), 1, 1, boxstyle="round,pad=0,rounding_size=0.06", linewidth=1.0, mutation_aspect=1.0,
            facecolor=(*_rgb(colour), 0.1), edgecolor=colour,
        )  # fmt: skip
        ax.add_patch(box)
        wrapped = "\n".join(textwrap.fill(line, width) for line in text.splitlines())
        ax.text(left + 0.5, 0.5, wrapped, ha="center", va="center", fontsize=7, color=INK, parse_math=False)
        if place < last:
            arrow = {"arrowstyle": "-|>", "color": INK, "linewidth": 1.0}
            ax.annotate("", (left + 1 + _GAP, 0.5), (left + 1, 0.5), arrowprops=arrow)
    ax.set_xlim(-0.02, last * (1 + _GAP) + 1.02)
    ax.set_ylim(-0.05, 1.05)
    ax.set_axis_off()
    return ax


def _rgb(colour: str) -> tuple[float, float, float]:
    from matplotlib.colors import to_rgb

    return to_rgb(colour)
