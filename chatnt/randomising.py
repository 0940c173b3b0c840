"""Take away what a model has learned, one stage after another, from the words back to the bases."""

import random
from collections.abc import Iterator
from contextlib import contextmanager

import torch
from torch import nn

from chatnt.errors import CheckpointError
from chatnt.model.bits import in_fewer_bits

PARTS = ("decoder", "resampler", "encoder")
"""From where answers are written to where bases are read."""


def stages(model: nn.Module) -> dict[str, list[nn.Parameter]]:
    """Return the weights of each stage, those nearest to the answer first.

    A stage is one of several like blocks, or a module beside them; weights that two stages share belong
    to the first.

    Parameters
    ----------
    model
        A pair's, with the parts `PARTS`.

    Returns
    -------
    dict
        By names such as ``"decoder.model.layers.3"``.

    Raises
    ------
    CheckpointError
        If the decoder is in fewer bits, whose entries cannot change places.
    """
    if in_fewer_bits(model):
        raise CheckpointError(
            "The decoder is in fewer bits; load the pair without decoder_bits to put it in disorder."
        )
    found, seen = {}, set()
    for part in PARTS:
        groups = list(_groups(model.get_submodule(part), part))
        for name, weights in reversed(groups):
            new = [w for w in weights if id(w) not in seen]
            seen.update(id(w) for w in new)
            if new:
                found[name] = new
    return found


def shuffle_weights(weights: list[nn.Parameter], seed: str) -> None:
    """Put the entries of each weight in random order, in place.

    What was learned is gone, but how large the entries are stays, so that signals neither vanish nor
    explode and maps do not change for that reason.

    Parameters
    ----------
    weights
        Of one stage.
    seed
        The same seed gives the same order.
    """
    generator = torch.Generator().manual_seed(random.Random(seed).getrandbits(63))
    with torch.no_grad():
        for weight in weights:
            order = torch.randperm(weight.numel(), generator=generator).to(weight.device)
            weight.copy_(weight.flatten()[order].view_as(weight))


@contextmanager
def put_back(weights: list[nn.Parameter]) -> Iterator[None]:
    """Let weights be changed, and give them their values again."""
    kept = [weight.detach().clone() for weight in weights]
    try:
        yield
    finally:
        with torch.no_grad():
            for weight, value in zip(weights, kept, strict=True):
                weight.copy_(value)


def _groups(module: nn.Module, name: str) -> Iterator[tuple[str, list[nn.Parameter]]]:
    """Yield weights in the order of definition; modules are divided as far as lists of blocks lie in them."""
    if own := list(module.parameters(recurse=False)):
        yield f"{name} (own)", own
    for key, child in module.named_children():
        inside = f"{name}.{key}"
        if isinstance(child, nn.ModuleList):
            yield from ((f"{inside}.{i}", list(block.parameters())) for i, block in enumerate(child))
        elif any(isinstance(each, nn.ModuleList) for each in child.modules()):
            yield from _groups(child, inside)
        else:
            yield inside, list(child.parameters())
