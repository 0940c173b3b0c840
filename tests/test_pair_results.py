"""The results that a pair keeps."""

import dataclasses
import json

import pandas as pd
import pytest

from chatnt.errors import DataError, DataNotFoundError
from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores
from chatnt.pair_results import PairResults, results
from chatnt.predictions import Prediction, about_predictions, as_frame, write_predictions
from chatnt.tasks import get_task

H3, LEAF = get_task("h3"), get_task("plant_promoter_leaf")
YES, NO = H3.labels[1], H3.labels[0]


def made():
    labels = [(YES, YES, 0.9), (NO, YES, 0.6), (NO, NO, 0.3), (YES, None, 0.7), (NO, NO, 0.1)]
    rows = [
        Prediction("h3", i, t, None, "Hm.", s, None, None if s is None else p, [1 - p, p])
        for i, (t, s, p) in enumerate(labels)
    ]
    numbers = [(0.5, 0.25), (-1.75, -2.0), (3.125, None)]
    rows += [
        Prediction(LEAF.name, i, None, t, "It is.", None, s, estimate=t) for i, (t, s) in enumerate(numbers)
    ]
    frame = as_frame(rows)
    scores = Scores(
        (
            score_predictions(H3, frame[:5], simulated=True),
            score_predictions(LEAF, frame[5:], filled=1.5),
        ),
        "test",
    )
    blind = Scores((dataclasses.replace(scores["h3"], mcc=0.1),), "test")
    leakage = pd.DataFrame(
        {"task": ["h3", LEAF.name], "score_without": [0.25, None], "score_apart": [0.125, None]}
    )
    return PairResults("tiny", scores, frame, {"question-blind": blind}, {"leakage": leakage})


def test_results_come_back_as_they_were_saved(tmp_path):
    kept = made()
    kept.save(tmp_path / "tiny")
    again = results(tmp_path / "tiny")
    assert (again.name, again.scores, again.ablations) == ("tiny", kept.scores, kept.ablations)
    pd.testing.assert_frame_equal(again.predictions, kept.predictions)
    pd.testing.assert_frame_equal(again.leakage, kept.leakage)
    assert Scores.load(tmp_path / "tiny" / "results.json") == kept.scores


def test_predictions_give_the_scores_again(tmp_path):
    made().save(tmp_path)
    again = results(tmp_path)
    assert again.rescored() == again.scores


def test_a_file_of_the_same_predictions_is_left_as_it_is(tmp_path):
    kept, path = made(), tmp_path / "predictions.parquet"
    write_predictions(path, kept.predictions, {"h3": {"seed": "0"}})
    kept.save(tmp_path)
    assert about_predictions(path) == {"h3": {"seed": "0"}}
    dataclasses.replace(kept, predictions=kept.predictions[:5]).save(tmp_path)
    assert about_predictions(path) == {}
    assert len(results(tmp_path).predictions) == 5


def test_the_table_sets_other_runs_beside_the_scores():
    kept = made()
    frame = kept.to_frame().set_index("task")
    assert frame["score"].tolist() == [kept.scores["h3"].mcc, kept.scores[LEAF.name].pearson]
    assert frame.loc["h3", "question-blind"] == 0.1
    assert frame.loc["h3", ["without near matches", "without overlaps"]].tolist() == [0.25, 0.125]
    assert frame.loc[LEAF.name, ["question-blind", "without near matches"]].isna().all()
    assert frame["simulated"].tolist() == [True, False]
    assert frame["unparsed"].tolist() == [1, 1]


def test_results_show_in_a_notebook():
    shown = made()._repr_html_()
    assert "<table" in shown
    assert "question-blind" in shown
    assert repr(made()) == "PairResults('tiny': 2 tasks, 8 predictions; beside it: question-blind)"


def test_predictions_of_a_task():
    assert made().of(LEAF.name)["row"].tolist() == [0, 1, 2]
    with pytest.raises(DataNotFoundError, match="no predictions of 'h4'; there are h3, plant_promoter_leaf"):
        made().of("h4")


def test_results_without_predictions(tmp_path):
    made().scores.save(tmp_path / "results.json")
    kept = results(tmp_path)
    assert kept.scores == made().scores
    assert kept.predictions.empty
    assert (kept.ablations, kept.leakage) == ({}, None)
    with pytest.raises(DataNotFoundError, match="there are none"):
        kept.rescored()


def test_the_bundled_pair_has_results():
    kept = results()
    assert kept.name == "mini"
    assert kept.scores.mean() > 0.5
    if not kept.predictions.empty:
        for score, again in zip(kept.scores.tasks, kept.rescored().tasks, strict=True):
            assert again.confusion == score.confusion
            assert (again.count, again.unparsed) == (score.count, score.unparsed)
            assert again.score == pytest.approx(score.score, abs=1e-9)


def test_learning_curves_become_the_logs_of_trainings():
    points = [
        ("b", 50, "loss", 2.0), ("b", 50, "seconds", 30.0), ("b", 100, "h3", 0.4),
        ("b", 100, "loss", 1.0), ("b", 100, "seconds", 70.0), ("a", 50, "loss", 3.0),
    ]  # fmt: skip
    curves = pd.DataFrame(points, columns=["training", "step", "what", "value"])
    found = PairResults("x", Scores((), "test"), tables={"learning": curves}).trainings
    assert list(found) == ["b", "a"]
    assert found["b"].losses == [2.0, 1.0]
    assert found["b"].validations == {100: {"h3": 0.4}}
    assert [record["seconds"] for record in found["b"].records if "loss" in record] == [30.0, 40.0]
    assert PairResults("x", Scores((), "test")).trainings == {}


def test_what_is_not_there_is_told(tmp_path):
    with pytest.raises(DataNotFoundError, match=r"no pair 'maxi'.*bundled pairs with results are mini"):
        results("maxi")
    with pytest.raises(DataNotFoundError, match="never scored"):
        results(tmp_path)


@pytest.mark.parametrize(
    "content", ["{", "[]", "{}", json.dumps({"tasks": [{"name": "h3"}], "wordings": "test"})]
)
def test_what_cannot_be_read_is_told(tmp_path, content):
    (tmp_path / "results.json").write_text(content)
    with pytest.raises(DataError, match="cannot be read as results"):
        results(tmp_path)
