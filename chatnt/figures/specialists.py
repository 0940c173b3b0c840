"""27 tasks beside their specialised models."""

from typing import TYPE_CHECKING

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.plots import score_boxes, task_bars
from chatnt.standings import compare_tasks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Figure 4 of the paper. a, 27 tasks, each with its own metric; hatched bars were measured on "
    "simulated sequences and cannot be compared. b, the same as boxes; scores on simulated sequences are "
    "left out. Published: read off Figure 4a of the paper, to about 0.003. Measured: whole test sets."
)


def figure_5(material: Material) -> "Figure":
    """Draw the 27 tasks of the paper as bars (a) and as boxes (b).

    Examples
    --------
    >>> figure_5(Material())  # doctest: +SKIP
    <Figure ...>
    """
    table = compare_tasks(material.results)
    figure, axes = loose_figure(7.4, ["a", "b"], heights=[1.6, 1])
    task_bars(table, ax=axes["a"])
    score_boxes(table, ax=axes["b"])
    entitle(axes["a"], "a")
    entitle(axes["b"], "b")
    return figure
