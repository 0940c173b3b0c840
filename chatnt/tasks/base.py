"""What a task is: a question about a sequence, its labels, and the words for both."""

import dataclasses
import re
from collections.abc import Mapping
from typing import Literal

from chatnt.conversation import PLACEHOLDER as PLACEHOLDER  # part of the vocabulary of tasks
from chatnt.errors import AnswerError

Split = Literal["train", "test"]
Kind = Literal["binary", "multiclass", "multilabel", "regression"]


@dataclasses.dataclass(frozen=True)
class Wordings:
    """Hold sentences for training and others, never trained on, for testing."""

    train: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, split: Split) -> tuple[str, ...]:
        """Return the sentences of a split."""
        return self.train if split == "train" else self.test


@dataclasses.dataclass(frozen=True)
class Task:
    """Describe one task.

    Parameters
    ----------
    name
        Short name, for example ``"promoter_tata"``.
    title
        One line for people.
    kind
        ``"binary"`` or ``"multiclass"``.
    labels
        Class names; class number `i` of the data is ``labels[i]``. A binary task
        has its negative label first.
    length
        Bases per sequence in the benchmark.
    window
        What a sequence shows, for example ``"249 bases upstream of ..."``.
    species
        Organism of the sequences.
    metric
        ``"mcc"``, ``"auroc"``, ``"f1"`` or ``"pearson"``.
    either_strand
        Whether a sequence and its reverse complement have the same label.
    source
        Where the data come from, with citation.
    questions
        Each holds ``<DNA>`` once.
    answers
        The sentences that state each label.
    patterns
        One regular expression per label, for answers that match no known sentence.
    caption
        Topic of the task in two or three words, and the word for each label:
        what a decoder is taught to read before it meets DNA.
    """

    name: str
    title: str
    kind: Kind
    labels: tuple[str, ...]
    length: int
    window: str
    species: str
    metric: str
    either_strand: bool
    source: str
    questions: Wordings
    answers: Mapping[str, Wordings]
    patterns: Mapping[str, str]
    caption: tuple[str, Mapping[str, str]]

    def parse(self, answer: str) -> str:
        """Read the label that an English answer states.

        Parameters
        ----------
        answer
            A sentence, for example a generated one.

        Returns
        -------
        str
            One of `labels`.

        Raises
        ------
        AnswerError
            If the answer states none of the labels, or several.

        Examples
        --------
        >>> from chatnt.tasks import get_task
        >>> get_task("promoter_tata").parse("Yes, there is one.")
        'promoter'
        """
        said = _normalised(answer)
        for label, wordings in self.answers.items():
            if said in map(_normalised, wordings.train + wordings.test):
                return label
        found = [label for label, p in self.patterns.items() if re.search(p, said, re.IGNORECASE)]
        if len(found) != 1:
            raise AnswerError(
                f"The answer {answer!r} states {' and '.join(found) or 'none'} of the labels "
                f"{', '.join(self.labels)} of {self.name}."
            )
        return found[0]


def _normalised(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(" .!")
