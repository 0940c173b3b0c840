"""Write answers greedily, several tokens at a time where they can be guessed."""

from collections.abc import Sequence

import torch
from torch import Tensor

from chatnt.drafts import Drafts
from chatnt.prompts import Prompts

_STAYING = 0.75  # share of the rows of a batch that go on, above which the finished ones stay in it


@torch.inference_mode()
def write(
    prompts: Prompts, *, end: int, max_new_tokens: int, drafts: Drafts | None = None
) -> list[list[int]]:
    """Write one likeliest token after the other behind each prompt.

    Each pass reads, of each row, the token that was chosen last and what is guessed to follow. A guess
    holds as far as it is what would have been chosen. Rows that are finished leave the batch.

    Parameters
    ----------
    prompts
        What was read.
    end
        The token that ends an answer.
    max_new_tokens
        Longest answer, in tokens, with its end.
    drafts
        Guesses that save passes; what is written does not hang on them.

    Returns
    -------
    list of list of int
        The tokens of each answer, with its end if it came to it.
    """
    drafts = drafts or Drafts()
    answers: list[list[int]] = [[] for _ in range(len(prompts))]
    batch, rows = _Batch(prompts), list(range(len(prompts)))
    guesses: list[list[int]] = [[] for _ in rows]
    chosen = batch.likeliest(prompts.logits[:, None])
    while True:
        for row, guess, tokens in zip(rows, guesses, chosen, strict=True):
            if not _is_done(answers[row], end, max_new_tokens):
                answers[row] += tokens[: _agreeing(guess, tokens) + 1]
        going = [i for i, row in enumerate(rows) if not _is_done(answers[row], end, max_new_tokens)]
        if not going:
            return answers
        if len(going) <= _STAYING * len(rows):
            batch.keep(going)
            rows = [rows[i] for i in going]
        told = [answers[row] for row in rows]
        guesses = [
            [] if _is_done(each, end, max_new_tokens) else drafts.after(each, max_new_tokens - len(each) - 1)
            for each in told
        ]
        chosen = batch.read(told, guesses)


class _Batch:
    """Hold the rows that are being written. Wrong guesses stay in the cache, where nobody looks at them."""

    def __init__(self, prompts: Prompts) -> None:
        self.model, self.cache = prompts.model, prompts.some(slice(None)).cache
        self.seen, self.lengths = prompts.real, prompts.real.sum(1)
        self.never = torch.tensor(self.model.never_written, dtype=torch.long, device=self.seen.device)

    def keep(self, rows: Sequence[int]) -> None:
        """Let go of the other rows."""
        index = torch.tensor(rows, device=self.seen.device)
        self.cache.batch_select_indices(index)
        self.seen, self.lengths = self.seen[index], self.lengths[index]

    def read(self, answers: Sequence[list[int]], guesses: Sequence[list[int]]) -> list[list[int]]:
        """Read the last token of each answer and what is guessed to follow; return what follows each."""
        rows = [[answer[-1], *guess] for answer, guess in zip(answers, guesses, strict=True)]
        width = max(map(len, rows))
        ids = torch.tensor([row + [0] * (width - len(row)) for row in rows]).to(self.seen.device)
        begin = self.lengths + torch.tensor([len(answer) - 1 for answer in answers]).to(self.lengths)
        found = self.model(
            input_ids=ids,
            attention_mask=torch.cat([self.seen, torch.ones_like(ids)], 1),
            position_ids=begin[:, None] + torch.arange(width).to(begin),
            cache=self.cache,
            use_cache=True,
        )
        chosen = self.likeliest(found.logits)
        right = [_agreeing(guess, tokens) for guess, tokens in zip(guesses, chosen, strict=True)]
        kept = torch.arange(width) <= torch.tensor(right)[:, None]
        self.seen = torch.cat([self.seen, kept.to(self.seen)], 1)
        return chosen

    def likeliest(self, logits: Tensor) -> list[list[int]]:
        """Return the likeliest token at each place, for logits of shape (rows, places, vocabulary)."""
        return logits.index_fill(-1, self.never, float("-inf")).argmax(-1).tolist()


def _agreeing(guess: Sequence[int], tokens: Sequence[int]) -> int:
    """Return how many tokens of a guess are what was chosen."""
    return next((i for i, token in enumerate(guess) if token != tokens[i]), len(guess))


def _is_done(answer: Sequence[int], end: int, most: int) -> bool:
    return len(answer) >= most or (bool(answer) and answer[-1] == end)
