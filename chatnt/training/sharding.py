"""Training where the model is divided among processes (FSDP2), and the pair's own stays whole."""

import contextlib
import copy
import os
from collections.abc import Iterator
from typing import Protocol

from accelerate.utils import parse_flag_from_env
from torch import nn

from chatnt.errors import TrainingError
from chatnt.model import ChatNTModel

_SETTINGS = {"FSDP_VERSION": "2", "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP"}
"""What accelerate reads from the environment, where its command writes it."""


class Holder(Protocol):
    """Holds a model that can be exchanged, as `chatnt.engine.Engine` does."""

    model: ChatNTModel


def is_asked_for() -> bool:
    """Return whether accelerate was told to divide the model, as by ``accelerate launch --use_fsdp``."""
    return parse_flag_from_env("ACCELERATE_USE_FSDP")


@contextlib.contextmanager
def divisible(holder: Holder) -> Iterator[ChatNTModel]:
    """Give the model to train: one that may be divided, if that is asked for.

    What has been divided cannot be put together again in place, nor saved by one process. So a
    copy is divided, which shares what is frozen, and answers while it is trained.

    Parameters
    ----------
    holder
        Of the pair's model; it holds the copy within the context.

    Yields
    ------
    ChatNTModel
        The copy, or, if nothing is to be divided, the model itself.

    Raises
    ------
    TrainingError
        If accelerate was told to divide it otherwise, or a weight cannot be divided.
    """
    whole = holder.model
    if not is_asked_for():
        yield whole
        return
    _check(whole)
    holder.model = copied(whole)
    try:
        yield holder.model
    finally:
        holder.model = whole


def copied(model: ChatNTModel) -> ChatNTModel:
    """Return a copy of a model that shares the numbers of what is frozen."""
    frozen = (weight for weight in model.parameters() if not weight.requires_grad)
    # Not the parameters themselves: what is done to those of the copy would be done to the model.
    return copy.deepcopy(model, {id(w): nn.Parameter(w.data, requires_grad=False) for w in frozen})


def _check(model: nn.Module) -> None:
    given = {name: os.environ.get(name, "nothing") for name in _SETTINGS}
    if given != _SETTINGS:
        told = ", ".join(f"{name}={value}" for name, value in given.items())
        raise TrainingError(
            f"accelerate was told {told}; dividing a model needs its FSDP2, block by block: "
            "--use_fsdp --fsdp_version 2 --fsdp_auto_wrap_policy TRANSFORMER_BASED_WRAP."
        )
    scalars = [name for name, weight in model.named_parameters() if weight.ndim == 0]
    if scalars:
        raise TrainingError(
            f"FSDP2 divides no single numbers, and {', '.join(scalars)} is one; train this pair with one "
            "whole model in each process (no --use_fsdp), or make one whose resampler has no output_scale."
        )
