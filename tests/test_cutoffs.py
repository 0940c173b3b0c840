"""What a cutoff makes of probabilities, against scikit-learn."""

import numpy as np
import pytest
from sklearn import metrics

from chatnt.cutoffs import measure_at, measure_ranking


def test_a_cutoff_is_measured_as_scikit_learn_does():
    rng = np.random.default_rng(0)
    p = np.round(rng.random(300), 2)
    y = rng.random(300) < p
    for threshold in (0.0, 0.25, 0.5, float(p[7]), 1.0):
        found = measure_at(p, y, threshold)
        called = p >= threshold
        tn, fp, fn, tp = metrics.confusion_matrix(y, called, labels=[False, True]).ravel().tolist()
        assert (found["tn"], found["fp"], found["fn"], found["tp"]) == (tn, fp, fn, tp)
        assert found["accuracy"] == pytest.approx(metrics.accuracy_score(y, called))
        assert found["recall"] == pytest.approx(metrics.recall_score(y, called))
        assert found["f1"] == pytest.approx(metrics.f1_score(y, called, zero_division=0))
        assert found["mcc"] == pytest.approx(metrics.matthews_corrcoef(y, called))
        if called.any():
            assert found["precision"] == pytest.approx(metrics.precision_score(y, called))


def test_the_ranking_is_measured_as_scikit_learn_does():
    rng = np.random.default_rng(1)
    p = np.round(rng.random(300), 1)
    y = rng.random(300) < p
    expected = {
        "auroc": metrics.roc_auc_score(y, p),
        "average_precision": metrics.average_precision_score(y, p),
    }
    assert measure_ranking(p, y) == pytest.approx(expected)


def test_ties_at_the_cutoff_are_positive():
    assert measure_at([0.3, 0.3, 0.2], [True, False, True], 0.3)["tp"] == 1
    assert measure_at([0.3, 0.3, 0.2], [True, False, True], 0.3)["fp"] == 1
    assert measure_at([1.0], [True], 1.0)["tp"] == 1


def test_what_has_no_value_is_none_and_never_nan():
    nothing_called = measure_at([0.1, 0.2], [True, False], 0.9)
    assert (nothing_called["precision"], nothing_called["recall"]) == (None, 0.0)
    assert (nothing_called["f1"], nothing_called["mcc"]) == (0.0, 0.0)
    nothing_true = measure_at([0.1, 0.9], [False, False], 0.5)
    assert (nothing_true["precision"], nothing_true["recall"]) == (0.0, None)
    assert measure_ranking([0.1, 0.9], [False, False]) == {"auroc": None, "average_precision": None}
    assert measure_ranking([0.1, 0.9], [True, True]) == {"auroc": None, "average_precision": 1.0}


@pytest.mark.parametrize(
    ("p", "y", "told"),
    [
        ([0.1, 1.2], [0, 1], "from 0 to 1, but there are 1.2"),
        ([0.1, float("nan")], [0, 1], "but there are nan"),
        ([0.1, 0.2], [0], r"shape \(2,\) and truth of shape \(1,\)"),
        ([], [], "one row or more"),
    ],
)
def test_what_is_no_probability_is_told(p, y, told):
    with pytest.raises(ValueError, match=told):
        measure_at(p, y, 0.5)
    with pytest.raises(ValueError, match=told):
        measure_ranking(p, y)
