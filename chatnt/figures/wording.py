"""Whether scores hang on the wording of a question."""

from typing import TYPE_CHECKING

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.pair_results import SPREAD, WORDINGS
from chatnt.plots import dumbbells, wordings

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Supplementary Figure 4 of the paper. a, the same rows asked about in ten wordings that the pair was "
    "never trained on: mean, lowest and highest score of each task, and their distance. b, scores in "
    "wordings of the training and in others. Measured: a, up to 500 test rows of each task with labels; "
    "b, up to 150, numbers too. The paper's own values are in no source that we could read."
)


def supplementary_4(material: Material) -> "Figure":
    """Draw scores over unseen wordings (a), and beside those of known wordings (b).

    Examples
    --------
    >>> supplementary_4(Material())  # doctest: +SKIP
    <Figure ...>
    """
    tables = material.results.tables
    figure, axes = loose_figure(4.4, ["ab"])
    wordings(tables[SPREAD], ax=axes["a"])
    known = {"train": "wordings of the training", "test": "other wordings"}
    dumbbells(tables[WORDINGS], known, score="score", ax=axes["b"])
    entitle(axes["a"], "a", "ten new wordings")
    entitle(axes["b"], "b", "known and new wordings")
    return figure
