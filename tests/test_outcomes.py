"""What the verbs return: it prints, saves and loads."""

import math

import pytest

from chatnt.errors import UnknownTaskError
from chatnt.outcomes import Scores, TaskScore

PROMOTERS = TaskScore(
    "promoter_tata", "test", 1200, 3, 0.71234, 0.8575, {"promoter": {"promoter": 7, "unparsed": 3}}
)
ENHANCERS = TaskScore(
    "enhancers", "test", 40, 0, -0.1, 0.45, {"enhancer": {"not an enhancer": 22, "enhancer": 18}}
)
LEAF = TaskScore(
    "plant_promoter_leaf", "test", 7, 1, pearson=0.5, mae=1.25, filled=0.0, metric="pearson", simulated=True
)
SCORES = Scores((PROMOTERS, ENHANCERS, LEAF), wordings="test")


@pytest.mark.parametrize("scores", [SCORES, Scores((), wordings="train")])
def test_scores_come_back_as_they_were_saved(tmp_path, scores):
    scores.save(tmp_path / "scores.json")
    assert Scores.load(tmp_path / "scores.json") == scores
    assert Scores.load(str(tmp_path / "scores.json")).wordings == scores.wordings


def test_the_table_has_a_row_per_task():
    frame = SCORES.to_frame()
    assert frame["task"].tolist() == ["promoter_tata", "enhancers", "plant_promoter_leaf"]
    assert frame["mcc"].tolist()[:2] == [0.71234, -0.1]
    assert frame["score"].tolist() == [0.71234, -0.1, 0.5]
    assert frame["metric"].tolist() == ["mcc", "mcc", "pearson"]
    assert frame["mcc"].isna().tolist() == [False, False, True]
    assert frame["unparsed"].tolist() == [3, 0, 1]
    assert frame["count"].tolist() == [1200, 40, 7]
    assert Scores((), wordings="test").to_frame().columns.equals(frame.columns)


def test_scores_print_as_a_table():
    lines = str(SCORES).splitlines()
    assert lines[0] == "| task | sequences | MCC | accuracy | Pearson | MAE | unparsed |"
    assert lines[2] == "| promoter_tata | 1,200 | 0.712 | 85.8% |  |  | 3 |"
    assert lines[4] == "| plant_promoter_leaf (simulated) | 7 |  |  | 0.500 | 1.250 | 1 |"
    assert len(lines) == 5
    assert SCORES._repr_markdown_() == str(SCORES)


def test_a_task_is_found_by_its_name():
    assert SCORES["enhancers"] is ENHANCERS
    assert "enhancers" in SCORES
    assert "h3" not in SCORES
    with pytest.raises(UnknownTaskError, match="'h3' was not scored; there are promoter_tata, enhancers"):
        SCORES["h3"]


def test_a_mean_is_of_real_tasks_that_have_the_metric():
    assert SCORES.mean() == pytest.approx((0.71234 - 0.1) / 2)
    assert SCORES.mean("mcc", ["enhancers"]) == -0.1
    assert SCORES.mean("pearson", ["plant_promoter_leaf"]) == 0.5


@pytest.mark.parametrize(
    ("metric", "tasks"), [("pearson", None), ("mcc", ["h3", "plant_promoter_leaf"]), ("mae", [])]
)
def test_a_mean_of_nothing_is_told(metric, tasks):
    with pytest.raises((ValueError, UnknownTaskError)):
        SCORES.mean(metric, tasks)


def test_a_metric_that_cannot_be_computed_is_no_number():
    assert math.isnan(TaskScore("h3k4me1_k562", "test", 1, 0, metric="auroc").score)
