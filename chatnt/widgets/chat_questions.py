"""What is asked when a text is sent, and what could be asked."""

from collections.abc import Sequence
from typing import Any

from chatnt.conversation import PLACEHOLDER, Question, references
from chatnt.errors import PlaceholderError
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.tasks.scope import Scope
from chatnt.widgets.tray import Tray

_WORDINGS = 3  # suggested for each task


def questions_of(text: str, given: Sequence[DNA], tray: Tray) -> list[Question]:
    """Return the questions that a text and some sequences make.

    Without a place for a sequence, the question is about those given. With one place and several
    sequences it is asked about each.

    Parameters
    ----------
    text
        With ``<DNA>`` or ``@name`` where a sequence belongs.
    given
        Sequences for ``<DNA>``.
    tray
        Where names are looked up that none of those has.

    Raises
    ------
    PlaceholderError
        If placeholders and sequences do not match.
    ValueError
        If there is no text.
    """
    if not text:
        raise ValueError("There is no question; write one, such as 'Is there a TATA promoter in <DNA>?'.")
    names = [name for name in references(text) if name not in {dna.name for dna in given}]
    if references(text):
        named = [tray[name] for name in dict.fromkeys(names) if name in tray]
        return [Question.of(text, [*given, *named])]
    if PLACEHOLDER in text and not given:
        raise PlaceholderError("No sequence is ticked; add one to the tray, or tick one there.")
    if PLACEHOLDER not in text and given:
        text = f"{text} {PLACEHOLDER}"
    if text.count(PLACEHOLDER) == 1:
        return [Question.of(text, dna) for dna in given]
    return [Question.of(text, given)]


def suggestions(scope: Scope | None) -> list[dict[str, Any]]:
    """Return a few wordings of each task that a pair knows, by process and title."""
    tasks = [get_task(name) for name in (scope.tasks if scope else ())]
    rows = [
        {
            "task": task.name,
            "title": task.title,
            "process": (task.record.process if task.record else "") or "other",
            "length": task.length,
            "questions": _varied(task.questions.train),
        }
        for task in tasks
    ]
    return sorted(rows, key=lambda row: (row["process"], row["title"]))


def _varied(wordings: Sequence[str]) -> list[str]:
    """Return short wordings that begin differently."""
    shortest = sorted(wordings, key=len)
    by_beginning = {tuple(text.split()[:2]): text for text in reversed(shortest)}
    chosen = set(sorted(by_beginning.values(), key=len)[:_WORDINGS])
    return [text for text in shortest if text in chosen]
