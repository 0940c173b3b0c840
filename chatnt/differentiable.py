"""A path with gradients: from the bases of sequences to the log-likelihoods of given answers."""

import copy
import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Literal, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from chatnt.answer_tree import AnswerTree, reads_trees, token_likelihoods
from chatnt.conversation import Turn
from chatnt.dna_readers import BaseReader, TokenReader
from chatnt.model import ChatNTModel
from chatnt.model.bits import check_slopes
from chatnt.model.learning import only_at
from chatnt.processor import IGNORED, ChatNTProcessor
from chatnt.prompts import Prompts

Reach = Literal["whole", "open", "first"]
"""How much of an answer is scored: all with its end mark, all without it, or its first token."""

_AT_ONCE = 1600
"""Tokens in a pass of the decoder on a CPU, whose caches hold what stands between its layers of so many."""

Inputs = tuple[Tensor, ...]
"""One tensor of shape (rows, positions, channels) for each sequence of a conversation."""


@contextmanager
def undisturbed(model: nn.Module) -> Iterator[None]:
    """Let a model be run with gradients for its inputs alone, and leave it as it was.

    Within the context it is in evaluation mode and no weight asks for a gradient; behind it every
    module has its mode and every weight its flag again, whatever was raised.
    """
    modes = [(module, module.training) for module in model.modules()]
    flags = [(weight, weight.requires_grad) for weight in model.parameters()]
    try:
        model.eval().requires_grad_(False)
        yield
    finally:
        for module, training in modes:
            module.training = training
        for weight, wanted in flags:
            weight.requires_grad_(wanted)


def in_float32(model: ChatNTModel) -> ChatNTModel:
    """Return the model if all its weights are of single precision, otherwise such a copy.

    Raises
    ------
    CheckpointError
        If its decoder is in 4 bits.
    """
    check_slopes(model)
    tensors = [*model.parameters(), *model.buffers()]
    if all(t.dtype == torch.float32 for t in tensors if t.is_floating_point()):
        return model
    return copy.deepcopy(model).float()


class AnswerPath:
    """Score answers to one conversation as a function of its sequences, with gradients.

    Rows differ in their sequences alone, all as long as those of the conversation, so that nothing
    is padded and rows cannot change each other.

    Parameters
    ----------
    model
        In evaluation mode; of single precision, see `in_float32`.
    processor
        Makes the model's tensors.
    turns
        The conversation; the last turn's answer is scored.
    answers
        Sentences.
    reach
        How much of each is scored.

    Raises
    ------
    SequenceTooLongError, SlotError
        As `chatnt.engine.Engine.score`.
    """

    def __init__(
        self,
        model: ChatNTModel,
        processor: ChatNTProcessor,
        turns: Sequence[Turn],
        answers: Sequence[str],
        *,
        reach: Reach = "whole",
    ) -> None:
        self.model = model
        self.texts = [str(s) for turn in turns for s in turn.question.sequences]
        make = BaseReader if hasattr(model.encoder, "encode_bases") else TokenReader
        self.reader: BaseReader | TokenReader = make(model, processor)
        self.prompt = processor([turns]).to(model.device)
        rows = processor([turns] * len(answers), answers=answers).to(model.device)
        labels = _within(rows["labels"], reach)
        self._score = _scorer(model, self.prompt, rows["input_ids"], rows["attention_mask"], labels)

    def inputs(self) -> Inputs:
        """Return the sequences of the conversation as they are, in one row."""
        return tuple(self.reader.features([text]) for text in self.texts)

    def likelihoods(self, inputs: Sequence[Tensor], *, hold: bool = False) -> Tensor:
        """Score the answers.

        Parameters
        ----------
        inputs
            One Tensor of shape (rows, positions, channels) for each sequence: shares of A, C, G and T,
            or embeddings of tokens.
        hold
            Keep the parts of the encoder that have no gradient at what they are for the
            sequences of the conversation.

        Returns
        -------
        Tensor
            Of shape (rows, answers): log-likelihoods, natural log, as `chatnt.engine.Engine.score`
            gives them.
        """
        return self.score(self.soft_tokens(inputs, hold=hold))

    @property
    def tree(self) -> AnswerTree | None:
        """The answers as a tree, if the decoder reads one."""
        return self._score.tree if isinstance(self._score, _Branches) else None

    def score(self, soft_tokens: Tensor) -> Tensor:
        """Score the answers after soft tokens (rows, sequences, latents, dim), as `likelihoods` does."""
        return self._score(soft_tokens)

    def soft_tokens(self, inputs: Sequence[Tensor], *, hold: bool = False) -> Tensor:
        """Encode and resample: Tensor of shape (rows, sequences, latents, dim)."""
        question: list[Tensor | None] = [None, None]
        if self.model.config.resampler_config.english_aware:
            names = ("question_ids", "question_mask")
            question = [self.prompt[name].expand(len(inputs[0]), -1) for name in names]
        read = [
            self.model.resampler(*self.reader.encode(x, text, hold=hold), *question)
            for x, text in zip(inputs, self.texts, strict=True)
        ]
        return torch.stack(read, dim=1)


