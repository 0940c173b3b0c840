"""From the letters of a sequence to what an encoder computes with, and on to its vectors."""

from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from chatnt.dna_tokenizers import kmer_text
from chatnt.errors import SequenceError
from chatnt.model import ChatNTModel
from chatnt.model.neighbourhood import Neighbourhood
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import NUCLEOTIDES


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
        letters = torch.zeros(128, dtype=torch.long)
        letters[list(NUCLEOTIDES.encode())] = torch.tensor(
            processor.dna_tokenizer.convert_tokens_to_ids(list(NUCLEOTIDES))
        )
        self.shares = self.encoder.bases[letters.to(self.encoder.bases.device)]
        self._known: dict[str, Neighbourhood] = {}

    def features(self, texts: Sequence[str]) -> Tensor:
        """Return shares, of shape (texts, bases, 4)."""
        # Not the tokenizer, which takes longer for a long mutant than the encoder does.
        letters = torch.frombuffer(bytearray("".join(texts).encode()), dtype=torch.uint8)
        return self.shares[letters.view(len(texts), -1).to(self.shares.device, torch.long)]

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
