"""DNA as a value that cannot be wrong, and the readers that make it."""

import dataclasses
import gzip
import html
import io
import sys
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from chatnt.errors import ChatNTError, SequenceError

IUPAC_BASES = {
    "A": "A", "C": "C", "G": "G", "T": "T", "N": "ACGT",
    "R": "AG", "Y": "CT", "S": "CG", "W": "AT", "K": "GT", "M": "AC",
    "B": "CGT", "D": "AGT", "H": "ACT", "V": "ACG",
}  # fmt: skip
"""The bases that each letter of the IUPAC nucleotide code stands for."""

NUCLEOTIDES = "".join(IUPAC_BASES)
"""All letters that a sequence may hold, the four bases and N first."""

_WITHOUT_BASES = str.maketrans("", "", "ACGTN")
_COMPLEMENT = str.maketrans("ACGTNRYSWKMBDHV", "TGCANYRSWMKVHDB")
_AMINO_ACIDS = set("ACDEFGHIKLMNPQRSTVWYBZXJUO*")
_GZIP_MAGIC = b"\x1f\x8b"
_BGZIP_MAGIC = b"\x1f\x8b\x08\x04"
_BGZIP_END = bytes.fromhex(
    "1f8b08040000000000ff0600424302001b0003000000000000000000"
)  # SAM 1.6, section 4.1.2


@dataclasses.dataclass(frozen=True)
class DNA:
    """Hold one nucleotide sequence and its name.

    Lower case is read as upper case, U (RNA) as T, and white space is dropped.
    All letters of the IUPAC nucleotide code are accepted. Slicing gives a new
    `DNA`; positions are 0-based and half-open.

    Parameters
    ----------
    sequence
        The letters, 5' to 3'.
    name
        What to call it; ``@name`` refers to it in a question.
    source
        Where it comes from, for example ``"chr1:100-108:+"``.

    Raises
    ------
    SequenceError
        If the sequence is empty, holds other letters, or is a protein.

    Examples
    --------
    >>> dna = DNA("acguttag", name="example")
    >>> dna
    DNA('ACGTTTAG', name='example')
    >>> dna[4:].reverse_complement().sequence
    'CTAA'
    """

    sequence: str
    name: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "sequence", _clean(self.sequence, self.name))

    def __len__(self) -> int:
        return len(self.sequence)

    def __str__(self) -> str:
        return self.sequence

    def __getitem__(self, key: int | slice) -> "DNA":
        return dataclasses.replace(self, sequence=self.sequence[key])

    def __repr__(self) -> str:
        text = self.sequence if len(self) <= 60 else f"{self.sequence[:40]}...{self.sequence[-10:]}"
        named = f", name={self.name!r}" if self.name else ""
        length = f", {len(self):,} bases" if len(self) > 60 else ""
        return f"DNA({text!r}{named}{length})"

    def _repr_html_(self) -> str:
        name = html.escape(self.name or "DNA")
        return (
            f"<b>{name}</b> {len(self):,} bases, GC {self.gc:.0%}"
            f"<br><code style='word-break:break-all'>{self.sequence[:600]}"
            f"{' …' if len(self) > 600 else ''}</code>"
        )

    @property
    def gc(self) -> float:
        """Share of G and C among the unambiguous bases, from 0 to 1."""
        counts = Counter(self.sequence)
        strong = counts["G"] + counts["C"]
        known = strong + counts["A"] + counts["T"]
        return strong / known if known else 0.0

    def reverse_complement(self) -> "DNA":
        """Return the other strand, 5' to 3'."""
        return dataclasses.replace(self, sequence=self.sequence.translate(_COMPLEMENT)[::-1])


def _clean(text: str, name: str) -> str:
    if not isinstance(text, str):
        raise SequenceError(
            f"A sequence must be a string of letters such as 'ACGT', got {type(text).__name__}."
        )
    letters = "".join(text.split()).upper()
    if letters and not letters.translate(_WITHOUT_BASES):
        return letters
    what = f"Sequence {name!r}" if name else "The sequence"
    if not letters:
        raise SequenceError(f"{what} is empty; give at least one base.")
    foreign = Counter(letters.replace("U", "T"))
    ambiguous = sum(foreign[c] for c in NUCLEOTIDES[5:])
    for letter in NUCLEOTIDES:
        del foreign[letter]
    # A few foreign letters are slips or masks (X); ambiguous ones alone may be a motif (RRRCWWGYYY).
    unusual = foreign.total() + ambiguous
    if foreign and unusual > len(letters) / 2 and set(letters) <= _AMINO_ACIDS:
        raise SequenceError(
            f"{what} looks like a protein ({letters[:20]}{'...' if len(letters) > 20 else ''}). "
            "The encoder reads DNA or RNA: give the coding sequence instead."
        )
    if foreign:
        shown = ", ".join(f"{c!r} ({n} times)" for c, n in foreign.most_common(10))
        raise SequenceError(
            f"{what} holds {shown}, which are not nucleotides. "
            f"Allowed are {NUCLEOTIDES} and U; remove gaps, digits and marks."
        )
    return letters.replace("U", "T")


