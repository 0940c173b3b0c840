"""Windows along a sequence: which are computed, which are to be computed next, and what they show."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

COARSE = 24
"""Windows that the part that is seen is first looked at with, of each track."""

NONE = 65535
"""Marks, among numbers of 16 bits, where nothing is computed."""

Region = tuple[int, int]


class Wanted(NamedTuple):
    """Name a window to be computed, and the tasks that want it."""

    start: int
    end: int
    strand: str
    tasks: tuple[str, ...]


class Lane:
    """Hold the windows of one task on one strand, as far as they are computed.

    Windows begin at multiples of the stride from the start of the ground; the last one ends with it.

    Parameters
    ----------
    task, strand
        Of what is asked.
    window
        Bases of a window.
    ground
        Start and end of what is explored.
    """

    def __init__(self, task: str, strand: str, window: int, ground: Region) -> None:
        self.task, self.strand = task, strand
        self.first = ground[0]
        self.window = min(window, ground[1] - ground[0])
        self.last = ground[1] - self.window
        self.rows: dict[int, dict[str, Any]] = {}
        self.notes: Counter[str] = Counter()
        self._chances: dict[int, Mapping[str, float]] = {}
        self._sorted: tuple[int, str, NDArray[np.int64], NDArray[np.float64]] | None = None

    def add(self, start: int, row: dict[str, Any], chances: Mapping[str, float]) -> None:
        """Keep what was computed of a window: its row of a table, and the probability of each label."""
        self._chances[start] = chances
        self.rows[start] = row
        self.notes.update(row["notes"].split("; ") if row["notes"] else ())

    def starts(self, region: Region, step: int) -> Iterator[int]:
        """Yield the starts of windows whose middle lies in a region."""
        half = self.window // 2
        begin = self.first + max(0, -(-(region[0] - half - self.first) // step)) * step
        yield from range(begin, min(self.last, region[1] - half), step)
        if region[0] <= self.last + half < region[1]:
            yield self.last

    def starts_now(self) -> list[int]:
        """Return the starts of those that are computed, in order."""
        return sorted(self.rows)

    def missing(self, region: Region, step: int) -> Iterator[int]:
        """Yield the starts of those that are not computed."""
        return (start for start in self.starts(region, step) if start not in self.rows)

    def near(self, place: int, within: int, label: str) -> int:
        """Return the start of the computed window where a label is likeliest, around a place.

        Without one, that of the window that has the place in its middle, as far as the ground allows.
        """
        starts, chances = self.values(label)
        middles = starts + self.window // 2
        here = np.flatnonzero((abs(middles - place) <= within) & np.isfinite(chances))
        if here.size:
            best = here[chances[here] == chances[here].max()]
            return int(starts[best[np.argmin(abs(middles[best] - place))]])
        return max(self.first, min(place - self.window // 2, self.last))

    def values(self, label: str) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
        """Return the starts of what is computed, in order, and the probability of a label there."""
        count = len(self.rows)
        if self._sorted is None or self._sorted[:2] != (count, label):
            starts = self.starts_now()
            chances = np.array([self._chances[start].get(label, np.nan) for start in starts], float)
            self._sorted = (count, label, np.array(starts, np.int64), chances)
        return self._sorted[2:]

    def bins(self, region: Region, count: int, label: str) -> NDArray[np.uint16]:
        """Return the least and the most of the probability in each of equal parts of a region.

        Returns
        -------
        array of shape (2, count)
            From 0 to `NONE` - 1 for probabilities from 0 to 1; `NONE` where no window has its middle.
        """
        starts, chances = self.values(label)
        low, high = np.full(count, NONE, np.int64), np.full(count, -1, np.int64)
        places = (starts + self.window // 2 - region[0]) * count // (region[1] - region[0])
        seen = (places >= 0) & (places < count) & np.isfinite(chances)
        levels = np.rint(chances[seen] * (NONE - 1)).astype(np.int64)
        np.minimum.at(low, places[seen], levels)
        np.maximum.at(high, places[seen], levels)
        return np.stack([low, np.where(high < 0, NONE, high)]).astype(np.uint16)

    def peaks(self, label: str, threshold: float) -> Iterator[tuple[int, float, int]]:
        """Yield the highest window of each run of windows at or above a threshold.

        A run ends at a computed window that is below, or where no window of the next window's length
        is computed.

        Yields
        ------
        tuple
            Start and probability of the highest window, the middle one of several; windows in the run.
        """
        starts, chances = self.values(label)
        high = np.flatnonzero(chances >= threshold)
        if not high.size:
            return
        apart = (np.diff(high) > 1) | (np.diff(starts[high]) > self.window)
        for run in np.split(high, np.flatnonzero(apart) + 1):
            best = run[chances[run] == chances[run].max()]
            at = best[len(best) // 2]
            yield int(starts[at]), float(chances[at]), len(run)


def steps_of(region: Region, stride: int, finest: int) -> list[int]:
    """Return the strides to look at a region with, from coarse to fine; each is half of the one before.

    Parameters
    ----------
    region
        What is looked at.
    stride
        The smallest.
    finest
        The largest that is fine enough; larger ones come before.
    """
    steps = [stride]
    while steps[0] * COARSE < region[1] - region[0]:
        steps.insert(0, 2 * steps[0])
    return [step for step in steps if step >= finest]


def finest_of(region: Region, stride: int, most: int) -> int:
    """Return the smallest stride, of those of `steps_of`, with at most so many windows of a region."""
    step = stride
    while step * most < region[1] - region[0]:
        step *= 2
    return step


def next_windows(lanes: Iterable[Lane], region: Region, steps: Iterable[int], most: int) -> list[Wanted]:
    """Return windows to compute next: those of the coarsest step of which some are missing.

    Those of lanes that look at the same windows are computed together, as their DNA is read once.
    """
    lanes = list(lanes)
    for step in steps:
        for lane in lanes:
            found = [start for start, _ in zip(lane.missing(region, step), range(most), strict=False)]
            if found:
                alike = [o for o in lanes if (o.window, o.strand) == (lane.window, lane.strand)]
                return [
                    Wanted(
                        start,
                        start + lane.window,
                        lane.strand,
                        tuple(other.task for other in alike if start not in other.rows),
                    )
                    for start in found
                ]
    return []


def count_missing(lanes: Iterable[Lane], region: Region, step: int) -> int:
    """Return how many windows, of all lanes, are still to be computed."""
    return sum(1 for lane in lanes for _ in lane.missing(region, step))
