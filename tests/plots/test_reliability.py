"""Reliability diagrams, drawn."""

import dataclasses

import numpy as np
import pytest

from chatnt.plots import reliability
from chatnt.reliability import reliability_table

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


@pytest.fixture
def table():
    p = np.random.default_rng(0).random(400)
    return reliability_table(p, np.random.default_rng(1).random(400) < p, bins=6, binning="width")


def test_each_bin_is_a_point_with_its_interval(table):
    ax = reliability(table)
    intervals, points = ax.collections
    np.testing.assert_allclose(points.get_offsets(), table[["confidence", "accuracy"]])
    ends = [segment[:, 1].tolist() for segment in intervals.get_segments()]
    np.testing.assert_allclose(ends, table[["low", "high"]])
    sizes = points.get_sizes()
    assert np.argmax(sizes) == table["count"].argmax()
    np.testing.assert_allclose(sizes / sizes.max(), table["count"] / table["count"].max())
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0, 0], [1, 1]])
    assert ax.get_legend() is None


def test_several_tables_have_names(table):
    ax = reliability({"before": table, "after": table})
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["before", "after"]
    colours = {points.get_label(): tuple(points.get_facecolor()[0]) for points in ax.collections[1::2]}
    assert len(set(colours.values())) == 2


def test_a_calibration_is_drawn_before_and_after(table):
    @dataclasses.dataclass
    class Fitted:
        tables: dict

    ax = reliability(Fitted({"before": table, "after": table}), ax=pyplot.figure().subplots())
    assert len(ax.collections) == 4


def test_without_tables_there_is_nothing_to_draw(table):
    with pytest.raises(ValueError, match="There are 0 reliability tables"):
        reliability({})
    with pytest.raises(ValueError, match="There are 5"):
        reliability({str(i): table for i in range(5)})
