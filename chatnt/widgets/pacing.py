"""Pass on what changes often, but seldom enough for a page."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Paced(Generic[T]):
    """Pass on the newest value, at most once in a pause; the last one always, if late.

    Values may be left out, so each is to tell all. On leaving the context nothing more is passed on.

    Parameters
    ----------
    act
        Is given the values, also from another thread, but never twice at once.
    pause
        In seconds.

    Examples
    --------
    >>> seen = []
    >>> with Paced(seen.append, 0) as tell:
    ...     tell("a")
    ...     tell("ab")
    >>> seen
    ['a', 'ab']
    """

    def __init__(self, act: Callable[[T], object], pause: float) -> None:
        self._act, self._pause = act, pause
        self._lock = threading.Lock()
        self._timer: threading.Timer | None = None
        self._last, self._open = 0.0, True

    def __call__(self, value: T) -> None:
        """Pass on a value, now or when the pause is over."""
        with self._lock:
            self._value = value
            wait = self._last + self._pause - time.monotonic()
            if wait <= 0:
                self._pass_on()
            elif self._timer is None:
                self._timer = threading.Timer(wait, self._later)
                self._timer.daemon = True
                self._timer.start()

    def _later(self) -> None:
        with self._lock:
            if self._open and self._timer is not None:
                self._pass_on()

    def _pass_on(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._last = time.monotonic()
        self._act(self._value)

    def __enter__(self) -> "Paced[T]":
        return self

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._open = False
            if self._timer is not None:
                self._timer.cancel()
