"""Batches of real and simulated DNA, questions and answers, for the encoder and the resampler."""

import random
from collections.abc import Mapping, Sequence
from typing import cast

import torch
from torch import Tensor

from chatnt.conversation import Question, Turn
from chatnt.model import ChatNTModel
from chatnt.pairs.augmentation import Sample, augmented
from chatnt.pairs.families import Family
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.tasks.base import Truth
from chatnt.tasks.sources import Example

TWO_TURNS_EVERY = 10
"""Every so many steps the rows have an earlier turn about another sequence."""

ASKED_TOO = 0.5
"""How often each further question that is known of a drawn sequence is asked too."""

Row = tuple[list[Turn], str]
"""A conversation, and the answer to its last question."""


class DNALesson:
    """Make batches in which each family of tasks has its share.

    Parameters
    ----------
    model, processor
        The pair; what requires a gradient is trained.
    examples
        Training examples of each task.
    families
        Which tasks share sequences, and how these are shown.
    invented, invented_per_step
        Families of simulated tasks, of which each step shows a few.
    seed
        With the number of the step, decides everything.
    """

    def __init__(  # noqa: PLR0913 - what is taught, to whom, and how much of each
        self,
        model: ChatNTModel,
        processor: ChatNTProcessor,
        examples: Mapping[str, Sequence[Example]],
        families: Sequence[Family],
        *,
        invented: Sequence[Family] = (),
        invented_per_step: int = 4,
        seed: int = 0,
    ) -> None:
        self.model, self.processor, self.seed = model, processor, seed
        self.families, self.invented = tuple(families), tuple(invented)
        self.invented_per_step = min(invented_per_step, len(self.invented))
        self.samples = {family: gathered(family, examples) for family in self.families + self.invented}

    def losses(self, step: int):
        """Yield the loss of one step, as `chatnt.train.Trainer` wants it."""
        rng = random.Random(f"{self.seed}/{step}")
        chosen = [*self.families, *rng.sample(self.invented, self.invented_per_step)]
        parts = [self._part(family, rng, two_turns=step % TWO_TURNS_EVERY == 0) for family in chosen]
        rows = [row for part, _ in parts for row in part]
        batch = self.processor([turns for turns, _ in rows], answers=[answer for _, answer in rows])
        batch = batch.to(self.model.device)

        def loss() -> Tensor:
            soft, start = [], 0
            for family, (part, own) in zip(chosen, parts, strict=True):
                soft.append(self._soft_tokens(batch, slice(start, start + len(part)), family, own))
                start += len(part)
            return self.model(
                input_ids=batch["input_ids"],
                attention_mask=batch["attention_mask"],
                soft_tokens=torch.cat(soft),
                labels=batch["labels"],
            ).loss

        yield loss, 1.0

    def _soft_tokens(self, batch: Mapping, rows: slice, family: Family, own: Tensor | None) -> Tensor:
        """Read the DNA of one family at its own length: (rows, sequences, latents, dim)."""
        encoder = self.model.encoder
        encoder.motifs_alone = family.alone
        if getattr(encoder, "recall", None) is not None:
            encoder.recall.own = own
        try:
            names = ("dna_ids", "dna_mask", "question_ids", "question_mask")
            return self.model.get_soft_tokens(*(batch[name][rows] for name in names))
        finally:
            encoder.motifs_alone = 0.0
            if getattr(encoder, "recall", None) is not None:
                encoder.recall.own = None

    def _part(
        self, family: Family, rng: random.Random, *, two_turns: bool
    ) -> tuple[list[Row], Tensor | None]:
        """Draw the rows of one family, and what the encoder may not recall of their sequences."""
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
        return rows, self._own(family, list(shown.values()))

    def _drawn(self, family: Family, rng: random.Random) -> tuple[str, str, Mapping[str, Truth]]:
        """Draw a task of the family, and one of its sequences, changed."""
        by_task, everything = self.samples[family]
        name = rng.choice(family.tasks)
        sequence, truths = augmented(rng.choice(by_task[name]), everything, family, rng)
        return name, sequence, truths

    def _own(self, family: Family, truths: Sequence[Mapping[str, Truth]]) -> Tensor | None:
        recall = getattr(self.model.encoder, "recall", None)
        if recall is None or recall.facts.shape[2] != len(family.tasks):
            return None
        return own_facts(family, truths).to(self.model.device)


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
