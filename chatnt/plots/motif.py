"""Position matrices as logos in bits."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes, tidy
from chatnt.plots.letters import draw_letters

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.position_matrix import PositionMatrix

_MOST = 2.0  # bits of one base of four


def motif(matrix: "PositionMatrix", *, site: int = 0, ax: "Axes | None" = None) -> "Axes":
    """Draw a position matrix as a sequence logo: letters share the information of their position.

    Parameters
    ----------
    matrix
        Of `chatnt.AttributionStudy.matrix`, or one of your own.
    site
        Position that is called 0, as in `chatnt.AttributionStudy.profile`.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Positions, and bits from 0 to 2; the most frequent base is on top.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    Schneider and Stephens 1990, Sequence logos, Nucleic Acids Res. 18:6097.

    Examples
    --------
    >>> chatnt.plots.motif(study.matrix("donor site"), site=200)  # doctest: +SKIP
    <Axes: ...>
    """
    import numpy as np

    bits = matrix.bits()
    columns = len(bits)
    start = matrix.start - site
    ax = new_axes(ax, max(3.6, 1.2 + 0.34 * columns), 2.4)
    order = np.argsort(bits, axis=1, kind="stable")
    heights = np.take_along_axis(bits, order, axis=1)
    bottoms = np.cumsum(heights, axis=1) - heights
    places = np.repeat(np.arange(start, start + columns), 4)
    letters = np.array(list("ACGT"))[order].ravel().tolist()
    draw_letters(ax, letters, places, bottoms.ravel(), heights.ravel())
    ax.axhline(0, color=INK, linewidth=0.6)
    ax.set_xlim(start - 0.6, start + columns - 0.4)
    ax.set_ylim(0, _MOST)
    step = 1 if columns <= 24 else 5
    ticks = [x for x in range(start, start + columns) if x % step == 0]
    ax.set_xticks(ticks, [f"{x}" for x in ticks], fontsize=8)
    ax.set_yticks([0, 1, 2])
    ax.set_xlabel(f"position from {'the site' if site else matrix.anchor}", color=INK)
    ax.set_ylabel("bits", color=INK)
    told = matrix.title or "position matrix"
    ax.set_title(f"{told} ({matrix.sequences:,} sequences)", color=INK, fontsize=9, loc="left")
    tidy(ax, grid="y")
    return ax
