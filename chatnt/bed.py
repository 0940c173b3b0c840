"""Intervals as they are written: lines of BED files, strings and tuples."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from chatnt.errors import DataError, DataNotFoundError, SequenceError
from chatnt.sequence import text_lines

_WRITTEN = re.compile(r"(.+):([0-9,]+)-([0-9,]+)(?::([+.-]))?")  # names of contigs may have colons
_NUMBER = re.compile(r"[0-9]+")
_STRANDS = ("", ".", "+", "-")
_NO_INTERVAL = "it is no interval: expected contig, start and end, and perhaps a strand, + or -"
_HEADS = ("track", "browser")


class Interval(NamedTuple):
    """Hold a contig, 0-based and half-open ends on its forward strand, and a strand, ``"+"`` or ``"-"``."""

    contig: str
    start: int
    end: int
    strand: str

    @property
    def name(self) -> str:
        """Contig, start, end and strand."""
        return f"{self.contig}:{self.start}-{self.end}:{self.strand}"


class Written(NamedTuple):
    """Hold one interval as it was given, its line in a file, and what reads it."""

    text: str
    line: int | None
    read: Callable[[], Interval]


def written_intervals(source: Any, on_read: Callable[[int], object] | None = None) -> Iterator[Written]:
    """Yield the intervals of a BED file or of a list, before they are looked at.

    Parameters
    ----------
    source
        A BED file, plain, gzip'd or bgzip'd; ``"-"`` for standard input; one interval or several, as
        ``"chr1:100-400:-"`` or ``("chr1", 100, 400, "-")``, the strand perhaps left out.
    on_read
        Told how many bytes of the file were read since it was last told.

    Raises
    ------
    DataError
        If the source has no intervals.
    DataNotFoundError
        If there is no such file.
    SequenceError
        If the file is truncated or is no text.
    """
    if is_interval(source) and not (isinstance(source, str) and Path(source).exists()):
        source = [source]
    if isinstance(source, str | Path):
        yield from _of_file(source, on_read)
    elif hasattr(source, "columns") or not isinstance(source, Iterable):
        raise DataError(
            f"Intervals are to be given as a BED file, strings or tuples, not as a {type(source).__name__}."
        )
    else:
        for one in source:
            text = ":".join(map(str, one)) if isinstance(one, tuple | list) else str(one)
            yield Written(text, None, lambda one=one: _of_given(one))


def is_interval(given: object) -> bool:
    """Return whether something has the form of one interval."""
    if isinstance(given, tuple):
        return len(given) in (3, 4) and _NUMBER.fullmatch(str(given[1])) is not None
    return isinstance(given, str) and _WRITTEN.fullmatch(given) is not None


def _of_file(path: str | Path, on_read: Callable[[int], object] | None) -> Iterator[Written]:
    if str(path) != "-" and not Path(path).exists():
        raise DataNotFoundError(
            f"There is no file {path}; give a BED file or intervals, such as chr1:100-400:-."
        )
    if Path(path).is_dir():
        raise DataError(f"{path} is a folder; give a BED file of it.")
    for number, line in enumerate(text_lines(path, "BED", SequenceError, on_read), start=1):
        fields = line.split("\t") if "\t" in line else line.split()
        if not fields or line.startswith("#") or line.split()[0] in _HEADS:
            continue
        if line.startswith(">"):
            raise DataError(
                f"{path} is FASTA, not BED: line {number} is {line[:40]!r}. Leave out the genome to ask "
                "about its records."
            )
        yield Written(":".join(fields), number, lambda fields=fields: _of_line(fields))


def _of_given(given: object) -> Interval:
    if isinstance(given, tuple | list) and len(given) in (3, 4):
        return _interval(*map(str, given))
    found = _WRITTEN.fullmatch(given) if isinstance(given, str) else None
    if found is None:
        raise DataError(_NO_INTERVAL)
    contig, start, end, strand = found.groups(default="")
    return _interval(contig, start.replace(",", ""), end.replace(",", ""), strand)


def _of_line(fields: Sequence[str]) -> Interval:
    if len(fields) < 3:
        raise DataError(_NO_INTERVAL)
    contig, start, end = fields[:3]
    strand = fields[5] if len(fields) > 5 else ""
    if len(fields) == 4 and fields[3] in _STRANDS:  # where a name is expected
        strand = fields[3]
    return _interval(contig, start, end, strand)


def _interval(contig: str, start: str, end: str, strand: str = "") -> Interval:
    if not (_NUMBER.fullmatch(start) and _NUMBER.fullmatch(end) and strand in _STRANDS):
        raise DataError(_NO_INTERVAL)
    if int(start) >= int(end):
        raise DataError(f"its start, {start}, is not before its end, {end}")
    return Interval(contig, int(start), int(end), "-" if strand == "-" else "+")
