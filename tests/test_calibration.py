"""A calibration prints, saves, loads, and refuses other weights."""

import dataclasses
import json

import numpy as np
import pandas as pd
import pytest

from chatnt.calibration import NAMES, Calibration
from chatnt.calibrators import Platt
from chatnt.conformal import ConformalIntervals
from chatnt.errors import CheckpointError, DataError
from chatnt.reliability import reliability_table
from chatnt.resampling import Estimate

TABLE = reliability_table([0.1, 0.4, 0.6, 0.9], [0, 1, 0, 1], bins=2)
TATA = Calibration(
    task="promoter_tata",
    kind="binary",
    labels=("not a promoter", "promoter"),
    method="platt",
    score="likelihood",
    sentences=3,
    protocol="held-out",
    count=1234,
    measured=1234,
    weights="0123456789abcdef" * 4,
    calibrator=Platt(0.5, 1 / 3),
    before={"ece": Estimate(0.1, 0.05, 0.15), "mcc": Estimate(0.7, 0.6, 0.8)},
    after={"ece": Estimate(0.02, 0.0, 0.03), "mcc": Estimate(0.71, 0.6, 0.8)},
    tables={"before": TABLE, "after": TABLE[:1]},
)
LEAF = Calibration(
    task="plant_promoter_leaf",
    kind="regression",
    labels=(),
    method="conformal_intervals",
    score="likelihood",
    sentences=None,
    protocol="held-out",
    count=60,
    measured=60,
    weights="f" * 64,
    calibrator=ConformalIntervals((-1.0, 0.0, 1.0), 0.25),
    before={"coverage": Estimate(0.5, 0.4, 0.6), "width": Estimate(1.0, 0.9, 1.1)},
    after={"coverage": Estimate(0.9, 0.8, 0.95), "width": Estimate(1.5, 1.4, 1.6)},
)


@pytest.mark.parametrize("calibration", [TATA, LEAF], ids=lambda c: c.task)
def test_a_calibration_comes_back_as_it_was_saved(tmp_path, calibration):
    calibration.save(tmp_path / "c.json")
    again = Calibration.load(str(tmp_path / "c.json"))
    for field in dataclasses.fields(Calibration):
        if field.name != "tables":
            assert getattr(again, field.name) == getattr(calibration, field.name), field.name
    assert list(again.tables) == list(calibration.tables)
    for name, table in calibration.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], table)
    assert again.to_json() == calibration.to_json() == json.loads((tmp_path / "c.json").read_text())


def test_probabilities_are_corrected_for_the_same_weights():
    chances = [[0.5, 0.5], [0.1, 0.9]]
    found = TATA.apply(chances, weights=TATA.weights)
    np.testing.assert_array_equal(found, TATA.calibrator.apply(chances))
    assert found[0, 1] == pytest.approx(1 / (1 + np.exp(-1 / 3)))


def test_other_weights_are_refused():
    TATA.check(TATA.weights)
    other = "0123456789abcdef" * 3 + "0123456789abcdee"
    for refused in (lambda: TATA.check(other), lambda: TATA.apply([[0.5, 0.5]], weights=other)):
        with pytest.raises(CheckpointError, match="promoter_tata was fitted for the weights 0123456789ab"):
            refused()


def test_the_table_has_a_row_per_measurement():
    frame = TATA.to_frame()
    assert frame["metric"].tolist() == ["ece", "mcc"]
    assert frame.iloc[0].tolist()[1:] == [0.1, 0.05, 0.15, 0.02, 0.0, 0.03]
    assert frame.columns.tolist()[1:] == [
        "before", "before_low", "before_high", "after", "after_low", "after_high",
    ]  # fmt: skip
    assert LEAF.to_frame()["after"].tolist() == [0.9, 1.5]


def test_a_calibration_prints_well():
    assert repr(TATA) == (
        "Calibration(promoter_tata: platt on likelihood, cross-fitted on 1,234 held-out examples; "
        "expected calibration error 0.100 before, 0.020 after)"
    )
    lines = str(TATA).splitlines()
    assert lines[2:4] == ["| | before | after |", "|---|---:|---:|"]
    assert lines[4] == "| expected calibration error | 0.100 (0.050 to 0.150) | 0.020 (0.000 to 0.030) |"
    assert len(lines) == 6
    paper = dataclasses.replace(TATA, protocol="paper", count=10_000, measured=1000)
    assert paper.summary.endswith("fitted on 10,000 training examples, measured on 1,000 test ones")


def test_a_cell_shows_a_table_of_escaped_text():
    shown = dataclasses.replace(TATA, task="<b>")._repr_html_()
    assert "&lt;b&gt;: platt" in shown
    assert "<b>" not in shown
    assert shown.count("<tr>") == 3
    assert f"<td>{NAMES['mcc']}</td><td style='text-align:right'>0.700 (0.600 to 0.800)</td>" in shown


@pytest.mark.parametrize(
    ("change", "match"),
    [
        (lambda data: data | {"format": 2}, "look at format"),
        (lambda data: {k: v for k, v in data.items() if k != "weights"}, "look at weights"),
        (lambda data: data | {"colour": "red"}, "look at colour"),
        (lambda data: [data], "no calibration of format 1"),
        (lambda data: data | {"calibrator": {"type": "Forest"}}, "'Forest' with nothing is no calibrator"),
    ],
)
def test_what_is_no_calibration_is_told(tmp_path, change, match):
    path = tmp_path / "c.json"
    path.write_text(json.dumps(change(TATA.to_json())))
    with pytest.raises(DataError, match=match):
        Calibration.load(path)


def test_a_file_that_is_no_json_is_told(tmp_path):
    (tmp_path / "c.json").write_text("{")
    with pytest.raises(DataError, match="cannot be read as a calibration"):
        Calibration.load(tmp_path / "c.json")
