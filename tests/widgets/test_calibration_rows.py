"""What the widget of calibration can be given."""

import dataclasses

import numpy as np
import pytest

from chatnt.calibration import Calibration as Fitted
from chatnt.calibration import MeasuredRows
from chatnt.calibrators import Temperature
from chatnt.errors import DataError
from chatnt.outcomes import Scores
from chatnt.predictions import Prediction, as_frame
from chatnt.widgets import Calibration
from chatnt.widgets.calibration_rows import given_cases, read_cases

RAW = np.array([[0.9, 0.1], [0.2, 0.8]])


def fitted(**changes):
    about = {
        "task": "h3",
        "kind": "binary",
        "labels": ("no H3 signal", "H3 signal"),
        "method": "temperature",
        "score": "likelihood",
        "sentences": None,
        "protocol": "held-out",
        "count": 2,
        "measured": 2,
        "weights": "x",
        "calibrator": Temperature(2.0),
        "before": {},
        "after": {},
        "rows": MeasuredRows(RAW, Temperature(2.0).apply(RAW), np.array([0, 1])),
    }
    return Fitted(**{**about, **changes})


def test_a_fit_brings_its_rows_before_and_after(tmp_path):
    shown = Calibration(fitted())
    assert shown.method == "temperature"
    assert "never by itself" in shown.text()
    assert "fitted on 2 other rows" in Calibration(fitted(protocol="paper")).text()
    assert [one["name"] for one in shown._methods] == ["none", "temperature"]
    np.testing.assert_array_equal(np.frombuffer(shown._before["p"]), [0.1, 0.8])
    np.testing.assert_allclose(np.frombuffer(shown._after["p"]), Temperature(2.0).apply(RAW)[:, 1])
    fitted().save(tmp_path / "fit.json")
    with pytest.raises(DataError, match="holds no rows"):
        Calibration(Fitted.load(tmp_path / "fit.json"))


def test_a_fit_of_several_labels_at_once_is_flags():
    rows = MeasuredRows(np.array([[0.9, 0.7]]), np.array([[0.8, 0.6]]), np.array([[1, 0]]))
    cases = read_cases(fitted(task="mine", kind="multilabel", labels=("a", "b"), rows=rows))
    assert cases.titles == {"mine": "mine"}
    p, y = cases.of("mine").side("b", rows.after)
    assert (p.tolist(), y.tolist()) == ([0.6], [False])


@pytest.mark.parametrize(
    ("y", "p", "labels", "kind", "shown", "truth"),
    [
        ([0, 1], [0.2, 0.7], (), "binary", ("positive",), [0, 1]),
        ([False, True], RAW, ("no", "yes"), "binary", ("yes",), [0, 1]),
        (["yes", "no"], [0.2, 0.7], ("no", "yes"), "binary", ("yes",), [1, 0]),
        ([2, 0], [[0.2, 0.3, 0.5]] * 2, (), "multiclass", ("class 0", "class 1", "class 2"), [2, 0]),
        ([[1, 1], [0, 1]], RAW, ("a", "b"), "multilabel", ("a", "b"), [[1, 1], [0, 1]]),
    ],
)
def test_arrays(y, p, labels, kind, shown, truth):
    rows = given_cases(y, p, labels, "mine").of("mine")
    assert (rows.kind, rows.shown, rows.truth.tolist()) == (kind, shown, truth)
    assert rows.chances.shape == (2, len(rows.labels))


@pytest.mark.parametrize(
    ("y", "p", "labels", "told"),
    [
        ([0, 1], [0.2, 1.7], (), "do not hold probabilities"),
        ([0, 1], [0.2, float("nan")], (), "do not hold probabilities"),
        ([0, 2], [0.2, 0.7], (), "y holds 2.0; expected whole numbers from 0 to 1"),
        ([0, float("nan")], [0.2, 0.7], (), "y holds nan"),
        ([0, 1, 1], [0.2, 0.7], (), r"y has the shape \(3,\) and p \(2,\)"),
        ([], [], (), "one row or more"),
        ([0, 1], [0.2, 0.7], ("a", "b", "c"), "probabilities of 2 labels, but labels="),
        ([0, 1], [0.2, 0.7], ("a", "a"), "probabilities of 2 labels, but labels="),
        (["a", "x"], [0.2, 0.7], ("a", "b"), "y holds 'x'; the labels are 'a', 'b'"),
        ([0, 1], [[0.2, 0.2], [0.5, 0.5]], (), "add up to 1"),
    ],
)
def test_arrays_that_do_not_fit_are_told(y, p, labels, told):
    with pytest.raises(ValueError, match=told):
        given_cases(y, p, labels, "")


def test_something_else_is_told():
    with pytest.raises(TypeError, match="Calibration was given Scores; give what"):
        Calibration(Scores((), ""))
    for wrong in ({}, {"y": [1]}, {"source": fitted(), "y": [1], "p": [1]}):
        with pytest.raises(TypeError, match="Give either what was evaluated"):
            Calibration(**wrong)
    with pytest.raises(TypeError, match="names the columns of arrays"):
        Calibration(fitted(), labels=("a", "b"))
    with pytest.raises(TypeError, match="unexpected keyword"):
        Calibration(fitted(), colour="red")
    with pytest.raises(DataError, match="lacks label, probabilities"):
        Calibration(as_frame([])[["task"]])
    with pytest.raises(DataError, match="there are no predictions"):
        Calibration(as_frame([]))
    with pytest.raises(DataError, match="sets and intervals have no probabilities"):
        Calibration(dataclasses.replace(fitted(), rows=None))


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"probabilities": None}, "1 of 2 rows have no probabilities of its 2 labels"),
        ({"probabilities": [0.2, 0.3, 0.5]}, "1 of 2 rows have no probabilities of its 2 labels"),
        ({"probabilities": [0.2, float("nan")]}, "do not hold probabilities"),
        ({"label": "H4 signal"}, "'H4 signal' is no label of it"),
    ],
)
def test_tasks_whose_rows_cannot_be_read_are_refused(row, told):
    good = Prediction("h3", 0, label="H3 signal", probabilities=[0.3, 0.7])
    other = Prediction("h4", 0, label="H4 signal", probabilities=[0.3, 0.7])
    cases = read_cases(as_frame([good, good._replace(**row), other]))
    assert list(cases.titles) == ["h4"]
    assert told in cases.refused["h3"]
    with pytest.raises(DataError, match="No task can be shown: h3"):
        read_cases(as_frame([good._replace(**row), good]))


def test_probabilities_are_the_numbers_that_were_written():
    rows = read_cases(as_frame([Prediction("h3", 0, label="H3 signal", probabilities=[0.3, 0.7])])).of("h3")
    assert rows.chances.tolist() == [[0.3, 0.7]]
