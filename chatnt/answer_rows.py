"""Answers in rows of their own, after a prompt that runs once: for decoders that cannot read a tree."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor, nn

from chatnt.answer_tree import token_likelihoods
from chatnt.processor import IGNORED


def row_likelihoods(logits: Tensor, wanted: Tensor) -> Tensor:
    """Add up the log-likelihoods of the tokens of each row that are not ignored.

    Parameters
    ----------
    logits
        Tensor of shape (rows, tokens, vocabulary).
    wanted
        Tensor of shape (rows, tokens), ids.

    Returns
    -------
    Tensor
        Of shape (rows,), natural log.
    """
    return token_likelihoods(logits, wanted.clamp(min=0)).masked_fill(wanted == IGNORED, 0.0).sum(1)


def score_rows(model: nn.Module, rows: Mapping[str, Any], soft_tokens: Tensor | None = None) -> Tensor:
    """Score the answers of one prompt, whose last letters may be part of an answer's first token.

    Parameters
    ----------
    model
        Reads the prompt once; the answers share its cache.
    rows
        The prompt with each answer, padded on the right, as `chatnt.processor.ChatNTProcessor` makes them.
    soft_tokens
        Of the prompt, of shape (1, sequences, latents, dim), if they are known.

    Returns
    -------
    Tensor
        Of shape (answers,): the log-likelihood of each whole answer, natural log.
    """
    ids, mask, labels = (rows[name] for name in ("input_ids", "attention_mask", "labels"))
    shared = int((labels != IGNORED).int().argmax(1).min())
    others = {name: t[:1] for name, t in rows.items() if name.startswith(("dna_", "question_"))}
    prompt = model(
        input_ids=ids[:1, :shared],
        attention_mask=mask[:1, :shared],
        soft_tokens=soft_tokens,
        **others,
        use_cache=True,
    )
    prompt.cache.batch_repeat_interleave(len(ids))
    later = model(input_ids=ids[:, shared:], attention_mask=mask, cache=prompt.cache, use_cache=True)
    first = prompt.logits[:, -1:].expand(len(ids), -1, -1)
    logits = torch.cat([first, later.logits[:, :-1]], dim=1)
    return row_likelihoods(logits, labels[:, shared:])


@dataclasses.dataclass(frozen=True)
class AnswerRows:
    """Hold the tokens of answers.

    Parameters
    ----------
    ids, mask
        Tensors of shape (answers, tokens), padded on the right, each with its end mark.
    """

    ids: Tensor
    mask: Tensor

    def score(self, model: nn.Module, batch: Mapping[str, Any]) -> Tensor:
        """Score all answers after each prompt of a batch.

        What all answers begin with runs once, as a part of the prompt.

        Parameters
        ----------
        model
            Reads prompts and answers.
        batch
            Prompts, padded on the left, as `chatnt.processor.ChatNTProcessor` makes them.

        Returns
        -------
        Tensor
            Of shape (prompts, answers): the log-likelihood of each whole answer, natural log.
        """
        ids, mask = self.ids, self.mask
        rows, answers = len(batch["input_ids"]), len(ids)
        same = ((ids == ids[:1]) & (mask == 1)).all(0).int().cumprod(0).sum()
        shared = min(int(same), ids.shape[1] - 1)
        begin = ids[:1, :shared].expand(rows, -1)
        real = torch.cat([batch["attention_mask"], torch.ones_like(begin)], 1)
        places = (real.cumsum(1) - 1).clamp(min=0)
        inputs = {**batch, "input_ids": torch.cat([batch["input_ids"], begin], 1), "attention_mask": real}
        prompt = model(**inputs, position_ids=places, use_cache=True)
        logits = [prompt.logits[:, -shared - 1 :].repeat_interleave(answers, 0)]
        rest = ids[:, shared:-1].repeat(rows, 1)  # what follows the last token is of no interest
        if rest.shape[1]:
            prompt.cache.batch_repeat_interleave(answers)
            seen = [real.repeat_interleave(answers, 0), mask[:, shared:-1].repeat(rows, 1)]
            after = torch.arange(1, rest.shape[1] + 1).to(places)
            later = model(
                input_ids=rest,
                attention_mask=torch.cat(seen, 1),
                position_ids=places[:, -1:].repeat_interleave(answers, 0) + after,
                cache=prompt.cache,
                use_cache=True,
            )
            logits.append(later.logits)
        wanted = ids.masked_fill(mask == 0, IGNORED).repeat(rows, 1)
        return row_likelihoods(torch.cat(logits, 1), wanted).view(rows, answers)
