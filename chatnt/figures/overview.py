"""Tasks, tokens and the architecture."""

from typing import TYPE_CHECKING

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.plots import architecture, catalogue, tokens
from chatnt.tasks.catalogue import list_tasks
from chatnt.token_counts import count_tokens

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTION = (
    "Figure 1 of the paper. a, the 27 tasks of the paper, by what they are about and by what is answered; "
    "from the catalogue of this package. b, tokens of their training sequences, where the number of these "
    "is published: DNA in single bases, English with the pair's tokenizer. The paper counts DNA in tokens "
    "of six bases. Live: counted on a sample of simulated sequences, unless others are named, and scaled. "
    "c, the parts of the pair with their shapes, read from its modules."
)

_QUICK, _WHOLE = 50, 1000  # sequences of each task


def figure_1(material: Material) -> "Figure":
    """Draw the tasks (a), their tokens (b), and how the pair is made (c).

    Examples
    --------
    >>> figure_1(Material())  # doctest: +SKIP
    <Figure ...>
    """
    tasks = list_tasks(benchmark="chatnt")
    limit = _QUICK if material.quick else _WHOLE
    counts = count_tokens(tasks["name"].tolist(), source=material.source, limit=limit, seed=material.seed)
    figure, axes = loose_figure(6.6, ["aaaabbbbb", "c"], heights=[1.45, 1])
    catalogue(tasks, ax=axes["a"])
    tokens(counts.query("scaled_to != 'sample'"), ax=axes["b"])
    architecture(material.chat.model, ax=axes["c"])
    entitle(axes["a"], "a", "27 tasks")
    entitle(axes["b"], "b", "tokens for training")
    entitle(axes["c"], "c", f"the pair {material.results.name}")
    return figure
