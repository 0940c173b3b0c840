"""Hand on what a decoder writes, word by word."""

import queue

from torch import Tensor
from transformers.generation.streamers import BaseStreamer

from chatnt.processor import ChatNTProcessor


class Pieces(BaseStreamer):
    """Put the words of an answer into a queue as they are complete, then `None`."""

    def __init__(self, processor: ChatNTProcessor) -> None:
        self.processor = processor
        self.queue: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self.wanted = True
        self._ids: list[int] | None = None  # none until the prompt has passed
        self._sent = ""

    def put(self, value: Tensor) -> None:
        """Take the prompt, then one token after the other."""
        if not self.wanted:
            raise InterruptedError("Nobody reads the rest of this answer.")
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
