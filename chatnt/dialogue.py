"""Several questions in a row, each of which knows those before."""

import html
import threading
from collections.abc import Callable, Iterator, Sequence

from chatnt.conversation import PLACEHOLDER, Answer, Question, Turn
from chatnt.sequence import DNA

Sequences = DNA | str | Sequence[DNA | str]
Reply = Callable[[list[Turn], str | None], Answer]
"""Answers the last of some turns, about the task of a name or the one that it recognises."""
Write = Callable[[list[Turn], threading.Event | None], Iterator[str]]
"""Yields the answer to the last of some turns in pieces, until the event is set."""


class Conversation:
    """Hold several turns; each `ask` returns the conversation with one turn more.

    A question without placeholder is about the sequences of the turn before.

    Parameters
    ----------
    reply
        Answers.
    write
        Answers in pieces.
    answers
        Those given so far.

    Examples
    --------
    >>> talk = chat.conversation().ask("Is there an enhancer in <DNA>?", dna)  # doctest: +SKIP
    >>> talk.ask("Is it a TATA promoter?").answer.text  # doctest: +SKIP
    """

    def __init__(self, reply: Reply, write: Write, answers: Sequence[Answer] = ()) -> None:
        self._reply, self._write = reply, write
        self.answers = tuple(answers)

    @property
    def answer(self) -> Answer:
        """The last answer."""
        return self.answers[-1]

    def ask(self, question: str, sequences: Sequences = (), *, task: str | None = None) -> "Conversation":
        """Ask the next question, as `Assistant.ask` does."""
        answer = self._reply(self._turns(question, sequences), task)
        return Conversation(self._reply, self._write, (*self.answers, answer))

    def stream(
        self, question: str, sequences: Sequences = (), *, stop: threading.Event | None = None
    ) -> Iterator[str]:
        """Yield the answer to the next question in pieces, as `Assistant.stream` does.

        The conversation stays as it is; `ask` the same to go on with the answer.

        Parameters
        ----------
        question, sequences
            As in `ask`.
        stop
            Once it is set, the answer ends before its next token.
        """
        return self._write(self._turns(question, sequences), stop)

    def _turns(self, question: str, sequences: Sequences) -> list[Turn]:
        asked = Question.of(question, sequences)
        if not asked.sequences and self.answers and self.answer.question.sequences:
            earlier = self.answer.question.sequences
            asked = Question(f"{question} {' '.join([PLACEHOLDER] * len(earlier))}", earlier)
        # Refusals are ours, not the model's: it does not get to read them.
        before = [Turn(a.question, a.text) for a in self.answers if a.in_scope]
        return [*before, Turn(asked)]

    def __repr__(self) -> str:
        return "\n".join(f"USER: {a.question.text}\nASSISTANT: {a!r}" for a in self.answers)

    def _repr_html_(self) -> str:
        return "".join(
            f"<p><b>{html.escape(a.question.text)}</b></p>"
            f"<div style='margin-left:1em'>{a._repr_html_()}</div>"
            for a in self.answers
        )
