"""The parts of a pair and what flows between them, as boxes and arrows."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.model import ChatNTModel

_BOX = 2.35
_SLOT = 0.11
_MOST_SLOTS = 16
_UNITS = ((10**9, "billion"), (10**6, "million"), (10**3, "thousand"))


def architecture(model: "ChatNTModel", *, ax: "Axes | None" = None) -> "Axes":
    """Draw encoder, resampler, slots and decoder, with their real sizes.

    Names, numbers of blocks and of parameters are read from the modules, the sizes on the arrows from the
    configuration. Axes are those of tensors without their batch: (positions, size of a vector).

    Parameters
    ----------
    model
        Of a pair, such as ``chatnt.load().model``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A box for each part. The arrow from the question to the resampler is missing if the resampler does
        not listen to the question.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    .. [1] de Almeida B. P. et al. A multimodal conversational agent for DNA, RNA and protein tasks.
       Nature Machine Intelligence 2025, figure 1c. https://doi.org/10.1038/s42256-025-01047-1

    Examples
    --------
    >>> chatnt.plots.architecture(chatnt.load().model)  # doctest: +SKIP
    <Axes: ...>
    """
    ax = new_axes(ax, 7.1, 2.7)
    sizes = model.config.resampler_config
    parts = {"encoder": (1.25, DNA), "resampler": (4.7, INK), "decoder": (9.75, ENGLISH)}
    for name, (left, colour) in parts.items():
        _box(ax, left, colour, name, _inside(getattr(model, name)))
    _said(ax, 0.3, 2.4, "DNA", DNA)
    _arrow(ax, (0.65, 2.4), (1.25, 2.4), DNA)
    _arrow(ax, (3.6, 2.4), (4.7, 2.4), DNA, f"positions\n× {sizes.dna_dim:,}")
    _arrow(ax, (7.05, 2.4), (8.0, 2.4), DNA, f"{sizes.latents} ×\n{sizes.dim:,}")
    _slots(ax, sizes.latents)
    _arrow(ax, (9.15, 2.4), (9.75, 2.4), INK)
    _arrow(ax, (12.1, 2.4), (12.6, 2.4), ENGLISH)
    _said(ax, 13.2, 2.4, "answer in\nEnglish", ENGLISH)
    _said(ax, 8.55, 0.35, "question in English", ENGLISH)
    _arrow(ax, (8.55, 0.62), (8.55, 1.5), ENGLISH)
    if sizes.english_aware:
        _arrow(ax, (7.1, 0.45), (5.85, 1.4), ENGLISH)
    ax.set_xlim(-0.1, 13.9)
    ax.set_ylim(0.1, 3.75)
    ax.set_axis_off()
    return ax


def _inside(part) -> list[str]:
    """Return the name of a part, its longest list of blocks, and its number of parameters."""
    lists = [module for module in part.modules() if type(module).__name__ == "ModuleList" and len(module)]
    longest = max(lists, key=len, default=None)
    blocks = [f"{len(longest)} ×\n{type(longest[0]).__name__}"] if longest is not None else []
    return [type(part).__name__, *blocks, count(p.numel() for p in part.parameters())]


def count(numbers: Iterable[int]) -> str:
    """Return how many parameters there are in all, in words of three digits.

    Examples
    --------
    >>> count([1_200_000, 34_000])
    '1.23 million parameters'
    """
    total = sum(numbers)
    for unit, name in _UNITS:
        if total >= unit:
            return f"{total / unit:.3g} {name} parameters"
    return f"{total} parameters"


def _box(ax: "Axes", left: float, colour: str, name: str, lines: list[str]) -> None:
    from matplotlib.patches import FancyBboxPatch

    style = "round,pad=0,rounding_size=0.12"
    ax.add_patch(
        FancyBboxPatch(
            (left, 1.4), _BOX, 2.0, boxstyle=style, facecolor=colour, alpha=0.12, edgecolor="none", gid=name
        )
    )
    ax.add_patch(
        FancyBboxPatch((left, 1.4), _BOX, 2.0, boxstyle=style, facecolor="none", edgecolor=colour, lw=1.2)
    )
    ax.text(
        left + _BOX / 2, 3.08, name, ha="center", va="center", fontsize=9, fontweight="bold", color=colour
    )
    told = "\n".join(lines).replace(" parameters", "\nparameters")
    ax.text(left + _BOX / 2, 2.15, told, ha="center", va="center", fontsize=6.4, color=INK, linespacing=1.45)


def _slots(ax: "Axes", latents: int) -> None:
    """Draw the prompt: lines of English, and the slots among them that soft tokens fill."""
    from matplotlib.patches import Rectangle

    ax.add_patch(Rectangle((8.0, 1.55), 1.1, 1.7, facecolor="white", edgecolor=FAINT, linewidth=0.9))
    for y, right in ((3.0, 9.0), (2.8, 8.7), (1.8, 8.85)):
        ax.plot([8.12, right], [y, y], color=ENGLISH, linewidth=1.6, solid_capstyle="round")
    shown = min(latents, _MOST_SLOTS)
    for i in range(shown):
        row, place = divmod(i, 8)
        at = (8.12 + place * _SLOT, 2.36 - row * 0.24)
        ax.add_patch(Rectangle(at, _SLOT * 0.8, 0.19, facecolor=DNA, edgecolor="none", gid="slot"))
    told = f"{latents} slots" if latents == shown else f"{latents} slots, {shown} drawn"
    ax.text(8.55, 3.36, told, ha="center", va="bottom", fontsize=6.4, color=INK)


def _arrow(ax: "Axes", start: tuple, end: tuple, colour: str, told: str = "") -> None:
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1.2})
    middle = (start[0] + end[0]) / 2
    ax.text(middle, start[1] + 0.12, told, ha="center", va="bottom", fontsize=6.4, color=INK)


def _said(ax: "Axes", x: float, y: float, text: str, colour: str) -> None:
    ax.text(x, y, text, ha="center", va="center", fontsize=8, color=colour, fontweight="bold")
