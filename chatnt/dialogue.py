"""Several questions in a row, each of which knows those before."""

import html
from collections.abc import Callable, Sequence

from chatnt.conversation import PLACEHOLDER, Answer, Question, Turn
from chatnt.sequence import DNA

Sequences = DNA | str | Sequence[DNA | str]


class Conversation:
    """Hold several turns; each `ask` returns the conversation with one turn more.

    A question without placeholder is about the sequences of the turn before.

    Parameters
    ----------
    reply
        Answers the last of some turns, about the task of a name or the one that it recognises.
    answers
        Those given so far.

    Examples
    --------
    >>> talk = chat.conversation().ask("Is there an enhancer in <DNA>?", dna)  # doctest: +SKIP
    >>> talk.ask("Is it a TATA promoter?").answer.text  # doctest: +SKIP
    """

    def __init__(
        self, reply: Callable[[list[Turn], str | None], Answer], answers: Sequence[Answer] = ()
    ) -> None:
        self._reply = reply
        self.answers = tuple(answers)

    @property
    def answer(self) -> Answer:
        """The last answer."""
        return self.answers[-1]

    def ask(self, question: str, sequences: Sequences = (), *, task: str | None = None) -> "Conversation":
        """Ask the next question, as `Assistant.ask` does."""
        asked = Question.of(question, sequences)
        if not asked.sequences and self.answers and self.answer.question.sequences:
            earlier = self.answer.question.sequences
            asked = Question(f"{question} {' '.join([PLACEHOLDER] * len(earlier))}", earlier)
        # Refusals are ours, not the model's: it does not get to read them.
        before = [Turn(a.question, a.text) for a in self.answers if a.in_scope]
        answer = self._reply([*before, Turn(asked)], task)
        return Conversation(self._reply, (*self.answers, answer))

    def __repr__(self) -> str:
        return "\n".join(f"USER: {a.question.text}\nASSISTANT: {a!r}" for a in self.answers)

    def _repr_html_(self) -> str:
        return "".join(
            f"<p><b>{html.escape(a.question.text)}</b></p>"
            f"<div style='margin-left:1em'>{a._repr_html_()}</div>"
            for a in self.answers
        )
