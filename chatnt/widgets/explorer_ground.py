"""What an explorer looks at: a long sequence that is read in parts, and how places on it are written."""

import dataclasses
import re
from importlib.resources import as_file, files
from pathlib import Path

from chatnt.bed import Interval, is_interval, written_intervals
from chatnt.errors import DataError, SequenceError
from chatnt.genome import Genome
from chatnt.records import Record
from chatnt.sequence import DNA, read_fasta

CONVENTION = "Positions are 0-based and ends are not included, as in BED files."
"""What a reader who types a place must know."""

_PLACE = re.compile(
    r"(?:(.+):)?\s*([\d,]+)\s*(?:(?:-|–|\.\.)\s*([\d,]+))?(?::[+-])?"
)  # names may have colons


@dataclasses.dataclass(frozen=True)
class Ground:
    """Hold a stretch of a contig or of a record, of which only parts are read.

    Parameters
    ----------
    genome
        Gives the letters.
    place
        What the genome calls the contig.
    start, end
        Of the stretch, 0-based and half-open.
    strand
        That was asked for, ``"+"`` or ``"-"``.
    """

    genome: Genome
    place: str
    start: int
    end: int
    strand: str = "+"

    def letters(self, start: int, end: int) -> str:
        """Return letters of the forward strand, upper case."""
        return self.genome.fetch(self.place, start, end)

    def record(self, start: int, end: int, strand: str) -> Record:
        """Return a part as what can be asked about, 5' to 3' on its strand."""
        dna = DNA(self.letters(start, end), name=f"{self.place}:{start}-{end}:{strand}")
        return Record(dna if strand == "+" else dna.reverse_complement(), start, end, strand, self.place, 0)

    def find(self, text: str, span: int) -> tuple[int, int]:
        """Read a place that a person wrote.

        Parameters
        ----------
        text
            ``"chr1:1,000-2,000"``, ``"1000-2000"``, or one position, which then is in the middle.
        span
            Bases to show around a single position.

        Returns
        -------
        tuple of int
            Start and end, within the stretch.

        Raises
        ------
        ValueError
            If the text is no place, or the place is elsewhere.
        """
        found = _PLACE.fullmatch(text.strip())
        whole = f"{self.place}:{self.start:,}-{self.end:,}"
        if found is None:
            raise ValueError(
                f"{text!r} is no place; write one such as {whole}, or {self.start}-{self.end}, or a "
                f"single position. {CONVENTION}"
            )
        place, first, last = found.groups()
        if place and place != self.place and self.genome.find(place) != self.place:
            raise ValueError(f"{place!r} is not shown here; this is {whole}.")
        start = int(first.replace(",", ""))
        end = start + 1 if last is None else int(last.replace(",", ""))
        if start >= end:
            raise ValueError(f"{text!r}: the start must be before the end. {CONVENTION}")
        if start < self.start or end > self.end:
            raise ValueError(f"{text!r} is not within {whole}. {CONVENTION}")
        if last is not None:
            return start, end
        begin = max(self.start, min(start - span // 2, self.end - span))
        return begin, min(self.end, begin + span)


def ground_of(
    sequence: DNA | str | Path | None, genome: Genome | str | Path | None, interval: str | tuple | None
) -> Ground:
    """Return what is to be explored.

    Parameters
    ----------
    sequence
        A `DNA`, letters, or a FASTA file. Without it and without a genome, the bundled gene.
    genome
        A FASTA file, or an open genome.
    interval
        Of the file: ``"chr1:1000-2000"``, a tuple, or the name of a record, which is then shown as a whole.
        Default: the first record.

    Raises
    ------
    DataError
        If both a sequence and a genome are given, or a genome without an interval.
    SequenceError
        If letters are no DNA, the file has no such record, or the interval ends after it.
    DataNotFoundError
        If there is no such file.
    """
    if sequence is not None and genome is not None:
        raise DataError("Give either a sequence or a genome, not both.")
    if genome is not None and interval is None:
        raise DataError('A genome needs an interval, such as interval="chr1:10000-20000".')
    opened = Genome.of(_contigs(sequence) if genome is None else genome)
    if interval is None:
        name = next(iter(opened.contigs.keys()))
        return Ground(opened, name, 0, opened.length(name))
    if not is_interval(interval):
        name = opened.find(str(interval))
        return Ground(opened, name, 0, opened.length(name))
    given: Interval = next(written_intervals(interval)).read()
    name = opened.find(given.contig)
    if given.end > opened.length(name):
        raise SequenceError(
            f"The interval ends at {given.end:,}, but {name} has {opened.length(name):,} bases."
        )
    return Ground(opened, name, given.start, given.end, given.strand)


def _contigs(sequence: DNA | str | Path | None) -> Genome | str | Path | dict[str, DNA | str]:
    if sequence is None:
        with as_file(files("chatnt") / "data" / "human_beta_globin.fa") as path:
            dna = read_fasta(path)[0]
    elif isinstance(sequence, DNA):
        dna = sequence
    elif isinstance(sequence, Path) or Path(sequence[:255]).suffix:  # letters have no dots
        return sequence
    else:
        dna = DNA(sequence)
    return {dna.name or "sequence": dna}
