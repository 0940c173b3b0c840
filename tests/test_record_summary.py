"""A record is told by its most telling window."""

import pandas as pd
import pytest

from chatnt.annotations import as_table
from chatnt.errors import DataError
from chatnt.record_summary import chances, per_record
from chatnt.tasks import get_task

NO, YES = get_task("promoter_tata").labels


def row(name, start, label=None, probability=None, value=None, task="promoter_tata", question="Q1"):
    return {
        "name": name, "start": start, "end": start + 10, "strand": "+", "question": question, "task": task,
        "answer": "", "label": label, "value": value, "probability": probability,
    }  # fmt: skip


def places(found):
    return found[["name", "question", "start", "windows"]].to_numpy().tolist()


def test_the_window_most_likely_to_hold_something_is_chosen():
    table = as_table(
        [
            row("b", 0, NO, 0.9),
            row("b", 10, NO, 0.6),
            row("b", 20, NO, 0.8),
            row("a", 0, YES, 0.7),
            row("a", 10, YES, 0.9),
        ]
    )
    found = per_record(table)
    assert places(found) == [["b", "Q1", 10, 3], ["a", "Q1", 10, 2]]
    assert found["label"].tolist() == [NO, YES]
    assert found["mean"].isna().all()


def test_of_three_labels_the_one_that_says_that_nothing_is_there_may_be_any():
    sites = {"task": "splice_sites_all"}
    told = [("acceptor", 0.6), ("donor", 0.8), ("neither", 0.3), ("neither", 0.9)]
    table = as_table([row("a", 10 * i, *each, **sites) for i, each in enumerate(told)])
    assert chances(table).tolist() == pytest.approx([0.6, 0.8, 0.7, 0.1])
    assert places(per_record(table)) == [["a", "Q1", 10, 4]]
    tasks = ("enhancers_types", "promoter_tata", "plant_promoter_leaf")
    assert [get_task(name).nothing for name in tasks] == ["not an enhancer", NO, None]


def test_chances_are_missing_where_no_label_is_stated():
    leaf = {"task": "plant_promoter_leaf"}
    table = as_table([row("a", 0), row("a", 0, NO, task=None), row("a", 0, value=1.0, **leaf)])
    assert chances(table).isna().all()


def test_of_numbers_it_is_the_highest_and_the_mean_is_told():
    leaf = {"task": "plant_promoter_leaf", "question": "Q2"}
    table = as_table([row("a", 0, value=1.0, **leaf), row("a", 10, value=3.0, **leaf), row("a", 0, NO, 0.9)])
    found = per_record(table)
    assert places(found) == [["a", "Q2", 10, 2], ["a", "Q1", 0, 1]]
    assert found["mean"][0] == 2.0


def test_windows_that_say_nothing_are_counted_and_not_chosen():
    table = as_table([row("a", 0), row("a", 10, NO, 0.99), row("b", 0, task=None), row("b", 10, task=None)])
    assert places(per_record(table)) == [["a", "Q1", 10, 2], ["b", "Q1", 0, 2]]


def test_nothing_stays_nothing_and_other_tables_are_refused():
    assert per_record(as_table([])).empty
    with pytest.raises(DataError, match="lacks the columns name"):
        per_record(pd.DataFrame({"x": [1]}))
