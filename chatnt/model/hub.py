"""Encoders by name or folder, the published Nucleotide Transformers v2 among them."""

import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor
from transformers import AutoModel, PreTrainedConfig, PreTrainedModel

from chatnt.errors import CheckpointError
from chatnt.model.nucleotide_transformer import NucleotideTransformer, NucleotideTransformerConfig

ALIASES = {
    f"nucleotide-transformer-v2-{size}": f"InstaDeepAI/nucleotide-transformer-v2-{size}-multi-species"
    for size in ("50m", "100m", "250m", "500m")
}
"""Short names of encoders, and what they are called on the hub."""

_OUTSIDE = {
    "tokens.weight": "esm.embeddings.word_embeddings.weight",
    "norm.weight": "esm.encoder.emb_layer_norm_after.weight",
    "norm.bias": "esm.encoder.emb_layer_norm_after.bias",
}
_BLOCK = {
    "norm_attention": ("attention.LayerNorm", ("weight", "bias")),
    "attention.query": ("attention.self.query", ("weight", "bias")),
    "attention.key": ("attention.self.key", ("weight", "bias")),
    "attention.value": ("attention.self.value", ("weight", "bias")),
    "attention.output": ("attention.output.dense", ("weight", "bias")),
    "norm_ffn": ("LayerNorm", ("weight", "bias")),
    "fc1": ("intermediate.dense", ("weight",)),
    "fc2": ("output.dense", ("weight",)),
}
# In the file, but of no use to a pair: an unread table of positions, what can be computed, heads.
_UNUSED = ("esm.embeddings.position_", "esm.contact_head.", "esm.pooler.", "lm_head.")
_UNUSED_END = ".inv_freq"

# Settings that would mean another architecture. A field that is absent is as it was published.
_ONLY = {
    "position_embedding_type": "rotary", "add_bias_fnn": False, "emb_layer_norm_before": False,
    "token_dropout": False, "is_folding_model": False,
}  # fmt: skip


def load_encoder(name_or_folder: str | Path) -> PreTrainedModel:
    """Load an encoder with its weights.

    A Nucleotide Transformer v2 of the hub is read into our `NucleotideTransformer`,
    so that none of the code that lies beside its weights is run. Everything
    else is loaded by `AutoModel`, our own encoders too.

    Parameters
    ----------
    name_or_folder
        A short name of `ALIASES`, a name on the hub, or a folder.

    Returns
    -------
    PreTrainedModel
        In evaluation mode and in the precision of its file; the heads of its
        training are left out.

    Raises
    ------
    CheckpointError
        If there is no such encoder, or if it is a Nucleotide Transformer of
        another architecture, or tensors of it are missing, left over or of
        another shape; names all of them.

    Notes
    -----
    The published repositories hold an ESM of transformers with three changes,
    which their ``modeling_esm.py`` makes and for which they set the field
    ``add_bias_fnn`` that no other ESM has: the first matrix of the feed-forward
    part is twice as high, SiLU of its first half gates the second, and neither
    matrix has a bias. The names of the tensors are those of
    `transformers.EsmForMaskedLM`. That there are positions, a contact head and
    an untied head in the file agrees with its size for 50M. The ``config.json``
    may lack a ``model_type``, and its ``layer_norm_eps`` is 1e-12, where the
    JAX code of the same weights has 1e-5.

    References
    ----------
    Dalla-Torre et al. (2024), Nature Methods, "Nucleotide Transformer", Methods.

    Examples
    --------
    >>> encoder = load_encoder("nucleotide-transformer-v2-50m")  # doctest: +SKIP
    >>> encoder.config.dim  # doctest: +SKIP
    512
    """
    name = ALIASES.get(str(name_or_folder), str(name_or_folder))
    try:
        config = PreTrainedConfig.get_config_dict(name)[0] or {}
    except OSError as error:
        raise CheckpointError(_absent(name, error)) from error
    if not is_nucleotide_transformer_v2(config):
        return AutoModel.from_pretrained(name)
    return _nucleotide_transformer(name, config)


def is_nucleotide_transformer_v2(config: Mapping) -> bool:
    """Tell whether a ``config.json`` is of a published Nucleotide Transformer v2.

    Examples
    --------
    >>> is_nucleotide_transformer_v2({"add_bias_fnn": False, "hidden_size": 512})
    True
    >>> is_nucleotide_transformer_v2({"model_type": "esm", "hidden_size": 320})
    False
    """
    return "add_bias_fnn" in config and config.get("model_type") in (None, "", "esm")


