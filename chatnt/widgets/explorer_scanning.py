"""Score windows of a long sequence for several tasks, and keep what was scored."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from chatnt.annotations import as_table, row_of
from chatnt.conversation import Answer, Question, Turn
from chatnt.doubts import usual_window
from chatnt.errors import TaskError
from chatnt.tasks import get_task
from chatnt.widgets.explorer_ground import Ground
from chatnt.widgets.explorer_windows import Lane, Wanted

if TYPE_CHECKING:
    from chatnt.assistant import Assistant

PEAKS = ("name", "start", "end", "strand", "task", "label", "probability", "windows", "calibrated")
"""The columns of a table of peaks."""

USUAL = ("promoter_tata", "splice_sites_donors", "splice_sites_acceptors")
"""Tasks that are shown if none are named, of those that the pair knows."""


class Scanner:
    """Score windows of a ground for tasks, each once.

    Parameters
    ----------
    chat
        The pair that is asked.
    ground
        What is looked at.
    """

    def __init__(self, chat: "Assistant", ground: Ground) -> None:
        self.chat, self.ground = chat, ground
        self._lanes: dict[tuple[str, str], Lane] = {}

    def known(self) -> list[str]:
        """Return the names of the tasks that can be shown: those of the pair that ask for labels."""
        names = self.chat.scope.tasks if self.chat.scope else ()
        return [name for name in names if get_task(name).labels]

    def usual(self) -> tuple[str, ...]:
        """Return the tasks to begin with."""
        known = self.known()
        return tuple(name for name in USUAL if name in known) or tuple(known[:1])

    def lane(self, task: str, strand: str) -> Lane:
        """Return the windows of a task on a strand."""
        key = task, strand
        if key not in self._lanes:
            window = usual_window(self.chat.likeness, get_task(task))
            self._lanes[key] = Lane(task, strand, window, (self.ground.start, self.ground.end))
        return self._lanes[key]

    def lanes(self, tasks: Sequence[str], strands: str) -> list[Lane]:
        """Return the windows of several tasks, on ``"+"``, ``"-"`` or ``"both"`` strands."""
        return [self.lane(task, strand) for task in tasks for strand in strands_of(strands)]

    def score(self, wanted: Sequence[Wanted]) -> None:
        """Score windows without writing answers, as one batch, and keep the outcome."""
        records = [self.ground.record(one.start, one.end, one.strand) for one in wanted]
        pairs = [(record, task) for one, record in zip(wanted, records, strict=True) for task in one.tasks]
        asked = [[Turn(Question(question_of(task), (record.dna,)))] for record, task in pairs]
        tasks = [task for _, task in pairs]
        answers = self.chat.answerer.answer_each(asked, tasks, written=False)
        whole = self.ground.end - self.ground.start
        for (record, task), answer in zip(pairs, answers, strict=True):
            windowed = record.end - record.start < whole
            row = row_of(record, answer, windowed=windowed)
            self.lane(task, record.strand).add(record.start, row, answer.probabilities)

    def ask(self, start: int, end: int, task: str, strand: str) -> Answer:
        """Let the pair write its answer about a window."""
        dna = self.ground.record(start, end, strand).dna
        return self.chat.ask(question_of(task), dna, task=task)

    def frame(self) -> pd.DataFrame:
        """Return all windows that were scored, by task, strand and position."""
        lanes = self._lanes.values()
        return as_table([lane.rows[start] for lane in lanes for start in lane.starts_now()])

    def peaks(
        self, lanes: Sequence[Lane], labels: Mapping[str, str], thresholds: Mapping[str, float]
    ) -> pd.DataFrame:
        """Return runs of windows at or above their task's threshold, by position."""
        found: list[dict[str, Any]] = []
        for lane in lanes:
            label = labels[lane.task]
            for start, chance, windows in lane.peaks(label, thresholds[lane.task]):
                row = lane.rows[start]
                told = {"label": label, "probability": round(chance, 6), "windows": windows}
                found.append({name: row[name] for name in PEAKS if name in row} | told)
        table = pd.DataFrame(found, columns=list(PEAKS))
        return table.sort_values(["start", "task", "strand"], ignore_index=True)


def strands_of(strands: str) -> tuple[str, ...]:
    """Return the strands that ``"+"``, ``"-"`` or ``"both"`` stands for."""
    return ("+", "-") if strands == "both" else (strands,)


def question_of(task: str) -> str:
    """Return the words that a task is asked in."""
    return get_task(task).questions.train[0]


def usual_label(task: str) -> str:
    """Return the label whose probability is shown: of two the positive one, of several the first."""
    labels = get_task(task).labels
    return labels[-1] if len(labels) == 2 else labels[0]


def check_labels(task: str) -> None:
    """Raise an error for a task without labels.

    Raises
    ------
    UnknownTaskError
        If there is no such task.
    TaskError
        If it asks for a number.
    """
    if not get_task(task).labels:
        raise TaskError(
            f"{task} asks for a number, and tracks show probabilities of labels; use chat.annotate instead."
        )
