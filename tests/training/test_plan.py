"""Plans as data."""

import dataclasses
import json
import math

import pytest

from chatnt.errors import TrainingError
from chatnt.training import LoRA, TrainingPlan


def test_the_paper_is_a_plan():
    plan = TrainingPlan.named("paper")
    assert (plan.optimizer, plan.learning_rate, plan.betas, plan.clip) == ("adam", 3e-5, (0.9, 0.999), 1)
    assert (plan.rows, plan.trained, plan.bf16, plan.averaging) == (256, ("encoder", "resampler"), False, 0)
    # 2 billion tokens in steps of 65,536, at a rate that stays.
    assert (plan.steps - 1) * 65_536 < 2e9 <= plan.steps * 65_536
    assert {plan.rate(step) for step in (0, 1, 20_000, plan.steps - 1)} == {3e-5}


def test_the_laptop_is_a_plan():
    plan = TrainingPlan.named("laptop")
    assert (plan.optimizer, plan.learning_rate, plan.averaging, plan.clip) == ("adamw", 7e-4, 0.998, 1)
    assert TrainingPlan() == plan


def test_another_name_is_an_error():
    with pytest.raises(TrainingError, match="no plan 'cluster'; there are paper, laptop"):
        TrainingPlan.named("cluster")


def test_the_learning_rate_rises_and_falls():
    plan = TrainingPlan(steps=100, learning_rate=2.0, warmup=10)
    rates = [plan.rate(step) for step in range(100)]
    peak = rates.index(max(rates))
    assert rates[0] == pytest.approx(0.2)
    assert rates[:peak] == sorted(rates[:peak])
    assert rates[peak:] == sorted(rates[peak:], reverse=True)
    assert 8 <= peak <= 10
    assert rates[50] == pytest.approx(1.0)
    assert 0 < rates[99] < 0.001


def test_a_line_falls_evenly():
    plan = TrainingPlan(steps=10, learning_rate=1.0, warmup=0, schedule="linear")
    assert [plan.rate(step) for step in range(10)] == pytest.approx([1 - i / 10 for i in range(10)])


def test_a_part_can_have_its_own_rate():
    plan = TrainingPlan(learning_rate=1.0, rates={"encoder": 0.1}, warmup=0, schedule="constant")
    assert (plan.rate(5, "encoder"), plan.rate(5, "resampler")) == (0.1, 1.0)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"steps": 0}, "steps is 0, expected at least 1"),
        ({"learning_rate": -1.0}, "learning_rate is -1.0"),
        ({"learning_rate": math.nan}, "learning_rate is nan"),
        ({"averaging": 1.0}, "averaging is 1.0, expected less than 1"),
        ({"padding": 1.0}, "padding is 1.0, expected less than 1"),
        ({"optimizer": "sgd"}, "optimizer is 'sgd', expected adam or adamw"),
        ({"schedule": "steps"}, "schedule is 'steps', expected constant or linear or cosine"),
        ({"trained": ()}, "nothing is trained"),
        ({"rates": {"head": 1.0}}, "rates names head, expected encoder, resampler, decoder"),
        ({"lora": {"encoder": LoRA()}}, "encoder: either trained or with LoRA"),
        ({"rows": 4, "tokens": 99}, "rows or of tokens, not both"),
        ({"starts": {"encoder": 5, "resampler": 9}}, "nothing learns from the first step on"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_a_plan_that_cannot_be_carried_out_is_refused(settings, said):
    with pytest.raises(TrainingError, match=said):
        TrainingPlan(**settings)


def test_all_that_is_wrong_is_said_at_once():
    with pytest.raises(TrainingError, match=r"steps is -1.*optimizer is 'sgd'"):
        TrainingPlan(steps=-1, optimizer="sgd")  # type: ignore[arg-type]


def test_a_plan_is_read_from_toml(tmp_path):
    path = tmp_path / "plan.toml"
    path.write_text(
        '[plan]\nrecipe = "paper"\nsteps = 7\ntrained = ["resampler"]\nbetas = [0.8, 0.9]\nclip = 2\n'
        '[plan.rates]\nresampler = 1e-4\n[plan.lora.decoder]\nrank = 2\nlayers = ["q_proj"]\n'
    )
    expected = dataclasses.replace(
        TrainingPlan.named("paper"),
        steps=7, trained=("resampler",), betas=(0.8, 0.9), clip=2, rates={"resampler": 1e-4},
        lora={"decoder": LoRA(rank=2, layers=("q_proj",))},
    )  # fmt: skip
    assert TrainingPlan.read(path) == expected


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[plan]\nstepps = 7", "no setting stepps; it has recipe, steps, trained"),
        ('[plan]\nsteps = "7"', "setting steps is '7'"),
        ("[plan]\nsteps = true", "setting steps is True"),
        ("[plan]\nbf16 = 1", "setting bf16 is 1"),
        ("[plan]\nrows = 1.5", "setting rows is 1.5"),
        ("[plan.lora.encoder]\nranks = 3", "LoRA of encoder has no setting ranks; it has rank"),
        ("steps = 3", "no table \\[plan\\]"),
        ("[plan", "is not TOML"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path, text, said):
    path = tmp_path / "plan.toml"
    path.write_text(text)
    with pytest.raises(TrainingError, match=said):
        TrainingPlan.read(path)


def test_a_plan_comes_back_from_json():
    plan = TrainingPlan(trained=("encoder",), lora={"decoder": LoRA(layers=("q_proj",))}, rows=9)
    assert TrainingPlan.of(json.loads(json.dumps(plan.to_dict()))) == plan
    assert plan.differences(plan.to_dict()) == {}


def test_what_changes_no_result_is_no_difference():
    plan = TrainingPlan(steps=9)
    other = dataclasses.replace(plan, checkpoint_every=7, keep=3, tensorboard=True, seed=4)
    assert other.differences(plan.to_dict()) == {"seed": (0, 4)}
