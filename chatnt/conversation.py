"""Questions, answers and turns, as data; and how a decoder wants them written."""

import dataclasses
import html
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from chatnt.errors import PlaceholderError
from chatnt.sequence import DNA, as_dna

PLACEHOLDER = "<DNA>"
"""Marks the place of a sequence in a question."""

MAX_NEW_TOKENS = 64
"""Tokens of the longest answer that is written, unless another number is asked for."""

# A reference may end a sentence, so a final dot or comma is not part of the name.
_PART = re.compile(rf"{PLACEHOLDER}|(?<![\w@])@([\w|:./+-]*[\w+-])")


def references(text: str) -> list[str]:
    """Return the names that a text refers to as ``@name``, in reading order.

    Examples
    --------
    >>> references("Is @sp|P68871 like @chr11:5-9? Write to me@example.org.")
    ['sp|P68871', 'chr11:5-9']
    """
    return [name for name in _PART.findall(text) if name]


@dataclasses.dataclass(frozen=True)
class Question:
    """Hold a question and the sequences that its placeholders stand for.

    Make it with `Question.of`, which resolves references such as ``@name``.

    Parameters
    ----------
    text
        English, with `PLACEHOLDER` once per sequence.
    sequences
        In the order of the placeholders.

    Raises
    ------
    PlaceholderError
        If the numbers of placeholders and sequences differ.
    """

    text: str
    sequences: tuple[DNA, ...] = ()

    def __post_init__(self) -> None:
        wanted, given = self.text.count(PLACEHOLDER), len(self.sequences)
        if wanted != given:
            advice = (
                f"write {PLACEHOLDER} where each belongs, as in 'Is there a promoter in {PLACEHOLDER}?'"
                if given > wanted
                else "give one sequence per placeholder"
            )
            raise PlaceholderError(
                f"The question has {wanted} placeholder{'s' * (wanted != 1)} but {given} "
                f"sequence{'s' * (given != 1)}; {advice}. Question: {self.text[:200]!r}"
            )

    @classmethod
    def of(cls, text: str, sequences: DNA | str | Sequence[DNA | str] = ()) -> "Question":
        """Make a question of a text and its sequences.

        Parameters
        ----------
        text
            English. Each ``<DNA>`` takes the next sequence that no ``@name``
            refers to; each ``@name`` takes the sequence of that name.
        sequences
            One sequence or several. If there are references, sequences that
            the text does not use are left out, so a whole file can be given.

        Raises
        ------
        PlaceholderError
            If a reference has no sequence, or placeholders and sequences do not match.

        Examples
        --------
        >>> Question.of("Is there a promoter in @HBB?", [DNA("ACGT", name="HBB"), DNA("GGG", name="x")])
        Question(text='Is there a promoter in <DNA>?', sequences=(DNA('ACGT', name='HBB'),))
        """
        if isinstance(sequences, DNA | str):
            sequences = [sequences]
        given = [as_dna(s) for s in sequences]
        names = references(text)
        if not names:
            return cls(text, tuple(given))
        named = _by_name(given, names)
        rest = iter([s for s in given if s.name not in names])
        chosen = [named[name] if name else next(rest, None) for name in _PART.findall(text)]
        text = _PART.sub(PLACEHOLDER, text)
        return cls(text, tuple(s for s in chosen if s is not None))


def _by_name(given: Sequence[DNA], names: Sequence[str]) -> dict[str, DNA]:
    count = Counter(s.name for s in given if s.name)
    wrong = [
        f"@{name} ({count[name] or 'no'} sequences)" for name in dict.fromkeys(names) if count[name] != 1
    ]
    if wrong:
        known = ", ".join(f"@{name}" for name in count) or "none"
        raise PlaceholderError(
            f"A reference needs exactly one sequence of its name, unlike {', '.join(wrong)}. "
            f"The names given are: {known}."
        )
    return {s.name: s for s in given if s.name}


