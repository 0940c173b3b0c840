"""Greedy answers from prompts that were read."""

import pytest
import torch

from chatnt.drafts import Drafts
from chatnt.prompts import Prompts
from chatnt.writing import write
from tests.test_engine import CONVERSATIONS, lively
from tests.tiny import DECODER_FAMILIES, tiny_pair

END, MOST = 1, 24


@pytest.fixture(scope="module", params=DECODER_FAMILIES)
def engine(request):
    return lively(tiny_pair(decoder=request.param))


@pytest.fixture(scope="module")
def reference(engine):
    """What transformers writes: the end mark, where it comes, is followed by padding."""
    batch = engine.processor(CONVERSATIONS)
    written = engine.model.generate(
        **batch, max_new_tokens=MOST, do_sample=False, eos_token_id=END, pad_token_id=0
    )
    rows = written[:, batch["input_ids"].shape[1] :].tolist()
    return [row[: row.index(END) + 1] if END in row else row for row in rows]


def written(engine, drafts=None, most=MOST):
    prompts = Prompts.read(engine.model, engine.processor(CONVERSATIONS))
    return write(prompts, end=END, max_new_tokens=most, drafts=drafts)


def test_it_writes_what_transformers_writes(engine, reference):
    assert written(engine) == reference
    assert len({tuple(row) for row in reference}) == len(reference)


@pytest.mark.parametrize("most", [1, 2, 7])
def test_an_answer_is_as_long_as_it_may_be(engine, reference, most):
    told = Drafts(reference)
    assert written(engine, most=most) == written(engine, told, most) == [row[:most] for row in reference]


def test_guesses_right_or_wrong_do_not_change_what_is_written(engine, reference):
    right = [[token for token in row if token != END] for row in reference]
    wrong = [[(token + 1) % 320 for token in row] for row in right]
    half = [row[: len(row) // 2] + [9] * 5 for row in right]
    for sentences in (right, wrong, half, right[:2] + half, [[3] * 40]):
        assert written(engine, Drafts(sentences)) == reference


def test_right_guesses_save_passes(engine, reference, monkeypatch):
    passes = []
    forward = engine.model.decoder.forward

    def counted(inputs_embeds, position_ids=None, **others):
        passes.append(len(inputs_embeds))
        return forward(inputs_embeds=inputs_embeds, position_ids=position_ids, **others)

    monkeypatch.setattr(engine.model.decoder, "forward", counted)
    written(engine)
    slow = len(passes)
    written(engine, Drafts([token for token in row if token != END] for row in reference))
    assert len(passes) - slow < slow / 2


def test_rows_that_are_finished_leave(engine, reference, monkeypatch):
    sizes = []
    forward = engine.model.decoder.forward

    def counted(inputs_embeds, position_ids=None, **others):
        sizes.append(len(inputs_embeds))
        return forward(inputs_embeds=inputs_embeds, position_ids=position_ids, **others)

    monkeypatch.setattr(engine.model.decoder, "forward", counted)
    twice = [0, 0, 1, 2, 3]
    prompts = Prompts.read(engine.model, engine.processor([CONVERSATIONS[i] for i in twice]))
    end = reference[0][3]  # what ends the first two answers first
    cut = [row[: row.index(end) + 1] if end in row else row for row in reference]
    sizes.clear()
    assert write(prompts, end=end, max_new_tokens=MOST) == [cut[i] for i in twice]
    assert sizes[0] == len(twice)
    assert sizes[-1] <= 3
    assert sizes == sorted(sizes, reverse=True)


def test_the_slot_is_never_written(engine):
    prompts = Prompts.read(engine.model, engine.processor(CONVERSATIONS))
    slot = engine.model.config.slot_token_id
    logits = prompts.logits.clone()
    logits[:, slot] = 1e4
    loud = Prompts(prompts.model, prompts.cache, prompts.real, logits)
    assert [row[0] for row in write(loud, end=END, max_new_tokens=1)] == logits.index_fill(
        1, torch.tensor([slot]), -1e4
    ).argmax(1).tolist()
