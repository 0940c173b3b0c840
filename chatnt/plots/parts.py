"""Attributions to words, soft tokens and regions, as bars in reading order."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.attribution_parts import PartAttribution

FOR, AGAINST = "#2563EB", "#D97706"
"""Blue and orange, which the colour-blind can tell apart."""


def parts(attribution: "PartAttribution", *, ax: "Axes | None" = None) -> "Axes":
    """Draw one bar for each word, soft token or region, from above in reading order.

    Parameters
    ----------
    attribution
        Of `chatnt.attribute_words`, `chatnt.attribute_latents` or `chatnt.attribute_regions`.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        To the right what speaks for the target, to the left what speaks against it.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.parts(chatnt.attribute_words(chat, question, dna))  # doctest: +SKIP
    <Axes: ...>
    """
    count, scores = len(attribution.names), attribution.scores.astype(float)
    ax = new_axes(ax, 6.4, 1.1 + 0.3 * count)
    bars = ax.barh(range(count), scores, height=0.7, color=[FOR if x > 0 else AGAINST for x in scores])
    ax.bar_label(bars, [f"{x:+.2g}" for x in scores], padding=3, fontsize=8, color=INK)
    ax.axvline(0, color=INK, linewidth=0.6)
    ax.set_yticks(range(count), attribution.names)
    ax.set_ylim(count - 0.4, -0.6)
    low, high = min(float(scores.min()), 0.0), max(float(scores.max()), 0.0)
    room = 0.14 * (high - low) or 1.0
    ax.set_xlim(low - room * (low < 0), high + room * (high > 0 or low == 0))
    ax.set_xlabel(attribution.unit, color=INK, fontsize=9)
    ax.set_title(_caption(attribution), color=INK, fontsize=9, loc="left")
    tidy(ax, grid="x")
    return ax


def _caption(attribution: "PartAttribution") -> str:
    told = attribution.target + (f" against {attribution.against}" if attribution.against else "")
    how = attribution.method + (f" from {attribution.baseline}" if attribution.baseline else "")
    delta = "" if attribution.delta is None else f", delta {attribution.delta:.2g}"
    return f"{told}: {how}{delta}"
