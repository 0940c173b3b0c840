"""Curves of deletion and insertion, drawn."""

import numpy as np
import pytest

from chatnt.faithfulness_result import MAP, RANDOM, Faithfulness
from chatnt.plots import faithfulness
from chatnt.plots.faithfulness import COLOURS

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def made(sequences=1):
    deletion = {
        MAP: np.tile([2.0, 0.5, 0.0], (sequences, 1, 1)),
        RANDOM: np.tile([[2.0, 1.0, 0.0], [2.0, 1.4, 0.0]], (sequences, 1, 1)),
    }
    insertion = {name: values[..., ::-1] for name, values in deletion.items()}
    return Faithfulness("occlusion", "Yes", "log-odds", "N", np.array([0, 0.5, 1]), deletion, insertion)


def test_the_map_and_the_mean_of_the_control_are_lines():
    chance, line = faithfulness(made()).lines
    np.testing.assert_allclose(line.get_xydata(), [[0, 2], [50, 0.5], [100, 0]])
    np.testing.assert_allclose(chance.get_ydata(), [2, 1.2, 0])
    assert line.get_color() == COLOURS["deletion"]


def test_the_band_holds_the_draws():
    (band,) = faithfulness(made()).collections
    ends = band.get_paths()[0].vertices
    middle = ends[ends[:, 0] == 50][:, 1]
    assert (middle.min(), middle.max()) == (pytest.approx(1.01), pytest.approx(1.39))


def test_words_say_what_was_done():
    ax = faithfulness(made(3), curve="insertion")
    assert ax.get_xlabel() == "bases inserted (%)"
    assert ax.get_ylabel() == "log-odds"
    assert ax.get_title(loc="left") == "occlusion\n3 sequences, insertion: gain -0.35"
    assert [text.get_text() for text in ax.get_legend().get_texts()] == [
        "random order",
        "highest scores first",
    ]


@pytest.mark.parametrize("how", [{"curve": "both"}, {"control": "moved"}])
def test_what_is_not_there_is_told(how):
    with pytest.raises(ValueError, match="deletion, insertion; controls random"):
        faithfulness(made(), **how)
