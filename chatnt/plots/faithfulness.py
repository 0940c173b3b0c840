"""Curves of deletion and insertion, beside what chance does."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.faithfulness_result import Curve, Faithfulness

COLOURS = {"deletion": "#004488", "insertion": "#BB5566"}
"""Of the curves; told apart in all common kinds of colour blindness. Controls are grey."""

_GREY = "#64748b"
_NAMES = {"random": "random order", "moved": "map moved along"}
_BAND = (0.025, 0.975)


def faithfulness(
    result: "Faithfulness", *, curve: "Curve" = "deletion", control: str = "random", ax: "Axes | None" = None
) -> "Axes":
    """Draw how the target falls, or rises, as bases go in the order of a map.

    Parameters
    ----------
    result
        Of `Attribution.faithfulness` or `chatnt.faithfulness`.
    curve
        ``"deletion"`` or ``"insertion"``.
    control
        What it is compared with, such as ``"random"`` or ``"moved"``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A line for the map, and a dashed one for the mean of the control. The band holds 95 % of the draws of
        one sequence; of several, of their means over the sequences, which says how well the mean is known.

    Raises
    ------
    ValueError
        If there is no such curve or control.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.faithfulness(why.faithfulness(), curve="insertion")  # doctest: +SKIP
    <Axes: ...>
    """
    import numpy as np

    from chatnt.faithfulness_result import CURVES, MAP

    if curve not in CURVES or control not in result.controls:
        known = f"curves {', '.join(CURVES)}; controls {', '.join(result.controls)}"
        raise ValueError(f"There is no curve {curve!r} with a control {control!r}; there are {known}.")
    ax = new_axes(ax, 5.2, 3.4)
    lines, share = getattr(result, curve), 100 * result.fractions
    by_draw = lines[control].mean(0)
    ax.fill_between(share, *np.quantile(by_draw, _BAND, axis=0), color=_GREY, alpha=0.2, linewidth=0)
    name = _NAMES.get(control, control)
    ax.plot(share, by_draw.mean(0), color=_GREY, linestyle="--", linewidth=1.4, label=name)
    ax.plot(share, lines[MAP].mean((0, 1)), color=COLOURS[curve], linewidth=2, label="highest scores first")
    verb = "deleted" if curve == "deletion" else "inserted"
    ax.set_xlabel(f"bases {verb} (%)", color=INK)
    ax.set_ylabel(result.unit if len(result.unit) < 30 else "target", color=INK)
    ax.set_xlim(0, 100)
    gain = result.gains(curve, control).mean()
    told = f"{result.count:,} sequences, " if result.count > 1 else ""
    title = f"{result.method}\n{told}{curve}: gain {gain:+.2f}"
    ax.set_title(title, color=INK, fontsize=9, loc="left")
    ax.legend(frameon=False, fontsize=9, labelcolor=INK)
    tidy(ax, grid="y")
    return ax
