"""Everything that is measured of the bundled pair, at toy size, with data made in code."""

import json
import sys
from argparse import Namespace

import pandas as pd
import pytest
import torch

from chatnt.engine import Engine
from chatnt.folder import check_manifest, write_pair
from chatnt.loading import load
from chatnt.model import ChatNTModel
from chatnt.pair_results import PairResults
from chatnt.pairs import judge_mini
from chatnt.pairs.judge_mini import NOT_RECALLED, judged, validated
from chatnt.pairs.lesson import gathered
from chatnt.pairs.memory import remembered
from chatnt.tasks import get_task
from tests.pairs.recipe import FAMILIES, MEASURED, NAMES, RECALLED, SIMULATED, SIZES, made_splits, shrink
from tests.tiny import tiny_cnn_config, tiny_config, tiny_processor


@pytest.fixture(scope="module")
def splits():
    return made_splits()


@pytest.fixture(scope="module")
def data(tmp_path_factory, splits):
    """The training tables as they are published: with one of the test sequences."""
    folder = tmp_path_factory.mktemp("data")
    for name in MEASURED:
        rows = [*splits[name].train, splits[name].test[0]]
        (folder / name).mkdir()
        lines = ["sequence\tlabel", *(f"{e.sequence}\t{e.label}" for e in rows)]
        (folder / name / "train.tsv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture(scope="module")
def pair(splits):
    """Untrained, with an encoder that recalls the training sequences of the marks."""
    examples = {name: parts.train for name, parts in splits.items()}
    words, facts = remembered(FAMILIES[0], gathered(FAMILIES[0], examples)[1])
    processor = tiny_processor()
    config = tiny_config(slot_token_id=processor.slot_token_id)
    config.encoder_config = tiny_cnn_config(recalled_words=len(words), recalled_facts=len(RECALLED))
    torch.manual_seed(0)
    model = ChatNTModel(config).eval()
    model.generation_config.max_new_tokens = 3
    model.encoder.recall.words.copy_(words)
    model.encoder.recall.facts.copy_(facts)
    return model, processor


@pytest.fixture(autouse=True)
def small(monkeypatch):
    shrink(monkeypatch)
    monkeypatch.setattr(judge_mini, "CONTROLLED", 6)


@pytest.fixture(scope="module")
def found(pair, splits, data, tmp_path_factory):
    """The results, what was recalled in each evaluation, and the folder."""
    folder, recalled = tmp_path_factory.mktemp("pair"), []
    engine, score_tasks = Engine(*pair), judge_mini.score_tasks

    def watched(engine, data, tasks, **settings):
        recalled.append(([task.name for task in tasks], int(engine.model.encoder.recall.facts.abs().sum())))
        return score_tasks(engine, data, tasks, **settings)

    with pytest.MonkeyPatch.context() as monkeypatch:
        shrink(monkeypatch)
        monkeypatch.setattr(judge_mini, "CONTROLLED", 6)
        monkeypatch.setattr(judge_mini, "score_tasks", watched)
        results = judged(engine, splits, arguments(folder, data))
    return results, recalled, folder


def arguments(folder, data, **changes):
    usual = {
        "pair": folder,
        "data": data,
        "work": folder / "work",
        "only": (),
        "blind": None,
        "alone": None,
        "runs": None,
    }
    return Namespace(**(usual | {"seed": 0} | changes))


def test_every_test_row_is_scored(found):
    results, _, _ = found
    assert {s.task: (s.count, s.simulated) for s in results.scores.tasks} == {
        name: (SIZES["test"], name in SIMULATED) for name in NAMES
    }
    assert len(results.predictions) == len(NAMES) * SIZES["test"]
    assert results.rescored() == results.scores


def test_the_other_runs_stand_beside_it(found):
    runs = found[0].ablations
    asked = {name: {s.task: s.count for s in scores.tasks} for name, scores in runs.items()}
    assert asked == {
        "linear models": dict.fromkeys(MEASURED, SIZES["test"]),
        NOT_RECALLED: dict.fromkeys(RECALLED, SIZES["test"]),
        "question only": dict.fromkeys(MEASURED, 6),
        "shuffled DNA": dict.fromkeys(MEASURED, 6),
    }


def test_what_is_not_stated_is_the_mean_of_the_training(found, splits):
    labels = [example.label for example in splits["gfp_fluorescence"].train]
    score = found[0].scores["gfp_fluorescence"]
    assert score.filled == pytest.approx(sum(labels) / len(labels))
    assert score.unparsed == SIZES["test"]  # an untrained pair states no number


def test_nothing_is_recalled_in_one_run_and_everything_before_and_after(found, pair):
    _, recalled, _ = found
    facts = int(pair[0].encoder.recall.facts.abs().sum())
    assert recalled == [([*NAMES], facts), ([*RECALLED], 0)]
    assert facts > 10


def test_recall_comes_back_after_an_error(pair):
    before = pair[0].encoder.recall.facts.clone()
    with pytest.raises(KeyError), judge_mini._nothing_recalled(Engine(*pair)):
        raise KeyError
    assert torch.equal(pair[0].encoder.recall.facts, before)


def test_the_tables_tell_of_leaks_wordings_and_probes(found):
    tables = found[0].tables
    assert list(tables) == ["leakage", "wordings", "probe", "intervals"]
    assert {tuple(tables[name]["task"]) for name in ("leakage", "wordings", "probe")} == {MEASURED}
    leakage = tables["leakage"].set_index("task")
    # The one test sequence that the published tables had in training; both marks have the same.
    assert set(leakage["published"]) == {1}
    assert set(leakage["exact"]) == {0}
    assert set(tables["probe"]["fitted"]) == {SIZES["validation"]}
    assert set(tables["wordings"]["sequences"]) == {6}


def test_results_are_read_as_they_were_written(found):
    results, _, folder = found
    results.save(folder)
    again = PairResults.load(folder, "mini")
    assert again.scores == results.scores
    pd.testing.assert_frame_equal(again.to_frame(), results.to_frame())  # tables keep ten digits


def test_a_second_time_the_test_sets_are_not_asked_again(found, pair, splits, data, monkeypatch):
    results, _, folder = found
    asked = []
    generate = Engine.generate

    def counted(self, conversations, **settings):
        asked.append(len(conversations))
        return generate(self, conversations, **settings)

    monkeypatch.setattr(Engine, "generate", counted)
    again = judged(Engine(*pair), splits, arguments(folder, data))
    assert again.scores == results.scores
    assert list(again.ablations) == list(results.ablations)
    assert asked == []


def test_parts_can_be_computed_beside_the_predictions(found, pair, splits, data, tmp_path):
    """By another process; then nothing of them is computed again."""
    results, _, _ = found
    only = ["linear models", "question only", "alike"]
    assert judged(Engine(*pair), splits, arguments(tmp_path, data, only=only)) is None
    kept = sorted(path.name for path in (tmp_path / "work").glob("*/*"))
    assert kept == ["alike", "linear_models", "question_only"]
    assert not (tmp_path / "predictions.parquet").exists()
    whole = judged(Engine(*pair), splits, arguments(tmp_path, data))
    assert whole.to_frame().equals(results.to_frame())


def test_other_models_stand_beside_it(found, pair, splits, data, tmp_path):
    results, _, _ = found
    write_pair(tmp_path / "blind", *pair)
    (tmp_path / "alone.json").write_text(json.dumps(results.ablations["linear models"].to_json()))
    given = {"blind": tmp_path / "blind", "alone": tmp_path / "alone.json", "only": ["question-blind"]}
    keeping = arguments(tmp_path, data, **given)
    assert judged(Engine(*pair), splits, keeping) is None
    keeping.only = ()
    runs = judged(Engine(*pair), splits, keeping).ablations
    assert {s.task: s.count for s in runs["question-blind"].tasks} == dict.fromkeys(MEASURED, SIZES["test"])
    assert runs["one task each"] == results.ablations["linear models"]


def test_validation_is_in_wordings_of_the_training(pair, splits):
    scores = validated(Engine(*pair), splits, [get_task(name) for name in NAMES])
    assert scores.wordings == "train"
    assert {s.task: s.count for s in scores.tasks} == dict.fromkeys(NAMES, SIZES["validation"])


def test_the_command_writes_results_card_and_manifest(found, pair, data, tmp_path, monkeypatch, capsys):
    results, _, _ = found
    write_pair(tmp_path / "pair", *pair)
    (tmp_path / "how.txt").write_text("Made of nothing in no time.")
    monkeypatch.setattr(judge_mini, "read_data", lambda folder, seed: made_splits())
    monkeypatch.setattr(judge_mini, "judged", lambda engine, splits, args: results)
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    given = ["--pair", tmp_path / "pair", "--data", data, "--how", tmp_path / "how.txt", "--work", tmp_path]
    monkeypatch.setattr(sys, "argv", ["judge_mini", *map(str, given)])
    judge_mini.main()
    printed = json.loads(capsys.readouterr().out)
    assert set(printed) == set(NAMES)
    check_manifest(tmp_path / "pair")
    card = str(load(tmp_path / "pair").card())
    assert "Made of nothing in no time." in card
    for title in ("Other runs", "Simulated tasks", "in common", "Mean gap"):
        assert title in card
    assert PairResults.load(tmp_path / "pair").scores == results.scores
