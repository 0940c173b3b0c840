"""The tokens of answers behind a prompt."""

import dataclasses
from collections.abc import Sequence

import torch
from torch import Tensor

from chatnt.conversation import Turn
from chatnt.errors import AnswerError
from chatnt.processor import IGNORED, ChatNTProcessor

_MOST = 128  # sets of answers that are kept


@dataclasses.dataclass(frozen=True)
class Tails:
    """Hold the tokens of answers, each with its end mark.

    Parameters
    ----------
    ids, mask
        Tensors of shape (answers, tokens), padded on the right.
    """

    ids: Tensor
    mask: Tensor

    @classmethod
    def of(
        cls, processor: ChatNTProcessor, conversation: Sequence[Turn], answers: Sequence[str]
    ) -> "Tails | None":
        """Return the tokens of answers.

        They are the same after every prompt, since all prompts end in the same letters. But there are
        none of their own, and so `None`, if the tokenizer joins these letters with those of an answer.
        """
        rows = processor([conversation] * len(answers), answers=answers)
        prompt = processor([conversation])["input_ids"].shape[1]
        if not bool(((rows["labels"] != IGNORED).int().argmax(1) == prompt).all()):
            return None
        return cls(rows["input_ids"][:, prompt:], rows["attention_mask"][:, prompt:])

    def to(self, device: torch.device) -> "Tails":
        """Return them on a device."""
        return Tails(self.ids.to(device), self.mask.to(device))

    def rows(self) -> list[list[int]]:
        """Return the tokens of each answer."""
        lengths = self.mask.sum(1).tolist()
        return [row[:length] for row, length in zip(self.ids.tolist(), lengths, strict=True)]


class KnownTails:
    """Keep the tokens of answers, since they are the same after every prompt.

    Parameters
    ----------
    processor
        Makes them.
    """

    def __init__(self, processor: ChatNTProcessor) -> None:
        self.processor = processor
        self._known: dict[tuple[str, ...], Tails | None] = {}

    def of(self, conversation: Sequence[Turn], answers: Sequence[str]) -> Tails | None:
        """Return what `Tails.of` does; the conversation is any one of those that are answered."""
        key = tuple(answers)
        if key not in self._known:
            if len(self._known) >= _MOST:
                self._known.clear()
            self._known[key] = Tails.of(self.processor, conversation, answers)
        return self._known[key]

    def needed(self, conversation: Sequence[Turn], answers: Sequence[str]) -> Tails:
        """Return what `of` does, where nothing else will do.

        Raises
        ------
        AnswerError
            If there are no tokens of their own.
        """
        tails = self.of(conversation, answers)
        if tails is None:
            raise AnswerError(
                "The tokenizer joins the beginning of an answer with the end of the prompt, so that what is "
                "written cannot be constrained; ask without constraint."
            )
        return tails
