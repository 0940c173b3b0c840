"""What a task is: a question about a sequence, what can be answered, and the words for both."""

import dataclasses
import math
import random
import re
from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Literal

from chatnt.conversation import PLACEHOLDER as PLACEHOLDER  # part of the vocabulary of tasks
from chatnt.errors import AnswerError
from chatnt.tasks.record import Record

Split = Literal["train", "test"]
Kind = Literal["binary", "multiclass", "multilabel", "regression"]
Truth = str | float | tuple[str, ...]
"""What is true of a sequence: a label, a number, or the labels that hold."""

VALUE = "value"
"""Key of the answers of a regression task; its sentences hold ``{value}`` once."""

SOME, NONE = "some", "none"
"""Keys of the answers of a multilabel task; the sentences of `SOME` hold ``{labels}`` once."""

_DIGITS = r"(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)"
_EXPONENT = r"(?:[eE][-+−]?\d+|\s*[xX×]\s*10\s*\^\s*[-+−]?\d+)?"
_SIGNED = rf"(?:[-+−]|minus\s+)?{_DIGITS}{_EXPONENT}"
# Not a number of its own: a digit of a name (H3K4me1, HEK-293, 35S, 5' end, 170-base) or of another number.
_NUMBER = re.compile(
    rf"(?<![\w.,])(?<![A-Za-z][-−]){_SIGNED}(?![\w'\u2019′]|[.,]\d|-[A-Za-z])", re.IGNORECASE
)
_ENDS = rf"{_SIGNED}\s*(?:to|and|through|–|-|−)\s*{_SIGNED}"
_RANGE = re.compile(
    rf"\b(?:from|between|within|of|range|scale|interval)\s+(?:the\s+)?{_ENDS}"
    rf"|(?<![\w.,]){_ENDS}\s*(?:range|scale|interval)\b"
    rf"|[(\[]\s*{_SIGNED}\s*(?:to|–|-|−|,|;)\s*{_SIGNED}\s*[)\]]"
    rf"|\bout of\s+{_SIGNED}",
    re.IGNORECASE,
)


@dataclasses.dataclass(frozen=True)
class Wordings:
    """Hold sentences for training and others, never trained on, for testing."""

    train: tuple[str, ...]
    test: tuple[str, ...]

    def of(self, split: Split) -> tuple[str, ...]:
        """Return the sentences of a split."""
        return self.train if split == "train" else self.test


