"""What the figure of calibration shows."""

import numpy as np
import pytest

from chatnt.errors import DataNotFoundError
from chatnt.figures import FIGURES, Material, figure_6
from chatnt.figures.confidence import SAID, TASK, confidence_of
from chatnt.pair_results import PAPER_PROTOCOL, PERPLEXITY
from chatnt.tasks import get_task

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def material():
    yield Material()
    pyplot.close("all")


@pytest.fixture(scope="module")
def panels(material):
    return figure_6(material).axes


def test_the_task_is_the_binary_one_with_the_most_rows(material):
    counts = material.results.predictions["task"].value_counts()
    assert counts[material.results.tables[PERPLEXITY]["task"]].idxmax() == TASK


def test_points_are_frequencies_in_ten_bins_before_and_after(material, panels):
    rows = material.results.of(TASK)
    said = np.array([pair[1] for pair in rows["probabilities"]])
    true = (rows["label"] == get_task(TASK).labels[1]).to_numpy()
    bins = np.minimum((said * 10).astype(int), 9)
    before, after = (points.get_offsets() for points in panels[1].collections[1::2])
    expected = [(said[bins == n].mean(), true[bins == n].mean()) for n in range(10)]
    np.testing.assert_allclose(before, expected, atol=0.02)
    assert not np.allclose(before[-1], after[-1], atol=1e-3)


def test_the_correction_keeps_the_order_of_rows(material):
    found = confidence_of(TASK, material)
    order = np.argsort(found.before, kind="stable")
    assert np.diff(found.after[order]).min() > -1e-4  # stored probabilities are rounded to five decimals


def test_published_squares_are_told_apart(panels):
    squares = next(line for line in panels[1].lines if "published" in str(line.get_label()))
    assert dict(zip(squares.get_xdata(), squares.get_ydata(), strict=True)) == SAID == {0.9: 0.9, 0.5: 0.25}


def test_every_binary_task_has_its_written_score(material, panels):
    table = material.results.tables[PERPLEXITY].sort_values("mcc_written")
    dots = next(ax for ax in panels if "written" in str(ax.lines and ax.lines[0].get_label()))
    assert dots.lines[0].get_xdata().tolist() == table["mcc_written"].tolist()


def test_the_caption_tells_what_the_letter_of_the_paper_gives(material):
    table = material.results.tables[PAPER_PROTOCOL]
    assert (table["auroc_before"] < 0.5).all()
    assert "AUROC below 0.5 in every task" in FIGURES["figure_6"].caption


def test_a_task_without_a_correction_of_two_labels_is_refused(material):
    with pytest.raises((KeyError, ValueError, DataNotFoundError)):
        confidence_of("meltome", material)
