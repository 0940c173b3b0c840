"""Steps as boxes and arrows."""

import pytest

from chatnt.plots import steps

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_a_box_for_each_step_and_an_arrow_between_two():
    ax = steps(["question", "a rather long step that is wrapped", "answer"])
    said = [text.get_text() for text in ax.texts]
    assert [text.replace("\n", " ") for text in said if text] == [
        "question", "a rather long step that is wrapped", "answer",
    ]  # fmt: skip
    assert max(len(line) for text in said for line in text.splitlines()) <= 18
    assert said.count("") == 2  # arrows
    assert len(ax.patches) == 3


def test_no_step_is_refused():
    with pytest.raises(ValueError, match="no step"):
        steps([])
