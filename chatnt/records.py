"""Where the sequences of a long job come from: FASTA files, folders, intervals of a genome, tables, lists."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chatnt.errors import DataError, DataNotFoundError, SequenceError
from chatnt.genome import Genome
from chatnt.sequence import DNA, raw_records, text_lines

if TYPE_CHECKING:
    import pandas

BED_ENDINGS = (".bed", ".bed.gz")
FASTA_ENDINGS = (".fa", ".fasta", ".fna", ".fa.gz", ".fasta.gz", ".fna.gz", ".fa.bgz", ".fasta.bgz")


class Record(NamedTuple):
    """Hold a sequence and where it lies.

    Attributes
    ----------
    dna
        Its letters, 5' to 3' on its strand.
    place
        Name of the record or contig that `start` and `end` refer to.
    start, end
        0-based and half-open, on the forward strand of `place`.
    strand
        ``"+"`` or ``"-"``.
    number
        Which record of the source it is of, from 0.
    """

    dna: DNA
    place: str
    start: int
    end: int
    strand: str = "+"
    number: int = 0


class BadRecord(NamedTuple):
    """Say what could not be read, and why: the record's name and number, and the line that it begins at."""

    name: str
    number: int
    line: int | None
    reason: str


class _Raw(NamedTuple):
    """Hold a record before its letters were looked at."""

    name: str
    letters: str | DNA
    line: int | None = None


def read_records(source: Any, *, genome: Any = None) -> Iterator[Record | BadRecord]:
    """Yield the records of a source one at a time; of those that cannot be read, the reason.

    Parameters
    ----------
    source
        One of:

        - a FASTA file, plain, gzip'd or bgzip'd, or ``"-"`` for standard input;
        - a folder of FASTA files, which are read in the order of their names;
        - a BED file, or several intervals such as ``"chr1:100-400:-"`` or ``("chr1", 100, 400, "-")``, of
          `genome`; starts are 0-based, ends not included;
        - a DataFrame with a column ``sequence``, and perhaps ``name``;
        - several `DNA` or strings of letters.
    genome
        What intervals refer to, as `chatnt.genome.Genome.of` takes it.

    Raises
    ------
    DataError
        If intervals are given without a genome, or a table has no column of sequences.
    DataNotFoundError
        If there is no such file, or no FASTA file in the folder.
    SequenceError
        If a file is truncated or is no text.
    """
    if genome is not None:
        return _intervals(source, Genome.of(genome))
    if isinstance(source, str | Path):
        return _checked(_of_path(source))
    if hasattr(source, "columns"):
        return _checked(_of_table(source))
    if isinstance(source, DNA):
        source = [source]
    return _checked(_of_list(source))


def _checked(raw: Iterable[_Raw]) -> Iterator[Record | BadRecord]:
    """Yield records, each name once."""
    seen: set[str] = set()
    for number, (name, letters, line) in enumerate(raw):
        if name in seen:
            yield BadRecord(name, number, line, "an earlier record has the same name")
            continue
        seen.add(name)
        try:
            dna = letters if isinstance(letters, DNA) else DNA(letters, name=name)
        except SequenceError as error:
            yield BadRecord(name, number, line, " ".join(str(error).split()))
        else:
            yield Record(dna, name, 0, len(dna), "+", number)


def _of_path(source: str | Path) -> Iterator[_Raw]:
    path = Path(source)
    if str(source) != "-" and path.name.lower().endswith(BED_ENDINGS):
        raise DataError(f"{path} has intervals; give the genome that they refer to with genome=...")
    if path.is_dir():
        files = sorted(p for p in path.iterdir() if p.name.lower().endswith(FASTA_ENDINGS))
        if not files:
            raise DataNotFoundError(f"{path} has no FASTA file ({', '.join(FASTA_ENDINGS)}).")
        for file in files:
            yield from _of_file(file)
    elif str(source) == "-" or path.exists():
        yield from _of_file(source)
    else:
        raise DataNotFoundError(
            f"There is no file {path}; give a FASTA file, a folder, a DataFrame, or a list of sequences."
        )


def _of_file(path: str | Path) -> Iterator[_Raw]:
    for name, letters, line in raw_records(path):
        yield _Raw(name, letters, line)


def _of_table(table: "pandas.DataFrame") -> Iterator[_Raw]:
    if "sequence" not in table.columns:
        raise DataError(
            f"The table has the columns {', '.join(map(str, table.columns))}; its sequences are to stand in "
            "a column 'sequence', and their names in 'name'."
        )
    names = table["name"].astype(str) if "name" in table.columns else map(_numbered, range(len(table)))
    for name, letters in zip(names, table["sequence"], strict=True):
        yield _Raw(name, letters)


def _of_list(source: Iterable[DNA | str]) -> Iterator[_Raw]:
    for i, one in enumerate(source):
        named = isinstance(one, DNA) and one.name
        yield _Raw(named or _numbered(i), one)


def _numbered(i: int) -> str:
    return f"sequence_{i + 1}"


def _intervals(source: Any, genome: Genome) -> Iterator[Record | BadRecord]:
    """Yield intervals of a genome, with the letters of their strands."""
    for number, (line, fields) in enumerate(_fields(source)):
        name = fields if isinstance(fields, str) else ":".join(map(str, fields))
        try:
            contig, start, end, strand = _interval(fields)
            place = genome.find(contig)
            length = genome.length(place)
            if end > length:
                raise SequenceError(f"it ends at {end:,}, but {place} has {length:,} bases")
            dna = DNA(genome.fetch(place, start, end), name=f"{place}:{start}-{end}:{strand}")
        except (SequenceError, DataError) as error:
            yield BadRecord(name, number, line, " ".join(str(error).split()))
            continue
        yield Record(dna.reverse_complement() if strand == "-" else dna, place, start, end, strand, number)


def _fields(source: Any) -> Iterator[tuple[int | None, Any]]:
    """Yield the line number and the fields of each interval."""
    if isinstance(source, str | Path) and (str(source) == "-" or Path(source).is_file()):
        for line, text in enumerate(text_lines(source, "BED", SequenceError), start=1):
            if text and not text.startswith(("#", "track", "browser")):
                yield line, text.split("\t") if "\t" in text else text.split()
        return
    if isinstance(source, Path):
        raise DataNotFoundError(f"There is no file {source}; give a BED file or intervals.")
    given = [source] if isinstance(source, str) else source
    if hasattr(given, "columns"):
        raise DataError("Intervals are to be given as a BED file, strings or tuples, not as a table.")
    for one in given:
        yield None, one


def _interval(fields: Any) -> tuple[str, int, int, str]:
    """Return contig, start, end and strand.

    Raises
    ------
    DataError
        If they are none.
    """
    if isinstance(fields, str):
        contig, _, rest = fields.partition(":")
        span, _, strand = rest.partition(":")
        start, _, end = span.replace(",", "").partition("-")
    else:
        values = [*map(str, fields)]
        contig, start, end = (*values[:3], "", "", "")[:3]
        # BED has a name and a score before the strand; where there are four fields the last may be either.
        strand = values[3] if values[3:] in (["+"], ["-"], ["."]) else (*values[5:6], "")[0]
    if not (start.isdigit() and end.isdigit() and strand in ("", "+", "-", ".")):
        raise DataError("it is no interval: expected contig, start and end, and perhaps a strand, + or -")
    if int(start) >= int(end):
        raise DataError(f"its start, {start}, is not before its end, {end}")
    return contig, int(start), int(end), "-" if strand == "-" else "+"
