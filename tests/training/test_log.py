"""The log of a training."""

import json

import pandas as pd
import pytest

from chatnt.outcomes import TrainingLog

RECORDS = (
    {"step": 1, "loss": 2.5, "learning_rate": 0.1, "seconds": 0.5},
    {"step": 2, "loss": 1.5, "learning_rate": 0.2, "seconds": 0.5},
    {"step": 2, "validation": {"h3": 0.25, "mean": 0.25}, "seconds": 1.0},
    {"step": 3, "loss": 1.25, "learning_rate": 0.1, "seconds": 0.5},
)
LOG = TrainingLog(RECORDS, {"plan": {"steps": 3}})


def test_it_tells_losses_and_validations():
    assert LOG.losses == [2.5, 1.5, 1.25]
    assert LOG.validations == {2: {"h3": 0.25, "mean": 0.25}}
    assert repr(LOG) == "TrainingLog(3 steps, 1 validations)"


def test_it_is_a_table():
    frame = LOG.to_frame()
    assert frame["step"].tolist() == [1, 2, 3]
    assert frame["loss"].tolist() == [2.5, 1.5, 1.25]
    assert frame["validation_mean"].tolist()[1] == 0.25
    assert frame["validation_mean"].isna().tolist() == [True, False, True]
    assert isinstance(TrainingLog((), {}).to_frame(), pd.DataFrame)


def test_it_comes_back_from_a_file(tmp_path):
    LOG.save(tmp_path / "log.json")
    assert TrainingLog.load(tmp_path / "log.json") == LOG


def test_it_comes_back_from_a_run_that_goes_on(tmp_path):
    (tmp_path / "run.json").write_text(json.dumps(LOG.run))
    (tmp_path / "log.jsonl").write_text("".join(json.dumps(r) + "\n" for r in RECORDS) + '{"step": 4, "lo')
    assert TrainingLog.load(tmp_path) == LOG


def test_it_prints_well():
    assert str(LOG) == LOG._repr_markdown_() == (
        "3 steps in 2 seconds\n\n"
        "| step | loss | h3 | mean |\n"
        "|---:|---:|---:|---:|\n"
        "| 1 | 2.5000 |  |  |\n"
        "| 2 | 1.5000 | 0.250 | 0.250 |\n"
        "| 3 | 1.2500 |  |  |\n"
    )  # fmt: skip
    assert str(TrainingLog((), {})) == "No step was done.\n"


@pytest.mark.parametrize("missing", ["run.json", "log.jsonl"])
def test_no_run_is_an_error(tmp_path, missing):
    for name in {"run.json", "log.jsonl"} - {missing}:
        (tmp_path / name).write_text("{}")
    with pytest.raises(FileNotFoundError, match=missing):
        TrainingLog.load(tmp_path)
