"""Test sequences in training data, and the scores without them."""

import random

import pytest

from chatnt.leakage import leakage_table
from chatnt.metrics import as_text, score_predictions
from chatnt.outcomes import Scores, TaskScore
from chatnt.predictions import Prediction, as_frame
from chatnt.tasks import get_task
from chatnt.tasks.examples import Examples
from chatnt.tasks.sources import Splits

H3, H4, LEAF = (get_task(name) for name in ("h3", "h4", "plant_promoter_leaf"))
RNG = random.Random(0)


def drawn():
    return "".join(RNG.choices("ACGT", k=120))


def changed(text, places):
    """Other bases at some places, far enough from each other to leave words between."""
    step = len(text) // places
    return "".join(
        "CGTA"["ACGT".index(c)] if i % step == 0 and i // step < places else c for i, c in enumerate(text)
    )


def other_strand(text):
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def splits(task, train, test):
    return Splits(Examples.of(task, train), Examples.of(task, []), Examples.of(task, test))


TESTED = [drawn() for _ in range(30)]
TRUTH = [i % 2 for i in range(30)]
DATA = {
    # One in the training set of the same task, one on the other strand in that of another,
    # and one nearly there.
    "h3": splits(H3, [(TESTED[0], 0), (drawn(), 1)], list(zip(TESTED, TRUTH, strict=True))),
    "h4": splits(
        H4,
        [(other_strand(TESTED[1]), 0), (changed(TESTED[2], 6), 1), (changed(TESTED[3], 9), 1)],
        [(drawn(), 1)] * 20,
    ),
}


def said(task, rows, stated):
    truth = DATA[task.name].test
    return [
        Prediction(task.name, row, as_text(truth[row].label), parsed_label=task.labels[label])
        for row, label in zip(rows, stated, strict=True)
    ]


# Wrong where there is a near match and in the last row.
STATED = [1 - t if i in (0, 1, 2, 29) else t for i, t in enumerate(TRUTH)]
PREDICTIONS = as_frame([*said(H3, range(30), STATED), *said(H4, range(12), [1] * 12)])


def test_matches_are_counted_and_left_out():
    table = leakage_table([H3, H4], DATA, PREDICTIONS, identity=0.94).set_index("task")
    row = table.loc["h3"]
    assert (row["sequences"], row["exact"], row["near"], row["near_own"]) == (30, 2, 3, 1)
    assert row["share"] == pytest.approx(0.1)
    assert row["left"] == 27
    own = PREDICTIONS[PREDICTIONS["task"] == "h3"]
    assert row["score"] == score_predictions(H3, own).mcc
    assert row["score_without"] == score_predictions(H3, own[3:]).mcc
    assert row["score"] < row["score_without"] < 1
    assert table["published"].isna().all()
    # The third and the fourth differ from theirs every 20 and every 13 bases.
    assert (row["overlapping"], row["apart"]) == (2, 28)
    assert row["score_apart"] == score_predictions(H3, own[2:]).mcc


def test_a_looser_match_finds_more():
    table = leakage_table([H3], DATA, PREDICTIONS, identity=0.9).set_index("task")
    assert table.loc["h3", "near"] == 4


def test_rows_of_the_test_set_that_were_not_scored_are_no_predictions():
    some = PREDICTIONS[(PREDICTIONS["row"] % 2 == 0) & (PREDICTIONS["task"] == "h3")]
    row = leakage_table([H3], DATA, some, identity=0.94).loc[0]
    assert (row["near"], row["left"]) == (3, 13)


def test_tables_as_published_are_counted_apart():
    published = {"h3": DATA["h3"].train, "h4": Examples.of(H4, [(TESTED[i], 0) for i in range(5, 9)])}
    row = leakage_table([H3], DATA, PREDICTIONS, published=published).loc[0]
    assert (row["published"], row["exact"]) == (5, 2)


def test_few_rows_have_no_score():
    row = leakage_table([H3], DATA, PREDICTIONS[:5]).loc[0]
    assert row[["score", "score_without", "score_apart"]].isna().all()


def test_numbers_that_were_not_stated_count_as_in_the_scores():
    texts = [drawn() for _ in range(12)]
    data = {LEAF.name: splits(LEAF, [(drawn(), 1.0)], [(text, float(i)) for i, text in enumerate(texts)])}
    rows = [
        Prediction(LEAF.name, i, value=float(i), parsed_value=None if i < 3 else float(i)) for i in range(12)
    ]
    scores = Scores((TaskScore(LEAF.name, "test", 12, 3, filled=7.0, metric="pearson"),), "test")
    row = leakage_table([LEAF], data, as_frame(rows), scores=scores).loc[0]
    expected = score_predictions(LEAF, as_frame(rows), filled=7.0).pearson
    assert row["score"] == row["score_without"] == expected
    assert expected != score_predictions(LEAF, as_frame(rows)).pearson


def test_predictions_of_other_data_are_told():
    foreign = as_frame([Prediction("h3", 30, "H3 signal")])
    with pytest.raises(ValueError, match="name row 30, but its test set has 30 sequences"):
        leakage_table([H3], DATA, foreign)
