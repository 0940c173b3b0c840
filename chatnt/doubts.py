"""How a sequence is unlike those that its task was learned from."""

from collections.abc import Iterator

from chatnt.embeddings import unlikeness
from chatnt.engine import Engine
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.likeness import Likeness
from chatnt.weights import Fingerprint


def doubts(
    engine: Engine, likeness: Likeness | None, fingerprint: Fingerprint, task: Task, dna: DNA
) -> Iterator[str]:
    """Yield reasons to doubt an answer, in words.

    Parameters
    ----------
    engine
        Encodes the sequence.
    likeness
        Knows the sequences of some tasks; of others only the windows are known.
    fingerprint
        Of the pair's weights.
    task
        What is asked.
    dna
        The sequence.
    """
    if likeness and task.name in likeness.ranges:
        yield from unlikeness(likeness, engine, task.name, dna, weights=fingerprint())
        return
    if abs(len(dna) - task.length) > task.length // 10:
        yield f"trained on windows of {task.length} bases ({task.window}), this one has {len(dna):,}"
    unknown = len(dna) - sum(dna.sequence.count(base) for base in "ACGT")
    if unknown > len(dna) // 10:
        yield f"{unknown:,} of {len(dna):,} bases are N or another ambiguity code"
