"""Prompts that a decoder has read."""

import pytest
import torch

from chatnt.conversation import Question, Turn
from chatnt.prompts import Prompts
from tests.test_engine import lively
from tests.tiny import DECODER_FAMILIES, tiny_pair

SAME = [
    [Turn(Question.of("Is there a TATA promoter in <DNA>?", dna))] for dna in ("ACGTTGCA" * 9, "GAT", "C")
]
OTHERS = [*SAME, [Turn(Question.of("Which?", []))]]


@pytest.fixture(scope="module", params=DECODER_FAMILIES)
def engine(request):
    return lively(tiny_pair(decoder=request.param))


def read(engine, conversations):
    return Prompts.read(engine.model, engine.processor(conversations))


@torch.inference_mode()
@pytest.mark.parametrize("conversations", [SAME, SAME[:1], OTHERS], ids=["same", "one", "padded"])
def test_each_is_read_as_it_is_alone(engine, conversations):
    prompts = read(engine, conversations)
    assert len(prompts) == len(conversations)
    for i, conversation in enumerate(conversations):
        alone = engine.model(**engine.processor([conversation]), use_cache=True)
        torch.testing.assert_close(prompts.logits[i], alone.logits[0, -1], rtol=1e-4, atol=1e-4)
        for layer, other in zip(prompts.cache.layers, alone.cache.layers, strict=True):
            keys = layer.keys[i][:, prompts.real[i].bool()]
            torch.testing.assert_close(keys, other.keys[0], rtol=1e-4, atol=1e-4)


@torch.inference_mode()
def test_what_all_begin_with_is_read_once(engine, monkeypatch):
    sizes = []
    forward = engine.model.decoder.forward

    def counted(inputs_embeds, position_ids=None, **others):
        sizes.append(tuple(inputs_embeds.shape[:2]))
        return forward(inputs_embeds=inputs_embeds, position_ids=position_ids, **others)

    monkeypatch.setattr(engine.model.decoder, "forward", counted)
    ids = engine.processor(SAME)["input_ids"]
    slot = ids[0].tolist().index(engine.model.config.slot_token_id)
    assert slot > 4
    read(engine, SAME)
    read(engine, OTHERS)
    assert sizes[:2] == [(1, slot), (3, ids.shape[1] - slot)]
    assert [size[0] for size in sizes[2:]] == [4]  # padding stands before the beginning


@torch.inference_mode()
def test_going_on_changes_nothing(engine):
    prompts = read(engine, SAME)
    before = [layer.keys.clone() for layer in prompts.cache.layers]
    some = prompts.some([2, 0])
    assert torch.equal(some.logits, prompts.logits[[2, 0]])
    ids = torch.tensor([[5], [6]])
    mask = torch.cat([some.real, torch.ones_like(ids)], 1)
    engine.model(input_ids=ids, attention_mask=mask, cache=some.cache, use_cache=True)
    assert some.cache.get_seq_length() == prompts.cache.get_seq_length() + 1
    assert all(torch.equal(a, layer.keys) for a, layer in zip(before, prompts.cache.layers, strict=True))
