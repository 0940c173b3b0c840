"""Teach a resampler where to look: at the glimpses of the task that the question is about.

It takes no DNA: glimpses are told apart by their names, and what is found under them may be
anything. Through a decoder alone it is learned ten times slower, since whoever looks in the wrong
place gets no hint of the right one.
"""

import hashlib
import random
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from transformers.utils.generic import ModelOutput

from chatnt.conversation import Question, Turn
from chatnt.model import ChatNTModel
from chatnt.model.glimpses import Glimpses
from chatnt.model.resampler import looking
from chatnt.pairs.augmentation import with_words_lost
from chatnt.pairs.reading import NOT_READ
from chatnt.pairs.warm_up import QUERIES
from chatnt.processor import IGNORED, ChatNTProcessor
from chatnt.tasks import Task
from chatnt.training.batches import MicroBatch


class Looking(nn.Module):
    """Hold a resampler, and what it is to look at.

    Parameters
    ----------
    model
        Its encoder has two glimpses for each task, after its summaries, and no places.
    """

    def __init__(self, model: ChatNTModel) -> None:
        super().__init__()
        self.resampler, self.encoder = model.resampler, model.encoder
        self.config = model.config.encoder_config

    def forward(
        self,
        question_ids: Tensor,
        question_mask: Tensor,
        labels: Tensor,
        num_items_in_batch: int | None = None,
    ) -> ModelOutput:
        """Return the loss: how little of the attention is on the glimpses of the task.

        Parameters
        ----------
        question_ids, question_mask
            Tensors of shape (batch, words).
        labels
            Tensor of shape (batch, 2): nothing, then the number of the task.
        num_items_in_batch
            What the sum over the rows is divided by. Default: their number.
        """
        dna = self._anything(len(labels))
        mask = dna.new_ones(dna.shape[:2], dtype=torch.bool)
        with looking(self.resampler) as found:
            self.resampler(dna, mask, question_ids, question_mask)
        first = dna.shape[1] - self.config.glimpses + QUERIES * labels[:, 1]
        places = torch.stack([first + i for i in range(QUERIES)], 1)
        losses = [-weights.mean((1, 2)).gather(1, places).sum(1).clamp(min=1e-6).log() for weights in found]
        total = torch.stack(losses).mean(0).sum()
        return ModelOutput(loss=total / (len(labels) if num_items_in_batch is None else num_items_in_batch))

    def _anything(self, rows: int) -> Tensor:
        """Return glimpses with nothing but their names in common, behind summaries."""
        names = self.encoder.glimpses.names
        summaries = self.encoder.summaries
        noise = torch.randn(rows, summaries + len(names), names.shape[1], device=names.device)
        noise = noise * Glimpses.LOUDNESS / names.shape[1] ** 0.5
        return noise + torch.cat([names.new_zeros(summaries, names.shape[1]), names])


class WhereLesson:
    """Make batches of questions and the numbers of their tasks; a source for `chatnt.train`.

    Parameters
    ----------
    processor
        Makes the tensors.
    tasks
        In the order of their glimpses.
    batch_size
        Questions per step.
    lost
        Share of the words of a question that are left out.
    seed
        With the number of the step, decides everything.
    """

    def __init__(
        self,
        processor: ChatNTProcessor,
        tasks: Sequence[Task],
        *,
        batch_size: int = 96,
        lost: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.processor, self.tasks = processor, tuple(tasks)
        self.batch_size, self.lost, self.seed = batch_size, lost, seed

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """Return the one pass of a step, as `chatnt.training.batches.Source` has it."""
        rng = random.Random(f"{self.seed}/{step}")
        numbers = [rng.randrange(len(self.tasks)) for _ in range(self.batch_size)]
        chosen = [rng.choice(self.tasks[i].questions.train) for i in numbers]
        asked = [Question(with_words_lost(text, self.lost, rng), (NOT_READ,)) for text in chosen]
        batch = self.processor([[Turn(question)] for question in asked])
        labels = torch.tensor([[IGNORED, number] for number in numbers])
        inputs = {name: batch[name] for name in ("question_ids", "question_mask")}
        return [MicroBatch({**inputs, "labels": labels})]

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of what is asked about."""
        names = repr(([task.name for task in self.tasks], self.batch_size, self.lost, self.seed))
        return {"questions": hashlib.sha256(names.encode()).hexdigest()}
