"""Decoders in 8 and 4 bits."""

import builtins

import pytest
import torch
from torch.nn.functional import linear
from transformers import AutoModelForCausalLM

from chatnt.errors import CheckpointError, MissingExtraError
from chatnt.model.bits import GROUP, check_bits, check_slopes, in_fewer_bits, quantize_decoder
from chatnt.randomising import stages
from chatnt.weights import fingerprint, stored_tensors
from tests.tiny import tiny_decoder_config

torchao = pytest.importorskip("torchao")
FITTING = {"hidden_size": 32, "intermediate_size": 64}
"""Sizes that groups of 32 divide."""


def made(family="llama", **sizes):
    torch.manual_seed(0)
    return AutoModelForCausalLM.from_config(tiny_decoder_config(family, **(FITTING | sizes))).eval()


def rounded_to_8_bits(weight):
    """One scale for each row, so that its largest entry becomes 127."""
    scale = weight.abs().amax(1, keepdim=True) / 127.5
    return (weight / scale).round().clamp(-128, 127).to(torch.int8), scale


def test_8_bits_are_integers_and_a_scale_for_each_row():
    decoder = made()
    layer = decoder.model.layers[0].mlp.up_proj
    before = layer.weight.detach().clone()
    assert quantize_decoder(decoder, 8) == ()
    assert (layer.weight.qdata.dtype, layer.weight.qdata.shape) == (torch.int8, before.shape)
    expected, scale = rounded_to_8_bits(before)
    assert (layer.weight.qdata.int() - expected.int()).abs().max() <= 1
    torch.testing.assert_close(layer.weight.scale, scale, rtol=2e-2, atol=0)
    x = torch.randn(3, 5, 32)
    torch.testing.assert_close(layer(x), linear(x, layer.weight.qdata.float() * layer.weight.scale))


def test_4_bits_are_two_weights_to_a_byte_and_a_scale_and_a_zero_for_each_group():
    decoder = made().bfloat16()
    layer = decoder.model.layers[1].mlp.down_proj
    before = layer.weight.detach().clone()
    assert quantize_decoder(decoder, 4) == ()
    stored = dict(stored_tensors("w", layer.weight))
    assert stored["w.qdata"].dtype == torch.uint8
    assert stored["w.qdata"].numel() == before.numel() // 2
    assert stored["w.scale_and_zero"].numel() == 2 * before.numel() // GROUP
    x = torch.randn(400, 64).bfloat16()
    groups = before.float().view(32, -1, GROUP)
    step = (groups.amax(-1) - groups.amin(-1)) / 15
    # Errors of rounding are even within a step, and add up as the entries of x do.
    by_chance = (step.square() / 12 * GROUP).sum(1).mean().sqrt()
    error = (layer(x).float() - linear(x.float(), before.float())).square().mean().sqrt()
    assert 0.5 * by_chance < error < 1.5 * by_chance


@pytest.mark.parametrize(("bits", "dtype"), [(8, torch.float32), (8, torch.bfloat16), (4, torch.bfloat16)])
def test_only_linear_layers_before_the_last_change_and_logits_stay_close(bits, dtype):
    decoder = made().to(dtype)
    ids = torch.arange(3, 40)[None]
    kept = {name: t.clone() for name, t in decoder.state_dict().items()}
    with torch.no_grad():
        before = decoder(input_ids=ids).logits
        quantize_decoder(decoder, bits)
        after = decoder(input_ids=ids).logits
    assert after.dtype == dtype
    changed = {n for n, t in decoder.state_dict().items() if len(list(stored_tensors(n, t))) > 1}
    assert changed == {n for n in kept if n.endswith("_proj.weight")}
    assert all(torch.equal(t, kept[n]) for n, t in decoder.state_dict().items() if n not in changed)
    off = (after - before).float().square().mean().sqrt() / before.float().std()
    assert 0 < off < {8: 0.02, 4: 0.2}[bits]


