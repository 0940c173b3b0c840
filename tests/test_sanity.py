"""Weights in disorder, and maps that must change with them."""

import copy

import numpy as np
import pytest
import torch

import chatnt
from chatnt.engine import Engine
from chatnt.errors import DataError
from chatnt.randomising import put_back, shuffle_weights, stages
from chatnt.sanity_result import Sanity, Similarity
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from chatnt.weights import fingerprint
from tests.telling import QUESTION, letters, telling_pair
from tests.tiny import ENCODER_FAMILIES

TATA = get_task("promoter_tata")
ENGINE = Engine(*telling_pair())
ROWS = [Example(letters(30, i), "promoter") for i in range(4)]
GRADIENTS = {"method": "gradient_x_input"}


@pytest.fixture
def found(monkeypatch):
    yes = TATA.answers["promoter"].train[0]
    monkeypatch.setattr(Engine, "generate", lambda self, asked, **_: [yes for _ in asked])
    return chatnt.sanity(ENGINE, TATA, ROWS, how=GRADIENTS, question=QUESTION, count=2)


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_stages_go_from_the_answer_to_the_bases_and_hold_every_weight_once(encoder):
    model = telling_pair(encoder)[0]
    found = stages(model)
    weights = [id(w) for group in found.values() for w in group]
    assert sorted(weights) == sorted(id(w) for w in model.parameters())
    parts = [name.partition(".")[0].removesuffix(" (own)") for name in found]
    assert list(dict.fromkeys(parts)) == ["decoder", "resampler", "encoder"]
    blocks = [name for name in found if name.startswith("resampler.blocks.")]
    assert blocks == sorted(blocks, reverse=True) != []


def test_disorder_keeps_the_entries_and_is_seeded():
    weight = torch.nn.Parameter(torch.arange(12.0).view(3, 4))
    other = copy.deepcopy(weight)
    shuffle_weights([weight], "a")
    assert weight.flatten().tolist() != list(range(12))
    assert sorted(weight.flatten().tolist()) == list(range(12))
    shuffle_weights([other], "a")
    assert torch.equal(weight, other)
    shuffle_weights([other], "b")
    assert not torch.equal(weight, other)


def test_weights_are_put_back_even_after_an_error():
    weight = torch.nn.Parameter(torch.arange(12.0))

    def fail():
        with put_back([weight]):
            shuffle_weights([weight], "a")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert weight.tolist() == list(range(12))


def test_the_pair_is_left_as_it_was(monkeypatch):
    yes = TATA.answers["promoter"].train[0]
    monkeypatch.setattr(Engine, "generate", lambda self, asked, **_: [yes for _ in asked])
    before = fingerprint(ENGINE.model)
    chatnt.sanity(ENGINE, TATA, ROWS, how=GRADIENTS, question=QUESTION, count=1, modes=["cascading"])
    assert fingerprint(ENGINE.model) == before


def test_maps_are_those_of_the_changed_weights(found):
    assert found.modes == ("cascading", "independent")
    names = list(stages(ENGINE.model))
    assert len(found.rows) == 2 * len(names) * 2
    # The first stage alone is the same in both modes.
    first = [r for r in found.rows if r.depth == 1]
    assert [r[2:] for r in first if r.mode == "cascading"] == [
        r[2:] for r in first if r.mode == "independent"
    ]
    # The second mode begins with the weights as they were: what it does to one stage can be done by hand.
    changed = copy.deepcopy(ENGINE.model)
    shuffle_weights(stages(changed)[names[-1]], f"0/{names[-1]}")
    how = {"task": TATA, "target": "promoter", "sentences": 1} | GRADIENTS
    by_hand = {}
    for engine in (ENGINE, Engine(changed, ENGINE.processor)):
        for row in ROWS:
            scores = chatnt.attribute(engine, QUESTION, row.sequence, **how).scores[0]
            by_hand.setdefault(row.sequence, []).append(scores.argsort().argsort())
    expected = {round(float(np.corrcoef(*pair)[0, 1]), 5) for pair in by_hand.values()}
    last = [r for r in found.rows if r.mode == "independent" and r.stage == names[-1]]
    assert {round(r.signed, 5) for r in last} <= expected
    assert len({round(r.signed, 5) for r in last}) == 2


def test_with_all_in_disorder_nothing_is_left(found):
    last = [r for r in found.rows if r.mode == "cascading"][-1]
    assert abs(last.signed) < 0.6
    assert last.depth == len(stages(ENGINE.model))


@pytest.mark.parametrize("modes", [[], ["upwards"]])
def test_unknown_modes_are_told(modes):
    with pytest.raises(ValueError, match="'cascading' or 'independent'"):
        chatnt.sanity(ENGINE, TATA, ROWS, modes=modes)


RESULT = Sanity(
    "promoter_tata", "<b>", 2,
    (
        Similarity("cascading", 1, "decoder.lm_head", 0, 0.5, 0.7),
        Similarity("cascading", 1, "decoder.lm_head", 1, 0.1, 0.3),
        Similarity("cascading", 2, "encoder.stem", 0, 0.2, 0.1),
        Similarity("cascading", 2, "encoder.stem", 1, -0.2, 0.3),
    ),
)  # fmt: skip


def test_the_table_has_means_and_intervals():
    first, second = RESULT.table().to_dict("records")
    assert (first["stage"], first["signed"], first["absolute"]) == ("decoder.lm_head", 0.3, 0.5)
    assert (first["signed_low"], first["signed_high"]) == (0.1, 0.5)
    assert second["signed"] == 0
    assert len(RESULT.to_frame()) == 4


def test_a_file_gives_back_the_result(tmp_path):
    RESULT.save(tmp_path / "sanity.json")
    assert Sanity.load(tmp_path / "sanity.json") == RESULT
    (tmp_path / "other.json").write_text('{"rows": 3}')
    with pytest.raises(DataError, match="test of sanity"):
        Sanity.load(tmp_path / "other.json")


def test_words():
    assert repr(RESULT) == (
        "Sanity(promoter_tata: <b>, 2 sequences; "
        "cascading: rank correlation 0.00 (absolute 0.20) with all 2 stages in disorder)"
    )
    assert "&lt;b&gt;" in RESULT._repr_html_()
