"""Which bases decide: motifs, k-mers and positions, beside those of shuffled sequences."""

from typing import TYPE_CHECKING

import pandas as pd

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.pair_results import KMERS, MOTIFS, PROFILES, STRONGEST
from chatnt.plots import kmer_spectrum, motif, profile
from chatnt.position_matrix import BASES, PositionMatrix
from chatnt.tasks import get_task

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TASKS = {"splice_sites_donors": "abc", "splice_sites_acceptors": "def", "promoter_tata": "ghi"}
"""Tasks of the paper's figure, with the letters of their panels."""

CAPTION = (
    "Figure 6 of the paper, with controls that it lacks. Top: bases at the place where the mean of the "
    "maps is highest, in bits, in the sequences of the positive label; the recipe of the paper (gradient "
    "times input of the first token, without signs; 500 test sequences of each label, 200 for TATA "
    "promoters). Middle: the k-mers most often among the five highest of a sequence, for each label; a "
    "line across a bar is the count in the same sequences with their dinucleotides shuffled. Bottom: mean "
    "scores near the site, each sequence scaled to its own mean; dotted, shuffled; below the title, how "
    "many strongest bases lie at the site in the positive sequences, how many do so after shuffling, and "
    "the p of Fisher's exact test. Measured: the pair, on real test sequences that it answered correctly. "
    "The paper's own logos and spectra are pictures without numbers and are not repeated."
)


def figure_7(material: Material) -> "Figure":
    """Draw the bases that decide about donors (a to c), acceptors (d to f) and TATA promoters (g to i).

    Examples
    --------
    >>> figure_7(Material())  # doctest: +SKIP
    <Figure ...>
    """
    figure, axes = loose_figure(9, ["adg", "beh", "cfi"], heights=[0.62, 1.15, 1])
    for task, (top, middle, bottom) in TASKS.items():
        rows = {name: _of(material.results.tables[name], task) for name in (KMERS, MOTIFS, PROFILES)}
        motif(matrix_of(rows[MOTIFS], "sequences"), ax=axes[top])
        kmer_spectrum(rows[KMERS], most=6, ax=axes[middle])
        unsigned = rows[PROFILES].query("not signed")
        profile(unsigned, site=1, scaled=True, start=-40, end=21, ax=axes[bottom])
        shuffled = matrix_of(rows[MOTIFS], "shuffled").bits().sum()
        bits = f"{matrix_of(rows[MOTIFS], 'sequences').bits().sum():.1f} bits, shuffled {shuffled:.1f}"
        entitle(axes[top], top, f"{get_task(task).title}\n{bits}")
        entitle(axes[middle], middle)
        entitle(axes[bottom], bottom, told_of(material.results.tables[STRONGEST], task))
        for ax in (axes[middle], axes[bottom]):
            ax.legend(frameon=False, fontsize=6, handlelength=1, loc="best")
            ax.xaxis.label.set_size(7)
    return figure


def matrix_of(rows: pd.DataFrame, what: str) -> PositionMatrix:
    """Return the position matrix of the sequences, or of the shuffled ones."""
    some = rows.loc[rows["what"] == what]
    start, count = int(some["position"].iloc[0]), int(some["aligned"].iloc[0])
    return PositionMatrix(some[list(BASES)].to_numpy(int), start, count, anchor="the site")


def told_of(table: pd.DataFrame, task: str) -> str:
    """Say how many strongest bases lie at the site, and how many in shuffled sequences."""
    row = _of(table, task).query("not signed").iloc[-1]
    count = row["sequences"]
    return (
        f"{row['site']}:\n{row['hits'] / count:.0%} of strongest bases, "
        f"shuffled {row['control'] / count:.0%}, p {row['p']:.0e}"
    )


def _of(table: pd.DataFrame, task: str) -> pd.DataFrame:
    return table.loc[table["task"] == task]
