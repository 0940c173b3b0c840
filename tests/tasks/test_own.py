"""A task of one's own, from a table."""

import random

import pandas as pd
import pytest

from chatnt import tasks as registry
from chatnt.engine import Engine
from chatnt.errors import DataNotFoundError, SequenceError, TaskError
from chatnt.evaluating import evaluate
from chatnt.tasks import get_task, register_task
from chatnt.tasks.own import task_from_table
from chatnt.tasks.sources import read_examples
from tests.telling import telling_pair

QUESTION = "Is there a silencer in <DNA>?"
PARTS = ("train", "validation", "test")


def drawn(count, length=60, seed=0):
    rng = random.Random(seed)
    return ["".join(rng.choices("ACGT", k=length)) for _ in range(count)]


def table(count=100, **columns):
    labels = [("none", "silencer")[i % 2] for i in range(count)]
    return pd.DataFrame({"sequence": drawn(count), "label": labels} | columns)


def made(frame=None, **options):
    options = {"question": QUESTION, "name": "mine"} | options
    return task_from_table(table() if frame is None else frame, **options)


def parts(data):
    return {part: [example.sequence for example in getattr(data, part)] for part in PARTS}


@pytest.mark.parametrize("options", [{}, {"identity": 0.8}])
def test_every_row_is_in_one_part_with_its_label(options):
    frame = table()
    data = made(frame, **options)
    given = dict(zip(frame["sequence"], frame["label"], strict=True))
    examples = [*data.train, *data.validation, *data.test]
    assert {e.sequence: e.label for e in examples} == given
    assert len(examples) == 100
    assert {part: len(found) for part, found in parts(data).items()} == {
        "train": 80, "validation": 10, "test": 10,
    }  # fmt: skip


def test_the_same_seed_gives_the_same_and_another_another():
    assert parts(made(seed=3)) == parts(made(seed=3))
    assert parts(made(seed=3)) != parts(made(seed=4))


def test_the_task_says_what_the_data_are():
    frame = table()
    frame.loc[0, "sequence"] = "ACGT" * 10
    task = made(frame, title="Silencers of flies", species="fruit fly", source="made up").task
    assert (task.kind, task.labels, task.metric) == ("binary", ("none", "silencer"), "mcc")
    assert (task.length, task.window, task.species) == (60, "40 to 60 bases", "fruit fly")
    assert (task.title, task.source, task.record) == ("Silencers of flies", "made up", None)
    assert task.caption == ("Silencers of flies", {"none": "none", "silencer": "silencer"})


@pytest.mark.parametrize(
    ("cells", "kind", "metric"),
    [
        ([f"{i / 7:.3f}" for i in range(100)], "regression", "pearson"),
        (["leaf;root", "root", "none", "seed"] * 25, "multilabel", "f1"),
        (["donor", "acceptor", "neither", "donor"] * 25, "multiclass", "mcc"),
    ],
)
def test_each_kind_makes_a_task_whose_answers_are_read_back(cells, kind, metric):
    data = made(table(label=cells), question="What do you see in <DNA>?")
    assert (data.task.kind, data.task.metric) == (kind, metric)
    rng = random.Random(0)
    for example in data.train:
        said = data.task.answer(example.label, "train", rng)
        assert data.task.parse(said) == pytest.approx(example.label, abs=0.05) or kind != "regression"
        assert kind == "regression" or data.task.parse(said) == example.label


@pytest.mark.parametrize(
    ("question", "quantity"),
    [("What is the strength of <DNA>?", "strength"), ("How strong is <DNA>?", "y value")],
)
def test_a_number_is_called_what_the_question_calls_it_or_else_its_column(question, quantity):
    frame = table(y_value=[i / 7 for i in range(100)])
    task = made(frame, label="y_value", question=question).task
    assert task.scale.quantity == task.caption[0] == quantity


@pytest.mark.parametrize(
    "cells",
    [["none", "silencer"] * 50, [i / 7 for i in range(100)], ["leaf;root", "none", "root", "seed"] * 25],
)
def test_the_table_of_the_data_is_a_source(cells):
    data = made(table(label=cells))
    assert list(read_examples(data.task, "train", data.to_frame())) == list(data.train)
    assert list(read_examples(data.task, "test", data.to_frame())) == list(data.test)


def test_a_chromosome_is_in_one_part():
    chromosomes = random.Random(0).choices(["chr1", "chr2", "chr3", "chr4", "chr5", "chrX"], k=100)
    data = made(table(chr=chromosomes), chromosome="chr")
    of = dict(zip(table()["sequence"], chromosomes, strict=True))
    seen = [{of[letters] for letters in found} for found in parts(data).values()]
    assert sum(map(len, seen)) == 6
    assert all(seen)
    assert "6 chromosomes" in " ".join(data.report)


def test_near_copies_are_in_one_part():
    frame = table()
    copies = frame.assign(sequence=[s[:30] + "A" + s[31:] for s in frame["sequence"]])
    data = made(pd.concat([frame, copies[copies["sequence"] != frame["sequence"]]]), identity=0.8)
    for found in parts(data).values():
        heads = [letters[:30] for letters in found]
        for other in parts(data).values():
            assert other == found or not set(heads) & {letters[:30] for letters in other}
    assert "100 clusters" in " ".join(data.report)


