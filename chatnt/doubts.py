"""How a sequence is unlike those that its task was learned from."""

from collections.abc import Iterator

from numpy.typing import ArrayLike

from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.likeness import Likeness


def doubts(
    likeness: Likeness | None, task: Task, dna: DNA, vector: ArrayLike | None, *, weights: str
) -> Iterator[str]:
    """Yield reasons to doubt an answer, in words.

    Parameters
    ----------
    likeness
        Knows the sequences of some tasks; of others only the windows are known.
    task
        What is asked.
    dna
        The sequence.
    vector
        Of shape (dim,): what the encoder says of it, see `chatnt.embeddings.embed`.
    weights
        Fingerprint of the pair's weights.
    """
    if likeness and task.name in likeness.ranges:
        yield from likeness.reasons(task.name, dna, vector, weights=weights)
        return
    if abs(len(dna) - task.length) > task.length // 10:
        yield f"trained on windows of {task.length} bases ({task.window}), this one has {len(dna):,}"
    unknown = len(dna) - sum(dna.sequence.count(base) for base in "ACGT")
    if unknown > len(dna) // 10:
        yield f"{unknown:,} of {len(dna):,} bases are N or another ambiguity code"


def usual_window(likeness: Likeness | None, task: Task) -> int:
    """Return how long the sequences are at most that a task was learned from, as far as that is known."""
    known = likeness.ranges.get(task.name) if likeness else None
    return known.lengths[1] if known else task.length
