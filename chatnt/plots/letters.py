"""Letters of any height, drawn as outlines: what all sequence logos share."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.path import Path
    from numpy.typing import ArrayLike, NDArray

COLOURS = {"A": "#1B9E77", "C": "#004488", "G": "#BB8800", "T": "#AA3377"}
"""Of the bases; told apart in all common kinds of colour blindness. Other letters are grey."""

_WIDTH = 0.92  # of a letter, in bases


def draw_letters(
    ax: "Axes", letters: "Sequence[str]", places: "ArrayLike", bottoms: "ArrayLike", heights: "ArrayLike"
) -> None:
    """Draw letters; the limits of the axes stay as they are.

    Parameters
    ----------
    ax
        Axes to draw on.
    letters
        One for each place.
    places
        Middle of each letter, of shape (letters,).
    bottoms, heights
        Where each begins and how tall it is, of shape (letters,); heights are not negative.
    """
    import numpy as np

    boxes = [np.asarray(x, float) for x in (places, bottoms, heights)]
    names = np.array(list(letters))
    for letter in sorted(set(letters)):
        chosen = names == letter
        path = _path(letter, *(x[chosen] for x in boxes))
        _draw(ax, path, COLOURS.get(letter, INK))


def _draw(ax: "Axes", path: "Path", colour: str) -> None:
    from matplotlib.collections import PathCollection

    # Not a patch: for its limits, which are known here, every curve of every letter would be solved.
    ax.add_collection(PathCollection([path], facecolors=[colour], linewidths=0), autolim=False)


def _path(
    letter: str, places: "NDArray[np.float64]", bottoms: "NDArray[np.float64]", heights: "NDArray[np.float64]"
) -> "Path":
    """Return one path for all places of a letter, which draws faster than one for each place."""
    import numpy as np
    from matplotlib.path import Path

    glyph, codes = _glyph(letter)
    corners = np.stack([places - _WIDTH / 2, bottoms], axis=1)
    sizes = np.stack([np.full(len(places), _WIDTH), heights], axis=1)
    vertices = glyph * sizes[:, None] + corners[:, None]
    return Path(vertices.reshape(-1, 2), np.tile(codes, len(places)))


def _glyph(letter: str) -> tuple["NDArray[np.float64]", "NDArray[np.uint8]"]:
    """Return the outline of a letter in a box of one by one."""
    import numpy as np
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    # The font that comes with matplotlib, so that a picture is the same everywhere.
    outline = TextPath((0, 0), letter, size=10, prop=FontProperties(family="DejaVu Sans", weight="bold"))
    corners, codes = np.asarray(outline.vertices, float), np.asarray(outline.codes, np.uint8)
    # A closing point is not drawn and may lie anywhere.
    drawn = corners[codes != outline.CLOSEPOLY]
    low, high = drawn.min(0), drawn.max(0)
    return (corners - low) / (high - low), codes
