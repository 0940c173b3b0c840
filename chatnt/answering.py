"""Answer many questions at once: recognise what is asked, write, judge, and name what is to be doubted."""

import dataclasses
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from torch import Tensor

from chatnt.calibrations import Calibrations
from chatnt.conversation import MAX_NEW_TOKENS, Answer, Question, Turn
from chatnt.doubts import doubts
from chatnt.engine import Encoded, Engine
from chatnt.errors import TaskError
from chatnt.sequence import DNA
from chatnt.tasks import Task, describe_tasks, get_task
from chatnt.tasks.likeness import Likeness
from chatnt.tasks.scope import Scope
from chatnt.verdicts import Readings, judged, likeliest

if TYPE_CHECKING:
    from chatnt.calibration import Calibration

INVENTED = "learned from simulated sequences alone"
STALE = "what was calibrated for other weights is left aside"
"""Notes on answers."""


@dataclasses.dataclass(frozen=True)
class Answerer:
    """Hold what answers come from, as `chatnt.Assistant` has it.

    Parameters
    ----------
    engine
        Writes and scores.
    scope
        Recognises tasks. Without it every question is in scope, and of no known task.
    calibrations
        Correct probabilities. Those that were fitted for other weights are left aside.
    likeness
        Tells when a sequence is unlike those that its task was learned from.
    fingerprint
        Returns that of the present weights.
    """

    engine: Engine
    scope: Scope | None
    calibrations: Calibrations
    likeness: Likeness | None
    fingerprint: Callable[[], str]

    def recognise(self, question: Question, task_name: str | None = None) -> tuple[str, Task | None]:
        """Return a refusal, or an empty text and the task."""
        if task_name is not None:
            return "", get_task(task_name)
        if self.scope is None:
            return "", None
        known = f"I was trained on questions about one DNA sequence: {describe_tasks(self.scope.tasks)}"
        if len(question.sequences) != 1:
            given = (
                "has no sequence" if not question.sequences else f"has {len(question.sequences)} sequences"
            )
            return f"{known}; this question {given}, so I do not answer it.", None
        match = self.scope.match(question.text)
        if match.task is None:
            return f"{known}; this question is not about them, so I do not answer it.", None
        return "", get_task(match.task)

    def answer_each(
        self,
        conversations: Sequence[Sequence[Turn]],
        tasks: Sequence[str | None] = (),
        *,
        constrained: bool = False,
        written: bool = True,
        max_new_tokens: int = MAX_NEW_TOKENS,
    ) -> list[Answer]:
        """Answer the last question of several conversations, as one batch.

        The DNA of sequences that are the same is encoded once, for writing, judging and doubting.

        Parameters
        ----------
        conversations
            One list of turns each.
        tasks
            What each is about, if that is known. Default: it is recognised.
        constrained
            Let only answers be written that state a label or a number of the task.
        written
            Whether the model writes its answers. If not, the text is the first answer sentence of
            the likeliest label, or of the estimated number, which takes a fraction of the time;
            a question about no known task is still answered in writing.
        max_new_tokens
            Longest answer, in tokens; it ends there, whatever is still to be said.

        Raises
        ------
        AnswerError, PlaceholderError, SequenceError, SlotError, TaskError, UnknownTaskError, ValueError
            As `chatnt.Assistant.ask`.
        """
        if max_new_tokens < 1:
            raise ValueError(f"max_new_tokens={max_new_tokens} must be at least 1.")
        found: dict[int, Answer] = {}
        groups: dict[str | None, list[int]] = {}
        seen: dict[tuple[str, int, str | None], tuple[str, Task | None]] = {}
        for i, turns in enumerate(conversations):
            question, name = turns[-1].question, tasks[i] if tasks else None
            key = question.text, len(question.sequences), name
            if key not in seen:
                seen[key] = self.recognise(question, name)
            refusal, task = seen[key]
            if refusal:
                found[i] = Answer(refusal, question, in_scope=False)
            elif constrained and task is None:
                raise TaskError("Only the answers of a known task can be constrained; name it with task=...")
            else:
                groups.setdefault(task and task.name, []).append(i)
        rows = sorted(i for group in groups.values() for i in group)
        read = self._read([conversations[i] for i in rows])
        how = _How(constrained, written, max_new_tokens)
        place = {row: i for i, row in enumerate(rows)}
        for name, group in groups.items():
            batch = read.of([place[i] for i in group])
            task = get_task(name) if name else None
            found |= zip(group, self._of_task(task, batch, how), strict=True)
        return [found[i] for i in range(len(conversations))]

    def _read(self, conversations: Sequence[Sequence[Turn]]) -> "_Batch":
        encoded = self.engine.encode_each(conversations) if conversations else None
        soft_tokens = None if encoded is None else self.engine.read_each(conversations, encoded=encoded)
        return _Batch(conversations, soft_tokens, _first_vectors(conversations, encoded))

    def _of_task(self, task: Task | None, batch: "_Batch", how: "_How") -> Iterator[Answer]:
        """Yield the answers to questions about one task."""
        readings = task and Readings(self.engine, task, batch.conversations, batch.soft_tokens)
        weights = self.fingerprint()
        fitted, stale = self._fitted(task.name, weights) if task else ({}, ())
        if readings is None:
            texts = self.engine.generate(
                batch.conversations,
                batch_size=len(batch.conversations),
                soft_tokens=batch.soft_tokens,
                max_new_tokens=how.max_new_tokens,
            )
        elif how.written:
            texts = readings.write(constrained=how.constrained, max_new_tokens=how.max_new_tokens)
        else:
            texts = [likeliest(readings[i], fitted) for i in range(len(batch.conversations))]
        for i, (turns, text) in enumerate(zip(batch.conversations, texts, strict=True)):
            answer = Answer(text, turns[-1].question, task=task and task.name)
            if task is None or readings is None:
                yield answer
                continue
            notes = (*self._doubts(task, answer.question.sequences, batch.vectors[i], weights), *stale)
            yield judged(dataclasses.replace(answer, notes=notes), readings[i], fitted)

    def _fitted(self, name: str, weights: str) -> "tuple[Mapping[str, Calibration], tuple[str, ...]]":
        """Return the calibrations of a task that are of these weights, and a note if there are others."""
        fitted = self.calibrations.of(name)
        kept = {gives: each for gives, each in fitted.items() if each.weights == weights}
        return kept, () if len(kept) == len(fitted) else (STALE,)

    def _doubts(
        self, task: Task, sequences: Sequence[DNA], vector: Tensor | None, weights: str
    ) -> Iterator[str]:
        """Yield what speaks against an answer about the first sequence."""
        if self.scope and task.name in self.scope.simulated:
            yield INVENTED
        seen = None if vector is None else vector.numpy()
        for dna in sequences[:1]:
            yield from doubts(self.likeness, task, dna, seen, weights=weights)


class _How(NamedTuple):
    """Hold how answers come to be, see `Answerer.answer_each`."""

    constrained: bool
    written: bool
    max_new_tokens: int


@dataclasses.dataclass(frozen=True)
class _Batch:
    """Hold conversations that were read: soft tokens, and what the encoder says of each first sequence."""

    conversations: Sequence[Sequence[Turn]]
    soft_tokens: Tensor | None
    vectors: Sequence[Tensor | None]

    def of(self, rows: Sequence[int]) -> "_Batch":
        soft_tokens = None if self.soft_tokens is None else self.soft_tokens[list(rows)]
        return _Batch([self.conversations[i] for i in rows], soft_tokens, [self.vectors[i] for i in rows])


def _first_vectors(conversations: Sequence[Sequence[Turn]], encoded: Encoded | None) -> list[Tensor | None]:
    """Return the mean of the encoder's positions for the first sequence of each last question."""
    if encoded is None:
        return [None] * len(conversations)
    means, start, found = encoded.means(), 0, []
    for turns in conversations:
        earlier = sum(len(turn.question.sequences) for turn in turns[:-1])
        asked = len(turns[-1].question.sequences)
        found.append(means[start + earlier] if asked else None)
        start += earlier + asked
    return found
