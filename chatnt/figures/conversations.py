"""Conversations with the pair, asked while they are drawn."""

from collections.abc import Mapping, Sequence
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from chatnt.conversation import Answer
from chatnt.figures.material import Material
from chatnt.figures.panels import TWO_COLUMNS, entitle, new_page
from chatnt.plots.conversation import conversation, conversation_height
from chatnt.sequence import read_fasta
from chatnt.tasks import all_tasks
from chatnt.tasks.base import Truth
from chatnt.tasks.dataset import InstructionDataset

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

CAPTION = (
    "Figure 3 of the paper, its conversations, in our own words. a, several turns about the promoter of "
    "human beta-globin, a real gene (GenBank U01317): it has a TATA box and no splice site in its middle; "
    "whether it is an enhancer is not known. b, c, one question for each kind of task, each about the "
    "first test sequence of its task; none was picked. d, a question that the pair was not taught. Live: "
    "asked while the figure is drawn, about simulated sequences unless a data set is named."
)
CAPTION_MORE = (
    "Supplementary Figure 1 of the paper, in our own words. The first task of each process that the pair "
    "knows, asked about its first test sequence in words that it was not trained on; none was picked. "
    "Live: asked while the figure is drawn, about simulated sequences unless a data set is named."
)

GENE = "data/human_beta_globin.fa"
PROMOTER = slice(0, 300)
TURNS = {
    "Is there a TATA promoter in <DNA>?": "promoter",
    "And is there an enhancer in it?": None,
    "Which splice site is in it: a donor, an acceptor or none?": "neither",
}
"""Questions about the promoter of beta-globin, and what is true."""

UNTAUGHT = "Which transcription factor binds <DNA>?"
CLASSES = {
    "promoter_all": "Could this human sequence be a promoter: <DNA>?",
    "splice_sites_all": "Which splice site is in <DNA>: a donor, an acceptor or none?",
    "enhancers": "Is there an enhancer in <DNA>?",
    "h3": "Does the yeast DNA <DNA> carry histone H3?",
    "dna_methylation_hues64": "Is <DNA> methylated in HUES64 cells?",
    "lncrna_sorghum": "Is there a lncRNA of sorghum in <DNA>?",
}
NUMBERS = {
    "plant_promoter_leaf": "What is the promoter strength of <DNA> in tobacco leaves?",
    "rna_degradation_mouse": "What is the degradation rate of the mouse RNA <DNA>?",
    "meltome": "What is the melting point of the protein encoded by <DNA>?",
}
"""One question by the name of each task."""

_MARGIN, _BETWEEN = 0.08, 0.2  # inches: around the page, between its columns
_TITLE, _PANELS = 0.24, 0.16  # inches: above a panel, between two panels
_WIDTH = (TWO_COLUMNS - 2 * _MARGIN - _BETWEEN) / 2


class Talk(NamedTuple):
    """Hold a panel: its title, answers, what is true, and headings."""

    title: str
    answers: Sequence[Answer]
    truths: Sequence[Truth | None]
    titles: Sequence[str] | None = None

    @property
    def height(self) -> float:
        """In inches, with its title."""
        needed = conversation_height(self.answers, _WIDTH, truths=self.truths, titles=self.titles)
        return needed + (_TITLE if self.title else 0)

    def draw(self, ax: "Axes") -> None:
        """Draw it on axes of this height without the title."""
        conversation(self.answers, truths=self.truths, titles=self.titles, ax=ax)


def figure_2(material: Material) -> "Figure":
    """Draw a conversation of several turns (a), answers with numbers (b) and classes (c), a refusal (d).

    Examples
    --------
    >>> figure_2(Material())  # doctest: +SKIP
    <Figure ...>
    """
    gene = read_fasta(str(files("chatnt") / GENE))[0][PROMOTER]
    first, *others = TURNS
    talk = material.chat.conversation().ask(first, gene)
    for question in others:
        talk = talk.ask(question)
    refused = material.chat.ask(UNTAUGHT, gene)
    left = [
        Talk("several turns about one sequence", talk.answers, tuple(TURNS.values())),
        _asked(material, "numbers", NUMBERS),
    ]
    right = [
        _asked(material, "yes, no, or one of several", CLASSES),
        Talk("a question that it was not taught", [refused], [None]),
    ]
    return _page([left, right], "abcd")


def supplementary_1(material: Material) -> "Figure":
    """Draw a question about each process of the catalogue that the pair knows.

    Examples
    --------
    >>> supplementary_1(Material())  # doctest: +SKIP
    <Figure ...>
    """
    examples = {}
    scope = material.chat.scope
    for task in all_tasks():
        known = scope is None or task.name in scope.tasks
        if task.record and known and task.record.process not in examples:
            data = InstructionDataset(task, "test", source=material.source, seed=material.seed)
            examples[task.record.process] = data[0]
    titles = list(examples)
    asked = [row.turns[0].question for row in examples.values()]
    answers = [material.chat.ask(question.text, question.sequences) for question in asked]
    truths = [row.exchanges[0].truth for row in examples.values()]
    half = (len(titles) + 1) // 2
    parts = [slice(None, half), slice(half, None)]
    return _page([[Talk("", answers[s], truths[s], titles[s])] for s in parts], "")


def _asked(material: Material, title: str, questions: Mapping[str, str]) -> Talk:
    """Ask each question about the first test sequence of its task."""
    answers, truths = [], []
    for task, question in questions.items():
        data = InstructionDataset(task, "test", source=material.source, seed=material.seed)
        sequence, truth = data.examples[0]
        answers.append(material.chat.ask(question, sequence))
        truths.append(truth)
    return Talk(title, answers, truths)


def _page(columns: Sequence[Sequence[Talk]], letters: str) -> "Figure":
    """Put panels below each other in two columns, on a page as high as they need."""
    between = [_PANELS * (len(column) - 1) for column in columns]
    heights = [
        sum(talk.height for talk in column) + gaps for column, gaps in zip(columns, between, strict=True)
    ]
    page = new_page(max(heights) + 2 * _MARGIN)
    marks = iter(letters)
    for number, column in enumerate(columns):
        left, top = _MARGIN + number * (_WIDTH + _BETWEEN), _MARGIN
        for talk in column:
            bare = talk.height - (_TITLE if talk.title else 0)
            ax = page.axes(left, top + talk.height - bare, _WIDTH, bare)
            if talk.title:
                entitle(ax, next(marks), talk.title)
            talk.draw(ax)
            top += talk.height + _PANELS
    return page.figure
