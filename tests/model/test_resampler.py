"""The English-aware resampler."""

import pytest
import torch

from chatnt.model import Resampler, ResamplerConfig
from chatnt.model.resampler import Material, looking
from tests.tiny import DIM, LATENTS, tiny_resampler_config


def made(**settings):
    torch.manual_seed(0)
    resampler = Resampler(tiny_resampler_config(**settings)).eval()
    for parameter in resampler.parameters():
        if parameter.ndim > 1:
            # Large enough that everything shows in the output.
            torch.nn.init.normal_(parameter, std=0.3)
    return resampler


@pytest.fixture
def dna():
    return torch.randn(2, 5, 8, generator=torch.Generator().manual_seed(1))


@pytest.fixture
def mask():
    return torch.tensor([[1, 1, 1, 1, 1], [1, 1, 0, 0, 0]])


@pytest.fixture
def question():
    return torch.tensor([[7, 8, 9], [7, 3, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]])


@pytest.mark.parametrize("settings", [{}, {"question_first": True}, {"output_scale": 0.1}])
def test_any_length_becomes_the_same_number_of_soft_tokens(dna, mask, question, settings):
    resampler = made(**settings)
    with torch.no_grad():
        assert resampler(dna, mask, *question).shape == (2, LATENTS, DIM)
        assert resampler(dna[:, :1], mask[:, :1], *question).shape == (2, LATENTS, DIM)


@pytest.mark.parametrize("question_first", [False, True])
def test_padding_of_dna_and_question_changes_nothing(dna, mask, question, question_first):
    resampler = made(question_first=question_first)
    with torch.no_grad():
        together = resampler(dna, mask, *question)
        alone = resampler(dna[1:, :2], mask[1:, :2], *(t[1:, :2] for t in question))
        torch.testing.assert_close(together[1:], alone, atol=1e-5, rtol=0)
        # Whatever stands behind the mask.
        dna[1, 2:], question[0][1, 2] = 1000.0, 5
        torch.testing.assert_close(resampler(dna, mask, *question), together, atol=1e-5, rtol=0)


def test_the_question_changes_the_soft_tokens(dna, mask, question):
    resampler, (ids, words) = made(), question
    with torch.no_grad():
        first, other = resampler(dna, mask, ids, words), resampler(dna, mask, ids + 1, words)
    assert (first - other).abs().amax(dim=(1, 2)).gt(1e-3).all()


@pytest.mark.parametrize("settings", [{}, {"question_first": True}, {"english_aware": False}])
def test_rows_about_one_sequence_may_share_it(dna, mask, settings):
    resampler, which = made(**settings), torch.tensor([1, 0, 1, 1])
    question = torch.tensor([[7, 8], [7, 3], [9, 3], [7, 8]]), torch.ones(4, 2)
    dna.requires_grad_()
    shared = resampler(dna, mask, *question, which)
    each = resampler(dna[which], mask[which], *question)
    torch.testing.assert_close(shared, each, rtol=1e-5, atol=1e-5)
    gradients = [torch.autograd.grad(soft.square().sum(), dna)[0] for soft in (shared, each)]
    torch.testing.assert_close(*gradients, rtol=1e-4, atol=1e-5)


def test_the_dna_changes_the_soft_tokens(dna, mask, question):
    resampler = made()
    with torch.no_grad():
        first, other = resampler(dna, mask, *question), resampler(-dna, mask, *question)
    assert (first - other).abs().amax(dim=(1, 2)).gt(1e-3).all()


def test_the_ablation_neither_has_nor_hears_a_question(dna, mask, question):
    resampler = made(english_aware=False)
    assert not [name for name, _ in resampler.named_parameters() if "question" in name or "words" in name]
    with torch.no_grad():
        deaf = resampler(dna, mask)
        torch.testing.assert_close(resampler(dna, mask, *question), deaf, atol=0, rtol=0)


@pytest.mark.parametrize("given", [(), (torch.tensor([[7], [7]]), None)])
def test_a_missing_question_is_an_error(dna, mask, given):
    with pytest.raises(ValueError, match=r"question_ids and question_mask"):
        made()(dna, mask, *given)


