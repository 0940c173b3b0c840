"""Scores of a pair, through the sentences that it writes."""

from collections import Counter
from unittest import mock

import pandas as pd
import pytest

from chatnt.engine import Engine
from chatnt.evaluation import predict, predict_each, score_answers, score_tasks
from chatnt.grammar import possible_answers
from chatnt.metrics import score_predictions
from chatnt.predictions import read_predictions
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from tests.tiny import tiny_model, tiny_pair

TATA, SPLICE, LEAF = (get_task(name) for name in ("promoter_tata", "splice_sites_all", "plant_promoter_leaf"))
YES, NO, NEITHER = "Yes, there is one.", "No, there is no TATA promoter.", "Hm, who knows."


class Scripted:
    """Give one answer after the other, and remember what was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def generate(self, conversations, *, batch_size, answers=None):
        self.asked += [turns[-1].question for turns in conversations]
        assert all(len(turns) == 1 for turns in conversations)
        given, self.answers = self.answers[: len(conversations)], self.answers[len(conversations) :]
        return given


def examples(*labels):
    return [Example("ACGT" * (i + 1), label) for i, label in enumerate(labels)]


def scored(labels, answers, task=TATA, **settings):
    return score_answers(Scripted(*answers), task, examples(*labels), split="test", **settings)


P, Q = "promoter", "not a promoter"


@pytest.mark.parametrize(
    ("labels", "answers", "mcc", "accuracy"),
    [
        ([P, P, Q, Q], [YES, YES, NO, NO], 1.0, 1.0),
        ([P, P, Q, Q], [NO, NO, YES, YES], -1.0, 0.0),
        ([P, P, Q, Q], [YES, YES, YES, YES], 0.0, 0.5),
        # (TP * TN - FP * FN) / sqrt(...) of 2 true and 1 false positives, 1 true and 0 false negatives
        ([P, P, Q, Q], [YES, YES, YES, NO], (2 * 1 - 0) / (3 * 2 * 2 * 1) ** 0.5, 0.75),
    ],
)
def test_scores_of_a_binary_task(labels, answers, mcc, accuracy):
    score = scored(labels, answers)
    assert (score.task, score.split, score.count, score.unparsed) == ("promoter_tata", "test", 4, 0)
    assert score.mcc == pytest.approx(mcc)
    assert score.accuracy == accuracy
    assert score.auroc is None


def test_an_answer_without_a_label_is_wrong():
    whole, worse = (scored([P, P, Q, Q], [YES, last, NO, NO]) for last in (YES, NEITHER))
    assert (whole.unparsed, worse.unparsed) == (0, 1)
    assert worse.accuracy == 0.75
    assert worse.mcc < whole.mcc == 1
    assert worse.confusion == {P: {P: 1, "unparsed": 1}, Q: {Q: 2}}


def test_answers_that_never_state_a_label_have_no_skill():
    score = scored([P, Q], ["", NEITHER])
    assert (score.unparsed, score.accuracy, score.mcc) == (2, 0, 0)


def test_unparsed_answers_of_several_classes():
    labels = ["donor", "acceptor", "neither", "donor"]
    answers = ["Donor splice site.", "Donor splice site.", "Neither donor nor acceptor.", "It rains."]
    score = scored(labels, answers, SPLICE)
    assert score.confusion == {
        "acceptor": {"donor": 1}, "donor": {"donor": 1, "unparsed": 1}, "neither": {"neither": 1},
    }  # fmt: skip
    assert (score.unparsed, score.accuracy) == (1, 0.5)


def test_numbers_are_read_from_the_answers():
    score = scored(
        [1.0, -2.0, 0.5], ["It is 1.25.", "I predict -2.00.", "I predict nothing."], LEAF, filled=1.5
    )
    assert (score.unparsed, score.filled, score.metric) == (1, 1.5, "pearson")
    assert score.mae == pytest.approx((0.25 + 0 + 1.0) / 3)


@pytest.mark.parametrize("wordings", ["train", "test"])
def test_each_example_is_asked_once_in_the_wordings_of_the_split(wordings):
    engine = Scripted(*[YES] * 40)
    given = examples(*[P, Q] * 20)
    score_answers(engine, TATA, given, split="test", wordings=wordings)
    assert [q.sequences[0].sequence for q in engine.asked] == [e.sequence for e in given]
    texts = {q.text for q in engine.asked}
    assert texts <= set(TATA.questions.of(wordings))
    assert len(texts) > 5


def test_the_seed_decides_the_wordings():
    asked = []
    for seed in (1, 1, 2):
        engine = Scripted(*[YES] * 20)
        score_answers(engine, TATA, examples(*[P, Q] * 10), split="test", seed=seed)
        asked.append([q.text for q in engine.asked])
    assert asked[0] == asked[1] != asked[2]


def test_sequences_of_similar_length_go_together_and_rows_keep_their_order():
    given = examples(P, Q, P)[::-1]
    engine = Scripted(YES, NO, NEITHER)
    rows = predict(engine, TATA, given, rows=[7, 2, 40], batch_size=2, sentences=0)
    assert [len(q.sequences[0]) for q in engine.asked] == [4, 8, 12]
    assert rows["answer"].tolist() == [NEITHER, NO, YES]
    assert rows["row"].tolist() == [7, 2, 40]
    assert rows["parsed_label"].fillna("").tolist() == ["", Q, P]


DATA = {"promoter_tata": examples(*[P, Q] * 10), "splice_sites_all": examples("donor", "neither")}


def test_several_tasks_are_scored_with_a_limit():
    engine = Scripted(*[YES] * 5, *["Donor splice site."] * 2)
    settings = {"limit": 5, "seed": 3, "sentences": 0}
    scores = score_tasks(engine, DATA, [TATA, SPLICE], split="validation", wordings="train", **settings)
    assert [(t.task, t.split, t.count) for t in scores.tasks] == [
        ("promoter_tata", "validation", 5), ("splice_sites_all", "validation", 2),
    ]  # fmt: skip
    assert scores.wordings == "train"
    chosen = [q.sequences[0].sequence for q in engine.asked[:5]]
    assert len(set(chosen)) == 5
    again = Scripted(*[YES] * 5)
    score_tasks(again, DATA, [TATA], split="validation", **settings)
    assert chosen == [q.sequences[0].sequence for q in again.asked]


@pytest.fixture(scope="module")
def engine():
    return Engine(*tiny_pair())


def test_a_real_engine_is_asked_in_batches(engine):
    with mock.patch.object(engine, "generate", wraps=engine.generate) as generate:
        score = score_answers(engine, TATA, examples(*[P, Q] * 3), split="test", batch_size=4)
    assert [len(call.args[0]) for call in generate.call_args_list] == [4, 2]
    assert score.count == 6
    assert sum(Counter(n for row in score.confusion.values() for n in row.values()).elements()) == 6


def test_each_row_has_a_probability_and_its_dna_is_encoded_once(engine):
    encode = engine.model.encoder.forward
    with mock.patch.object(engine.model.encoder, "forward", side_effect=encode) as encoder:
        rows = predict(engine, SPLICE, examples(*["donor", "neither"] * 3), batch_size=6, sentences=2)
    assert encoder.call_count == 1
    assert rows["probabilities"].map(len).tolist() == [3] * 6
    assert rows["probabilities"].map(sum).tolist() == pytest.approx([1.0] * 6, abs=2e-5)
    assert rows["probability"].isna().equals(rows["parsed_label"].isna())


def test_the_probability_is_that_of_the_stated_label(engine):
    with mock.patch.object(engine, "generate", return_value=["Donor splice site.", "Hm."]):
        rows = predict(engine, SPLICE, examples("donor", "neither"))
    assert rows["probability"][0] == rows["probabilities"][0][SPLICE.labels.index("donor")]
    assert pd.isna(rows["probability"][1])


def test_a_number_has_an_estimate(engine):
    rows = predict(engine, LEAF, examples(1.0, 2.0, 3.0))
    assert rows["estimate"].between(-10, 10).all()
    assert rows["estimate"].nunique() == 3
    assert score_predictions(LEAF, rows).pearson_of_estimate is not None


def test_the_written_predictions_give_the_scores(engine, tmp_path):
    path = tmp_path / "deep" / "predictions.parquet"
    scores = score_tasks(
        engine, DATA, [TATA, SPLICE], split="test", predictions=path, simulated=["promoter_tata"]
    )
    rows = read_predictions(path)
    assert len(rows) == 22
    assert "sequence" not in rows
    assert [path] == list(path.parent.iterdir())
    again = [score_predictions(t, rows[rows["task"] == t.name]) for t in (TATA, SPLICE)]
    assert [a.auroc for a in again] == [s.auroc for s in scores.tasks]
    assert [a.confusion for a in again] == [s.confusion for s in scores.tasks]
    assert [s.simulated for s in scores.tasks] == [True, False]


class _KilledError(Exception):
    pass


def killed_at(engine, call, path, **settings):
    """Score two tasks and break off at a call of the engine."""
    real, calls = engine.generate, []

    def generate(*args, **kwargs):
        calls.append(1)
        if len(calls) == call:
            raise _KilledError
        return real(*args, **kwargs)

    with mock.patch.object(engine, "generate", generate):
        try:
            score_tasks(engine, DATA, [TATA, SPLICE], split="test", predictions=path, **settings)
        except _KilledError:
            assert not path.exists()
    return len(calls)


def test_a_killed_run_goes_on_after_the_last_task(engine, tmp_path):
    whole, path = tmp_path / "whole.parquet", tmp_path / "killed.parquet"
    assert killed_at(engine, 0, whole) == 2
    assert killed_at(engine, 2, path) == 2
    assert killed_at(engine, 0, path) == 1
    assert path.read_bytes() == whole.read_bytes()
    assert killed_at(engine, 0, path) == 0


def test_what_another_process_has_kept_is_not_asked_again(engine, tmp_path):
    """One goes through the tasks from the last; the file is that of one process alone."""
    whole, path = tmp_path / "whole.parquet", tmp_path / "shared.parquet"
    assert killed_at(engine, 0, whole) == 2
    predict_each(engine, DATA, [SPLICE], split="test", predictions=path)
    assert not path.exists()
    assert killed_at(engine, 0, path) == 1
    assert path.read_bytes() == whole.read_bytes()


@pytest.mark.parametrize("settings", [{"seed": 1}, {"wordings": "train"}, {"sentences": 1}, {"limit": 2}])
def test_what_was_asked_otherwise_is_asked_again(engine, tmp_path, settings):
    path = tmp_path / "predictions.parquet"
    killed_at(engine, 0, path)
    assert killed_at(engine, 0, path, **settings) == (1 if "limit" in settings else 2)


def test_other_weights_are_asked_again(engine, tmp_path):
    path = tmp_path / "predictions.parquet"
    killed_at(engine, 0, path)
    other = Engine(tiny_model(seed=1, slot_token_id=engine.processor.slot_token_id), engine.processor)
    assert killed_at(other, 0, path) == 2


def test_a_bar_shows_the_rows_that_are_left(engine, capsys):
    score_tasks(engine, DATA, [SPLICE], split="test", sentences=0, progress=True)
    assert "2/2" in capsys.readouterr().err


def test_constrained_answers_all_state_something(engine):
    """Random weights write anything, unless they are held to the answers of the task."""
    free = predict(engine, SPLICE, DATA[SPLICE.name], sentences=0)
    held = predict(engine, SPLICE, DATA[SPLICE.name], sentences=0, constrained=True)
    assert free["parsed_label"].isna().all()
    assert set(held["answer"]) <= set(possible_answers(SPLICE))
    assert held["parsed_label"].notna().all()


def test_free_answers_are_not_taken_for_constrained_ones(engine, tmp_path):
    ask = {"split": "test", "sentences": 0, "predictions": tmp_path / "p.parquet"}
    for constrained in (False, True):
        (found,), _ = predict_each(engine, DATA, [SPLICE], **ask, constrained=constrained)
        assert found["parsed_label"].notna().all() == constrained
