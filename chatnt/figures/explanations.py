"""Which bases decide: motifs, k-mers and positions, beside those of shuffled sequences."""

from typing import TYPE_CHECKING

import pandas as pd

from chatnt.figures.material import Material
from chatnt.figures.panels import entitle, loose_figure
from chatnt.pair_results import KMERS, MOTIFS, PROFILES, STRONGEST
from chatnt.plots import kmer_spectrum, motif, profile
from chatnt.position_matrix import BASES, PositionMatrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

TASKS = {"splice_sites_donors": "abc", "splice_sites_acceptors": "def", "promoter_tata": "ghi"}
"""Tasks of the paper's figure, with the letters of their panels."""

_SHORT = {
    "splice_sites_donors": "Splice donors",
    "splice_sites_acceptors": "Splice acceptors",
    "promoter_tata": "TATA promoters",
}

CAPTION = (
    "Figure 6 of the paper, with controls that it lacks. Top: bases at the place where the mean of the "
    "maps is highest, in bits, by the recipe of the paper (gradient times input of the first token, "
    "without signs; 500 test sequences of each label, 200 for TATA promoters), and the bits of sequences "
    "of the other label and of shuffled ones at the same place. Sequences are aligned at their sites, so "
    "that the map adds the place and not the motif. Middle: the k-mers most often among the five highest "
    "of a sequence, for each label; a line across a bar is the count with the dinucleotides of each "
    "sequence shuffled. Bottom: mean scores near the site, each sequence scaled to its own mean; dotted, "
    "shuffled. Above it, how many sequences of the positive label have their strongest base at the site, "
    "how many after shuffling, and the same with signs. Half of the shuffled donors and acceptors have it "
    "there without signs: the recipe shows where the pair looks as much as what it sees. The strongest "
    "k-mer of acceptors is that of donors, TATAAA is counted more often where there is no promoter, and a "
    "third of the TATA boxes are found. Measured: the pair, on real test sequences that it answered "
    "correctly. The paper's logos and spectra are pictures without numbers and are not repeated."
)


def figure_7(material: Material) -> "Figure":
    """Draw the bases that decide about donors (a to c), acceptors (d to f) and TATA promoters (g to i).

    Examples
    --------
    >>> figure_7(Material())  # doctest: +SKIP
    <Figure ...>
    """
    figure, axes = loose_figure(8.4, ["adg", "beh", "cfi"], heights=[0.62, 1.15, 1])
    tables = material.results.tables
    for task, (top, middle, bottom) in TASKS.items():
        motif(matrix_of(tables[MOTIFS], task, "sequences"), ax=axes[top])
        kmer_spectrum(_of(tables[KMERS], task), most=6, ax=axes[middle])
        unsigned = _of(tables[PROFILES], task).query("not signed")
        profile(unsigned, site=1, scaled=True, start=-40, end=21, ax=axes[bottom])
        _fit(axes[top], axes[middle], axes[bottom])
        real, other, shuffled = (
            matrix_of(tables[MOTIFS], task, what).bits().sum()
            for what in ("sequences", "negatives", "shuffled")
        )
        told = f"{_SHORT[task]}: {real:.1f} bits,\nothers {other:.1f}, shuffled {shuffled:.1f}"
        entitle(axes[top], top, told)
        entitle(axes[middle], middle, "k-mers with the highest scores")
        entitle(axes[bottom], bottom, told_of(tables[STRONGEST], task))
    return figure


def matrix_of(table: pd.DataFrame, task: str, what: str) -> PositionMatrix:
    """Return the position matrix of the sequences of a task, or of the shuffled ones."""
    some = _of(table, task).query("what == @what")
    start, count = int(some["position"].iloc[0]), int(some["aligned"].iloc[0])
    return PositionMatrix(some[list(BASES)].to_numpy(int), start, count, anchor="the site")


def told_of(table: pd.DataFrame, task: str) -> str:
    """Say how many strongest bases of positive sequences lie at the site, and how many after shuffling."""
    rows = _of(table, task)
    lines = []
    for how, some in (("", rows.query("not signed")), ("with signs ", rows.query("signed"))):
        row = some.iloc[-1]
        shares = [row[name] / row["sequences"] for name in ("hits", "control")]
        lines.append(f"{how}{shares[0]:.0%}, shuffled {shares[1]:.0%}")
    return "\n".join([str(rows["site"].iloc[0]), *lines])


def _of(table: pd.DataFrame, task: str) -> pd.DataFrame:
    return table.query("task == @task")


def _fit(top: "Axes", middle: "Axes", bottom: "Axes") -> None:
    """Make what a plot says short enough for a third of a page."""
    for ax, ticks in ((top, 5), (bottom, 20)):
        low, high = ax.get_xlim()
        ax.set_xticks([x for x in range(int(low), int(high) + 1) if x % ticks == 0])
    middle.set_xlabel("count", fontsize=8)
    bottom.set_ylabel("score / mean of sequence", fontsize=8)
    for ax in (middle, bottom):
        ax.legend(frameon=False, fontsize=6, handlelength=1, loc="best")
