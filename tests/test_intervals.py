"""Bootstrap intervals: every metric of a drawing is that of the drawn rows."""

import dataclasses

import numpy as np
import pytest

from chatnt import intervals
from chatnt.intervals import metric_intervals
from chatnt.metrics import as_text, score_predictions
from chatnt.predictions import Prediction, as_frame
from chatnt.resampling import drawn_counts
from chatnt.tasks import get_task

H3, SPLICE, LEAF = (get_task(name) for name in ("h3", "splice_sites_all", "plant_promoter_leaf"))
TISSUES = dataclasses.replace(
    SPLICE, name="tissues", kind="multilabel", metric="f1", labels=("root", "leaf", "seed")
)
LABELLED = {"mcc", "accuracy", "f1", "auroc"}
NUMBERED = {"pearson", "spearman", "r2", "mae", "pearson_of_estimate"}


def predicted(task, count=60, seed=0):
    """Answers that are right more often than not, some of them unparsed, with ties."""
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(count):
        said = Prediction(task.name, i)
        silent = rng.random() < 0.1
        if task.scale:
            value = float(rng.normal())
            stated = None if silent else round(value + rng.normal(), 1)
            rows.append(said._replace(value=round(value, 1), parsed_value=stated, estimate=rng.normal()))
            continue
        chances = rng.dirichlet(np.ones(len(task.labels))).tolist()
        draw = (
            (lambda: as_text(tuple(n for n in task.labels if rng.random() < 0.4)))
            if task.kind == "multilabel"
            else (lambda: str(rng.choice(task.labels)))
        )
        label = draw()
        stated = None if silent else label if rng.random() < 0.6 else draw()
        rows.append(said._replace(label=label, parsed_label=stated, probabilities=chances))
    return as_frame(rows)


@pytest.mark.parametrize("task", [H3, SPLICE, TISSUES, LEAF], ids=lambda task: task.name)
def test_each_drawing_has_the_metrics_of_its_rows(task):
    """Computed again, one drawing after the other, from a table with the drawn rows."""
    rows = predicted(task)
    score = score_predictions(task, rows, filled=0.5 if task.scale else None)
    drawings = np.concatenate(list(drawn_counts(np.random.default_rng(3), len(rows), 7)))
    statistics = intervals._statistics(task, rows, score)
    assert set(statistics) == (NUMBERED if task.scale else LABELLED)
    again = []
    for counts in drawings:
        some = rows.loc[np.repeat(rows.index, counts.astype(int))].reset_index(drop=True)
        again.append(score_predictions(task, some, filled=score.filled))
    for name, statistic in statistics.items():
        expected = [getattr(one, name) for one in again]
        assert statistic(drawings).tolist() == pytest.approx(expected), name


@pytest.mark.parametrize("task", [H3, SPLICE, TISSUES, LEAF], ids=lambda task: task.name)
def test_all_rows_drawn_once_give_the_score(task):
    rows = predicted(task)
    score = score_predictions(task, rows)
    for name, statistic in intervals._statistics(task, rows, score).items():
        assert statistic(np.ones((1, len(rows))))[0] == pytest.approx(getattr(score, name)), name


def test_the_ends_are_percentiles_of_the_drawings():
    rows = predicted(H3)
    score = score_predictions(H3, rows)
    right = (rows["label"] == rows["parsed_label"]).to_numpy(float)
    drawn = np.concatenate(list(drawn_counts(np.random.default_rng(5), len(rows), 400)))
    expected = np.percentile(drawn @ right / len(rows), [2.5, 97.5])
    found = metric_intervals(H3, rows, score, resamples=400, seed=5)
    assert found["accuracy"] == pytest.approx(expected)
    assert set(found) == LABELLED
    assert all(low <= getattr(score, name) <= high for name, (low, high) in found.items())


def test_an_interval_holds_the_truth_about_as_often_as_it_says():
    """Of accuracies of 200 rows with a true one of 0.8, at most one interval in ten misses it."""
    held = 0
    for seed in range(60):
        right = np.random.default_rng(seed).random(200) < 0.8
        rows = as_frame(
            Prediction("h3", i, label=H3.labels[i % 2], parsed_label=H3.labels[(i + (not r)) % 2])
            for i, r in enumerate(right)
        )
        low, high = metric_intervals(H3, rows, score_predictions(H3, rows), resamples=200)["accuracy"]
        held += low <= 0.8 <= high
    assert 53 <= held <= 60


def test_more_rows_narrow_an_interval():
    widths = []
    for count in (50, 800):
        rows = predicted(LEAF, count)
        low, high = metric_intervals(LEAF, rows, score_predictions(LEAF, rows))["pearson"]
        widths.append(high - low)
    assert 2 < widths[0] / widths[1] < 8  # the root of 16


def test_the_seed_decides_the_drawing():
    rows = predicted(SPLICE)
    score = score_predictions(SPLICE, rows)
    first, same, other = (metric_intervals(SPLICE, rows, score, seed=seed) for seed in (1, 1, 2))
    assert first == same != other


def test_a_metric_that_there_is_not_has_no_interval():
    rows = predicted(H3).assign(probabilities=None)
    assert set(metric_intervals(H3, rows, score_predictions(H3, rows))) == LABELLED - {"auroc"}
    assert metric_intervals(H3, rows, score_predictions(H3, rows), resamples=0) == {}


def test_a_class_of_one_row_is_missing_from_some_drawings():
    rows = predicted(H3).assign(label=[H3.labels[i == 0] for i in range(60)])
    low, high = metric_intervals(H3, rows, score_predictions(H3, rows))["auroc"]
    assert 0 <= low <= high <= 1


@pytest.mark.parametrize("stated", [[2.0] * 6, [1e9 + 0.1] * 6])
def test_a_number_that_never_varies_has_no_correlation(stated):
    rows = as_frame(
        Prediction("leaf", i, value=v, parsed_value=s)
        for i, (v, s) in enumerate(zip([1.0, 2.0, 3.0, 5.0, 8.0, 13.0], stated, strict=True))
    )
    found = metric_intervals(LEAF, rows, score_predictions(LEAF, rows))
    assert found["pearson"] == found["spearman"] == (0, 0)
    assert "pearson_of_estimate" not in found


def test_one_row_is_enough():
    rows = predicted(LEAF, 1)
    found = metric_intervals(LEAF, rows, score_predictions(LEAF, rows))
    assert found["mae"][0] == found["mae"][1]
    assert "r2" not in found
