"""The training loop, and above all that it can be killed."""

import json
import math
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file, save, save_file

from chatnt.errors import CheckpointError
from chatnt.train import Trainer, TrainingPlan

PLAN = TrainingPlan(steps=9, learning_rate=0.05, warmup=3, checkpoint_every=3, validate_every=4, seed=1)
ROOT = Path(__file__).parents[1]


def made_model(frozen=True):
    torch.manual_seed(0)
    model = torch.nn.Sequential(
        torch.nn.Linear(3, 4), torch.nn.LayerNorm(4), torch.nn.Dropout(0.5), torch.nn.Linear(4, 2)
    )
    model[3].requires_grad_(not frozen)
    return model


def losses_of(model, before=lambda step: None):
    def losses(step):
        before(step)
        generator = torch.Generator().manual_seed(step)
        for weight in (0.75, 0.25):
            x = torch.randn(5, 3, generator=generator)
            target = x[:, :2] * 2
            yield lambda x=x, target=target: (model(x) - target).square().mean(), weight

    return losses


def trained(folder, plan=PLAN, *, before=lambda step: None, frozen=True):
    model = made_model(frozen)
    Trainer(model, losses_of(model, before), plan, folder).run(lambda: {"score": model[0].bias.sum().item()})
    return model


def log_of(folder):
    return [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]


def bytes_of(tensors):
    return save(dict(tensors))


def step_of(folder):
    with safe_open(folder / "checkpoint.safetensors", "pt") as saved:
        return int(saved.metadata()["step"])


def kill_at(step):
    def before(now):
        if now == step:
            os.kill(os.getpid(), signal.SIGKILL)

    return before


def run_killed(folder, step):
    code = (
        "import sys; from pathlib import Path; from tests.test_train import kill_at, trained; "
        "trained(Path(sys.argv[1]), before=kill_at(int(sys.argv[2])))"
    )
    command = [sys.executable, "-c", code, str(folder), str(step)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, check=False).returncode


@pytest.fixture
def whole(tmp_path):
    """A run that nobody disturbed: its folder and its model."""
    return tmp_path / "whole", trained(tmp_path / "whole")


@pytest.mark.parametrize(
    ("killed_at", "checkpoint"),
    [(5, 3), (2, None), (6, 6)],
    ids=["between", "before the first", "right after"],
)
def test_a_killed_run_goes_on_to_the_same_bytes(tmp_path, whole, killed_at, checkpoint):
    folder = tmp_path / "killed"
    assert run_killed(folder, killed_at) == -signal.SIGKILL
    assert len(log_of(folder)) == killed_at
    if checkpoint is None:
        assert not (folder / "checkpoint.safetensors").exists()
    else:
        assert step_of(folder) == checkpoint
    # What dies while it writes leaves half a line and half a file.
    with open(folder / "log.jsonl", "a") as log:
        log.write('{"step": ')
    (folder / "checkpoint.partial").write_bytes(b"half")
    model = trained(folder)
    assert (folder / "log.jsonl").read_bytes() == (whole[0] / "log.jsonl").read_bytes()
    assert bytes_of(model.state_dict()) == bytes_of(whole[1].state_dict())
    # Its header lists the step and the plan in any order.
    mine, other = (load_file(f / "checkpoint.safetensors") for f in (folder, whole[0]))
    assert bytes_of(mine) == bytes_of(other)
    assert step_of(folder) == PLAN.steps


def test_every_step_is_in_the_log_once(whole):
    log = log_of(whole[0])
    assert [record["step"] for record in log] == list(range(PLAN.steps))
    assert all(math.isfinite(record["loss"]) for record in log)
    # After steps 4 and 8, and after the last.
    assert [record["step"] for record in log if "score" in record] == [3, 7, 8]


def test_a_log_without_a_checkpoint_begins_anew(tmp_path, whole):
    (tmp_path / "run").mkdir()
    (tmp_path / "run/log.jsonl").write_text('{"step": 0, "loss": 7}\n{"step": 1, "loss": 7}\n')
    trained(tmp_path / "run")
    assert log_of(tmp_path / "run") == log_of(whole[0])


def test_a_finished_run_does_nothing_more(whole):
    folder, model = whole
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = trained(folder, before=lambda step: pytest.fail("it trains again"))
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert all(torch.equal(a, b) for a, b in zip(again.parameters(), model.parameters(), strict=True))


