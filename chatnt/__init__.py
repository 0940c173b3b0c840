"""Ask in English about DNA: encoder-decoder pairs in the manner of ChatNT."""

import importlib
from typing import TYPE_CHECKING

from chatnt import errors
from chatnt.conversation import Answer, Question
from chatnt.sequence import DNA, read_fasta

if TYPE_CHECKING:
    from chatnt.assistant import Assistant
    from chatnt.loading import load, pair
    from chatnt.model import ChatNTConfig, ChatNTModel
    from chatnt.processor import ChatNTProcessor
    from chatnt.results import Scores
    from chatnt.tasks import get_task, register_task
    from chatnt.tasks import list_task_names as list_tasks
    from chatnt.train import TrainingPlan

__version__ = "0.1.0"

__all__ = [
    "DNA",
    "Answer",
    "Assistant",
    "ChatNTConfig",
    "ChatNTModel",
    "ChatNTProcessor",
    "Question",
    "Scores",
    "TrainingPlan",
    "errors",
    "get_task",
    "list_tasks",
    "load",
    "pair",
    "read_fasta",
    "register_task",
]

# No module may have the name of one of these: importing it would put it in the name's place.
_HEAVY = {
    "Assistant": "chatnt.assistant",
    "ChatNTConfig": "chatnt.model",
    "ChatNTModel": "chatnt.model",
    "ChatNTProcessor": "chatnt.processor",
    "Scores": "chatnt.results",
    "TrainingPlan": "chatnt.train",
    "get_task": "chatnt.tasks",
    "list_tasks": "chatnt.tasks:list_task_names",
    "load": "chatnt.loading",
    "pair": "chatnt.loading",
    "register_task": "chatnt.tasks",
}
"""Names that need torch or tables; imported on first use, so that ``import chatnt`` is light."""


def __getattr__(name: str) -> object:
    if name not in _HEAVY:
        raise AttributeError(f"module 'chatnt' has no attribute {name!r}")
    module, _, its_name = _HEAVY[name].partition(":")
    value = getattr(importlib.import_module(module), its_name or name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])
