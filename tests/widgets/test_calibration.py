"""The widget of calibration, in Python."""

import json

import numpy as np
import pandas as pd
import pytest
import traitlets
from sklearn import metrics

import chatnt
from chatnt.calibration_methods import cross_fit
from chatnt.calibrators import both_ways
from chatnt.predictions import Prediction, as_frame
from chatnt.reliability import expected_calibration_error, reliability_table
from chatnt.widgets import Calibration, calibration


def drawn(count=400, seed=0):
    """Return class numbers and probabilities that are too sure."""
    rng = np.random.default_rng(seed)
    true = rng.random(count)
    y = (rng.random(count) < true).astype(int)
    return y, true**3 / (true**3 + (1 - true) ** 3)


Y, P = drawn()


@pytest.fixture(scope="module")
def table():
    """Predictions of tasks of two and three labels, and of a number."""
    rng = np.random.default_rng(0)
    labels = {name: chatnt.get_task(name).labels for name in ("h3", "splice_sites_all")}
    rows = [
        Prediction(name, i, label=of[rng.choice(len(of), p=p)], probabilities=p.tolist())
        for name, of in labels.items()
        for i, p in enumerate(rng.dirichlet(np.ones(len(of)), 80))
    ]
    return as_frame([*rows, Prediction("meltome", 0, value=50.0)])


def test_the_numbers_are_those_of_the_rows():
    shown = Calibration(y=Y, p=P, threshold=0.4, bins=10, strategy="uniform")
    found = shown.metrics
    assert found["mcc"] == pytest.approx(metrics.matthews_corrcoef(Y, P >= 0.4))
    assert found["auroc"] == pytest.approx(metrics.roc_auc_score(Y, P))
    assert found["ece"] == pytest.approx(expected_calibration_error(P, Y, bins=10, binning="width"))
    pd.testing.assert_frame_equal(
        shown.table().drop(columns="when"), reliability_table(P, Y, bins=10, binning="width")
    )
    assert shown.frame().columns.tolist() == ["metric", "before"]
    shown.threshold = 0.9
    assert shown.metrics["tp"] == ((P >= 0.9) & (Y == 1)).sum()


def test_no_row_is_corrected_by_itself():
    shown = Calibration(y=Y, p=P, method="temperature")
    after = cross_fit("temperature", both_ways(P), Y, kind="binary")[:, 1]
    frame = shown.frame().set_index("metric")
    assert frame.loc["log_loss", "after"] == pytest.approx(metrics.log_loss(Y, after))
    assert frame.loc["log_loss", "after"] < frame.loc["log_loss", "before"]
    assert shown.metrics["log_loss"] == frame.loc["log_loss", "after"]
    assert set(shown.table()["when"]) == {"before", "after"}
    sent = np.frombuffer(shown._after["p"], "<f8")
    np.testing.assert_array_equal(sent, np.sort(after))
    shown.method = "none"
    assert shown._after == {}


def test_all_methods_side_by_side():
    shown = Calibration(y=Y, p=P)
    compared = shown.compare().set_index("method")
    assert list(compared.index) == ["none", "platt", "platt_probability", "isotonic", "temperature", "vector"]
    assert compared["ece"].idxmin() != "none"
    shown._handle_custom_msg({"type": "compare"}, [])
    shown.wait()
    assert pd.DataFrame(shown._compared).set_index("method").equals(compared)
    shown.bins = 20
    assert shown._compared == []


def test_tasks_labels_and_methods_of_predictions(table):
    shown = Calibration(table)
    assert (shown.task, shown.label, shown._labels) == ("h3", "H3 signal", ["H3 signal"])
    assert list(shown.refused) == ["meltome"]
    assert "number" in shown.refused["meltome"]
    shown.method = "platt"
    shown.task = "splice_sites_all"
    assert shown.method == "none"  # Platt scaling is for two labels
    assert shown._labels == ["acceptor", "donor", "neither"]
    shown.label, shown.method = "donor", "vector"
    rows = table[table["task"] == "splice_sites_all"]
    p = np.round(np.stack(rows["probabilities"].to_list()).astype(float), 5)
    truth = np.array([["acceptor", "donor", "neither"].index(name) for name in rows["label"]])
    after = cross_fit("vector", p, truth, kind="multiclass")[:, 1]
    assert shown.metrics["auroc"] == pytest.approx(metrics.roc_auc_score(truth == 1, after))
    shown.task = "h3"
    assert shown.method == "vector"


