"""What an evaluation shows, saves and compares."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import matthews_corrcoef

from chatnt.errors import DataError, DataNotFoundError, UnknownTaskError
from chatnt.evaluation_result import Evaluation, aligned
from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores, TaskScore
from chatnt.predictions import Prediction, as_frame, write_predictions
from chatnt.tasks import get_task

H3, LEAF = get_task("h3"), get_task("plant_promoter_leaf")
NO, YES = H3.labels
ROWS = as_frame(
    [
        Prediction("h3", 4, label=YES, answer="Yes.", parsed_label=YES),
        Prediction("h3", 7, label=YES, answer="It | rains.\n"),
        Prediction("h3", 9, label=NO, answer="No.", parsed_label=NO),
        Prediction("h3", 11, label=NO, answer="Yes.", parsed_label=YES),
        Prediction(
            "plant_promoter_leaf", 0, value=1.5, answer="It is 1.25.", parsed_value=1.25, estimate=1.0
        ),
        Prediction("plant_promoter_leaf", 2, value=-2.0, answer=""),
    ]
)


def scored(task, **changes):
    rows = ROWS.loc[ROWS["task"] == task.name]
    score = score_predictions(task, rows)
    return TaskScore(**{**score.__dict__, "available": 1497, **changes})


FOUND = Evaluation(
    (scored(H3, intervals={"mcc": (-0.25, 0.75)}), scored(LEAF, available=677, notes=("not trained on",))),
    "test",
    predictions=ROWS,
    baselines={"majority": Scores((scored(H3, mcc=0.0), scored(LEAF, pearson=0.125)), "")},
    limit=4,
    seed=3,
)


def test_confusion_counts_each_true_and_stated_label():
    table = FOUND.confusion("h3")
    assert table.index.tolist() == [NO, YES]
    assert table.columns.tolist() == [NO, YES, "unparsed"]
    assert table.to_numpy().tolist() == [[1, 1, 0], [0, 1, 1]]
    with pytest.raises(DataError, match="asks for a number"):
        FOUND.confusion("plant_promoter_leaf")
    with pytest.raises(UnknownTaskError, match="'h4' was not scored"):
        FOUND.confusion("h4")


def test_scatter_has_the_true_and_the_stated_numbers():
    table = FOUND.scatter("plant_promoter_leaf")
    assert table.columns.tolist() == ["row", "true", "stated", "estimate"]
    assert table["row"].tolist() == [0, 2]
    assert table["true"].tolist() == [1.5, -2.0]
    assert table["stated"][0] == 1.25
    assert np.isnan(table["stated"][1])
    with pytest.raises(DataError, match="asks for a label"):
        FOUND.scatter("h3")


def test_unparsed_answers_can_be_looked_at():
    table = FOUND.unparsed()
    assert table[["task", "row"]].to_numpy().tolist() == [["h3", 7], ["plant_promoter_leaf", 2]]
    assert FOUND.unparsed("h3")["answer"].tolist() == ["It | rains.\n"]


def test_what_was_saved_comes_back(tmp_path):
    path = tmp_path / "deep" / "scores.json"
    FOUND.save(path)
    again = Evaluation.load(path)
    assert again == FOUND
    assert again.predictions.equals(ROWS)
    assert (again.limit, again.seed, again["h3"].available) == (4, 3, 1497)
    assert str(again) == str(FOUND)
    (path.with_suffix(".parquet")).unlink()
    alone = Evaluation.load(path)
    assert alone == FOUND
    with pytest.raises(DataNotFoundError, match=r"\.parquet"):
        alone.scatter("plant_promoter_leaf")


def test_predictions_that_say_how_they_were_made_are_left_as_they_are(tmp_path):
    path = tmp_path / "scores.parquet"
    write_predictions(path, ROWS, {"h3": {"seed": "3"}})
    before = path.read_bytes()
    FOUND.save(tmp_path / "scores.json")
    assert path.read_bytes() == before


def test_predictions_of_another_evaluation_are_not_taken(tmp_path):
    FOUND.save(tmp_path / "scores.json")
    write_predictions(tmp_path / "scores.parquet", ROWS[:2])
    assert Evaluation.load(tmp_path / "scores.json").predictions.empty


def test_a_file_that_is_none_is_told(tmp_path):
    with pytest.raises(DataNotFoundError, match=r"no evaluation at .*none\.json"):
        Evaluation.load(tmp_path / "none.json")
    (tmp_path / "scores.json").write_text(json.dumps(Scores((), "test").to_json()))
    with pytest.raises(DataError, match="cannot be read as an evaluation"):
        Evaluation.load(tmp_path / "scores.json")
    with pytest.raises(DataError, match="where the predictions go"):
        FOUND.save(tmp_path / "scores.parquet")


def test_the_table_has_interval_published_and_baselines():
    frame = FOUND.to_frame().set_index("task")
    h3, leaf = frame.loc["h3"], frame.loc["plant_promoter_leaf"]
    assert (h3["low"], h3["high"]) == (-0.25, 0.75)
    assert (h3["chatnt"], h3["published_baseline"], h3["baseline"]) == (0.798, 0.785, "NT")
    assert (h3["available"], h3["majority"], h3["comparable"]) == (1497, 0, True)
    assert (leaf["majority"], leaf["comparable"], leaf["notes"]) == (0.125, False, "not trained on")
    assert np.isnan(leaf["low"])


def test_every_metric_of_the_pair_and_the_baselines_is_a_row():
    table = FOUND.metrics()
    found = table[(table["scored"] == "pair") & (table["metric"] == "mcc")]
    assert found[["task", "low", "high"]].to_numpy().tolist() == [["h3", -0.25, 0.75]]
    other = table[(table["scored"] == "majority") & (table["metric"] == "pearson")]
    assert other["value"].tolist() == [0.125]
    assert not table["value"].isna().any()


def test_it_prints_as_tables_and_tells_what_to_mind():
    text = str(FOUND)
    assert text == FOUND.to_markdown() == FOUND._repr_markdown_()
    lines = text.splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[:4]]
    assert cells[0] == [
        "task", "rows", "metric", "score", "95 % interval", "ChatNT", "published baseline", "majority",
        "unparsed",
    ]  # fmt: skip
    assert cells[2][:3] == ["h3", "4 of 1,497", "MCC"]
    assert cells[2][4:] == ["-0.250 to 0.750", "0.798", "NT 0.785", "0.000", "1"]
    assert cells[3][5:] == ["0.820\\*", "AgroNT 0.857\\*", "0.125", "1"]
    assert len({len(line) for line in lines[:4]}) == 1
    assert "- plant_promoter_leaf: the published test set has 7,154 sequences, this one 677" in lines
    assert "- h3: 1 of 4, such as `It | rains.`" in lines
    assert "- plant_promoter_leaf: 1 of 2, such as an empty one" in lines
    assert "- plant_promoter_leaf: not trained on" in lines
    mcc = matthews_corrcoef([1, 1, 0, 0], [1, 2, 0, 1])
    assert f"Mean MCC of h3, which can be compared: {mcc:.3f}, ChatNT 0.798" in lines
    assert repr(FOUND) == "Evaluation(2 tasks, 6 answers; beside it: majority)"


def test_nothing_prints_too():
    nothing = Evaluation((), "test")
    assert "| task" in str(nothing)
    assert isinstance(nothing.to_frame(), pd.DataFrame)
    assert nothing.published_means().empty


def test_a_task_of_ones_own_has_no_published_result():
    own = Evaluation((TaskScore("silencers", "test", 9, 0, mcc=0.5),), "test")
    assert own.to_frame()["chatnt"].isna().all()
    assert "silencers" in str(own)


def test_columns_are_as_wide_as_what_they_hold():
    assert aligned(["a", "number"], [["long", "1"]]) == (
        "| a    | number |\n|:-----|-------:|\n| long |      1 |\n"
    )
