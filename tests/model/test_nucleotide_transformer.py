"""The 6-mer encoder."""

import pytest
import torch
from transformers import AutoModel

from chatnt.model import ChatNTModel, NucleotideTransformer, NucleotideTransformerConfig
from chatnt.model.leaves import leaves
from chatnt.model.nucleotide_transformer import rotary_tables, rotate
from chatnt.model.official import official_config

SIZES = {"dim": 16, "layers": 2, "heads": 2, "ffn_dim": 24, "vocab_size": 30}


@pytest.fixture
def encoder():
    torch.manual_seed(0)
    return NucleotideTransformer(NucleotideTransformerConfig(**SIZES, lm_head=True)).eval()


@pytest.fixture
def ids():
    ids = torch.randint(6, 30, (3, 9), generator=torch.Generator().manual_seed(1))
    ids[1, 5:] = ids[2, 1:] = 1
    return ids


def test_published_sizes_have_the_published_counts():
    config = official_config()
    with torch.device("meta"):
        model = ChatNTModel(config)
    counts = {
        name: sum(p.numel() for p in part.parameters())
        for name, part in (
            ("encoder", model.encoder),
            ("resampler", model.resampler),
            ("decoder", model.decoder),
        )
    }
    assert counts == {"encoder": 496_245_771, "resampler": 808_935_680, "decoder": 6_738_415_616}
    assert len(leaves(config)) == 756


def test_default_sizes_are_the_published_ones():
    published = official_config().encoder_config.to_dict()
    assert {**published, "lm_head": False} == NucleotideTransformerConfig().to_dict()


def test_padding_changes_nothing(encoder, ids):
    with torch.no_grad():
        together = encoder(ids).last_hidden_state
        for row, length in enumerate((9, 5, 1)):
            alone = encoder(ids[row : row + 1, :length]).last_hidden_state
            torch.testing.assert_close(together[row, :length], alone[0], atol=1e-5, rtol=0)


def test_mask_defaults_to_what_is_not_padding(encoder, ids):
    with torch.no_grad():
        given = encoder(ids, (ids != 1).long()).last_hidden_state
        torch.testing.assert_close(encoder(ids).last_hidden_state, given)
        embeds = encoder.get_input_embeddings()(ids)
        torch.testing.assert_close(
            encoder(attention_mask=ids != 1, inputs_embeds=embeds).last_hidden_state, given
        )


def test_a_row_of_padding_is_finite(encoder):
    with torch.no_grad():
        assert encoder(torch.ones(2, 4, dtype=torch.long)).last_hidden_state.isfinite().all()


def test_hidden_states(encoder, ids):
    with torch.no_grad():
        output = encoder(ids, output_hidden_states=True)
    assert len(output.hidden_states) == SIZES["layers"] + 1
    torch.testing.assert_close(encoder.norm(output.hidden_states[-1]), output.last_hidden_state)
    assert encoder(ids).hidden_states is None


def test_ids_or_embeddings(encoder, ids):
    with pytest.raises(ValueError, match="input_ids"):
        encoder()
    with pytest.raises(ValueError, match="input_ids"):
        encoder(ids, inputs_embeds=torch.zeros(3, 9, 16))


def test_heads_must_divide():
    with pytest.raises(ValueError, match="heads=3"):
        NucleotideTransformerConfig(dim=16, heads=3)
    with pytest.raises(ValueError, match="even"):
        NucleotideTransformerConfig(dim=6, heads=2)


def test_no_head_no_logits(ids):
    encoder = NucleotideTransformer(NucleotideTransformerConfig(**SIZES))
    assert not hasattr(encoder, "lm_head")
    with pytest.raises(ValueError, match="lm_head=True"):
        encoder.masked_lm_logits(encoder(ids).last_hidden_state)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_finite_and_close(encoder, ids, dtype):
    with torch.no_grad():
        exact = encoder(ids).last_hidden_state
        rounded = encoder.to(dtype)(ids).last_hidden_state
    assert rounded.dtype == dtype
    torch.testing.assert_close(rounded.float(), exact, atol=0.1, rtol=0)


def test_gradient_checkpointing_gives_the_same_gradients(encoder, ids):
    encoder.train()
    gradients = []
    for checkpointing in (False, True):
        if checkpointing:
            # Renamed during version 5 of transformers.
            getattr(encoder, "activation_checkpointing_enable", encoder.gradient_checkpointing_enable)()
            assert encoder.blocks[0].gradient_checkpointing
        encoder.zero_grad()
        encoder(ids).last_hidden_state.square().sum().backward()
        gradients.append(encoder.tokens.weight.grad.clone())
    torch.testing.assert_close(*gradients)


def test_saving_and_loading(encoder, ids, tmp_path):
    encoder.save_pretrained(tmp_path)
    loaded = AutoModel.from_pretrained(tmp_path)
    assert isinstance(loaded, NucleotideTransformer)
    with torch.no_grad():
        torch.testing.assert_close(
            loaded(ids).last_hidden_state, encoder(ids).last_hidden_state, rtol=0, atol=0
        )


def test_rotation_depends_on_distance_only():
    cos, sin = rotary_tables(12, 8, torch.zeros(1))
    query, key = torch.randn(2, 8, generator=torch.Generator().manual_seed(0)).unbind()
    scores = rotate(query.expand(12, 8), cos, sin) @ rotate(key.expand(12, 8), cos, sin).T
    for distance in (0, 3):
        along = scores.diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along))


def test_rotary_tables_are_computed_in_float32():
    cos, _ = rotary_tables(3000, 64, torch.zeros(1, dtype=torch.bfloat16))
    exact, _ = rotary_tables(3000, 64, torch.zeros(1))
    torch.testing.assert_close(cos, exact.bfloat16(), atol=0, rtol=0)
