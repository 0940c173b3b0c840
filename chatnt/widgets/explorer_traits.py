"""What the page and the reader of an explorer set, and what it may be."""

import traitlets

from chatnt.tasks import get_task
from chatnt.widgets.explorer_ground import CONVENTION, Ground
from chatnt.widgets.explorer_scanning import check_labels, usual_label
from chatnt.widgets.queueing import QueueingWidget

MOST_TASKS = 8
"""Tasks that have a track at a time."""

THRESHOLD = 0.5
"""Probability from which on there is a peak, if none is set."""


class ExplorerTraits(QueueingWidget):
    """Hold the traits of `chatnt.widgets.Explorer`, checked."""

    _ground: Ground

    region = traitlets.Tuple((0, 0)).tag(sync=True)
    tasks: traitlets.List = traitlets.List().tag(sync=True)
    labels = traitlets.Dict().tag(sync=True)
    thresholds = traitlets.Dict().tag(sync=True)
    stride = traitlets.Int(10, min=1).tag(sync=True)
    strands = traitlets.Enum(["+", "-", "both"], "+").tag(sync=True)
    live = traitlets.Bool(True).tag(sync=True)
    _place = traitlets.Dict().tag(sync=True)
    _known: traitlets.List = traitlets.List().tag(sync=True)
    _pixels = traitlets.Int(900, min=1).tag(sync=True)
    _lanes: traitlets.List = traitlets.List().tag(sync=True)
    _seen = traitlets.Dict().tag(sync=True)
    _bins = traitlets.Bytes(b"").tag(sync=True)
    _letters = traitlets.Unicode("").tag(sync=True)
    _overview = traitlets.Bytes(b"").tag(sync=True)
    _overview_count = traitlets.Int(0).tag(sync=True)
    _progress = traitlets.Dict().tag(sync=True)
    _peaks: traitlets.List = traitlets.List().tag(sync=True)
    _peak_count = traitlets.Int(0).tag(sync=True)
    _asked = traitlets.Dict().tag(sync=True)
    _why = traitlets.Dict().tag(sync=True)
    _why_scores = traitlets.Bytes(b"").tag(sync=True)

    def _label_of(self) -> dict[str, str]:
        return {task: self.labels.get(task, usual_label(task)) for task in self.tasks}

    def _threshold_of(self) -> dict[str, float]:
        return {task: self.thresholds.get(task, THRESHOLD) for task in self.tasks}

    def _checked(self, region: tuple[int, int]) -> tuple[int, int]:
        start, end = (int(place) for place in region)
        if not self._ground.start <= start < end <= self._ground.end:
            raise ValueError(
                f"{start}-{end} is not within {self._ground.place}:{self._ground.start}-{self._ground.end}, "
                f"or its start is not before its end. {CONVENTION}"
            )
        return start, end

    @traitlets.validate("region")
    def _check_region(self, proposal: dict) -> tuple[int, int]:
        try:
            return self._checked(proposal["value"])
        except ValueError as error:
            raise traitlets.TraitError(str(error)) from error

    @traitlets.validate("tasks")
    def _check_tasks(self, proposal: dict) -> list[str]:
        names = list(dict.fromkeys(proposal["value"]))
        if len(names) > MOST_TASKS:
            raise traitlets.TraitError(f"{len(names)} tasks were given; at most {MOST_TASKS} have a track.")
        for name in names:
            check_labels(name)
        return names

    @traitlets.validate("labels")
    def _check_chosen(self, proposal: dict) -> dict[str, str]:
        for task, label in proposal["value"].items():
            if label not in get_task(task).labels:
                raise traitlets.TraitError(
                    f"{task} has no label {label!r}; it has {', '.join(get_task(task).labels)}."
                )
        return proposal["value"]

    @traitlets.validate("thresholds")
    def _check_thresholds(self, proposal: dict) -> dict[str, float]:
        for task, threshold in proposal["value"].items():
            get_task(task)
            if not 0 < threshold <= 1:
                raise traitlets.TraitError(
                    f"The threshold of {task}, {threshold}, must be above 0, and at most 1."
                )
        return proposal["value"]
