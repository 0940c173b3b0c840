"""Attributions to parts as bars."""

import numpy as np
import pytest

from chatnt.plots import parts
from chatnt.plots.parts import AGAINST, FOR
from tests.test_attribution_parts import NAMES, made

pyplot = pytest.importorskip("matplotlib.pyplot")
colours = pytest.importorskip("matplotlib.colors")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_each_part_has_its_bar_in_reading_order():
    ax = parts(made())
    assert [label.get_text() for label in ax.get_yticklabels()] == list(NAMES)
    np.testing.assert_allclose([bar.get_width() for bar in ax.patches], [0.5, -2, 0, 1])
    found = [colours.to_hex(bar.get_facecolor()).upper() for bar in ax.patches]
    assert (found[0], found[1]) == (FOR, AGAINST)
    assert ax.yaxis_inverted()
    assert ax.get_xlabel() == "log-odds"
    assert ax.get_title(loc="left") == "Yes against No: integrated_gradients from padding, delta 0.01"


def test_labels_have_room_on_both_sides():
    low, high = parts(made()).get_xlim()
    assert low < -2.2
    assert high > 1.2
    low, high = parts(made(scores=np.zeros(4, np.float32))).get_xlim()
    assert low <= 0 < high


def test_axes_may_be_given():
    _, ax = pyplot.subplots()
    assert parts(made(), ax=ax) is ax
