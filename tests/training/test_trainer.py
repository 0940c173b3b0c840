"""What a step does to the weights."""

import copy

import pytest
import torch
from safetensors.torch import load_file

from chatnt.errors import CheckpointError
from chatnt.training import LoRA, TrainingPlan
from chatnt.training.batches import Batches, MicroBatch
from tests.tiny import DECODER_FAMILIES, ENCODER_FAMILIES
from tests.training import runs
from tests.training.runs import changed, made_mixture, made_pair, trained

ONCE = changed(
    steps=1, warmup=0, schedule="constant", averaging=0.0, micro_rows=None, padding=0.9, checkpoint_every=1,
    clip=0.0, weight_decay=0.0,
)  # fmt: skip


def moved(before, pair):
    after = pair.model.state_dict()
    return {name for name in before if not torch.equal(before[name], after[name])}


def plain_loss(pair, batches, step):
    """The mean over all predicted tokens of a step, computed in the plainest way."""
    losses, count = 0.0, 0
    for micro in batches.of(step):
        inputs = dict(micro.inputs)
        labels = inputs.pop("labels")
        logits = pair.model(**inputs).logits[:, :-1].float()
        wanted = labels[:, 1:]
        losses += torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), wanted.flatten(), ignore_index=-100, reduction="sum"
        )
        count += int((wanted != -100).sum())
    return losses / count


@pytest.mark.parametrize("optimizer", ["adam", "adamw"])
@pytest.mark.parametrize("micro_rows", [None, 2])
def test_a_step_is_that_of_the_optimizer_on_the_mean_over_all_tokens(tmp_path, optimizer, micro_rows):
    pair = made_pair(dropout=0.0)
    mirror = copy.deepcopy(pair)
    plan = changed(ONCE, optimizer=optimizer, micro_rows=micro_rows, weight_decay=0.1, clip=0.5)
    log = trained(tmp_path, plan, pair=pair, validation={}.copy)
    mirror.model.decoder.requires_grad_(False)
    mirror.model.train()
    whole = Batches(made_mixture(), mirror.processor, changed(ONCE))
    loss = plain_loss(mirror, whole, 0)
    loss.backward()
    assert log.losses[0] == pytest.approx(loss.item(), rel=1e-5)
    weights = [p for p in mirror.model.parameters() if p.requires_grad]
    norm = torch.nn.utils.clip_grad_norm_(weights, 0.5)
    assert log.records[0]["gradient_norm"] == pytest.approx(float(norm), rel=1e-4)
    groups = [
        {"params": [w for w in weights if w.ndim > 1], "weight_decay": 0.1},
        {"params": [w for w in weights if w.ndim <= 1], "weight_decay": 0.0},
    ]
    kind = {"adam": torch.optim.Adam, "adamw": torch.optim.AdamW}[optimizer]
    kind(groups, lr=plan.learning_rate, betas=plan.betas, eps=plan.epsilon).step()
    for ours, theirs in zip(pair.model.parameters(), mirror.model.parameters(), strict=True):
        torch.testing.assert_close(ours, theirs, atol=2e-3, rtol=0)  # Adam divides by small gradients


def test_what_is_frozen_stays_and_the_rest_moves(tmp_path):
    pair = made_pair()
    before = runs.weights_of(pair)
    trained(tmp_path, ONCE, pair=pair, validation={}.copy)
    assert {name.partition(".")[0] for name in moved(before, pair)} == {"encoder", "resampler"}
    saved = load_file(tmp_path / "checkpoints/step-00000001/weights.safetensors")
    assert not [name for name in saved if name.startswith("decoder")]
    assert set(saved) == {name for name in pair.model.state_dict() if not name.startswith("decoder")}


def test_a_part_waits_for_its_step(tmp_path):
    pair = made_pair()
    before = runs.weights_of(pair)
    plan = changed(ONCE, steps=2, starts={"encoder": 2})
    trained(tmp_path / "waiting", plan, pair=pair, validation={}.copy)
    assert {name.partition(".")[0] for name in moved(before, pair)} == {"resampler"}
    pair = made_pair()
    trained(tmp_path / "begun", changed(plan, starts={"encoder": 1}), pair=pair, validation={}.copy)
    assert {name.partition(".")[0] for name in moved(before, pair)} == {"encoder", "resampler"}


def test_a_part_can_have_its_own_rate(tmp_path):
    """AdamW's first step moves a weight by the rate, whatever the gradient."""
    pair = made_pair()
    before = runs.weights_of(pair)
    plan = changed(ONCE, rates={"encoder": 1e-4}, learning_rate=1e-2, epsilon=1e-20)
    trained(tmp_path, plan, pair=pair, validation={}.copy)
    after = pair.model.state_dict()
    for name, rate in (("encoder.stem.weight", 1e-4), ("resampler.project.weight", 1e-2)):
        steps = (after[name] - before[name]).abs()
        torch.testing.assert_close(steps.max().item(), rate, rtol=1e-3, atol=0)


@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
def test_every_family_of_decoders_trains(tmp_path, decoder):
    pair = made_pair(decoder=decoder)
    log = trained(tmp_path, changed(ONCE, steps=2), pair=pair, validation={}.copy)
    assert log.losses[0] == pytest.approx(5.77, abs=0.3)  # as good as guessing one of 320


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES[1:])
def test_every_family_of_encoders_trains(tmp_path, encoder):
    pair = made_pair(encoder=encoder)
    before = runs.weights_of(pair)
    trained(tmp_path, ONCE, pair=pair, validation={}.copy)
    assert "encoder" in {name.partition(".")[0] for name in moved(before, pair)}


