"""How many tasks there are of each kind."""

from collections import Counter
from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_COLOURS = {"genomics": DNA, "transcriptomics": "#aa3377", "proteomics": ENGLISH}
_ASKED = {
    "binary": "yes or no",
    "multiclass": "one of\nseveral",
    "multilabel": "some of\nseveral",
    "regression": "a number",
}


def catalogue(tasks: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw a circle for each process and kind of answer, as large as the number of its tasks.

    Parameters
    ----------
    tasks
        Of `chatnt.list_tasks`, or with its columns ``category, process, kind``.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A row for each process, in the colour of its category; a column for each kind of answer.

    Raises
    ------
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.catalogue(chatnt.list_tasks(benchmark="chatnt"))  # doctest: +SKIP
    <Axes: ...>
    """
    kinds = [kind for kind in _ASKED if kind in set(tasks["kind"])]
    counts = Counter(zip(tasks["category"], tasks["process"], tasks["kind"], strict=True))
    processes = list(dict.fromkeys((category, process) for category, process, _ in counts))
    ax = new_axes(ax, 4.6, 0.8 + 0.27 * len(processes))
    from matplotlib.patches import Patch

    for (category, process, kind), count in counts.items():
        place = kinds.index(kind), processes.index((category, process))
        ax.scatter(*place, s=70 + 60 * count, color=_COLOURS[category], linewidth=0)
        ax.annotate(str(count), place, ha="center", va="center", color="white", fontsize=7.5)
    ax.set_yticks(range(len(processes)), [process for _, process in processes], fontsize=8)
    for label, (category, _) in zip(ax.get_yticklabels(), processes, strict=True):
        label.set_color(_COLOURS[category])
    ax.set_xticks(range(len(kinds)), [_ASKED[kind] for kind in kinds], fontsize=8, color=INK)
    ax.set_xlim(-0.6, len(kinds) - 0.4)
    ax.set_ylim(len(processes) - 0.4, -0.6)
    ax.tick_params(length=0)
    ax.grid(color=FAINT, linewidth=0.6)
    ax.set_axisbelow(True)
    ax.spines[:].set_visible(False)
    categories = dict.fromkeys(category for category, _ in processes)
    handles = [Patch(color=_COLOURS[category], label=category) for category in categories]
    ax.legend(
        handles=handles, frameon=False, fontsize=7.5, handlelength=1.2, ncols=len(handles),
        loc="lower right", bbox_to_anchor=(1, 1), borderaxespad=0.2,
    )  # fmt: skip
    return ax
