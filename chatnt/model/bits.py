"""Hold the linear layers of a decoder in 8 or 4 bits."""

import re
import warnings
from collections.abc import Mapping
from types import ModuleType
from typing import Any, cast

import torch
from torch import nn
from transformers import PreTrainedModel

from chatnt.errors import CheckpointError, MissingExtraError

BITS = (8, 4)
"""How few may be asked for."""

GROUP = 32
"""Neighbouring weights of a row that share a scale and a zero in 4 bits."""


def check_bits(bits: int) -> None:
    """Check that so few bits can be had, before weights are read.

    Raises
    ------
    MissingExtraError
        If torchao is not installed.
    ValueError
        If there is no such number of bits.
    """
    if bits not in BITS:
        raise ValueError(f"decoder_bits={bits!r}: give 8 or 4, or None for the precision of the weights.")
    _torchao()


def quantize_decoder(decoder: PreTrainedModel, bits: int) -> tuple[str, ...]:
    """Replace the weights of a decoder's linear layers by integers with scales, in place.

    Only weights are rounded; what flows through the layers keeps its precision. In 8 bits each row
    has a scale (symmetric), in 4 bits each group of 32 weights of a row has a scale and a zero, chosen by
    half-quadratic quantisation. The last layer, from which words are read, stays as it is: where it is
    also the table of words, a second copy would take memory instead of saving it.

    Parameters
    ----------
    decoder
        Any causal language model; where its weights are, its kernels run.
    bits
        8 or 4.

    Returns
    -------
    tuple of str
        The layers beside the last that stay as they are, with ``*`` for a number; a warning names them, too.

    Raises
    ------
    CheckpointError
        If the decoder is in fewer bits already, or no layer of it can be.
    MissingExtraError
        If torchao is not installed.
    ValueError
        If there is no such number of bits, or 4 bits for weights that are not bfloat16.

    References
    ----------
    Badri and Shaji (2023), "Half-Quadratic Quantization of Large Machine Learning Models".

    Examples
    --------
    >>> from transformers import AutoModelForCausalLM, LlamaConfig
    >>> sizes = dict(hidden_size=64, intermediate_size=96, num_attention_heads=2, num_hidden_layers=1)
    >>> decoder = AutoModelForCausalLM.from_config(LlamaConfig(vocab_size=8, **sizes))
    >>> quantize_decoder(decoder, 8)  # doctest: +SKIP
    ()
    """
    check_bits(bits)
    if in_fewer_bits(decoder):
        raise CheckpointError(
            "The decoder is in fewer bits already; give no decoder_bits, or a pair of whole weights."
        )
    chosen, left = _layers(decoder, bits)
    if not chosen:
        raise CheckpointError(f"No layer of this decoder can be in {bits} bits: {_why(left, bits)}.")
    weight = cast("nn.Linear", decoder.get_submodule(chosen[0])).weight
    if bits == 4 and weight.dtype != torch.bfloat16:
        # On a processor float32 would do, but takes a hundred times as long as without.
        raise ValueError(f'4 bits are computed in bfloat16, not {weight.dtype}; give dtype="bfloat16".')
    config = _config(bits, weight.device)
    _torchao().quantize_(decoder, config, filter_fn=lambda _, name: name in chosen)
    # transformers marks those that it loads in fewer bits in the first way.
    for name, value in {"is_quantized": True, "weight_bits": bits}.items():
        setattr(decoder, name, value)
    if left:
        warnings.warn(f"In {bits} bits, but some layers as they were: {_why(left, bits)}.", stacklevel=3)
    return tuple(left)


def in_fewer_bits(model: nn.Module) -> bool:
    """Tell whether a pair's model, or a decoder alone, has layers in fewer bits."""
    return any(getattr(module, "is_quantized", False) for module in (model, *model.children()))


def check_slopes(model: nn.Module) -> None:
    """Check that gradients pass through a pair's decoder.

    Raises
    ------
    CheckpointError
        If it is in 4 bits, whose products have no derivative.
    """
    if any(getattr(module, "weight_bits", None) == 4 for module in (model, *model.children())):
        raise CheckpointError(
            "The decoder is in 4 bits, through which no gradient passes; load the pair with decoder_bits=8 "
            "or without to explain its answers."
        )


def _layers(decoder: PreTrainedModel, bits: int) -> tuple[list[str], dict[str, str]]:
    """Return the names of the layers to be changed, and why which others with matrices cannot be."""
    chosen, left = [], {}
    last = decoder.get_output_embeddings()
    for name, module in decoder.named_modules():
        weight = module._parameters.get("weight")
        if weight is None or weight.ndim != 2 or module is last or isinstance(module, nn.Embedding):
            continue
        if not isinstance(module, nn.Linear):
            left[_pattern(name)] = f"{type(module).__name__}, not Linear"
        elif bits == 4 and module.in_features % GROUP:
            left[_pattern(name)] = f"{module.in_features} inputs, not a multiple of {GROUP}"
        else:
            chosen.append(name)
    return chosen, left


def _pattern(name: str) -> str:
    return re.sub(r"(?<=\.)\d+(?=\.)", "*", name)


def _why(left: Mapping[str, str], bits: int) -> str:
    return "; ".join(f"{name} ({why})" for name, why in left.items()) or "it has no linear layers"


def _config(bits: int, device: torch.device) -> Any:
    quantization = _torchao()
    # Otherwise torchao changes settings of torch for the whole process.
    same: dict[str, Any] = {"set_inductor_config": False}
    if bits == 8:
        return quantization.Int8WeightOnlyConfig(**same)
    same |= {"group_size": GROUP, "int4_choose_qparams_algorithm": "hqq"}
    if device.type == "cpu":
        from torchao.prototype.quantization import int4  # noqa: PLC0415 - an extra

        return int4.PrototypeInt4WeightOnlyConfig(**same)
    return quantization.Int4WeightOnlyConfig(int4_packing_format="tile_packed_to_4d", **same)


def _torchao() -> ModuleType:
    try:
        from torchao import quantization  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise MissingExtraError(
            'A decoder in fewer bits needs torchao, which is not installed: pip install "chatnt[quantize]". '
            'Without it there is dtype="bfloat16".'
        ) from error
    return quantization
