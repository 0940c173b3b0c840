"""How probabilities are spread, for rows of each truth."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, label_colours, new_axes, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import ArrayLike


def probabilities(groups: "Mapping[str, ArrayLike]", *, bins: int = 20, ax: "Axes | None" = None) -> "Axes":
    """Draw histograms of a probability, one for each group of rows, over each other.

    Parameters
    ----------
    groups
        Probabilities from 0 to 1 by what is true of their rows; of two labels the positive one is last.
    bins
        Of equal width.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Bars are numbers of rows on a logarithmic scale, as most probabilities are near 0 or 1.

    Raises
    ------
    ValueError
        If a probability is not between 0 and 1, there are more groups than colours, or no group.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.probabilities({"no": [0.1, 0.2], "yes": [0.7]})  # doctest: +SKIP
    <Axes: ...>
    """
    import numpy as np

    told = {name: np.asarray(values, dtype=float) for name, values in groups.items()}
    if not told:
        raise ValueError("There is no group of probabilities to draw.")
    for name, values in told.items():
        if not ((values >= 0) & (values <= 1)).all():
            raise ValueError(f"{name!r} holds numbers that are no probabilities from 0 to 1.")
    ax = new_axes(ax, 3.6, 2.6)
    edges = np.linspace(0, 1, bins + 1).tolist()
    for name, colour in label_colours(list(told)).items():
        label = f"{name} ({len(told[name]):,})"
        ax.hist(told[name], edges, color=colour, alpha=0.35, label=label)
        ax.hist(told[name], edges, color=colour, histtype="step", linewidth=1.2)
    ax.set_yscale("log")
    ax.set_ylim(bottom=0.7)
    ax.set_xlim(0, 1)
    ax.set_xlabel("probability", color=INK, fontsize=8)
    ax.set_ylabel("rows", color=INK, fontsize=8)
    ax.legend(frameon=False, fontsize=7, handlelength=1, loc="upper center")
    tidy(ax, grid="y")
    return ax
