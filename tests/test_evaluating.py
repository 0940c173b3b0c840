"""Evaluation as users ask for it: which rows, beside what, and what goes wrong."""

import contextlib
import gzip
import random
from types import SimpleNamespace
from unittest import mock

import pytest

import chatnt
from chatnt.engine import Engine
from chatnt.errors import DataError, DataNotFoundError, TaskError, UnknownTaskError
from chatnt.evaluating import BASELINES, evaluate
from chatnt.predictions import read_predictions
from chatnt.tasks import get_task
from chatnt.tasks.examples import Example
from chatnt.tasks.sources import Splits
from tests.tiny import tiny_pair

TATA, LEAF = "promoter_tata", "plant_promoter_leaf"
NO, YES = get_task(TATA).labels
RNG = random.Random(0)


def drawn(count, label, length=40):
    return [Example("".join(RNG.choices("ACGT", k=length)), label(i)) for i in range(count)]


LABELLED = drawn(30, lambda i: YES if i % 3 else NO), drawn(12, lambda i: YES if i % 2 else NO)
NUMBERED = drawn(30, lambda i: float(i)), drawn(12, lambda i: i / 4)
SPLITS = {
    TATA: Splits(LABELLED[0][:20], LABELLED[0][20:], LABELLED[1]),
    LEAF: Splits(NUMBERED[0][:20], NUMBERED[0][20:], NUMBERED[1]),
}
QUICK = {"sentences": 0, "resamples": 50}


class Reader:
    """Answer by the first letter of the DNA, and remember what was asked."""

    def __init__(self, silent=""):
        self.asked, self.silent = [], silent

    def generate(self, conversations, *, batch_size, answers=None):
        questions = [turns[-1].question for turns in conversations]
        self.asked += questions
        return [self._of(str(q.sequences[0])) for q in questions]

    def _of(self, sequence):
        if sequence[0] == self.silent:
            return "Hm."
        return "Yes, there is one." if sequence[0] in "AC" else "No, there is no TATA promoter."


def pair_of(engine, *tasks, simulated=()):
    scope = SimpleNamespace(tasks=tasks, simulated=simulated) if tasks else None
    return SimpleNamespace(engine=engine, scope=scope)


def sequences(questions):
    return [str(q.sequences[0]) for q in questions]


@pytest.fixture
def folder(tmp_path):
    for name, (train, test) in {TATA: LABELLED, LEAF: NUMBERED}.items():
        (tmp_path / "data" / name).mkdir(parents=True)
        for split, rows in (("train", [*train, test[0]]), ("test", test)):
            lines = ["sequence\tlabel", *(f"{e.sequence}\t{e.label}" for e in rows)]
            with gzip.open(tmp_path / "data" / name / f"{split}.tsv.gz", "wt") as file:
                file.write("\n".join(lines) + "\n")
    return tmp_path / "data"


@pytest.fixture(scope="module")
def engine():
    return Engine(*tiny_pair())


def test_answers_are_scored_with_intervals(folder):
    reader = Reader(silent="C")
    found = evaluate(pair_of(reader), TATA, data=folder, **QUICK)
    stated = {"A": YES, "C": ""}
    expected = [stated.get(e.sequence[0], NO) for e in LABELLED[1]]
    score = found[TATA]
    assert found.of(TATA)["parsed_label"].fillna("").tolist() == expected
    assert score.accuracy == sum(e.label == s for e, s in zip(LABELLED[1], expected, strict=True)) / 12
    assert score.unparsed == expected.count("") == len(found.unparsed())
    assert (score.count, score.available, score.split) == (12, 12, "test")
    assert {"mcc", "accuracy", "f1"} == set(score.intervals)
    assert score.intervals["accuracy"][0] <= score.accuracy <= score.intervals["accuracy"][1]
    assert sequences(reader.asked) == [e.sequence for e in LABELLED[1]]


def test_at_most_so_many_rows_chosen_by_the_seed(folder):
    readers = [Reader() for _ in range(3)]
    found = [
        evaluate(pair_of(r), TATA, data=folder, limit=5, seed=seed, **QUICK)
        for r, seed in zip(readers, (1, 1, 2), strict=True)
    ]
    assert [(e[TATA].count, e[TATA].available, e.limit, e.seed) for e in found[1:]] == [
        (5, 12, 5, 1), (5, 12, 5, 2),
    ]  # fmt: skip
    asked = [[(q.text, str(q.sequences[0])) for q in r.asked] for r in readers]
    assert asked[0] == asked[1] != asked[2]
    rows = found[0].predictions["row"].tolist()
    assert sequences(readers[0].asked) == [LABELLED[1][i].sequence for i in rows]
    assert len(evaluate(pair_of(Reader()), TATA, data=folder, limit=None, **QUICK).predictions) == 12


