"""Warm an encoder up on labels, before it is taught through English.

A head for each kind of task states a label or a number from two of the encoder's glimpses. It takes a
fraction of the time that the same takes through a resampler and a decoder; the heads are
thrown away, the glimpses stay.
"""

import dataclasses
import random
from collections.abc import Mapping, Sequence
from typing import cast

import numpy as np
import torch
from sklearn.metrics import matthews_corrcoef
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss
from transformers.utils.generic import ModelOutput

from chatnt.model import NucleotideCNNConfig
from chatnt.model.nucleotide_cnn import NucleotideCNN
from chatnt.pairs.augmentation import Sample, augmented
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import Shown, digests, gathered, own_facts
from chatnt.pairs.memory import nucleotide_ids
from chatnt.processor import IGNORED
from chatnt.tasks import get_task
from chatnt.tasks.base import Task, Truth
from chatnt.tasks.sources import Example
from chatnt.training.batches import MicroBatch

QUERIES = 2
"""Glimpses of each task."""
MORE = 2.5
"""Sequences of a family here, for each that it has in a step through English."""


class Head(nn.Module):
    """State a label or a number from what an encoder's glimpses found.

    Tasks of one kind have the same head, so that a glimpse says yes in the same way whatever
    was asked: who reads one has learned to read all.

    Parameters
    ----------
    outputs
        One number, or one for each of three or more classes.
    dim
        Size of the encoder's vectors.
    """

    def __init__(self, outputs: int, dim: int) -> None:
        super().__init__()
        self.output = nn.Linear(QUERIES * dim, outputs)
        nn.init.normal_(self.output.weight, std=0.02)

    def forward(self, glimpses: Tensor) -> Tensor:
        """Return Tensor of shape (batch, outputs), from (batch, glimpses, dim)."""
        return self.output(glimpses.flatten(1))


def kind_of(task: Task) -> str:
    """Return which head a task has: one for numbers, one for each number of labels."""
    return "number" if task.scale is not None else f"labels_{len(task.labels)}"


def loss_of(task: Task, output: Tensor, truths: Tensor) -> Tensor:
    """Return the sum of the losses of some sequences, from class numbers or standardised numbers."""
    output = output.float()
    if task.scale is not None:
        return mse_loss(output[:, 0], truths, reduction="sum") / 2
    if output.shape[1] == 1:
        return binary_cross_entropy_with_logits(output[:, 0], truths, reduction="sum")
    return cross_entropy(output, truths.long(), reduction="sum")


class WarmUp(nn.Module):
    """Hold an encoder and a head for each kind of task.

    Parameters
    ----------
    encoder
        What is warmed up; with two glimpses for each task, in their order.
    families
        Whose tasks have heads.

    Raises
    ------
    ValueError
        If the encoder has another number of glimpses.
    """

    def __init__(self, encoder: NucleotideCNN, families: Sequence[Family]) -> None:
        super().__init__()
        self.encoder = encoder
        names = [name for family in families for name in family.tasks]
        if encoder.config.glimpses != QUERIES * len(names):
            raise ValueError(
                f"{len(names)} tasks need an encoder with {QUERIES * len(names)} glimpses, this one has "
                f"{encoder.config.glimpses}."
            )
        self.places = {name: i for i, name in enumerate(names)}
        self.heads = nn.ModuleDict()
        for task in map(get_task, names):
            outputs = len(task.labels) if len(task.labels) > 2 else 1
            if kind_of(task) not in self.heads:
                self.heads[kind_of(task)] = Head(outputs, encoder.config.dim)
        self.family = families[0]
        """The family of the next pass."""

    @property
    def config(self) -> NucleotideCNNConfig:
        """That of the encoder."""
        return cast("NucleotideCNNConfig", self.encoder.config)

    def stated(self, ids: Tensor) -> dict[str, Tensor]:
        """Return what the heads of `family` state, by task: Tensors of shape (batch, outputs)."""
        dna = self.encoder(ids).last_hidden_state
        found = dna[:, -QUERIES * len(self.places) :].unflatten(1, (-1, QUERIES))
        heads = {name: self.heads[kind_of(get_task(name))] for name in self.family.tasks}
        return {name: head(found[:, self.places[name]]) for name, head in heads.items()}

    def forward(self, ids: Tensor, labels: Tensor, num_items_in_batch: int | None = None) -> ModelOutput:
        """Return the loss.

        Parameters
        ----------
        ids
            Tensor of shape (batch, bases).
        labels
            Tensor of shape (batch, 1 + tasks), see `LabelLesson`.
        num_items_in_batch
            What the sum over all that is known is divided by. Default: their number.
        """
        total = labels.new_zeros(())
        for truths, (name, output) in zip(labels[:, 1:].T, self.stated(ids).items(), strict=True):
            known = truths != IGNORED
            total = total + loss_of(get_task(name), output[known], truths[known])
        count = int((labels[:, 1:] != IGNORED).sum()) if num_items_in_batch is None else num_items_in_batch
        return ModelOutput(loss=total / count)


