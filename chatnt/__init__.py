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
    from chatnt.tasks import get_task, register_task

__version__ = "0.1.0"

_HEAVY = {
    "Assistant": "chatnt.assistant",
    "ChatNTConfig": "chatnt.model",
    "ChatNTModel": "chatnt.model",
    "ChatNTProcessor": "chatnt.processor",
    "get_task": "chatnt.tasks",
    "load": "chatnt.loading",
    "pair": "chatnt.loading",
    "register_task": "chatnt.tasks",
}
"""Names that need torch or tables; imported on first use, so that ``import chatnt`` is light."""

__all__ = ["DNA", "Answer", "Question", "errors", "read_fasta", *_HEAVY]


def __getattr__(name: str) -> object:
    if name not in _HEAVY:
        raise AttributeError(f"module 'chatnt' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HEAVY[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
