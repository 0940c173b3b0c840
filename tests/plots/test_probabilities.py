"""Histograms of probabilities."""

import numpy as np
import pytest

from chatnt.plots import probabilities

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_bars_are_counts_of_numpy():
    groups = {"no": [0.0, 0.1, 0.3, 1.0], "yes": [0.9, 0.95]}
    ax = probabilities(groups, bins=4)
    filled = [bar.get_height() for bar in ax.patches if hasattr(bar, "get_height")]
    expected = [np.histogram(groups[name], bins=4, range=(0, 1))[0].tolist() for name in groups]
    shown = [filled[:4], filled[4:8]]
    assert sorted(shown) == sorted(expected)
    assert {text.get_text() for text in ax.get_legend().get_texts()} == {"no (4)", "yes (2)"}
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("wrong", [-0.1, 1.1, float("nan")])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(ValueError, match="'yes' holds numbers"):
        probabilities({"no": [0.2], "yes": [0.5, wrong]})


def test_no_group_is_refused():
    with pytest.raises(ValueError, match="no group"):
        probabilities({})
