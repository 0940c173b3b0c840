"""The tensors of the published model: what they are called there and here."""

import dataclasses
import re
from collections.abc import Iterator
from typing import cast

from transformers import LlamaConfig

from chatnt.model.config import ChatNTConfig, ResamplerConfig
from chatnt.model.nucleotide_transformer import NucleotideTransformerConfig


@dataclasses.dataclass(frozen=True)
class Leaf:
    """Describe one tensor of the published model.

    Parameters
    ----------
    name
        Its name in the JAX checkpoint, shortened by `canonical_name`.
    ours
        Its names in the state dict of `ChatNTModel`; two for a matrix that we
        hold in two halves, none for one that we leave out.
    shape
        Its shape in PyTorch's order, (out, in) for a linear layer.
    part
        ``encoder``, ``projection`` or ``decoder``.
    layer
        Number of its block, counted from 0; `None` outside of the blocks.
    param
        ``weight``, ``bias`` or ``latents``.
    pattern
        Expression that ends the names of its module in PyTorch checkpoints.
    flipped
        Whether JAX holds it transposed.
    rotary_heads
        Heads whose rotary pairs lie side by side and have to be taken apart;
        0 if this does not concern it.
    """

    name: str
    ours: tuple[str, ...]
    shape: tuple[int, ...]
    part: str
    layer: int | None
    param: str
    pattern: str
    flipped: bool = False
    rotary_heads: int = 0


@dataclasses.dataclass(frozen=True)
class _Module:
    """One row of the tables below: a module, which holds one or two leaves."""

    kind: str
    theirs: str
    ours: tuple[str, ...] | str
    pattern: str
    shape: tuple[int, ...]
    rotary_heads: int = 0


_PARAMS = {
    "linear": (("w", "weight"), ("b", "bias")),
    "matrix": (("w", "weight"),),
    "norm": (("scale", "weight"), ("offset", "bias")),
    "rms": (("scale", "weight"),),
    "table": (("embeddings", "weight"),),
    "latents": (("latent_queries", "latents"),),
}
_ATTENTION = (
    ("query", "query", r"w_q|q|query|q_proj"),
    ("key", "key", r"w_k|k|key|k_proj"),
    ("value", "value", r"w_v|v|value|v_proj"),
    ("mha_output", "output", r"w_o|o|out|output|mha_output|out_proj|o_proj"),
)
_TABLE = r"(tokens?_?)?(embed|embedding|embeddings)(_layer|_tokens)?"


def leaves(config: ChatNTConfig) -> list[Leaf]:
    """List every tensor that a published checkpoint of these sizes holds.

    Returns
    -------
    list of Leaf
        756 of them for the published sizes: 415, 82 and 259 of encoder,
        resampler and decoder.
    """
    encoder = cast("NucleotideTransformerConfig", config.encoder_config)
    resampler = cast("ResamplerConfig", config.resampler_config)
    decoder = cast("LlamaConfig", config.decoder_config)
    return [
        *_leaves("encoder", "encoder", None, _encoder_outside(encoder)),
        *_blocks("encoder", "encoder.blocks", "attention_layer", encoder.layers, _encoder_block(encoder)),
        *_leaves("projection", "resampler", None, _resampler_outside(resampler)),
        *_blocks(
            "projection",
            "resampler.blocks",
            "multi_modal_perceiver_resampler/multi_modal_perceiver_layer",
            resampler.layers,
            _resampler_block(resampler),
        ),
        *_leaves("decoder", "decoder", None, _decoder_outside(decoder)),
        *_blocks(
            "decoder",
            "decoder.model.layers",
            "gpt_decoder_layer",
            decoder.num_hidden_layers,
            _decoder_block(decoder),
        ),
    ]


def _blocks(part: str, ours: str, theirs: str, layers: int, modules: list[_Module]) -> Iterator[Leaf]:
    for i in range(layers):
        placed = [dataclasses.replace(m, theirs=f"{theirs}_{i}/~/{m.theirs}") for m in modules]
        yield from _leaves(part, f"{ours}.{i}", i, placed)