def test_a_label_of_the_same_name_is_read_anew():
    rows = [
        Prediction(task, i, label=label, probabilities=[1 - p, p])
        for task, shift in (("promoter_all", 0.0), ("promoter_tata", 0.3))
        for i, (label, p) in enumerate([("promoter", 0.6 + shift), ("not a promoter", 0.2)])
    ]
    shown = Calibration(as_frame(rows))
    shown.task = "promoter_tata"
    assert np.frombuffer(shown._before["p"], "<f8").tolist() == [0.2, 0.9]


def test_an_evaluation_and_the_bundled_results_can_be_given():
    results = chatnt.results("mini")
    shown = Calibration(results, task="promoter_tata", threshold=0.5)
    rows = results.of("promoter_tata")
    p = np.stack(rows["probabilities"].to_list())[:, 1]
    assert shown.metrics["auroc"] == pytest.approx(results.scores["promoter_tata"].auroc, abs=1e-4)
    assert shown.metrics["tp"] == ((p >= 0.5) & (rows["label"] == "promoter")).sum()
    assert len(shown._tasks) + len(shown.refused) == len(results.scores.tasks)


def test_large_data_are_fitted_in_the_background(monkeypatch):
    monkeypatch.setattr(calibration, "_SOON", 100)
    shown = Calibration(y=Y, p=P)
    shown.method = "isotonic"
    shown.method = "platt"
    shown.wait()
    assert shown.status == "done"
    after = cross_fit("platt", both_ways(P), Y, kind="binary")[:, 1]
    np.testing.assert_array_equal(np.frombuffer(shown._after["p"], "<f8"), np.sort(after))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"task": "h4"}, "no task 'h4' here; there are h3"),
        ({"task": "meltome"}, "'meltome' cannot be shown: it asks for a number"),
        ({"label": "no H3 signal"}, "no label"),
        ({"method": "magic"}, "no method 'magic' here; there are none, platt"),
        ({"threshold": 1.5}, "threshold"),
        ({"bins": 4}, "bins"),
        ({"strategy": "mass"}, "strategy"),
    ],
)
def test_what_is_not_there_is_told(table, change, told):
    with pytest.raises(traitlets.TraitError, match=told):
        Calibration(table, **change)


def test_few_rows_cannot_be_corrected():
    shown = Calibration(y=[0, 1, 1], p=[0.1, 0.6, 0.9])
    with pytest.raises(traitlets.TraitError, match="There are 3 examples; a calibration needs 50"):
        shown.method = "platt"
    assert shown.compare()["method"].tolist() == ["none"]


@pytest.mark.parametrize("y", [[0, 0, 0], [1, 1, 1], [1], [0, 1]])
def test_the_state_has_no_nan(y):
    shown = Calibration(y=y, p=np.full(len(y), 0.5))
    assert json.dumps(shown.metrics, allow_nan=False)
    assert "Calibration: " in shown.text()
    assert shown.to_html()


def test_words_and_a_picture_without_a_front_end(tmp_path):
    shown = Calibration(y=Y, p=P, labels=("no", "yes $x$"), task="mine", method="platt")
    told = shown.text().splitlines()
    assert told[0] == repr(shown) == "Calibration: mine, yes $x$, 400 rows, method platt"
    assert any("MCC" in line for line in told)
    axes = shown.figure().axes
    assert [ax.get_xlabel() for ax in axes[1:4]] == ["false positive rate", "recall", "probability"]
    shown.save(tmp_path / "mine.png")
    Calibration(y=[1, 1], p=[0.5, 0.5], threshold=0.9).save(tmp_path / "one.svg")
