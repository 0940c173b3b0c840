"""What can be asked: a question and an answer for each task of the paper."""

from typing import TYPE_CHECKING

import pandas as pd

from chatnt.figures.material import Material
from chatnt.figures.panels import TWO_COLUMNS, entitle, new_page
from chatnt.plots.question_table import question_table, table_height
from chatnt.tasks.catalogue import list_tasks
from chatnt.tasks.dataset import InstructionDataset

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Supplementary Figures 5 to 7 of the paper, in our own words. One question and its answer for each of "
    "the 27 tasks, about DNA (a), RNA (b) and proteins (c). Published: which tasks there are. The words "
    "are of the catalogue, and no pair is trained on these; answers say what is true of the first test "
    "sequence, simulated unless a data set is named. No pair was asked."
)
PANELS = {"genomics": "DNA", "transcriptomics": "RNA", "proteomics": "proteins"}
"""Titles of the panels, by the category of the tasks."""

_MARGIN, _TITLE, _BETWEEN = 0.08, 0.22, 0.16  # inches


def supplementary_5(material: Material) -> "Figure":
    """Draw questions and answers about DNA (a), RNA (b) and proteins (c).

    Examples
    --------
    >>> supplementary_5(Material())  # doctest: +SKIP
    <Figure ...>
    """
    tables = {title: examples_of(material, category) for category, title in PANELS.items()}
    width = TWO_COLUMNS - 2 * _MARGIN
    heights = [table_height(table, width) for table in tables.values()]
    page = new_page(sum(heights) + len(heights) * (_TITLE + _BETWEEN) - _BETWEEN + 2 * _MARGIN)
    top = _MARGIN
    for letter, (title, table), height in zip("abc", tables.items(), heights, strict=True):
        ax = page.axes(_MARGIN, top + _TITLE, width, height)
        entitle(ax, letter, title)
        question_table(table, ax=ax)
        top += _TITLE + height + _BETWEEN
    return page.figure


def examples_of(material: Material, category: str) -> pd.DataFrame:
    """Return ``task, question, answer`` of each of the paper's tasks of a category."""
    rows = []
    for fact in list_tasks(benchmark="chatnt").to_dict("records"):
        if fact["category"] == category:
            data = InstructionDataset(fact["name"], "test", source=material.source, seed=material.seed)
            turn = data[0].turns[0]
            rows.append((fact["title"], turn.question.text, turn.answer))
    return pd.DataFrame(rows, columns=["task", "question", "answer"])
