"""A path with gradients: from the bases of sequences to the log-likelihoods of given answers."""

import copy
import dataclasses
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any, Literal, Protocol, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from chatnt.answer_tree import AnswerTree, reads_trees, token_likelihoods
from chatnt.conversation import Turn
from chatnt.dna_tokenizers import kmer_text
from chatnt.errors import SequenceError
from chatnt.model import ChatNTModel
from chatnt.model.learning import only_at
from chatnt.model.neighbourhood import Neighbourhood
from chatnt.processor import IGNORED, ChatNTProcessor
from chatnt.sequence import NUCLEOTIDES

Reach = Literal["whole", "open", "first"]
"""How much of an answer is scored: all with its end mark, all without it, or its first token."""

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
    """Return the model if all its weights are of single precision, otherwise such a copy."""
    tensors = [*model.parameters(), *model.buffers()]
    if all(t.dtype == torch.float32 for t in tensors if t.is_floating_point()):
        return model
    return copy.deepcopy(model).float()


class Reader(Protocol):
    """Turn letters into what an encoder computes with, and run the encoder from there.

    A position is a base or a token; `spans` tells which bases it covers.
    """

    def features(self, texts: Sequence[str]) -> Tensor:
        """Return Tensor of shape (texts, positions, channels)."""
        ...

    def blank(self, text: str) -> Tensor:
        """Return what stands for unknown bases, as many: Tensor of shape (1, positions, channels)."""
        ...

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the bases of each position, 0-based and half-open; none for special tokens."""
        ...

    def encode(self, features: Tensor, text: str, *, hold: bool) -> tuple[Tensor, Tensor]:
        """Return the encoder's vectors, of shape (rows, positions, dim), and their mask."""
        ...


