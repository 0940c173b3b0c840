"""The widget of a training: its curves as they come, beside those of other runs."""

import threading
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import traitlets

from chatnt.outcomes import TrainingLog
from chatnt.widgets.base import Palette, Theme, Widget, message
from chatnt.widgets.training_curves import COLUMNS, VALIDATION, table
from chatnt.widgets.training_runs import WatchedRun
from chatnt.widgets.training_words import told_run, told_values

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Run = str | Path | TrainingLog
"""The folder of a run, or what `chatnt.train` returned."""

_EVERY = 0.5  # seconds after which files are looked at again
_FOLD = 1000  # new points after which all curves are sent anew


class Training(Widget):
    """Watch a training while it goes on, in this process or another, or look at one that is over.

    The files of the run are read as they grow, in a thread; nothing waits for them, and the training
    knows nothing of it. The page is given at most 2,000 points of a curve; `frame` has all.

    Parameters
    ----------
    run
        The folder of a run, as given to `chatnt.train`, which may still be empty; or a `TrainingLog`.
    compare
        Other runs, drawn in the same pictures; or by the names that stand in the legend.
    tasks
        Names of what was validated that are drawn; default the mean, or the first four.
    x
        ``"step"`` or ``"time"``, in seconds of training.
    log_y
        Whether losses and norms are drawn on a logarithmic scale.
    smoothing
        Steps over which the curves of training are averaged, around each step; 0 for none.
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    tasks, x, log_y, smoothing
        As they are now; the page changes them, and so may you.
    hidden
        Names of the runs that are not drawn.

    Raises
    ------
    DataNotFoundError
        If there is no such folder.
    TrainingError
        If it is a file.

    Examples
    --------
    >>> records = [{"step": i, "loss": 3.0 / i, "seconds": 0.5} for i in range(1, 5)]
    >>> monitor = Training(TrainingLog(tuple(records), {"plan": {"steps": 4}}))
    >>> monitor
    Training: training, finished, step 4 of 4 (100 %), loss 0.7500, 2 s
    >>> monitor.frame()["loss"].tolist()
    [3.0, 1.5, 1.0, 0.75]
    """

    _files = ("training_data", "training_chart", "training")

    tasks: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    x = traitlets.Enum(["step", "time"], "step").tag(sync=True)
    log_y = traitlets.Bool(False).tag(sync=True)
    smoothing = traitlets.Int(0, min=0).tag(sync=True)
    hidden: traitlets.List = traitlets.List(traitlets.Unicode()).tag(sync=True)
    _runs: traitlets.List = traitlets.List().tag(sync=True)
    _curves: traitlets.List = traitlets.List().tag(sync=True)
    _points = traitlets.Bytes(b"").tag(sync=True)
    _recent = traitlets.Bytes(b"").tag(sync=True)

    def __init__(
        self,
        run: Run,
        *,
        compare: Run | Iterable[Run] | Mapping[str, Run] = (),
        tasks: Iterable[str] = (),
        x: Literal["step", "time"] = "step",
        log_y: bool = False,
        smoothing: int = 10,
        height: int = 0,
        palette: Palette = "safe",
        theme: Theme = "auto",
    ) -> None:
        self._watched: list[WatchedRun] = []
        self._reading = threading.RLock()
        self._closed = threading.Event()
        self._sent: dict[tuple[int, str], int] = {}
        super().__init__(height=height, palette=palette, theme=theme)
        self.tasks, self.x, self.log_y, self.smoothing = list(tasks), x, log_y, smoothing
        self._add(run)
        for name, other in _named(compare):
            self._add(other, name)
        self.refresh()
        self._watcher = threading.Thread(target=self._watch, name="Training of a run", daemon=True)
        self._watcher.start()

    # The runs.

    @property
    def runs(self) -> dict[str, TrainingLog]:
        """The logs as far as they were read, by the names in the legend; the run itself first."""
        with self._reading:
            return {run.name: run.log() for run in self._watched}

    @property
    def run_state(self) -> str:
        """How the run stands.

        ``"waiting"`` for the training to begin, ``"running"``, ``"stopping"``, ``"quiet"`` (no line for
        a minute and twenty steps: it may have been killed), ``"finished"``, ``"stopped"``, ``"diverged"``
        or ``"failed"``.
        """
        return self._watched[0].state

    @property
    def events(self) -> list[dict[str, object]]:
        """What happened in the run, by step: when it began, checkpoints, numbers not finite, its end."""
        with self._reading:
            run = self._watched[0]
            kept = [{"step": step, "event": "checkpoint", "error": ""} for step in run.checkpoints()]
            return sorted([*kept, *run.happened()], key=lambda event: event["step"])

    def compare(self, run: Run, name: str = "") -> None:
        """Draw another run too.

        Parameters
        ----------
        run
            As for the widget.
        name
            In the legend; default that of the folder.

        Raises
        ------
        DataNotFoundError, TrainingError
            As for the widget.
        """
        self._add(run, name)
        self.refresh()

    def _add(self, run: Run, name: str = "") -> None:
        added = WatchedRun(run, name)
        with self._reading:
            taken = {other.name for other in self._watched}
            first, number = added.name, 2
            while added.name in taken:
                added.name, number = f"{first} ({number})", number + 1
            self._watched.append(added)
            self._sent.clear()

    def frame(self) -> pd.DataFrame:
        """Return all steps of all runs, as `TrainingLog.to_frame` does, with the column `run`."""
        self.refresh()
        frames = [log.to_frame().assign(run=name) for name, log in self.runs.items()]
        together = pd.concat(frames, ignore_index=True)
        together.insert(0, "run", together.pop("run"))
        return together

    def stop_run(self) -> None:
        """Ask the training to stop after the step that it is in, with a checkpoint.

        A file ``STOP`` is written into the folder of the run. The process that trains looks for it at
        each step, and so do all others of the run stop. The same call of `chatnt.train` goes on.

        Raises
        ------
        ValueError
            If nothing runs.
        TrainingError
            If the folder cannot be written to.
        """
        with self._reading:
            self._watched[0].ask_to_stop()
        self.refresh()

    def wait_until_finished(self, timeout: float | None = None) -> str:
        """Wait until the run has ended, however it ends.

        Parameters
        ----------
        timeout
            In seconds; `None` waits for ever, also for a run that was killed.

        Returns
        -------
        str
            How it ended, see `run_state`.

        Raises
        ------
        TimeoutError
            If it takes longer; it goes on.
        """
        end = None if timeout is None else time.monotonic() + timeout
        while True:
            self.refresh()
            if self._watched[0].over:
                return self.run_state
            if end is not None and time.monotonic() >= end:
                raise TimeoutError(f"The run is still {self.run_state} after {timeout} s.")
            time.sleep(0.05)

    # What the page knows.

    def refresh(self) -> None:
        """Look at the files now, and show what is new; a thread does so twice a second."""
        with self._reading:
            anew = [run.read()[1] for run in self._watched]
            told = [told_run(run) for run in self._watched]
            curves, points, recent = self._curves, self._points, self._recent
            fresh = self._fresh()
            if any(anew) or not self._sent or len(recent) + len(fresh) > _FOLD * COLUMNS * 4:
                curves, points = self._whole()
                recent = b""
            elif fresh:
                curves, recent = self._numbered(), recent + fresh
            with self.hold_sync():  # one message
                self._runs, self._curves, self._points, self._recent = told, curves, points, recent

    def _numbered(self) -> list[dict[str, object]]:
        return [{"run": run, "name": name} for run, name in self._sent]

    def _fresh(self) -> bytes:
        """Return the points that the page has not been given yet, and note that it has them now."""
        parts = []
        for number, run in enumerate(self._watched):
            for name in run.curves.names:
                key, count = (number, name), run.curves.count(name)
                before = self._sent.setdefault(key, 0) if self._sent else count
                if count > before:
                    parts.append(table(run.curves.points(name, before), list(self._sent).index(key)))
                    self._sent[key] = count
        return np.concatenate(parts).tobytes() if parts else b""

    def _whole(self) -> tuple[list[dict[str, object]], bytes]:
        """Return all curves with few points, and note that the page has them."""
        curves = [(i, run.curves, name) for i, run in enumerate(self._watched) for name in run.curves.names]
        self._sent = {(i, name): run.count(name) for i, run, name in curves}
        parts = [table(run.points(name), number) for number, (_, run, name) in enumerate(curves)]
        return self._numbered(), np.concatenate(parts).tobytes() if parts else b""

    def _watch(self) -> None:
        while not self._closed.wait(_EVERY):
            if all(run.folder is None for run in self._watched):
                continue
            _, failure = self._attempt(self.refresh)
            if failure:
                return

    @message("stop_run")
    def _on_stop_run(self) -> None:
        self.stop_run()

    def close(self) -> None:
        """Look at the files no more, and leave the notebook; the training goes on."""
        self._closed.set()
        super().close()

    # Without a front end.

    def _validated(self) -> list[str]:
        names = dict.fromkeys(
            n for run in self._watched for n in run.curves.names if n.startswith(VALIDATION)
        )
        there = [name.removeprefix(VALIDATION) for name in names]
        chosen = [name for name in self.tasks if name in there]
        return chosen or (["mean"] if "mean" in there else there[:4])

    def text(self) -> str:
        """Tell how each run stands, its last values, and what happened."""
        with self._reading:
            first, *_ = lines = [told_values(run) for run in self._watched]
            return "Training: " + first + "".join(f"\n{line}" for line in lines[1:])

    def figure(self) -> "Figure":
        """Draw the losses, and what was validated."""
        from chatnt.widgets.training_picture import draw_runs  # needs the extra of plots

        logs = {name: log for name, log in self.runs.items() if name not in self.hidden}
        return draw_runs(logs, self._validated(), repr(self), log_y=self.log_y)


def _named(runs: Run | Iterable[Run] | Mapping[str, Run]) -> list[tuple[str, Run]]:
    if isinstance(runs, str | Path | TrainingLog):
        return [("", runs)]
    if isinstance(runs, Mapping):
        return [(str(name), run) for name, run in runs.items()]
    return [("", run) for run in runs]
