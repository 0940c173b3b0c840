"""Curves of trainings."""

import pytest

from chatnt.outcomes import TrainingLog
from chatnt.plots import learning

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def log(steps=400, offset=0.0, validations=(200, 400)):
    records = [{"step": i, "loss": 1 / i + offset, "seconds": 1.0} for i in range(1, steps + 1)]
    records += [{"step": i, "validation": {"h3": i / 1000 + offset, "mean": i / 800}} for i in validations]
    return TrainingLog(tuple(records), {})


def lines(ax):
    return {line.get_label(): line.get_xydata().tolist() for line in ax.get_lines()}


def test_losses_are_averaged_over_a_hundredth_of_the_steps():
    (line,) = lines(learning(log())).values()
    assert len(line) == 100
    assert line[0] == pytest.approx([2.5, (1 + 1 / 2 + 1 / 3 + 1 / 4) / 4])
    assert line[-1][0] == 398.5


def test_a_short_run_is_drawn_step_by_step():
    (line,) = lines(learning(log(steps=3, validations=()))).values()
    assert line == [[1, 1], [2, 1 / 2], [3, 1 / 3]]


def test_validations_stand_at_their_steps():
    drawn = lines(learning(log(), what=["h3", "mean"]))
    assert drawn == {"h3": [[200, 0.2], [400, 0.4]], "mean": [[200, 0.25], [400, 0.5]]}


def test_several_trainings_are_told_apart():
    ax = learning({"aware": log(), "blind": log(offset=0.5)}, what="h3")
    assert lines(ax) == {"aware": [[200, 0.2], [400, 0.4]], "blind": [[200, 0.7], [400, 0.9]]}
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["aware", "blind"]
    both = lines(learning({"aware": log(), "blind": log()}, what=["h3", "mean"]))
    assert set(both) == {"aware h3", "aware mean", "blind h3", "blind mean"}


def test_axes_can_be_given():
    ax = pyplot.subplots()[1]
    assert learning(log(), ax=ax) is ax


def test_what_was_not_measured_is_told():
    with pytest.raises(ValueError, match="Nothing was measured as h4; there are loss, h3, mean"):
        learning(log(), what="h4")
