"""The widget of an attribution: which bases speak for an answer, looked at from afar and from near."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import traitlets

from chatnt import attribution as results
from chatnt.conversation import Answer
from chatnt.places import Place
from chatnt.widgets import attribution_state as state
from chatnt.widgets.attribution_asking import Asking
from chatnt.widgets.base import Palette, Theme, message

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chatnt.calibrating import HasEngine
    from chatnt.engine import Engine

_LETTERS = 120  # bases of a picture
_READABLE = 150
_TOP = 5


class Attribution(Asking):
    """Look at an attribution: zoom, mark, compare, and ask what each substitution does.

    Parameters
    ----------
    result
        Of `chatnt.attribute` or `chatnt.explain`, or read from a file.
    chat
        The pair that answered. It makes other methods, words of the answer and, for a result that was read
        from a file, substitutions possible.
    compare
        A second result, shown below at the same places: of another method, allele or question.
    answer
        The answer whose words can be explained; default the one that `result` is about, or that `chat` gives.
    highlight
        Peaks of `chatnt.call_peaks` or elements of `chatnt.find_elements`; default the elements that chance
        makes rarely (p up to 0.001), in sequences of up to 20,000 bases.
    sequence
        Which of the sequences is shown, from 0.
    region
        Bases that are shown, 0-based and half-open; default all.
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    region
        Bases that are shown; the page changes it, and so may you.
    selection
        Bases that are selected; ``(0, 0)`` for none.
    sequence
        As above.
    annotations
        Places of your own, as `annotate` makes them.
    hidden
        Names of highlights that are not shown.
    progress
        Share of what is being computed that is done, from 0 to 1.

    Raises
    ------
    ValueError
        If the results have different numbers of sequences.
    traitlets.TraitError
        If there is no such sequence or region.

    Notes
    -----
    A notebook keeps 200 kB of scores. Longer sequences are kept as the least and the most of blocks of bases;
    while Python is there, and in pages of `save`, each base is shown.

    Examples
    --------
    >>> why = chatnt.attribute(chat, "Is there a TATA promoter in <DNA>?", dna)  # doctest: +SKIP
    >>> view = chatnt.widgets.Attribution(why, chat=chat)  # doctest: +SKIP
    >>> view.region = 200, 260  # doctest: +SKIP
    >>> view.top(3)  # doctest: +SKIP
    """

    _files = (
        "letters",
        "svg",
        "attribution_tracks",
        "attribution_window",
        "attribution_parts",
        "attribution",
    )

    region = traitlets.Tuple((0, 0)).tag(sync=True)
    selection = traitlets.Tuple((0, 0)).tag(sync=True)
    annotations: traitlets.List = traitlets.List().tag(sync=True)
    hidden: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _names: traitlets.List = traitlets.List().tag(sync=True)
    _question = traitlets.Unicode("").tag(sync=True)
    _tracks: traitlets.List = traitlets.List().tag(sync=True)
    _data = traitlets.Bytes(b"").tag(sync=True)
    _places: traitlets.List = traitlets.List().tag(sync=True)
    _more_places = traitlets.Int(0).tag(sync=True)

    def __init__(
        self,
        result: results.Attribution,
        *,
        chat: "Engine | HasEngine | None" = None,
        compare: results.Attribution | None = None,
        answer: Answer | str | None = None,
        highlight: Iterable[Place] | None = None,
        sequence: int = 0,
        region: tuple[int, int] | None = None,
        height: int = 0,
        palette: Palette = "safe",
        theme: Theme = "auto",
    ) -> None:
        super().__init__(
            result, chat=chat, compare=compare, answer=answer, height=height, palette=palette, theme=theme
        )
        self._highlight = state.usual_places(result) if highlight is None else list(highlight)
        self._names, self._question = list(result.names), result.question
        self.sequence = sequence
        self._refresh()
        self.region = region or (0, self._bases())
        self.observe(self._turn, "sequence")

    # What is shown.

    @property
    def selected_sequence(self) -> str:
        """The letters that are selected; empty for none."""
        start, end = self.selection
        return str(self._result.sequences[self.sequence])[start:end]

    def top(self, count: int = 10) -> pd.DataFrame:
        """Return the bases whose scores are furthest from 0.

        Parameters
        ----------
        count
            How many.

        Returns
        -------
        DataFrame
            ``position`` from 0, ``base, score``, and ``annotation``, the highlights there.
        """
        if count < 1:
            raise ValueError(f"count={count} must be at least 1.")
        return state.strongest(self._result, self.sequence, [*self._places, *self.annotations], count)

    def annotate(self, label: str, start: int, end: int) -> None:
        """Mark a place in the sequence that is shown.

        Parameters
        ----------
        label
            Is written above it.
        start, end
            0-based and half-open.

        Raises
        ------
        ValueError
            If there are no such bases, or the label is empty.
        """
        if not label.strip():
            raise ValueError("The label is empty; give a name for the place.")
        if not 0 <= start < end <= self._bases():
            raise ValueError(
                f"There is no base from {start} to {end} of {self._bases():,}; give two within them."
            )
        mark = {"start": start, "end": end, "label": label, "sequence": self.sequence}
        self.annotations = [*self.annotations, mark]

    # What the page asks for.

    @message("annotate")
    def _on_annotate(self, label: str, start: int, end: int) -> None:
        self.annotate(label, start, end)

    @message("whole")
    def _on_whole(self) -> None:
        shown = self._shown()
        buffers = [state.whole(each, self.sequence).tobytes() for each in shown]
        letters = [str(each.sequences[self.sequence]).encode("ascii") for each in shown]
        self.send({"type": "whole", "sequence": self.sequence}, [*letters, *buffers])

    # How the state is kept.

    def _refresh(self) -> None:
        shown = self._shown()
        block, data = state.packed(shown, self.sequence)
        names = state.labels(shown, self.sequence)
        with self.hold_sync():
            self._data = data
            self._tracks = [
                state.track(each, self.sequence, name, block) for each, name in zip(shown, names, strict=True)
            ]
            self._places = state.shown_places(self._highlight, self.sequence)
            self._more_places = state.left_out(self._highlight, self.sequence)
            self._choices = self._offered()

    def _turn(self, _change: object) -> None:
        with self.hold_sync():
            self._refresh()
            self.selection, self._effects = (0, 0), {}
            self.region = (0, self._bases())

    @traitlets.validate("sequence")
    def _check_sequence(self, proposal: dict) -> int:
        if not 0 <= proposal["value"] < len(self._names):
            raise traitlets.TraitError(
                f"sequence={proposal['value']} is none of the {len(self._names)}, counted from 0."
            )
        return proposal["value"]

    @traitlets.validate("region", "selection")
    def _check_range(self, proposal: dict) -> tuple[int, int]:
        start, end = (int(each) for each in proposal["value"])
        if (start, end) != (0, 0) and not 0 <= start < end <= self._bases():
            raise traitlets.TraitError(
                f"There is no base from {start} to {end} of {self._bases():,}; give two within them."
            )
        return start, end

    def _page_state(self) -> dict[str, object]:
        # A page of its own has no Python to ask for the rest.
        _, data = state.packed(self._shown(), self.sequence, most=np.iinfo(np.int64).max)
        tracks = [
            state.track(each, self.sequence, shown["label"], 1)
            for each, shown in zip(self._shown(), self._tracks, strict=True)
        ]
        return {**self.to_json(), "_data": data, "_tracks": tracks}

    def text(self) -> str:
        """Tell what is explained, how, and which bases are strongest."""
        start, end = self.region
        lines = [f"Attribution of {self._result.names[self.sequence]}: {self._result.summary}"]
        lines += [f"Compared with: {self._second.summary}"] if self._second is not None else []
        lines.append(f"{state.covers(self._result)}; bases {start:,} to {end:,} are shown")
        lines.append(self.top(_TOP).to_string(index=False))
        marks = dict.fromkeys(mark["label"] for mark in [*self._places, *self.annotations])
        lines += [f"Highlights: {', '.join(marks)}"] if marks else []
        return "\n".join([*lines, *(f"Note: {note}" for note in self._result.notes)])

    def figure(self) -> "Figure":
        """Draw the whole in outline, and the bases shown, or the strongest if those are many, as letters."""
        from chatnt.widgets.attribution_picture import draw_attributions  # needs the extra of plots

        start, end = self.region
        if end - start > _READABLE:
            start, end = state.best_window(self._result.scores[self.sequence], _LETTERS)
        places = [place for place in self._highlight if place.label not in self.hidden]
        names = [track["label"] for track in self._tracks]
        return draw_attributions(self._shown(), names, self.sequence, (start, end), [*places, *self._own()])

    def _own(self) -> list[Place]:
        return [state.Own(**mark) for mark in self.annotations if mark["label"] not in self.hidden]
