"""Batches of real and simulated DNA, questions and answers, for the encoder and the resampler."""

import dataclasses
import hashlib
import random
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn

from chatnt.conversation import Question, Turn
from chatnt.model import ChatNTModel
from chatnt.pairs.augmentation import Sample, augmented, with_words_lost
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

WIDEST = 1.6
"""Most that the longest sequence of a pass may be longer than the shortest."""


@dataclasses.dataclass(eq=False)
class Shown:
    """Say how the sequences of a pass are shown to the encoder.

    Parameters
    ----------
    alone
        Share of the sequences seen through their summaries alone; or the share for each
        sequence, a Tensor of shape (sequences,).
    own
        What the encoder may not recall of them, see `own_facts`; `None` if it recalls nothing
        of them.
    """

    alone: float | Tensor
    own: Tensor | None = None

    def prepare(self, encoder: nn.Module) -> None:
        """Set an encoder up for these sequences, if it is one that knows of such things."""
        if hasattr(encoder, "motifs_alone"):
            alone, bases = self.alone, cast("Tensor", encoder.bases)
            encoder.motifs_alone = alone.to(bases.device) if isinstance(alone, Tensor) else alone  # type: ignore[assignment]
        recall = getattr(encoder, "recall", None)
        if recall is not None:
            recall.own = None if self.own is None else self.own.to(recall.facts.device)


class Row(NamedTuple):
    """Hold a conversation, the answer to its last question, and its sequences in their order.

    Of each sequence stand the share to be seen through summaries alone, and what may not be
    recalled.
    """

    turns: list[Turn]
    answer: str
    shown: Mapping[str, tuple[float, list[float]]]

    @property
    def longest(self) -> int:
        """Bases of the longest sequence."""
        return max(map(len, self.shown))


class DNALesson:
    """Make batches in which each family of tasks has its share.

    It is a source for `chatnt.train`. Sequences of about the same length go through the model
    together, whatever their family: small passes cost nearly as much as large ones.

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
    lost
        Share of the words of a question that are left out.
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
        lost: float = 0.0,
        seed: int = 0,
    ) -> None:
        self.processor, self.seed, self.recalled, self.lost = processor, seed, tuple(recalled), lost
        self.families, self.invented = tuple(families), tuple(invented)
        self.invented_per_step = min(invented_per_step, len(self.invented))
        self.samples = {family: gathered(family, examples) for family in self.families + self.invented}

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """Return the passes of a step, as `chatnt.training.batches.Source` has them."""
        rng = random.Random(f"{self.seed}/{step}")
        two_turns = step % TWO_TURNS_EVERY == 0
        chosen = rng.sample(self.invented, self.invented_per_step)
        rows = [r for f in (*self.families, *chosen) for r in self._rows(f, rng, two_turns=two_turns)]
        return [self._pass(some) for some in of_like_lengths(rows)]

    def before(self, model: ChatNTModel, shown: Shown) -> None:
        """Set the encoder up for a pass."""
        shown.prepare(model.encoder)

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of the samples of each family, and of how they are shown and asked about."""
        return digests(self.samples, (self.seed, self.lost))

    def _pass(self, rows: Sequence[Row]) -> MicroBatch:
        tensors = self.processor([row.turns for row in rows], answers=[row.answer for row in rows])
        shown = {sequence: how for row in rows for sequence, how in row.shown.items()}
        own = torch.tensor([facts for _, facts in shown.values()]) if self.recalled else None
        return MicroBatch(dict(tensors), Shown(torch.tensor([alone for alone, _ in shown.values()]), own))

    def _rows(self, family: Family, rng: random.Random, *, two_turns: bool) -> list[Row]:
        """Draw the rows of one family."""
        rows: list[Row] = []
        for _ in range(family.sequences):
            name, sequence, truths = self._drawn(family, rng)
            before, shown = [], {}
            if two_turns:
                earlier, its_sequence, its_truths = self._drawn(family, rng)
                before = [self._turn(its_sequence, earlier, its_truths[earlier], rng)]
                shown[its_sequence] = family.alone, self._own(family, its_truths)
            shown[sequence] = family.alone, self._own(family, truths)
            for asked in truths:
                if asked == name or rng.random() < ASKED_TOO:
                    turn = self._turn(sequence, asked, truths[asked], rng)
                    rows.append(Row([*before, turn], cast("str", turn.answer), shown))
        return rows

    def _turn(self, sequence: str, name: str, truth: Truth, rng: random.Random) -> Turn:
        task = get_task(name)
        text = with_words_lost(rng.choice(task.questions.train), self.lost, rng)
        return Turn(Question(text, (DNA(sequence),)), task.answer(truth, "train", rng))

    def _own(self, family: Family, truths: Mapping[str, Truth]) -> list[float]:
        if family.tasks != self.recalled:
            return [0.0] * len(self.recalled)
        return own_facts(family, [truths])[0].tolist()

    def _drawn(self, family: Family, rng: random.Random) -> tuple[str, str, Mapping[str, Truth]]:
        """Draw a task of the family, and one of its sequences, changed."""
        by_task, everything = self.samples[family]
        name = rng.choice(family.tasks)
        sequence, truths = augmented(rng.choice(by_task[name]), everything, family, rng)
        return name, sequence, truths


def of_like_lengths(rows: Iterable[Row]) -> list[list[Row]]:
    """Divide rows into passes, so that none is filled up to much more than its length."""
    passes: list[list[Row]] = []
    for row in sorted(rows, key=lambda row: row.longest):
        if not passes or row.longest > WIDEST * passes[-1][0].longest:
            passes.append([])
        passes[-1].append(row)
    return passes


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


def digests(samples: Mapping[Family, Gathered], seed: object) -> dict[str, str]:
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