def test_another_seed_gives_other_weights(tmp_path, whole):
    other = trained(tmp_path / "other", TrainingPlan(**(vars(PLAN) | {"seed": 2})))
    assert not torch.equal(other[0].weight, whole[1][0].weight)


def test_the_checkpoint_is_never_half_written(tmp_path, monkeypatch):
    trained(tmp_path, PLAN)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()

    def dying(tensors, path, metadata):
        Path(path).write_bytes(b"half")
        raise KeyboardInterrupt

    model = made_model()
    trainer = Trainer(model, losses_of(model), PLAN, tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr("chatnt.train.save_file", dying)
        with pytest.raises(KeyboardInterrupt):
            trainer._save()
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before
    # What takes its place is another file: whoever reads the old one reads it to its end.
    model[0].weight.data += 1
    with open(tmp_path / "checkpoint.safetensors", "rb") as old:
        trainer._save()
        assert old.read() == before
    assert (tmp_path / "checkpoint.safetensors").read_bytes() != before


@pytest.mark.parametrize(
    ("change", "named"),
    [({"learning_rate": 0.01}, '"learning_rate": 0.05'), ({"steps": 12}, '"steps": 9')],
)
def test_a_checkpoint_of_another_plan_is_refused(whole, change, named):
    with pytest.raises(CheckpointError, match=rf"another run.*{named}"):
        trained(whole[0], TrainingPlan(**(vars(PLAN) | change)))


def test_a_checkpoint_of_another_model_is_refused(whole):
    with pytest.raises(CheckpointError, match=r"weight/3\.bias, weight/3\.weight"):
        trained(whole[0], frozen=False)


def test_a_checkpoint_of_other_sizes_is_refused(whole):
    model = made_model()
    model[0] = torch.nn.Linear(1, 4)
    with pytest.raises(CheckpointError, match=r"differ: weight/0\.weight"):
        Trainer(model, losses_of(model), PLAN, whole[0])


@pytest.mark.parametrize("foreign", ["no metadata", "no safetensors"])
def test_other_files_are_refused(tmp_path, whole, foreign):
    path = whole[0] / "checkpoint.safetensors"
    if foreign == "no metadata":
        save_file(load_file(path), path)
    else:
        path.write_bytes(b"something")
    with pytest.raises(CheckpointError, match=r"checkpoint\.safetensors"):
        trained(whole[0])


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_a_loss_that_is_no_number_leaves_the_checkpoint(tmp_path, whole, bad):
    model = made_model()
    losses = losses_of(model)

    def poisoned(step):
        for loss, weight in losses(step):
            yield (lambda loss=loss: loss() * (bad if step == 4 else 1)), weight

    with pytest.raises(FloatingPointError, match="step 4"):
        Trainer(model, poisoned, PLAN, tmp_path / "run").run()
    assert step_of(tmp_path / "run") == 3
    assert all(
        tensor.isfinite().all() for tensor in load_file(tmp_path / "run/checkpoint.safetensors").values()
    )
    # Without the poison it goes on as if nothing had been.
    again = trained(tmp_path / "run")
    assert torch.equal(again[0].weight, whole[1][0].weight)


def test_frozen_parameters_stay(whole):
    untrained, model = made_model(), whole[1]
    for layer in (0, 1):
        assert not torch.equal(model[layer].weight, untrained[layer].weight)
    assert torch.equal(model[3].weight, untrained[3].weight)
    assert torch.equal(model[3].bias, untrained[3].bias)
    assert not [name for name in load_file(whole[0] / "checkpoint.safetensors") if "/3." in name]


def test_the_averaged_weights_end_in_the_model(whole):
    folder, model = whole
    saved = load_file(folder / "checkpoint.safetensors")
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            assert torch.equal(parameter, saved[f"average/{name}"])
            assert not torch.equal(parameter, saved[f"weight/{name}"])


def test_the_average_is_that_of_the_weights(tmp_path):
    # One weight that AdamW moves; the average is computed again from the weights of each step.
    model = torch.nn.Linear(1, 1, bias=False)
    seen = []

    def losses(step):
        seen.append(model.weight.item())
        yield lambda: (model.weight - 3).square().sum(), 1.0

    plan = TrainingPlan(steps=6, learning_rate=0.3, warmup=1, averaging=0.3)
    Trainer(model, losses, plan, tmp_path).run()
    with safe_open(tmp_path / "checkpoint.safetensors", "pt") as saved:
        weights = [*seen[1:], saved.get_tensor("weight/weight").item()]
    average = seen[0]
    for step, weight in enumerate(weights):
        decay = min(0.3, (step + 1) / (step + 10))
        average = decay * average + (1 - decay) * weight
    assert model.weight.item() == pytest.approx(average, rel=1e-5)


def test_the_score_is_that_of_the_averaged_weights(whole):
    assert log_of(whole[0])[-1]["score"] == whole[1][0].bias.sum().item()


def test_the_model_trains_in_training_mode_and_is_scored_in_the_other(tmp_path):
    model = made_model()
    modes = []
    trainer = Trainer(model, losses_of(model, lambda step: modes.append(model.training)), PLAN, tmp_path)
    trainer.run(lambda: {"training": model.training})
    assert modes == [True] * PLAN.steps
    assert {record["training"] for record in log_of(tmp_path) if "training" in record} == {False}


def test_micro_batches_add_up_to_the_step(tmp_path):
    """Two halves with their weights give the gradient of the whole."""
    x = torch.randn(8, 3, generator=torch.Generator().manual_seed(0))

    def run(folder, parts):
        model = made_model(frozen=False)
        model[2].p = 0.0

        def losses(step):
            for part in x.split(8 // parts):
                yield lambda part=part: model(part).square().mean(), 1 / parts

        Trainer(model, losses, PLAN, folder).run()
        return model

    one, two = run(tmp_path / "1", 1), run(tmp_path / "2", 2)
    for a, b in zip(one.parameters(), two.parameters(), strict=True):
        torch.testing.assert_close(a, b, atol=1e-4, rtol=1e-3)


def test_the_learning_rate_rises_and_falls():
    plan = TrainingPlan(steps=100, learning_rate=2.0, warmup=10)
    rates = [plan.rate(step) for step in range(100)]
    peak = rates.index(max(rates))
    assert rates[0] == pytest.approx(0.2)  # a tenth, on a cosine that has hardly begun
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert 8 <= peak <= 10
    assert rates[50] == pytest.approx(1.0)  # half of the cosine
    assert 0 < rates[99] < 0.001


def test_the_plan_sets_the_rate_of_each_step(tmp_path):
    """AdamW's first step moves a weight by the rate, whatever the gradient."""
    model = torch.nn.Linear(1, 1, bias=False)
    torch.nn.init.zeros_(model.weight)
    plan = TrainingPlan(steps=1, learning_rate=0.5, warmup=5, weight_decay=0.0)
    Trainer(model, lambda step: [(lambda: -7 * model.weight.sum(), 1.0)], plan, tmp_path).run()
    moved = load_file(tmp_path / "checkpoint.safetensors")["weight/weight"].item()
    assert moved == pytest.approx(0.1, rel=1e-4)


def test_decay_is_on_matrices_only(tmp_path):
    model = torch.nn.Linear(2, 2)
    torch.nn.init.ones_(model.weight)
    torch.nn.init.ones_(model.bias)
    plan = TrainingPlan(steps=1, learning_rate=0.5, warmup=1, weight_decay=0.2)
    nothing = [(lambda: 0 * (model.weight.sum() + model.bias.sum()), 1.0)]
    Trainer(model, lambda step: nothing, plan, tmp_path).run()
    saved = load_file(tmp_path / "checkpoint.safetensors")
    assert saved["weight/bias"].tolist() == [1, 1]
    torch.testing.assert_close(saved["weight/weight"], torch.full((2, 2), 1 - 0.5 * 0.2))


def test_half_precision_trains_weights_of_full(tmp_path):
    model = made_model()
    seen = []
    model[0].register_forward_hook(lambda module, inputs, output: seen.append(output.dtype))
    Trainer(model, losses_of(model), TrainingPlan(**(vars(PLAN) | {"bf16": True})), tmp_path).run()
    assert set(seen) == {torch.bfloat16}
    assert {p.dtype for p in model.parameters()} == {torch.float32}
