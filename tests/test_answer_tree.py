"""Answers as a tree: the same likelihoods with fewer tokens."""

import inspect
from types import SimpleNamespace
from unittest import mock

import pytest
import torch

from chatnt import engine as engine_module
from chatnt.answer_tree import AnswerTree, reads_trees, token_likelihoods
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from tests.tiny import DECODER_FAMILIES, tiny_pair

ANSWERS = [
    "Yes, there is.", "Yes, there is a TATA promoter.", "Yes.", "No, there is no splice site.", "", "Yes.",
]  # fmt: skip
ASKED = [
    [Turn(Question.of("Is there a TATA promoter in <DNA>?", "ACGTTGCA" * 9))],
    [Turn(Question.of("Which?", []))],
    [Turn(Question.of("Is <DNA> like <DNA>?", ["ACGT", "TTTTTTGACA" * 6]))],
]


@pytest.fixture(scope="module", params=DECODER_FAMILIES)
def engine(request):
    model, processor = tiny_pair(decoder=request.param)
    torch.manual_seed(5)
    with torch.no_grad():
        for weight in model.decoder.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.4)  # so that answers differ in their likelihood
    return Engine(model, processor)


def test_what_answers_begin_with_is_one_node():
    ids = torch.tensor([[5, 6, 7, 1], [5, 6, 8, 1], [9, 6, 1, 0], [1, 0, 0, 0]])
    mask = torch.tensor([[1, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0]])
    tree = AnswerTree.of(ids, mask)
    assert tree.tokens.tolist() == [5, 6, 7, 8, 9, 6]
    assert tree.depths.tolist() == [1, 2, 3, 3, 1, 2]
    assert tree.above.int().tolist() == [
        [1, 0, 0, 0, 0, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 1, 0, 0, 0],
        [1, 1, 0, 1, 0, 0],
        [0, 0, 0, 0, 1, 0],
        [0, 0, 0, 0, 1, 1],
    ]
    assert tree.places.tolist() == [0, 1, 2, 3, 0, 1, 2, 4, 0, 5, 6, 0]
    assert tree.wanted.tolist() == [5, 6, 7, 1, 5, 6, 8, 1, 9, 6, 1, 1]
    assert tree.answers.tolist() == [0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 3]
    assert tree.count == 4


def test_a_tree_finds_what_rows_find(engine):
    assert reads_trees(engine.model.decoder)
    tree = engine.score_each(ASKED, ANSWERS)
    with mock.patch.object(engine_module, "reads_trees", return_value=False):
        rows = engine.score_each(ASKED, ANSWERS)
    torch.testing.assert_close(tree, rows, rtol=1e-5, atol=1e-4)
    assert len(set(tree.flatten().tolist())) > 10
    torch.testing.assert_close(tree[:, 2], tree[:, 5])  # the same sentence twice


def test_branches_do_not_see_each_other(engine):
    alone = torch.cat([engine.score_each(ASKED, [answer]) for answer in ANSWERS], dim=1)
    torch.testing.assert_close(engine.score_each(ASKED, ANSWERS), alone, rtol=1e-5, atol=1e-4)


def test_a_tree_reads_each_beginning_once(engine):
    tails = engine.tails.of(ASKED[0], ANSWERS)
    real = engine.model.decoder.forward
    with mock.patch.object(engine.model.decoder, "forward", wraps=real) as called:
        called.__signature__ = inspect.signature(real)
        engine.score_each(ASKED, ANSWERS)
    sizes = [call.kwargs["inputs_embeds"].shape[:2].numel() for call in called.call_args_list]
    nodes = len(AnswerTree.of(tails.ids, tails.mask).tokens)
    assert sizes[1:] == [len(ASKED) * nodes]
    assert nodes < tails.ids.numel() / 2


def decoder(model_type="llama", attention="sdpa", forward=lambda inputs_embeds, position_ids: 0, **settings):
    config = SimpleNamespace(model_type=model_type, _attn_implementation=attention, **settings)
    config.get_text_config = lambda: config
    return SimpleNamespace(config=config, forward=forward)


@pytest.mark.parametrize(
    ("settings", "reads"),
    [
        ({}, True),
        ({"use_sliding_window": False}, True),
        ({"use_sliding_window": True}, False),
        ({"attention": "flash_attention_2"}, False),
        ({"attention": "eager"}, False),
        ({"model_type": "mamba"}, False),
        ({"forward": lambda *args, **kwargs: 0}, False),
    ],
)
def test_only_decoders_that_obey_a_mask_read_trees(settings, reads):
    assert reads_trees(decoder(**settings)) is reads


def test_likelihoods_of_tokens_are_exact():
    torch.manual_seed(0)
    logits = torch.randn(40, 15, 1024) * 3
    logits[..., 5] += 20
    wanted = torch.randint(1024, (40, 15)).where(torch.rand(40, 15) < 0.5, 5)
    exact = logits.double().log_softmax(-1).gather(-1, wanted[..., None])[..., 0]
    found = token_likelihoods(logits, wanted)
    assert found.dtype == torch.float32
    torch.testing.assert_close(found.double(), exact, rtol=0, atol=3e-6)
    assert abs(float((found - exact).mean())) < 3e-7  # errors do not add up over the tokens of an answer
