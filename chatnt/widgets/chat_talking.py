"""Who answers in a chat, and how an error that ends an answer is told."""

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from chatnt.conversation import Answer
from chatnt.dialogue import Conversation
from chatnt.tasks.scope import Scope

if TYPE_CHECKING:
    from chatnt.attribution import Attribution


class Asks(Protocol):
    """Be what a chat talks with, as `chatnt.Assistant` is."""

    @property
    def scope(self) -> Scope | None:
        """Its tasks, if they are known."""
        ...

    def conversation(self) -> Conversation:
        """Start a conversation."""
        ...

    def explain(self, answer: Answer) -> "Attribution":
        """Find out which bases decided an answer."""
        ...


class Telling:
    """Tell of an error on its way out."""

    def __init__(self, tell: Callable[[Exception], object]) -> None:
        self._tell = tell

    def __enter__(self) -> None:
        pass

    def __exit__(self, _kind: object, error: BaseException | None, _trace: TracebackType | None) -> None:
        if isinstance(error, Exception):
            self._tell(error)
