"""The sequences of a chat: read from what is pasted, dropped, uploaded or given, and kept by name."""

import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from chatnt.conversation import references
from chatnt.errors import DataNotFoundError, SequenceError
from chatnt.records import BadRecord, read_records
from chatnt.sequence import DNA

_PREVIEW = 60  # bases
_TOLD = 10  # records that could not be read, each with its reason


class Found(NamedTuple):
    """Hold the sequences that were read, and why others could not be."""

    sequences: list[DNA]
    left_out: list[str]

    def complaint(self) -> str:
        """Return what could not be read, with names and line numbers; empty if all could."""
        if not self.left_out:
            return ""
        more = len(self.left_out) - _TOLD
        lines = [*self.left_out[:_TOLD], *([f"… and {more:,} more"] if more > 0 else [])]
        count = len(self.left_out)
        return f"{count:,} sequence{'s' * (count != 1)} could not be read:\n" + "\n".join(lines)


class Tray:
    """Hold sequences, each under a name of its own, in the order in which they came."""

    def __init__(self) -> None:
        self._kept: dict[str, DNA] = {}

    def __len__(self) -> int:
        return len(self._kept)

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __contains__(self, name: object) -> bool:
        return name in self._kept

    def __getitem__(self, name: str) -> DNA:
        if name not in self._kept:
            known = ", ".join(map(repr, list(self._kept)[:_TOLD])) or "none"
            raise ValueError(f"There is no sequence {name!r} in the tray; there are: {known}.")
        return self._kept[name]

    def add(self, dna: DNA) -> str:
        """Keep a sequence and return its name, which is another one if its own is taken.

        The same letters under the same name are kept once.
        """
        wanted = dna.name or "sequence"
        name, number = wanted, 1
        while name in self._kept and str(self._kept[name]) != str(dna):
            number += 1
            name = f"{wanted}_{number}"
        self._kept.setdefault(name, DNA(str(dna), name=name, source=dna.source))
        return name

    def remove(self, name: str) -> None:
        """Forget a sequence.

        Raises
        ------
        ValueError
            If there is none of that name.
        """
        del self._kept[self[name].name]

    def rows(self, most: int) -> list[dict[str, Any]]:
        """Return what the page shows of the first sequences; `refers` says whether ``@name`` can mean it."""
        return [sequence_row(dna) for dna, _ in zip(self._kept.values(), range(most), strict=False)]


def sequence_row(dna: DNA) -> dict[str, Any]:
    """Return what the page shows of a sequence."""
    return {
        "name": dna.name or "sequence",
        "length": len(dna),
        "gc": round(dna.gc, 4),
        "preview": str(dna)[:_PREVIEW],
        "refers": references(f"@{dna.name}") == [dna.name],
    }


def read_source(source: Any) -> Found:
    """Read sequences from whatever they are given as.

    Parameters
    ----------
    source
        A FASTA file or a folder of them, the text of one, letters, a `DNA`, a table with a column
        ``sequence``, letters by name, or several `DNA` or strings of letters.

    Raises
    ------
    DataError
        If it is of no such kind.
    DataNotFoundError
        If there is no such file.
    SequenceError
        If none can be read.
    """
    if isinstance(source, str) and source.lstrip("\ufeff \t\r\n").startswith(">"):
        return read_bytes(source.encode(), "The text")
    if isinstance(source, str) and not os.path.exists(source):  # which is False, too, for what is no path
        if any(sign in source for sign in "./\\"):
            raise DataNotFoundError(f"There is no file {source}; give a FASTA file, its text, or letters.")
        return _found([DNA(source)])
    if isinstance(source, Mapping):
        source = [DNA(letters, name=name) for name, letters in source.items()]
    return _found([source] if isinstance(source, DNA) else read_records(source))


def read_bytes(data: bytes, name: str) -> Found:
    """Read sequences from the bytes of a FASTA file, plain or gzip'd, or from letters alone.

    Parameters
    ----------
    data
        What is in the file.
    name
        What errors call it.

    Raises
    ------
    SequenceError
        If none can be read; with the number of the line.
    """
    if not data.strip():
        raise SequenceError(f"{name} is empty; give a FASTA file or letters such as ACGT.")
    if data[:2] != b"\x1f\x8b" and b">" not in data:
        data = b">pasted\n" + data  # letters alone
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "given.fa"
        path.write_bytes(data)
        try:
            return _found(read_records(path))
        except SequenceError as error:
            raise SequenceError(str(error).replace(str(path), name)) from error


def _found(records: Iterable[Any]) -> Found:
    sequences, left_out = [], []
    for one in records:
        if isinstance(one, BadRecord):
            at = "" if one.line is None else f" (line {one.line:,})"
            left_out.append(f"{one.name[:80]}{at}: {one.reason}")
        else:
            sequences.append(one if isinstance(one, DNA) else one.dna)
    found = Found(sequences, left_out)
    if not sequences:
        raise SequenceError(found.complaint() or "There are no sequences in it.")
    return found
