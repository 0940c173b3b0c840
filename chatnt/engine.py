"""Run a pair: write answers in batches, stream one, score given ones."""

import threading
from collections.abc import Iterable, Iterator, Sequence

import torch
from torch import Tensor
from transformers import BatchFeature

from chatnt.answer_rows import AnswerRows, score_rows
from chatnt.answer_tree import AnswerTree, reads_trees
from chatnt.conversation import MAX_NEW_TOKENS, Turn
from chatnt.drafts import Drafts
from chatnt.encoded import Encoded
from chatnt.errors import AnswerError
from chatnt.grammar import Grammar
from chatnt.model import ChatNTModel
from chatnt.processor import ChatNTProcessor
from chatnt.prompts import Prompts
from chatnt.streaming import Pieces
from chatnt.tails import KnownTails
from chatnt.writers import Writer
from chatnt.writing import write


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
        self.tails = KnownTails(processor)
        self.writer = writer

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

    @torch.inference_mode()
    def read_prompts(
        self, conversations: Sequence[Sequence[Turn]], *, soft_tokens: Tensor | None = None
    ) -> Prompts | None:
        """Let the decoder read the prompts of several conversations as one batch.

        Parameters
        ----------
        conversations
            One list of turns each.
        soft_tokens
            What `read_each` gave for these conversations.

        Returns
        -------
        Prompts or None
            For `generate` and `score_each`, which then need not read them again; `None` if the
            decoder does not allow to go on in several ways, see `chatnt.answer_tree.reads_trees`.

        Raises
        ------
        SequenceTooLongError, SlotError
            As `generate`.
        """
        if not reads_trees(self.model.decoder):
            return None
        return Prompts.read(self.model, self._prompts(conversations, soft_tokens, room=1))

    def drafts(self, conversation: Sequence[Turn], sentences: Sequence[str]) -> Drafts:
        """Return guesses for `generate` from sentences that are likely to be written."""
        tails = self.tails.of(conversation, sentences) if sentences else None
        return Drafts(row[:-1] for row in tails.rows()) if tails else Drafts()

    @torch.inference_mode()
    def generate(  # noqa: PLR0913 - what is there already is handed over
        self,
        conversations: Sequence[Sequence[Turn]],
        *,
        max_new_tokens: int = MAX_NEW_TOKENS,
        batch_size: int = 32,
        soft_tokens: Tensor | None = None,
        answers: Sequence[str] | None = None,
        prompts: Prompts | None = None,
        drafts: Drafts | None = None,
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
        prompts
            What `read_prompts` gave for these conversations; they are then one batch. Not used
            if `answers` are given.
        drafts
            Guesses that save time. They do not change what is written.

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
        grammar = None
        if answers and conversations:
            grammar = Grammar(self.tails.needed(conversations[0], answers).rows())
        if prompts is not None and grammar is None and self.writer is None:
            self.processor.check_room(prompts.real.shape[1], max_new_tokens)
            end = self.processor.tokenizer.eos_token_id
            rows = write(prompts, end=end, max_new_tokens=max_new_tokens, drafts=drafts)
            return [self.processor.decode(ids) for ids in rows]
        texts: list[str] = [""] * len(conversations)
        order = sorted(range(len(conversations)), key=lambda i: _bases(conversations[i]))
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            some = [conversations[i] for i in rows]
            batch = self._prompts(some, _some(soft_tokens, rows), room=max_new_tokens)
            for i, ids in zip(rows, self._written(batch, max_new_tokens, grammar, drafts), strict=True):
                texts[i] = self.processor.decode(ids)
        return texts

    @torch.no_grad()
    def _written(
        self, batch: BatchFeature, max_new_tokens: int, grammar: Grammar | None, drafts: Drafts | None
    ) -> Iterable[Tensor | list[int]]:
        """Return the tokens of the answers to a batch of prompts."""
        told = {"max_new_tokens": max_new_tokens, "end": self.processor.tokenizer.eos_token_id}
        if self.writer is not None and grammar is None:
            real = batch["attention_mask"].bool()
            embedded = self.model.embed_prompts(**{n: t for n, t in batch.items() if n != "attention_mask"})
            prompts = [prompt[where] for prompt, where in zip(embedded, real, strict=True)]
            return self.writer.write(prompts, never=self.model.never_written, **told)
        if grammar is None and reads_trees(self.model.decoder):
            return write(Prompts.read(self.model, batch), drafts=drafts, **told)
        begin = batch["input_ids"].shape[1]
        # What follows a whole answer is padding, which an answer that is done writes anyway.
        held = grammar and grammar.filter(begin, self.processor.pad_token_id)
        settings = self._settings(max_new_tokens) | {"prefix_allowed_tokens_fn": held}
        return self.model.generate(**batch, **settings)[:, begin:]  # pyright: ignore[reportArgumentType]

    def stream(
        self,
        conversation: Sequence[Turn],
        *,
        max_new_tokens: int = MAX_NEW_TOKENS,
        stop: threading.Event | None = None,
    ) -> Iterator[str]:
        """Yield the answer of the last turn in pieces, as they are written.

        Joined, the pieces are what `generate` returns. Once `stop` is set, the answer ends before its
        next token; what has been written until then is yielded.

        Raises
        ------
        Exception
            Whatever the model raised while it wrote.
        """
        batch = self._prompts([conversation], room=max_new_tokens)
        settings = self._settings(max_new_tokens)
        pieces = Pieces(self.processor, stop)
        yield from pieces.of(lambda: self.model.generate(**batch, **settings, streamer=pieces))

    @torch.inference_mode()
    def score(
        self, conversation: Sequence[Turn], answers: Sequence[str], *, soft_tokens: Tensor | None = None
    ) -> Tensor:
        """Score given answers of the last turn.

        The prompt, with its DNA, runs once; the answers share its cache. `soft_tokens`,
        from `read_each`, saves encoding the DNA again.

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
        return score_rows(self.model, rows, soft_tokens)

    @torch.inference_mode()
    def score_each(
        self,
        conversations: Sequence[Sequence[Turn]],
        answers: Sequence[str],
        *,
        soft_tokens: Tensor | None = None,
        prompts: Prompts | None = None,
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
        prompts
            What `read_prompts` gave for these conversations.
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
        tails = self.tails.of(conversations[0], answers)
        if tails is None:
            each = [(c, _some(soft_tokens, slice(i, i + 1), c)) for i, c in enumerate(conversations)]
            return torch.stack([self.score(c, answers, soft_tokens=soft) for c, soft in each]).cpu()
        tails, size = tails.to(self.model.device), max(1, batch_size // len(answers))
        if prompts is not None:
            self.processor.check_room(prompts.real.shape[1], tails.ids.shape[1])
        tree = AnswerTree.of(tails.ids, tails.mask) if reads_trees(self.model.decoder) else None

        def scored(rows: slice) -> Tensor:
            if tree and prompts is not None:
                return tree.score(prompts.some(rows))
            batch = self._prompts(conversations[rows], _some(soft_tokens, rows), room=tails.ids.shape[1])
            if tree:
                return tree.score(Prompts.read(self.model, batch))
            return AnswerRows(tails.ids, tails.mask).score(self.model, batch)

        starts = range(0, len(conversations), size)
        return torch.cat([scored(slice(start, start + size)) for start in starts]).cpu()

    def _prompts(
        self, conversations: Sequence[Sequence[Turn]], soft_tokens: Tensor | None = None, *, room: int
    ) -> BatchFeature:
        batch = self.processor(conversations, room=room).to(self.model.device)
        if soft_tokens is not None and "dna_mask" in batch:
            # As many sequences as the most of these rows have.
            batch["soft_tokens"] = soft_tokens[:, : batch["dna_mask"].shape[1]]
        return batch

    def _settings(self, max_new_tokens: int) -> dict:
        return {
            "max_new_tokens": max_new_tokens,
            "do_sample": False,
            "eos_token_id": self.processor.tokenizer.eos_token_id,
            "pad_token_id": self.processor.pad_token_id,
        }


def _some(
    soft_tokens: Tensor | None, rows: slice | Sequence[int], conversation: Sequence[Turn] | None = None
) -> Tensor | None:
    """Return the soft tokens of some rows, if there are any; of one conversation those of its sequences."""
    if soft_tokens is None:
        return None
    last = None if conversation is None else sum(len(turn.question.sequences) for turn in conversation)
    return soft_tokens[rows, :last]


def _bases(conversation: Sequence[Turn]) -> int:
    return sum(len(s) for turn in conversation for s in turn.question.sequences)
