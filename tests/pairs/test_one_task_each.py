"""One model for each task: the same encoder, alone with its labels."""

import json
import sys
from argparse import Namespace

import pytest
import torch

from chatnt.model import NucleotideCNN
from chatnt.outcomes import Scores
from chatnt.pairs import one_task_each
from chatnt.pairs.make_mini import encoder_config
from chatnt.pairs.one_task_each import alone, new_encoder, trained_each
from chatnt.training.trainer import PairTrainer
from tests.pairs.recipe import MEASURED, RECALLED, SIZES, made_splits, shrink
from tests.tiny import tiny_processor


@pytest.fixture(autouse=True)
def small(monkeypatch):
    shrink(monkeypatch)


def arguments(work):
    return Namespace(work=work, seed=0, bf16=False)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("alone")
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as monkeypatch:
        shrink(monkeypatch)
        return trained_each(made_splits(), MEASURED, tiny_processor(), arguments(folder)), folder


def test_every_task_is_scored_on_its_test_rows(trained):
    assert {s.task: s.count for s in trained[0].tasks} == dict.fromkeys(MEASURED, SIZES["test"])
    assert all(s.unparsed == 0 for s in trained[0].tasks)


def test_what_is_scored_is_not_trained_again(trained, monkeypatch):
    def again(*_):
        raise AssertionError("a task that is scored was trained again")

    monkeypatch.setattr(PairTrainer, "training_step", again)
    scores, folder = trained
    assert trained_each(made_splits(), MEASURED, tiny_processor(), arguments(folder)) == scores


def test_a_family_of_one_is_shown_as_with_the_others():
    family = alone("h4")
    assert family.tasks == ("h4",)
    assert (family.turned, family.replaced, family.alone) == (True, 0.01, 0.5)


@pytest.mark.parametrize("name", MEASURED)
def test_the_encoder_is_that_of_the_pair_for_one_task(name):
    """It recalls its own task's facts alone, and knows a reference only where there are variants."""
    encoder = new_encoder(alone(name), list(made_splits()[name].train), seed=0)
    assert isinstance(encoder, NucleotideCNN)
    for key, value in encoder_config(1).items():
        assert getattr(encoder.config, key) == value
    assert (encoder.recall is not None) == (name in RECALLED)
    if encoder.recall is not None:
        assert encoder.recall.facts.shape[2] == 1
        assert encoder.recall.facts.abs().sum() > 0
    assert (encoder.variants is not None) == (name == "gfp_fluorescence")


def test_the_command_writes_the_scores(tmp_path, monkeypatch):
    monkeypatch.setattr(one_task_each, "read_measured", lambda folder, seed: made_splits())
    monkeypatch.setattr(torch, "set_num_threads", lambda threads: None)
    given = ["--work", tmp_path / "work", "--out", tmp_path / "alone.json", "--tasks", "enhancers_types"]
    monkeypatch.setattr(sys, "argv", ["one_task_each", *map(str, given)])
    one_task_each.main()
    scores = Scores.from_json(json.loads((tmp_path / "alone.json").read_text()))
    assert [s.task for s in scores.tasks] == ["enhancers_types"]
