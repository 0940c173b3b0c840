"""The whole recipe at toy size: from data to a folder that can be loaded and asked."""

import hashlib
import shutil
from argparse import Namespace

import pytest
import torch
from safetensors.torch import load_file

import chatnt
from chatnt.outcomes import TrainingLog
from chatnt.pairs import make_mini
from chatnt.pairs.make_mini import make, prepared_model, simulated
from chatnt.tasks import get_task
from chatnt.training.trainer import PairTrainer
from tests.pairs.recipe import FAMILIES, NAMES, RECALLED, SIMULATED, made_splits, shrink

TRAININGS = ("captions", "labels", "where", "dna")


def arguments(out, work, **changes):
    usual = {"scale": 1.0, "bf16": False, "seed": 0, "only": None, "blind": False}
    return Namespace(**({"out": out, "work": work} | usual | changes))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """The folder of a pair, and its work folder."""
    folder = tmp_path_factory.mktemp("recipe")
    torch.set_num_threads(1)
    with pytest.MonkeyPatch.context() as monkeypatch:
        shrink(monkeypatch)
        make(made_splits(), arguments(folder / "pair", folder / "work"))
    return folder / "pair", folder / "work"


@pytest.fixture
def small(monkeypatch):
    shrink(monkeypatch)


def contents(folder):
    files = (p for p in sorted(folder.rglob("*")) if p.is_file())
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in files}


def test_the_pair_can_be_loaded_and_asked(made):
    chat = chatnt.load(made[0])
    assert chat.scope.tasks == NAMES
    assert chat.scope.simulated == SIMULATED
    question = get_task("h3").questions.train[0]
    answer = chat.ask(question, made_splits()["h3"].test[0].sequence)
    assert answer.in_scope
    assert answer.task == "h3"
    assert isinstance(answer.text, str)  # whatever it has learned in two steps
    assert not chat.ask("What is the capital of France?").in_scope


def test_each_training_has_a_log(made):
    for name in TRAININGS:
        log = TrainingLog.load(made[1] / name)
        losses = [record["loss"] for record in log.records if "loss" in record]
        assert len(losses) == 2
        assert all(torch.tensor(losses).isfinite())
    (measured,) = [r["validation"] for r in log.records if "validation" in r]
    assert set(measured) == {*NAMES, "mean"}  # through English answers


def test_a_second_run_trains_nothing_anew_and_gives_the_same_bytes(made, small, tmp_path, monkeypatch):
    def trained(*_):
        raise AssertionError("a training that is done was begun again")

    monkeypatch.setattr(PairTrainer, "training_step", trained)
    make(made_splits(), arguments(tmp_path / "again", made[1]))
    assert contents(tmp_path / "again") == contents(made[0])


def test_what_is_lost_is_made_again_with_the_same_bytes(made, small, tmp_path):
    """As after a kill between the first training and the second, or within the third."""
    shutil.copytree(made[1], tmp_path / "work")
    for name in TRAININGS[1:]:
        shutil.rmtree(tmp_path / "work" / name)
    make(made_splits(), arguments(tmp_path / "again", tmp_path / "work"))
    assert contents(tmp_path / "again") == contents(made[0])


def test_labels_and_captions_can_be_learned_side_by_side(made, small, tmp_path):
    """And then what is left is learned from both, with the same bytes as one after the other."""
    for name in ("labels", "captions"):
        make(made_splits(), arguments(tmp_path / "again", tmp_path / "work", only=name))
    assert {path.name for path in (tmp_path / "work").iterdir()} == {"labels", "captions", "processor"}
    assert not (tmp_path / "again").exists()
    make(made_splits(), arguments(tmp_path / "again", tmp_path / "work"))
    assert contents(tmp_path / "again") == contents(made[0])


