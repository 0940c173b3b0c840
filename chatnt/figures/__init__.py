"""The figures of the ChatNT paper: each function takes a `Material` and returns a matplotlib figure."""

from chatnt.figures.benchmark import figure_3
from chatnt.figures.confidence import figure_6
from chatnt.figures.conversations import figure_2, supplementary_1
from chatnt.figures.explanations import figure_7
from chatnt.figures.listening import supplementary_2
from chatnt.figures.material import Material
from chatnt.figures.models import supplementary_3
from chatnt.figures.overview import figure_1
from chatnt.figures.questions import supplementary_5
from chatnt.figures.saving import FIGURES, save_figures
from chatnt.figures.six_tasks import figure_4
from chatnt.figures.specialists import figure_5
from chatnt.figures.wording import supplementary_4

__all__ = [
    "FIGURES", "Material", "figure_1", "figure_2", "figure_3", "figure_4", "figure_5", "figure_6",
    "figure_7", "save_figures", "supplementary_1", "supplementary_2", "supplementary_3",
    "supplementary_4", "supplementary_5",
]  # fmt: skip