def label_scores(
    model: WarmUp, families: Sequence[Family], examples: Mapping[str, Sequence[Example]], rows: int = 100
) -> dict[str, float]:
    """Score the heads: Matthews correlation of labels, Pearson correlation of numbers.

    Parameters
    ----------
    model
        Encoder and heads.
    families
        Which.
    examples
        Of each task.
    rows
        Sequences at a time.

    Returns
    -------
    dict
        By the name of the task, and their ``"mean"``.
    """
    scores = {}
    for model.family in families:
        for name in model.family.tasks:
            outputs = heads_state(model, name, examples[name], rows)
            truths = [example.label for example in examples[name]]
            scores[name] = _agreement(get_task(name), outputs, truths)
    return scores | {"mean": sum(scores.values()) / len(scores)}


def heads_state(model: WarmUp, name: str, examples: Sequence[Example], rows: int = 100) -> Tensor:
    """Return what the heads state of a task of the present family: Tensor of shape (examples, outputs)."""
    texts = [example.sequence for example in examples]
    parts = [nucleotide_ids(texts[i : i + rows]) for i in range(0, len(texts), rows)]
    model.eval()
    with torch.inference_mode():
        return torch.cat([model.stated(ids)[name] for ids in parts]).float()


def _agreement(task: Task, outputs: Tensor, truths: Sequence[Truth]) -> float:
    if task.scale is not None:
        return float(np.corrcoef(outputs[:, 0].numpy(), np.array(truths, float))[0, 1])
    stated = outputs.argmax(1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0).long()
    return float(matthews_corrcoef([task.labels.index(str(t)) for t in truths], stated.numpy()))


@dataclasses.dataclass(eq=False)
class Passed:
    """Say which family a pass is of, and how its sequences are shown."""

    family: Family
    shown: Shown


class LabelLesson:
    """Make batches of sequences and what is true of them, a pass for each family.

    It is a source for `chatnt.train`. The labels of a pass are a Tensor of shape (sequences,
    1 + tasks): nothing, then for each task of the family the number of the class or the
    standardised number, -100 where it is not known.

    Parameters
    ----------
    examples
        Training examples of each task.
    families
        Which tasks share sequences, and how these are shown.
    invented, invented_per_step
        Families of simulated tasks, of which each step shows a few.
    recalled
        Tasks whose facts the encoder recalls.
    seed
        With the number of the step, decides everything.
    """

    def __init__(
        self,
        examples: Mapping[str, Sequence[Example]],
        families: Sequence[Family],
        *,
        invented: Sequence[Family] = (),
        invented_per_step: int = 2,
        recalled: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        self.families, self.recalled, self.seed = tuple(families), tuple(recalled), seed
        self.invented = tuple(invented)
        self.invented_per_step = min(invented_per_step, len(self.invented))
        everyone = self.families + self.invented
        self.samples = {family: gathered(family, examples) for family in everyone}
        self.moments = {
            name: moments_of(get_task(name), examples[name]) for family in everyone for name in family.tasks
        }

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """Return the passes of a step, as `chatnt.training.batches.Source` has them."""
        rng = random.Random(f"{self.seed}/{step}")
        chosen = rng.sample(self.invented, self.invented_per_step)
        return [self._pass(family, rng) for family in (*self.families, *chosen)]

    def before(self, model: WarmUp, passed: Passed) -> None:
        """Set the model up for a pass."""
        model.family = passed.family
        passed.shown.prepare(model.encoder)

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of the samples of each family, and of how they are shown."""
        return digests(self.samples, self.seed)

    def _pass(self, family: Family, rng: random.Random) -> MicroBatch:
        by_task, everything = self.samples[family]
        drawn = [rng.choice(by_task[rng.choice(family.tasks)]) for _ in range(round(MORE * family.sequences))]
        changed = [augmented(sample, everything, family, rng) for sample in drawn]
        own = None
        if family.tasks == self.recalled:
            own = own_facts(family, [known for _, known in changed])
        inputs = {"ids": nucleotide_ids([s for s, _ in changed]), "labels": self._labels(family, changed)}
        return MicroBatch(inputs, Passed(family, Shown(family.alone, own)))

    def _labels(self, family: Family, samples: Sequence[Sample]) -> Tensor:
        rows = [[float(IGNORED), *(self._label(n, known) for n in family.tasks)] for _, known in samples]
        return torch.tensor(rows)

    def _label(self, name: str, known: Mapping[str, Truth]) -> float:
        if name not in known:
            return float(IGNORED)
        task, truth = get_task(name), known[name]
        if task.scale is None:
            return float(task.labels.index(str(truth)))
        mean, deviation = self.moments[name]
        return (float(truth) - mean) / deviation  # type: ignore[arg-type]


def moments_of(task: Task, examples: Sequence[Example]) -> tuple[float, float]:
    """Return mean and deviation of the numbers of a task; 0 and 1 where it has labels."""
    if task.scale is None:
        return 0.0, 1.0
    values = torch.tensor([float(e.label) for e in examples])  # type: ignore[arg-type]
    return float(values.mean()), float(values.std())
