"""A path with gradients from the words of a question, in both places where a pair reads them."""

import re
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from chatnt.conversation import PLACEHOLDER, Turn
from chatnt.differentiable import AnswerPath, Inputs
from chatnt.errors import SlotError
from chatnt.processor import ChatNTProcessor
from chatnt.prompts import Prompts

_WORD = re.compile(rf"{PLACEHOLDER}|[\w'\u2019-]+|[^\w\s]")


def words_of(text: str) -> list[tuple[int, int]]:
    """Return where the words of a question are, and its other signs; placeholders are none.

    Examples
    --------
    >>> text = "Is <DNA> a 5'-UTR?"
    >>> [text[start:end] for start, end in words_of(text)]
    ['Is', 'a', "5'-UTR", '?']
    """
    return [found.span() for found in _WORD.finditer(text) if found[0] != PLACEHOLDER]


class WordPath:
    """Score answers as a function of the vectors of words: those of the resampler, and the decoder's.

    Parameters
    ----------
    path
        Of the same question.
    processor
        Made its prompt.
    turn
        The question.

    Raises
    ------
    SlotError
        If the decoder cannot read vectors in place of words, or the tokenizer does not say where its
        tokens are in a text.
    """

    def __init__(self, path: AnswerPath, processor: ChatNTProcessor, turn: Turn) -> None:
        self.path, self.processor, self.text = path, processor, turn.question.text
        if path.tree is None or not processor.tokenizer.is_fast:
            raise SlotError(
                "Gradients of words need a decoder that reads answers as a tree, and a tokenizer that says "
                "where its tokens are; this pair has not both. Take method='leave_out'."
            )
        model = path.model
        self.aware = model.config.resampler_config.english_aware
        with torch.no_grad():
            read = [
                path.reader.encode(x, t, hold=False) for x, t in zip(path.inputs(), path.texts, strict=True)
            ]
        self.read = read
        ids = path.prompt["input_ids"]
        self.slots = ids == model.config.slot_token_id
        embedded = model.get_input_embeddings()(ids.masked_fill(self.slots, 0))
        heard = self._heard(path.prompt["question_ids"]) if self.aware else None
        self.inputs: Inputs = (embedded,) if heard is None else (embedded, heard)
        form = processor.chat_format
        before = len(form.system) + form.user.index("{question}")
        prompt = self._tokens(form.render([turn]), before, expanded=True)
        heard_at = before if processor.listens_to == "prompt" else 0
        heard_text = form.render([turn]) if processor.listens_to == "prompt" else self.text
        self.places = (
            [prompt] if heard is None else [prompt, self._tokens(heard_text, heard_at, expanded=False)]
        )

    def forward(self, embedded: Tensor, heard: Tensor | None = None) -> Tensor:
        """Score answers: Tensor of shape (rows, answers).

        Parameters
        ----------
        embedded
            Tensor of shape (rows, tokens, dim): the decoder's prompt.
        heard
            Tensor of shape (rows, words, dim): what the resampler listens to.
        """
        model, rows = self.path.model, len(embedded)
        soft = torch.stack([self._resampled(*read, heard, rows) for read in self.read], dim=1)
        filled = embedded.masked_scatter(self.slots.expand(rows, -1)[..., None], soft.to(embedded))
        mask = self.path.prompt["attention_mask"].expand(rows, -1)
        tree = self.path.tree
        assert tree is not None
        return tree.score(Prompts.read(model, {"inputs_embeds": filled, "attention_mask": mask}))

    def blank(self) -> Inputs:
        """Return the inputs with padding in place of the words of the question.

        Not zeros: a decoder scales its vectors to one size, and on the way from zero all is decided
        in the first step.
        """
        with torch.no_grad():
            pad = torch.tensor(self.processor.pad_token_id, device=self.slots.device)
            tables = (self.path.model.get_input_embeddings(), *([self._heard] if self.aware else []))
            found = []
            for x, places, table in zip(self.inputs, self.places, tables, strict=True):
                blanked = x.clone()
                blanked[:, [place for word in places for place in word]] = table(pad)
                found.append(blanked)
        return tuple(found)

    def over_words(self, scores: Sequence[Tensor]) -> list[float]:
        """Add the scores of tokens, of shape (tokens,) for each input, up to one for each word."""
        return [
            sum(float(x[place]) for x, words in zip(scores, self.places, strict=True) for place in words[i])
            for i in range(len(self.places[0]))
        ]

    @property
    def _heard(self) -> nn.Embedding:
        """The resampler's table of words."""
        return self.path.model.resampler.words

    def _resampled(self, vectors: Tensor, mask: Tensor, heard: Tensor | None, rows: int) -> Tensor:
        resampler, which = (
            self.path.model.resampler,
            torch.zeros(rows, dtype=torch.long, device=vectors.device),
        )
        if heard is None:
            return resampler(vectors, mask, which=which)
        hook = self._heard.register_forward_hook(lambda *_: heard)
        try:
            question = (self.path.prompt[name].expand(rows, -1) for name in ("question_ids", "question_mask"))
            return resampler(vectors, mask, *question, which=which)
        finally:
            hook.remove()

    def _tokens(self, text: str, before: int, *, expanded: bool) -> list[list[int]]:
        """Return the tokens of each word of the question, which begins at `before` in a text."""
        processor = self.processor
        told = processor.tokenizer(text, add_special_tokens=True, return_offsets_mapping=True)
        found: list[list[int]] = [[] for _ in words_of(self.text)]
        at = 0
        for token, (start, end) in zip(told["input_ids"], told["offset_mapping"], strict=True):
            if token == processor.slot_token_id and expanded:
                at += processor.latents + processor.keep_placeholder
                continue
            for word, (first, last) in zip(found, words_of(self.text), strict=True):
                if token != processor.slot_token_id and start < before + last and end > before + first:
                    word.append(at)
                    break  # of two words in one token the first has it
            at += 1
        return found
