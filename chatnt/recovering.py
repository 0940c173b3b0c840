"""Whether maps find what is known to lie in sequences: planted elements, and sites of real ones."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import average_precision_score
from tqdm import tqdm

from chatnt.attribution_methods import METHODS
from chatnt.calibrating import HasEngine
from chatnt.engine import Engine
from chatnt.errors import DataError, TaskError
from chatnt.known_rows import Data, KnownRow, choose_rows
from chatnt.proving import ONE_SENTENCE, maps_of
from chatnt.recovery_result import Found, Recovery
from chatnt.tasks import Task, get_task
from chatnt.tasks.simulation.promoters import DOWNSTREAM

Place = tuple[int, int]


class Site(NamedTuple):
    """Say where something lies in all sequences of a task.

    Parameters
    ----------
    name
        What it is.
    start, end
        In bases from the anchor, half-open.
    anchor
        ``"middle"``, the first base behind the middle of the sequence; or ``"start"``, the transcription
        start site, which 50 bases follow.
    """

    name: str
    start: int
    end: int
    anchor: str

    def within(self, length: int) -> Place:
        """Return where it lies in a sequence of this length, 0-based and half-open."""
        at = length // 2 if self.anchor == "middle" else length - DOWNSTREAM
        return at + self.start, at + self.end


SITES = {
    "splice_sites_donors": Site("GT of the donor", 0, 2, "middle"),
    "splice_sites_acceptors": Site("AG of the acceptor", -2, 0, "middle"),
    "promoter_tata": Site("-40 to -20 of the start", -40, -19, "start"),
}
"""Where sites lie in real sequences, by the name of the task.

