"""Run a pair: write answers in batches, stream one, score given ones."""

import threading
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor
from transformers import BatchFeature

from chatnt.answer_rows import AnswerRows, row_likelihoods
from chatnt.answer_tree import AnswerTree, reads_trees
from chatnt.conversation import Turn
from chatnt.encoded import Encoded
from chatnt.errors import AnswerError
from chatnt.grammar import Grammar
from chatnt.model import ChatNTModel
from chatnt.processor import IGNORED, ChatNTProcessor
from chatnt.streaming import Pieces
from chatnt.writers import Writer


class Engine:
    """Hold a model and its processor, and move conversations through them.

    Parameters
    ----------
    model
        The pair's model; it is put into evaluation mode.
    processor
        Makes the model's tensors.
    writer
        Writes answers in place of the model's decoder, as `chatnt.VLLMDecoder` does; may be set
        later. Scores, streams and answers held to a list stay with the model.
    """

    def __init__(self, model: ChatNTModel, processor: ChatNTProcessor, writer: Writer | None = None) -> None:
        self.model = model.eval()
        self.processor = processor
        self.writer = writer

    @torch.inference_mode()
    def read(self, conversation: Sequence[Turn]) -> Tensor | None:
        """Encode the DNA of a conversation for its last question.

        Returns
        -------
        Tensor or None
            The soft tokens, of shape (1, sequences, latents, dim), for `generate` and
            `score`; `None` if there is no DNA.
        """
        return self.read_each([conversation])

    @torch.inference_mode()
    def encode_each(self, conversations: Sequence[Sequence[Turn]]) -> Encoded | None:
        """Encode the DNA of several conversations as one batch; sequences that are the same once.

        Returns
        -------
        Encoded or None
            For `read_each`; `None` if there is no DNA.
        """
        batch = self.processor(conversations).to(self.model.device)
        if "dna_ids" not in batch:
            return None
        return Encoded(batch, *self.model.encode(batch["dna_ids"], batch["dna_mask"]))

    @torch.inference_mode()
    def read_each(
        self, conversations: Sequence[Sequence[Turn]], *, encoded: Encoded | None = None
    ) -> Tensor | None:
        """Encode the DNA of several conversations as one batch, each for its last question.

        Parameters
        ----------
        conversations
            One list of turns each.
        encoded
            What `encode_each` gave for these conversations, so that their DNA is not encoded again.

        Returns
        -------
        Tensor or None
            The soft tokens, of shape (conversations, sequences, latents, dim), for `generate`
            and `score_each`; `None` if there is no DNA.
        """
        encoded = self.encode_each(conversations) if encoded is None else encoded
        if encoded is None:
            return None
        names = ("dna_ids", "dna_mask", "question_ids", "question_mask")
        inputs = [encoded.batch[name] for name in names]
        return self.model.get_soft_tokens(*inputs, encoded=(encoded.dna, encoded.mask, encoded.which))

    def generate(
        self,
        conversations: Sequence[Sequence[Turn]],
        *,
        max_new_tokens: int = 64,
        batch_size: int = 32,
        soft_tokens: Tensor | None = None,
        answers: Sequence[str] | None = None,
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
            What `read_each` gave for these conversations, so that their DNA is not encoded again.
        answers
            Every answer that may be written; each token is the likeliest that leads to one of
            them. Default: anything.

        Returns
        -------
        list of str
            In the order of `conversations`.

        Raises
        ------
        AnswerError
            If the tokenizer joins the beginning of answers with the end of the prompt.
        SequenceTooLongError, SlotError
            If a sequence is longer than the encoder reads, or a prompt with its
            answer longer than the decoder reads.
        """
        texts: list[str] = [""] * len(conversations)
        grammar = self._grammar(conversations[0], answers) if answers and conversations else None
        order = sorted(range(len(conversations)), key=lambda i: _bases(conversations[i]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            batch = self._prompts([conversations[i] for i in rows], max_new_tokens)
            if soft_tokens is not None and "dna_mask" in batch:
                batch["soft_tokens"] = _of_rows(soft_tokens, rows, batch)
            for i, ids in zip(rows, self._written(batch, max_new_tokens, grammar), strict=True):
                texts[i] = self.processor.decode(ids)
        return texts

    @torch.no_grad()
    def _written(
        self, batch: BatchFeature, max_new_tokens: int, grammar: Grammar | None
    ) -> Iterable[Tensor | list[int]]:
        """Return the tokens of the answers to a batch of prompts."""
        if self.writer is None or grammar is not None:
            begin = batch["input_ids"].shape[1]
            settings = self._settings(max_new_tokens) | self._held(grammar, begin)
            return self.model.generate(**batch, **settings)[:, begin:]
        real = batch["attention_mask"].bool()
        embedded = self.model.embed_prompts(**{n: t for n, t in batch.items() if n != "attention_mask"})
        return self.writer.write(
            [prompt[where] for prompt, where in zip(embedded, real, strict=True)],
            max_new_tokens=max_new_tokens,
            end=self.processor.tokenizer.eos_token_id,
            never=self.model.never_written,
        )

    def stream(self, conversation: Sequence[Turn], *, max_new_tokens: int = 64) -> Iterator[str]:
        """Yield the answer of the last turn in pieces, as they are written.

        Joined, the pieces are what `generate` returns.

        Raises
        ------
        Exception
            Whatever the model raised while it wrote.
        """
        batch = self._prompts([conversation], max_new_tokens)
        pieces = Pieces(self.processor)

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
        prompt.cache.batch_repeat_interleave(len(answers))
        later = self.model(
            input_ids=ids[:, shared:],
            attention_mask=mask,
            cache=prompt.cache,
            use_cache=True,
        )
        first = prompt.logits[:, -1:].expand(len(answers), -1, -1)
        logits = torch.cat([first, later.logits[:, :-1]], dim=1)
        return row_likelihoods(logits, labels[:, shared:])

    @torch.inference_mode()
    def score_each(
        self,
        conversations: Sequence[Sequence[Turn]],
        answers: Sequence[str],
        *,
        soft_tokens: Tensor | None = None,
        batch_size: int = 192,
    ) -> Tensor:
        """Score the same answers for each of several conversations.

        What `score` does, for many questions at once: each prompt runs once, in batches,
        and the answers share it. What several of them begin with runs once, too.

        Parameters
        ----------
        conversations
            One list of turns per row of the result.
        answers
            Sentences, one per column.
        soft_tokens
            What `read_each` gave for these conversations.
        batch_size
            Answers at a time, of all prompts together.

        Returns
        -------
        Tensor
            Of shape (conversations, answers), on the CPU: log-likelihoods as in `score`.

        Raises
        ------
        AnswerError
            If there are no answers.
        SequenceTooLongError, SlotError
            As `generate`.
        """
        if not answers:
            raise AnswerError("There are no answers to score; give at least one.")
        if not conversations:
            return torch.empty(0, len(answers))
        tails = self._tails(conversations[0], answers)
        kind = AnswerTree.of if reads_trees(self.model.decoder) else AnswerRows
        scorer = None if tails is None else kind(*tails)
        size = 1 if scorer is None else max(1, batch_size // len(answers))
        parts = []
        for start in range(0, len(conversations), size):
            rows = range(start, min(start + size, len(conversations)))
            some = [conversations[i] for i in rows]
            if tails is None or scorer is None:
                soft = None if soft_tokens is None else soft_tokens[start, : _sequences(some[0])][None]
                parts.append(self.score(some[0], answers, soft_tokens=soft)[None])
                continue
            batch = self._prompts(some, tails[0].shape[1])
            if soft_tokens is not None and "dna_mask" in batch:
                batch["soft_tokens"] = _of_rows(soft_tokens, rows, batch)
            parts.append(scorer.score(self.model, batch))
        return torch.cat(parts).cpu()

    def _tails(self, conversation: Sequence[Turn], answers: Sequence[str]) -> tuple[Tensor, Tensor] | None:
        """Return the tokens of answers and their mask, of shape (answers, tokens), padded on the right.

        They are the same after every prompt, since all prompts end in the same letters; but
        there are none of their own if the tokenizer joins these letters with those of an answer.
        """
        rows = self.processor([conversation] * len(answers), answers=answers).to(self.model.device)
        prompt = self.processor([conversation])["input_ids"].shape[1]
        if not bool(((rows["labels"] != IGNORED).int().argmax(1) == prompt).all()):
            return None
        return rows["input_ids"][:, prompt:], rows["attention_mask"][:, prompt:]

    def _grammar(self, conversation: Sequence[Turn], answers: Sequence[str]) -> Grammar:
        tails = self._tails(conversation, answers)
        if tails is None:
            raise AnswerError(
                "The tokenizer joins the beginning of an answer with the end of the prompt, so that what is "
                "written cannot be constrained; ask without constraint."
            )
        ids, mask = (tails[0].tolist(), tails[1].sum(1).tolist())
        return Grammar(row[:length] for row, length in zip(ids, mask, strict=True))

    def _held(self, grammar: Grammar | None, begin: int) -> dict:
        """Return the settings that hold what is written behind a prompt to a grammar."""
        if grammar is None:
            return {}
        # What follows a whole answer is padding, which an answer that is done writes anyway.
        pad = [self.processor.pad_token_id]
        return {"prefix_allowed_tokens_fn": lambda _, ids: grammar.allowed(ids[begin:].tolist()) or pad}

    def _prompts(self, conversations: Sequence[Sequence[Turn]], max_new_tokens: int) -> BatchFeature:
        return self.processor(conversations, room=max_new_tokens).to(self.model.device)

    def _settings(self, max_new_tokens: int) -> dict:
        return {
            "max_new_tokens": max_new_tokens,
            "do_sample": False,
            "eos_token_id": self.processor.tokenizer.eos_token_id,
            "pad_token_id": self.processor.pad_token_id,
        }


def _of_rows(soft_tokens: Tensor, rows: Sequence[int], batch: BatchFeature) -> Tensor:
    """Return the soft tokens of some conversations, for as many sequences as the most of them have."""
    return soft_tokens[list(rows), : batch["dna_mask"].shape[1]]


def _sequences(conversation: Sequence[Turn]) -> int:
    return sum(len(turn.question.sequences) for turn in conversation)


def _bases(conversation: Sequence[Turn]) -> int:
    return sum(len(s) for turn in conversation for s in turn.question.sequences)
