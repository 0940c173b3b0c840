"""A genome that windows are cut from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from chatnt.errors import DataNotFoundError, MissingExtraError, SequenceError
from chatnt.genome_index import check_index
from chatnt.sequence import DNA, as_dna, read_fasta

SMALL = 100 * 2**20
"""Bytes of a FASTA file that is read as a whole; larger ones need pyfaidx, which reads parts."""

_PREFIX = "chr"
_SHOWN = 5  # contigs that a message names
_MITOCHONDRIA = {"M": "MT", "MT": "M"}


class Genome:
    """Hold the contigs of a genome by name.

    Parameters
    ----------
    contigs
        Whatever gives letters by ``contigs[name][start:end]`` and their number by ``len``.
    told
        What to call the genome in messages.

    Examples
    --------
    >>> genome = Genome.of({"chr1": "ACGTACGT"})
    >>> genome.fetch("chr1", -2, 3), genome.find("1")
    ('NNACG', 'chr1')
    """

    def __init__(self, contigs: Mapping[str, Any], told: str) -> None:
        self.contigs, self.told = contigs, told

    @classmethod
    def of(cls, genome: "Genome | str | Path | DNA | Mapping[str, DNA | str]") -> "Genome":
        """Open a genome.

        Parameters
        ----------
        genome
            A FASTA file, plain, gzip'd or bgzip'd; a `DNA`, which is a contig by its name; or sequences
            by name.

        Raises
        ------
        DataNotFoundError
            If there is no such file.
        MissingExtraError
            If the file is large, and pyfaidx is not installed, or, for bgzip, biopython.
        SequenceError
            If a sequence is not DNA, the file is not FASTA, or a ``.fai`` index beside it is of another file.
        """
        if isinstance(genome, Genome):
            return genome
        if isinstance(genome, DNA):
            return cls({genome.name: genome.sequence}, f"the sequence {genome.name!r}")
        if isinstance(genome, Mapping):
            return cls({name: as_dna(letters).sequence for name, letters in genome.items()}, "the genome")
        path = Path(genome)
        if not path.is_file():
            raise DataNotFoundError(f"There is no file {path}; give the FASTA file of the genome.")
        check_index(path)
        if path.stat().st_size > SMALL:
            return cls(_indexed(path), str(path))
        return cls({dna.name: dna.sequence for dna in read_fasta(path)}, str(path))

    def find(self, contig: str) -> str:
        """Return what the genome calls a contig: the same, or with or without "chr".

        Raises
        ------
        SequenceError
            If it has no such contig.
        """
        bare = contig.removeprefix(_PREFIX)
        other = _MITOCHONDRIA.get(bare, bare)
        for name in (contig, bare, _PREFIX + bare, other, _PREFIX + other):
            if name in self.contigs:
                return name
        names = list(self.contigs.keys())
        more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
        raise SequenceError(
            f"{self.told} has no contig {contig!r}, with or without {_PREFIX!r}; it has "
            f"{', '.join(map(repr, names[:_SHOWN]))}{more}. Give the genome (assembly) that is meant."
        )

    def length(self, contig: str) -> int:
        """Return the bases of a contig, by the genome's own name."""
        return len(self.contigs[contig])

    def fetch(self, contig: str, start: int, end: int) -> str:
        """Return letters, upper case, with N beyond the ends of the contig.

        Parameters
        ----------
        contig
            By the genome's own name, see `find`.
        start, end
            0-based and half-open; may lie beyond the ends.
        """
        length = self.length(contig)
        first, last = min(max(start, 0), length), min(max(end, 0), length)
        inside = str(self.contigs[contig][first:last]).upper() if first < last else ""
        before = min(max(0, -start), end - start)
        return "N" * before + inside + "N" * (end - start - before - len(inside))


def _indexed(path: Path) -> Mapping[str, Any]:
    try:
        from pyfaidx import (  # type: ignore[import-not-found]
            Fasta,
            FastaIndexingError,
            UnsupportedCompressionFormat,
        )
    except ImportError as error:
        raise MissingExtraError(
            f"{path} is larger than {SMALL // 2**20} MB, and pyfaidx, which reads parts of it, is not "
            'installed: pip install "chatnt[genome]"'
        ) from error
    try:
        return Fasta(str(path), as_raw=True, sequence_always_upper=True)  # type: ignore[return-value]
    except ImportError as error:  # of what reads blocks of bgzip
        raise MissingExtraError(f"{path} cannot be read in parts: {error} Or give it unpacked.") from error
    except UnsupportedCompressionFormat as error:
        raise SequenceError(f"{path} cannot be read in parts: {error} Give it unpacked.") from error
    except (FastaIndexingError, ValueError) as error:  # lines of several lengths, or two contigs of one name
        raise SequenceError(f"{path} cannot be read in parts: {error}") from error
    except OSError as error:
        raise SequenceError(
            f"{path} cannot be read in parts, as its index cannot be written beside it: {error} Make "
            f"it where that is allowed: samtools faidx {path}"
        ) from error
