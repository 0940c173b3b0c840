"""What the page of an explorer is told: never more than fits on it, however long the sequence is."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from chatnt.attribution import Attribution
from chatnt.conversation import Answer
from chatnt.tasks import get_task
from chatnt.widgets.explorer_ground import Ground
from chatnt.widgets.explorer_windows import COARSE, Lane, Region, steps_of

LETTERS = 1500
"""Bases that may be seen with their letters."""

PEAKS = 60
"""Peaks that the page lists."""

_PIXELS = 1600  # parts of what is seen, at most
_OVERVIEW = 600  # parts of the whole


def seen(
    ground: Ground, lanes: Sequence[Lane], labels: Mapping[str, str], region: Region, pixels: int, stride: int
) -> dict[str, Any]:
    """Return traits for what is seen and as much again on either side, so that one can pan at once.

    Parameters
    ----------
    ground, lanes, labels
        What is shown of what.
    region
        What is seen.
    pixels
        That it is wide.
    stride
        Smallest step between windows.
    """
    span = region[1] - region[0]
    around = max(ground.start, region[0] - span), min(ground.end, region[1] + span)
    bases = around[1] - around[0]
    count = min(bases, round(min(pixels, _PIXELS) * bases / span))
    parts = [lane.bins(around, count, labels[lane.task]) for lane in lanes]
    told = {
        "start": around[0],
        "end": around[1],
        "count": count,
        # Windows further apart than the coarsest step are not joined by a line.
        "gap": 1 if span <= COARSE else steps_of(region, stride, 1)[0],
    }
    return {
        "_seen": told,
        "_bins": np.concatenate(parts).astype("<u2").tobytes() if parts else b"",
        "_letters": ground.letters(*around) if span <= LETTERS else "",
    }


def overview(ground: Ground, lanes: Sequence[Lane], labels: Mapping[str, str]) -> dict[str, Any]:
    """Return traits for the strip of the whole: the most of each part, from 0 to 254; 255 is nothing."""
    count = min(_OVERVIEW, ground.end - ground.start)
    whole = ground.start, ground.end
    most = [lane.bins(whole, count, labels[lane.task])[1] for lane in lanes]
    bytes_ = (np.stack(most) // 257).astype(np.uint8).tobytes() if most else b""
    return {"_overview": bytes_, "_overview_count": count}


def lane_rows(
    lanes: Sequence[Lane], labels: Mapping[str, str], thresholds: Mapping[str, float]
) -> list[dict[str, Any]]:
    """Return what is written beside each track."""
    return [
        {
            "task": lane.task,
            "title": get_task(lane.task).title,
            "strand": lane.strand,
            "label": labels[lane.task],
            "labels": list(get_task(lane.task).labels),
            "threshold": thresholds[lane.task],
            "window": lane.window,
            "about": get_task(lane.task).window,
            "computed": len(lane.rows),
            "calibrated": next((bool(row["calibrated"]) for row in lane.rows.values()), None),
            "notes": [
                f"{note} ({count:,} window{'s' * (count > 1)})" for note, count in lane.notes.most_common(3)
            ],
        }
        for lane in lanes
    ]


def peak_rows(peaks: pd.DataFrame) -> dict[str, Any]:
    """Return the highest peaks, by position, and how many there are."""
    shown = (
        peaks.sort_values("probability", ascending=False).head(PEAKS).sort_values(["start", "task", "strand"])
    )
    return {"_peaks": shown.to_dict("records"), "_peak_count": len(peaks)}


def answer_state(answer: Answer, start: int, end: int, strand: str) -> dict[str, Any]:
    """Return what is shown of an answer about a window."""
    task = get_task(str(answer.task))
    return {
        "start": start,
        "end": end,
        "strand": strand,
        "task": task.name,
        "title": task.title,
        "question": answer.question.text,
        "text": answer.text,
        "label": answer.label,
        "probability": answer.probability,
        "calibrated": answer.calibrated,
        "calibration": answer.calibration,
        "notes": list(answer.notes),
        "letters": str(answer.question.sequences[0]),
    }


def why_state(why: Attribution) -> dict[str, Any]:
    """Return traits for the bases that decided an answer."""
    told = {
        "target": why.target,
        "against": why.against,
        "method": why.method.replace("_", " "),
        "unit": why.unit,
        "delta": why.delta,
        "resolution": why.resolution,
        "notes": list(why.notes),
    }
    return {"_why": told, "_why_scores": np.asarray(why.scores[0], "<f4").tobytes()}