def encoder_config(published: Mapping) -> NucleotideTransformerConfig:
    """Translate the ``config.json`` of a published Nucleotide Transformer v2.

    Raises
    ------
    CheckpointError
        If a setting asks for another architecture; names all of them.
    """
    wrong = [
        f"{field} is {published[field]!r}, only {wanted!r} is supported"
        for field, wanted in _ONLY.items()
        if field in published and published[field] not in (wanted, wanted or None)
    ]
    if wrong:
        raise CheckpointError("This is not a Nucleotide Transformer v2: " + "; ".join(wrong) + ".")
    # Positions are counted from the padding's id plus one, so some rows of that table are spare.
    spare = published["pad_token_id"] + 1
    return NucleotideTransformerConfig(
        dim=published["hidden_size"],
        layers=published["num_hidden_layers"],
        heads=published["num_attention_heads"],
        ffn_dim=published["intermediate_size"],
        vocab_size=published["vocab_size"],
        pad_token_id=published["pad_token_id"],
        max_length=published["max_position_embeddings"] - spare,
        layer_norm_eps=published["layer_norm_eps"],
    )


def published_names(config: NucleotideTransformerConfig) -> dict[str, str]:
    """Return what each tensor of our state dict is called in a published file."""
    return _OUTSIDE | {
        f"blocks.{i}.{ours}.{param}": f"esm.encoder.layer.{i}.{theirs}.{param}"
        for i in range(config.layers)
        for ours, (theirs, params) in _BLOCK.items()
        for param in params
    }


def _nucleotide_transformer(name: str, published: Mapping) -> NucleotideTransformer:
    config = encoder_config(published)
    tensors = _tensors(_weights_folder(name))
    with torch.device("meta"):
        shapes = {n: tuple(t.shape) for n, t in NucleotideTransformer(config).state_dict().items()}
    names = published_names(config)
    problems = [f"missing: {theirs}" for theirs in names.values() if theirs not in tensors]
    problems += [
        f"wrong shape: {theirs} is {tuple(tensors[theirs].shape)}, expected {shapes[ours]}"
        for ours, theirs in names.items()
        if theirs in tensors and tuple(tensors[theirs].shape) != shapes[ours]
    ]
    problems += [f"not recognised: {n}" for n in sorted(tensors.keys() - set(names.values()))]
    if problems:
        raise CheckpointError(
            f"{name} does not hold the tensors of its configuration.\n  " + "\n  ".join(problems)
        )
    state = {ours: tensors[theirs] for ours, theirs in names.items()}
    dtype = tensors[names["tokens.weight"]].dtype
    return NucleotideTransformer.from_pretrained(None, config=config, state_dict=state, dtype=dtype)


def _weights_folder(name: str) -> Path:
    if Path(name).is_dir():
        return Path(name)
    try:
        folder = Path(snapshot_download(name, allow_patterns="*.safetensors"))
        if not list(folder.glob("*.safetensors")):
            folder = Path(snapshot_download(name, allow_patterns="pytorch_model*.bin"))
    except (LocalEntryNotFoundError, HfHubHTTPError, OSError) as error:
        raise CheckpointError(_absent(name, error)) from error
    return folder


def _tensors(folder: Path) -> dict[str, Tensor]:
    """Read the tensors of a folder that matter, from safetensors if it has them."""
    safe = sorted(folder.glob("*.safetensors"))
    files = safe or sorted(folder.glob("pytorch_model*.bin"))
    if not files:
        raise CheckpointError(f"{folder} has no weights (*.safetensors or pytorch_model*.bin).")
    tensors = {}
    for file in files:
        try:
            # Weights only: nothing in the file is run.
            found = load_file(file) if safe else torch.load(file, map_location="cpu", weights_only=True)
        except (
            SafetensorError,
            pickle.UnpicklingError,
            EOFError,
            RuntimeError,
            LookupError,
            ValueError,
        ) as error:
            raise CheckpointError(f"{file} cannot be read; download it again: {error}") from error
        tensors |= found
    return {n: t for n, t in tensors.items() if not (n.startswith(_UNUSED) or n.endswith(_UNUSED_END))}


def _absent(name: str, error: Exception) -> str:
    first = (str(error).splitlines() or [""])[0][:200]
    return (
        f"There is no encoder {name!r}: it is not a folder with a config.json, and the hub did not give it "
        f"({type(error).__name__}: {first}). The short names are {', '.join(ALIASES)}."
    )
