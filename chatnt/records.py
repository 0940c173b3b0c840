"""Where the sequences of a long job come from: FASTA files, folders, intervals of a genome, tables, lists."""

import contextlib
import dataclasses
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chatnt.bed import is_interval, written_intervals
from chatnt.errors import DataError, DataNotFoundError, SequenceError, WritingError
from chatnt.genome import Genome
from chatnt.sequence import DNA, raw_records

if TYPE_CHECKING:
    import pandas

BED_ENDINGS = (".bed", ".bed.gz")
FASTA_ENDINGS = (
    ".fa",
    ".fasta",
    ".fna",
    ".fa.gz",
    ".fasta.gz",
    ".fna.gz",
    ".fa.bgz",
    ".fasta.bgz",
    ".fna.bgz",
)

OnRead = Callable[[int], object]
"""Told how much was read since it was last told, such as the ``update`` of a progress bar."""


class Record(NamedTuple):
    """Hold a sequence and where it lies.

    Attributes
    ----------
    dna
        Its letters, 5' to 3' on its strand, and the name of the record.
    start, end
        0-based and half-open, on the forward strand of `place`.
    strand
        ``"+"`` or ``"-"``.
    place
        Name of the record or contig that `start` and `end` refer to.
    number
        Which record of the source it is of, from 0.
    """

    dna: DNA
    start: int
    end: int
    strand: str
    place: str
    number: int


class BadRecord(NamedTuple):
    """Say what could not be read, and why: the record's name and number, and the line that it begins at."""

    name: str
    number: int
    line: int | None
    reason: str


class Span(NamedTuple):
    """Say how much there is to read, in ``"bytes"`` or ``"records"``."""

    total: int
    unit: str


def read_records(
    source: Any, *, genome: Any = None, on_read: OnRead | None = None, each_once: bool = True
) -> Iterator[Record | BadRecord]:
    """Yield the records of a source one at a time; of those that cannot be read, the reason.

    A record with the name of an earlier one is one that cannot be read, unless `each_once` is False. Memory
    does not grow with the number of records: when the names become many, they lie in a temporary file.

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
        What intervals refer to, as `chatnt.genome.Genome.of` takes it. Its contigs are found with or without
        "chr"; a warning says so, and `Record.place` is what the genome calls them.
    on_read
        Told how much was read since it was last told, in the unit of `span_of`.
    each_once
        Whether names are told apart; not where the source is one part of many.

    Raises
    ------
    DataError
        If intervals are given without a genome, a table has no column of sequences, or the source is of no
        such kind.
    DataNotFoundError
        If there is no such file, or no FASTA file in the folder.
    SequenceError
        If a file is truncated, empty, or no FASTA, or the index beside the genome is of another file.
    WritingError
        If there is no room for the temporary file.

    Examples
    --------
    >>> for record in read_records(["chr1:2-6:-", "chr1:4-40"], genome={"chr1": "AACCGGTT"}):
    ...     print(record)
    Record(dna=DNA('CCGG', name='chr1:2-6:-'), start=2, end=6, strand='-', place='chr1', number=0)
    BadRecord(name='chr1:4-40', number=1, line=None, reason='it ends at 40, but chr1 has 8 bases')
    """
    found = _found_in(source, genome, on_read)
    return _each_once(found) if each_once else _numbered_only(found)


def _found_in(source: Any, genome: Any, on_read: OnRead | None) -> Iterator["_Found"]:
    """Return what reads a source of that kind."""
    if genome is not None:
        return _of_intervals(source, Genome.of(genome), on_read)
    if isinstance(source, str | Path):
        return _of_path(source, on_read)
    if hasattr(source, "columns"):
        return _of_table(source, on_read)
    if isinstance(source, DNA):
        source = [source]
    if not isinstance(source, Iterable):
        raise DataError(
            f"A {type(source).__name__} holds no sequences; give a FASTA file, a folder, a table or a list."
        )
    return _of_list(source, on_read)


def span_of(source: Any) -> Span | None:
    """Return how much there is to read of a source, for a progress bar, or None if it cannot be told at once.

    Parameters
    ----------
    source
        As `read_records` takes it. Files are told in bytes, as they lie on the disk; tables and lists
        in records.

    Examples
    --------
    >>> span_of(["ACGT", "GGCC"])
    Span(total=2, unit='records')
    """
    if isinstance(source, str | Path):
        path = Path(source)
        files = _fasta_files(path) if path.is_dir() else [path] if path.is_file() else []
        return Span(sum(file.stat().st_size for file in files), "bytes") if files else None
    if isinstance(source, DNA):
        return Span(1, "records")
    return Span(len(source), "records") if hasattr(source, "__len__") else None


class _Found(NamedTuple):
    """Hold what a source gave, and the line that it begins at."""

    one: Record | BadRecord
    line: int | None


def _each_once(found: Iterable[_Found]) -> Iterator[Record | BadRecord]:
    """Yield what was found with its number, each name once."""
    with contextlib.closing(_Names()) as names:
        for number, (one, line) in enumerate(found):
            if isinstance(one, Record) and not names.add(one.dna.name):
                one = BadRecord(one.dna.name, number, line, "an earlier record has the same name")
            yield one._replace(number=number)