def test_adapters_train_and_resume(tmp_path):
    lora = {"decoder": LoRA(rank=2, dropout=0.2)}
    plan = changed(steps=4, trained=("resampler",), lora=lora, validate_every=0)
    whole = made_pair()
    before = runs.weights_of(whole)
    log = trained(tmp_path / "whole", plan, pair=whole)
    assert {name.partition(".")[0] for name in moved(before, whole)} == {"resampler", "decoder"}
    assert set(whole.model.state_dict()) == set(before)

    def fail(step):
        if step == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path / "two", plan, mixture=runs.Watched(made_mixture(), fail))
    pair = made_pair()
    again = trained(tmp_path / "two", plan, pair=pair)
    assert again.losses == log.losses
    assert not moved(runs.weights_of(whole), pair)


def test_bfloat16_computes_in_half_and_keeps_whole_weights(tmp_path):
    pair = made_pair()
    seen = set()
    pair.model.resampler.project.register_forward_hook(
        lambda module, inputs, output: seen.add((output.dtype, module.training))
    )
    log = trained(tmp_path, changed(ONCE, bf16=True), pair=pair)
    # In training only: validation is in the precision that a user will have.
    assert seen == {(torch.bfloat16, True), (torch.float32, False)}
    assert {p.dtype for p in pair.model.parameters()} == {torch.float32}
    plain = trained(tmp_path / "plain", ONCE)
    assert log.losses[0] == pytest.approx(plain.losses[0], rel=1e-2)
    assert log.losses != plain.losses


def test_activations_computed_twice_give_the_same(tmp_path):
    logs = [
        trained(
            tmp_path / str(twice),
            changed(ONCE, steps=2, gradient_checkpointing=twice),
            pair=made_pair(encoder="nucleotide_transformer"),
            validation={}.copy,
        )
        for twice in (False, True)
    ]
    assert logs[0].losses == pytest.approx(logs[1].losses, rel=1e-6)


class Ready:
    """Soft tokens that are ready, as where a decoder is taught to read; and a hook."""

    def __init__(self, pair):
        self.pair, self.seen = pair, []

    def fingerprint(self):
        return {"made": "1"}

    def micro_batches(self, step):
        generator = torch.Generator().manual_seed(step)
        mixture = made_mixture()
        rows = mixture.batch(step)
        batch = self.pair.processor([r.turns for r in rows], answers=[r.turns[-1].answer for r in rows])
        soft = torch.randn(len(rows), 1, 3, 16, generator=generator)
        names = ("input_ids", "attention_mask", "labels")
        yield MicroBatch({name: batch[name] for name in names} | {"soft_tokens": soft}, group=step % 2)

    def before(self, model, group):
        self.seen.append((type(model).__name__, group))


def test_a_decoder_is_taught_with_ready_tensors(tmp_path):
    pair = made_pair()
    before = runs.weights_of(pair)
    source = Ready(pair)
    plan = changed(ONCE, steps=3, trained=("decoder",))
    log = trained(tmp_path, plan, pair=pair, mixture=source, validation={}.copy)
    assert {name.partition(".")[0] for name in moved(before, pair)} == {"decoder"}
    assert source.seen == [("ChatNTModel", 0), ("ChatNTModel", 1), ("ChatNTModel", 0)]
    assert log.losses[-1] < log.losses[0]


def test_words_alone_teach_nothing_where_the_decoder_is_frozen(tmp_path):
    class Words:
        def batch(self, step):
            return [runs.Said("Hello?", "Hello.")]

    pair = made_pair()
    before = runs.weights_of(pair)
    log = trained(tmp_path, ONCE, pair=pair, mixture=Words(), validation={}.copy)
    assert log.losses[0] > 0
    assert not moved(before, pair)


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("weights", "foreign", r"weights\.safetensors is not .* foreign: other"),
        ("average", "missing", r"average\.safetensors is not .* missing: encoder\."),
        ("optimizer", "missing", r"optimizer\.safetensors is not .* missing: encoder\."),
        ("optimizer", "foreign", r"optimizer\.safetensors is not .* foreign: other"),
    ],
)
def test_a_checkpoint_with_a_missing_or_foreign_part_is_refused(tmp_path, file, change, said):
    def fail(step):
        if step == 1:
            raise KeyboardInterrupt

    plan = changed(ONCE, steps=3, averaging=0.9)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, plan, mixture=runs.Watched(made_mixture(), fail))
    runs.tamper(tmp_path / "checkpoints/step-00000001", file, change)
    with pytest.raises(CheckpointError, match=said):
        trained(tmp_path, plan)


def test_other_frozen_weights_are_refused(tmp_path):
    def fail(step):
        raise KeyboardInterrupt

    plan = TrainingPlan(steps=3, checkpoint_every=1, validate_every=0)
    with pytest.raises(KeyboardInterrupt):
        trained(tmp_path, plan, mixture=runs.Watched(made_mixture(), lambda s: fail(s) if s else None))
    pair = made_pair()
    pair.model.decoder.lm_head.weight.data[0, 0] += 1
    with pytest.raises(CheckpointError, match=r"other frozen weights \(decoder: SHA-256 .* there"):
        trained(tmp_path, plan, pair=pair)
