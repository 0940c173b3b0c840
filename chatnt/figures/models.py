"""Models that were measured on the NT benchmark, task by task."""

from typing import TYPE_CHECKING

from chatnt.figures.material import Material
from chatnt.figures.panels import new_figure
from chatnt.plots import model_map
from chatnt.standings import compare_models

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Supplementary Figure 3 of the paper. Matthews correlation of each model on each of the 18 tasks of "
    "the NT benchmark, with the mean; below, in brackets, the number of tasks of models that lack some, "
    "ordered by the mean of these. The pair and its ablations are framed. They can be compared with what "
    "was measured as one fit, and strictly on the ten yeast tasks alone, whose test sets are the "
    "benchmark's own: promoters, splice sites and enhancers of ours are other splits or versions of the "
    "data. Ten folds and ten seeds are means, some with settings chosen task by task. Models with numbers "
    "for fewer than ten tasks are left out, and so are other metrics. Published: the sources that "
    "chatnt.published_numbers() names. Measured: the pair and its ablations, on whole test sets."
)


def supplementary_3(material: Material) -> "Figure":
    """Draw a map of models and tasks.

    Examples
    --------
    >>> supplementary_3(Material())  # doctest: +SKIP
    <Figure ...>
    """
    table = compare_models(material.results)
    rows = len(table.drop_duplicates(["model", "protocol"]))
    figure, axes = new_figure(1.2 + 0.19 * rows, ["a"])
    model_map(table, ax=axes["a"])
    return figure
