"""What is asked about which windows, in chunks to keep."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from chatnt.answering import Answerer
from chatnt.conversation import PLACEHOLDER, Question, references
from chatnt.doubts import usual_window
from chatnt.errors import PlaceholderError, SequenceError
from chatnt.records import BadRecord, Record
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.windows import both_strands, cut

CHUNK = 1024
"""Answers that are kept together: when a process dies, at most so many are lost."""


class Asked(NamedTuple):
    """Hold one question: its words, the task if it was named, and how long a window it is about."""

    text: str
    task: str | None
    window: int | None


class Piece(NamedTuple):
    """Hold a window and the numbers of the questions about it."""

    record: Record
    questions: tuple[int, ...]
    windowed: bool


def named_task(text: str) -> Task | None:
    """Return the task that a question names, or None if it is a sentence about one sequence.

    Raises
    ------
    PlaceholderError
        If it is a sentence without exactly one placeholder.
    UnknownTaskError
        If it is no sentence, and there is no task of that name.
    """
    if references(text) or (PLACEHOLDER not in text and " " in text.strip()) or text.count(PLACEHOLDER) > 1:
        raise PlaceholderError(
            f"The question {text[:200]!r} is asked about each record, so it needs exactly one "
            f"{PLACEHOLDER} and no @name; or give the name of a task, such as promoter_tata."
        )
    return None if PLACEHOLDER in text else get_task(text.strip())


def asked_of(answerer: Answerer, text: str, window: int | None) -> Asked:
    """Return a question with its task, if it was named, and the window that it is about."""
    if task := named_task(text):
        return Asked(task.questions.train[0], task.name, window or usual_window(answerer.likeness, task))
    found = answerer.recognise(Question(text, (DNA("N"),)))[1]
    return Asked(text, None, window or (found and usual_window(answerer.likeness, found)))


def pieces_of(
    records: Iterable[Record | BadRecord], asked: Sequence[Asked], stride: int | None, strands: str
) -> Iterator[Piece | BadRecord]:
    """Yield the windows of each record, with the questions that are about windows of that length."""
    lengths = list(dict.fromkeys(each.window for each in asked))
    about = {length: tuple(i for i, each in enumerate(asked) if each.window == length) for length in lengths}
    for record in records:
        if isinstance(record, BadRecord):
            yield record
            continue
        for one in both_strands([record]) if strands == "both" else [record]:
            for length, questions in about.items():
                windows = [one] if length is None else cut(one, length, stride)
                for piece in windows:
                    yield Piece(piece, questions, len(piece.dna) < len(record.dna))


def raising(records: Iterable[Record | BadRecord]) -> Iterator[Record]:
    """Yield records, and raise what is wrong with the first bad one."""
    for record in records:
        if isinstance(record, BadRecord):
            line = "" if record.line is None else f" (line {record.line})"
            raise SequenceError(f"Record {record.name!r}{line}: {record.reason}")
        yield record


def chunks(pieces: Iterable[Piece | BadRecord]) -> Iterator[list[Piece | BadRecord]]:
    """Yield windows with about `CHUNK` answers in all, always the same for the same source and questions."""
    chunk: list[Piece | BadRecord] = []
    answers = 0
    for piece in pieces:
        chunk.append(piece)
        answers += len(piece.questions) if isinstance(piece, Piece) else 1
        if answers >= CHUNK:
            yield chunk
            chunk, answers = [], 0
    if chunk:
        yield chunk
