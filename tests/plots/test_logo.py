"""Attributions as letters."""

import numpy as np
import pytest

from chatnt.attribution import Attribution
from chatnt.plots import logo
from chatnt.plots.letters import COLOURS
from chatnt.sequence import DNA

pyplot = pytest.importorskip("matplotlib.pyplot")
colours = pytest.importorskip("matplotlib.colors")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def made(letters="ACGTN", scores=(1, -2, 0.5, 0, 3), **changes):
    usual = {
        "question": "Is there one in <DNA>?", "task": None, "target": "Yes", "against": "No", "value": 1.0,
        "unit": "log-odds", "method": "integrated_gradients", "baseline": "N", "delta": 0.01,
    }  # fmt: skip
    arrays = (np.array(scores, np.float32), np.array([1, 1], np.float32))
    return Attribution((DNA(letters, name="one"), DNA("AC", name="two")), arrays, **(usual | changes))


def boxes(ax):
    """Map the colour of each drawing to the boxes of its letters: left, bottom, right, top."""
    found = {}
    for drawing in ax.collections:
        (path,) = drawing.get_paths()
        corners = np.concatenate(path.to_polygons(closed_only=False))
        found[colours.to_hex(drawing.get_facecolor()[0])] = [*corners.min(0), *corners.max(0)]
    return found


def test_letters_are_as_tall_as_scores_and_hang_if_negative():
    drawn = boxes(logo(made()))
    for place, (base, score) in enumerate([("A", 1), ("C", -2), ("G", 0.5)]):
        expected = [place - 0.46, min(score, 0), place + 0.46, max(score, 0)]
        np.testing.assert_allclose(drawn[COLOURS[base].lower()], expected, atol=0.02)
    assert len(drawn) == 5  # N, too


def test_a_part_keeps_its_positions():
    ax = logo(made(), start=1, end=3)
    assert ax.get_xlim() == (0.5, 2.5)
    assert set(boxes(ax)) == {COLOURS["C"].lower(), COLOURS["G"].lower()}
    assert ax.get_ylim()[0] < -2


def test_the_same_base_at_several_places_is_one_drawing():
    ax = logo(made("ACACA"))
    assert len(ax.collections) == 2
    np.testing.assert_allclose(boxes(ax)[COLOURS["A"].lower()], [-0.46, 0, 4.46, 3], atol=0.02)


def test_the_picture_says_what_it_shows():
    ax = logo(made())
    assert ax.get_title(loc="left") == "Yes against No: integrated_gradients from N, delta 0.01"
    assert ax.get_xlabel() == "position in one"
    assert ax.get_ylabel() == "log-odds"
    tokens = logo(made(resolution=6, delta=None, against="", baseline=""), sequence=1)
    assert tokens.get_title(loc="left") == "Yes: integrated_gradients, in blocks of up to 6 bases"
    assert tokens.get_xlabel() == "position in two"


def test_scores_of_nothing_can_be_drawn_on_given_axes():
    ax = pyplot.subplots()[1]
    assert logo(made(scores=(0, 0, 0, 0, 0)), ax=ax) is ax
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"sequence": 2}, "sequence=2 is none of the 2"),
        ({"start": 3, "end": 3}, "no base from 3 to 3 of 5"),
        ({"end": 6}, "no base from 0 to 6 of 5"),
        ({"start": -2}, "no base from -2"),
    ],
)
def test_what_is_not_there_is_told(how, told):
    with pytest.raises(ValueError, match=told):
        logo(made(), **how)
