"""Widgets for notebooks: each is one Python file beside one JavaScript file."""

import importlib
from typing import TYPE_CHECKING

from chatnt.errors import MissingExtraError

if TYPE_CHECKING:
    from chatnt.widgets.attribution import Attribution
    from chatnt.widgets.calibration import Calibration
    from chatnt.widgets.chat import Chat
    from chatnt.widgets.explorer import Explorer
    from chatnt.widgets.tasks import Tasks
    from chatnt.widgets.training import Training

__all__ = ["Attribution", "Calibration", "Chat", "Explorer", "Tasks", "Training"]

_PLACES = {
    "Attribution": "chatnt.widgets.attribution",
    "Calibration": "chatnt.widgets.calibration",
    "Chat": "chatnt.widgets.chat",
    "Explorer": "chatnt.widgets.explorer",
    "Tasks": "chatnt.widgets.tasks",
    "Training": "chatnt.widgets.training",
}
"""Where each widget is; imported on first use."""


def __getattr__(name: str) -> object:
    if name not in _PLACES:
        raise AttributeError(f"module 'chatnt.widgets' has no attribute {name!r}")
    try:
        importlib.import_module("anywidget")
    except ImportError as error:
        raise MissingExtraError(
            'Widgets need anywidget, which is not installed: pip install "chatnt[widgets]"'
        ) from error
    value = getattr(importlib.import_module(_PLACES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
