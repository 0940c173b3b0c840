"""Settings of a pair beside the published ones."""

import pytest

import chatnt
from chatnt.training.plan import TrainingPlan


@pytest.fixture(scope="module")
def table():
    return chatnt.hyper_parameters()


def test_sizes_are_those_of_the_modules(table):
    rows = table.set_index(["part", "setting"])
    model = chatnt.load().model
    for part in ("encoder", "resampler", "decoder"):
        number = sum(p.numel() for p in getattr(model, part).parameters())
        assert rows.loc[(part, "parameters"), "pair"] == f"{number:,}"
    assert rows.loc[("encoder", "blocks"), ["ChatNT", "pair"]].tolist() == [
        "29",
        str(len(model.encoder.blocks)),
    ]
    assert rows.loc[("resampler", "soft tokens"), ["ChatNT", "pair"]].tolist() == ["64", "16"]
    assert rows.loc[("decoder", "parameters"), "ChatNT"] == "6,738,415,616"  # LLaMA 7B
    assert not ((table["ChatNT"] == "") & (table["pair"] == "")).any()


def test_of_the_training_what_the_paper_states(table):
    rows = table[table["part"] == "training"].set_index("setting")
    assert rows.loc["rows of a step", ["ChatNT", "pair"]].tolist() == ["256", "74"]
    assert rows.loc["learning rate at its peak", ["ChatNT", "pair"]].tolist() == ["3e-05", "0.001"]
    assert rows.loc["schedule", ["ChatNT", "pair"]].tolist() == ["not stated", "cosine"]
    assert set(rows["source"]) == {"paper, Methods"}


def test_another_pair_has_the_plan_that_is_given(tmp_path):
    chatnt.load().save(tmp_path / "own")
    assert "training" not in set(chatnt.hyper_parameters(tmp_path / "own")["part"])
    told = chatnt.hyper_parameters(tmp_path / "own", plan=TrainingPlan(steps=7)).set_index("setting")
    assert told.loc["steps", "pair"] == "7"


def test_a_pair_that_is_not_there_is_an_error():
    with pytest.raises(chatnt.errors.CheckpointError):
        chatnt.hyper_parameters("nowhere")
