"""Scores of tasks as dots on a line."""

import pandas as pd
import pytest

from chatnt.plots import dumbbells

pyplot = pytest.importorskip("matplotlib.pyplot")
TABLE = pd.DataFrame({"task": ["low_one", "high"], "written": [0.2, 0.8], "other": [0.5, 0.1]})


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_dots_lie_at_the_scores_and_the_line_joins_them():
    ax = dumbbells(TABLE, {"written": "as written", "other": "otherwise"}, score="MCC")
    assert [line.get_xdata().tolist() for line in ax.lines] == [[0.2, 0.8], [0.5, 0.1]]
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [[0.2, 0.5], [0.1, 0.8]]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["low one", "high"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["as written", "otherwise"]
    assert ax.get_xlabel() == "MCC"


def test_the_first_column_sorts():
    ax = dumbbells(TABLE, {"other": "otherwise", "written": "as written"})
    assert [text.get_text() for text in ax.get_yticklabels()] == ["high", "low one"]


@pytest.mark.parametrize("count", [0, 5])
def test_columns_that_cannot_be_told_apart_are_refused(count):
    with pytest.raises(ValueError, match=f"{count} columns"):
        dumbbells(TABLE, {str(number): "x" for number in range(count)})
