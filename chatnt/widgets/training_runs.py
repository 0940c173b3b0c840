"""A run that is looked at: what it has written, and how it stands."""

import json
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatnt.errors import DataNotFoundError, TrainingError
from chatnt.outcomes import TrainingLog
from chatnt.training.run_files import RunFiles
from chatnt.widgets.training_curves import Curves
from chatnt.widgets.training_tail import Tail

ENDS = ("finished", "stopped", "diverged", "failed")
"""Events that end a run, and its states when it has ended."""

_QUIET = 60.0  # seconds without a line, and twenty steps, after which a run is called quiet


class WatchedRun:
    """Follow a run by its folder, or hold one that is over.

    Attributes
    ----------
    name
        Of the folder, or as given.
    folder
        Where it is; `None` for a log.
    records
        As in a `TrainingLog`.
    events
        As `chatnt.training.diary.Diary` notes them, without the log's own problems.
    about
        What ``run.json`` says.
    curves
        All points by name.

    Parameters
    ----------
    run
        The folder of a run, which may still be empty, or a `TrainingLog`.
    name
        In legends.

    Raises
    ------
    DataNotFoundError
        If there is no such folder.
    TrainingError
        If it is a file.
    """

    def __init__(self, run: str | Path | TrainingLog, name: str = "") -> None:
        self.folder: Path | None = None
        self.records: list[dict[str, Any]] = []
        self.events: list[dict[str, Any]] = []
        self.about: dict[str, Any] = {}
        self.curves = Curves()
        self.name = name
        if isinstance(run, TrainingLog):
            self.name = name or "training"
            self.records, self.about = list(run.records), dict(run.run)
            self.curves.add(self.records)
            return
        self.folder = _folder(run)
        self.name = name or self.folder.resolve().name
        self.files = RunFiles(self.folder)
        self._log, self._diary = Tail(self.files.log), Tail(self.files.events)
        self.read()

    def read(self) -> tuple[int, bool]:
        """Read what is new; return how many records, and whether those before were forgotten."""
        if self.folder is None:
            return 0, False
        records, anew = self._log.read()
        if anew:
            self.records, self.curves, self.about = [], Curves(), {}
        self.records += records
        self.curves.add(records)
        events, other = self._diary.read()
        self.events = ([] if other else self.events) + events
        if not self.about:
            self.about = _about(self.files.run)
        return len(records), anew

    @property
    def total(self) -> int:
        """Steps that are planned; 0 if unknown."""
        return int(self.about.get("plan", {}).get("steps", 0))

    @property
    def unread(self) -> int:
        """Lines that could not be read."""
        return self._log.unread + self._diary.unread if self.folder else 0

    @property
    def state(self) -> str:
        """How it stands.

        ``"waiting"`` (nothing is written yet), ``"running"``, ``"stopping"`` (it was asked to),
        ``"quiet"`` (it should have written something: it may have been killed), or how it ended:
        ``"finished"``, ``"stopped"``, ``"diverged"``, ``"failed"``.
        """
        last = next((e["event"] for e in reversed(self.events) if e.get("event") != "checkpoint"), "")
        if last in ENDS:
            return last
        if self.total and self.curves.step >= self.total and (not last or self.files.weights.exists()):
            return "finished"
        if self.folder is None:
            return "stopped"
        if not self.records and not last:
            return "waiting"
        if self._silence() > max(_QUIET, 20 * self.curves.seconds_per_step()):
            return "quiet"
        return "stopping" if self.files.stop.exists() else "running"

    def _silence(self) -> float:
        written = [os.stat(p).st_mtime for p in (self.files.log, self.files.events) if p.exists()]
        return time.time() - max(written, default=time.time())

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return self.state in ENDS

    def seconds_left(self) -> float | None:
        """Return the seconds until the last step, at the present pace; `None` if unknown."""
        pace = self.curves.seconds_per_step()
        if not self.total or not pace or self.over:
            return None
        return max(0, self.total - self.curves.step) * pace

    def checkpoints(self) -> list[int]:
        """Return the steps of the checkpoints that were noted, or that are there."""
        noted = {event["step"] for event in self.events if event.get("event") == "checkpoint"}
        there = self.files.checkpoints.glob("step-*") if self.folder else ()
        return sorted(noted | {int(path.name.partition("-")[2]) for path in there})

    def happened(self) -> list[dict[str, Any]]:
        """Return what happened beside checkpoints, by step: `step`, `event`, and `error` or an empty text."""
        noted = [e for e in self.events if e.get("event") not in (None, "checkpoint")]
        told = [
            {"step": e["step"], "event": str(e["event"]), "error": str(e.get("error", ""))} for e in noted
        ]
        told += [{"step": s, "event": "not finite", "error": name} for s, name in self.curves.broken]
        return sorted(told, key=lambda event: event["step"])

    def log(self) -> TrainingLog:
        """Return what was read as a log."""
        return TrainingLog(tuple(self.records), self.about)

    def ask_to_stop(self) -> None:
        """Ask the run to stop after its step; whoever trains looks for the file.

        Raises
        ------
        ValueError
            If nothing runs.
        TrainingError
            If the folder cannot be written to.
        """
        if self.folder is None or self.state not in ("running", "stopping", "quiet"):
            raise ValueError(f"The run {self.name} is {self.state}; only one that runs can be stopped.")
        try:
            self.files.stop.touch()
        except OSError as error:
            raise TrainingError(
                f"{self.files.stop} cannot be written ({error.strerror}), so the run cannot be asked to "
                "stop; end its process with SIGTERM instead."
            ) from error


def _folder(run: str | Path) -> Path:
    folder = Path(run)
    if not folder.exists():
        raise DataNotFoundError(
            f"There is no folder {folder}; give the folder of a run, as in chatnt.train(..., folder=...), "
            "or make it: it may be empty until the training begins."
        )
    if not folder.is_dir():
        raise TrainingError(
            f"{folder} is a file; give the folder of a run, or TrainingLog.load({str(run)!r})."
        )
    return folder


def _about(path: Path) -> dict[str, Any]:
    try:
        about: object = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not there yet, or being written
        return {}
    return about if isinstance(about, Mapping) else {}  # type: ignore[return-value]
