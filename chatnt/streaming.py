"""Hand on what a decoder writes, word by word."""

import queue
import threading
from collections.abc import Callable, Iterator

from torch import Tensor
from transformers.generation.streamers import BaseStreamer

from chatnt.processor import ChatNTProcessor


class Pieces(BaseStreamer):
    """Put the words of an answer into a queue as they are complete, then `None`.

    Parameters
    ----------
    processor
        Turns tokens into words.
    stop
        Once it is set, the answer ends before its next token with what has been written.
    """

    def __init__(self, processor: ChatNTProcessor, stop: threading.Event | None = None) -> None:
        self.processor = processor
        self.stop = stop
        self.queue: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self.wanted = True
        self._ids: list[int] | None = None  # none until the prompt has passed
        self._sent = ""

    def of(self, write: Callable[[], object]) -> Iterator[str]:
        """Let an answer be written in a thread, and yield its words.

        Raises
        ------
        BaseException
            Whatever the writing raised.
        """

        def run() -> None:
            try:
                write()
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                self.queue.put(error)

        threading.Thread(target=run, daemon=True).start()
        try:
            while (piece := self.queue.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            self.wanted = False

    def put(self, value: Tensor) -> None:
        """Take the prompt, then one token after the other."""
        if not self.wanted:
            raise InterruptedError("Nobody reads the rest of this answer.")
        if self.stop is not None and self.stop.is_set():
            self.end()
            raise InterruptedError("The answer was stopped.")
        if self._ids is None:
            self._ids = []
            return
        self._ids += value.flatten().tolist()
        text = self.processor.decode(self._ids)
        # Later tokens can change the last word, but none before it.
        self._send(text[: text.rfind(" ") + 1])

    def end(self) -> None:
        """Send what is left."""
        self._send(self.processor.decode(self._ids or []))
        self.queue.put(None)

    def _send(self, text: str) -> None:
        if len(text) > len(self._sent):
            self.queue.put(text[len(self._sent) :])
            self._sent = text