def as_dna(sequence: "DNA | str") -> DNA:
    """Return `sequence` as `DNA`, whether it is one already or a string."""
    return sequence if isinstance(sequence, DNA) else DNA(sequence)


def read_fasta(path: str | Path) -> list[DNA]:
    """Read all records of a FASTA file.

    Parameters
    ----------
    path
        A plain or gzip'd file, any line ends; ``"-"`` reads standard input.

    Returns
    -------
    list of DNA
        In the order of the file; `name` is the first word of the header.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    SequenceError
        If the file is empty, not FASTA, truncated, or has two records of one name;
        the message names every offender.
    """
    records = list(iter_fasta(path))
    repeated = [name for name, n in Counter(r.name for r in records).items() if n > 1]
    if repeated:
        raise SequenceError(
            f"{path} has several records named {', '.join(map(repr, repeated))}; "
            "names must be unique, rename them."
        )
    return records


def iter_fasta(path: str | Path) -> Iterator[DNA]:
    """Yield the records of a FASTA file one at a time, as `read_fasta` reads them."""
    for name, letters, _ in raw_records(path):
        if not letters:
            raise SequenceError(f"Record {name!r} of {path} has no sequence; the file may be truncated.")
        yield DNA(letters, name=name, source=str(path))


def raw_records(
    path: str | Path, on_read: Callable[[int], object] | None = None
) -> Iterator[tuple[str, str, int]]:
    """Yield name, letters and the number of the first line of the records of a FASTA file.

    The letters are not looked at. Errors of the whole file are those of `read_fasta`; `on_read` is
    that of `text_lines`.
    """
    name, letters, begun = None, io.StringIO(), 0
    for number, line in enumerate(text_lines(path, "FASTA", SequenceError, on_read), start=1):
        if line.startswith(">"):
            if name is not None:
                yield name, letters.getvalue(), begun
            # Of a chromosome the lines, or the letters once more, would take more memory than all else.
            name, letters = (line[1:].split() or [f"record_at_line_{number}"])[0], io.StringIO()
            begun = number
        elif line and name is None:
            raise SequenceError(f"{path} is not FASTA: line {number} is {line[:40]!r}, expected '>name'.")
        elif line:
            letters.write(line)
    if name is None:
        raise SequenceError(f"{path} is empty; a FASTA file has lines '>name' and sequence.")
    yield name, letters.getvalue(), begun


def text_lines(
    path: str | Path,
    kind: str,
    error: type[ChatNTError],
    on_read: Callable[[int], object] | None = None,
) -> Iterator[str]:
    """Yield the lines of a text file, without white space at their ends.

    Parameters
    ----------
    path
        A plain, gzip'd or bgzip'd file, any line ends; ``"-"`` reads standard input.
    kind
        What to call the format in messages.
    error
        Raised if the file is truncated or no text.
    on_read
        Told how many bytes of the file, packed as it is, were read since it was last told.
    """
    if str(path) == "-" and sys.stdin is None:
        raise error("Standard input is closed; give a file, or pipe one in.")
    raw = sys.stdin.buffer if str(path) == "-" else io.BufferedReader(_Told(path, on_read))
    # Text mode reads every kind of line end; the byte-order mark of Windows is no letter.
    with raw, io.TextIOWrapper(_unpacked(raw), encoding="utf-8-sig") as lines:
        try:
            if _lacks_end(path):
                raise EOFError
            for line in lines:
                yield line.strip()
        except EOFError as reason:
            raise error(f"{path} ends early: the gzip file is truncated.") from reason
        except (gzip.BadGzipFile, zlib.error, UnicodeDecodeError) as reason:
            raise error(f"{path} is not a text or gzip {kind} file: {reason}.") from reason


def is_packed(path: Path) -> bool:
    """Return whether a file is gzip'd or bgzip'd."""
    with open(path, "rb") as file:
        return file.read(len(_GZIP_MAGIC)) == _GZIP_MAGIC


class _Told(io.FileIO):
    """Tell how much is read of a file."""

    def __init__(self, path: str | Path, on_read: Callable[[int], object] | None) -> None:
        super().__init__(path)
        self.on_read = on_read

    def readinto(self, buffer, /) -> int:
        count = cast("int", super().readinto(buffer))  # never None: files are waited for
        if self.on_read is not None:
            self.on_read(count)
        return count


def _unpacked(raw: BinaryIO) -> BinaryIO | gzip.GzipFile:
    start = raw.peek(2)[:2] if isinstance(raw, io.BufferedReader) else b""
    return gzip.open(raw) if start == _GZIP_MAGIC else raw


def _lacks_end(path: str | Path) -> bool:
    """Return whether a bgzip'd file was cut between two of its blocks, each of which is a whole gzip file."""
    if str(path) == "-" or not Path(path).is_file():
        return False
    with open(path, "rb") as file:
        start = file.read(14)
        if not (start.startswith(_BGZIP_MAGIC) and start.endswith(b"BC")):
            return False
        file.seek(max(0, Path(path).stat().st_size - len(_BGZIP_END)))
        return file.read() != _BGZIP_END
