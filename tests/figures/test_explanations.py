"""The figure of attributions."""

import pytest

from chatnt.figures import Material, figure_7
from chatnt.figures.explanations import TASKS, matrix_of, told_of
from chatnt.pair_results import KMERS, MOTIFS, PROFILES, STRONGEST

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def material():
    yield Material()
    pyplot.close("all")


def test_each_task_has_a_logo_kmers_and_a_profile(material):
    figure = figure_7(material)
    tables = material.results.tables
    for number, task in enumerate(TASKS):
        logo, kmers, profile = figure.axes[number], figure.axes[number + 3], figure.axes[number + 6]
        assert logo.get_ylim() == (0, 2)
        assert len(kmers.get_yticklabels()) >= 6
        first = tables[KMERS].query(f"task == {task!r}").groupby("label", sort=False)["kmer"].first()
        shown = [label.get_text() for label in kmers.get_yticklabels()]
        assert set(first) <= set(shown)
        means = tables[PROFILES].query(f"task == {task!r} and not signed")["mean"]
        assert max(max(line.get_ydata()) for line in profile.lines) == pytest.approx(means.max())


def test_the_logos_are_of_the_sites(material):
    motifs = material.results.tables[MOTIFS]
    found = {task: matrix_of(motifs, task, "sequences").consensus for task in TASKS}
    assert "GT" in found["splice_sites_donors"]
    assert "AG" in found["splice_sites_acceptors"]
    for task in TASKS:
        real, shuffled = (matrix_of(motifs, task, what).bits().sum() for what in ("sequences", "shuffled"))
        assert real > 10 * shuffled


def test_hits_are_told_beside_those_of_shuffled_sequences(material):
    table = material.results.tables[STRONGEST]
    row = table.query("task == 'promoter_tata' and not signed").iloc[-1]
    told = told_of(table, "promoter_tata")
    shares = [row[name] / row["sequences"] for name in ("hits", "control")]
    assert f"\n{shares[0]:.0%}, shuffled {shares[1]:.0%}\nwith signs " in told