@pytest.mark.parametrize("bits", [8, 4])
def test_the_fingerprint_is_that_of_the_rounded_weights(bits):
    first, again, whole = made().bfloat16(), made().bfloat16(), made().bfloat16()
    quantize_decoder(first, bits)
    quantize_decoder(again, bits)
    assert fingerprint(first) == fingerprint(again) != fingerprint(whole)
    before = fingerprint(first)
    next(iter(dict(stored_tensors("", first.model.layers[0].mlp.up_proj.weight)).values())).view(-1)[0] += 1
    assert fingerprint(first) != before


def test_layers_that_groups_do_not_divide_stay_and_are_named():
    decoder = made(intermediate_size=48).bfloat16()
    told = r"In 4 bits, but .*: model\.layers\.\*\.mlp\.down_proj \(48 inputs, not a multiple of 32\)\."
    with pytest.warns(UserWarning, match=told):
        left = quantize_decoder(decoder, 4)
    assert left == ("model.layers.*.mlp.down_proj",)
    assert type(decoder.model.layers[0].mlp.down_proj.weight) is torch.nn.Parameter
    assert type(decoder.model.layers[0].mlp.up_proj.weight) is not torch.nn.Parameter
    assert quantize_decoder(made(intermediate_size=48), 8) == ()


def test_a_decoder_without_linear_layers_is_refused_and_left():
    decoder = made("gpt2", hidden_size=16)
    before = fingerprint(decoder)
    with pytest.raises(CheckpointError, match=r"No layer .* 8 bits: .*attn\.c_attn \(Conv1D, not Linear\)"):
        quantize_decoder(decoder, 8)
    assert fingerprint(decoder) == before
    assert not in_fewer_bits(decoder)


def test_twice_is_refused():
    decoder = made()
    quantize_decoder(decoder, 8)
    assert in_fewer_bits(decoder)
    with pytest.raises(CheckpointError, match="in fewer bits already"):
        quantize_decoder(decoder, 4)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
def test_4_bits_in_another_precision_are_refused(dtype):
    decoder = made().to(dtype)
    with pytest.raises(ValueError, match=rf"4 bits are computed in bfloat16, not {dtype}"):
        quantize_decoder(decoder, 4)
    assert not in_fewer_bits(decoder)


@pytest.mark.parametrize("bits", [0, 3, 16, "8"])
def test_other_bits_are_refused(bits):
    with pytest.raises(ValueError, match=f"decoder_bits={bits!r}: give 8 or 4"):
        check_bits(bits)


def test_without_the_extra_the_error_names_it(monkeypatch):
    real = builtins.__import__

    def fake(name, *args, **kwargs):
        if name == "torchao":
            raise ImportError(name)
        return real(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", fake)
    with pytest.raises(MissingExtraError, match=r"chatnt\[quantize\]"):
        check_bits(8)


def test_settings_of_torch_stay_as_they_are():
    before = torch.get_float32_matmul_precision()
    quantize_decoder(made(), 8)
    quantize_decoder(made().bfloat16(), 4)
    assert torch.get_float32_matmul_precision() == before


def test_gradients_pass_through_8_bits_and_are_refused_in_4():
    decoder = made()
    given = torch.randn(1, 5, 32, requires_grad=True)
    expected = torch.autograd.grad(decoder(inputs_embeds=given).logits.square().sum(), given)[0]
    quantize_decoder(decoder, 8)
    check_slopes(decoder)
    found = torch.autograd.grad(decoder(inputs_embeds=given).logits.square().sum(), given)[0]
    assert (found - expected).norm() < 0.03 * expected.norm()
    decoder = made().bfloat16()
    quantize_decoder(decoder, 4)
    for model in (decoder, torch.nn.ModuleDict({"decoder": decoder})):
        with pytest.raises(CheckpointError, match="4 bits, through which no gradient passes"):
            check_slopes(model)


def test_weights_in_fewer_bits_are_not_put_in_disorder():
    decoder = made()
    quantize_decoder(decoder, 8)
    with pytest.raises(CheckpointError, match="load the pair without decoder_bits"):
        stages(torch.nn.ModuleDict({"decoder": decoder}))
