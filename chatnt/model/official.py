"""The published configuration, read as ours."""

from collections.abc import Mapping

from transformers import LlamaConfig

from chatnt.errors import CheckpointError
from chatnt.model.config import ChatNTConfig, ResamplerConfig
from chatnt.model.nucleotide_transformer import NucleotideTransformerConfig

FINAL_NORM_EPS = 1e-5
"""Epsilon of the published decoder's final norm, whatever `rms_norm_eps` says."""

_PUBLISHED = {
    "nt_config": {
        "alphabet_size": 4107, "pad_token_id": 1, "max_positions": 2048, "embed_dim": 1024, "num_layers": 29,
        "attention_heads": 16, "key_size": 64, "ffn_embed_dim": 4096, "layer_norm_eps": 1e-5,
    },
    "perceiver_resampler_config": {
        "embed_dim": 4096, "num_layers": 3, "attention_heads": 32, "key_size": 128, "ffn_embed_dim": 11008,
        "resampled_length": 64,
    },
    "gpt_config": {
        "vocab_size": 32000, "eos_token_id": 2, "embed_dim": 4096, "ffn_embed_dim": 11008, "num_heads": 32,
        "num_kv_heads": 32, "num_layers": 32, "rms_norm_eps": 1e-6,
        "rope_config": {"max_seq_len": 2048, "dim": 128, "theta": 10000.0},
    },
}  # fmt: skip

# Settings that would mean another architecture. A field that is absent is as it was published.
_ONLY = {
    "nt_config": {
        "embed_scale": 1.0, "emb_layer_norm_before": False, "positional_embedding": None,
        "lm_head": "roberta", "add_bias_kv": False, "add_bias_ffn": False, "use_rotary_embedding": True,
        "rescaling_factor": None, "ffn_activation_name": "swish", "use_glu_in_ffn": True,
        "pre_layer_norm": True, "token_dropout": False, "mask_before_attention": False,
        "bias_word_embedding": False,
    },
    "perceiver_resampler_config": {
        "emb_layer_norm_before": False, "add_bias_kv": False, "add_bias_ffn": True,
        "ffn_activation_name": "gelu-no-approx", "use_glu_in_ffn": False,
    },
    "gpt_config": {
        "add_bias_ffn": False, "ffn_activation_name": "silu", "use_glu_in_ffn": True,
        "add_bias_lm_head": False, "norm_type": "RMS_norm", "parallel_attention_ff": False,
        "add_bias_attn": False,
    },
}  # fmt: skip


def official_config(official: Mapping | None = None, *, half_norms: bool = False) -> ChatNTConfig:
    """Translate the published configuration.

    Parameters
    ----------
    official
        Content of the published ``config.json``, with the sections ``nt_config``,
        ``perceiver_resampler_config`` and ``gpt_config``. What is absent has the
        published value, so `None` gives the published model.
    half_norms
        See `ChatNTConfig`.

    Returns
    -------
    ChatNTConfig
        Including the encoder's unused masked-LM head, so that every published
        tensor has its place.

    Raises
    ------
    CheckpointError
        If a setting asks for an architecture that this package does not have;
        names all of them.
    """
    given = official or {}
    settings = {name: {**fields, **given.get(name, {})} for name, fields in _PUBLISHED.items()}
    _check_architecture(settings)
    nt, perceiver, gpt = settings["nt_config"], settings["perceiver_resampler_config"], settings["gpt_config"]
    encoder = NucleotideTransformerConfig(
        dim=nt["embed_dim"],
        layers=nt["num_layers"],
        heads=nt["attention_heads"],
        ffn_dim=nt["ffn_embed_dim"],
        vocab_size=nt["alphabet_size"],
        pad_token_id=nt["pad_token_id"],
        max_length=nt["max_positions"],
        layer_norm_eps=nt["layer_norm_eps"],
        lm_head=True,
    )
    resampler = ResamplerConfig(
        dna_dim=nt["embed_dim"],
        dim=perceiver["embed_dim"],
        latents=perceiver["resampled_length"],
        layers=perceiver["num_layers"],
        heads=perceiver["attention_heads"],
        ffn_dim=perceiver["ffn_embed_dim"],
        vocab_size=gpt["vocab_size"],
    )
    return ChatNTConfig(
        encoder_config=encoder,
        resampler_config=resampler,
        decoder_config=_decoder_config(gpt, given.get("english_pad_token_id", 2)),
        slot_token_id=given.get("seq_token_id", gpt["vocab_size"]),
        decoder_final_norm_eps=FINAL_NORM_EPS,
        half_norms=half_norms,
    )


def _decoder_config(gpt: Mapping, pad_token_id: int) -> LlamaConfig:
    return LlamaConfig(
        vocab_size=gpt["vocab_size"],
        hidden_size=gpt["embed_dim"],
        intermediate_size=gpt["ffn_embed_dim"],
        num_hidden_layers=gpt["num_layers"],
        num_attention_heads=gpt["num_heads"],
        num_key_value_heads=gpt["num_kv_heads"],
        head_dim=gpt["rope_config"]["dim"],
        max_position_embeddings=gpt["rope_config"]["max_seq_len"],
        rope_parameters={"rope_type": "default", "rope_theta": gpt["rope_config"]["theta"]},
        rms_norm_eps=gpt["rms_norm_eps"],
        eos_token_id=gpt["eos_token_id"],
        pad_token_id=pad_token_id,
        tie_word_embeddings=False,
    )


def _check_architecture(settings: Mapping[str, Mapping]) -> None:
    wrong = [
        f"{section}.{field} is {settings[section][field]!r}, only {wanted!r} is supported"
        for section, fields in _ONLY.items()
        for field, wanted in fields.items()
        if field in settings[section] and settings[section][field] != wanted
    ]
    for section in ("nt_config", "perceiver_resampler_config"):
        dim, heads, size = (
            settings[section][field] for field in ("embed_dim", "attention_heads", "key_size")
        )
        if dim != heads * size:
            wrong.append(f"{section}.embed_dim is {dim}, not attention_heads * key_size = {heads * size}")
    if wrong:
        raise CheckpointError("This is not a ChatNT configuration: " + "; ".join(wrong) + ".")
