"""A variant: what stands in a genome, and what stands there instead."""

import dataclasses
from itertools import takewhile

from chatnt.errors import DataError
from chatnt.sequence import NUCLEOTIDES

_LETTERS = frozenset(NUCLEOTIDES)


@dataclasses.dataclass(frozen=True)
class Variant:
    """Hold one alternative allele at one place.

    Parameters
    ----------
    contig
        Chromosome or other sequence of the genome.
    start
        Place of the first letter of `ref`, 0-based; a VCF counts from 1.
    ref, alt
        Letters on the strand +, upper case. Either may be empty, but not both.
    name
        What to call it, such as an rs number.

    Raises
    ------
    DataError
        If a letter is no nucleotide, or both alleles are the same.

    Examples
    --------
    >>> deletion = Variant("chr1", 99, "GTT", "G")
    >>> deletion
    Variant(chr1:100 GTT>G, deletion)
    >>> deletion.trimmed()
    Variant(chr1:101 TT>-, deletion)
    """

    contig: str
    start: int
    ref: str
    alt: str
    name: str = ""

    def __post_init__(self) -> None:
        for field, letters in (("reference", self.ref), ("alternative", self.alt)):
            if foreign := sorted(set(letters) - _LETTERS):
                raise DataError(
                    f"The {field} allele {letters[:40]!r} at {self.contig}:{self.start + 1} holds "
                    f"{', '.join(map(repr, foreign))}; expected nucleotides in upper case."
                )
        if self.ref == self.alt:
            raise DataError(
                f"Both alleles at {self.contig}:{self.start + 1} are {self.ref!r}, so nothing varies there."
            )

    @property
    def end(self) -> int:
        """Place behind the last letter of `ref`, 0-based."""
        return self.start + len(self.ref)

    @property
    def kind(self) -> str:
        """SNV, MNV (several bases for as many), insertion, deletion, or indel (some for others)."""
        least = self.trimmed()
        if len(least.ref) == len(least.alt):
            return "SNV" if len(least.ref) == 1 else "MNV"
        return "insertion" if not least.ref else "deletion" if not least.alt else "indel"

    def trimmed(self) -> "Variant":
        """Return the same change without the letters that both alleles begin or end with.

        What they begin with goes first, so that a change within a repeat is put at its end.
        """
        before, behind = shared_ends(self.ref, self.alt)
        return dataclasses.replace(
            self,
            start=self.start + before,
            ref=self.ref[before : len(self.ref) - behind],
            alt=self.alt[before : len(self.alt) - behind],
        )

    def __str__(self) -> str:
        return f"{self.contig}:{self.start + 1} {self.ref or '-'}>{self.alt or '-'}"

    def __repr__(self) -> str:
        named = f"{self.name}, " if self.name else ""
        return f"Variant({named}{self}, {self.kind})"


def shared_ends(one: str, other: str) -> tuple[int, int]:
    """Return how many letters two texts begin with, and how many of the rest they end with.

    Examples
    --------
    >>> shared_ends("GATTC", "GATC")
    (3, 1)
    """
    before = _alike(one, other)
    return before, _alike(one[before:][::-1], other[before:][::-1])


def _alike(one: str, other: str) -> int:
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
