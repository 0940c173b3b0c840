"""The optimizer, and the state of a training as whole tensors by name, and back."""

from collections.abc import Iterable, Mapping

import torch
from torch import Tensor, distributed, nn
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.optim import Adam, AdamW, Optimizer

from chatnt.training.checkpoint import Checkpoint, Shapes, check_shapes
from chatnt.training.frozen import part_of
from chatnt.training.plan import TrainingPlan


def made_optimizer(plan: TrainingPlan, weights: Mapping[str, nn.Parameter]) -> Optimizer:
    """Make the optimizer of a plan, with groups for each part and for what decays."""
    groups: dict[tuple[str, bool], list[nn.Parameter]] = {}
    for name, weight in weights.items():
        groups.setdefault((part_of(name), weight.ndim > 1), []).append(weight)
    settings = [
        {
            "params": some,
            "lr": plan.rates.get(part, plan.learning_rate),
            "weight_decay": plan.weight_decay if decays else 0.0,
        }
        for (part, decays), some in groups.items()
    ]
    kind = {"adam": Adam, "adamw": AdamW}[plan.optimizer]
    return kind(settings, betas=plan.betas, eps=plan.epsilon)


@torch.no_grad()
def sum_gradients(weights: Iterable[nn.Parameter], bucket: int = 1 << 24) -> None:
    """Sum gradients over processes; a weight without gradient in all of them stays without.

    Parameters
    ----------
    weights
        The same ones in each process.
    bucket
        Numbers that travel at once.
    """
    weights = [weight for weight in weights if weight.requires_grad]
    if not weights:
        return
    has = torch.tensor([weight.grad is not None for weight in weights], device=weights[0].device).int()
    distributed.all_reduce(has)
    waiting: list[Tensor] = []
    for weight, count in zip(weights, has.tolist(), strict=True):
        if count:
            weight.grad = torch.zeros_like(weight) if weight.grad is None else weight.grad
            waiting.append(weight.grad)
        if sum(gradient.numel() for gradient in waiting) >= bucket:
            _sum_together(waiting)
            waiting = []
    _sum_together(waiting)


def _sum_together(tensors: list[Tensor]) -> None:
    if tensors:
        flat = torch.cat([tensor.flatten() for tensor in tensors])
        distributed.all_reduce(flat)
        for tensor, part in zip(tensors, flat.split([t.numel() for t in tensors]), strict=True):
            tensor.copy_(part.view_as(tensor))


def whole(tensor: Tensor) -> Tensor:
    """Return a tensor as one, gathered if it is spread over processes (which all must call this)."""
    tensor = tensor.detach()
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


@torch.no_grad()
def fill(target: Tensor, values: Tensor) -> None:
    """Copy values into a tensor that may be spread over processes."""
    target.copy_(like(values, target))


def like(values: Tensor, pattern: Tensor) -> Tensor:
    """Return values where and how another tensor of this shape is, and spread as it is."""
    values = values.to(pattern.device, pattern.dtype)
    if isinstance(pattern, DTensor):
        return distribute_tensor(values, pattern.device_mesh, pattern.placements)
    return values


def shapes(tensors: Mapping[str, Tensor]) -> Shapes:
    """Return the shape of each tensor."""
    return {name: tuple(tensor.shape) for name, tensor in tensors.items()}


def buffers(model: nn.Module, parts: set[str]) -> dict[str, Tensor]:
    """Return what some parts keep beside their weights, such as the means of a batch normalisation."""
    parameters = {name for name, _ in model.named_parameters(remove_duplicate=False)}
    return {
        name: tensor
        for name, tensor in model.state_dict(keep_vars=True).items()
        if name not in parameters and part_of(name) in parts
    }


def optimizer_tensors(optimizer: Optimizer, weights: Mapping[str, nn.Parameter]) -> dict[str, Tensor]:
    """Return what an optimizer remembers of each weight, as ``weight/what``."""
    return {
        f"{name}/{what}": whole(value)
        for name, weight in weights.items()
        for what, value in optimizer.state.get(weight, {}).items()
    }


def restore_optimizer(optimizer: Optimizer, weights: Mapping[str, nn.Parameter], saved: Checkpoint) -> None:
    """Give an optimizer back what it remembered.

    Raises
    ------
    CheckpointError
        If something is missing or foreign.
    """
    kept = saved.tensors("optimizer")
    moments = ("exp_avg", "exp_avg_sq")
    # What has not begun to learn has no moments; what has, has all.
    begun = {name for name in weights if any(f"{name}/{what}" in kept for what in ("step", *moments))}
    expected: dict[str, tuple[int, ...]] = {f"{name}/step": () for name in begun}
    expected |= {f"{name}/{what}": tuple(weights[name].shape) for name in begun for what in moments}
    check_shapes(str(saved.folder / "optimizer.safetensors"), kept, expected)
    for name in begun:
        weight = weights[name]
        optimizer.state[weight] = {what: like(kept[f"{name}/{what}"], weight) for what in moments}
        optimizer.state[weight]["step"] = kept[f"{name}/step"]
