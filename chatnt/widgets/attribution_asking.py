"""What a widget of an attribution asks the pair for: other methods, words of the answer, substitutions."""

import threading
from typing import TYPE_CHECKING

import traitlets

from chatnt.attribution import Attribution
from chatnt.conversation import Answer
from chatnt.widgets import attribution_state as state
from chatnt.widgets import attribution_work as work
from chatnt.widgets.base import Palette, Theme, Widget, message

if TYPE_CHECKING:
    from chatnt.calibrating import HasEngine
    from chatnt.engine import Engine


class Asking(Widget):
    """Hold the results that are shown, and compute others; parameters as of `chatnt.widgets.Attribution`."""

    sequence = traitlets.Int(0).tag(sync=True)
    progress = traitlets.Float(0.0).tag(sync=True)
    _choices = traitlets.Dict().tag(sync=True)
    _effects = traitlets.Dict().tag(sync=True)

    def __init__(
        self,
        result: Attribution,
        *,
        chat: "Engine | HasEngine | None",
        compare: Attribution | None,
        answer: Answer | str | None,
        height: int,
        palette: Palette,
        theme: Theme,
    ) -> None:
        if compare is not None and len(compare.sequences) != len(result.sequences):
            raise ValueError(
                f"The result is of {len(result.sequences)} sequence(s), the one to compare of "
                f"{len(compare.sequences)}; give two of as many."
            )
        super().__init__(height=height, palette=palette, theme=theme)
        self._first, self._result, self._second, self._chat = result, result, compare, chat
        text = answer.text if isinstance(answer, Answer) else answer or result.settings.get("answer") or ""
        self._words, self._word = work.words_of(text), -1
        self._known = {self._key(): result}

    @property
    def result(self) -> Attribution:
        """The attribution that is shown now."""
        return self._result

    @property
    def effects(self) -> dict[str, float]:
        """By how much each other base changes the target, at the place asked of last; in its unit."""
        return dict(self._effects.get("changes", {}))

    # What is computed.

    def recompute(
        self, method: str | None = None, *, baseline: str | None = None, word: int | None = None
    ) -> None:
        """Explain the same answer in another way, in the background; see `wait`, `stop` and `result`.

        What was computed before is there at once.

        Parameters
        ----------
        method
            One of `chatnt.attribution_methods.METHODS`; default the one shown.
        baseline
            ``"N"`` or ``"shuffled"``; default the one shown.
        word
            Which word of the answer is explained, from 0; -1 for what the result explains. Default the one
            shown.

        Raises
        ------
        BusyError
            If something is being computed.
        ValueError
            If there is no `chat`, no such method or baseline, or no such word.
        """
        chat = self._needed_chat()
        method = method or work.method_of(self._result)
        baseline = baseline or work.baseline_of(self._result)
        word = self._word if word is None else word
        known = [each["name"] for each in work.methods()]
        if method not in known:
            raise ValueError(f"There is no method {method!r}; there are {', '.join(known)}.")
        if baseline not in {*work.BASELINES, work.baseline_of(self._first)}:
            raise ValueError(f"There is no baseline {baseline!r}; there are {', '.join(work.BASELINES)}.")
        if not -1 <= word < len(self._words):
            raise ValueError(
                f"There is no word {word}; the answer has {len(self._words)}. read_answer() asks for it."
            )
        self._start(lambda stop: self._explain(chat, (method, baseline, word), stop))

    def read_answer(self) -> None:
        """Ask for the answer, in the background, so that its words can be explained.

        Raises
        ------
        BusyError
            If something is being computed.
        ValueError
            If there is no `chat`.
        """
        chat = self._needed_chat()
        self._start(lambda _stop: self._take_answer(work.answer_of(chat, self._first)))

    def substitute(self, position: int) -> None:
        """Find out, in the background, what each other base at a place would change; see `effects`.

        Parameters
        ----------
        position
            From 0, in the sequence that is shown.

        Raises
        ------
        BusyError
            If something is being computed.
        ValueError
            If there is no such position.
        """
        if not 0 <= position < self._bases():
            raise ValueError(f"There is no position {position}; there are {self._bases():,}, from 0.")
        self._start(lambda _stop: self._change(position))

    def _explain(self, chat: "Engine | HasEngine", key: tuple[str, str, int], stop: threading.Event) -> None:
        method, baseline, word = key
        if key not in self._known:
            self.progress = 0.0
            before = None if word < 0 else self._words[: word + 1]
            watch = work.watching(stop, work.rows_of(self._first, method, baseline), self._tell)
            try:
                self._known[key] = work.explained_anew(chat, self._first, method, baseline, before, watch)
            except work.Ended:
                return
        self._result, self._word = self._known[key], word
        self._refresh()

    def _tell(self, share: float) -> None:
        if share - self.progress >= 0.02:  # at most fifty times
            self.progress = share

    def _take_answer(self, text: str) -> None:
        self._words = work.words_of(text)
        self._refresh()

    def _change(self, position: int) -> None:
        changes = work.substitutions(self._result, self._chat, self.sequence, position)
        self._effects = {
            "position": position,
            "base": str(self._result.sequences[self.sequence])[position],
            "changes": changes,
            "unit": self._result.unit,
            "sequence": self.sequence,
        }

    # What the page asks for.

    @message("recompute")
    def _on_recompute(self, method: str, baseline: str, word: int) -> None:
        self.recompute(method, baseline=baseline, word=word)

    @message("answer")
    def _on_answer(self) -> None:
        self.read_answer()

    @message("substitute")
    def _on_substitute(self, position: int) -> None:
        self.substitute(position)

    # What is there.

    def _shown(self) -> list[Attribution]:
        return [self._result] if self._second is None else [self._result, self._second]

    def _bases(self) -> int:
        return max(len(each.scores[self.sequence]) for each in self._shown())

    def _key(self) -> tuple[str, str, int]:
        return work.method_of(self._result), work.baseline_of(self._result), self._word

    def _needed_chat(self) -> "Engine | HasEngine":
        if self._chat is None:
            raise ValueError("There is no pair to ask; give chat=..., the one that answered.")
        return self._chat

    def _offered(self) -> dict[str, object]:
        method, baseline, word = self._key()
        current = [{"name": method, "baseline": bool(self._result.baseline)}]
        own = work.baseline_of(self._first)
        return {
            "method": method,
            "methods": work.methods() if self._chat is not None else current,
            "baseline": baseline,
            "baselines": [*work.BASELINES, *([own] if own not in work.BASELINES else [])],
            "word": word,
            "words": self._words,
            "target": state.told(self._first),
            "chat": self._chat is not None,
            "substitutes": self._chat is not None or any(
                x is not None for x in (self._result.evaluate, self._result.tables)
            ),
        }  # fmt: skip

    def _refresh(self) -> None:
        """Give the page what is shown now."""
        raise NotImplementedError
