"""What the figure of wordings shows."""

import pytest

from chatnt.figures import Material, supplementary_4
from chatnt.pair_results import SPREAD, WORDINGS

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def material():
    yield Material()
    pyplot.close("all")


def test_lines_and_dots_are_the_stored_scores(material):
    new, both = supplementary_4(material).axes
    spread = material.results.tables[SPREAD]
    ends = [tuple(segment[:, 0]) for segment in new.collections[0].get_segments()]
    assert sorted(ends) == sorted(zip(spread["lowest"], spread["highest"], strict=True))
    known, other = both.lines
    table = material.results.tables[WORDINGS].sort_values("train")
    assert known.get_xdata().tolist() == table["train"].tolist()
    assert other.get_xdata().tolist() == table["test"].tolist()


def test_the_legend_covers_no_dot(material):
    figure = supplementary_4(material)
    figure.canvas.draw()
    ax = figure.axes[1]
    box = ax.get_legend().get_window_extent()
    dots = [ax.transData.transform(line.get_xydata()) for line in ax.lines]
    assert not any(box.contains(x, y) for points in dots for x, y in points)
