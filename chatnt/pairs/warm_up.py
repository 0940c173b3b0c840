"""Warm an encoder up on labels, before it is taught through English.

A head per task attends to the encoder's vectors and states a label or a number. It takes a
fraction of the time that the same takes through a resampler and a decoder; the heads are
thrown away.
"""

import random
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss

from chatnt.model.nucleotide_cnn import PAD, NucleotideCNN
from chatnt.pairs.augmentation import augmented
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import gathered, own_facts
from chatnt.pairs.memory import nucleotide_ids
from chatnt.tasks import get_task
from chatnt.tasks.base import Task, Truth
from chatnt.tasks.sources import Example

QUERIES = 2
MORE = 2.5
"""Sequences of a family here, for each that it has in a step through English."""


class Head(nn.Module):
    """State a label or a number from an encoder's vectors, by attention.

    Parameters
    ----------
    task
        Decides how many numbers come out: one, or one for each of three or more classes.
    dim
        Size of the encoder's vectors.
    values
        Mean and standard deviation of the numbers of a regression task.
    """

    def __init__(self, task: Task, dim: int, values: tuple[float, float]) -> None:
        super().__init__()
        self.task, self.values = task, values
        self.query = nn.Parameter(torch.randn(QUERIES, dim))
        self.key, self.value = nn.Linear(dim, dim), nn.Linear(dim, dim)
        self.output = nn.Linear(QUERIES * dim, len(task.labels) if len(task.labels) > 2 else 1)
        for layer in (self.key, self.value):
            nn.init.normal_(layer.weight, std=dim**-0.5)
        nn.init.normal_(self.output.weight, std=0.02)

    def forward(self, dna: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, outputs)."""
        fit = self.key(dna) @ self.query.T / dna.shape[-1] ** 0.5
        attention = fit.masked_fill(~mask[..., None], -1e4).softmax(1)
        return self.output((attention.transpose(1, 2) @ self.value(dna)).flatten(1))

    def loss(self, output: Tensor, truths: Sequence[Truth]) -> Tensor:
        """Return the sum of the losses of some sequences."""
        output = output.float()
        if self.task.scale is not None:
            mean, deviation = self.values
            wanted = [(float(t) - mean) / deviation for t in truths]  # type: ignore[arg-type]
            return mse_loss(output[:, 0], output.new_tensor(wanted), reduction="sum") / 2
        classes = output.new_tensor([self.task.labels.index(str(t)) for t in truths])
        if output.shape[1] == 1:
            return binary_cross_entropy_with_logits(output[:, 0], classes, reduction="sum")
        return cross_entropy(output, classes.long(), reduction="sum")


class WarmUp(nn.Module):
    """Hold an encoder and a head for each task, and make their losses.

    Parameters
    ----------
    encoder
        What is warmed up.
    examples
        Training examples of each task.
    families
        Which tasks share sequences, and how these are shown.
    seed
        With the number of the step, decides everything.
    """

    def __init__(
        self,
        encoder: NucleotideCNN,
        examples: Mapping[str, Sequence[Example]],
        families: Sequence[Family],
        *,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.encoder, self.families, self.seed = encoder, tuple(families), seed
        self.samples = {family: gathered(family, examples) for family in families}
        self.heads = nn.ModuleDict(
            {
                name: Head(get_task(name), encoder.config.dim, _moments(get_task(name), examples[name]))
                for family in families
                for name in family.tasks
            }
        )

    def losses(self, step: int):
        """Yield one micro-batch per family, as `chatnt.train.Trainer` wants them."""
        rng = random.Random(f"{self.seed}/{step}")
        counts = [round(MORE * family.sequences) for family in self.families]
        for family, count in zip(self.families, counts, strict=True):
            yield self._loss(family, count, rng), count / sum(counts)

    def _loss(self, family: Family, count: int, rng: random.Random):
        by_task, everything = self.samples[family]
        drawn = [rng.choice(by_task[rng.choice(family.tasks)]) for _ in range(count)]
        changed = [augmented(sample, everything, family, rng) for sample in drawn]

        def loss() -> Tensor:
            outputs = self(family, [sequence for sequence, _ in changed], [truths for _, truths in changed])
            total, known = torch.zeros(()), 0
            for name, output in outputs.items():
                rows = [i for i, (_, truths) in enumerate(changed) if name in truths]
                if rows:
                    truths = [changed[i][1][name] for i in rows]
                    total = total + self.heads[name].loss(output[rows], truths)  # type: ignore[operator]
                    known += len(rows)
            return total / known

        return loss

    def forward(
        self, family: Family, sequences: Sequence[str], known: Sequence[Mapping[str, Truth]] | None = None
    ) -> dict[str, Tensor]:
        """Return what the heads of a family state about sequences.

        Parameters
        ----------
        family
            Whose heads.
        sequences
            Bases.
        known
            What is true of them, if they are training sequences, which must not recall themselves.
        """
        ids = nucleotide_ids(sequences).to(self.encoder.device)
        dna = self._encoded(family, ids, known)
        mask = self.encoder.output_mask(ids != PAD)
        return {name: self.heads[name](dna, mask) for name in family.tasks}

    def _encoded(self, family: Family, ids: Tensor, known: Sequence[Mapping[str, Truth]] | None) -> Tensor:
        encoder, recall = self.encoder, self.encoder.recall
        if recall is not None and known and recall.facts.shape[2] == len(family.tasks):
            recall.own = own_facts(family, known).to(ids.device)
        encoder.motifs_alone = family.alone
        try:
            return encoder(ids).last_hidden_state
        finally:
            encoder.motifs_alone = 0.0
            if recall is not None:
                recall.own = None


def _moments(task: Task, examples: Sequence[Example]) -> tuple[float, float]:
    if task.scale is None:
        return 0.0, 1.0
    values = torch.tensor([float(e.label) for e in examples])  # type: ignore[arg-type]
    return float(values.mean()), float(values.std())
