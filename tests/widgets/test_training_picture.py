"""The picture of trainings."""

import pytest

from chatnt.outcomes import TrainingLog
from chatnt.widgets.training_picture import draw_runs
from tests.widgets.logs import records

pytest.importorskip("matplotlib")

LOG = TrainingLog(tuple(records(40)), {})
BEGUN = TrainingLog(tuple(records(5)), {})


def test_losses_and_validation_are_drawn():
    losses, scores = draw_runs({"a": LOG, "b": LOG}, ["h3"], "Title", log_y=True).axes
    assert [line.get_label() for line in losses.lines] == ["a", "b"]
    assert losses.get_yscale() == "log"
    assert scores.lines[0].get_ydata().tolist() == [v["h3"] for v in LOG.validations.values()]
    assert losses.lines[0].get_linestyle() != losses.lines[1].get_linestyle()


@pytest.mark.parametrize(("logs", "told"), [
    ({}, ["no step is done yet", "nothing was validated yet"]),
    ({"a": TrainingLog((), {})}, ["no step is done yet", "nothing was validated yet"]),
    ({"a": BEGUN}, ["nothing was validated yet"]),
])  # fmt: skip
def test_what_is_not_there_is_said(logs, told):
    axes = draw_runs(logs, ["mean"], "Title $x", log_y=False).axes
    assert [text.get_text() for ax in axes for text in ax.texts] == told
