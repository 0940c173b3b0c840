"""How far the bundled pair can be trusted, at toy size, with data made in code."""

import random
import sys
from argparse import Namespace

import pandas as pd
import pytest
import torch

from chatnt.calibrations import Calibrations
from chatnt.engine import Engine
from chatnt.evaluation import predict
from chatnt.folder import CALIBRATIONS, CARD, check_manifest, write_pair
from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores
from chatnt.pair_results import PairResults
from chatnt.pairs import judge_trust
from chatnt.pairs.judge_trust import judged
from chatnt.tasks import get_task
from chatnt.tasks.examples import Examples
from chatnt.tasks.sources import Splits
from tests.tiny import tiny_pair

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
SIZES = {"train": 60, "validation": 55, "test": 60}


def made(task, split):
    rng = random.Random(f"{task.name}/{split}")
    truths = [rng.uniform(-2, 2) if task.scale else task.labels[i % 2] for i in range(SIZES[split])]
    return Examples.of(task, [("".join(rng.choices("ACGT", k=40)), truth) for truth in truths])


@pytest.fixture(autouse=True)
def few(monkeypatch):
    monkeypatch.setattr(judge_trust, "WORDINGS", 3)
    monkeypatch.setattr(judge_trust, "REPHRASED", 8)
    monkeypatch.setattr(judge_trust, "TESTED", 52)


@pytest.fixture(scope="module")
def splits():
    return {task.name: Splits(*(made(task, split) for split in SIZES)) for task in (TATA, LEAF)}


@pytest.fixture(scope="module")
def place(tmp_path_factory, splits):
    """The training tables, and a pair that is scored but not calibrated."""
    folder = tmp_path_factory.mktemp("trust")
    for name, parts in splits.items():
        (folder / "data" / name).mkdir(parents=True)
        lines = ["sequence\tlabel", *(f"{e.sequence}\t{e.label}" for e in (*parts.train, *parts.validation))]
        (folder / "data" / name / "train.tsv").write_text("\n".join(lines) + "\n")
    engine = Engine(*tiny_pair())
    rows = [predict(engine, task, splits[task.name].test, sentences=3) for task in (TATA, LEAF)]
    scores = Scores(tuple(score_predictions(t, p) for t, p in zip((TATA, LEAF), rows, strict=True)), "test")
    write_pair(folder / "pair", *tiny_pair())
    tables = {"wordings": pd.DataFrame({"task": ["kept"]})}
    PairResults("pair", scores, pd.concat(rows, ignore_index=True), {}, tables).save(folder / "pair")
    (folder / "pair" / CARD).write_text("# Pair\n\n### How far to trust it\n\nUnknown.\n\n## What it reads\n")
    return folder


def arguments(place, work, only=()):
    return Namespace(pair=place / "pair", data=place / "data", work=work, only=only, seed=0)


def test_everything_is_measured_of_the_tasks_that_it_suits(place, splits, tmp_path):
    fitted, tables = judged(Engine(*tiny_pair()), splits, arguments(place, tmp_path))
    assert {(each.task, each.count) for each in fitted} == {(TATA.name, 55), (LEAF.name, 55)}
    asked = {name: list(table["task"]) for name, table in tables.items()}
    binary = [TATA.name]
    assert asked == {
        "calibration": [TATA.name, LEAF.name],
        "wording spread": binary,
        "perplexity": binary,
        "paper protocol": binary,
    }
    spread = tables["wording spread"].set_index("task").loc[TATA.name]
    assert (spread["rows"], spread["wordings"], spread["unparsed"]) == (8, 3, 8)  # it is not trained
    assert spread["spread"] == spread["highest"] - spread["lowest"]
    assert spread["worst"] in TATA.questions.test
    beside = tables["perplexity"].loc[0]
    assert (beside["fitted"], beside["tested"], beside["mcc_written"]) == (52, 52, 0)
    assert 0 <= beside["auroc"] <= 1
    paper = tables["paper protocol"].loc[0]
    assert (paper["fitted"], paper["tested"]) == (60, 60)  # training rows, and test rows
    assert -1 <= paper["mcc_before"] <= 1


def test_a_part_can_be_computed_alone_and_is_kept(place, splits, tmp_path, monkeypatch):
    engine = Engine(*tiny_pair())
    fitted, tables = judged(engine, splits, arguments(place, tmp_path, only=["perplexity"]))
    assert (len(fitted), list(tables)) == (0, ["perplexity"])
    monkeypatch.setattr(judge_trust, "perplexities", None)  # nobody may call it again
    again = judged(engine, splits, arguments(place, tmp_path, only=["perplexity"]))[1]
    pd.testing.assert_frame_equal(again["perplexity"], tables["perplexity"])


def test_the_command_puts_it_beside_the_pair(place, splits, tmp_path, monkeypatch):
    monkeypatch.setattr(judge_trust, "read_measured", lambda folder, seed: splits)
    monkeypatch.setattr(judge_trust, "MEASURED", (TATA.name, LEAF.name))
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    given = ["--pair", place / "pair", "--data", place / "data", "--work", tmp_path]
    monkeypatch.setattr(sys, "argv", ["judge_trust", *map(str, given)])
    judge_trust.main()
    check_manifest(place / "pair")
    assert len(Calibrations.load(place / "pair" / CALIBRATIONS)) == 3
    kept = PairResults.load(place / "pair")
    assert list(kept.tables) == ["wordings", "calibration", "wording spread", "perplexity", "paper protocol"]
    card = (place / "pair" / CARD).read_text()
    assert card.startswith("# Pair\n\n### How far to trust it\n\nProbabilities of the tasks")
    assert card.endswith("## What it reads\n")
    assert "Unknown." not in card
    assert f"`{LEAF.name}`" in card
