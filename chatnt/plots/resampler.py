"""One block of a resampler: what its latents attend to, in which order."""

from typing import TYPE_CHECKING, NamedTuple, cast

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes
from chatnt.plots.tokens import short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from torch import nn

    from chatnt.model import Resampler

_LEFT, _WIDTH, _HEIGHT, _RISE = 2.6, 4.8, 0.78, 1.12  # of a step; distance of two
_BOTTOM = 1.55
_SMALL, _TEXT = 6.3, 7


class _Step(NamedTuple):
    """Hold a step of a block, in the order in which it is taken."""

    name: str
    told: str
    colour: str
    source: str = ""


def resampler(module: "Resampler", *, ax: "Axes | None" = None) -> "Axes":
    """Draw the steps of one block of a resampler, from below, with their real sizes.

    Steps, heads, numbers of blocks and of parameters are read from the module.

    Parameters
    ----------
    module
        Such as ``chatnt.load().model.resampler``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A box for each step. That which attends to the question is missing if the resampler does not
        listen to it.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    .. [1] de Almeida B. P. et al. A multimodal conversational agent for DNA, RNA and protein tasks.
       Nature Machine Intelligence 2025, supplementary figure 2a, b.
       https://doi.org/10.1038/s42256-025-01047-1

    Examples
    --------
    >>> chatnt.plots.resampler(chatnt.load().model.resampler)  # doctest: +SKIP
    <Axes: ...>
    """
    ax = new_axes(ax, 3.45, 2.5)
    sizes = module.config
    steps = _steps(module)
    top = _BOTTOM + len(steps) * _RISE
    _frame(ax, top, f"{len(module.blocks)} blocks")
    middle = _LEFT + _WIDTH / 2
    _said(ax, middle, 0.55, f"{sizes.latents} latents × {sizes.dim:,}", INK)
    _arrow(ax, (middle, 0.8), (middle, _BOTTOM))
    for i, step in enumerate(steps):
        low = _BOTTOM + i * _RISE
        _box(ax, low, step)
        _arrow(ax, (middle, low + _HEIGHT), (middle, low + _RISE if i + 1 < len(steps) else top + 0.45))
        if step.colour == DNA:
            _said(ax, 1.0, low + _HEIGHT / 2, step.source, DNA)
            _arrow(ax, (1.75, low + _HEIGHT / 2), (_LEFT, low + _HEIGHT / 2), DNA)
        elif step.source:
            _said(ax, 9.05, low + _HEIGHT / 2, step.source, ENGLISH)
            _arrow(ax, (8.3, low + _HEIGHT / 2), (_LEFT + _WIDTH, low + _HEIGHT / 2), ENGLISH)
    _said(ax, middle, top + 0.7, f"{sizes.latents} soft tokens × {sizes.dim:,}", INK)
    ax.set_xlim(0, 10)
    ax.set_ylim(0.2, _BOTTOM + 3 * _RISE + 1.0)  # as high without the question, to stand beside each other
    ax.set_axis_off()
    return ax


def _steps(module: "Resampler") -> list[_Step]:
    sizes = module.config
    block = cast("nn.Module", module.blocks[0])
    heads = f"{sizes.heads} heads"
    steps = [
        _step(block, "attend to the DNA", "attend_dna", heads, DNA, f"DNA\npositions\n× {sizes.dna_dim:,}")
    ]
    if sizes.english_aware:
        told = f"question\nwords\n× {sizes.dim:,}"
        steps.append(_step(block, "attend to the question", "attend_question", heads, ENGLISH, told))
    if sizes.question_first:
        steps.reverse()
    inner = sum(p.numel() for layer in (block.fc1, block.fc2) for p in cast("nn.Module", layer).parameters())
    return [*steps, _Step("feed forward", f"{sizes.ffn_dim:,} inside, {short(inner)} parameters", INK)]


def _step(block: "nn.Module", name: str, part: str, told: str, colour: str, source: str) -> _Step:
    parameters = sum(p.numel() for p in cast("nn.Module", getattr(block, part)).parameters())
    return _Step(name, f"{told}, {short(parameters)} parameters", colour, source)


def _frame(ax: "Axes", top: float, told: str) -> None:
    from matplotlib.patches import FancyBboxPatch

    left, low, high = _LEFT - 0.3, _BOTTOM - 0.3, top - (_RISE - _HEIGHT) + 0.3
    ax.add_patch(
        FancyBboxPatch(
            (left, low), _WIDTH + 0.6, high - low, boxstyle="round,pad=0,rounding_size=0.15",
            facecolor="none", edgecolor=FAINT, linewidth=1,
        )
    )  # fmt: skip
    ax.text(left + 0.05, high + 0.08, told, fontsize=_SMALL, color=INK, va="bottom")


def _box(ax: "Axes", low: float, step: _Step) -> None:
    from matplotlib.patches import FancyBboxPatch

    style = "round,pad=0,rounding_size=0.1"
    corner = (_LEFT, low)
    ax.add_patch(
        FancyBboxPatch(
            corner, _WIDTH, _HEIGHT, boxstyle=style, facecolor=step.colour, alpha=0.12, edgecolor="none",
            gid="step",
        )
    )  # fmt: skip
    ax.add_patch(
        FancyBboxPatch(
            corner, _WIDTH, _HEIGHT, boxstyle=style, facecolor="none", edgecolor=step.colour, linewidth=1
        )
    )
    middle = _LEFT + _WIDTH / 2
    ax.text(
        middle, low + 0.54, step.name, ha="center", va="center", fontsize=_TEXT, color=step.colour,
        fontweight="bold",
    )  # fmt: skip
    ax.text(middle, low + 0.22, step.told, ha="center", va="center", fontsize=6, color=INK)


def _said(ax: "Axes", x: float, y: float, text: str, colour: str) -> None:
    ax.text(x, y, text, ha="center", va="center", fontsize=_TEXT, color=colour, linespacing=1.3)


def _arrow(ax: "Axes", start: tuple[float, float], end: tuple[float, float], colour: str = INK) -> None:
    ax.annotate(
        "", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 1, "shrinkA": 0, "shrinkB": 0}
    )
