"""Known elements of genes: what they look like, and where a sequence has them."""

import dataclasses
import functools
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from chatnt.places import Places, anchors_of, names_of
from chatnt.sequence import DNA, as_dna
from chatnt.tasks.simulation.motifs import (
    ACCEPTOR,
    BRANCH_POINT,
    DONOR,
    INITIATOR,
    POLYA_SIGNAL,
    POLYA_VARIANT,
    Motif,
)

_BIN = 0.01  # bits; scores are whole numbers of these
_BASES = "ACGT"

# The cuts of these three are scores that 90 of 100 instances reach, drawn by their counts.
GRADED_TATA_BOX = Motif(
    "TATA box", "NNNNNNNN", "Bucher 1990, J. Mol. Biol. 212:563 (389 boxes; columns 2 to 9)",
    (
        (16, 46, 18, 309), (352, 0, 2, 35), (3, 10, 2, 374), (354, 0, 5, 30), (268, 0, 0, 121),
        (360, 3, 20, 6), (222, 2, 44, 121), (155, 44, 157, 33),
    ),
    least=5.1,
)  # fmt: skip
"""With the frequency of each base; the box starts with the first T, as does `TATA_BOX` of simulations."""

GRADED_DONOR = dataclasses.replace(DONOR, least=4.1)
"""As in simulations, which plant better ones alone."""

ACCEPTOR_WITH_TRACT = Motif(
    "acceptor splice site", "NNNNNNNNNNNN" + ACCEPTOR.consensus, ACCEPTOR.source,
    (
        (340, 1021, 398, 1117), (317, 1059, 402, 1098), (291, 1031, 366, 1188), (232, 1043, 365, 1236),
        (224, 1066, 342, 1244), (214, 978, 305, 1379), (222, 1091, 305, 1258), (205, 1112, 320, 1239),
        (251, 1171, 352, 1102), (263, 1220, 271, 1122), (185, 1339, 189, 1163), (198, 1119, 197, 1362),
        *(ACCEPTOR.counts or ()),
    ),
    least=4.7,
)  # fmt: skip
"""The acceptor with the polypyrimidine tract, of the 2,876 acceptors of HS3D; position 16 begins the exon."""

ELEMENTS = (
    GRADED_TATA_BOX, INITIATOR, GRADED_DONOR, ACCEPTOR_WITH_TRACT, BRANCH_POINT, POLYA_SIGNAL, POLYA_VARIANT,
)  # fmt: skip
"""The elements that are looked for by default."""


@dataclasses.dataclass(frozen=True)
class Element:
    """Say where a sequence has an element.

    Attributes
    ----------
    sequence
        Number of the sequence, from 0.
    start, end
        Where it lies, in bases, 0-based and half-open.
    strand
        ``"+"`` if it reads as the sequence is given, ``"-"`` if as its reverse complement.
    element
        Its name.
    letters
        As it reads on its strand.
    score
        Log-odds, in bits.
    p
        Chance that a word of this length scores as high, if bases follow one another at random.
    core
        Bases of it that never differ, such as the GT of a donor: start and end in the sequence; or None.
    source
        Publication, or file.
    """

    sequence: int
    start: int
    end: int
    strand: str
    element: str
    letters: str
    score: float
    p: float
    core: tuple[int, int] | None = None
    source: str = ""

    @property
    def side(self) -> str:
        """Nothing: letters alone do not say what they do."""
        return ""

    @property
    def label(self) -> str:
        """Its name."""
        return self.element

    @property
    def bed_score(self) -> int:
        """A hundred times the negative decimal logarithm of `p`, at most 1,000."""
        return min(1000, round(-100 * math.log10(self.p))) if self.p > 0 else 1000

    @property
    def columns(self) -> dict[str, Any]:
        """What a table says of it."""
        return {"element": self.element, "letters": self.letters, "score": self.score, "p": self.p}


class Elements(Places[Element]):
    """Hold the elements that some sequences have, by sequence and position; see `chatnt.places.Places`."""


