"""Six tasks, from question to score."""

import textwrap
from typing import TYPE_CHECKING

from chatnt.figures.material import Material
from chatnt.figures.panels import loose_figure
from chatnt.plots import confusion, estimates
from chatnt.plots.canvas import INK
from chatnt.tasks import get_task
from chatnt.tasks.catalogue import list_tasks

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PANELS = {
    "a": "promoter_all",
    "b": "plant_promoter_leaf",
    "c": "rna_degradation_mouse",
    "d": "dna_methylation_hues64",
    "e": "splice_sites_all",
    "f": "meltome",
}
"""The tasks of the paper's panels, by their letters."""

CAPTION = (
    "Figure 3 of the paper. Six tasks: an unseen wording with the answer to the first test sequence, and "
    "all answers to the test set; rows of a matrix are the truth, and a dashed line is where answer and "
    "truth are the same. Published: ChatNT's scores, read off Figure 4a, to about 0.003. Measured: the "
    "pair's answers and scores, on whole test sets. Tasks that were measured on no real data are "
    "published only."
)

_SHORT = {"mcc": "MCC", "auroc": "AUROC", "pearson": "PCC"}
_LETTERS = 46  # of a line of a conversation


def figure_4(material: Material) -> "Figure":
    """Draw a conversation and all answers for six tasks.

    Examples
    --------
    >>> figure_4(Material())  # doctest: +SKIP
    <Figure ...>
    """
    figure, axes = loose_figure(7, ["abc", "def"])
    for letter, task in PANELS.items():
        _panel(axes[letter], letter, task, material)
    return figure


def conversation_about(task: str, material: Material) -> list[str]:
    """Return a question of a wording that no pair is trained on, the stored answer, and the truth."""
    row = material.results.of(task).iloc[0].dropna()
    truth = row["label"] if "label" in row else f"{row['value']:.3g}"
    question = get_task(task).questions.test[0]
    return [f"You: {question}", f"{material.results.name}: {row['answer']}", f"Truth: {truth}"]


def _panel(ax: "Axes", letter: str, task: str, material: Material) -> None:
    fact = list_tasks().set_index("name").loc[task]
    measured = task in material.results.scores and not material.results.scores[task].simulated
    ours = "not measured"
    said = [f"You: {get_task(task).questions.test[0]}"]
    if measured:
        score = material.results.scores[task]
        ours = f"{material.results.name} {score.score:.2f}"
        said = conversation_about(task, material)
        if fact["kind"] == "regression":
            estimates(material.results.of(task), ax=ax)
        else:
            confusion(score, ax=ax)
    else:
        ax.text(0.5, 0.5, "published only:\nno real data here", ha="center", va="center", color="grey")
        ax.set_axis_off()
    told = f"{_SHORT[fact['metric']]}: ChatNT {fact['chatnt_result']:.2f}, {ours}"
    lines = [f"$\\bf{{{letter}}}$  {fact['title']}", told, *said]
    wrapped = [part for line in lines for part in textwrap.wrap(line, _LETTERS, subsequent_indent="   ")]
    ax.set_title("", loc="left")  # that of the plot
    ax.figure.suptitle("\n".join(wrapped), x=0.02, ha="left", fontsize=6.5, color=INK)