def _leaves(part: str, ours: str, layer: int | None, modules: list[_Module]) -> Iterator[Leaf]:
    for module in modules:
        targets = (module.ours,) if isinstance(module.ours, str) else module.ours
        for theirs, param in _PARAMS[module.kind]:
            suffix = "" if param == "latents" else f".{param}"
            yield Leaf(
                name=f"{part}/{module.theirs}::{theirs}",
                ours=tuple(f"{ours}.{target}{suffix}" for target in targets),
                shape=module.shape if param != "bias" else module.shape[:1],
                part=part,
                layer=layer,
                param=param,
                pattern=module.pattern,
                flipped=theirs == "w",
                rotary_heads=module.rotary_heads,
            )


def _encoder_outside(config: NucleotideTransformerConfig) -> list[_Module]:
    dim, head = config.dim, "~/roberta_lm_head/~/"
    names = ("lm_head.fc", "lm_head.norm", "lm_head.output")
    fc, norm, output = names if config.lm_head else ((), (), ())
    return [
        _Module("table", "~/embed", "tokens", _TABLE, (config.vocab_size, dim)),
        _Module(
            "norm", head + "emb_layer_norm_after", "norm", r"emb_layer_norm_after|first_layer_norm", (dim,)
        ),
        _Module("linear", head + "lm_head_fc_1", fc, r"lm_head_fc_?1|fc_?1", (dim, dim)),
        _Module("norm", head + "lm_head_layer_norm", norm, r"lm_head_layer_norm|second_layer_norm", (dim,)),
        _Module("linear", head + "lm_final_fc", output, r"final_fc", (config.vocab_size, dim)),
    ]


def _encoder_block(config: NucleotideTransformerConfig) -> list[_Module]:
    dim, ffn = config.dim, config.ffn_dim
    norm_attention = r"layer_norm_self_attention|self_attention_layer_norm|norm_self_attention|attn_norm"
    norm_ffn = r"layer_norm_mlp|norm_mlp|final_layer_norm|ffn_norm"
    return [
        _Module("norm", "self_attention_layer_norm", "norm_attention", norm_attention, (dim,)),
        *(
            _Module("linear", f"self_attention/{a}", f"attention.{b}", c, (dim, dim))
            for a, b, c in _ATTENTION
        ),
        _Module("norm", "final_layer_norm", "norm_ffn", norm_ffn, (dim,)),
        _Module("matrix", "fc1", "fc1", r"fc_?1", (2 * ffn, dim)),
        _Module("matrix", "fc2", "fc2", r"fc_?2", (dim, ffn)),
    ]


def _resampler_outside(config: ResamplerConfig) -> list[_Module]:
    project = r"bio_projection|bio_to_english_projection"
    latents = "multi_modal_perceiver_resampler"
    return [
        _Module("linear", "bio_to_english_projection", "project", project, (config.dim, config.dna_dim)),
        _Module("table", "token_embed", "words", _TABLE, (config.vocab_size, config.dim)),
        _Module("latents", latents, "latents", r"\w*", (config.latents, config.dim)),
    ]


def _resampler_block(config: ResamplerConfig) -> list[_Module]:
    dim, ffn = config.dim, config.ffn_dim
    modules = []
    for i, what in ((1, "dna"), (2, "question")):
        norm = rf"norm_cross_attention_{i}|cross_attention_layer_norm_{i}"
        modules.append(_Module("norm", f"cross_attention_layer_norm_{i}", f"norm_{what}", norm, (dim,)))
        for theirs, ours, pattern in _ATTENTION:
            pattern = rf"cross_attention_{i}[./]({pattern})"
            names = f"cross_attention_{i}/{theirs}", f"attend_{what}.{ours}"
            modules.append(_Module("linear", *names, pattern, (dim, dim)))
    return [
        *modules,
        _Module("norm", "final_layer_norm", "norm_ffn", r"norm_mlp|layer_norm_mlp|final_layer_norm", (dim,)),
        _Module("linear", "fc1", "fc1", r"fc_?1", (ffn, dim)),
        _Module("linear", "fc2", "fc2", r"fc_?2", (dim, ffn)),
    ]


