"""Windows around a variant: a task's sequence with the reference and with the alternative in it."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import Literal

from chatnt.errors import SequenceError
from chatnt.genome import Genome
from chatnt.sequence import DNA, IUPAC_BASES
from chatnt.tasks import Task
from chatnt.variant import Variant

Strands = Literal["+", "-", "both"]

TRANSCRIPTION_START = {"promoter_tata": 249, "promoter_all": 249, "promoter_no_tata": 249} | {
    f"plant_promoter_{tissue}": 165 for tissue in ("leaf", "protoplast")
}
"""Bases before the start of transcription in the windows of a task."""

_DONOR, _ACCEPTOR, _CORE = range(-10, 11), range(-30, 6), range(-45, 16, 5)
SCANS = {
    "splice_sites_donors": _DONOR,
    "splice_sites_acceptors": _ACCEPTOR,
    "splice_sites_all": range(_ACCEPTOR.start, _DONOR.stop),
    "polya_pas_human": _DONOR,
} | dict.fromkeys(TRANSCRIPTION_START, _CORE)
"""Where a variant is put by default, in bases from the site that a task asks about; negative is upstream.

Of donors it is what U1 reads, with room for new sites; of acceptors also the pyrimidines before them; of
promoters what lies between the TATA box and the start, every fifth base.
"""


@dataclasses.dataclass(frozen=True)
class Window:
    """Hold what a task reads with and without a variant.

    Attributes
    ----------
    at
        Bases from the site that the task asks about, or from the middle, to the first changed base, on
        the strand that is read.
    strand
        That is read.
    reference, alternative
        Letters on this strand, both as long as the task's windows.
    missing
        Bases of `reference` that lie beyond the ends of the contig and are N.
    """

    at: int
    strand: str
    reference: str
    alternative: str
    missing: int


def anchor(task: Task, length: int) -> int:
    """Return the place in a window of the site that a task asks about, 0-based; otherwise the middle."""
    return TRANSCRIPTION_START.get(task.name, length // 2) if length == task.length else length // 2


def usual_places(task: Task, length: int) -> tuple[int, ...]:
    """Return where a variant is put by default: see `SCANS`; otherwise at the quarters and the middle.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> usual_places(get_task("h3"), 500)
    (-125, 0, 125)
    """
    site = anchor(task, length)
    places = SCANS.get(task.name, (-(length // 4), 0, length // 4))
    return tuple(at for at in places if 0 <= site + at < length)


def windows(
    genome: Genome, variant: Variant, *, length: int, anchor: int, at: Sequence[int], strands: Strands
) -> Iterator[Window]:
    """Yield windows of a variant, with the site that a task asks about at different places near it.

    An insertion or deletion moves bases on one side alone: the site stays where it is in the window, and
    what lies on the far side of the variant is pushed out or comes in.

    Parameters
    ----------
    genome
        Has been checked to hold the reference allele, see `located`.
    variant
        By the genome's name of the contig.
    length
        Of the windows, in bases.
    anchor
        Place of the site in a window, 0-based.
    at
        Bases from the site to the variant, negative for a variant upstream of it.
    strands
        ``"+"``, ``"-"`` or ``"both"``.

    Raises
    ------
    SequenceError
        If an allele is longer than the windows.
    ValueError
        If a place is beyond the windows.
    """
    least = variant.trimmed()
    if max(len(least.ref), len(least.alt)) > length:
        raise SequenceError(
            f"An allele of {variant} has {max(len(least.ref), len(least.alt)):,} bases, but the window "
            f"{length:,}; give a longer window, or leave the variant out."
        )
    left = genome.fetch(least.contig, least.start - length, least.start)
    right = genome.fetch(least.contig, least.end, least.end + length)
    beyond = max(0, length - least.start), max(0, least.end + length - genome.length(least.contig))
    for strand in "+-" if strands == "both" else strands:
        parts = left, least.ref, least.alt, right
        if strand == "-":
            parts = _reverse(right), _reverse(least.ref), _reverse(least.alt), _reverse(left)
        ends = beyond if strand == "+" else beyond[::-1]
        for place in at:
            before = anchor + place
            if not 0 <= before < length:
                raise ValueError(
                    f"at={place} puts the variant outside of the window of {length} bases, whose site is at "
                    f"{anchor}; give numbers from {-anchor} to {length - 1 - anchor}."
                )
            behind = max(0, length - before - len(least.ref))
            missing = max(0, ends[0] + before - length) + max(0, ends[1] + behind - length)
            yield Window(place, strand, *_filled(parts, before, behind, keep_left=place >= 0), missing)


def located(genome: Genome, variant: Variant) -> Variant:
    """Return a variant by the genome's name of its contig.

    Raises
    ------
    SequenceError
        If the genome has no such contig or place, or has other bases there.
    """
    contig = genome.find(variant.contig)
    if variant.end > genome.length(contig):
        raise SequenceError(
            f"The variant {variant} ends at {variant.end:,}, but the contig {contig!r} of {genome.told} has "
            f"{genome.length(contig):,} bases; give the genome that the variants were called on."
        )
    here = genome.fetch(contig, variant.start, variant.end)
    # A file may name one of the bases for which the genome has an ambiguity code.
    if not all(_agree(a, b) for a, b in zip(variant.ref, here, strict=True)):
        raise SequenceError(
            f"The variant {variant} has the reference {variant.ref[:40]!r}, but {genome.told} has "
            f"{here[:40]!r} there; give the genome (assembly) that the variants were called on."
        )
    return dataclasses.replace(variant, contig=contig)


def _agree(one: str, other: str) -> bool:
    return bool(set(IUPAC_BASES[one]) & set(IUPAC_BASES.get(other, "")))


def _reverse(letters: str) -> str:
    return DNA(letters).reverse_complement().sequence if letters else ""


def _filled(
    parts: tuple[str, str, str, str], before: int, behind: int, *, keep_left: bool
) -> tuple[str, str]:
    """Return both alleles between their neighbours; the bases of one side stay in their places."""
    left, ref, alt, right = parts
    length = len(left)
    start = left[length - before :]
    reference = (start + ref + right)[:length]
    if keep_left:
        return reference, (start + alt + right)[:length]
    return reference, (left + alt + right[:behind])[-length:]