def test_the_blind_pair_differs_by_what_it_hears(made, small, tmp_path):
    shutil.copytree(made[1], tmp_path / "work")
    make(made_splits(), arguments(tmp_path / "blind", tmp_path / "work", blind=True))
    blind, pair = chatnt.load(tmp_path / "blind").model, chatnt.load(made[0]).model
    assert not blind.config.resampler_config.english_aware
    assert pair.config.resampler_config.english_aware
    assert blind.config.encoder_config.to_dict() == pair.config.encoder_config.to_dict()
    for name, tensor in pair.decoder.state_dict().items():
        assert torch.equal(blind.decoder.state_dict()[name], tensor), name
    assert not (tmp_path / "work" / "where-blind").exists()  # it cannot know where
    steps = [len(TrainingLog.load(tmp_path / "work" / name).records) for name in ("dna", "dna-blind")]
    assert steps[0] == steps[1]


def test_each_training_changes_its_parts_alone(made):
    """The decoder what captions say, and nothing of DNA; the others with the DNA."""
    learned = {name: load_file(made[1] / name / "weights.safetensors") for name in TRAININGS}
    parts = {name: {key.partition(".")[0] for key in learned[name]} for name in TRAININGS}
    assert parts == {
        "labels": {"encoder", "heads"}, "captions": {"decoder"}, "where": {"resampler"},
        "dna": {"encoder", "resampler"},
    }  # fmt: skip
    kept = chatnt.load(made[0]).model
    for name, tensor in (learned["captions"] | learned["dna"]).items():
        assert torch.equal(kept.state_dict()[name], tensor), name
    assert not torch.equal(kept.encoder.stem.weight, learned["labels"]["encoder.stem.weight"])


def test_a_model_begins_with_what_it_recalls_and_its_reference(made, small):
    splits = made_splits()
    processor = make_mini.new_processor([], made[1] / "processor")
    examples = {name: parts.train for name, parts in splits.items()}
    encoder = prepared_model(processor, examples, 0).encoder
    assert encoder.recall.facts.shape[1:] == (2, len(RECALLED))
    assert len(encoder.recall.words) > 10
    assert encoder.variants.references.sum() == 120
    # And it is what the pair keeps.
    kept = chatnt.load(made[0]).model.encoder
    assert torch.equal(kept.recall.words, encoder.recall.words)
    assert torch.equal(kept.recall.facts, encoder.recall.facts)


@pytest.mark.parametrize("name", ["lncrna_sorghum", "meltome"])
def test_simulated_sequences_are_in_one_part_alone(name, monkeypatch):
    monkeypatch.setattr(make_mini, "SIMULATED_SEQUENCES", 40)
    monkeypatch.setattr(make_mini, "SIMULATED_TESTS", 10)
    parts = simulated(name, seed=0)
    assert [len(part) for part in parts] == [36, 4, 10]
    assert len({example.sequence for part in parts for example in part}) == 50
    assert simulated(name, seed=0) == parts
    assert simulated(name, seed=1) != parts


def test_the_scale_shortens_every_training(small, tmp_path, monkeypatch):
    plans = []
    monkeypatch.setattr(make_mini, "train", lambda learner, lesson, plan, **_: plans.append(plan))
    processor = make_mini.new_processor([get_task(name) for name in NAMES], tmp_path / "processor")
    splits = made_splits()
    model = prepared_model(processor, {name: parts.train for name, parts in splits.items()}, 0)
    make_mini.teach(model, processor, splits, arguments(None, tmp_path, scale=0.5, bf16=True, seed=7))
    assert [(plan.steps, plan.bf16, plan.seed) for plan in plans] == [(1, True, 7)] * 4
    assert [plan.trained for plan in plans] == [
        ("decoder",), ("encoder", "heads"), ("resampler",), ("encoder", "resampler"),
    ]  # fmt: skip
    # Words and soft tokens begin equally large.
    size = model.get_input_embeddings().weight.pow(2).mean().sqrt()
    torch.testing.assert_close(model.resampler.scale.data, size.detach())


def test_the_families_of_the_tests_are_of_the_recipe():
    assert {name for family in FAMILIES for name in family.tasks} <= set(make_mini.MEASURED)
