"""Rank correlations with weights in disorder, drawn."""

import numpy as np
import pytest

from chatnt.plots import sanity
from chatnt.plots.sanity import COLOURS
from chatnt.sanity_result import Sanity, Similarity

pyplot = pytest.importorskip("matplotlib.pyplot")

RESULT = Sanity(
    "promoter_tata",
    "occlusion",
    1,
    (
        Similarity("cascading", 1, "decoder.lm_head", 0, 0.5, 0.7),
        Similarity("cascading", 2, "encoder", 0, 0, 0.1),
    ),
)


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_each_stage_has_a_point_below_the_pair_as_it_was():
    ax = sanity(RESULT)
    lines = {line.get_color(): line.get_xydata() for line in ax.lines if line.get_marker() == "o"}
    np.testing.assert_allclose(lines[COLOURS["signed"]], [[1, 0], [0.5, 1], [0, 2]])
    np.testing.assert_allclose(lines[COLOURS["absolute"]], [[1, 0], [0.7, 1], [0.1, 2]])
    assert [text.get_text() for text in ax.get_yticklabels()] == ["as it was", "decoder.lm_head", "encoder"]
    assert ax.get_ylim()[0] > ax.get_ylim()[1]


def test_what_was_not_done_is_told():
    with pytest.raises(ValueError, match="no 'independent' here; there are cascading"):
        sanity(RESULT, mode="independent")
