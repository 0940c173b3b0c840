"""Peaks of attributions: where bases speak louder for or against a target than chance has it."""

import dataclasses
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatnt.attribution import Attribution
from chatnt.elements import Element, Elements, find_elements
from chatnt.places import Places, anchors_of
from chatnt.segments import chances, corrected, maximal_segments

SUPPORTS, OPPOSES, MATTERS = "supports", "opposes", "matters"
"""What a peak does to the target; scores without a sign only say that it matters."""


@dataclasses.dataclass(frozen=True)
class Peak:
    """Say where bases speak louder than chance has it.

    Attributes
    ----------
    sequence
        Number of the sequence, from 0.
    start, end
        Where it lies, in bases, 0-based and half-open.
    side
        ``"supports"`` or ``"opposes"`` the target; ``"matters"`` if the scores have no sign.
    letters
        Under the peak.
    summit
        Position of its highest score.
    sum, mean
        Of its scores, in the unit of the attribution.
    excess
        What `p` is about: the sum of its absolute scores, less the `floor` of the peaks for each base.
    p
        Chance that a peak of a shuffled sequence has as much.
    q
        Share of false ones among all peaks whose `p` is as small, after Benjamini and Hochberg.
    elements
        Known elements of which at least half lies under the peak, or under which half of the peak lies, the
        least likely first.
    strand
        That of the sequence.
    """

    sequence: int
    start: int
    end: int
    side: str
    letters: str
    summit: int
    sum: float
    mean: float
    excess: float
    p: float
    q: float
    elements: tuple[Element, ...] = ()
    strand: str = "+"

    @property
    def core(self) -> tuple[int, int] | None:
        """That of its first element that has one."""
        return next((element.core for element in self.elements if element.core), None)

    @property
    def label(self) -> str:
        """Name of its least likely element, or none."""
        return self.elements[0].element if self.elements else ""

    @property
    def bed_score(self) -> int:
        """A hundred times the negative decimal logarithm of `q`, at most 1,000."""
        return min(1000, round(-100 * math.log10(self.q))) if self.q > 0 else 1000

    @property
    def columns(self) -> dict[str, Any]:
        """What a table says of it."""
        names = ("side", "letters", "summit", "sum", "mean", "p", "q")
        named = "; ".join(f"{e.element} {e.strand} (p {e.p:.2g})" for e in self.elements)
        return {name: getattr(self, name) for name in names} | {"elements": named}


class Peaks(Places[Peak]):
    """Hold the peaks of an attribution, by sequence and position; see `chatnt.places.Places`."""