The middle of the window is the border of exon and intron; the TATA box of human promoters begins some
30 bases before the start site (Ponjavic et al. 2006, Genome Biol. 7:R78).
"""

ALL_METHODS = {name: {"method": name} for name in METHODS}
"""Every method of `chatnt.attribute` with its usual options."""


def recovery(  # noqa: PLR0913 - what is looked for, in what, and how
    pair: Engine | HasEngine,
    task: Task | str,
    data: Data | None = None,
    *,
    methods: Mapping[str, Mapping[str, Any]] | None = None,
    element: str | None = None,
    place: Place | None = None,
    label: str | None = None,
    question: str | None = None,
    count: int = 20,
    window: int = 8,
    batch_size: int = 32,
    seed: int = 0,
    progress: bool = False,
) -> Recovery:
    """Measure how well maps find what is known to lie in sequences.

    Each map explains the true label of a sequence that the pair answers right. The control is the map of the
    same sequence with its dinucleotides shuffled: it finds as much where the pair looks at a
    place, whatever stands there.

    Parameters
    ----------
    pair
        An assistant or its engine.
    task
        What is asked, or its name.
    data
        Rows with known labels: those of `chatnt.simulate` know what was planted in them; in real ones it lies
        at `place`. All parts of the data may be given, of which the test part is used. Default: simulated.
    methods
        Options of `chatnt.attribute` by the name that stands in the table, such as
        ``{"occlusion of 8": {"method": "occlusion", "window": 8}}``. Default: every method with its usual
        options, and one sentence for each label.
    element
        Name of the planted elements to look for; bases of others are left out of the area. Default: all.
    place
        First base, and the one behind the last, from 0, in every sequence. Default: of simulated rows what
        was planted, of others `SITES`.
    label
        Take rows of this label. Default: of a task with two labels the second one, otherwise any.
    question
        The wording. Default: the first training wording of the task.
    count
        Sequences, chosen by `seed`.
    window
        Bases of the windows, whose scores are added up.
    batch_size
        Changed sequences at a time.
    seed
        Of all that is drawn.
    progress
        Show a bar with the time left.

    Returns
    -------
    Recovery

    Raises
    ------
    DataError
        If no row is answered right, or nothing of that name was planted.
    TaskError
        If the task has no such label, several that may hold at once, or no site that is known.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If a number is out of range, the place is not within the sequences, or there is no such method.

    Examples
    --------
    >>> chatnt.recovery(chatnt.load(), "promoter_tata", element="TATA box").table()  # doctest: +SKIP
    """
    task = get_task(task) if isinstance(task, str) else task
    engine = pair if isinstance(pair, Engine) else pair.engine
    if window < 1:
        raise ValueError(f"window={window} must be at least 1.")
    if label is None and len(task.labels) == 2:
        label = task.labels[1]
    asked = question or task.questions.train[0]
    rows = choose_rows(
        engine, task, data, question=asked, label=label, count=count, seed=seed, batch_size=batch_size
    )
    places = [_places(task, row, element, place) for row in rows]
    base = {"batch_size": batch_size, "seed": seed} | ONE_SENTENCE
    found = []
    given = methods or ALL_METHODS
    with tqdm(total=len(rows) * len(given), unit="map", disable=not progress) as bar:
        for name, how in given.items():
            for i, (row, (wanted, ignored)) in enumerate(zip(rows, places, strict=True)):
                pair_of_maps = maps_of(engine, task, row, asked, base | dict(how), seed=seed + i)
                for shuffled, why in enumerate(pair_of_maps):
                    measures = find_places(why.scores[0], wanted, ignored, window=window)
                    found.append(Found(name, i, bool(shuffled), *measures))
                bar.update()
    return Recovery(task.name, _told(task, rows, element, place), len(rows), window, tuple(found))


def find_places(
    scores: NDArray[np.floating],
    places: Sequence[Place],
    ignored: Sequence[Place] = (),
    *,
    window: int = 8,
) -> tuple[float, float, int, bool]:
    """Measure how well a map finds places.

    Parameters
    ----------
    scores
        Of shape (bases,); the higher, the more it speaks for the target.
    places
        What is to be found, 0-based and half-open.
    ignored
        What is neither a hit nor a miss.
    window
        Bases.

    Returns
    -------
    area, chance, rank, window
        As in `chatnt.recovery_result.Found`.

    Examples
    --------
    >>> find_places(np.array([0.0, 3.0, 1.0, 2.0]), [(1, 3)], window=2)
    (0.8333333333333333, 0.5, 1, True)
    """
    wanted, counted = (np.zeros(len(scores), bool) for _ in range(2))
    for start, end in places:
        wanted[start:end] = True
    for start, end in ignored:
        counted[start:end] = True
    counted = ~counted | wanted
    area = float(average_precision_score(wanted[counted], scores[counted]))
    best = scores[wanted].max()
    rank = 1 + int((scores[counted & ~wanted] >= best).sum())
    sums = np.convolve(scores, np.ones(min(window, len(scores))), "valid")
    at = int(sums.argmax()), int(sums.argmax()) + min(window, len(scores))
    hit = any((start <= at[0] and at[1] <= end) or (at[0] <= start and end <= at[1]) for start, end in places)
    return area, float(wanted[counted].mean()), rank, hit


def _places(
    task: Task, row: KnownRow, element: str | None, place: Place | None
) -> tuple[list[Place], list[Place]]:
    """Return what is to be found in a row, and what is to be left out."""
    if place is None and row.elements:
        named = [e for e in row.elements if element in (None, e.name)]
        if not named:
            known = ", ".join(dict.fromkeys(e.name for e in row.elements))
            raise DataError(f"No {element!r} was planted, but {known}; name one of these.")
        others = [(e.start, e.end) for e in row.elements if e not in named]
        return [(e.start, e.end) for e in named], others
    if place is None:
        if task.name not in SITES:
            raise TaskError(
                f"Nothing was planted in these sequences of {task.name}, and where its sites lie is not "
                f"known; give place=(start, end). Known are {', '.join(SITES)}."
            )
        place = SITES[task.name].within(len(row.sequence))
    start, end = place
    if not 0 <= start < end <= len(row.sequence):
        raise ValueError(f"place={place} is not within a sequence of {len(row.sequence)} bases.")
    return [place], []


def _told(task: Task, rows: Sequence[KnownRow], element: str | None, place: Place | None) -> str:
    if place is not None:
        return f"bases {place[0]} to {place[1]}"
    if element is not None:
        return element
    return "all that was planted" if rows[0].elements else SITES[task.name].name
