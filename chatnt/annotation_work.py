"""What is asked about each record, and how windows are asked about."""

import dataclasses
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

import pandas as pd

from chatnt.annotation_pieces import (
    Asked,
    Piece,
    asked_of,
    named_task,
    pieces_of,
    raising,
)
from chatnt.annotations import as_table, row_of
from chatnt.answering import Answerer
from chatnt.conversation import MAX_NEW_TOKENS, Answer, Question, Turn
from chatnt.errors import DataError, SequenceError
from chatnt.records import BadRecord, Record

STRANDS, ERRORS = ("given", "both"), ("report", "raise")
"""What can be asked for."""


@dataclasses.dataclass(frozen=True)
class Asking:
    """Say what is asked about each record, and how; the options of `chatnt.annotating.annotate`.

    Raises
    ------
    DataError
        If there are no questions.
    PlaceholderError
        If a question has not exactly one placeholder.
    UnknownTaskError
        If a question is neither a sentence with a placeholder nor the name of a task.
    ValueError
        If an option is none that can be asked for.
    """

    questions: str | Sequence[str]
    window: int | None = None
    stride: int | None = None
    strands: str = "given"
    text: bool = True
    constrained: bool = False
    batch_size: int = 64
    errors: str = "report"
    max_new_tokens: int = MAX_NEW_TOKENS

    def __post_init__(self) -> None:
        given = self.questions
        object.__setattr__(self, "questions", (given,) if isinstance(given, str) else tuple(given))
        for name, allowed in (("strands", STRANDS), ("errors", ERRORS)):
            value = getattr(self, name)
            if value not in allowed:
                raise ValueError(f"{name}={value!r} is none of {', '.join(map(repr, allowed))}.")
        for name in ("batch_size", "window", "stride", "max_new_tokens"):
            number = getattr(self, name)
            if number is not None and number < 1:
                raise ValueError(f"{name}={number} must be at least 1.")
        if not self.questions:
            raise DataError("There are no questions; give at least one.")
        for question in self.questions:
            named_task(question)


class Work(NamedTuple):
    """Hold what answers, and what it is asked."""

    answerer: Answerer
    asking: Asking
    asked: Sequence[Asked]

    @classmethod
    def of(cls, answerer: Answerer, asking: Asking) -> "Work":
        """Return the work of something that answers."""
        return cls(answerer, asking, [asked_of(answerer, each, asking.window) for each in asking.questions])

    def pieces(self, records: Iterable[Record | BadRecord]) -> Iterator[Piece | BadRecord]:
        """Yield the windows to ask about.

        Raises
        ------
        SequenceError
            If a record is bad, and that is to be raised.
        """
        read = raising(records) if self.asking.errors == "raise" else records
        return pieces_of(read, self.asked, self.asking.stride, self.asking.strands)

    def done(
        self, pieces: Sequence[Piece | BadRecord], answered: Callable[[int], object] | None = None
    ) -> tuple[pd.DataFrame, list[BadRecord]]:
        """Return the answers to a chunk, in its order, and what could not be read.

        Parameters
        ----------
        pieces
            Windows, and what was bad before.
        answered
            Told how many answers there are since it was last told.
        """
        bad = [each for each in pieces if isinstance(each, BadRecord)]
        whole = [(i, each) for i, each in enumerate(pieces) if isinstance(each, Piece)]
        rows: dict[int, list[dict[str, Any]]] = {}
        whole.sort(key=lambda pair: len(pair[1].record.dna))
        for start in range(0, len(whole), self.asking.batch_size):
            batch = whole[start : start + self.asking.batch_size]
            for i, piece, answers in self._answered(batch, bad):
                rows[i] = [row_of(piece.record, answer, windowed=piece.windowed) for answer in answers]
                if answered is not None:
                    answered(len(answers))
        return as_table([row for i in sorted(rows) for row in rows[i]]), bad

    def _answered(
        self, batch: Sequence[tuple[int, Piece]], bad: list[BadRecord]
    ) -> Iterator[tuple[int, Piece, list[Answer]]]:
        """Yield answers; of a batch that cannot be read, those of each window that can."""
        pairs = [(self.asked[q], piece.record.dna) for _, piece in batch for q in piece.questions]
        conversations = [[Turn(Question(asked.text, (dna,)))] for asked, dna in pairs]
        tasks = [asked.task for asked, _ in pairs]
        how = {"constrained": self.asking.constrained, "max_new_tokens": self.asking.max_new_tokens}
        told = (conversations, tasks)
        try:
            answers = iter(self.answerer.answer_each(*told, written=self.asking.text, **how))
        except SequenceError as error:
            if len(batch) == 1:
                record = batch[0][1].record
                bad.append(BadRecord(record.place, record.number, None, " ".join(str(error).split())))
                return
            for one in batch:
                yield from self._answered([one], bad)
            return
        for i, piece in batch:
            yield i, piece, [next(answers) for _ in piece.questions]
