"""What is noted of a run."""

import json
import types

import pytest

from chatnt.errors import DivergedError
from chatnt.training.callbacks import JsonLines
from chatnt.training.diary import Diary


def ended(tmp_path, step, error=None, *, finished=False):
    """Return what is noted of a run that ends after a step."""
    trainer = types.SimpleNamespace(
        finished=finished,
        state=types.SimpleNamespace(global_step=step),
        plan=types.SimpleNamespace(steps=4),
    )
    with Diary(trainer, JsonLines(tmp_path / "events.jsonl")) as diary:
        diary.on_train_begin(None, None, None)
        diary.on_save(None, None, None)
        if error:
            raise error
    return written(tmp_path)


def written(tmp_path):
    lines = (tmp_path / "events.jsonl").read_text().splitlines()
    return [{n: v for n, v in json.loads(line).items() if n != "time"} for line in lines]


@pytest.mark.parametrize(
    ("step", "finished", "event"), [(4, False, "finished"), (2, False, "stopped"), (2, True, "finished")]
)
def test_a_run_ends_when_it_is_done_or_is_stopped(tmp_path, step, finished, event):
    names = ["started", "checkpoint", event]
    assert ended(tmp_path, step, finished=finished) == [{"step": step, "event": name} for name in names]


@pytest.mark.parametrize(
    ("error", "event", "told"),
    [
        (DivergedError("The loss is nan."), "diverged", "The loss is nan."),
        (OSError("disk full"), "failed", "disk full"),
        (KeyboardInterrupt(), "failed", "KeyboardInterrupt"),
    ],
)
def test_an_error_is_noted_and_goes_on(tmp_path, error, event, told):
    with pytest.raises(type(error)):
        ended(tmp_path, 2, error)
    assert written(tmp_path)[-1] == {"step": 2, "event": event, "error": told}


def test_other_processes_note_nothing():
    trainer = types.SimpleNamespace(
        finished=True, state=types.SimpleNamespace(global_step=1), plan=types.SimpleNamespace(steps=1)
    )
    with Diary(trainer, None) as diary:
        diary.note("checkpoint")
