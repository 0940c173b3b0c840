"""Encoders by name or folder; the reference is the ESM of transformers with a gated feed-forward part."""

import json

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import BertModel, EsmConfig, EsmForMaskedLM

from chatnt.errors import CheckpointError
from chatnt.model import NucleotideCNN, NucleotideTransformer
from chatnt.model.hub import ALIASES, encoder_config, is_nucleotide_transformer_v2, load_encoder
from tests.tiny import tiny_bert_config, tiny_cnn_config, tiny_nt_config

PUBLISHED = {
    "add_bias_fnn": False,
    "emb_layer_norm_before": False,
    "hidden_size": 8,
    "intermediate_size": 6,
    "is_folding_model": False,
    "layer_norm_eps": 1e-12,
    "mask_token_id": 2,
    "max_position_embeddings": 34,
    "num_attention_heads": 2,
    "num_hidden_layers": 2,
    "pad_token_id": 1,
    "position_embedding_type": "rotary",
    "tie_word_embeddings": False,
    "token_dropout": False,
    "vocab_size": 20,
}


class Gated(torch.nn.Module):
    """What the published code has in place of the first half of ESM's feed-forward part."""

    def __init__(self):
        super().__init__()
        self.dense = torch.nn.Linear(8, 12, bias=False)

    def forward(self, x):
        first, second = self.dense(x).split(6, -1)
        return torch.nn.functional.silu(first) * second


def reference():
    torch.manual_seed(0)
    kept = {k: v for k, v in PUBLISHED.items() if k != "add_bias_fnn"}
    esm = EsmForMaskedLM(EsmConfig(**kept, attn_implementation="eager")).eval()
    for layer in esm.esm.encoder.layer:
        layer.intermediate = Gated()
        layer.output.dense = torch.nn.Linear(6, 8, bias=False)
    for parameter in esm.parameters():
        # Norms too, so that none can stand for another.
        torch.nn.init.normal_(parameter, std=0.5)
    return esm


def tensors_of(esm):
    state = {k: v.clone().contiguous() for k, v in esm.state_dict().items()}
    # As the older code that wrote the published files names them.
    frequencies = state.pop("esm.rotary_embeddings.inv_freq", torch.ones(2))
    for i in range(2):
        state[f"esm.encoder.layer.{i}.attention.self.rotary_embeddings.inv_freq"] = frequencies.clone()
    state["esm.embeddings.position_embeddings.weight"] = torch.zeros(34, 8)
    state["esm.embeddings.position_ids"] = torch.arange(34)[None]
    return state


def write(folder, tensors, config=PUBLISHED, *, pickled=False):
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(config))
    if pickled:
        torch.save(tensors, folder / "pytorch_model.bin")
    else:
        save_file(tensors, folder / "model.safetensors")
    return folder


@pytest.mark.parametrize("pickled", [False, True])
@pytest.mark.parametrize(
    "extra", [{}, {"model_type": "esm"}, {"auto_map": {"AutoConfig": "esm_config.EsmConfig"}}]
)
def test_a_published_file_gives_the_vectors_of_esm(tmp_path, extra, pickled):
    esm = reference()
    encoder = load_encoder(write(tmp_path / "nt", tensors_of(esm), PUBLISHED | extra, pickled=pickled))
    assert isinstance(encoder, NucleotideTransformer)
    assert not encoder.training
    ids = torch.tensor([[3, 7, 9, 12, 19, 6], [3, 15, 4, 1, 1, 1]])
    mask = ids != 1
    with torch.no_grad():
        expected = esm.esm(ids, attention_mask=mask.long()).last_hidden_state
        given = encoder(ids, mask).last_hidden_state
    torch.testing.assert_close(given[mask], expected[mask], atol=2e-5, rtol=1e-4)


def test_the_configuration_is_translated():
    config = encoder_config(PUBLISHED)
    assert (config.dim, config.layers, config.heads, config.ffn_dim) == (8, 2, 2, 6)
    assert (config.vocab_size, config.pad_token_id, config.layer_norm_eps) == (20, 1, 1e-12)
    assert config.max_length == 32  # two of the 34 rows are never used