def test_the_most_frequent_label_of_the_training_rows_is_a_baseline(folder):
    found = evaluate(pair_of(Reader()), [TATA, LEAF], data=folder, **QUICK)
    assert list(found.baselines) == ["majority"]
    tata, leaf = (found.baselines["majority"][name] for name in (TATA, LEAF))
    assert tata.confusion == {NO: {YES: 6}, YES: {YES: 6}}
    assert (tata.mcc, tata.auroc) == (0, 0.5)
    mean = sum(range(30)) / 30  # without the test row that the table of training rows has
    assert leaf.mae == pytest.approx(sum(abs(e.label - mean) for e in NUMBERED[1]) / 12)
    assert (leaf.pearson, found[LEAF].filled) == (0, mean)


def test_without_training_rows_the_majority_is_that_of_the_rows():
    rows = [("ACGT", YES), ("CCGT", NO), ("GCGT", NO)]
    found = evaluate(pair_of(Reader()), TATA, data={TATA: rows}, **QUICK)
    assert found.baselines["majority"][TATA].accuracy == pytest.approx(2 / 3)
    assert found[TATA].accuracy == pytest.approx(2 / 3)


def test_all_baselines_are_of_the_same_rows():
    reader = Reader()
    found = evaluate(pair_of(reader), TATA, data=SPLITS, limit=7, baselines="all", **QUICK)
    assert tuple(found.baselines) == BASELINES
    assert {s[TATA].count for s in found.baselines.values()} == {7}
    own, blank, shuffled = (reader.asked[i : i + 7] for i in (0, 7, 14))
    assert len(reader.asked) == 21
    assert [q.text for q in own] == [q.text for q in blank] == [q.text for q in shuffled]
    assert sequences(blank) == ["N" * 40] * 7
    assert [sorted(s) for s in sequences(shuffled)] == [sorted(s) for s in sequences(own)]
    assert sequences(shuffled) != sequences(own)


def test_linear_models_learn_from_training_rows():
    """Of sequences that tell their label by their bases, a linear model learns what this reader cannot."""
    made = [Example(("AT" if i % 2 else "CG") * 20 + "ACGT"[i % 4], (NO, YES)[i % 2]) for i in range(60)]
    data = {TATA: Splits(made[:30], made[30:40], made[40:])}
    found = evaluate(pair_of(Reader()), TATA, data=data, baselines=["linear models", "majority"], **QUICK)
    assert list(found.baselines) == ["linear models", "majority"]
    assert found.baselines["linear models"][TATA].mcc == 1
    assert found.baselines["linear models"][TATA].intervals["mcc"] == (1, 1)


def test_what_is_shuffled_does_not_depend_on_other_tasks():
    alone, both = Reader(), Reader()
    how = {"data": SPLITS, "limit": 5, "baselines": ["shuffled DNA"], **QUICK}
    evaluate(pair_of(alone), TATA, **how)
    evaluate(pair_of(both), [LEAF, TATA], **how)
    assert sequences(alone.asked)[5:] == sequences(both.asked)[15:]


def test_by_default_all_tasks_of_the_scope_that_have_data(folder):
    pair = pair_of(Reader(), "h3", LEAF, TATA, simulated=(LEAF,))
    for data in (folder, SPLITS):
        found = evaluate(pair, data=data, **QUICK)
        assert [s.task for s in found.tasks] == [LEAF, TATA]
        assert [s.notes for s in found.tasks] == [("learned from simulated sequences alone",), ()]


def test_the_folder_is_by_default_that_of_the_variable(folder, monkeypatch):
    monkeypatch.setenv("CHATNT_DATA", str(folder))
    assert evaluate(pair_of(Reader()), TATA, **QUICK)[TATA].count == 12
    monkeypatch.delenv("CHATNT_DATA")
    with pytest.raises(DataNotFoundError, match="CHATNT_DATA"):
        evaluate(pair_of(Reader()), TATA, **QUICK)


def test_a_task_outside_the_scope_is_asked_and_noted():
    found = evaluate(pair_of(Reader(), LEAF), get_task(TATA), data=SPLITS, **QUICK)
    assert found[TATA].count == 12
    assert "not in the scope" in found[TATA].notes[0]
    assert "not in the scope" in str(found)


def test_other_parts_of_the_data(folder):
    found = evaluate(pair_of(Reader()), TATA, split="validation", data=SPLITS, **QUICK)
    assert (found[TATA].count, found[TATA].split) == (10, "validation")
    assert not found.published()["comparable"].any()
    assert evaluate(pair_of(Reader()), TATA, split="train", data=folder, **QUICK)[TATA].count == 31


def test_simulated_sequences_are_marked():
    found = evaluate(pair_of(Reader()), TATA, data="simulated", limit=4, **QUICK)
    assert found[TATA].simulated
    assert "(simulated)" in str(found)


def test_an_engine_alone_is_a_pair(engine):
    found = evaluate(engine, TATA, data=SPLITS, limit=4, sentences=1, resamples=20)
    assert found[TATA].auroc is not None
    assert found.predictions["probabilities"].map(len).tolist() == [2] * 4


class _KilledError(Exception):
    pass


