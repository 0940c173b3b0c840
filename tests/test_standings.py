"""Where a pair stands among published models."""

import math
import statistics

import pytest

import chatnt
from chatnt.standings import (
    ABLATION,
    PAIR,
    PUBLISHED,
    benchmark_tasks,
    compare_means,
    compare_models,
    compare_tasks,
)


@pytest.fixture(scope="module")
def means():
    return compare_means()


def test_the_pair_is_averaged_over_the_18_tasks(means):
    row = means.set_index("model").loc["mini"]
    found = [score.mcc for score in chatnt.results().scores.tasks if score.task in benchmark_tasks("nt")]
    assert len(found) == 18
    assert row["mean"] == pytest.approx(statistics.fmean(found))
    assert row["sem"] == pytest.approx(statistics.stdev(found) / math.sqrt(18))
    assert (row["kind"], row["tasks"], bool(row["direct"])) == (PAIR, 18, True)


def test_published_means_are_those_of_the_paper_or_of_its_tasks(means):
    rows = means.set_index("model")
    assert rows.loc["ChatNT", "mean"] == 0.77
    assert rows.loc["ChatNT without English-aware projection", "mean"] == 0.71
    assert math.isnan(rows.loc["ChatNT", "sem"])
    numbers = chatnt.published_numbers()
    some = numbers[(numbers["model"] == "DNABERT-2") & numbers["task"].isin(benchmark_tasks("nt"))]
    assert rows.loc["DNABERT-2", "mean"] == pytest.approx(some["value"].mean())
    assert not rows.loc["DNABERT-2", "direct"]
    assert "ten folds" in rows.loc["DNABERT-2", "note"]


def test_what_was_scored_on_fewer_sequences_is_not_direct(means):
    rows = means.set_index("model")
    assert not rows.loc["shuffled DNA", "direct"]
    assert rows.loc["shuffled DNA", "note"] == "scored on at most 150 sequences of a task"
    assert rows.loc["one task each", "direct"]


def test_models_with_few_tasks_are_left_out(means):
    assert rows_of(means, PUBLISHED).min() >= 16
    assert set(rows_of(means, ABLATION)) == {18}
    assert "GENERator 1.2B" not in set(means["model"])
    assert means["mean"].is_monotonic_increasing


def rows_of(means, kind):
    return means.loc[means["kind"] == kind, "tasks"]


def test_tasks_have_a_row_for_each_model():
    table = compare_tasks()
    assert table["task"].nunique() == 27
    assert table.groupby("problem")["task"].nunique().to_dict() == {"classification": 17, "regression": 10}
    tata = table[table["task"] == "promoter_tata"].set_index("model")["value"]
    mini = chatnt.results().scores["promoter_tata"].mcc
    assert tata.to_dict() == {"NT": 0.935, "ChatNT": 0.929, "mini": mini}
    hepg2 = table[(table["task"] == "chromatin_accessibility_hepg2") & (table["kind"] == PAIR)]
    assert hepg2["simulated"].tolist() == [True]


def test_a_benchmark_must_exist():
    assert len(benchmark_tasks("nt")) == 18
    with pytest.raises(ValueError, match="chatnt, nt, nt_revised"):
        compare_tasks(benchmark="glue")


def test_models_are_listed_task_by_task_with_their_protocol():
    table = compare_models()
    assert not table.duplicated(["model", "protocol", "task"]).any()
    counts = table.groupby(["model", "protocol"], sort=False)["value"].agg(["size", "mean"])
    assert counts["size"].min() >= 10
    whole = counts[counts["size"] == 18]
    assert counts.index[: len(whole)].tolist() == whole.index.tolist()
    assert whole["mean"].is_monotonic_decreasing
    kinds = table.drop_duplicates("model").set_index("model")["kind"]
    assert (kinds["mini"], kinds["question-blind"], kinds["ChatNT"]) == (PAIR, ABLATION, PUBLISHED)
    assert "shuffled DNA" not in kinds  # scored on fewer rows
    mine = table[table["model"] == "mini"].set_index("task")["value"]
    assert mine["h3"] == chatnt.results().scores["h3"].mcc
    numbers = chatnt.published_numbers("h3").set_index("model")["value"]
    theirs = table[(table["task"] == "h3") & (table["kind"] == PUBLISHED)].set_index("model")["value"]
    assert theirs["DNABERT-2"] == numbers["DNABERT-2"]
