"""What learns and what does not."""

import builtins

import pytest
import torch

from chatnt.errors import MissingExtraError, TrainingError
from chatnt.training import LoRA
from chatnt.training.frozen import frozen_hashes, prepared
from tests.tiny import tiny_model
from tests.training.runs import changed


def parts(names):
    return {name.partition(".")[0] for name in names}


def test_the_decoder_is_frozen_and_the_rest_learns():
    model = tiny_model()
    model.encoder.requires_grad_(False)
    with prepared(model, changed()) as weights:
        assert parts(weights) == {"encoder", "resampler"}
        assert not any(p.requires_grad for p in model.decoder.parameters())
    # As it was.
    assert not any(p.requires_grad for p in model.encoder.parameters())
    assert all(p.requires_grad for p in model.decoder.parameters())
    assert not model.training


def test_a_piece_of_a_part_can_learn_alone():
    model = tiny_model()
    with prepared(model, changed(trained=("encoder.blocks", "resampler.latents"))) as weights:
        assert "resampler.latents" in weights
        assert all(name.startswith(("encoder.blocks.", "resampler.latents")) for name in weights)
        assert len(weights) > 2


def test_a_decoder_in_fewer_bits_is_not_trained():
    model = tiny_model()
    model.decoder.is_quantized = True  # as transformers and chatnt.load mark it
    said = "load the pair without decoder_bits"
    with pytest.raises(TrainingError, match=said), prepared(model, changed()):
        pass


def test_a_name_that_is_not_there_is_refused():
    said = r"trains 'encoder\.blck', but the pair has no parameter"
    with pytest.raises(TrainingError, match=said), prepared(tiny_model(), changed(trained=("encoder.blck",))):
        pass


def test_frozen_weights_have_a_hash_that_every_bit_changes():
    model = tiny_model()
    with prepared(model, changed()):
        before = frozen_hashes(model)
        assert list(before) == ["decoder"]
        assert frozen_hashes(tiny_model().requires_grad_(False))["decoder"] == before["decoder"]
        weight = next(model.decoder.parameters())
        weight.data.view(torch.int32).view(-1)[0] ^= 1
        assert frozen_hashes(model) != before
    half = tiny_model().requires_grad_(False).bfloat16()
    assert frozen_hashes(half)["decoder"] != before["decoder"]


@pytest.mark.parametrize("decoder", ["llama", "gpt2"])
def test_adapters_learn_beside_frozen_weights_and_are_merged(decoder):
    model = tiny_model(decoder=decoder)
    lora = {"decoder": LoRA(rank=2)}
    names = set(model.state_dict())
    frozen = {name: p.clone() for name, p in model.named_parameters()}
    with prepared(model, changed(trained=(), lora=lora)) as weights:
        assert weights
        assert all(name.startswith("decoder.") and ".lora_" in name for name in weights)
        for weight in weights.values():
            weight.data.normal_(generator=torch.Generator().manual_seed(1))
        ids = torch.arange(3, 9)[None]
        with torch.no_grad():
            adapted = model(input_ids=ids).logits
    assert set(model.state_dict()) == names
    with torch.no_grad():
        torch.testing.assert_close(model(input_ids=ids).logits, adapted)
    moved = {name for name, p in model.named_parameters() if not torch.equal(p, frozen[name])}
    assert parts(moved) == {"decoder"}


def test_adapters_begin_as_if_they_were_not_there_and_the_same_each_time():
    model = tiny_model("nucleotide_transformer")
    ids = torch.arange(3, 9)[None]
    with torch.no_grad():
        before = model(input_ids=ids).logits
        plan = changed(trained=("resampler",), lora={"decoder": LoRA(), "encoder": LoRA(rank=1)})
        state = torch.get_rng_state()
        with prepared(model, plan) as weights:
            assert torch.equal(model(input_ids=ids).logits, before)
            first = {name: w.clone() for name, w in weights.items()}
            assert parts(first) == {"encoder", "resampler", "decoder"}
        with prepared(model, plan) as weights:
            assert all(torch.equal(w, first[name]) for name, w in weights.items())
        assert torch.equal(torch.get_rng_state(), state)


def test_layers_that_are_not_there_take_no_adapter():
    lora = {"decoder": LoRA(layers=("no_such_proj",))}
    model = tiny_model()
    names = set(model.state_dict())
    said = r"decoder takes no LoRA on \('no_such_proj',\)"
    with pytest.raises(TrainingError, match=said), prepared(model, changed(lora=lora)):
        pass
    assert set(model.state_dict()) == names
    assert all(p.requires_grad for p in model.parameters())


def test_without_peft_it_is_said(monkeypatch):
    importing = builtins.__import__

    def missing(name, *args, **kwargs):
        if name.partition(".")[0] == "peft":
            raise ImportError(name)
        return importing(name, *args, **kwargs)

    monkeypatch.setattr(builtins, "__import__", missing)
    plan = changed(lora={"decoder": LoRA()})
    said = r"pip install 'chatnt\[lora\]'"
    with pytest.raises(MissingExtraError, match=said), prepared(tiny_model(), plan):
        pass


def test_activations_are_computed_twice_only_while_it_trains():
    model = tiny_model("nucleotide_transformer")
    with prepared(model, changed(gradient_checkpointing=True)):
        assert model.decoder.model.layers[0].gradient_checkpointing
        assert any(getattr(m, "gradient_checkpointing", False) for m in model.encoder.modules())
    assert not any(getattr(m, "gradient_checkpointing", False) for m in model.modules())


def test_what_learns_is_float32():
    model = tiny_model()
    model.encoder.bfloat16()
    with (
        pytest.raises(TrainingError, match=r"these are not: encoder \(bfloat16\)"),
        prepared(model, changed()),
    ):
        pass
    model.decoder.bfloat16()
    plan = changed(trained=("resampler",), lora={"decoder": LoRA(rank=2)})
    with prepared(model, plan) as weights:
        assert {w.dtype for w in weights.values()} == {torch.float32}
        assert model(input_ids=torch.arange(3, 9)[None]).logits.dtype == torch.bfloat16
    assert {p.dtype for p in model.decoder.parameters()} == {torch.bfloat16}
