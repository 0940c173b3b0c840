"""Prompts that a decoder has read, so that scoring and writing can go on from there."""

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from torch import Tensor
from transformers import Cache

from chatnt.model import ChatNTModel

_ENOUGH = 4  # tokens that all prompts begin with, from which on it pays to read them once


@dataclasses.dataclass(frozen=True)
class Prompts:
    """Hold what a decoder keeps of several prompts. It is never changed; what goes on works on copies.

    Parameters
    ----------
    model
        Whose decoder has read them.
    cache
        Keys and values of every layer.
    real
        Which places of the cache are tokens and no padding, of shape (prompts, tokens).
    logits
        Of the token that follows, of shape (prompts, vocabulary).
    """

    model: ChatNTModel
    cache: Cache
    real: Tensor
    logits: Tensor

    @classmethod
    def read(cls, model: ChatNTModel, batch: Mapping[str, Any]) -> "Prompts":
        """Read prompts; what all begin with, ahead of the first slot, once.

        Parameters
        ----------
        model
            A pair whose decoder takes the positions of tokens.
        batch
            Its inputs, padded on the left, as `chatnt.processor.ChatNTProcessor` makes them; or their
            embeddings, `inputs_embeds`, in place of all but the mask.
        """
        real, rest = batch["attention_mask"], dict(batch)
        rest |= {"position_ids": (real.cumsum(1) - 1).clamp(min=0), "use_cache": True, "logits_to_keep": 1}
        shared = _shared(batch, model.config.slot_token_id)
        if shared:
            begin = {"input_ids": batch["input_ids"][:1, :shared], "attention_mask": real[:1, :shared]}
            cache = model(**begin, use_cache=True, logits_to_keep=1).cache
            cache.batch_repeat_interleave(len(real))
            rest |= {name: rest[name][:, shared:] for name in ("input_ids", "position_ids")} | {
                "cache": cache
            }
        found = model(**rest)
        return cls(model, found.cache, real, found.logits[:, -1])

    def __len__(self) -> int:
        return len(self.real)

    def some(self, rows: slice | Sequence[int]) -> "Prompts":
        """Return those of some rows, with a cache that grows without changing this one."""
        cache = copy.copy(self.cache)
        cache.layers = [copy.copy(layer) for layer in self.cache.layers]
        cache.batch_select_indices(rows)  # pyright: ignore[reportArgumentType] - a slice copies nothing
        return Prompts(self.model, cache, self.real[rows], self.logits[rows])


def _shared(batch: Mapping[str, Any], slot: int) -> int:
    """Return how many tokens all rows begin with, ahead of the first slot; 0 if that is not worth a pass."""
    ids = batch.get("input_ids")
    if ids is None or len(ids) == 1 or not bool(batch["attention_mask"].all()):
        return 0
    same = (ids == ids[:1]).all(0) & (ids[0] != slot)
    # The last token is left for the pass that gives the logits.
    count = int(same[:-1].int().cumprod(0).sum())
    return count if count >= _ENOUGH else 0
