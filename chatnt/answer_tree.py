"""Answers as a tree: what several begin with is one branch, and all branches run in one pass."""

import dataclasses
import inspect

import torch
from torch import Tensor
from transformers import PreTrainedModel

from chatnt.prompts import Prompts

FAMILIES = ("gpt2", "gpt_neox", "llama", "qwen2")
"""Decoders that are known to read what a mask of every pair of tokens lets them read, and no more."""


def reads_trees(decoder: PreTrainedModel) -> bool:
    """Return whether a decoder can read several branches side by side.

    Its attention must take a mask of every pair of tokens, and look at nothing else; and it must
    take the positions of tokens, which is hidden where another module is wrapped around it.
    """
    config = decoder.config.get_text_config()
    return (
        config.model_type in FAMILIES
        and "position_ids" in inspect.signature(decoder.forward).parameters
        and config._attn_implementation == "sdpa"
        and not getattr(config, "use_sliding_window", False)
    )


def token_likelihoods(logits: Tensor, wanted: Tensor) -> Tensor:
    """Return the log-likelihood of each token, natural log, in single precision.

    Parameters
    ----------
    logits
        Tensor of shape (..., vocabulary).
    wanted
        Tensor of shape (...), ids.
    """
    logits = logits.float()
    # Not cross_entropy over a dimension in the middle, which is ten times less exact on CPUs.
    return logits.gather(-1, wanted[..., None])[..., 0] - logits.logsumexp(-1)


@dataclasses.dataclass(frozen=True)
class AnswerTree:
    """Hold the tokens of several answers, each beginning once.

    The last token of an answer is only predicted, never read. Place 0 is the prompt's last token,
    place `i + 1` is node `i`.

    Parameters
    ----------
    tokens, depths
        Id of each node and how many tokens it is behind the prompt, from 1; of shape (nodes,).
    above
        Whether a node (row) is behind another or is that (column), of shape (nodes, nodes).
    places, wanted, answers
        Of each token of each answer the place that predicts it, its id, and which answer it is of;
        of shape (tokens of all answers,).
    count
        Number of answers.
    """

    tokens: Tensor
    depths: Tensor
    above: Tensor
    places: Tensor
    wanted: Tensor
    answers: Tensor
    count: int

    @classmethod
    def of(cls, ids: Tensor, mask: Tensor) -> "AnswerTree":
        """Join answers.

        Parameters
        ----------
        ids, mask
            Tensors of shape (answers, tokens), padded on the right.

        Examples
        --------
        >>> tree = AnswerTree.of(torch.tensor([[5, 6, 7], [5, 8, 0]]), torch.tensor([[1, 1, 1], [1, 1, 0]]))
        >>> tree.tokens.tolist(), tree.places.tolist(), tree.wanted.tolist()
        ([5, 6], [0, 1, 2, 0, 1], [5, 6, 7, 5, 8])
        """
        nodes: dict[tuple[int, ...], int] = {}
        steps = []
        for answer, (row, real) in enumerate(zip(ids.tolist(), mask.tolist(), strict=True)):
            texts = tuple(token for token, is_real in zip(row, real, strict=True) if is_real)
            for end in range(len(texts)):
                place = nodes.setdefault(texts[:end], len(nodes)) if end else 0
                steps.append((place + 1 if end else 0, texts[end], answer))
        above = torch.zeros(len(nodes), len(nodes), dtype=torch.bool)
        for path, node in nodes.items():
            above[node, [nodes[path[:end]] for end in range(1, len(path) + 1)]] = True
        lists = [[path[-1] for path in nodes], [len(path) for path in nodes], *zip(*steps, strict=True)]
        tokens, depths, *told = (
            torch.tensor(values, dtype=torch.long, device=ids.device) for values in lists
        )
        return cls(tokens, depths, above.to(ids.device), *told, count=len(ids))

    def score(self, prompts: Prompts) -> Tensor:
        """Score all answers after each prompt; all nodes of the tree are read in one pass.

        Parameters
        ----------
        prompts
            What a decoder that `reads_trees` has read.

        Returns
        -------
        Tensor
            Of shape (prompts, answers): log-likelihoods, natural log.
        """
        real = prompts.real
        logits = [prompts.logits[:, None]]
        if len(self.tokens):
            nodes = prompts.model(
                input_ids=self.tokens.expand(len(real), -1),
                attention_mask=self._seen(real),
                position_ids=real.sum(1, keepdim=True) - 1 + self.depths,
                cache=prompts.some(slice(None)).cache,
                use_cache=True,
            )
            logits.append(nodes.logits)
        joined = torch.cat(logits, 1).float()
        found = joined[:, self.places, self.wanted] - joined.logsumexp(-1)[:, self.places]
        return found.new_zeros(len(real), self.count).index_add_(1, self.answers, found)

    def _seen(self, real: Tensor) -> Tensor:
        """Return what each node may look at, of shape (prompts, 1, nodes, prompt tokens + nodes)."""
        prompt = real[:, None, :].bool().expand(-1, len(self.tokens), -1)
        return torch.cat([prompt, self.above.expand(len(real), -1, -1)], 2)[:, None]