def _within(labels: Tensor, reach: Reach) -> Tensor:
    """Ignore the labels of an answer that are out of reach."""
    if reach == "whole":
        return labels
    real = labels != IGNORED
    place = real.cumsum(1)
    kept = place == 1 if reach == "first" else place < real.sum(1, keepdim=True)
    return labels.masked_fill(~(real & kept), IGNORED)


def _scorer(
    model: ChatNTModel, prompt: Any, ids: Tensor, mask: Tensor, labels: Tensor
) -> Callable[[Tensor], Tensor]:
    """Return what makes log-likelihoods (rows, answers) of soft tokens (rows, sequences, latents, dim)."""
    length = prompt["input_ids"].shape[1]
    wanted = labels != IGNORED
    behind = bool((wanted.int().argmax(1) == length).all())
    # The tokenizer may join an answer with the end of the prompt, which a tree cannot hold.
    if not behind or not reads_trees(model.decoder):
        return _Rows(model, ids, mask, labels)
    tree = AnswerTree.of(ids[:, length:], wanted[:, length:])
    return _Branches(model, {name: prompt[name] for name in ("input_ids", "attention_mask")}, tree)


@dataclasses.dataclass(frozen=True)
class _Branches:
    """Score answers as a tree over one prompt."""

    model: ChatNTModel
    prompt: Mapping[str, Tensor]
    tree: AnswerTree

    def __call__(self, soft_tokens: Tensor) -> Tensor:
        tokens = len(self.tree.tokens) + self.prompt["input_ids"].shape[1]
        rows = max(1, _AT_ONCE // tokens) if soft_tokens.device.type == "cpu" else len(soft_tokens)
        return torch.cat([self._score(some) for some in soft_tokens.split(rows)])

    def _score(self, soft_tokens: Tensor) -> Tensor:
        same = {name: each.expand(len(soft_tokens), -1) for name, each in self.prompt.items()}
        return self.tree.score(Prompts.read(self.model, same | {"soft_tokens": soft_tokens}))


@dataclasses.dataclass(frozen=True)
class _Rows:
    """Score answers each with its prompt, which every decoder can read."""

    model: ChatNTModel
    ids: Tensor
    mask: Tensor
    labels: Tensor

    def __call__(self, soft_tokens: Tensor) -> Tensor:
        rows, answers = len(soft_tokens), len(self.ids)
        targets = pad(self.labels[:, 1:], (0, 1), value=IGNORED).repeat(rows, 1)
        wanted = targets != IGNORED
        with only_at(wanted, cast("nn.Module", self.model.get_output_embeddings())):
            logits = self.model(
                input_ids=self.ids.repeat(rows, 1),
                attention_mask=self.mask.repeat(rows, 1),
                soft_tokens=soft_tokens.repeat_interleave(answers, 0),
                use_cache=False,
            ).logits
        found = token_likelihoods(logits, targets[wanted])
        total = found.new_zeros(rows * answers)
        return total.index_add(0, wanted.nonzero()[:, 0], found).view(rows, answers)
