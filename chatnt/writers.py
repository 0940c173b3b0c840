"""What may write answers in place of a pair's own decoder."""

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor


class Writer(Protocol):
    """Write what a decoder would write greedily after prompts that are given as vectors."""

    def write(
        self, prompts: Sequence[Tensor], *, max_new_tokens: int, end: int, never: Sequence[int] = ()
    ) -> list[list[int]]:
        """Continue each prompt by its likeliest tokens, one after the other.

        Parameters
        ----------
        prompts
            Tensors of shape (tokens, dim), each without padding.
        max_new_tokens
            Most tokens to write.
        end
            Token that ends an answer.
        never
            Tokens that are not to be written.

        Returns
        -------
        list of list of int
            The tokens of each answer, without `end`.
        """
        ...