@dataclasses.dataclass(frozen=True)
class Scale:
    """Say what a number means that a regression task answers with.

    Parameters
    ----------
    low, high
        Ends of the scale that questions name; measured values may lie beyond.
    decimals
        Digits after the point that are written.
    quantity
        What is measured, with its unit if it has one.
    """

    low: float
    high: float
    decimals: int
    quantity: str

    def write(self, value: float) -> str:
        """Write a number with the decimals of the scale; never ``-0.00``.

        Examples
        --------
        >>> Scale(-5, 5, 2, "log2 activity").write(-0.001)
        '0.00'
        """
        text = f"{value:.{self.decimals}f}"
        return text.lstrip("-") if float(text) == 0 else text

    def read(self, text: str) -> float:
        """Read the one number that a sentence states.

        Understood are signs (also ``−`` and ``minus``), decimals, commas between
        thousands, exponents, and a unit behind the number. The ends of a scale
        (``from 0 to 1``) and digits in names (``K562``, ``5' end``) are not counted.

        Raises
        ------
        AnswerError
            If there is no number, or several.

        Examples
        --------
        >>> Scale(-5, 5, 2, "log2 activity").read("It is -1.25 on a scale from -5 to 5.")
        -1.25
        """
        found = {_number(m) for m in _NUMBER.findall(_RANGE.sub(" ", text))}
        if len(found) != 1 or not math.isfinite(min(found)):
            stated = ", ".join(map(str, sorted(found))) or "no number"
            raise AnswerError(
                f"The answer {text!r} states {stated}; expected one number, the {self.quantity}."
            )
        return found.pop()


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
        ``"binary"``, ``"multiclass"``, ``"multilabel"`` or ``"regression"``.
    labels
        Class names; class number `i` of the data is ``labels[i]``. A binary task
        has its negative label first. Empty for regression.
    length
        Bases per sequence in the benchmark, or the most where they vary.
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
        The sentences that state each label; for regression those of `VALUE`, for
        multilabel those of `SOME` and `NONE`.
    patterns
        One regular expression per label, for answers that match no known sentence.
    caption
        Topic of the task in two or three words, and the word for each label:
        what a decoder is taught to read before it meets DNA. A number stands for itself.
    scale
        Of the number that a regression task answers with.
    record
        Catalogue entry, if the task is a published one.

    Raises
    ------
    ValueError
        If the parts do not fit each other.
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
    scale: Scale | None = None
    record: Record | None = None

    def __post_init__(self) -> None:
        if (self.kind == "regression") != (self.scale is not None) or (self.scale and self.labels):
            raise ValueError(
                f"{self.name}: a regression task has a scale and no labels, others have no scale."
            )
        if self.kind != "regression" and len(self.labels) < 2 - (self.kind == "multilabel"):
            raise ValueError(f"{self.name}: {self.kind} with the labels {self.labels}; give at least two.")
        if self.kind == "binary" and len(self.labels) != 2:
            raise ValueError(f"{self.name}: binary with {len(self.labels)} labels; it is multiclass.")

    def __repr__(self) -> str:
        return _card().one_line(self)

    def __str__(self) -> str:
        return _card().text(self)

    def _repr_html_(self) -> str:
        return _card().markup(self)

    @property
    def nothing(self) -> str | None:
        """The label that says that nothing is there; `None` if there is no such label.

        Examples
        --------
        >>> from chatnt.tasks import get_task
        >>> get_task("splice_sites_all").nothing
        'neither'
        """
        if self.kind == "binary":
            return self.labels[0]
        return next((x for x in self.labels if x == "neither" or x.startswith("not ")), None)

    def parse(self, answer: str) -> Truth:
        """Read what an English answer states.

        Parameters
        ----------
        answer
            A sentence, for example a generated one.

        Returns
        -------
        str, float or tuple of str
            One of `labels`; the number for regression; the labels that hold for multilabel.

        Raises
        ------
        AnswerError
            If the answer states none of the labels or several, no number or several.

        Examples
        --------
        >>> from chatnt.tasks import get_task
        >>> get_task("promoter_tata").parse("Yes, there is one.")
        'promoter'
        """
        if self.scale:
            return self.scale.read(answer)
        said = _normalised(answer)
        if self.kind == "multilabel":
            return self._several(said, answer)
        for label, wordings in self.answers.items():
            if said in map(_normalised, wordings.train + wordings.test):
                return label
        found = self._matching(said)
        if len(found) != 1:
            raise AnswerError(
                f"The answer {answer!r} states {' and '.join(found) or 'none'} of the labels "
                f"{', '.join(self.labels)} of {self.name}."
            )
        return found[0]

    def answer(self, truth: Truth, split: Split, rng: random.Random) -> str:
        """Write a sentence that states what is true.

        Parameters
        ----------
        truth
            A label, a number, or labels, as `parse` returns it.
        split
            Whose wordings are drawn.
        rng
            Draws the wording.

        Raises
        ------
        ValueError
            If `truth` is not of this task.

        Examples
        --------
        >>> from chatnt.tasks import get_task
        >>> get_task("promoter_tata").answer("promoter", "train", random.Random(0))
        'Yes, this DNA has a TATA box promoter.'
        """
        if self.scale:
            if isinstance(truth, str | tuple) or not math.isfinite(truth):
                raise ValueError(f"{self.name} answers with a finite number, not with {truth!r}.")
            return rng.choice(self.answers[VALUE].of(split)).format(value=self.scale.write(truth))
        wrong = sorted(set(self._as_labels(truth)) - set(self.labels))
        if wrong:
            raise ValueError(f"{self.name} has the labels {', '.join(self.labels)}, not {', '.join(wrong)}.")
        if isinstance(truth, tuple):
            if not truth:
                return rng.choice(self.answers[NONE].of(split))
            chosen = rng.choice(self.answers[SOME].of(split))
            return chosen.format(labels=enumerated([label for label in self.labels if label in truth]))
        return rng.choice(self.answers[truth].of(split))  # type: ignore[index]

    def _as_labels(self, truth: Truth) -> tuple[str, ...]:
        several = isinstance(truth, tuple)
        if several != (self.kind == "multilabel"):
            expected = "a tuple of labels" if self.kind == "multilabel" else "one label"
            raise ValueError(f"{self.name} is {self.kind} and answers with {expected}, not with {truth!r}.")
        return truth if several else (str(truth),)

    def _matching(self, said: str) -> list[str]:
        return [label for label, p in self.patterns.items() if re.search(p, said, re.IGNORECASE)]

    def _several(self, said: str, answer: str) -> tuple[str, ...]:
        nothing = self.answers[NONE]
        if said in map(_normalised, nothing.train + nothing.test):
            return ()
        found = tuple(self._matching(said))
        if not found:
            raise AnswerError(
                f"The answer {answer!r} states none of {', '.join(self.labels)} of {self.name}."
            )
        return found


def enumerated(items: Iterable[str]) -> str:
    """Enumerate in English.

    Examples
    --------
    >>> enumerated(["root", "leaf", "seed"])
    'root, leaf and seed'
    """
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last


def _card() -> ModuleType:
    from chatnt.tasks import card  # which reads tasks itself

    return card


def _normalised(text: str) -> str:
    return " ".join(text.lower().split()).rstrip(" .!")


def _number(text: str) -> float:
    plain = re.sub(r"minus\s+", "-", text.lower()).replace("−", "-").replace(",", "")
    return float(re.sub(r"\s*[x×]\s*10\s*\^\s*", "e", plain))