def _numbered_only(found: Iterable[_Found]) -> Iterator[Record | BadRecord]:
    """Yield what was found with its number, whatever its name."""
    for number, (one, _) in enumerate(found):
        yield one._replace(number=number)


class _Names:
    """Remember names; when they are more than some megabytes, in a file that is gone when this is closed."""

    def __init__(self) -> None:
        self._table = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._table.execute("CREATE TABLE names (name TEXT PRIMARY KEY) WITHOUT ROWID")
        self._table.execute("BEGIN")  # for good: nothing of it is to be kept

    def add(self, name: str) -> bool:
        """Return whether the name is a new one."""
        try:
            return self._table.execute("INSERT OR IGNORE INTO names VALUES (?)", (name,)).rowcount > 0
        except sqlite3.OperationalError as error:
            raise WritingError(
                f"The names of the records cannot be kept in a temporary file: {error}. Make room, or name "
                "another folder in the variable SQLITE_TMPDIR, and start the same run again."
            ) from error

    def close(self) -> None:
        self._table.close()


def _made(name: str, letters: Any, line: int | None = None, file: str = "") -> _Found:
    """Return a whole record, or why it is none."""
    try:
        if isinstance(letters, DNA):
            dna = letters if letters.name else dataclasses.replace(letters, name=name)
        else:
            dna = DNA(letters, name=name)
    except SequenceError as error:
        return _Found(_bad(name, line, f"{file}: {error}" if file else error), line)
    return _Found(Record(dna, 0, len(dna), "+", name, 0), line)


def _bad(name: str, line: int | None, reason: object) -> BadRecord:
    return BadRecord(name, 0, line, " ".join(str(reason).split()))


def _of_path(source: str | Path, on_read: OnRead | None) -> Iterator[_Found]:
    path = Path(source)
    if str(source) != "-" and path.name.lower().endswith(BED_ENDINGS):
        raise DataError(f"{path} has intervals; give the genome that they refer to with genome=...")
    if path.is_dir():
        files = _fasta_files(path)
        if not files:
            raise DataNotFoundError(f"{path} has no FASTA file ({', '.join(FASTA_ENDINGS)}).")
        for file in files:
            for name, letters, line in raw_records(file, on_read):
                yield _made(name, letters, line, file.name)
    elif str(source) == "-" or path.exists():
        for name, letters, line in raw_records(source, on_read):
            yield _made(name, letters, line)
    elif is_interval(str(source)):
        raise DataError(f"{source} is an interval; give the genome that it refers to with genome=...")
    else:
        raise DataNotFoundError(
            f"There is no file {path}; give a FASTA file, a folder, a DataFrame, or a list of sequences."
        )


def _fasta_files(folder: Path) -> list[Path]:
    return sorted(p for p in folder.iterdir() if p.name.lower().endswith(FASTA_ENDINGS) and p.is_file())


def _of_table(table: "pandas.DataFrame", on_read: OnRead | None) -> Iterator[_Found]:
    if "sequence" not in table.columns:
        raise DataError(
            f"The table has the columns {', '.join(map(str, table.columns))}; its sequences are to stand in "
            "a column 'sequence', and their names in 'name'."
        )
    named = table["name"] if "name" in table.columns else table["sequence"].map(lambda _: None)
    for i, (name, missing, letters) in enumerate(zip(named, named.isna(), table["sequence"], strict=True)):
        _tell(on_read)
        yield _made(_numbered(i) if missing else str(name), letters)


def _of_list(source: Iterable[DNA | str], on_read: OnRead | None) -> Iterator[_Found]:
    for i, one in enumerate(source):
        if is_interval(one):
            raise DataError(f"{one} is an interval; give the genome that it refers to with genome=...")
        _tell(on_read)
        yield _made((isinstance(one, DNA) and one.name) or _numbered(i), one)


def _numbered(i: int) -> str:
    return f"sequence_{i + 1}"


def _tell(on_read: OnRead | None) -> None:
    if on_read is not None:
        on_read(1)


def _of_intervals(source: Any, genome: Genome, on_read: OnRead | None) -> Iterator[_Found]:
    """Yield intervals of a genome, with the letters of their strands."""
    warned = False
    for text, line, read in written_intervals(source, on_read):
        if line is None:
            _tell(on_read)
        try:
            given = read()
            interval = given._replace(contig=genome.find(given.contig))
            length = genome.length(interval.contig)
            if interval.end > length:
                raise SequenceError(
                    f"it ends at {interval.end:,}, but {interval.contig} has {length:,} bases"
                )
            letters = genome.fetch(interval.contig, interval.start, interval.end)
            dna = DNA(letters, name=interval.name)
        except (SequenceError, DataError) as error:
            yield _Found(_bad(text, line, error), line)
            continue
        if interval.contig != given.contig and not warned:
            warnings.warn(
                f"The genome has no contig {given.contig!r}; {interval.contig!r} was taken for it, and "
                "others likewise. Places are told by the genome's names.",
                stacklevel=3,
            )
            warned = True
        contig, start, end, strand = interval
        yield _Found(
            Record(dna.reverse_complement() if strand == "-" else dna, start, end, strand, contig, 0), line
        )
