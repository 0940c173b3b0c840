"""Change what the norms of a part do, where a checkpoint was trained with other ones."""

from torch import Tensor, nn
from transformers import PreTrainedModel


def set_final_norm_eps(decoder: PreTrainedModel, eps: float) -> None:
    """Give the last norm of a decoder its own epsilon.

    Raises
    ------
    ValueError
        If the decoder keeps its last norm elsewhere than the models of the LLaMA family.
    """
    norm = getattr(decoder.base_model, "norm", None)
    for name in ("variance_epsilon", "eps"):
        if hasattr(norm, name):
            setattr(norm, name, eps)
            return
    raise ValueError(
        f"{type(decoder).__name__} has no final norm where the LLaMA family has it (model.norm); "
        "leave decoder_final_norm_eps at None."
    )


def round_norms_to_half(part: nn.Module) -> None:
    """Make every LayerNorm of a part round its output to float16."""
    for module in part.modules():
        if isinstance(module, nn.LayerNorm):
            module.register_forward_hook(_round_to_half)


def _round_to_half(module: nn.Module, inputs: tuple, output: Tensor) -> Tensor:
    return output.half().to(output.dtype)
