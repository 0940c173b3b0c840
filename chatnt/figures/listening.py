"""What it is worth that the resampler hears the question."""

from typing import TYPE_CHECKING, cast

import pandas as pd
import torch

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, new_page
from chatnt.model import Resampler, ResamplerConfig
from chatnt.pair_results import QUESTION_BLIND
from chatnt.plots import gains, means, resampler
from chatnt.plots.canvas import INK
from chatnt.standings import CHATNT, compare_means

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Supplementary Figure 2 of the paper. a, b, a block of the resampler that does not hear the question, "
    "and of one that does, from below: drawn from the modules of the pair (a: the same, made without the "
    "attention to the question). c, each task without and with the question: question-blind is a second pair "
    "with the same captions, labels and plan, but without the training where to look, which a question "
    "decides. d, means over the 18 tasks of the NT benchmark; lines are standard errors over the tasks. "
    "Published: ChatNT, 0.71 without and 0.77 with the question (text of the paper; its scores task by task "
    "could not be read). Measured: the pairs, on whole test sets."
)


def supplementary_2(material: Material) -> "Figure":
    """Draw the resampler without (a) and with the question (b), what tasks gain (c), and the means (d).

    Examples
    --------
    >>> supplementary_2(Material())  # doctest: +SKIP
    <Figure ...>
    """
    page = new_page(6.85)
    listening, results = cast("Resampler", material.chat.model.resampler), material.results
    a, b = (page.axes(left, 0.25, 3.4, 2.45) for left in (0.08, 3.6))
    resampler(without_question(cast("ResamplerConfig", listening.config)), ax=a)
    resampler(listening, ax=b)
    c, d = page.axes(1.72, 3.2, 2.2, 3.25), page.axes(5.1, 3.2, 1.85, 1.6)
    gains(results.to_frame(), QUESTION_BLIND, name=results.name, ax=c)
    _draw_means(compare_means(results), results.name, d)
    entitle(a, "a", "resampler without the question")
    entitle(b, "b", "resampler with the question")
    entitle(c, "c", "each task")
    entitle(d, "d", "mean of 18 tasks")
    return page.figure


def _draw_means(table: pd.DataFrame, name: str, ax: "Axes") -> None:
    """Draw the means of two published models and of a pair with its ablation, each named by its origin."""
    told = {
        QUESTION_BLIND: "question-blind\n(measured)",
        name: f"{name}\n(measured)",
        "ChatNT without English-aware projection": "ChatNT without\nEnglish-aware\nprojection (published)",
        CHATNT: "ChatNT\n(published)",
    }
    means(table.set_index("model").loc[list(told)].reset_index(), ax=ax)
    ax.set_yticks(range(len(told)), list(told.values()), fontsize=6.5)
    ax.set_xlabel("mean MCC, with standard error", color=INK, fontsize=8)
    ax.tick_params(axis="x", labelsize=7)
    legend = ax.get_legend()
    if legend is not None:
        legend.remove()  # the names tell


def without_question(config: ResamplerConfig) -> Resampler:
    """Return a resampler like that of a configuration, without weights, that does not hear the question."""
    deaf = ResamplerConfig.from_dict(config.to_dict() | {"english_aware": False})
    with torch.device("meta"):
        return Resampler(cast("ResamplerConfig", deaf))
