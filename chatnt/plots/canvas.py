"""What all pictures share: where they are drawn, and their colours."""

from typing import TYPE_CHECKING

from chatnt.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

ENGLISH, DNA = "#c2703d", "#2f6f8f"
INK, FAINT = "#334155", "#cbd5e1"
_LABELS = (DNA, ENGLISH, "#aa3377", "#7a7a52", "#66a3d2")


def new_axes(ax: "Axes | None", width: float, height: float, *, polar: bool = False) -> "Axes":
    """Return the axes to draw on: those given, or those of a new figure.

    Parameters
    ----------
    ax
        Given by the user.
    width, height
        Of a new figure, in inches.
    polar
        Whether those of a new figure are round.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.
    """
    if ax is not None:
        return ax
    try:
        from matplotlib import pyplot
    except ImportError as error:
        raise MissingExtraError(
            'Pictures need matplotlib, which is not installed: pip install "chatnt[plots]"'
        ) from error
    told = {"projection": "polar"} if polar else None
    return pyplot.subplots(figsize=(width, height), layout="constrained", subplot_kw=told)[1]


def tidy(ax: "Axes", *, grid: str) -> None:
    """Take away what carries no data, and draw a faint grid along one axis, ``"x"`` or ``"y"``."""
    ax.spines[["top", "right", "left" if grid == "x" else "bottom"]].set_visible(False)
    ax.tick_params(length=0, colors=INK)
    ax.grid(axis=grid, color=FAINT, linewidth=0.6)  # type: ignore[arg-type]
    ax.set_axisbelow(True)


def label_colours(labels: "Sequence[str]") -> dict[str, str]:
    """Return a colour for each label, the last, which of two is the positive one, that of DNA.

    Raises
    ------
    ValueError
        If there are more labels than colours.
    """
    if len(labels) > len(_LABELS):
        raise ValueError(
            f"There are {len(labels)} labels, but {len(_LABELS)} colours that can be told apart; study fewer."
        )
    return dict(zip(reversed(labels), _LABELS, strict=False))
