"""The widget of a conversation: sequences, questions, answers word by word, and why."""

import dataclasses
import json
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import traitlets

from chatnt.conversation import Answer, Question
from chatnt.dialogue import Conversation, Sequences
from chatnt.errors import BusyError, OutOfScopeError
from chatnt.sequence import DNA, as_dna
from chatnt.widgets.base import Palette, Theme, Work, describe, message
from chatnt.widgets.chat_messages import answer_message, markdown, open_message, question_message, transcript
from chatnt.widgets.chat_questions import questions_of, suggestions
from chatnt.widgets.chat_talking import Asks, Telling
from chatnt.widgets.chat_why import why_strip
from chatnt.widgets.pacing import Paced
from chatnt.widgets.tray_widget import TrayWidget

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chatnt.attribution import Attribution

_PAUSE = 0.05  # seconds between two states of an answer that is being written


@dataclasses.dataclass
class _Turn:
    """Hold a question, what was said before it, and what came of it."""

    text: str
    question: Question
    before: Conversation
    answer: Answer | None = None
    attribution: "Attribution | None" = None


class Chat(TrayWidget):
    """Talk with a pair: sequences in a tray, questions, answers as they are written, and why.

    Parameters
    ----------
    chat
        Who answers: what `chatnt.load` returns.
    sequences
        In the tray from the start; anything that `add` takes.
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    messages
        The conversation, as the page shows it: one dict for each question and each answer.
    sequences, ticked
        What is in the tray, and the names of those that go with the next question.
    draft
        What stands in the field for the next question.

    Examples
    --------
    >>> talk = Chat(chatnt.load(), sequences="promoters.fa")  # doctest: +SKIP
    >>> talk.ask("Is there a TATA promoter in <DNA>?")  # doctest: +SKIP
    >>> talk.why()  # doctest: +SKIP
    """

    _files = ("chat_why", "chat_tray", "chat_log", "chat_input", "chat")

    messages: traitlets.List = traitlets.List().tag(sync=True)
    draft = traitlets.Unicode("").tag(sync=True)
    _stream = traitlets.Dict().tag(sync=True)
    _prompts: traitlets.List = traitlets.List().tag(sync=True)
    _pair = traitlets.Unicode("").tag(sync=True)

    def __init__(
        self,
        chat: Asks,
        *,
        sequences: Any = None,
        height: int = 0,
        palette: Palette = "safe",
        theme: Theme = "auto",
    ) -> None:
        super().__init__(height=height, palette=palette, theme=theme)
        self._chat, self._talk = chat, chat.conversation()
        self._turns: list[_Turn] = []
        self._pair = repr(chat).partition("(")[2].partition(", tasks:")[0].removesuffix(")") or "a chat"
        self._prompts = suggestions(chat.scope)
        if sequences is not None:
            self.add(sequences)

    def fill(self, question: str, dna: DNA | None = None) -> None:
        """Put a question where it can be sent, and a sequence into the tray, alone ticked."""
        if dna is not None:
            self.tick(*self.add(dna))
        self.draft = question

    @property
    def answers(self) -> tuple[Answer | None, ...]:
        """One for each question; None where it was stopped or failed."""
        return tuple(turn.answer for turn in self._turns)

    def ask(self, question: str, sequences: Sequences | None = None, *, wait: bool = True) -> Answer | None:
        """Ask the next question.

        Parameters
        ----------
        question
            With ``<DNA>`` or ``@name`` where a sequence belongs; without, it is about those given. A
            question with one place and several sequences is asked about each.
        sequences
            Default: those that are ticked.
        wait
            Whether to wait for the answer. Ctrl-C then stops it.

        Returns
        -------
        Answer or None
            The last one; None if it was stopped, or is not waited for.

        Raises
        ------
        BusyError
            If an answer is being written.
        PlaceholderError
            If placeholders and sequences do not match.
        SequenceError
            If a sequence is none.
        ValueError
            If there is no question.
        """
        text = question.strip()
        return self._begin(text, questions_of(text, self._given(sequences), self._tray), wait)

    def retry(self, n: int = -1, *, wait: bool = True) -> Answer | None:
        """Ask question `n` again; of the last one, the answer is replaced.

        Raises
        ------
        BusyError
            If an answer is being written.
        ValueError
            If there is no such question.
        """
        turn = self._turn(n)
        self._check_idle()
        if turn is self._turns[-1]:
            self._turns.pop()
            self._talk, self.messages = turn.before, self.messages[:-2]
        return self._begin(turn.text, [turn.question], wait)

    def why(self, n: int = -1, *, wait: bool = True) -> "Attribution | None":
        """Find out which bases decided answer `n`, and show it under the answer.

        Parameters
        ----------
        n
            Which answer, from 0, or from the end.
        wait
            Whether to wait for it.

        Returns
        -------
        Attribution or None
            What ``chat.explain(answer)`` returns; None if it is not waited for.

        Raises
        ------
        BusyError
            If something else is being done.
        OutOfScopeError
            If there is no answer to explain.
        ValueError
            If there is no such question.
        """
        turn = self._turn(n)
        at = self._turns.index(turn)
        if turn.answer is None or not turn.answer.in_scope:
            raise OutOfScopeError(f"{turn.text!r} was not answered, so there is nothing to explain.")
        if turn.attribution is None:
            self._start(lambda _stop: self._explain(at, turn))
            if wait:
                self.wait(None)
        return turn.attribution

    def clear(self) -> None:
        """Begin a new conversation; the tray stays.

        Raises
        ------
        BusyError
            If an answer is being written.
        """
        self._check_idle()
        self._turns, self._talk = [], self._chat.conversation()
        self.messages, self._stream, self.error = [], {}, ""

    def _given(self, sequences: Sequences | None) -> list[DNA]:
        if sequences is None:
            return [self._tray[name] for name in self.ticked]
        some: Sequence[DNA | str] = [sequences] if isinstance(sequences, DNA | str) else sequences
        return [as_dna(one) for one in some]

    def _turn(self, n: int) -> _Turn:
        if not -len(self._turns) <= n < len(self._turns):
            raise ValueError(f"There is no answer {n}; there are {len(self._turns)}, counted from 0.")
        return self._turns[n]

    def _check_idle(self) -> None:
        if self.running:
            raise BusyError("An answer is still being written; stop it, or wait until it is done.")

    # In the background.

    def _begin(self, text: str, questions: Sequence[Question], wait: bool) -> Answer | None:
        self._check_idle()
        self._start(lambda stop: self._answer_each(text, questions, stop))
        if not wait:
            return None
        try:
            self.wait(None)
        except KeyboardInterrupt:
            self.stop()
            self.wait(None)
            raise
        return self._turns[-1].answer

    def _answer_each(self, text: str, questions: Sequence[Question], stop: threading.Event) -> None:
        for question in questions:
            if not stop.is_set():
                self._answer(_Turn(text, question, self._talk), stop)

    def _answer(self, turn: _Turn, stop: threading.Event) -> None:
        n, begun, text = len(self._turns), time.monotonic(), ""
        self._turns.append(turn)
        asked = question_message(n, turn.text, turn.question.sequences)
        self.messages = [*self.messages, asked, open_message(n)]
        question, sequences = turn.question.text, turn.question.sequences
        with Telling(lambda error: self._settle(n, state="error", text=text, reason=describe(error))):
            with Paced(lambda text: self.set_trait("_stream", {"turn": n, "text": text}), _PAUSE) as tell:
                for piece in turn.before.stream(question, sequences, stop=stop):
                    text += piece
                    tell(text)
            if stop.is_set():
                self._settle(n, state="stopped", text=text)
                return
            self._stream = {"turn": n, "text": text}
            self._talk = turn.before.ask(question, sequences)
            turn.answer = self._talk.answer
            self._settle(n, **answer_message(n, turn.answer, time.monotonic() - begun))

    def _explain(self, n: int, turn: _Turn) -> None:
        self._settle(n, why={"state": "running"})
        with Telling(lambda error: self._settle(n, why={"state": "error", "text": describe(error)})):
            turn.attribution = self._chat.explain(cast("Answer", turn.answer))
            self._settle(n, why=why_strip(turn.attribution))

    def _settle(self, n: int, **changed: Any) -> None:
        """Change what is shown of an answer."""
        at = 2 * n + 1
        before = self.messages
        self.messages = [*before[:at], {**before[at], **changed}, *before[at + 1 :]]
        self._stream = {}

    def _work(self, work: Work, stop: threading.Event) -> None:
        super()._work(work, stop)
        if self._failure is not None:
            self.error = ""  # it stands in the log, where it belongs

    # What the page sends.

    @message("ask")
    def _on_ask(self, text: str) -> None:
        self.ask(text, wait=False)
        self.draft = ""

    @message("retry")
    def _on_retry(self, turn: int) -> None:
        self.retry(turn, wait=False)

    @message("why")
    def _on_why(self, turn: int) -> None:
        self.why(turn, wait=False)

    @message("clear")
    def _on_clear(self) -> None:
        self.clear()

    @message("export")
    def _on_export(self, kind: str) -> str:
        made = {
            "md": self.to_markdown,
            "html": self.to_html,
            "json": lambda: json.dumps(self.to_json(), indent=1),
        }
        return made[kind]()

    # Without a front end.

    def to_markdown(self) -> str:
        """Return the conversation in Markdown."""
        return markdown(self.messages, self._pair)

    def save(self, path: str | Path) -> Path:
        """Write the conversation into a file: ``.md`` as Markdown, otherwise as `Widget.save`."""
        path = Path(path)
        if path.suffix != ".md":
            return super().save(path)
        path.write_text(self.to_markdown(), encoding="utf-8")
        return path

    def text(self) -> str:
        """Return the conversation as plain text."""
        count = len(self._turns)
        head = f"Chat: {count} question{'s' * (count != 1)}, {len(self._tray):,} in the tray; {self._pair}"
        return "\n".join([head, *transcript(self.messages)])

    def figure(self) -> "Figure":
        """Draw the end of the conversation."""
        from chatnt.widgets.chat_picture import draw_chat  # needs the extra of plots

        return draw_chat(self.messages)
