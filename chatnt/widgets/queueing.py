"""Widgets that work off a long job in small pieces, and do what a reader asks for in between."""

import collections
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from chatnt.widgets.base import Palette, Theme, Widget

Act = Callable[[threading.Event], object]
"""What a reader waits for; it ends soon after the event is set."""

_OFTEN = 0.1  # seconds between two pictures


class QueueingWidget(Widget):
    """Be the base of a widget whose long job goes on while a reader clicks.

    It implements `_next`, `_do` and `_progressed`; `_soon` starts the thread, or lets the one that runs do
    something first.
    """

    def __init__(self, *, height: int = 0, palette: Palette = "safe", theme: Theme = "auto") -> None:
        self._queue = threading.Lock()
        self._urgent: collections.deque[Act] = collections.deque()
        self._taker: object | None = None  # stands for the thread that takes what is asked for
        super().__init__(height=height, palette=palette, theme=theme)

    def _next(self) -> Sequence[Any]:
        """Return the next piece of the job; empty if all is done."""
        raise NotImplementedError

    def _do(self, piece: Sequence[Any]) -> int:
        """Do a piece; return how many things it was."""
        raise NotImplementedError

    def _progressed(self, done: int, seconds: float) -> None:
        """Show how far it is, and what there is."""
        raise NotImplementedError

    def _soon(self, act: Act | None = None) -> None:
        """Let the thread do something before it goes on with the job; start it if none runs."""
        with self._queue:
            if act is not None:
                self._urgent.append(act)
            if self._taker is not None:
                return
            self._taker = taker = object()
        if self._thread is not None:
            self._thread.join()  # it takes nothing more, so it is about to end
        self._start(lambda stop: self._work_off(stop, taker))

    def stop(self) -> None:
        """Ask what is being done to end soon, and forget what was asked for since."""
        with self._queue:
            self._urgent.clear()
            if self.running:
                self._taker = None
        super().stop()

    def _work_off(self, stop: threading.Event, taker: object) -> None:
        began, shown, done = time.monotonic(), 0.0, 0
        try:
            while not stop.is_set():
                act, piece = self._take()
                if act is not None:
                    act(stop)
                elif piece:
                    done += self._do(piece)
                    if time.monotonic() - shown > _OFTEN:
                        shown = time.monotonic()
                        self._progressed(done, shown - began)
                else:
                    break
        finally:
            with self._queue:
                if self._taker is taker:
                    self._taker = None
            self._progressed(done, time.monotonic() - began)

    def _take(self) -> tuple[Act | None, Sequence[Any]]:
        with self._queue:
            if self._urgent:
                return self._urgent.popleft(), ()
            piece = self._next()
            if not piece:
                self._taker = None  # whoever comes after the last piece starts a new thread
            return None, piece