class BaseReader:
    """Read shares of A, C, G and T at each base, for encoders that have `encode_bases`.

    Parameters
    ----------
    model
        Its encoder is a `chatnt.model.NucleotideCNN`.
    processor
        Its tokens are letters.
    """

    def __init__(self, model: ChatNTModel, processor: ChatNTProcessor) -> None:
        self.encoder = cast("Any", model.encoder)
        self.tokenizer = processor.dna_tokenizer
        self._known: dict[str, Neighbourhood] = {}

    def features(self, texts: Sequence[str]) -> Tensor:
        """Return shares, of shape (texts, bases, 4)."""
        ids = torch.tensor(self.tokenizer(list(texts)).input_ids, device=self.encoder.bases.device)
        return self.encoder.bases[ids]

    def blank(self, text: str) -> Tensor:
        """Return a quarter everywhere, which is how N is read."""
        return self.features(["N" * len(text)])

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return every base for itself."""
        return [(i, i + 1) for i in range(len(text))]

    def encode(self, features: Tensor, text: str, *, hold: bool) -> tuple[Tensor, Tensor]:
        """Encode shares; with `hold`, what has no gradient stays what it is for `text`."""
        mask = torch.ones(features.shape[:2], dtype=torch.bool, device=features.device)
        if len(features) > 1 and not hold and not torch.is_grad_enabled():
            # What many rows have in common with the text is computed once.
            return self._near(text).encode(features), self.encoder.output_mask(mask)
        with ExitStack() as stack:
            for part in self.without_gradient() if hold else ():
                with torch.no_grad():
                    fixed = part(self.features([text]), mask[:1])
                # The hook must not see a later part's value.
                hook = part.register_forward_hook(lambda *_, fixed=fixed: fixed.expand(len(features), -1))
                stack.callback(hook.remove)
            vectors = self.encoder.encode_bases(features, mask).last_hidden_state
        return vectors, self.encoder.output_mask(mask)

    def _near(self, text: str) -> Neighbourhood:
        if text not in self._known:
            self._known[text] = Neighbourhood(self.encoder, self.features([text]))
        return self._known[text]

    def without_gradient(self) -> list[nn.Module]:
        """Return the parts of the encoder through which no gradient flows to the bases."""
        parts = (getattr(self.encoder, name, None) for name in ("variants", "recall"))
        return [part for part in parts if part is not None]


class TokenReader:
    """Read the embeddings of tokens, for encoders that know nothing smaller.

    Parameters
    ----------
    model
        Its encoder embeds tokens by `get_input_embeddings()`.
    processor
        Makes the tokens.
    """

    def __init__(self, model: ChatNTModel, processor: ChatNTProcessor) -> None:
        self.encoder = cast("Any", model.encoder)
        self.tokenizer = processor.dna_tokenizer
        self.table = self.encoder.get_input_embeddings()
        vocabulary = self.tokenizer.get_vocab()
        self.kmers = "ACGTAC" in vocabulary
        # N is one letter. Among 6-mers the mask, with which the encoder was trained, stands for any six.
        mask = self.tokenizer.mask_token_id if self.kmers else vocabulary.get("N")
        self.unknown = cast("int", self.tokenizer.pad_token_id if mask is None else mask)

    def ids(self, texts: Sequence[str]) -> Tensor:
        """Return tokens, of shape (texts, tokens).

        Raises
        ------
        SequenceError
            If the texts do not all have as many.
        """
        rows = self.tokenizer([kmer_text(text) if self.kmers else text for text in texts]).input_ids
        counts = sorted({len(row) for row in rows})
        if len(counts) > 1:
            raise SequenceError(
                f"Sequences that are compared base by base have {counts[0]} to {counts[-1]} tokens, but need "
                "as many each: an N inside a sequence shifts the 6-mers behind it; give the same "
                "length, without N."
            )
        return torch.tensor(rows, device=self.table.weight.device)

    def features(self, texts: Sequence[str]) -> Tensor:
        """Return embeddings, of shape (texts, tokens, dim)."""
        return self.table(self.ids(texts))

    def blank(self, text: str) -> Tensor:
        """Return the embedding of an unknown token in place of all but special ones."""
        ids = self.ids([text])
        covers = torch.tensor([end > start for start, end in self.spans(text)], device=ids.device)
        return self.table(ids.masked_fill(covers, self.unknown))

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Return the bases of each token.

        Raises
        ------
        SequenceError
            If the tokens are not the letters of the sequence in order.
        """
        found, at = [], 0
        for token in self.tokenizer.convert_ids_to_tokens(self.ids([text])[0].tolist()):
            end = at + len(token) * (set(token) <= set(NUCLEOTIDES))
            found.append((at, end))
            at = end
        if at != len(text):
            raise SequenceError(
                f"The encoder's tokens cover {at} of {len(text)} bases, so scores would have no place; "
                "give a sequence of A, C, G, T and N."
            )
        return found

    def encode(self, features: Tensor, text: str, *, hold: bool) -> tuple[Tensor, Tensor]:
        """Encode embeddings in place of those that the tokens of `text` have."""
        ids = self.ids([text]).expand(len(features), -1)
        mask = torch.ones_like(ids)
        # Not inputs_embeds, which not every encoder takes.
        hook = self.table.register_forward_hook(lambda *_: features)
        try:
            vectors = self.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        finally:
            hook.remove()
        mask = mask.bool()
        return vectors, self.encoder.output_mask(mask) if hasattr(self.encoder, "output_mask") else mask


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
        self._prompt = processor([turns]).to(model.device)
        rows = processor([turns] * len(answers), answers=answers).to(model.device)
        labels = _within(rows["labels"], reach)
        self._score = _scorer(model, self._prompt, rows["input_ids"], rows["attention_mask"], labels)

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
        return self._score(self.soft_tokens(inputs, hold=hold))

    def soft_tokens(self, inputs: Sequence[Tensor], *, hold: bool = False) -> Tensor:
        """Encode and resample: Tensor of shape (rows, sequences, latents, dim)."""
        question: list[Tensor | None] = [None, None]
        if self.model.config.resampler_config.english_aware:
            names = ("question_ids", "question_mask")
            question = [self._prompt[name].expand(len(inputs[0]), -1) for name in names]
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

    def score(soft_tokens: Tensor) -> Tensor:
        rows = len(soft_tokens)
        same = {name: prompt[name].expand(rows, -1) for name in ("input_ids", "attention_mask")}
        return tree.score(model, same | {"soft_tokens": soft_tokens})

    return score


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