def order_of_attention(resampler, *inputs):
    order = []
    for name in ("attend_dna", "attend_question"):
        getattr(resampler.blocks[0], name).register_forward_hook(lambda *_, name=name: order.append(name))
    with torch.no_grad():
        resampler(*inputs)
    return order


@pytest.mark.parametrize(
    ("question_first", "expected"),
    [(False, ["attend_dna", "attend_question"]), (True, ["attend_question", "attend_dna"])],
)
def test_question_first_sets_the_order(dna, mask, question, question_first, expected):
    assert order_of_attention(made(question_first=question_first), dna, mask, *question) == expected


def test_the_order_changes_the_soft_tokens(dna, mask, question):
    one, other = made(), made(question_first=True)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), other.parameters(), strict=True))
    with torch.no_grad():
        assert not torch.allclose(one(dna, mask, *question), other(dna, mask, *question), atol=1e-4)


@pytest.mark.parametrize("scale", [0.02, 3.0])
def test_output_scale_sets_the_size_of_the_soft_tokens(dna, mask, question, scale):
    resampler = made(output_scale=scale)
    with torch.no_grad():
        soft = resampler(dna, mask, *question)
    size = soft.square().mean(-1).sqrt()
    torch.testing.assert_close(size, torch.full_like(size, scale), rtol=1e-3, atol=0)


def test_the_size_can_be_learned_only_if_it_is_set(dna, mask, question):
    resampler = made(output_scale=0.5)
    resampler(dna, mask, *question).square().sum().backward()
    # The sum of squares is scale² × a constant, so its slope is twice itself over the scale.
    with torch.no_grad():
        total = resampler(dna, mask, *question).square().sum()
    torch.testing.assert_close(resampler.scale.grad, 2 * total / resampler.scale.detach())
    assert not hasattr(made(), "scale")


def test_every_parameter_takes_part(dna, mask, question):
    resampler = made(output_scale=0.5)
    weights = torch.randn(2, LATENTS, DIM, generator=torch.Generator().manual_seed(2))
    (resampler(dna, mask, *question) * weights).sum().backward()
    # The bias of a key shifts all scores of a query alike, which the softmax undoes.
    without = [n for n, p in resampler.named_parameters() if p.grad.abs().max() == 0 and ".key.bias" not in n]
    assert not without


def test_heads_must_divide_the_size():
    with pytest.raises(ValueError, match=r"dim=16.*heads=3"):
        ResamplerConfig(dim=16, heads=3)


def test_saving_and_loading(dna, mask, question, tmp_path):
    resampler = made(output_scale=0.1, question_first=True)
    resampler.save_pretrained(tmp_path)
    loaded = Resampler.from_pretrained(tmp_path)
    with torch.no_grad():
        expected = resampler(dna, mask, *question)
        torch.testing.assert_close(loaded(dna, mask, *question), expected, rtol=0, atol=0)


@torch.no_grad()
def test_where_latents_look_is_told_while_it_runs(dna, mask, question):
    resampler = made()
    plain = resampler(dna, mask, *question)
    with looking(resampler) as found:
        torch.testing.assert_close(resampler(dna, mask, *question), plain)
    assert [tuple(weights.shape) for weights in found] == [(2, 2, LATENTS, 5)] * 2
    for weights in found:
        assert (weights[1, :, :, 2:] == 0).all()  # padding
        assert ((weights.sum(-1) > 0) & (weights.sum(-1) < 1)).all()  # the rest is on other latents
    resampler(dna, mask, *question)
    assert len(found) == 2  # no longer told


@torch.no_grad()
def test_what_is_looked_at_is_what_comes_out(dna, mask):
    """The attention that is told, times the values, is what the layer computes."""
    layer = made().blocks[0].attend_dna
    x, latents = torch.randn(2, LATENTS, DIM), torch.zeros(2, LATENTS, DIM)
    layer.value.bias.zero_()  # then latents of zeros give nothing
    vectors = torch.randn(2, 5, DIM)
    material = Material(vectors, mask.bool())
    values = layer.value(vectors).unflatten(-1, (layer.heads, -1)).transpose(1, 2)
    expected = layer.output((layer.weights(x, material, latents) @ values).transpose(1, 2).flatten(2))
    torch.testing.assert_close(layer(x, material, latents), expected)