def _decoder_outside(config: LlamaConfig) -> list[_Module]:
    table, dim = (config.vocab_size, config.hidden_size), config.hidden_size
    return [
        _Module("table", "~/token_embed", "model.embed_tokens", _TABLE, table),
        _Module("rms", "~/final_RMS_norm", "model.norm", r"final(_RMS)?_norm", (dim,)),
        _Module("matrix", "~/simple_lm_head/~/lm_final_fc", "lm_head", r"final_fc|lm_head(\.fc)?", table),
    ]


def _decoder_block(config: LlamaConfig) -> list[_Module]:
    dim, ffn = config.hidden_size, config.intermediate_size
    # Optional in the class, always filled in by it.
    heads, kv_heads, size = (
        cast("int", n) for n in (config.num_attention_heads, config.num_key_value_heads, config.head_dim)
    )
    wide, narrow = (heads * size, dim), (kv_heads * size, dim)
    query, key, value, out = (f"self_attn/~/{name}_linear" for name in ("query", "key", "value", "out"))
    return [
        _Module("rms", "attn_RMS_norm", "input_layernorm", r"attn(_RMS)?_norm", (dim,)),
        _Module("matrix", query, "self_attn.q_proj", r"query_linear", wide, heads),
        _Module("matrix", key, "self_attn.k_proj", r"key_linear", narrow, kv_heads),
        _Module("matrix", value, "self_attn.v_proj", r"value_linear", narrow),
        _Module("matrix", out, "self_attn.o_proj", r"out_linear", wide[::-1]),
        _Module("rms", "ffn_RMS_norm", "post_attention_layernorm", r"ffn(_RMS)?_norm", (dim,)),
        # The gate comes first in the matrix that the published model holds in one piece.
        _Module(
            "matrix", "fc1_linear_glu", ("mlp.gate_proj", "mlp.up_proj"), r"fc1(_linear_glu)?", (2 * ffn, dim)
        ),
        _Module("matrix", "fc2_linear", "mlp.down_proj", r"fc2(_linear)?", (dim, ffn)),
    ]


def canonical_name(name: str) -> str:
    """Shorten a name of the JAX checkpoint, whose beginning depends on where it was saved.

    Examples
    --------
    >>> canonical_name("bio_brain_decoder/llama_decoder/~/final_RMS_norm::scale")
    'decoder/~/final_RMS_norm::scale'
    >>> canonical_name("multi_modal_perceiver_resampler_projection/token_embed::embeddings")
    'projection/token_embed::embeddings'
    """
    name = re.sub(r"^(?:bio_brain|chat_nt)_(encoder|decoder)/[^/]+/", r"\1/", name)
    return re.sub(r"^multi_modal_perceiver_resampler_projection/", "projection/", name)


_PARTS = (
    ("projection", re.compile(r"projection|resampler|perceiver")),
    ("encoder", re.compile(r"encoder|nucleotide|nt_model")),
    ("decoder", re.compile(r"decoder|gpt|llama")),
)
_TORCH_PARAMS = {
    "weight": "weight", "scale": "weight", "bias": "bias", "offset": "bias", "latent_queries": "latents",
}  # fmt: skip
_BLOCK = re.compile(r"(?:^|\.)(?:\w*(?:layers?|blocks?)_)?(\d+)\.")


def candidates(name: str, published: list[Leaf]) -> list[Leaf]:
    """Find the leaves that a name of a PyTorch checkpoint may mean.

    The released names are not documented, so that a name is not compared as a
    whole but by its part, its block number and the word it ends in.

    Returns
    -------
    list of Leaf
        One, if the name is understood.
    """
    path, _, last = name.rpartition(".")
    # The first component says most; only if it says nothing, the others are asked.
    part = next((p for text in (name.split(".")[0], name) for p, word in _PARTS if word.search(text)), None)
    block = _BLOCK.search(path + ".")
    layer = int(block[1]) if block else None
    end = path[block.end() :] if block else path
    return [
        leaf
        for leaf in published
        if (leaf.part, leaf.layer, leaf.param) == (part, layer, _TORCH_PARAMS.get(last))
        and re.search(rf"(?:^|[._])(?:{leaf.pattern})$", end)
    ]
