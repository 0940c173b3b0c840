"""Batches of real and simulated DNA, questions and answers, for the encoder and the resampler."""

import dataclasses
import hashlib
import random
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor, nn

from chatnt.conversation import Question, Turn
from chatnt.model import ChatNTModel
from chatnt.pairs.augmentation import Sample, augmented
from chatnt.pairs.families import Family
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.tasks.base import Truth
from chatnt.tasks.sources import Example
from chatnt.training.batches import MicroBatch

TWO_TURNS_EVERY = 10
"""Every so many steps the rows have an earlier turn about another sequence."""

ASKED_TOO = 0.5
"""How often each further question that is known of a drawn sequence is asked too."""

Row = tuple[list[Turn], str]
"""A conversation, and the answer to its last question."""


@dataclasses.dataclass(eq=False)
class Shown:
    """Say how the sequences of a pass are shown to the encoder.

    Parameters
    ----------
    alone
        Share of the sequences seen through their summaries alone.
    own
        What the encoder may not recall of them, see `own_facts`; `None` if it recalls nothing
        of this family.
    """

    alone: float
    own: Tensor | None = None

    def prepare(self, encoder: nn.Module) -> None:
        """Set an encoder up for these sequences, if it is one that knows of such things."""
        if hasattr(encoder, "motifs_alone"):
            encoder.motifs_alone = self.alone  # type: ignore[assignment]
        recall = getattr(encoder, "recall", None)
        if recall is not None:
            recall.own = None if self.own is None else self.own.to(recall.facts.device)


class DNALesson:
    """Make batches in which each family of tasks has its share.

    It is a source for `chatnt.train`, which gives each family a pass of its own.

    Parameters
    ----------
    processor
        Makes the tensors.
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

    def __init__(  # noqa: PLR0913 - what is taught, to whom, and how much of each
        self,
        processor: ChatNTProcessor,
        examples: Mapping[str, Sequence[Example]],
        families: Sequence[Family],
        *,
        invented: Sequence[Family] = (),
        invented_per_step: int = 4,
        recalled: Sequence[str] = (),
        seed: int = 0,
    ) -> None:
        self.processor, self.seed, self.recalled = processor, seed, tuple(recalled)
        self.families, self.invented = tuple(families), tuple(invented)
        self.invented_per_step = min(invented_per_step, len(self.invented))
        self.samples = {family: gathered(family, examples) for family in self.families + self.invented}

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """Return the passes of a step, as `chatnt.training.batches.Source` has them."""
        rng = random.Random(f"{self.seed}/{step}")
        two_turns = step % TWO_TURNS_EVERY == 0
        passes = [self._part(family, rng, two_turns=two_turns) for family in self.families]
        parts = [
            self._part(f, rng, two_turns=two_turns) for f in rng.sample(self.invented, self.invented_per_step)
        ]
        if parts:  # together, since each has few rows
            passes.append(([row for rows, _ in parts for row in rows], parts[0][1]))
        return [MicroBatch(dict(self._tensors(rows)), shown) for rows, shown in passes]

    def before(self, model: ChatNTModel, shown: Shown) -> None:
        """Set the encoder up for a pass."""
        shown.prepare(model.encoder)

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of the samples of each family, and of how they are shown."""
        return digests(self.samples, self.seed)

    def _tensors(self, rows: Sequence[Row]) -> Mapping[str, Tensor]:
        return self.processor([turns for turns, _ in rows], answers=[answer for _, answer in rows])

    def _part(self, family: Family, rng: random.Random, *, two_turns: bool) -> tuple[list[Row], Shown]:
        """Draw the rows of one family, and how their sequences are shown."""
        rows: list[Row] = []
        shown: dict[str, Mapping[str, Truth]] = {}  # in the order in which the encoder meets them
        for _ in range(family.sequences):
            (name, sequence, truths) = self._drawn(family, rng)
            before = []
            if two_turns:
                earlier, its_sequence, its_truths = self._drawn(family, rng)
                before = [_turn(its_sequence, earlier, its_truths[earlier], rng)]
                shown[its_sequence] = its_truths
            shown[sequence] = truths
            for asked in truths:
                if asked == name or rng.random() < ASKED_TOO:
                    turn = _turn(sequence, asked, truths[asked], rng)
                    rows.append(([*before, turn], cast("str", turn.answer)))
        own = own_facts(family, list(shown.values())) if family.tasks == self.recalled else None
        return rows, Shown(family.alone, own)

    def _drawn(self, family: Family, rng: random.Random) -> tuple[str, str, Mapping[str, Truth]]:
        """Draw a task of the family, and one of its sequences, changed."""
        by_task, everything = self.samples[family]
        name = rng.choice(family.tasks)
        sequence, truths = augmented(rng.choice(by_task[name]), everything, family, rng)
        return name, sequence, truths


Gathered = tuple[dict[str, list[Sample]], list[Sample]]
"""The samples of each task, and all of a family."""


def gathered(family: Family, examples: Mapping[str, Sequence[Example]]) -> Gathered:
    """Bring together what several tasks know of the same sequence."""
    truths: dict[str, dict[str, Truth]] = {}
    for name in family.tasks:
        for example in examples[name]:
            truths.setdefault(example.sequence, {})[name] = example.label
    everything: list[Sample] = list(truths.items())
    return {name: [s for s in everything if name in s[1]] for name in family.tasks}, everything


def digests(samples: Mapping[Family, Gathered], seed: int) -> dict[str, str]:
    """Return a hash of the samples of each family, and of how they are shown."""
    return {
        family.tasks[0]: hashlib.sha256(repr((family, seed, everything)).encode()).hexdigest()
        for family, (_, everything) in samples.items()
    }


def own_facts(family: Family, truths: Sequence[Mapping[str, Truth]]) -> Tensor:
    """Return +1 where a sequence has the positive label of a task, -1 where not, 0 where unknown.

    Returns
    -------
    Tensor
        Of shape (sequences, tasks).
    """
    positive = {name: get_task(name).labels[1] for name in family.tasks}
    return torch.tensor(
        [
            [(1.0 if known[n] == positive[n] else -1.0) if n in known else 0.0 for n in family.tasks]
            for known in truths
        ]
    )


def _turn(sequence: str, name: str, truth: Truth, rng: random.Random) -> Turn:
    task = get_task(name)
    question = Question(rng.choice(task.questions.train), (DNA(sequence),))
    return Turn(question, task.answer(truth, "train", rng))
