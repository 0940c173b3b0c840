"""What is asked where an answer is to be explained."""

from collections.abc import Sequence

from chatnt.conversation import Question
from chatnt.errors import OutOfScopeError, PlaceholderError, SequenceError
from chatnt.sequence import DNA
from chatnt.tasks import Task, describe_tasks, get_task


def asked_question(question: str | Question, sequences: DNA | str | Sequence[DNA | str]) -> Question:
    """Return the question with its sequences, each of which has known bases.

    Raises
    ------
    PlaceholderError
        If placeholders and sequences do not match, or there are none.
    SequenceError
        If a sequence is not DNA or RNA, or has no known base.
    """
    if isinstance(question, Question) and len(sequences):
        raise PlaceholderError("This question has its sequences already; leave `sequences` out.")
    asked = question if isinstance(question, Question) else Question.of(question, sequences)
    if not asked.sequences:
        raise PlaceholderError(
            f"The question {asked.text[:200]!r} has no sequence, so no base can be scored; write <DNA> "
            "where it belongs and give the sequence."
        )
    for i, dna in enumerate(asked.sequences, start=1):
        if not set(str(dna)) & set("ACGT"):
            raise SequenceError(
                f"Sequence {dna.name or i!r} has no A, C, G or T among its {len(dna):,} letters, so there "
                "is nothing to score; give one with known bases."
            )
    return asked


def recognised_task(pair: object, asked: Question, task: Task | str | None, *, needed: bool) -> Task | None:
    """Return the task that is named, or that the scope of the pair recognises if it has one.

    Raises
    ------
    OutOfScopeError
        If it is needed, and the question is about none of the pair.
    UnknownTaskError
        If there is no task of that name.
    """
    if task is not None:
        return get_task(task) if isinstance(task, str) else task
    scope = getattr(pair, "scope", None)
    if scope is None:
        return None
    match = scope.match(asked.text)
    if match.task is not None:
        return get_task(match.task)
    if needed:
        raise OutOfScopeError(
            f"The pair was trained on {describe_tasks(scope.tasks)}, and {asked.text!r} asks about "
            "none of them; name the task with task=..., or explain the words with target='answer'."
        )
    return None
