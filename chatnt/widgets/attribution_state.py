"""What the page of an attribution is given: scores as bytes, and words about them."""

import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.attribution import Attribution
from chatnt.elements import find_elements
from chatnt.places import Place

SAVED = 200_000
"""Bytes of scores that a notebook keeps; of more it keeps the least and the most of blocks of bases."""

INEXACT = 0.05
"""Share of the change from the baseline that scores may miss before it is marked."""

SEARCHED = 20_000  # bases in which elements are looked for without being asked
_CHANCE = 1e-3  # of an element that is shown without being asked
_PLACES = 1000  # that a page is given
_WINDOWED = ("occlusion", "feature_ablation")


@dataclasses.dataclass(frozen=True)
class Own:
    """Be a place that a reader marked; attributes as those of `chatnt.places.Place`."""

    label: str
    start: int
    end: int
    sequence: int
    strand: str = "+"
    core: tuple[int, int] | None = None
    side: str = ""
    bed_score: int = 0
    columns: dict[str, Any] = dataclasses.field(default_factory=dict)


def track(result: Attribution, sequence: int, label: str, block: int) -> dict[str, Any]:
    """Return what is said of the scores of one sequence.

    Parameters
    ----------
    result
        What is shown.
    sequence
        Which of its sequences, from 0.
    label
        Tells the track from another.
    block
        Bases that one pair of numbers in the state covers; 1 if every base has its own score there.
    """
    scores = result.scores[sequence]
    return {
        "label": label,
        "name": result.names[sequence],
        "bases": len(scores),
        "letters": str(result.sequences[sequence]) if block == 1 else "",
        "block": block,
        "table": result.tables is not None,
        "resolution": result.resolution,
        "covers": covers(result),
        "signed": result.signed,
        "unit": result.unit,
        "target": told(result),
        "how": result.how,
        "value": _number(result.value),
        "without": _number(result.baseline_value),
        "delta": delta(result),
        "notes": list(result.notes),
    }


def told(result: Attribution) -> str:
    """Return what is explained."""
    return f"{result.target} against {result.against}" if result.against else result.target


def covers(result: Attribution) -> str:
    """Return how many bases a score was computed for, in words."""
    if result.resolution == 1:
        return "per base"
    windowed = result.method.partition(",")[0] in _WINDOWED
    return f"per window of {result.resolution} bases" if windowed else f"per {result.resolution}-mer"


def delta(result: Attribution) -> dict[str, Any] | None:
    """Return by how much the scores do not add up, and whether that is much; None where they need not."""
    if result.delta is None or result.baseline_value is None:
        return None
    change = abs(result.value - result.baseline_value)
    share = abs(result.delta) / change if change else float(abs(result.delta) > 0)
    return {"value": _number(result.delta), "share": share, "much": share > INEXACT}


def _number(value: float | None) -> float | None:
    """JSON has no numbers that are not finite."""
    return float(value) if value is not None and np.isfinite(value) else None


def labels(results: Sequence[Attribution], sequence: int) -> list[str]:
    """Return what tells results from one another: the target, the sequence or the method."""
    if len(results) == 1:
        return [results[0].how]
    kinds = (
        [each.question for each in results],
        [told(each) for each in results],
        [each.names[sequence] for each in results],
        [each.how for each in results],
    )
    parts = [each for each in kinds if len(set(each)) > 1]
    return ["; ".join(words) for words in zip(*parts, strict=True)] if parts else ["first", "second"]


def whole(result: Attribution, sequence: int) -> NDArray[np.float32]:
    """Return all scores of a sequence, and behind them, row by row, its table if there is one."""
    parts = [result.scores[sequence]] + ([] if result.tables is None else [result.tables[sequence].ravel()])
    return np.concatenate(parts).astype("<f4")


def packed(results: Sequence[Attribution], sequence: int, *, most: int = SAVED) -> tuple[int, bytes]:
    """Return the scores of all tracks: whole, or if those are more than `most` bytes, of blocks.

    Returns
    -------
    block
        Bases that one block has, 1 for the whole.
    data
        Float32, little-endian. For each track as `whole` has them; of blocks first the least, then the most.
    """
    parts = [whole(each, sequence) for each in results]
    if 4 * sum(map(len, parts)) <= most:
        return 1, b"".join(each.tobytes() for each in parts)
    bases = sum(len(each.scores[sequence]) for each in results)
    block = -(-8 * bases // most) + 1  # one more, for the blocks at the ends
    rows = []
    for each in results:
        scores = each.scores[sequence].astype("<f4")
        starts = range(0, len(scores), block)
        rows += [np.minimum.reduceat(scores, starts), np.maximum.reduceat(scores, starts)]
    return block, b"".join(row.tobytes() for row in rows)


def usual_places(result: Attribution) -> list[Place]:
    """Return known elements that chance makes rarely, if the sequences are not too long."""
    if max(map(len, result.sequences)) > SEARCHED:
        return []
    return list(find_elements(result.sequences, threshold=_CHANCE))


def shown_places(places: Iterable[Place], sequence: int) -> list[dict[str, Any]]:
    """Return the places in one sequence; of very many those that are surest."""
    here = [place for place in places if place.sequence == sequence]
    kept = sorted(here, key=lambda place: -place.bed_score)[:_PLACES]
    return [
        {
            "start": place.start,
            "end": place.end,
            "strand": place.strand,
            "label": place.label or f"{place.side} peak".strip(),
            "side": place.side,
            "core": list(place.core) if place.core else [],
        }
        for place in sorted(kept, key=lambda place: place.start)
    ]


def left_out(places: Iterable[Place], sequence: int) -> int:
    """Return how many places `shown_places` leaves out."""
    return max(0, sum(place.sequence == sequence for place in places) - _PLACES)


def strongest(
    result: Attribution, sequence: int, marks: Sequence[dict[str, Any]], count: int
) -> pd.DataFrame:
    """Return the bases whose scores are furthest from 0, and what is there."""
    scores = result.scores[sequence]
    order = np.argsort(-np.abs(scores), kind="stable")[:count]
    letters = str(result.sequences[sequence])
    there = [
        ", ".join(dict.fromkeys(mark["label"] for mark in marks if mark["start"] <= i < mark["end"]))
        for i in order
    ]
    return pd.DataFrame(
        {
            "position": order,
            "base": [letters[i] for i in order],
            "score": scores[order],
            "annotation": there,
        }
    )


def best_window(scores: NDArray[np.float32], width: int) -> tuple[int, int]:
    """Return where the absolute scores of so many neighbours have the largest sum."""
    if len(scores) <= width:
        return 0, len(scores)
    sums = np.concatenate([[0.0], np.abs(scores).cumsum(dtype=float)])
    start = int(np.argmax(sums[width:] - sums[:-width]))
    return start, start + width
