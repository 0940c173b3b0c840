"""Run a pair: write answers in batches, stream one, score given ones."""

import queue
import threading
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy
from transformers import BatchFeature
from transformers.generation.streamers import BaseStreamer

from chatnt.conversation import Turn
from chatnt.errors import AnswerError
from chatnt.model import ChatNTModel
from chatnt.processor import IGNORED, ChatNTProcessor


class Engine:
    """Hold a model and its processor, and move conversations through them.

    Parameters
    ----------
    model
        The pair's model; it is put into evaluation mode.
    processor
        Makes the model's tensors.
    """

    def __init__(self, model: ChatNTModel, processor: ChatNTProcessor) -> None:
        self.model = model.eval()
        self.processor = processor

    @torch.inference_mode()
    def read(self, conversation: Sequence[Turn]) -> Tensor | None:
        """Encode the DNA of a conversation for its last question.

        Returns
        -------
        Tensor or None
            The soft tokens, of shape (1, sequences, latents, dim), for `generate` and
            `score`; `None` if there is no DNA.
        """
        batch = self.processor([conversation]).to(self.model.device)
        if "dna_ids" not in batch:
            return None
        names = ("dna_ids", "dna_mask", "question_ids", "question_mask")
        return self.model.get_soft_tokens(*(batch[name] for name in names))

    def generate(
        self,
        conversations: Sequence[Sequence[Turn]],
        *,
        max_new_tokens: int = 64,
        batch_size: int = 32,
        soft_tokens: Tensor | None = None,
    ) -> list[str]:
        """Write the answer of each conversation's last turn, greedily.

        Parameters
        ----------
        conversations
            One list of turns per answer.
        max_new_tokens
            Longest answer, in tokens.
        batch_size
            Conversations at a time; those of similar length go together.
        soft_tokens
            What `read` gave for a single conversation, so that its DNA is not encoded again.

        Returns
        -------
        list of str
            In the order of `conversations`.

        Raises
        ------
        SequenceTooLongError, SlotError
            If a sequence is longer than the encoder reads, or a prompt with its
            answer longer than the decoder reads.
        """
        texts: list[str] = [""] * len(conversations)
        order = sorted(range(len(conversations)), key=lambda i: _bases(conversations[i]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = self._prompts([conversations[i] for i in rows], max_new_tokens)
            if soft_tokens is not None:
                batch["soft_tokens"] = soft_tokens
            written = self.model.generate(**batch, **self._settings(max_new_tokens))
            for i, ids in zip(rows, written[:, batch["input_ids"].shape[1] :], strict=True):
                texts[i] = self.processor.decode(ids)
        return texts

    def stream(self, conversation: Sequence[Turn], *, max_new_tokens: int = 64) -> Iterator[str]:
        """Yield the answer of the last turn in pieces, as they are written.

        Joined, the pieces are what `generate` returns.

        Raises
        ------
        Exception
            Whatever the model raised while it wrote.
        """
        batch = self._prompts([conversation], max_new_tokens)
        pieces = _Pieces(self.processor)

        def write() -> None:
            try:
                self.model.generate(**batch, **self._settings(max_new_tokens), streamer=pieces)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                pieces.queue.put(error)

        threading.Thread(target=write, daemon=True).start()
        try:
            while (piece := pieces.queue.get()) is not None:
                if isinstance(piece, BaseException):
                    raise piece
                yield piece
        finally:
            pieces.wanted = False

    @torch.inference_mode()
    def score(
        self, conversation: Sequence[Turn], answers: Sequence[str], *, soft_tokens: Tensor | None = None
    ) -> Tensor:
        """Score given answers of the last turn.

        The prompt, with its DNA, runs once; the answers share its cache. `soft_tokens`,
        from `read`, saves encoding the DNA again.

        Returns
        -------
        Tensor
            Of shape (answers,): the log-likelihood of each whole answer with its
            end mark, natural log.

        Raises
        ------
        AnswerError
            If there are no answers.
        SequenceTooLongError, SlotError
            As `generate`.
        """
        if not answers:
            raise AnswerError("There are no answers to score; give at least one.")
        rows = self.processor([conversation] * len(answers), answers=answers).to(self.model.device)
        ids, mask, labels = (rows[name] for name in ("input_ids", "attention_mask", "labels"))
        # All rows begin with the prompt; its last letters may be part of an answer's first token.
        shared = int((labels != IGNORED).int().argmax(1).min())
        others = {name: t[:1] for name, t in rows.items() if name.startswith(("dna_", "question_"))}
        prompt = self.model(
            input_ids=ids[:1, :shared],
            attention_mask=mask[:1, :shared],
            soft_tokens=soft_tokens,
            **others,
            use_cache=True,
        )
        prompt.past_key_values.batch_repeat_interleave(len(answers))
        later = self.model(
            input_ids=ids[:, shared:],
            attention_mask=mask,
            past_key_values=prompt.past_key_values,
            use_cache=True,
        )
        first = prompt.logits[:, -1:].expand(len(answers), -1, -1)
        logits = torch.cat([first, later.logits[:, :-1]], dim=1).float()
        wanted = labels[:, shared:]
        losses = cross_entropy(logits.transpose(1, 2), wanted, ignore_index=IGNORED, reduction="none")
        return -losses.sum(1)

    def _prompts(self, conversations: Sequence[Sequence[Turn]], max_new_tokens: int) -> BatchFeature:
        return self.processor(conversations, room=max_new_tokens).to(self.model.device)

    def _settings(self, max_new_tokens: int) -> dict:
        return {
            "max_new_tokens": max_new_tokens,
            "do_sample": False,
            "eos_token_id": self.processor.tokenizer.eos_token_id,
            "pad_token_id": self.processor.pad_token_id,
        }


class _Pieces(BaseStreamer):
    """Put the words of an answer into a queue as they are complete, then `None`."""

    def __init__(self, processor: ChatNTProcessor) -> None:
        self.processor = processor
        self.queue: queue.SimpleQueue[str | BaseException | None] = queue.SimpleQueue()
        self.wanted = True
        self._ids: list[int] | None = None  # none until the prompt has passed
        self._sent = ""

    def put(self, value: Tensor) -> None:
        """Take the prompt, then one token after the other."""
        if not self.wanted:
            raise InterruptedError("Nobody reads the rest of this answer.")
        if self._ids is None:
            self._ids = []
            return
        self._ids += value.flatten().tolist()
        text = self.processor.decode(self._ids)
        # Later tokens can change the last word, but none before it.
        self._send(text[: text.rfind(" ") + 1])

    def end(self) -> None:
        """Send what is left."""
        self._send(self.processor.decode(self._ids or []))
        self.queue.put(None)

    def _send(self, text: str) -> None:
        if len(text) > len(self._sent):
            self.queue.put(text[len(self._sent) :])
            self._sent = text


def _bases(conversation: Sequence[Turn]) -> int:
    return sum(len(s) for turn in conversation for s in turn.question.sequences)
