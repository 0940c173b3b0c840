"""Metrics of predictions."""

import dataclasses

import numpy as np
import pytest
from sklearn import metrics

from chatnt.metrics import as_text, score_predictions
from chatnt.predictions import Prediction, as_frame
from chatnt.tasks import get_task

H3, SPLICE, LEAF = (get_task(name) for name in ("h3", "splice_sites_all", "plant_promoter_leaf"))
OPEN = get_task("h3k4me1_k562")  # judged by its AUROC
TISSUES = dataclasses.replace(
    SPLICE, name="tissues", kind="multilabel", metric="f1", labels=("root", "leaf", "seed")
)


def of_labels(task, truth, stated, chances=None):
    chances = chances or [None] * len(truth)
    return as_frame(
        Prediction(task.name, i, as_text(t), parsed_label=s if s is None else as_text(s), probabilities=c)
        for i, (t, s, c) in enumerate(zip(truth, stated, chances, strict=True))
    )


def of_numbers(truth, stated, estimates=None):
    estimates = estimates or [None] * len(truth)
    return as_frame(
        Prediction("leaf", i, value=t, parsed_value=s, estimate=e)
        for i, (t, s, e) in enumerate(zip(truth, stated, estimates, strict=True))
    )


def drawn(labels, count=300, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.choice(labels, count).tolist()
    stated = [t if rng.random() < 0.6 else str(rng.choice(labels)) for t in truth]
    chances = rng.dirichlet(np.ones(len(labels)), count).round(3)
    return truth, stated, chances.tolist()


@pytest.mark.parametrize("task", [H3, SPLICE])
def test_metrics_of_labels_are_those_of_scikit_learn(task):
    truth, stated, chances = drawn(task.labels)
    score = score_predictions(task, of_labels(task, truth, stated, chances))
    assert score.mcc == pytest.approx(metrics.matthews_corrcoef(truth, stated))
    assert score.accuracy == pytest.approx(metrics.accuracy_score(truth, stated))
    number = [task.labels.index(label) for label in truth]
    chances = np.array(chances)
    if task.kind == "binary":
        assert score.f1 == pytest.approx(metrics.f1_score(truth, stated, pos_label=task.labels[1]))
        assert score.auroc == pytest.approx(metrics.roc_auc_score(number, chances[:, 1]))
    else:
        assert score.f1 == pytest.approx(metrics.f1_score(truth, stated, average="macro"))
        expected = metrics.roc_auc_score(np.eye(3)[number], chances, average="macro")
        assert score.auroc == pytest.approx(expected)
    assert (score.unparsed, score.pearson, score.filled) == (0, None, None)


def test_an_answer_without_a_label_lowers_every_metric_but_the_auroc():
    truth, _, chances = drawn(H3.labels)
    whole = score_predictions(H3, of_labels(H3, truth, truth, chances))
    less = score_predictions(H3, of_labels(H3, truth, [None, None, *truth[2:]], chances))
    assert whole.mcc == whole.accuracy == whole.f1 == 1
    assert less.unparsed == 2
    assert max(less.mcc, less.accuracy, less.f1) < 1
    assert less.auroc == whole.auroc


@pytest.mark.parametrize("stated", [["H3 signal"] * 4, [None] * 4])
def test_one_answer_to_everything_has_no_skill(stated):
    truth = ["H3 signal", "no H3 signal"] * 2
    assert score_predictions(H3, of_labels(H3, truth, stated)).mcc == 0
    assert score_predictions(H3, of_labels(H3, truth[:1] * 4, stated)).mcc == 0


def test_there_is_no_auroc_of_one_class_or_without_probabilities():
    one = of_labels(H3, ["H3 signal"] * 2, ["H3 signal"] * 2, [[0.5, 0.5]] * 2)
    assert score_predictions(H3, one).auroc is None
    some = of_labels(H3, H3.labels, H3.labels, [[0.5, 0.5], None])
    assert score_predictions(H3, some).auroc is None


def test_a_task_is_judged_by_its_own_metric_where_it_can_be():
    truth, stated, chances = drawn(OPEN.labels)
    judged = score_predictions(OPEN, of_labels(OPEN, truth, stated, chances))
    assert (judged.metric, judged.score) == ("auroc", judged.auroc)
    bare = score_predictions(OPEN, of_labels(OPEN, truth, stated))
    assert (bare.metric, bare.score) == ("mcc", bare.mcc)


def test_metrics_of_numbers():
    rng = np.random.default_rng(0)
    truth = rng.normal(size=200)
    stated = truth + rng.normal(size=200)
    score = score_predictions(LEAF, of_numbers(truth, stated, truth.tolist()))
    assert score.pearson == pytest.approx(np.corrcoef(truth, stated)[0, 1])
    ranks = [np.argsort(np.argsort(x)) for x in (truth, stated)]
    assert score.spearman == pytest.approx(np.corrcoef(*ranks)[0, 1])
    assert score.r2 == pytest.approx(metrics.r2_score(truth, stated))
    assert score.mae == pytest.approx(metrics.mean_absolute_error(truth, stated))
    assert score.pearson_of_estimate == pytest.approx(1)
    assert (score.metric, score.score, score.mcc) == ("pearson", score.pearson, None)


@pytest.mark.parametrize(("filled", "number"), [(None, 0.0), (2.5, 2.5)])
def test_a_number_that_is_not_stated_is_replaced_and_counted(filled, number):
    gaps = score_predictions(LEAF, of_numbers([1.0, 2.0, 4.0], [1.0, None, 3.0]), filled=filled)
    given = score_predictions(LEAF, of_numbers([1.0, 2.0, 4.0], [1.0, number, 3.0]))
    assert (gaps.unparsed, gaps.filled) == (1, number)  # 0 is the middle from -10 to 10
    assert (gaps.pearson, gaps.mae, gaps.r2) == (given.pearson, given.mae, given.r2)


def test_the_same_number_for_everything_has_no_skill():
    score = score_predictions(LEAF, of_numbers([1.0, 2.0], [3.0, 3.0], [1.0, None]))
    assert (score.pearson, score.spearman, score.pearson_of_estimate) == (0, 0, None)
    assert score_predictions(LEAF, of_numbers([1.0, 1.0], [3.0, 2.0])).r2 is None


def test_metrics_of_several_labels():
    truth = [("root", "leaf"), (), ("seed",), ("leaf",)]
    stated = [("root", "leaf"), (), ("seed", "root"), None]
    flags = [[1, 1, 0], [0, 0, 0], [0, 0, 1], [0, 1, 0]]
    wrong = [[1, 1, 0], [0, 0, 0], [1, 0, 1], [1, 0, 1]]  # the last in each
    chances = [[0.9, 0.8, 0.1], [0.2, 0.1, 0.3], [0.4, 0.2, 0.7], [0.3, 0.6, 0.1]]
    score = score_predictions(TISSUES, of_labels(TISSUES, truth, stated, chances))
    assert (score.accuracy, score.unparsed, score.confusion) == (0.5, 1, {})
    assert score.f1 == pytest.approx(metrics.f1_score(flags, wrong, average="macro"))
    assert score.mcc == pytest.approx(metrics.matthews_corrcoef(np.ravel(flags), np.ravel(wrong)))
    assert score.auroc == pytest.approx(metrics.roc_auc_score(flags, chances, average="macro"))
    assert score.score == score.f1


def test_nothing_cannot_be_scored():
    with pytest.raises(ValueError, match="no predictions of h3"):
        score_predictions(H3, as_frame([]))
