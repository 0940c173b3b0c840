"""How often each true label was answered with each stated one."""

import textwrap
from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.outcomes import TaskScore

_HALF = 0.5
_FEW, _LETTERS = 3, 10  # columns, and letters of a line of a name


def confusion(score: "TaskScore", *, ax: "Axes | None" = None) -> "Axes":
    """Draw a confusion matrix: counts, and the share of each true label as the depth of a colour.

    Parameters
    ----------
    score
        Of a task with labels, such as ``chatnt.results().scores["splice_sites_all"]``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A row for each true label, a column for each stated one; answers that state none have a column
        of their own, if there are any.

    Raises
    ------
    ValueError
        If the task asks for a number, or for several labels at once.
    MissingExtraError
        If matplotlib is not installed.
    """
    if not score.confusion:
        raise ValueError(f"{score.task} has no confusion matrix; draw its numbers with plots.estimates.")
    truths = list(score.confusion)
    stated = list(dict.fromkeys([*truths, *(name for row in score.confusion.values() for name in row)]))
    counts = [[score.confusion[truth].get(name, 0) for name in stated] for truth in truths]
    shares = [[count / max(1, sum(row)) for count in row] for row in counts]
    ax = new_axes(ax, 1.6 + 0.9 * len(stated), 1.2 + 0.7 * len(truths))
    ax.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    for i, row in enumerate(counts):
        for j, count in enumerate(row):
            colour = "white" if shares[i][j] > _HALF else INK
            told = f"{count:,}\n{shares[i][j]:.0%}"
            ax.text(j, i, told, ha="center", va="center", fontsize=8, color=colour)
    small = 8 if len(stated) <= _FEW else 6.5
    ax.set_xticks(range(len(stated)), [textwrap.fill(name, _LETTERS) for name in stated], fontsize=small)
    ax.set_yticks(range(len(truths)), [textwrap.fill(name, _LETTERS) for name in truths], fontsize=small)
    ax.set_xlabel("answer", color=INK, fontsize=8)
    ax.set_ylabel("truth", color=INK, fontsize=8)
    ax.tick_params(length=0, colors=INK)
    ax.spines[:].set_visible(False)
    return ax
