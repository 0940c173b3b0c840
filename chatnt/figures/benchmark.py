"""Means over the 18 tasks of the NT benchmark, and each task as a ring."""

from typing import TYPE_CHECKING

import pandas as pd

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.literature import published_numbers
from chatnt.plots import means, radar
from chatnt.standings import compare_means, compare_tasks

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NT = "NT-Multispecies 2.5B"

CAPTION = (
    "Figure 2 of the paper. a, mean Matthews correlation over the 18 tasks of the NT benchmark; lines are "
    "standard errors over the tasks, hatched bars are only roughly comparable. b, the 18 tasks, as far as "
    "values are printed. Published: the sources that chatnt.published_numbers() names. Measured: the pair "
    "and its ablations, on whole test sets (question only and shuffled DNA on at most 150 rows of each)."
)


def figure_3(material: Material) -> "Figure":
    """Draw means over 18 tasks (a) and each task (b), the pair beside published models.

    Examples
    --------
    >>> figure_3(Material())  # doctest: +SKIP
    <Figure ...>
    """
    figure, axes = loose_figure(9, ["a", "b"], heights=[1, 1.2], polar="b")
    means(compare_means(material.results), ax=axes["a"])
    rings = rings_of(material)
    radar(rings, [material.results.name, "ChatNT", NT], ax=axes["b"])
    entitle(axes["a"], "a", "mean of 18 tasks")
    entitle(axes["b"], "b", "each task")
    return figure


def rings_of(material: Material) -> pd.DataFrame:
    """Return the values of the pair, ChatNT and 18 fine-tuned models, a row for each task and model."""
    ours = compare_tasks(material.results, benchmark="nt")
    numbers = published_numbers()
    nt = numbers.query("model == @NT and task in @ours.task")
    return pd.concat([ours, nt], ignore_index=True)
