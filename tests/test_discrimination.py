"""AUROC and MCC with intervals, against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import matthews_corrcoef, roc_auc_score

from chatnt.discrimination import measure_discrimination
from chatnt.resampling import drawn_counts

RNG = np.random.default_rng(0)
TWO = RNG.random(120).round(1)  # with equal scores
TWO = np.column_stack([1 - TWO, TWO])
TRUTH = (RNG.random(120) < TWO[:, 1]).astype(int)
THREE = RNG.dirichlet([1, 1, 1], 120).round(1)
THREE /= THREE.sum(1, keepdims=True)
CLASSES = np.array([RNG.choice(3, p=row) for row in THREE])


def area(chances, truth, weights=None):
    if chances.shape[1] == 2:
        return roc_auc_score(truth, chances[:, 1], sample_weight=weights)
    return np.mean([roc_auc_score(truth == i, chances[:, i], sample_weight=weights) for i in range(3)])


@pytest.mark.parametrize(("chances", "truth"), [(TWO, TRUTH), (THREE, CLASSES)])
def test_numbers_and_drawings_are_those_of_scikit_learn(chances, truth):
    found = measure_discrimination(chances, truth, resamples=60, seed=4)
    assert found["auroc"].value == pytest.approx(area(chances, truth))
    assert found["mcc"].value == pytest.approx(matthews_corrcoef(truth, chances.argmax(1)))
    drawn = np.concatenate([*drawn_counts(np.random.default_rng(4), len(truth), 60)])
    assert (drawn.sum(1) == len(truth)).all()
    areas = [area(chances, truth, weights) for weights in drawn]
    matches = [matthews_corrcoef(truth, chances.argmax(1), sample_weight=weights) for weights in drawn]
    assert found["auroc"][1:] == pytest.approx(np.quantile(areas, [0.025, 0.975]).tolist())
    assert found["mcc"][1:] == pytest.approx(np.quantile(matches, [0.025, 0.975]).tolist())


def test_a_label_that_never_occurs_is_left_out():
    truth = np.arange(120) % 2
    expected = np.mean([roc_auc_score(truth == i, THREE[:, i]) for i in range(2)])
    assert measure_discrimination(THREE, truth, resamples=5)["auroc"].value == pytest.approx(expected)


def test_drawings_without_a_label_do_not_count():
    truth = np.eye(1, 120, 5, dtype=int)[0]  # one positive row, missing in a third of the drawings
    found = measure_discrimination(TWO, truth, resamples=50)
    assert 0 <= found["auroc"].low <= found["auroc"].high <= 1


def test_one_answer_for_all_matches_nothing():
    found = measure_discrimination(np.tile([0.9, 0.1], (120, 1)), TRUTH, resamples=20)
    assert found["mcc"] == (0, 0, 0)
    assert found["auroc"] == (0.5, 0.5, 0.5)


def test_one_label_cannot_be_told_apart():
    with pytest.raises(ValueError, match="All 120 rows have class 1"):
        measure_discrimination(TWO, np.ones(120, int))
