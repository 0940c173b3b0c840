"""Shaded bands behind letters, with the names of what they mark."""

from typing import TYPE_CHECKING, NamedTuple

from chatnt.plots.canvas import INK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from matplotlib.axes import Axes

    from chatnt.places import Place

_COLOURS = {"supports": "#2563EB", "matters": "#2563EB", "opposes": "#D97706"}
_OTHER = "#64748B"
_SIZE = 8.0  # of names, in points
_LETTER, _LINE = 0.6, 1.5  # of that size: the width of a letter, and from one line to the next
_SHARE = 0.85, 0.65  # of the figure that its axes take, more or less: width and height


class _Name(NamedTuple):
    text: str
    middle: float
    low: float
    high: float
    line: int


def shade(ax: "Axes", places: "Iterable[Place]", sequence: int, start: int, end: int) -> None:
    """Draw bands behind the letters of one sequence, and names above them.

    Parameters
    ----------
    ax
        Axes whose limits are those of the letters; the upper one is raised, to make room for names.
    places
        Peaks, elements or other places.
    sequence
        Number of the sequence that is drawn; places in others are left out.
    start, end
        Bases that are drawn, 0-based and half-open.
    """
    shown = [p for p in places if p.sequence == sequence and p.start < end and p.end > start]
    for place in shown:
        _band(ax, place.start, place.end, _colour(place), 0.13)
        if place.core:
            _band(ax, place.core[0], place.core[1], _colour(place), 0.3)
    names = _set([place for place in shown if place.label], _per_letter(ax, end - start), start, end)
    if names:
        _write(ax, names)


def _band(ax: "Axes", start: int, end: int, colour: str, strength: float) -> None:
    ax.axvspan(start - 0.5, end - 0.5, color=colour, alpha=strength, linewidth=0, zorder=0.5)


def _colour(place: "Place") -> str:
    return _COLOURS.get(place.side, _OTHER)


def _per_letter(ax: "Axes", bases: int) -> float:
    """Return the width of a letter of a name, in bases."""
    return bases * _LETTER * _SIZE / 72 / (_SHARE[0] * ax.figure.get_figure(root=True).get_figwidth())


def _set(places: "list[Place]", per_letter: float, start: int, end: int) -> list[_Name]:
    """Set names on as few lines as they need so that none covers another."""
    ends: list[float] = []  # of the last name on each line
    found = []
    for place in sorted(places, key=lambda p: p.start + p.end):
        width = per_letter * (len(place.label) + 1)
        first, last = start - 0.5 + width / 2, end - 0.5 - width / 2
        middle = min(max((place.start + place.end - 1) / 2, first), max(first, last))
        low, high = middle - width / 2, middle + width / 2
        line = next((i for i, taken in enumerate(ends) if taken <= low), len(ends))
        ends[line : line + 1] = [high]
        found.append(_Name(place.label, middle, low, high, line))
    return found


def _write(ax: "Axes", names: list[_Name]) -> None:
    low, high = ax.get_ylim()
    inches = _SHARE[1] * ax.figure.get_figure(root=True).get_figheight()
    lines = max(name.line for name in names) + 1
    # The axes keep their height, so what they hold shrinks by what the lines take.
    taken = min(0.6, lines * _LINE * _SIZE / 72 / inches)
    top = low + (high - low) / (1 - taken)
    ax.set_yticks([tick for tick in ax.get_yticks() if low <= tick <= high])
    ax.set_ylim(low, top)
    for name in names:
        y = top - (name.line + 0.5) / lines * (top - high)
        ax.text(name.middle, y, name.text, fontsize=_SIZE, color=INK, ha="center", va="center")
