"""How a run is told."""

import json

import pytest

from chatnt.outcomes import TrainingLog
from chatnt.widgets.training_runs import WatchedRun
from chatnt.widgets.training_words import duration, told_run, told_values
from tests.widgets.logs import records, run


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(0.2, "0 s"), (89, "89 s"), (90, "2 min"), (3600, "60 min"), (7500, "2 h 5 min"), (280_000, "3 d 5 h")],
)
def test_times_are_written_as_they_are_said(seconds, told):
    assert duration(seconds) == told


def test_it_tells_how_it_stands(tmp_path):
    watched = WatchedRun(run(tmp_path / "first", records(10), events=[("started", 0), ("diverged", 10)]))
    assert told_values(watched).splitlines() == [
        "first, diverged, step 10 of 40 (25 %), loss 0.2000, 6 s",
        "validation: mean 0.393, h3 0.283",
        "step 10: diverged",
    ]
    running = WatchedRun(run(tmp_path / "second", records(9)))
    assert told_values(running) == "second, running, step 9 of 40 (22 %), loss 0.2222, about 16 s left"


def test_what_the_page_is_told_can_be_written(tmp_path):
    (tmp_path / "first").mkdir()
    for told in (told_run(WatchedRun(tmp_path / "first")), told_run(WatchedRun(TrainingLog((), {})))):
        assert json.loads(json.dumps(told, allow_nan=False)) == told
    assert told["live"] is False
