"""Whether probabilities hold: the perplexity-based classifier and its calibration."""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.pair_results import PERPLEXITY
from chatnt.plots import dumbbells, probabilities, reliability, steps
from chatnt.plots.canvas import INK
from chatnt.reliability import reliability_table
from chatnt.tasks import get_task

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure
    from numpy.typing import NDArray

TASK = "promoter_all"
"""The task of the panels b to d: the binary one with the most test sequences."""

SAID = {0.9: 0.90, 0.5: 0.25}
"""How often ChatNT was right about HepG2 accessibility where it said so much, by the text of the paper."""

CAPTION = (
    "Figure 5 of the paper. a, how a probability is made. b, reliability for promoters of human genes, "
    "ten bins of one width with 95 % intervals, as it is and corrected (Platt's method), on test rows "
    "that the correction was not fitted on; squares are what the paper's text says of chromatin "
    "accessibility in HepG2 cells. c, d, probabilities by what is true, as they are and corrected. "
    "b to d take the likelihood of the sentences, which is what the pair answers with; e takes their "
    "perplexity. e, every binary task with real data: the written answers, and the classifier by "
    "perplexity, as it is and corrected; with the paper's penalty Platt's method stretches the splice "
    "sites' too little. Perplexities as logits, to the letter of the paper, turn the probabilities around "
    "(AUROC below 0.5 in every task before the correction) and are not drawn. Measured: whole test sets "
    "(e: at most 1,000 rows of each). Published: the squares in b. For HepG2 no real data were at hand, so "
    "that it is published only."
)

_STEPS = (
    "question and DNA",
    "likelihood of each\nknown sentence,\nyes and no",
    "mean of\neach side,\nsoftmax",
    "probability",
    "correction,\nfitted on\nunseen rows",
    "calibrated\nprobability",
)
_BINS = 10


class Confidence(NamedTuple):
    """Probabilities of the positive label of a binary task, on its test rows."""

    negative: str
    positive: str
    true: "NDArray[np.bool_]"
    before: "NDArray[np.float64]"
    after: "NDArray[np.float64]"

    def tables(self) -> dict[str, pd.DataFrame]:
        """Return the reliability before and after the correction, in ten bins."""
        told = {"as it is": self.before, "corrected": self.after}
        truth = self.true.astype(int)
        return {
            name: reliability_table(some, truth, bins=_BINS, binning="width") for name, some in told.items()
        }

    def groups(self, chances: "NDArray[np.float64]") -> dict[str, "NDArray[np.float64]"]:
        """Return probabilities by what is true."""
        return {self.negative: chances[~self.true], self.positive: chances[self.true]}


def confidence_of(task: str, material: Material) -> Confidence:
    """Return what the pair said of the test rows of a binary task, before and after its calibration.

    Raises
    ------
    DataNotFoundError
        If no predictions were kept.
    KeyError
        If the pair has no calibration of the task.
    """
    negative, positive = get_task(task).labels
    rows = material.results.of(task)
    both = np.stack(rows["probabilities"].to_list()).astype(float)
    found = material.chat.calibrations.of(task)["probabilities"]
    corrected = found.apply(both, weights=found.weights)
    return Confidence(negative, positive, (rows["label"] == positive).to_numpy(), both[:, 1], corrected[:, 1])


def figure_6(material: Material) -> "Figure":
    """Draw how a probability is made (a), how far it holds (b to d), and whether it says what is written (e).

    Examples
    --------
    >>> figure_6(Material())  # doctest: +SKIP
    <Figure ...>
    """
    found = confidence_of(TASK, material)
    figure, axes = loose_figure(8.6, ["a", "bbbbccc", "eeeeddd"], heights=[0.42, 1, 1])
    steps(_STEPS, ax=axes["a"])
    reliability(found.tables(), ax=axes["b"])
    _published(axes["b"])
    probabilities(found.groups(found.before), ax=axes["c"])
    probabilities(found.groups(found.after), ax=axes["d"])
    told = {
        "mcc_written": "written answer",
        "mcc": "perplexity, as it is",
        "mcc_platt": "corrected, Platt",
        "mcc_isotonic": "corrected, isotonic",
    }
    dumbbells(material.results.tables[PERPLEXITY], told, ax=axes["e"])
    title = get_task(TASK).title.lower()
    for letter, about in {
        "a": "from a question to a probability",
        "b": title,
        "c": f"{title}, as it is",
        "d": f"{title}, corrected",
        "e": "all binary tasks with real data",
    }.items():
        entitle(axes[letter], letter, about)
    return figure


def _published(ax: "Axes") -> None:
    ax.plot(
        list(SAID), list(SAID.values()), "s", markersize=5, markerfacecolor="white", color=INK,
        label="ChatNT, HepG2 (published)",
    )  # fmt: skip
    ax.legend(frameon=False, fontsize=7, labelcolor=INK, loc="upper left", markerscale=0.6)
