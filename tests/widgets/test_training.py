"""The widget of a training, in Python."""

import json
import os
import threading
import time

import numpy as np
import pytest
import traitlets

from chatnt.errors import DataNotFoundError
from chatnt.outcomes import TrainingLog
from chatnt.widgets import Training, training
from chatnt.widgets.training_curves import COLUMNS, MOST
from tests.widgets.logs import add, records, run, step


@pytest.fixture
def watch():
    """Make widgets that are closed in the end."""
    made = []

    def make(*args, **kwargs):
        made.append(Training(*args, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()
        one._watcher.join(10)
        assert not one._watcher.is_alive()


@pytest.fixture
def by_hand(monkeypatch):
    """No thread looks at the files."""
    monkeypatch.setattr(training, "_EVERY", 1000.0)


def points(widget, name):
    """What the page knows of a curve of the first run: steps and values."""
    sent = np.frombuffer(widget._points + widget._recent, "<f4").reshape(-1, COLUMNS)
    number = widget._curves.index({"run": 0, "name": name})
    return [(int(one[1]), float(one[3])) for one in sent if one[0] == number]


def test_a_run_is_shown_as_it_grows(tmp_path, watch):
    folder = run(tmp_path / "first", records(5))
    widget = watch(folder)
    assert [at for at, _ in points(widget, "loss")] == [1, 2, 3, 4, 5]
    add(folder, [step(6)])
    end = time.monotonic() + 20
    while widget._runs[0]["step"] < 6:
        assert time.monotonic() < end
        time.sleep(0.02)
    assert points(widget, "loss")[-1] == (6, pytest.approx(2 / 6))


def test_only_what_is_new_is_sent_until_it_is_much(tmp_path, watch, by_hand):
    folder = run(tmp_path / "first", records(5), total=1000)
    widget = watch(folder)
    sent = []
    widget.observe(lambda change: sent.append(change["name"]), ["_points", "_recent"])
    add(folder, [step(6)])
    widget.refresh()
    assert sent == ["_recent"]
    assert len(widget._recent) == 5 * COLUMNS * 4
    widget.refresh()
    assert sent == ["_recent"]
    add(folder, [{"step": 6, "validation": {"new": 0.5}, "seconds": 1}])
    widget.refresh()
    assert points(widget, "validation/new") == [(6, 0.5)]
    add(folder, [step(i) for i in range(7, 300)])
    widget.refresh()
    assert widget._recent == b""
    assert [at for at, _ in points(widget, "loss")] == list(range(1, 300))


def test_a_page_gets_few_points_of_a_long_run_and_python_all(watch):
    log = TrainingLog(tuple(step(i) for i in range(1, 5 * MOST)), {"plan": {"steps": 5 * MOST}})
    widget = watch(log)
    assert MOST / 2 < len(points(widget, "loss")) <= MOST
    assert len(widget.frame()) == 5 * MOST - 1


def test_a_run_in_place_of_another_replaces_its_curves(tmp_path, watch, by_hand):
    folder = run(tmp_path / "first", records(30))
    widget = watch(folder)
    run(folder, records(2), total=9)
    widget.refresh()
    assert [at for at, _ in points(widget, "loss")] == [1, 2]
    assert widget._runs[0]["total"] == 9
    assert widget._recent == b""


def test_an_empty_folder_waits_and_a_missing_one_is_an_error(tmp_path, watch):
    (tmp_path / "empty").mkdir()
    widget = watch(tmp_path / "empty")
    assert widget.run_state == "waiting"
    assert repr(widget) == "Training: empty, waiting, nothing is written yet"
    assert widget.frame().empty
    assert widget.figure().axes[0].texts[0].get_text() == "no step is done yet"
    with pytest.raises(ValueError, match="is waiting"):
        widget.stop_run()
    with pytest.raises(DataNotFoundError):
        Training(tmp_path / "missing")


def test_runs_are_compared_by_name(tmp_path, watch, by_hand):
    first, second = run(tmp_path / "a" / "x", records(5)), run(tmp_path / "b" / "x", records(20))
    widget = watch(first, compare=[second])
    log = TrainingLog(tuple(records(10)), {})
    widget.compare(log, "log")
    assert list(widget.runs) == ["x", "x (2)", "log"]
    assert widget.runs["log"] == log
    frame = widget.frame()
    assert frame.columns[0] == "run"
    assert frame.groupby("run", sort=False).size().to_dict() == {"x": 5, "x (2)": 20, "log": 10}
    assert len({(curve["run"], curve["name"]) for curve in widget._curves}) == 5 + 7 + 7
    assert list(watch(first, compare={"other": second}).runs) == ["x", "other"]
    assert list(watch(first, compare=str(second)).runs) == ["x", "x (2)"]
    widget.hidden = ["log"]
    assert len(widget.figure().axes[0].lines) == 2


def test_stop_asks_the_run(tmp_path, watch, by_hand):
    folder = run(tmp_path / "first", records(5))
    widget = watch(folder)
    widget._handle_custom_msg({"type": "stop_run", "id": "1"}, [])
    assert widget.error == ""
    assert (folder / "STOP").exists()
    assert widget.run_state == widget._runs[0]["state"] == "stopping"
    run(folder, records(6), events=[("started", 0), ("checkpoint", 6), ("stopped", 6)])
    widget.refresh()
    assert widget.run_state == "stopped"
    assert [event["event"] for event in widget.events] == ["started", "checkpoint", "stopped"]
    widget._handle_custom_msg({"type": "stop_run"}, [])
    assert "only one that runs" in widget.error


def test_waiting_for_the_end(tmp_path, watch, by_hand):
    folder = run(tmp_path / "first", records(5))
    widget = watch(folder)
    with pytest.raises(TimeoutError, match="still running"):
        widget.wait_until_finished(0.05)
    ended = [("started", 0), ("diverged", 5)]
    later = threading.Timer(0.2, lambda: run(folder, records(5), events=ended))
    later.start()
    assert widget.wait_until_finished(20) == "diverged"
    later.join()


def test_a_broken_disk_is_shown_once(tmp_path, watch, monkeypatch):
    monkeypatch.setattr(training, "_EVERY", 0.01)
    widget = watch(run(tmp_path / "first", records(5)))
    monkeypatch.setattr(widget, "refresh", lambda: os.stat("/dev/null/x"))
    widget._watcher.join(20)
    assert not widget._watcher.is_alive()
    assert "Not a directory" in widget.error


def test_what_is_drawn_is_chosen(tmp_path, watch, by_hand):
    widget = watch(
        run(tmp_path / "first", records(20, names=("h3", "h4"))),
        tasks=["h4"],
        x="time",
        log_y=True,
        smoothing=0,
    )
    assert (widget.tasks, widget.x, widget.log_y, widget.smoothing) == (["h4"], "time", True, 0)
    losses, scores = widget.figure().axes
    assert losses.get_yscale() == "log"
    assert len(scores.lines) == 1
    widget.tasks = []
    assert widget._validated() == ["h3", "h4"]
    with pytest.raises(traitlets.TraitError):
        widget.x = "epoch"
    with pytest.raises(traitlets.TraitError):
        widget.smoothing = -1


def test_the_state_can_be_saved(tmp_path, watch, by_hand):
    widget = watch(run(tmp_path / "first", records(20)))
    assert json.loads(widget.save(tmp_path / "x.json").read_text())["_runs"][0]["step"] == 20
    assert '"name": "first"' in widget.to_html()
    assert widget.save(tmp_path / "x.png").stat().st_size > 5000
