"""What is written beside the steps."""

import builtins
import io
import json
import os
import signal

import pytest

from chatnt.errors import CheckpointError, MissingExtraError
from chatnt.training.callbacks import Bar, Board, JsonLines, Stopper
from tests.training import runs
from tests.training.runs import changed, made_mixture, trained

STEP = {"step": 3, "loss": 1.25, "learning_rate": 1e-3, "rows": 4}
MEASURED = {"step": 3, "validation": {"h3": 0.5, "mean": 0.25}}


def test_a_record_is_a_line_at_once(tmp_path):
    lines = JsonLines(tmp_path / "log.jsonl")
    lines.write(STEP)
    assert json.loads((tmp_path / "log.jsonl").read_text()) == STEP
    lines.write(MEASURED)
    lines.close()
    again = JsonLines(tmp_path / "log.jsonl")
    again.write(STEP)
    again.close()
    written = (tmp_path / "log.jsonl").read_text().splitlines()
    assert [json.loads(line) for line in written] == [STEP, MEASURED, STEP]


def test_a_log_that_cannot_be_written_is_named(tmp_path):
    lines = JsonLines(tmp_path / "log.jsonl")

    class Full(io.StringIO):
        def flush(self):
            raise OSError(28, "No space left on device")

    lines._file.close()
    lines._file = Full()
    with pytest.raises(CheckpointError, match=r"log\.jsonl cannot be written: No space left on device"):
        lines.write(STEP)


def test_the_bar_shows_steps_and_numbers(capsys):
    bar = Bar("first", total=5, done=2)
    bar.write(STEP)
    bar.write(MEASURED)
    bar.write(STEP | {"step": 4})
    bar.close()
    shown = capsys.readouterr().err.splitlines()[-1].split("\r")[-1]
    assert shown.startswith("first:  80%")
    assert "loss=1.250, mean=0.250" in shown


def test_a_training_shows_a_bar_only_if_wanted(tmp_path, capsys):
    trained(tmp_path, changed(steps=1))
    printed = capsys.readouterr()
    assert printed.out == printed.err == ""


def scalars(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    read = EventAccumulator(str(folder))
    read.Reload()
    return {tag: [(e.step, e.value) for e in read.Scalars(tag)] for tag in read.Tags()["scalars"]}


def test_tensorboard_shows_each_step_once_though_it_was_killed(tmp_path):
    def fail(step):
        if step == 5:
            raise KeyboardInterrupt

    plan = changed(tensorboard=True)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, plan, mixture=runs.Watched(made_mixture(), fail))
    log = trained(tmp_path, plan)
    found = scalars(tmp_path / "tensorboard")
    assert found["training/loss"] == [(i, pytest.approx(loss)) for i, loss in enumerate(log.losses, 1)]
    assert [step for step, _ in found["validation/mean"]] == [4, 8]


def test_without_tensorboard_it_is_said(tmp_path, monkeypatch):
    importing = builtins.__import__

    def missing(name, *args, **kwargs):
        if name == "torch.utils.tensorboard":
            raise ImportError(name)
        return importing(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    with pytest.raises(MissingExtraError, match=r"pip install 'chatnt\[tensorboard\]'"):
        Board(tmp_path, done=0)


def test_the_signal_is_handed_on_when_the_checkpoint_is_written():
    class Trainer:
        asked_to_end = told_to_end = False

    trainer, got = Trainer(), []
    before = signal.signal(signal.SIGTERM, lambda number, frame: got.append(number))
    try:
        with Stopper(trainer):
            os.kill(os.getpid(), signal.SIGTERM)
            assert trainer.asked_to_end
            assert got == []
            trainer.told_to_end = True
        assert got == [signal.SIGTERM]
        with Stopper(Trainer()):
            pass
        assert got == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
