"""What learns and what does not: frozen parts, adapters, and the hashes of what stays."""

import contextlib
import hashlib
import warnings
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn

from chatnt.errors import MissingExtraError, TrainingError
from chatnt.model import ChatNTModel
from chatnt.model.bits import in_fewer_bits
from chatnt.training.plan import PARTS, LoRA, TrainingPlan


@contextlib.contextmanager
def prepared(model: ChatNTModel, plan: TrainingPlan) -> Iterator[dict[str, nn.Parameter]]:
    """Set a model up to be trained as a plan says, and afterwards as it was.

    Adapters are merged into the weights at the end, so that the model is an ordinary one again.

    Parameters
    ----------
    model
        Of a pair.
    plan
        Says what is trained.

    Yields
    ------
    dict
        What learns, by name.

    Raises
    ------
    TrainingError
        If the plan names something that the model does not have, or what learns is not float32, or
        the decoder is in fewer bits.
    MissingExtraError
        If there are adapters and peft is not installed.
    """
    if in_fewer_bits(model):
        raise TrainingError("The decoder is in fewer bits; load the pair without decoder_bits to train it.")
    before = {name: p.requires_grad for name, p in model.named_parameters()}
    was_training = model.training
    model.requires_grad_(False)
    with contextlib.ExitStack() as stack:
        stack.callback(_restore, model, before, was_training)
        for part, lora in plan.lora.items():
            _add_adapters(_part(model, part), part, lora, plan.seed)
            stack.callback(_merge, _part(model, part))
        _thaw(model, plan.trained)
        if plan.gradient_checkpointing:
            stack.callback(_stop_checkpointing, model)
            _start_checkpointing(model)
        learning = {name: p for name, p in model.named_parameters() if p.requires_grad}
        _check_precision(learning)
        yield learning


def learns(plan: TrainingPlan, name: str, step: int) -> bool:
    """Return whether a parameter that the plan trains learns in a step."""
    return step >= plan.starts.get(name.partition(".")[0], 0)


def part_of(name: str) -> str:
    """Return the part of the pair that a parameter is of."""
    return name.partition(".")[0]


def frozen_hashes(model: nn.Module) -> dict[str, str]:
    """Return the SHA-256 of the frozen weights of each part that has some.

    Names, types and sizes are hashed with the numbers.

    Examples
    --------
    >>> model = nn.ModuleDict({"encoder": nn.Linear(2, 1), "decoder": nn.Linear(2, 1).requires_grad_(False)})
    >>> list(frozen_hashes(model))
    ['decoder']
    """
    digests = {}
    for name, parameter in model.named_parameters():
        if not parameter.requires_grad:
            digest = digests.setdefault(part_of(name), hashlib.sha256())
            digest.update(f"{name} {parameter.dtype} {tuple(parameter.shape)}".encode())
            digest.update(_bytes(parameter))
    return {part: digests[part].hexdigest() for part in digests}


def _bytes(tensor: Tensor) -> memoryview:
    # Viewed as bytes, because NumPy knows no bfloat16.
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data


def _part(model: nn.Module, part: str) -> nn.Module:
    if part not in PARTS or not hasattr(model, part):
        raise TrainingError(f"The pair has no part {part!r}; it has {', '.join(PARTS)}.")
    return getattr(model, part)


def _thaw(model: nn.Module, trained: tuple[str, ...]) -> None:
    for start in trained:
        found = [p for n, p in model.named_parameters() if n == start or n.startswith(f"{start}.")]
        if not found:
            raise TrainingError(
                f"The plan trains {start!r}, but the pair has no parameter of that name; "
                f"name a part ({', '.join(PARTS)}), or the beginning of a name such as 'encoder.blocks'."
            )
        for parameter in found:
            parameter.requires_grad_(True)


def _check_precision(weights: Mapping[str, nn.Parameter]) -> None:
    exact = (torch.float32, torch.float64)
    half = {part_of(name): weight.dtype for name, weight in weights.items() if weight.dtype not in exact}
    if half:
        given = ", ".join(f"{part} ({str(dtype).removeprefix('torch.')})" for part, dtype in half.items())
        raise TrainingError(
            "What learns must be float32, since half precision loses small steps, but these are not: "
            f"{given}. Load the pair with dtype=torch.float32, or convert a part: pair.model.encoder.float()."
        )


def _restore(model: nn.Module, before: dict[str, bool], was_training: bool) -> None:
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(before.get(name, True))
        parameter.grad = None
    model.train(was_training)


def _start_checkpointing(model: ChatNTModel) -> None:
    # transformers renamed it; both names are there while the old one is deprecated.
    start = getattr(model, "activation_checkpointing_enable", model.gradient_checkpointing_enable)
    start()


def _stop_checkpointing(model: ChatNTModel) -> None:
    stop = getattr(model, "activation_checkpointing_disable", model.gradient_checkpointing_disable)
    stop()


def _add_adapters(part: nn.Module, name: str, lora: LoRA, seed: int) -> None:
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as error:
        raise MissingExtraError("LoRA needs peft: pip install 'chatnt[lora]'.") from error
    layers = lora.layers if isinstance(lora.layers, str) else list(lora.layers)
    config = LoraConfig(r=lora.rank, lora_alpha=lora.alpha, lora_dropout=lora.dropout, target_modules=layers)  # type: ignore[arg-type]
    with torch.random.fork_rng(), warnings.catch_warnings():
        torch.manual_seed(seed)
        # Said of the transposed layers of GPT-2, which peft then treats as what they are.
        warnings.filterwarnings("ignore", "fan_in_fan_out is set to False")
        try:
            # In place: the part stays what it is, so whoever calls it need not know.
            inject_adapter_in_model(config, part)
        except ValueError as error:
            raise TrainingError(f"The {name} takes no LoRA on {lora.layers!r}: {error}") from error
    for parameter in part.parameters():
        if parameter.requires_grad:  # adapters, which may stand beside weights of half precision
            parameter.data = parameter.data.float()


def _merge(part: nn.Module) -> None:
    """Add what the adapters learned to the weights beside them, and take the adapters out."""
    from peft.tuners.tuners_utils import BaseTunerLayer

    for name, module in list(part.named_modules()):
        if isinstance(module, BaseTunerLayer):
            module.merge()
            parent, _, own = name.rpartition(".")
            setattr(part.get_submodule(parent), own, module.get_base_layer())
    if hasattr(part, "peft_config"):
        del part.peft_config
