"""Texts that are measured, broken into lines and drawn, in axes whose unit is an inch."""

from functools import lru_cache
from typing import TYPE_CHECKING, cast

from chatnt.conversation import PLACEHOLDER
from chatnt.plots.canvas import DNA

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

STRAND = "\N{OBJECT REPLACEMENT CHARACTER}"
"""Stands in a line for the sign of a sequence."""

_STRAND_WIDTH, _STRAND_HEIGHT = 2.6, 0.8  # times the size of the letters
_TURNS = 1.5  # of the helix
_POINTS = 72  # in an inch
ROOM = 1.03
"""On a screen a line may be so many times as wide as on paper, because its letters keep to the pixels."""
LINE = 1.32
"""Distance of lines, times the size of the letters."""


def inches(ax: "Axes") -> tuple[float, float]:
    """Return width and height of axes, as the layout of their figure leaves them."""
    figure = cast("Figure", ax.get_figure(root=True))
    figure.draw_without_rendering()  # only then has a layout given the axes their place
    box = ax.get_window_extent()
    return box.width / figure.dpi, box.height / figure.dpi


def line_height(size: float) -> float:
    """Return the distance of lines in inches for a size in points."""
    return LINE * size / _POINTS


def width_of(text: str, size: float, *, bold: bool = False) -> float:
    """Return how wide a line is, in inches; the sign of a sequence stands for each `STRAND`.

    Examples
    --------
    >>> width_of("mm", 8) == 2 * width_of("m", 8)
    True
    """
    letters = text.replace(STRAND, "")
    signs = text.count(STRAND) * _STRAND_WIDTH * size / _POINTS
    return _letters_width(letters, size, bold) + signs


@lru_cache(maxsize=4096)
def _letters_width(letters: str, size: float, bold: bool) -> float:
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    if not letters:
        return 0.0
    font = FontProperties(size=size, weight="bold" if bold else "normal")
    return text_to_path.get_text_width_height_descent(letters, font, ismath=False)[0] / _POINTS


def with_signs(text: str) -> str:
    """Return a question in which a sign stands for each sequence."""
    return text.replace(STRAND, "\N{REPLACEMENT CHARACTER}").replace(PLACEHOLDER, STRAND)


def wrapped(text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
    """Break a text into lines at its spaces, and words that are wider than a line anywhere.

    Parameters
    ----------
    text
        White space counts as one space.
    width
        Of a line, in inches.
    size
        Of the letters, in points.
    bold
        Whether they are bold.

    Returns
    -------
    list of str
        At least one, which may be empty.

    Examples
    --------
    >>> wrapped("one two three", width_of("one two t", 8), 8)
    ['one two', 'three']
    """
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".lstrip()
        if ROOM * width_of(longer, size, bold=bold) <= width:
            lines[-1] = longer
            continue
        pieces = _pieces(word, width, size, bold)
        lines = [*(line for line in lines if line), *pieces]
    return lines


def _pieces(word: str, width: float, size: float, bold: bool) -> list[str]:
    pieces = [""]
    for letter in word:
        if pieces[-1] and ROOM * width_of(pieces[-1] + letter, size, bold=bold) > width:
            pieces.append("")
        pieces[-1] += letter
    return pieces


def write(  # noqa: PLR0913 - what, where and how
    ax: "Axes", x: float, y: float, line: str, size: float, colour: str, *, bold: bool = False
) -> None:
    """Draw a line of text as it is, without mathematics, from `x` on, its middle at `y`."""
    for number, part in enumerate(line.split(STRAND)):
        if number:
            _draw_strand(ax, x, y, size)
            x += width_of(STRAND, size)
        if part:
            ax.text(
                x, y, part, fontsize=size, color=colour, va="center_baseline", parse_math=False,
                fontweight="bold" if bold else "normal",
            )  # fmt: skip
            x += width_of(part, size, bold=bold)


def _draw_strand(ax: "Axes", x: float, y: float, size: float) -> None:
    """Draw a short double helix, upside down or not."""
    import numpy as np

    width, height = _STRAND_WIDTH * size / _POINTS, _STRAND_HEIGHT * size / _POINTS
    along = np.linspace(0.08, 0.92, 40)
    bend = np.sin(2 * np.pi * _TURNS * along) * height / 2
    rungs = slice(3, None, 5)
    ax.vlines(x + along[rungs] * width, y - bend[rungs], y + bend[rungs], color=DNA, linewidth=0.5)
    for sign in (1, -1):
        ax.plot(x + along * width, y + sign * bend, color=DNA, linewidth=0.9, gid="strand")
