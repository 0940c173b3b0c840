"""How many tasks there are of each kind."""

import pandas as pd
import pytest

import chatnt
from chatnt.plots import catalogue

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    yield
    pyplot.close("all")


def test_each_circle_holds_its_number():
    rows = [
        ("genomics", "splicing", "binary"),
        ("genomics", "splicing", "regression"),
        ("genomics", "splicing", "binary"),
        ("proteomics", "folding", "regression"),
    ]
    ax = catalogue(pd.DataFrame(rows, columns=["category", "process", "kind"]))
    found = {(text.xy, text.get_text()) for text in ax.texts}
    assert found == {((0, 0), "2"), ((1, 0), "1"), ((1, 1), "1")}
    assert [label.get_text() for label in ax.get_yticklabels()] == ["splicing", "folding"]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["yes or no", "a number"]
    small, large = sorted({float(dots.get_sizes()[0]) for dots in ax.collections})
    assert large > small


def test_all_tasks_are_counted():
    tasks = chatnt.list_tasks()
    ax = catalogue(tasks)
    assert sum(int(text.get_text()) for text in ax.texts) == len(tasks)
    shown = [text.get_text() for text in ax.get_legend().get_texts()]
    assert shown == list(tasks["category"].drop_duplicates())