@dataclasses.dataclass(frozen=True)
class Answer:
    """Hold an answer and what is known of it.

    Attributes
    ----------
    text
        The English sentence.
    question
        What was asked.
    task
        Name of the task that the question was recognised as, or `None`.
    label
        The class that the text states, or `None` if it states none.
    value
        The number that the text states, for regression tasks.
    probability
        Of `label`, from 0 to 1: the likelihood of all sentences that state it,
        against those of the other labels. See `calibrated`.
    calibrated
        Whether the probability, or the interval of a number, was corrected on held-out data.
    calibration
        By which method, on how many examples, and with which error; empty without.
    probabilities
        That of each label; of several that may hold at once, each for itself. Empty for a number.
    candidates
        Labels one of which is true as often as `coverage` says, for a task whose sets were calibrated;
        empty where no label is likely enough.
    interval
        Of a number: its ends, between which the truth is as often as `coverage` says.
    coverage
        Of `candidates` or `interval`, from 0 to 1.
    abstained
        Whether the answer was withheld, because its probability is below what was asked for.
    in_scope
        Whether the pair was trained on such questions.
    notes
        Other reasons to doubt, for example a window unlike those trained on.
    estimate
        For regression tasks, the mean of the numbers that could have been written, each weighted
        by its likelihood: a smoother number than `value`, which is the one that was written.
    """

    text: str
    question: Question
    task: str | None = None
    label: str | None = None
    value: float | None = None
    probability: float | None = None
    calibrated: bool = False
    in_scope: bool = True
    notes: tuple[str, ...] = ()
    estimate: float | None = None
    calibration: str = ""
    probabilities: Mapping[str, float] = dataclasses.field(default_factory=dict)
    candidates: tuple[str, ...] | None = None
    interval: tuple[float, float] | None = None
    coverage: float | None = None
    abstained: bool = False

    def __str__(self) -> str:
        return self.text

    @property
    def remark(self) -> str:
        """What a reader should know beside the text, in a few words."""
        if not self.in_scope:
            return "outside the tasks of this pair"
        return "; ".join([*self._measured(), *self.notes])

    def _measured(self) -> Iterator[str]:
        how = f" ({self.calibration})" if self.calibration else ""
        kind = f"calibrated{how}" if self.calibrated else "not calibrated"
        if self.estimate is not None:
            yield f"mean of what could have been written: {self.estimate:g}"
        if self.interval is not None:
            low, high = self.interval
            yield f"{self.coverage:.0%} between {low:g} and {high:g}, {kind}"
        if self.probability is not None:
            stated = "withheld" if self.abstained else self.label
            yield f"{stated}: probability {self.probability:.2f}, {kind}"
        elif self.probabilities:
            shares = ", ".join(f"{label} {share:.2f}" for label, share in self.probabilities.items())
            yield f"probabilities: {shares}, {kind}"
        if self.candidates is not None and len(self.candidates) != 1:
            names = " or ".join(self.candidates) or "no label is likely enough"
            yield f"at {self.coverage:.0%} coverage: {names}"

    def __repr__(self) -> str:
        return f"{self.text}  [{self.remark}]" if self.remark else self.text

    def _repr_html_(self) -> str:
        colour = "#b45309" if not self.in_scope else "#64748b"
        return (
            f"<div style='font-size:1.05em'>{html.escape(self.text)}</div>"
            f"<div style='color:{colour};font-size:.85em'>{html.escape(self.remark)}</div>"
        )


@dataclasses.dataclass(frozen=True)
class Turn:
    """Hold a question and its answer; the last turn of a prompt has no answer yet."""

    question: Question
    answer: str | None = None


@dataclasses.dataclass(frozen=True)
class ChatFormat:
    """Say how a decoder wants a conversation written.

    Parameters
    ----------
    system
        Text before the first turn, with the white space that follows it.
    user, answer
        Templates with ``{question}`` and ``{answer}``.
    assistant
        Text that invites the answer; `answer` follows it directly.
    between
        Text between an answer and the next question.

    Examples
    --------
    >>> FORMATS["plain"].render([Turn(Question("Hello?"), "Hi."), Turn(Question("Who?"))])
    'USER: Hello? ASSISTANT: Hi. USER: Who? ASSISTANT:'
    """

    system: str = ""
    user: str = "USER: {question} "
    assistant: str = "ASSISTANT:"
    answer: str = " {answer}"
    between: str = " "

    def render(self, turns: Sequence[Turn]) -> str:
        """Write turns as one prompt, up to where the decoder goes on."""
        done = [self._question(t.question.text) + self.answer.format(answer=t.answer) for t in turns[:-1]]
        return self.system + self.between.join([*done, self._question(turns[-1].question.text)])

    def _question(self, text: str) -> str:
        # As in the published pipeline, a space at the end is not written twice.
        return self.user.replace("{question}", text.removesuffix(" ")) + self.assistant


FORMATS = {
    "plain": ChatFormat(),
    "chatnt": ChatFormat(
        system="A chat between a curious user and an artificial intelligence assistant that can handle "
        "bio sequences. The assistant gives helpful, detailed, and polite answers to the user's questions. "
    ),
    "chatml": ChatFormat(
        user="<|im_start|>user\n{question}<|im_end|>\n",
        assistant="<|im_start|>assistant\n",
        answer="{answer}",
        between="<|im_end|>\n",
    ),
}
"""The formats by name. ``chatnt`` is the published model's: the template of Vicuna
1.1 with five words added, turns joined without an end mark (which is its padding)."""