def killed_at(engine, call, path):
    """Evaluate two tasks and a control and break off at a call of the engine; return the calls."""
    real, calls = engine.generate, []

    def generate(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            raise _KilledError
        return real(*args, **kwargs)

    found = None
    with mock.patch.object(engine, "generate", generate), contextlib.suppress(_KilledError):
        found = evaluate(
            engine, [TATA, LEAF], data=SPLITS, baselines=["question only"], predictions=path, **QUICK
        )
    return len(calls), found


def test_a_killed_evaluation_goes_on_where_it_was(engine, tmp_path):
    calls, whole = killed_at(engine, 0, tmp_path / "whole.parquet")
    assert calls == 4  # two tasks, with and without DNA
    path = tmp_path / "killed.parquet"
    assert killed_at(engine, 2, path) == (2, None)
    assert not path.exists()
    assert killed_at(engine, 3, path) == (3, None)  # the second task and one of the control are done
    assert path.exists()
    calls, again = killed_at(engine, 0, path)
    assert calls == 1
    assert again == whole
    assert again.predictions.equals(whole.predictions)
    assert killed_at(engine, 0, path)[0] == 0
    names = sorted(p.name for p in tmp_path.iterdir())
    assert names == [f"{n}{e}.parquet" for n in ("killed", "whole") for e in ("", ".question-only")]
    for name in names:
        other = tmp_path / name.replace("killed", "whole")
        assert read_predictions(tmp_path / name).equals(read_predictions(other))


def test_scores_saved_beside_the_predictions_let_a_run_go_on(engine, tmp_path):
    path = tmp_path / "scores.parquet"
    _, found = killed_at(engine, 0, path)
    found.save(tmp_path / "scores.json")
    assert killed_at(engine, 0, path)[0] == 0


def test_a_bar_says_what_is_asked(engine, capsys):
    evaluate(engine, TATA, data=SPLITS, baselines=["question only"], progress=True, **QUICK)
    told = capsys.readouterr().err
    assert "12/12" in told
    assert "question only: promoter_tata" in told


@pytest.mark.parametrize(
    ("tasks", "settings", "error", "told"),
    [
        ("promoter_tat", {}, UnknownTaskError, "promoter_tata"),
        ("h3", {}, DataError, "No data of h3 were given; there are promoter_tata"),
        ([], {}, TaskError, "no tasks"),
        (None, {}, TaskError, "has no scope"),
        (TATA, {"split": "tests"}, ValueError, "one of train, validation, test"),
        (TATA, {"wordings": "own"}, ValueError, "one of train, test"),
        (TATA, {"limit": 0}, ValueError, "expected 1 or more, or None"),
        (TATA, {"batch_size": 0}, ValueError, "batch_size=0"),
        (TATA, {"resamples": -1}, ValueError, "expected 0 or more"),
        (TATA, {"baselines": ["knn", "majority"]}, ValueError, "no baseline 'knn'; there are majority"),
        (TATA, {"baselines": "linear models", "split": "train"}, DataError, "fitted on the training rows"),
        (
            TATA,
            {"baselines": "linear models", "data": {TATA: LABELLED[1]}},
            DataError,
            "none of promoter_tata",
        ),
        (TATA, {"data": {TATA: []}}, DataError, "no rows of promoter_tata"),
        (TATA, {"data": {TATA: [("ACGT", "maybe")]}}, DataError, "maybe"),
        (TATA, {"data": 7}, ValueError, "data is a int"),
        (TATA, {"data": "nowhere/at/all"}, DataNotFoundError, "nowhere/at/all"),
    ],
)
def test_bad_input_is_told(tasks, settings, error, told):
    reader = Reader()
    with pytest.raises(error, match=told):
        evaluate(pair_of(reader), tasks, **{"data": SPLITS, **settings})
    assert not reader.asked


def test_bad_folders_and_files_are_told(folder, tmp_path):
    with pytest.raises(DataNotFoundError, match="No table of h3"):
        evaluate(pair_of(Reader()), ["h3", TATA], data=folder)
    with pytest.raises(DataNotFoundError, match="no data of any task of the scope"):
        evaluate(pair_of(Reader(), "h3", "h4"), data=folder)
    with pytest.raises(ValueError, match="read_splits"):
        evaluate(pair_of(Reader()), TATA, data=folder, split="validation")
    with pytest.raises(DataError, match=r"is a folder; name a file"):
        evaluate(pair_of(Reader()), TATA, data=folder, predictions=tmp_path)
    few = {TATA: Splits(LABELLED[0][:3], [], LABELLED[1])}
    with pytest.raises(DataError, match=r"No linear model of promoter_tata .* at least 10"):
        evaluate(pair_of(Reader()), TATA, data=few, baselines="linear models")


def test_a_file_that_holds_no_predictions_is_not_written_over(engine, tmp_path):
    path = tmp_path / "notes.parquet"
    path.write_text("My notes.")
    with pytest.raises(DataError, match="cannot be read as predictions"):
        evaluate(engine, TATA, data=SPLITS, predictions=path, **QUICK)
    assert path.read_text() == "My notes."


def test_the_public_name_is_this_function():
    assert chatnt.evaluate is evaluate