def test_precision_of_the_file_is_kept(tmp_path):
    tensors = {k: v.bfloat16() for k, v in tensors_of(reference()).items()}
    assert load_encoder(write(tmp_path / "nt", tensors)).dtype == torch.bfloat16


def test_every_fault_is_named(tmp_path):
    tensors = tensors_of(reference())
    missing = ["esm.encoder.layer.1.attention.self.key.bias", "esm.encoder.emb_layer_norm_after.weight"]
    for name in missing:
        del tensors[name]
    fc1 = "esm.encoder.layer.0.intermediate.dense.weight"
    tensors[fc1] = tensors[fc1][:6].clone()
    tensors["esm.encoder.layer.0.output.dense.bias"] = torch.zeros(8)
    with pytest.raises(CheckpointError) as caught:
        load_encoder(write(tmp_path / "nt", tensors))
    message = str(caught.value)
    assert all(f"missing: {name}" in message for name in missing)
    assert f"wrong shape: {fc1} is (6, 8), expected (12, 8)" in message
    assert "not recognised: esm.encoder.layer.0.output.dense.bias" in message


@pytest.mark.parametrize(
    ("field", "value"),
    [("add_bias_fnn", True), ("position_embedding_type", "absolute"), ("token_dropout", True)],
)
def test_other_architectures_are_refused(field, value):
    with pytest.raises(CheckpointError, match=f"{field} is {value!r}"):
        encoder_config(PUBLISHED | {field: value})


def test_absent_settings_are_as_published():
    assert encoder_config({**PUBLISHED, "emb_layer_norm_before": None}).dim == 8


@pytest.mark.parametrize("content", [b"", b"broken"])
@pytest.mark.parametrize("file", ["model.safetensors", "pytorch_model.bin"])
def test_an_unreadable_file_is_named(tmp_path, file, content):
    (tmp_path / "config.json").write_text(json.dumps(PUBLISHED))
    with pytest.raises(CheckpointError, match="no weights"):
        load_encoder(tmp_path)
    (tmp_path / file).write_bytes(content)
    with pytest.raises(CheckpointError, match=file):
        load_encoder(tmp_path)


@pytest.mark.parametrize(
    ("config", "kind"),
    [
        (tiny_cnn_config(), NucleotideCNN),
        (tiny_nt_config(), NucleotideTransformer),
        (tiny_bert_config(), BertModel),
    ],
    ids=lambda x: getattr(x, "model_type", ""),
)
def test_other_encoders_load_as_they_are(tmp_path, config, kind):
    saved = kind(config)
    saved.save_pretrained(tmp_path)
    loaded = load_encoder(tmp_path)
    assert type(loaded) is kind
    expected = load_file(tmp_path / "model.safetensors")
    assert all(torch.equal(loaded.state_dict()[name], tensor) for name, tensor in expected.items())


def test_short_names_stand_for_those_of_the_hub():
    assert (
        ALIASES["nucleotide-transformer-v2-500m"]
        == "InstaDeepAI/nucleotide-transformer-v2-500m-multi-species"
    )
    for alias, full in ALIASES.items():
        # Nothing is downloaded in tests, and the message says what was looked for.
        with pytest.raises(CheckpointError, match=full):
            load_encoder(alias)


def test_what_is_nowhere_is_named(tmp_path):
    with pytest.raises(CheckpointError, match=r"There is no encoder.*absent"):
        load_encoder(tmp_path / "absent")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"model_type": "esm", "vocab_size": 33}, False),
        ({"model_type": "esm", "add_bias_fnn": False}, True),
        ({"model_type": "nucleotide_transformer", "add_bias_fnn": False}, False),
        ({}, False),
    ],
)
def test_the_format_is_recognised(config, expected):
    assert is_nucleotide_transformer_v2(config) == expected
