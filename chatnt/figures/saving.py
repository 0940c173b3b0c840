"""Figures as files."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from chatnt.errors import DataNotFoundError
from chatnt.figures import (
    benchmark,
    confidence,
    conversations,
    explanations,
    listening,
    models,
    overview,
    questions,
    six_tasks,
    specialists,
    wording,
)
from chatnt.figures.material import Material

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CAPTIONS = "captions.md"
"""Name of the file beside the figures that says what each shows and where its numbers come from."""


class PaperFigure(NamedTuple):
    """A figure: the function that draws it, and what is said below it."""

    draw: Callable[[Material], "Figure"]
    caption: str


FIGURES = {
    "figure_1": PaperFigure(overview.figure_1, overview.CAPTION),
    "figure_2": PaperFigure(conversations.figure_2, conversations.CAPTION),
    "figure_3": PaperFigure(benchmark.figure_3, benchmark.CAPTION),
    "figure_4": PaperFigure(six_tasks.figure_4, six_tasks.CAPTION),
    "figure_5": PaperFigure(specialists.figure_5, specialists.CAPTION),
    "figure_6": PaperFigure(confidence.figure_6, confidence.CAPTION),
    "figure_7": PaperFigure(explanations.figure_7, explanations.CAPTION),
    "supplementary_1": PaperFigure(conversations.supplementary_1, conversations.CAPTION_MORE),
    "supplementary_2": PaperFigure(listening.supplementary_2, listening.CAPTION),
    "supplementary_3": PaperFigure(models.supplementary_3, models.CAPTION),
    "supplementary_4": PaperFigure(wording.supplementary_4, wording.CAPTION),
    "supplementary_5": PaperFigure(questions.supplementary_5, questions.CAPTION),
}
"""By name, in the order of the paper."""


def save_figures(
    folder: str | Path, names: Sequence[str] | None = None, *, material: Material | None = None
) -> Iterator[list[Path]]:
    """Draw figures and write each as PDF and PNG, and their captions.

    Parameters
    ----------
    folder
        Is made if it is not there; files of the same names are replaced.
    names
        Of `FIGURES`; default all.
    material
        What they are drawn from; default that of the bundled pair.

    Yields
    ------
    list of Path
        The files of one figure, once they are written. The last are the captions.

    Raises
    ------
    DataNotFoundError
        If there is no figure of a name.
    MissingExtraError
        If matplotlib is not installed.
    """
    chosen = list(FIGURES if names is None else names)
    unknown = [name for name in chosen if name not in FIGURES]
    if unknown:
        raise DataNotFoundError(f"There is no figure {', '.join(unknown)}; there are {', '.join(FIGURES)}.")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    material = material or Material()
    for name in chosen:
        yield _save(FIGURES[name].draw(material), folder / name)
    captions = folder / CAPTIONS
    said = "\n\n".join(f"**{name}.** {FIGURES[name].caption}" for name in chosen)
    captions.write_text(said + "\n", encoding="utf-8")
    yield [captions]


def _save(figure: "Figure", stem: Path) -> list[Path]:
    from matplotlib import pyplot

    paths = [stem.with_suffix(".pdf"), stem.with_suffix(".png")]
    figure.savefig(paths[0], metadata={"CreationDate": None})  # the same figure gives the same bytes
    figure.savefig(paths[1], dpi=300)
    pyplot.close(figure)
    return paths