def test_letters_are_made_uniform():
    frame = table()
    frame["sequence"] = [s.lower().replace("t", "u") for s in frame["sequence"]]
    assert parts(made(frame)) == parts(made())


def test_repeated_rows_are_one_example_and_conflicts_are_left_out_and_told():
    frame = table()
    again = frame.iloc[:6].copy()
    again.loc[again.index[:2], "label"] = ["silencer", "none"]
    data = made(pd.concat([frame, again]))
    found = {letters for part in parts(data).values() for letters in part}
    assert found == set(frame["sequence"][2:])
    report = " ".join(data.report)
    assert "106 rows, 100 different sequences" in report
    assert (
        "2 sequences have rows with different labels and were left out, the first in the rows 1, 101"
        in report
    )


def test_repeated_numbers_are_averaged_and_told():
    frame = table(label=[float(i) for i in range(100)])
    again = frame.iloc[:1].assign(label=10.0)
    data = made(pd.concat([frame, again]), question="What is the strength of <DNA>?")
    known = {e.sequence: e.label for part in PARTS for e in getattr(data, part)}
    assert known[frame["sequence"][0]] == 5.0
    assert "1 rows repeat a sequence: their numbers were averaged." in data.report


def test_a_part_without_a_label_is_told():
    frame = table(40)
    frame["label"] = ["silencer"] * 36 + ["none"] * 4
    reports = [" ".join(made(frame, seed=seed).report) for seed in range(10)]
    assert any("No sequence of the test part has the label none" in report for report in reports)


@pytest.mark.parametrize(
    ("change", "options", "told"),
    [
        ({}, {"sequence": "dna"}, "no column 'dna'; it has 'sequence', 'label'"),
        ({}, {"chromosome": "chr"}, "no column 'chr'"),
        ({}, {"chromosome": "label", "identity": 0.8}, "either chromosome or identity"),
        ({}, {"chromosome": "label"}, "2 groups"),
        ({"label": ["none", None] * 50}, {}, "empty in 50 of 100 rows"),
        ({"label": ["none"] * 98 + ["silencer"] * 2}, {}, r"silencer \(2\)"),
        ({"sequence": [*drawn(99), " "]}, {}, "no sequence in row 100"),
        ({"sequence": drawn(9) * 11 + drawn(1), "label": list("abababbab") * 11 + ["a"]}, {},
         "9 different sequences"),
        ({"chr": ["1", None] * 50}, {"chromosome": "chr"}, "no chromosome in the rows 2, 4, 6, 8, 10 and 45"),
        ({}, {"name": None}, "give one, as in name="),
        ({}, {"identity": 80}, "identity=80"),
        ({}, {"test": 1.5}, "test=1.5"),
        ({}, {"question": "Is it a silencer?"}, "<DNA> once"),
        ({}, {"labels": ["x", "y"]}, "does not name"),
    ],
)  # fmt: skip
def test_what_cannot_be_a_task_is_an_error_that_says_why(change, options, told):
    with pytest.raises(TaskError, match=told):
        made(table().assign(**change), **options)


def test_a_cell_that_is_no_dna_is_named_by_its_row():
    with pytest.raises(SequenceError, match="in row 7"):
        made(table().assign(sequence=[*drawn(6), "ACGT!", *drawn(93, seed=1)]))


def test_a_file_gives_its_name(tmp_path):
    table().to_csv(tmp_path / "My silencers-2.csv", index=False)
    task = task_from_table(tmp_path / "My silencers-2.csv", question=QUESTION).task
    assert (task.name, task.title, task.source) == ("my_silencers_2", "my silencers 2", "My silencers-2.csv")


def test_the_task_can_be_used_at_once(monkeypatch):
    monkeypatch.setattr(registry, "_TASKS", dict(registry._TASKS))
    data = made()
    register_task(data.task)
    assert get_task("mine") is data.task


def test_the_data_print_and_become_a_table():
    data = made()
    for told in (str(data), data._repr_html_()):
        assert "silencer" in told
        assert "validation" in told
        assert "100 different sequences" in told
    frame = data.to_frame()
    assert list(frame.columns) == ["sequence", "label", "split"]
    assert frame["split"].value_counts().to_dict() == {"train": 80, "validation": 10, "test": 10}
    assert data.counts().loc["all"].to_dict() == {"train": 80, "validation": 10, "test": 10}


@pytest.mark.parametrize("name", ["none.csv", "none.parquet", "none.tsv.gz"])
def test_a_table_that_is_not_there_is_named(tmp_path, name):
    with pytest.raises(DataNotFoundError, match=f"no table .*{name}"):
        task_from_table(tmp_path / name, question="Is <DNA> a silencer?")


def test_the_parts_are_splits_of_the_task():
    data = made()
    assert [list(part) for part in data.splits] == [list(getattr(data, part)) for part in PARTS]
    scores = evaluate(Engine(*telling_pair()), data.task, data={"mine": data.splits}, resamples=0)
    assert (scores["mine"].count, scores["mine"].split) == (len(data.test), "test")
