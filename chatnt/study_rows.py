"""Which sequences of a task a study takes: some of each label, about which the pair is right."""

import dataclasses
import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tqdm import tqdm

from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import AnswerError, DataError
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.base import Split, Truth
from chatnt.tasks.dinucleotides import shuffle_dinucleotides
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.sources import Splits, data_folder, read_examples

Data = Sequence[Example] | Splits | str | Path | None


class StudyRow(NamedTuple):
    """Hold a sequence to explain, its label, its index in the data, and what the pair answers."""

    label: str
    index: int
    sequence: str
    answer: str

    def shuffled(self, seed: int) -> "StudyRow":
        """Return the row with its dinucleotides shuffled, drawn by the seed and the index."""
        rng = random.Random(f"{seed}/{self.index}")
        return self._replace(sequence=shuffle_dinucleotides(self.sequence, rng))


def study_examples(task: Task, data: Data, split: Split, seed: int) -> Sequence[Example]:
    """Return the rows to draw from; all parameters as in `chatnt.attribution_study`."""
    if isinstance(data, Splits):
        return getattr(data, split)
    if data is not None and not isinstance(data, str | Path):
        return data if isinstance(data, Examples) else Examples.of(task, data)
    if data == "simulated" or str(data).partition(":")[0] == "hub":
        return read_examples(task, split, data, seed=seed)
    return read_examples(task, split, data_folder(data), seed=seed)


@dataclasses.dataclass(frozen=True)
class Draw:
    """Draw sequences and ask about them.

    Parameters
    ----------
    engine, task, question, per_label, correct, batch_size, seed, progress
        As in `chatnt.attribution_study`.
    """

    engine: Engine
    task: Task
    question: str
    per_label: int
    correct: bool
    batch_size: int
    seed: int
    progress: bool

    def of(self, label: str, examples: Sequence[Example]) -> tuple[list[StudyRow], int]:
        """Ask about sequences of a label until enough were answered correctly.

        Returns
        -------
        rows : list of StudyRow
            At most `per_label`.
        asked : int
            How many sequences were asked about.

        Raises
        ------
        DataError
            If there is no row to return.
        """
        places = [i for i, example in enumerate(examples) if example.label == label]
        random.Random(f"{self.seed}/{self.task.name}/{label}").shuffle(places)
        kept: list[StudyRow] = []
        asked, most = 0, min(self.per_label, len(places))
        with tqdm(total=most, desc=f"asked: {label}", disable=not self.progress) as bar:
            for start in range(0, len(places), self.batch_size):
                some = places[start : start + self.batch_size]
                for row in self._answered(label, some, examples):
                    asked += 1
                    if not self.correct or _stated(self.task, row.answer) == label:
                        kept.append(row)
                        bar.update()
                    if len(kept) == self.per_label:
                        return kept, asked
        if not kept:
            why = f"none of {asked} was answered correctly" if asked else "the data have none"
            raise DataError(
                f"There is no sequence of {label!r} of {self.task.name} to study: {why}. Leave the label "
                "out, give other data, or correct=False."
            )
        return kept, asked

    def notes(self, rows: Sequence[StudyRow], asked: Mapping[str, int]) -> Iterator[str]:
        """Yield a note for each label of which there are fewer sequences than wanted."""
        for label, tried in asked.items():
            count = sum(row.label == label for row in rows)
            if count < self.per_label:
                right = f", {count} of them answered correctly" if self.correct else ""
                yield f"of {label!r} there are {tried} sequences{right}; {self.per_label} were wanted"

    def _answered(self, label: str, places: Sequence[int], examples: Sequence[Example]) -> Iterator[StudyRow]:
        texts = [examples[i].sequence for i in places]
        asked = [[Turn(Question(self.question, (DNA(text),)))] for text in texts]
        answers = self.engine.generate(asked, batch_size=self.batch_size)
        for i, text, answer in zip(places, texts, answers, strict=True):
            yield StudyRow(label, i, text, answer)


def _stated(task: Task, answer: str) -> Truth | None:
    try:
        return task.parse(answer)
    except AnswerError:
        return None
