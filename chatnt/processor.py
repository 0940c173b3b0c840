"""Words and letters in, numbers out: the one place where a prompt becomes tensors."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor
from transformers import AutoProcessor, BatchFeature, PreTrainedTokenizerBase, ProcessorMixin

from chatnt.conversation import FORMATS, PLACEHOLDER, ChatFormat, Turn
from chatnt.dna_tokenizers import kmer_text
from chatnt.errors import SequenceTooLongError, SlotError
from chatnt.model import IGNORED, ChatNTConfig


class ChatNTProcessor(ProcessorMixin):
    """Turn conversations into the tensors that `ChatNTModel` reads.

    Parameters
    ----------
    tokenizer
        The decoder's tokenizer. ``<DNA>`` is added to it if it is not there.
    dna_tokenizer
        The encoder's tokenizer.
    latents
        Slots per sequence.
    vocab_size
        Rows of the decoder's and of the resampler's table of words. An id beyond
        them, as the published model's placeholder is, reads the last row.
    format
        Name of a `ChatFormat`.
    keep_placeholder
        Whether the placeholder's own row follows the slots, as in the published model.
    listens_to
        What the resampler reads: the whole unexpanded ``"prompt"``, as in the
        published model, or the last ``"question"``.
    max_dna_tokens, max_tokens
        Longest sequence and longest expanded prompt that the pair reads, in tokens.
    official
        Tokenise DNA as the published code does, silent about unknown letters.

    Raises
    ------
    ValueError
        If the decoder's tokenizer has no end mark, so that no answer could end; or there is no such format.
    """

    dna_tokenizer: PreTrainedTokenizerBase  # which ProcessorMixin sets

    def __init__(  # noqa: PLR0913 - each is a line of processor_config.json
        self,
        tokenizer: PreTrainedTokenizerBase,
        dna_tokenizer: PreTrainedTokenizerBase,
        # Not keyword-only: transformers restores only settings that could be positional.
        latents: int = 64,
        vocab_size: int = 32000,
        format: str = "chatnt",
        keep_placeholder: bool = False,
        listens_to: str = "prompt",
        max_dna_tokens: int = 2048,
        max_tokens: int = 2048,
        official: bool = False,
        **kwargs,
    ) -> None:
        if tokenizer.eos_token_id is None:
            raise ValueError("The decoder's tokenizer has no end mark; set its eos_token.")
        if format not in FORMATS:
            raise ValueError(f"There is no chat format {format!r}; there are {', '.join(sorted(FORMATS))}.")
        if PLACEHOLDER not in tokenizer.all_special_tokens:
            tokenizer.add_special_tokens(
                {"extra_special_tokens": [PLACEHOLDER]}, replace_extra_special_tokens=False
            )
        self.latents, self.vocab_size, self.format = latents, vocab_size, format
        self.keep_placeholder, self.listens_to = keep_placeholder, listens_to
        self.max_dna_tokens, self.max_tokens, self.official = max_dna_tokens, max_tokens, official
        super().__init__(tokenizer, dna_tokenizer, **kwargs)

    @property
    def chat_format(self) -> ChatFormat:
        """How this pair's decoder wants a conversation written."""
        return FORMATS[self.format]

    @property
    def slot_token_id(self) -> int:
        """Id of ``<DNA>``, which marks the slots."""
        return self.tokenizer.convert_tokens_to_ids(PLACEHOLDER)

    @property
    def pad_token_id(self) -> int:
        """Id that fills rows up: the tokenizer's padding, or its end mark if it has none."""
        pad, end = self.tokenizer.pad_token_id, self.tokenizer.eos_token_id
        return self._clamped(end if pad is None else pad)

    def __call__(
        self,
        conversations: Sequence[Sequence[Turn]],
        *,
        answers: Sequence[str] | None = None,
        room: int = 0,
    ) -> BatchFeature:
        """Turn conversations into one batch.

        Parameters
        ----------
        conversations
            One list of turns per row; the last turn's answer is to be written.
        answers
            Answers of the last turns, to train on or to score: padding is then on
            the right and there are `labels`. Without them padding is on the left.
        room
            Tokens of the decoder's reach to leave free, for an answer to be written.

        Returns
        -------
        BatchFeature
            `input_ids`, `attention_mask` (batch, tokens); `question_ids`,
            `question_mask` (batch, words); if there is DNA, `dna_ids`, `dna_mask`
            (batch, sequences, dna_tokens); with `answers`, `labels` (batch, tokens).

        Raises
        ------
        SequenceTooLongError
            If a sequence is longer than the encoder reads.
        SlotError
            If a prompt is longer than the decoder reads.
        """
        prompts = [self.chat_format.render(turns) for turns in conversations]
        rows = [self._expand(ids) for ids in self._ids(prompts)]
        labels = None
        if answers is not None:
            rows, labels = self._with_answers(prompts, rows, answers)
        self.check_room(max(map(len, rows)), room)
        side = "left" if answers is None else "right"
        filled = _padded(rows, self.pad_token_id, side)
        data: dict[str, Tensor] = dict(zip(("input_ids", "attention_mask"), filled, strict=True))
        if labels is not None:
            data["labels"] = _padded(labels, IGNORED, side)[0]
        data |= self._question(conversations, prompts) | self._dna(conversations)
        return BatchFeature(data)

    def decode(self, ids: Tensor | Sequence[int]) -> str:
        """Write ids as text, without special tokens."""
        return self.tokenizer.decode(ids, skip_special_tokens=True).strip()

    def check_room(self, tokens: int, room: int = 0) -> None:
        """Check that the decoder reads as far as a prompt and its answer go.

        Parameters
        ----------
        tokens
            Length of the longest prompt, slots included.
        room
            Longest answer, in tokens.

        Raises
        ------
        SlotError
            If it does not.
        """
        if tokens + room > self.max_tokens:
            answer = f" and the answer needs up to {room:,}" if room else ""
            raise SlotError(
                f"The prompt has {tokens:,} tokens, slots included{answer}, but this pair reads "
                f"{self.max_tokens:,}; shorten the question or start a new conversation."
            )

    def _ids(self, texts: Sequence[str]) -> list[list[int]]:
        return self.tokenizer(list(texts), add_special_tokens=True).input_ids

    def _expand(self, ids: list[int]) -> list[int]:
        slots = [self.slot_token_id] * self.latents
        if self.keep_placeholder:
            slots.append(self._clamped(self.slot_token_id))
        return [i for token in ids for i in (slots if token == self.slot_token_id else [token])]

    def _clamped(self, token: int) -> int:
        return min(token, self.vocab_size - 1)

    def _with_answers(
        self, prompts: list[str], rows: list[list[int]], answers: Sequence[str]
    ) -> tuple[list[list[int]], list[list[int]]]:
        template = self.chat_format.answer
        full = self._ids([p + template.format(answer=a) for p, a in zip(prompts, answers, strict=True)])
        end = self.tokenizer.eos_token_id
        expanded = [[*self._expand(ids), end] for ids in full]
        labels = []
        for prompt, row in zip(rows, expanded, strict=True):
            # A tokenizer may join the last letters of the prompt with the answer.
            same = next((i for i, (a, b) in enumerate(zip(prompt, row, strict=False)) if a != b), len(prompt))
            labels.append([IGNORED] * same + row[same:])
        return expanded, labels

    def _question(self, conversations: Sequence[Sequence[Turn]], prompts: list[str]) -> dict[str, Tensor]:
        heard = prompts if self.listens_to == "prompt" else [c[-1].question.text for c in conversations]
        rows = [[self._clamped(i) for i in ids] for ids in self._ids(heard)]
        ids, mask = _padded(rows, self.pad_token_id, "right")
        return {"question_ids": ids, "question_mask": mask}

    def _dna(self, conversations: Sequence[Sequence[Turn]]) -> dict[str, Tensor]:
        groups = [[str(s) for turn in turns for s in turn.question.sequences] for turns in conversations]
        most = max(map(len, groups))
        if not most:
            return {}
        texts = list(dict.fromkeys(text for group in groups for text in group))
        tokens = dict(zip(texts, self._dna_ids(texts), strict=True))
        rows = [[tokens[text] for text in group] + [[]] * (most - len(group)) for group in groups]
        pad = cast("int | None", self.dna_tokenizer.pad_token_id)
        ids, mask = _padded([r for row in rows for r in row], pad or 0, "right")
        return {"dna_ids": ids.unflatten(0, (-1, most)), "dna_mask": mask.unflatten(0, (-1, most))}

    def _dna_ids(self, texts: list[str]) -> list[list[int]]:
        if not self.official and self._reads_kmers():
            texts = [kmer_text(text) for text in texts]
        rows = self.dna_tokenizer(texts).input_ids
        longest = max(range(len(rows)), key=lambda i: len(rows[i]))
        if len(rows[longest]) > self.max_dna_tokens:
            raise SequenceTooLongError(
                f"A sequence of {len(texts[longest]):,} bases is {len(rows[longest]):,} tokens, but this "
                f"encoder reads {self.max_dna_tokens:,}; cut a window from it, for example dna[1000:1300]."
            )
        return rows

    def _reads_kmers(self) -> bool:
        return "ACGTAC" in self.dna_tokenizer.get_vocab()


def _padded(rows: Sequence[Sequence[int]], value: int, side: str) -> tuple[Tensor, Tensor]:
    """Return ids and mask of shape (rows, longest)."""
    width = max(map(len, rows))
    ids = torch.full((len(rows), width), value)
    mask = torch.zeros(len(rows), width, dtype=torch.long)
    for i, row in enumerate(rows):
        where = slice(width - len(row), width) if side == "left" else slice(0, len(row))
        ids[i, where] = torch.tensor(row, dtype=torch.long)
        mask[i, where] = 1
    return ids, mask


AutoProcessor.register(ChatNTConfig, ChatNTProcessor)
