"""Ways to write questions that some tasks, or all of them, are not about."""

import dataclasses
from collections.abc import Iterable, Mapping, Sequence

from chatnt.tasks import get_task
from chatnt.tasks.language import PRESENCE_QUESTIONS


@dataclasses.dataclass(frozen=True)
class Foreign:
    """Hold questions that are foreign unless a certain task is known.

    Parameters
    ----------
    train, test
        Questions to learn from, and others, phrased otherwise, to test with.
    asked_by
        Names of the tasks that ask this, or what their names begin with up to an
        underscore: ``"promoter"`` stands for all promoter tasks. Empty if no task asks it.
    """

    train: Sequence[str] = ()
    test: Sequence[str] = ()
    asked_by: Sequence[str] = ()

    def is_asked_by(self, name: str) -> bool:
        """Say whether a task asks these questions."""
        return any(f"{name}_".startswith(f"{asking}_") for asking in self.asked_by)


def named(things: Sequence[str], dna: str, times: int) -> tuple[str, ...]:
    """Ask whether a sequence has things, with some of the frames that the tasks have.

    What a question is about is to decide, not how it is asked.

    Parameters
    ----------
    things
        With their articles.
    dna
        What the sequence is.
    times
        How often to ask about each.
    """
    frames = PRESENCE_QUESTIONS.train
    return tuple(
        frame.format(a=thing, thing=thing.split(" ", 1)[-1], dna=dna)
        for i, thing in enumerate(things)
        for frame in spread(frames, times, 7 * i)
    )


def displaced(name: str, changes: Iterable[Mapping[str, str]], times: int) -> tuple[str, ...]:
    """Ask what a task asks, but about something else.

    Parameters
    ----------
    name
        Of the task.
    changes
        For each new subject, what takes the place of which words. Only questions that have
        all these words are used.
    times
        How often to ask about each subject.
    """
    asked = get_task(name).questions.train
    return tuple(
        _changed(question, change)
        for i, change in enumerate(changes)
        for question in spread([q for q in asked if all(word in q for word in change)], times, 7 * i)
    )


def filled(frames: Sequence[str], things: Sequence[str], times: int) -> tuple[str, ...]:
    """Put each thing into some of the frames, at ``{}``."""
    return tuple(
        frame.format(thing) for i, thing in enumerate(things) for frame in spread(frames, times, 7 * i)
    )


def listed(text: str) -> list[str]:
    """Split a list at its semicolons."""
    return text.split("; ")


def spread(sentences: Sequence[str], times: int, start: int = 0) -> tuple[str, ...]:
    """Return so many sentences, far apart since neighbours are much alike, from a start on."""
    step = max(1, len(sentences) // times)
    return tuple(sentences[(start + step * k) % len(sentences)] for k in range(min(times, len(sentences))))


def _changed(question: str, change: Mapping[str, str]) -> str:
    for old, new in change.items():
        question = question.replace(old, new)
    return question
