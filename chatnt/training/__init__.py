"""Train pairs: plans, batches, checkpoints, and the loop of transformers between them."""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chatnt.training.plan import LoRA, TrainingPlan
    from chatnt.training.run import train

__all__ = ["LoRA", "TrainingPlan", "train"]

_WHERE = {"LoRA": "plan", "TrainingPlan": "plan", "train": "run"}


def __getattr__(name: str) -> object:
    # A plan is plain data: to make one, the loop of transformers need not be imported.
    if name not in _WHERE:
        raise AttributeError(f"module 'chatnt.training' has no attribute {name!r}")
    return getattr(importlib.import_module(f"chatnt.training.{_WHERE[name]}"), name)