def find_elements(
    sequences: DNA | str | Sequence[DNA | str],
    *,
    elements: Iterable[Motif] = ELEMENTS,
    strands: str = "+",
    threshold: float = 1.0,
    background: Sequence[float] | None = None,
    anchor: int | Sequence[int] | None = None,
) -> Elements:
    """Find known elements in sequences.

    An element is where its consensus is matched letter by letter; or, of an element with counts of bases,
    where the log-odds reach its `least`. Short ones occur by chance: an initiator in one of 128 places,
    a branch point in one of 64. So look at `p`.

    Parameters
    ----------
    sequences
        One or several, as those of an attribution.
    elements
        What to look for; of your own, too: ``Motif("my box", "CANNTG", "my paper, 2024")``.
    strands
        ``"+"``, as the sequences are given, ``"-"`` or ``"+-"``.
    threshold
        Only elements with `p` of at most this.
    background
        Frequencies of A, C, G and T by chance, for `p`. Default: those of the sequences.
    anchor
        Base of the transcription start, or first base after the border of a splice site, from which
        positions are counted too; one for all, or one for each sequence.

    Returns
    -------
    Elements
        By sequence and position. A letter other than A, C, G and T is no part of an element.

    Raises
    ------
    SequenceError
        If a sequence is not DNA or RNA.
    ValueError
        If strands, threshold, background or anchor are none.

    References
    ----------
    Staden 1989, Methods for calculating the probabilities of finding patterns in sequences, Comput. Appl.
    Biosci. 5:89 (the exact distribution of scores); of each element, its `source`.

    Examples
    --------
    >>> find_elements("GGGCTGGGCATAAAAGTCAGGGCAGAGCCATCTATTGCTTACA", anchor=39)[0].letters
    'CATAAAAG'
    """
    given = as_sequences(sequences)
    if not strands or set(strands) - {"+", "-"}:
        raise ValueError(f"strands={strands!r} is none of '+', '-' and '+-'.")
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold} is no probability; give one above 0, and 1 for all.")
    chances = _chances(given) if background is None else _checked_background(background)
    found = [
        element
        for i, dna in enumerate(given)
        for motif in elements
        for strand in dict.fromkeys(strands)
        for element in _scan(i, dna, motif, strand, chances)
        if element.p <= threshold
    ]
    limit = "" if threshold == 1 else f" with p up to {threshold:g}"
    where = "both strands" if len(set(strands)) > 1 else f"strand {strands[0]}"
    return sorted_elements(found, given, anchor, f"elements{limit} on {where}")


def sorted_elements(
    found: list[Element], sequences: Sequence[DNA], anchor: int | Sequence[int] | None, about: str
) -> Elements:
    """Return elements by sequence and position."""
    found.sort(key=lambda e: (e.sequence, e.start, e.p))
    return Elements(found, sequences, names_of(sequences), anchors_of(anchor, sequences), about)


def as_sequences(sequences: DNA | str | Sequence[DNA | str]) -> list[DNA]:
    """Return one sequence or several as a list."""
    one = isinstance(sequences, DNA | str)
    return [as_dna(each) for each in ([sequences] if one else sequences)]  # type: ignore[list-item]


def _scan(number: int, dna: DNA, motif: Motif, strand: str, chances: tuple[float, ...]) -> Iterator[Element]:
    """Yield where one sequence has one element on one strand."""
    text = str(dna if strand == "+" else dna.reverse_complement())
    table, lowest, tails = _distribution(motif, chances)
    width = len(motif)
    if len(text) < width:
        return
    letters = np.array([_BASES.find(letter) for letter in text])  # -1, the last column, if none of these
    scores = np.zeros(len(text) - width + 1, int)
    for column, row in enumerate(table):
        scores += row[letters[column : column + len(scores)]]
    for start in np.flatnonzero(scores >= _cut(motif, table)).tolist():
        word = text[start : start + width]
        if not motif.matches(word):
            continue
        at = _turned(start, start + width, len(text), strand)
        core = _core(motif)
        yield Element(
            number, *at, strand, motif.name, word, motif.score(word), float(tails[scores[start] - lowest]),
            core=core and _turned(start + core[0], start + core[1], len(text), strand), source=motif.source,
        )  # fmt: skip


def _turned(start: int, end: int, length: int, strand: str) -> tuple[int, int]:
    return (start, end) if strand == "+" else (length - end, length - start)


@functools.lru_cache(maxsize=256)
def _distribution(
    motif: Motif, chances: tuple[float, ...]
) -> tuple[NDArray[np.int64], int, NDArray[np.float64]]:
    """Return scores as whole numbers, the lowest of a word, and the chance of each or more from there up.

    The table has shape (width, 5); its last column, of letters that are no base, has the lowest score.
    """
    table = np.array([[round(column[b] / _BIN) for b in _BASES] for column in motif.bits])
    density = np.ones(1)
    for row in table:
        steps = row - row.min()
        longer = np.zeros(len(density) + steps.max())
        for step, chance in zip(steps, chances, strict=True):
            longer[step : step + len(density)] += chance * density
        density = longer
    tails = np.minimum(density[::-1].cumsum()[::-1], 1.0)
    return np.column_stack([table, table.min(1)]), int(table.min(1).sum()), tails


def _cut(motif: Motif, table: NDArray[np.int64]) -> int:
    """Return a score that every word that matches has; some others may have it, too."""
    best = int(table.max(1).sum())
    return best if motif.counts is None else min(best, math.floor(motif.least / _BIN) - len(motif))


def _core(motif: Motif) -> tuple[int, int] | None:
    """Return the columns in which one base alone was ever counted."""
    same = [i for i, column in enumerate(motif.counts or ()) if max(column) == sum(column)]
    return (same[0], same[-1] + 1) if same else None


def _chances(sequences: Sequence[DNA]) -> tuple[float, ...]:
    """Return the frequencies of the bases, none of which is zero."""
    counts = Counter("".join(map(str, sequences)))
    seen = [counts[base] + 1 for base in _BASES]
    return tuple(n / sum(seen) for n in seen)


def _checked_background(background: Sequence[float]) -> tuple[float, ...]:
    chances = tuple(map(float, background))
    if len(chances) != 4 or min(chances) <= 0 or not math.isclose(sum(chances), 1, abs_tol=1e-6):
        raise ValueError(
            f"background={chances} are no frequencies of A, C, G and T; give four above 0 that sum to 1."
        )
    return chances
