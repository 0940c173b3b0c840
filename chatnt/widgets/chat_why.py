"""Why an answer was given, as one strip of letters: the part of an attribution that says most."""

import itertools
from typing import TYPE_CHECKING, Any

import numpy as np

from chatnt.elements import Element, find_elements
from chatnt.sequence import DNA

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from chatnt.attribution import Attribution

_WINDOW = 60  # letters
_BINS = 240  # of the whole sequence
_CHANCE = 0.01  # of an element that is named
_STRONG = 0.2  # of the largest score, which the mean of an element's bases must reach to be named
_NAMES = 3


def why_strip(attribution: "Attribution") -> dict[str, Any]:
    """Return the stretch whose bases say most, with the elements found there, for the page.

    Parameters
    ----------
    attribution
        Of an answer.

    Returns
    -------
    dict
        ``letters`` and ``scores`` from base ``start`` of the sequence ``name``; ``marks``, each with
        ``start, end`` counted in the sequence, ``label`` and ``letters``; ``overview``, of each of equal
        parts of the whole sequence the score that is furthest from zero; and in words what was explained.
    """
    sizes = [float(np.abs(scores).max(initial=0.0)) for scores in attribution.scores]
    which = int(np.argmax(sizes))
    dna, scores = attribution.sequences[which], np.asarray(attribution.scores[which], float)
    start, end = _stretch(np.abs(scores))
    return {
        "state": "done",
        "name": attribution.names[which],
        "length": len(dna),
        "start": start,
        "letters": str(dna)[start:end],
        "scores": [round(x, 5) for x in scores[start:end].tolist()],
        "largest": round(sizes[which], 5),
        "overview": [round(x, 4) for x in _extremes(scores)],
        "marks": _marks(dna, scores, start, end),
        "target": attribution.target,
        "against": attribution.against,
        "unit": attribution.unit,
        "method": attribution.how,
        "signed": attribution.signed,
        "notes": list(attribution.notes),
    }


def _stretch(sizes: "NDArray[np.floating]") -> tuple[int, int]:
    """Return the window with the largest sum, moved so that what is large in it lies in the middle."""
    width = min(_WINDOW, len(sizes))
    sums = np.convolve(sizes, np.ones(width), "valid")
    best = int(sums.argmax())
    weights = sizes[best : best + width] ** 2
    if not weights.any():
        return best, best + width
    middle = best + float(np.average(np.arange(width), weights=weights))
    start = min(max(0, round(middle - width / 2)), len(sizes) - width)
    return start, start + width


def _extremes(scores: "NDArray[np.floating]") -> list[float]:
    count = min(_BINS, len(scores))
    edges = [round(i * len(scores) / count) for i in range(count + 1)]
    parts = [scores[start:end] for start, end in itertools.pairwise(edges)]
    return [float(part[np.abs(part).argmax()]) for part in parts]


def _marks(dna: DNA, scores: "NDArray[np.floating]", start: int, end: int) -> list[dict[str, Any]]:
    """Return the elements of the window whose bases were decisive, none over another, the strongest first."""
    largest = float(np.abs(scores).max(initial=0.0)) or 1.0
    there = [
        (float(np.abs(scores[slice(*_shown(one))]).mean()) / largest, one)
        for one in find_elements(dna, threshold=_CHANCE)
        if start <= one.start and one.end <= end
    ]
    marks: list[dict[str, Any]] = []
    for strength, one in sorted(there, key=lambda pair: -pair[0]):
        low, high = _shown(one)
        apart = all(high <= mark["start"] or mark["end"] <= low for mark in marks)
        if strength >= _STRONG and apart and len(marks) < _NAMES:
            marks.append({"start": low, "end": high, "label": one.element, "letters": str(dna)[low:high]})
    return marks


def _shown(element: Element) -> tuple[int, int]:
    """Return the bases that are marked: the GT or AG of a splice site, else the whole element."""
    return element.core or (element.start, element.end)
