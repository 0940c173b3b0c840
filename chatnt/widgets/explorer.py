"""The widget to explore a long sequence: answers of several tasks as tracks along it."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chatnt.conversation import Answer
from chatnt.genome import Genome
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.widgets import explorer_state as state
from chatnt.widgets.attribution_work import Ended
from chatnt.widgets.base import Palette, Theme, message
from chatnt.widgets.explorer_ground import CONVENTION, ground_of
from chatnt.widgets.explorer_scanning import Scanner, check_labels, usual_label
from chatnt.widgets.explorer_traits import ExplorerTraits
from chatnt.widgets.explorer_windows import (
    Lane,
    Wanted,
    count_missing,
    finest_of,
    next_windows,
    steps_of,
)

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from chatnt.assistant import Assistant
    from chatnt.attribution import Attribution

LIVE = 240
"""Windows of what is seen, of each track, that are computed without being asked for."""

_BATCH = 16  # windows that are computed at a time: stopping waits for them
_FIRST = 2000  # bases that are seen first


class Explorer(ExplorerTraits):
    """Explore a long sequence: the probability of a label of each task along it.

    Windows of the length that each task was learned from are scored in the background, first those that are
    seen, coarsely and then finer; nothing is computed twice. A click on a peak asks about that window in
    words, and "Explain" shows which of its bases decided.

    Positions are 0-based and half-open on the forward strand. A window's probability is drawn at its middle.

    Parameters
    ----------
    chat
        The pair that is asked.
    sequence
        A `DNA`, letters, or a FASTA file. Default: the bundled gene of human beta-globin.
    genome
        A FASTA file of which an interval is explored; only parts of it are read.
    interval
        Of the genome or the file, such as ``"chr11:5225000-5229000"``, or the name of a record. Default:
        the first record of the file.
    tasks
        Names of up to eight tasks with labels. Default: promoters and splice sites, if the pair knows them.
    region
        Start and end of what is seen first.
    stride
        Smallest distance between two windows, in bases.
    strands
        ``"+"``, ``"-"`` or ``"both"``. Default: that of the interval.
    live
        Whether what is seen in a page is computed by itself.
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    region
        Start and end of what is seen.
    tasks, stride, strands, live
        As above; the page changes them, and so may you.
    labels
        By task, the label whose probability is shown.
    thresholds
        By task, the probability from which on it is a peak.

    Raises
    ------
    DataError, DataNotFoundError, SequenceError
        As `chatnt.widgets.explorer_ground.ground_of`.
    traitlets.TraitError
        If a region, a task, a label or a threshold is none.

    Examples
    --------
    >>> explorer = Explorer(chat, "gene.fa", tasks=["splice_sites_donors"])  # doctest: +SKIP
    >>> explorer.compute(wait=True)  # doctest: +SKIP
    >>> explorer.peaks()  # doctest: +SKIP
    """

    _files = ("letters", "explorer_window", "explorer_tracks", "explorer_parts", "explorer")

    def __init__(
        self,
        chat: "Assistant",
        sequence: DNA | str | Path | None = None,
        *,
        genome: Genome | str | Path | None = None,
        interval: str | tuple | None = None,
        tasks: Sequence[str] = (),
        region: tuple[int, int] | None = None,
        stride: int = 10,
        strands: str = "",
        live: bool = True,
        height: int = 0,
        palette: Palette = "safe",
        theme: Theme = "auto",
    ) -> None:
        self._ground = ground = ground_of(sequence, genome, interval)
        self._scanner = Scanner(chat, ground)
        self._using = threading.RLock()  # the pair, by one thread at a time
        self._watched = False
        self._goal: tuple[int, int] | None = None
        self._answer: Answer | None = None
        super().__init__(height=height, palette=palette, theme=theme)
        self._place = {"name": ground.place, "start": ground.start, "end": ground.end, "told": CONVENTION}
        self._known = [{"name": n, "title": get_task(n).title} for n in self._scanner.known()]
        self.stride, self.strands, self.live = stride, strands or ground.strand, live
        self.region = region or (ground.start, min(ground.end, ground.start + _FIRST))
        self.tasks = list(tasks) or list(self._scanner.usual())
        self.observe(self._on_change, ["tasks", "labels", "thresholds", "strands", "stride"])
        self._show()

    # What is seen.

    def goto(self, place: str) -> None:
        """Show a place.

        Parameters
        ----------
        place
            ``"chr1:1,000-2,000"``, ``"1000-2000"``, or a single position; 0-based, the end not included.

        Raises
        ------
        ValueError
            If it is no place, or elsewhere.
        """
        self.region = self._ground.find(place, self.region[1] - self.region[0])
        self._look()

    def frame(self) -> pd.DataFrame:
        """Return every window that was computed, in the columns of `chatnt.annotate`."""
        return self._scanner.frame()

    def peaks(self) -> pd.DataFrame:
        """Return the highest window of each run of windows at or above the threshold of its task."""
        return self._scanner.peaks(self._now(), self._label_of(), self._threshold_of())

    # Work in the background.

    def compute(self, region: tuple[int, int] | None = None, *, wait: bool = False) -> None:
        """Compute all windows of a region, at the present stride.

        Parameters
        ----------
        region
            Start and end; default what is seen.
        wait
            Whether to return only when it is done.

        Raises
        ------
        Exception
            With `wait`, whatever went wrong.
        """
        self._goal = self._checked(self.region if region is None else region)
        self._soon()
        if wait:
            self.wait(None)

    def stop(self) -> None:
        """Stop computing after the present windows, also what is seen, until `compute` or `live` is set."""
        self.live, self._goal = False, None
        super().stop()

    def ask(self, start: int, end: int, task: str, *, strand: str = "+") -> Answer:
        """Ask about a window in words, and show the answer.

        Parameters
        ----------
        start, end
            Of the window.
        task
            Name of what is asked.
        strand
            ``"+"`` or ``"-"``.

        Raises
        ------
        TaskError
            If the task asks for a number.
        UnknownTaskError
            If there is none of that name.
        ValueError
            If the window is not within what is explored.
        """
        check_labels(task)
        start, end = self._checked((start, end))
        with self._using:
            self._answer = self._scanner.ask(start, end, task, strand)
        with self.hold_sync():
            self._why, self._why_scores = {}, b""
            self._asked = state.answer_state(self._answer, start, end, strand)
        return self._answer

    def explain(self, **settings: Any) -> "Attribution":
        """Find out which bases decided the answer that was given last, and show them.

        Parameters
        ----------
        settings
            As in `chatnt.Assistant.explain`.

        Raises
        ------
        ValueError
            If nothing was asked.
        """
        if self._answer is None:
            raise ValueError("Nothing was asked yet; call ask(start, end, task) first.")
        with self._using:
            why = self._scanner.chat.explain(self._answer, **settings)
        with self.hold_sync():
            for name, value in state.why_state(why).items():
                setattr(self, name, value)
        return why

    # What the page asks for.

    @message("look")
    def _on_look(self) -> None:
        self._watched = True
        self._look()

    @message("goto")
    def _on_goto(self, place: str) -> list[int]:
        self.goto(place)
        return list(self.region)

    @message("compute")
    def _on_compute(self) -> None:
        self.compute()

    @message("ask")
    def _on_ask(self, task: str, strand: str, at: int, within: int) -> None:
        """Ask about the highest computed window near a place, or the one with the place in its middle."""
        lane = self._scanner.lane(task, strand)
        start = lane.near(at, within, self._label_of().get(task) or usual_label(task))
        self._soon(lambda _stop: self.ask(start, start + lane.window, task, strand=strand))

    @message("explain")
    def _on_explain(self) -> None:
        self._soon(self._explain)

    def _explain(self, stop: threading.Event) -> None:
        def watch(_rows: int) -> None:
            if stop.is_set():
                raise Ended

        try:
            self.explain(watch=watch)
        except Ended:
            self._why = {}

    def _targets(self) -> list[tuple[tuple[int, int], int]]:
        """Return what is to be computed and how finely: first what is seen, then what was asked for."""
        found = []
        if self.live and self._watched:
            found.append((self.region, finest_of(self.region, self.stride, LIVE)))
        if self._goal is not None:
            found.append((self._goal, self.stride))
        return found

    def _next(self) -> Sequence[Wanted]:
        for region, finest in self._targets():
            steps = steps_of(region, self.stride, finest)
            todo = next_windows(self._now(), region, steps, _BATCH)
            if todo:
                return todo
        self._goal = None
        return ()

    def _do(self, piece: Sequence[Wanted]) -> int:
        with self._using:
            self._scanner.score(piece)
        return sum(len(one.tasks) for one in piece)

    def _progressed(self, done: int, seconds: float) -> None:
        lanes = self._now()
        left = max((count_missing(lanes, *target) for target in self._targets()), default=0)
        self._progress = {"done": done, "left": left, "seconds": round(seconds, 2)}
        self._show()

    # What is shown.

    def _look(self) -> None:
        self._show()
        if self.live and self._watched:
            self._soon()

    def _on_change(self, _change: object) -> None:
        self._attempt(self._look)

    def _now(self) -> list[Lane]:
        return self._scanner.lanes(self.tasks, self.strands)

    def _show(self) -> None:
        lanes, labels, thresholds = self._now(), self._label_of(), self._threshold_of()
        shown = {
            **state.seen(self._ground, lanes, labels, self.region, self._pixels, self.stride),
            **state.overview(self._ground, lanes, labels),
            **state.peak_rows(self._scanner.peaks(lanes, labels, thresholds)),
            "_lanes": state.lane_rows(lanes, labels, thresholds),
        }
        with self.hold_sync():
            for name, value in shown.items():
                setattr(self, name, value)

    # Without a front end.

    def text(self) -> str:
        """Tell what is seen, and which peaks there are."""
        lanes, peaks = self._now(), self.peaks()
        windows = sum(len(lane.rows) for lane in lanes)
        head = (
            f"Explorer: {self._ground.place}:{self.region[0]:,}-{self.region[1]:,}, {len(self.tasks)} tasks, "
            f"{windows:,} windows, {len(peaks):,} peaks"
        )
        if not windows:
            return f"{head}\nNothing is computed yet; call compute(wait=True)."
        return f"{head}\n{peaks.to_string(index=False, max_rows=20)}" if len(peaks) else head

    def figure(self) -> "Figure":
        """Draw the tracks of what is seen."""
        from chatnt.widgets.explorer_picture import draw_tracks  # needs the extra of plots

        return draw_tracks(self._ground, self._now(), self._label_of(), self._threshold_of(), self.region)