def call_peaks(
    attribution: Attribution,
    null: Sequence[Attribution],
    *,
    fdr: float = 0.05,
    quantile: float = 0.9,
    elements: Elements | None = None,
    anchor: int | Sequence[int] | None = None,
) -> Peaks:
    """Find where scores are higher, or lower, than those of shuffled sequences, and name what is there.

    A peak is a maximal segment of scores of one sign, after each is lowered by what an ordinary base has:
    a quantile of the absolute scores of the null. Segments of the null are found likewise, on the
    shuffles of the same sequence, and give the chance of each excess.

    Parameters
    ----------
    attribution
        Of `chatnt.attribute`.
    null
        Attributions of shuffles of its sequences, of `chatnt.attribute_shuffled`.
    fdr
        Only peaks with `q` of at most this: the share of false ones among them. 1 gives all segments.
    quantile
        What an ordinary base has; a higher one makes fewer and shorter peaks.
    elements
        What peaks are named after. Default: those of `chatnt.find_elements` on the strand that is given.
    anchor
        Base of the transcription start, or first base after the border of a splice site, from which
        positions are counted too; one for all sequences, or one for each.

    Returns
    -------
    Peaks
        By sequence and position.

    Raises
    ------
    ValueError
        If the null is not of such attributions, there is not one anchor for each sequence, or a number is
        out of range.

    References
    ----------
    Ruzzo and Tompa 1999, ISMB 7:234 (segments); Knijnenburg et al. 2009, Bioinformatics 25:i161 (chance);
    Benjamini and Hochberg 1995, J. R. Stat. Soc. B 57:289 (`q`).

    Examples
    --------
    >>> null = chatnt.attribute_shuffled(chat, why)  # doctest: +SKIP
    >>> chatnt.call_peaks(why, null, anchor=249)  # doctest: +SKIP
    """
    anchors = anchors_of(anchor, attribution.sequences)
    for name, number in (("fdr", fdr), ("quantile", quantile)):
        if not 0 < number <= 1:
            raise ValueError(f"{name}={number} must be above 0 and at most 1.")
    _check(attribution, null)
    found = [
        peak
        for i in range(len(attribution.sequences))
        for peak in _candidates(attribution, null, i, quantile)
    ]
    likely = corrected([peak.p for peak in found])
    kept = [dataclasses.replace(peak, q=float(q)) for peak, q in zip(found, likely, strict=True) if q <= fdr]
    known = find_elements(attribution.sequences) if elements is None else elements
    named = [dataclasses.replace(peak, elements=tuple(_under(peak, known))) for peak in kept]
    about = f"peaks with q up to {fdr:g} of {len(found):,} segments, against {len(null)} shuffles"
    named.sort(key=lambda peak: (peak.sequence, peak.start))
    return Peaks(named, attribution.sequences, attribution.names, anchors, about)


def _candidates(
    attribution: Attribution, null: Sequence[Attribution], number: int, quantile: float
) -> Iterator[Peak]:
    """Yield all segments of one sequence, with their chance but not yet corrected."""
    by_chance = [each.scores[number].astype(float) for each in null]
    floor = float(np.quantile(np.abs(np.concatenate(by_chance)), quantile))
    sides = {SUPPORTS: 1.0, OPPOSES: -1.0} if attribution.signed else {MATTERS: 1.0}
    others = np.array(
        [x for scores in by_chance for sign in sides.values() for x in _excesses(sign * scores, floor)]
    )
    scores, letters = attribution.scores[number].astype(float), str(attribution.sequences[number])
    for side, sign in sides.items():
        segments = maximal_segments(sign * scores - floor)
        excesses = np.array([excess for *_, excess in segments])
        for (start, end, excess), p in zip(segments, chances(excesses, others), strict=True):
            part = scores[start:end]
            yield Peak(
                number, start, end, side, letters[start:end], start + int((sign * part).argmax()),
                float(part.sum()), float(part.mean()), excess, float(p), 1.0,
            )  # fmt: skip


def _excesses(scores: NDArray[np.floating], floor: float) -> list[float]:
    return [excess for *_, excess in maximal_segments(scores - floor)]


def _under(peak: Peak, elements: Elements) -> list[Element]:
    """Return the elements that a peak shares half of its bases with, or of theirs."""
    found = [
        e
        for e in elements
        if e.sequence == peak.sequence
        and 2 * (min(e.end, peak.end) - max(e.start, peak.start))
        >= min(e.end - e.start, peak.end - peak.start)
    ]
    return sorted(found, key=lambda e: e.p)


def _check(attribution: Attribution, null: Sequence[Attribution]) -> None:
    if not null:
        raise ValueError("The null is empty; give what chatnt.attribute_shuffled makes.")
    wanted = _kind(attribution)
    for i, each in enumerate(null):
        if _kind(each) != wanted:
            raise ValueError(
                f"Attribution {i} of the null is of {_kind(each)}, but the peaks are of {wanted}; give what "
                "chatnt.attribute_shuffled makes of the same attribution."
            )


def _kind(attribution: Attribution) -> str:
    sizes = " and ".join(f"{len(s):,}" for s in attribution.sequences)
    return f"{attribution.target!r} by {attribution.method} for {sizes} bases"
