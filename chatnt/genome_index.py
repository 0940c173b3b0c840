"""Whether the index that lies beside a genome is that of the genome."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from chatnt.errors import SequenceError
from chatnt.sequence import is_packed

_LONGEST_HEADER = 1 << 16


def check_index(genome: Path) -> None:
    """Compare a genome with the ``.fai`` index beside it, if there is one.

    The letters are not read: what lies between the contigs, as the index has them, must be their
    headers and nothing else. Of a packed genome only the age is compared.

    Parameters
    ----------
    genome
        A FASTA file.

    Raises
    ------
    SequenceError
        If the index is older than the genome, or has other contigs or lengths.

    References
    ----------
    faidx(5), the manual page of samtools.
    """
    index = genome.with_name(f"{genome.name}.fai")
    if not index.is_file():
        return
    if index.stat().st_mtime_ns < genome.stat().st_mtime_ns:
        raise _mismatch(index, genome, "is older than it")
    if is_packed(genome):
        return
    with open(genome, "rb") as file:
        reached = 0
        for contig in sorted(_contigs(index, genome), key=lambda contig: contig.offset):
            if _header(file, reached, contig.offset) != contig.name:
                raise _mismatch(
                    index, genome, f"does not find {contig.name!r}, or what lies before it, there"
                )
            if not _ends_a_line(file, contig):
                raise _mismatch(index, genome, f"says that {contig.name!r} has {contig.length:,} bases")
            reached = contig.end
        file.seek(reached)
        if file.read(_LONGEST_HEADER).strip():
            raise _mismatch(index, genome, "ends before it does")


class _Contig(NamedTuple):
    """Hold a line of an index: bases, the byte of the first one, and bases and bytes of a line."""

    name: str
    length: int
    offset: int
    bases: int
    width: int

    @property
    def end(self) -> int:
        """The byte after the last base."""
        if not self.length:
            return self.offset
        lines_before, last = divmod(self.length - 1, self.bases)
        return self.offset + lines_before * self.width + last + 1


def _contigs(index: Path, genome: Path) -> Iterator[_Contig]:
    for line in index.read_text(encoding="utf-8").splitlines():
        try:
            name, length, offset, bases, width = line.split("\t")
            contig = _Contig(name, int(length), int(offset), int(bases), int(width))
            if min(contig[1:]) < 0 or (contig.length and not contig.bases):
                raise ValueError
            yield contig
        except ValueError:
            raise _mismatch(index, genome, f"has the line {line[:60]!r}, which is none of an index") from None


def _header(file: BinaryIO, start: int, end: int) -> str | None:
    """Return the name in the header that fills a part of a file, None if something else does."""
    if not 0 < end - start < _LONGEST_HEADER:
        return None
    file.seek(start)
    lines = file.read(end - start).split(b"\n")
    told = [line for line in lines if line.strip()]
    if len(told) != 1 or not told[0].startswith(b">") or lines[-1]:
        return None
    return (told[0][1:].split() or [b""])[0].decode("utf-8", "replace")


def _ends_a_line(file: BinaryIO, contig: _Contig) -> bool:
    if not contig.length:
        return True
    file.seek(contig.end - 1)
    last, after = file.read(1), file.read(1)
    return bool(last.strip()) and not after.strip()


def _mismatch(index: Path, genome: Path, why: str) -> SequenceError:
    return SequenceError(
        f"{index} is not the index of {genome.name}: it {why}. Remove it, or make it anew: "
        f"samtools faidx {genome}"
    )
