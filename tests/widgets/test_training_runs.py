"""How a run stands."""

import os
import shutil

import pytest

from chatnt.errors import DataNotFoundError, TrainingError
from chatnt.outcomes import TrainingLog
from chatnt.widgets.training_runs import WatchedRun
from tests.widgets.logs import add, lines, records, run, step


def test_what_is_no_folder_is_an_error(tmp_path):
    with pytest.raises(DataNotFoundError, match="it may be empty until the training begins"):
        WatchedRun(tmp_path / "nothing")
    (tmp_path / "log.json").touch()
    with pytest.raises(TrainingError, match=r"is a file; .* TrainingLog\.load"):
        WatchedRun(tmp_path / "log.json")


def test_an_empty_folder_waits(tmp_path):
    watched = WatchedRun(tmp_path)
    assert watched.state == "waiting"
    run(tmp_path, records(3))
    assert watched.read() == (3, False)
    assert (watched.state, watched.total) == ("running", 40)


@pytest.mark.parametrize("event", ["finished", "stopped", "diverged", "failed"])
def test_a_run_is_as_its_last_event_says(tmp_path, event):
    watched = WatchedRun(run(tmp_path, records(5), events=[("started", 0), ("checkpoint", 5), (event, 5)]))
    assert watched.state == event
    assert watched.over
    assert watched.seconds_left() is None
    with pytest.raises(ValueError, match=f"is {event}; only one that runs"):
        watched.ask_to_stop()
    with open(tmp_path / "events.jsonl", "a") as file:
        file.write(lines([{"step": 5, "event": "started"}]))
    watched.read()
    assert watched.state == "running"


def test_without_events_the_last_step_is_the_end(tmp_path):
    folder = run(tmp_path, records(40), events=())
    assert WatchedRun(folder).state == "finished"


def test_one_that_writes_no_more_is_quiet(tmp_path):
    folder = run(tmp_path, records(5))
    for path in folder.iterdir():
        os.utime(path, (1e9, 1e9))
    watched = WatchedRun(folder)
    assert watched.state == "quiet"
    assert not watched.over
    watched.ask_to_stop()  # it may live


def test_a_stop_is_a_file_and_shows(tmp_path):
    watched = WatchedRun(run(tmp_path, records(5)))
    watched.ask_to_stop()
    assert (tmp_path / "STOP").exists()
    assert watched.state == "stopping"


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    watched = WatchedRun(run(tmp_path, records(5)))

    class Closed(type(tmp_path)):
        def touch(self, *args, **kwargs):
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(watched.files, "stop", Closed(tmp_path / "STOP"))
    with pytest.raises(TrainingError, match=r"STOP cannot be written .*SIGTERM"):
        watched.ask_to_stop()


def test_time_left_is_at_the_present_pace(tmp_path):
    watched = WatchedRun(run(tmp_path, [step(i) for i in range(1, 11)]))
    assert watched.seconds_left() == pytest.approx(15.0)


def test_another_run_in_the_folder_begins_anew(tmp_path):
    watched = WatchedRun(run(tmp_path / "run", records(20), total=40))
    shutil.rmtree(tmp_path / "run")
    assert watched.read() == (0, True)
    assert watched.state == "waiting"
    run(tmp_path / "run", records(3), total=7)
    watched.read()
    assert (len(watched.records), watched.total, watched.curves.step) == (3, 7, 3)
    run(tmp_path / "run", records(2), total=9)
    assert watched.read() == (2, True)
    assert (watched.total, watched.curves.step) == (9, 2)


def test_what_happened_is_told_by_step(tmp_path):
    folder = run(tmp_path, [step(1), step(2, loss=float("nan"))], events=[("started", 0), ("checkpoint", 2)])
    (folder / "checkpoints" / "step-00000001").mkdir(parents=True)
    add(folder, [{"no": "step"}])
    watched = WatchedRun(folder)
    assert watched.checkpoints() == [1, 2]
    assert [(e["event"], e["step"], e["error"]) for e in watched.happened()] == [
        ("started", 0, ""), ("not finite", 2, "loss")
    ]  # fmt: skip
    assert watched.unread == 1


def test_a_log_is_over():
    log = TrainingLog(tuple(records(5)), {"plan": {"steps": 5}})
    assert WatchedRun(log).state == "finished"
    assert WatchedRun(log).log() == log
    assert WatchedRun(TrainingLog(tuple(records(4)), {"plan": {"steps": 5}})).state == "stopped"
    assert WatchedRun(TrainingLog((), {})).read() == (0, False)


@pytest.mark.parametrize("text", ["", "{", "[1]"])
def test_a_description_that_is_being_written_comes_later(tmp_path, text):
    folder = run(tmp_path, records(3))
    (folder / "run.json").write_text(text)
    watched = WatchedRun(folder)
    assert watched.total == 0
    run(folder, records(3), total=8)
    watched.read()
    assert watched.total == 8
