"""Run a pair: write answers in batches, stream one, score given ones."""

import copy
import threading
from collections.abc import Iterator, Sequence

import torch
from torch import Tensor
from transformers import BatchFeature, TextIteratorStreamer

from chatnt.conversation import Turn
from chatnt.errors import AnswerError
from chatnt.model import ChatNTModel
from chatnt.processor import IGNORED, ChatNTProcessor

STREAM_TIMEOUT = 600.0
"""Longest wait for the next piece of a streamed answer, in seconds."""


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

    def generate(
        self, conversations: Sequence[Sequence[Turn]], *, max_new_tokens: int = 64, batch_size: int = 32
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

        Returns
        -------
        list of str
            In the order of `conversations`.
        """
        texts: list[str] = [""] * len(conversations)
        order = sorted(range(len(conversations)), key=lambda i: _bases(conversations[i]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = self._batch([conversations[i] for i in rows])
            written = self.model.generate(**batch, **self._settings(max_new_tokens))
            for i, ids in zip(rows, written[:, batch["input_ids"].shape[1] :], strict=True):
                texts[i] = self.processor.decode(ids)
        return texts

    def stream(self, conversation: Sequence[Turn], *, max_new_tokens: int = 64) -> Iterator[str]:
        """Yield the answer of the last turn in pieces, as they are written.

        Raises
        ------
        Exception
            Whatever the model raised while it wrote.
        """
        streamer = TextIteratorStreamer(
            self.processor.tokenizer, skip_prompt=True, skip_special_tokens=True, timeout=STREAM_TIMEOUT
        )
        batch, failures = self._batch([conversation]), []

        def write() -> None:
            try:
                self.model.generate(**batch, **self._settings(max_new_tokens), streamer=streamer)
            except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
                failures.append(error)
                streamer.end()

        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        yield from streamer
        thread.join()
        if failures:
            raise failures[0]

    @torch.inference_mode()
    def score(self, conversation: Sequence[Turn], answers: Sequence[str]) -> Tensor:
        """Score given answers of the last turn.

        The prompt, with its DNA, runs once; the answers share its cache.

        Returns
        -------
        Tensor
            Of shape (answers,): the log-likelihood of each whole answer with its
            end mark, natural log.

        Raises
        ------
        AnswerError
            If there are no answers.
        """
        if not answers:
            raise AnswerError("There are no answers to score; give at least one.")
        prompt = self._batch([conversation])
        rows = self._answer_ids(conversation, answers, prompt["input_ids"].shape[1])
        out = self.model(**prompt, use_cache=True)
        cache = copy.deepcopy(out.past_key_values)
        cache.batch_repeat_interleave(len(answers))
        first = out.logits[:, -1:].expand(len(answers), -1, -1)
        labels, mask = rows["labels"], rows["mask"]
        before = prompt["attention_mask"].expand(len(answers), -1)
        later = self.model(
            input_ids=labels.clamp_min(0),
            attention_mask=torch.cat([before, mask], dim=1),
            past_key_values=cache,
            use_cache=True,
        ).logits[:, :-1]
        logits = torch.cat([first, later], dim=1).float()
        losses = torch.nn.functional.cross_entropy(
            logits.transpose(1, 2), labels, ignore_index=IGNORED, reduction="none"
        )
        return -losses.sum(1)

    def _answer_ids(
        self, conversation: Sequence[Turn], answers: Sequence[str], prompt_length: int
    ) -> dict[str, Tensor]:
        batch = self.processor([conversation] * len(answers), answers=answers)
        labels = batch["labels"][:, prompt_length:].to(self.model.device)
        return {"labels": labels, "mask": (labels != IGNORED).long()}

    def _batch(self, conversations: Sequence[Sequence[Turn]]) -> BatchFeature:
        return self.processor(conversations).to(self.model.device)

    def _settings(self, max_new_tokens: int) -> dict:
        tokenizer = self.processor.tokenizer
        # A model can write the placeholder itself; nothing would fill that slot.
        slot = self.processor.slot_token_id
        suppressed = [slot] if slot < self.model.decoder.config.vocab_size else None
        return {
            "max_new_tokens": max_new_tokens,
            "do_sample": False,
            "suppress_tokens": suppressed,
            "eos_token_id": tokenizer.eos_token_id,
            "pad_token_id": tokenizer.pad_token_id or 0,
        }


def _bases(conversation: Sequence[Turn]) -> int:
    return sum(len(s) for turn in conversation for s in turn.question.sequences)
