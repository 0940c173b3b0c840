"""Every substitution in a window as a heat map."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes
from chatnt.plots.letters import COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from chatnt.attribution import Attribution

_BASES = "ACGT"
_COLOURS = ("#8C4A00", "#E08214", "#F7F7F7", "#4393C3", "#053061")
"""From what lowers the target, orange, to what raises it, blue; the colour-blind can tell them apart."""

_READABLE = 120  # bases whose letters can be read


def mutations(
    attribution: "Attribution",
    *,
    sequence: int = 0,
    start: int = 0,
    end: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw what each substitution does: a saturation map, with the bases that are there above it.

    Parameters
    ----------
    attribution
        Of ``chatnt.attribute(..., method="in_silico_mutagenesis")``.
    sequence
        Which of its sequences, from 0.
    start, end
        Bases to draw, 0-based and half-open; default all. Up to 120 have letters and dots.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Blue raises the target, orange lowers it, in its unit; a dot marks the base that
        is there.

    Raises
    ------
    ValueError
        If the attribution has no substitutions, there is no such sequence, or no base between `start`
        and `end`.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> why = chatnt.attribute(chat, question, dna, method="in_silico_mutagenesis")  # doctest: +SKIP
    >>> chatnt.plots.mutations(why, start=190, end=230)  # doctest: +SKIP
    <Axes: ...>
    """
    if attribution.tables is None:
        raise ValueError(
            f"This attribution by {attribution.method} has no substitutions; make one with "
            'method="in_silico_mutagenesis".'
        )
    if not 0 <= sequence < len(attribution.tables):
        raise ValueError(
            f"sequence={sequence} is none of the {len(attribution.tables)} of this attribution, counted "
            "from 0."
        )
    letters = str(attribution.sequences[sequence])
    end = len(letters) if end is None else end
    if not 0 <= start < end <= len(letters):
        raise ValueError(
            f"There is no base from {start} to {end} of {len(letters):,}; give start and end within them."
        )
    table = attribution.tables[sequence][start:end].T
    ax = new_axes(ax, min(max(0.16 * (end - start) + 1.6, 6.0), 11.0), 2.3)
    _draw(ax, table, start, attribution.unit)
    _mark(ax, letters[start:end], start)
    ax.set_xlabel(f"position in {attribution.names[sequence]}", color=INK)
    told = (
        f"{attribution.target} against {attribution.against}" if attribution.against else attribution.target
    )
    task = f"{attribution.task}: " if attribution.task else ""
    caption = f"{task}{told}; every substitution, {attribution.value:.3g} as it is"
    ax.set_title(caption, color=INK, fontsize=9, loc="left", pad=18 if end - start <= _READABLE else 6)
    return ax


def _draw(ax: "Axes", table: "NDArray", start: int, unit: str) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    most = float(abs(table).max()) or 1.0
    colours = LinearSegmentedColormap.from_list("change", _COLOURS)
    extent = (start - 0.5, start + table.shape[1] - 0.5, 3.5, -0.5)
    image = ax.imshow(
        table, cmap=colours, vmin=-most, vmax=most, aspect="auto", interpolation="nearest", extent=extent
    )
    ax.set_yticks(range(4), list(_BASES))
    ax.tick_params(length=0, colors=INK)
    ax.spines[:].set_visible(False)
    bar = ax.figure.colorbar(image, ax=ax, pad=0.015, aspect=12)
    bar.outline.set_visible(False)  # type: ignore[union-attr]
    bar.ax.tick_params(length=0, colors=INK, labelsize=8)
    bar.set_label(unit if len(unit) < 26 else "change", color=INK, fontsize=8)


def _mark(ax: "Axes", letters: str, start: int) -> None:
    """Mark the bases that are there, and write them above, where they can be read."""
    if len(letters) > _READABLE:
        return
    known = [(start + i, _BASES.index(base)) for i, base in enumerate(letters) if base in _BASES]
    size = min(max(320 / len(letters), 2), 9)
    ax.scatter(*(zip(*known, strict=True) if known else ((), ())), s=size, color=INK, linewidths=0)
    for i, base in enumerate(letters):
        ax.text(
            start + i, -0.62, base, ha="center", va="bottom", fontweight="bold", color=COLOURS.get(base, INK),
            fontsize=min(max(560 / len(letters), 4.5), 9), family="DejaVu Sans",
        )  # fmt: skip
