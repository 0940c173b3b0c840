"""Motifs of files in the MEME format, such as those of JASPAR, in sequences."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from chatnt.arrays import one_hot
from chatnt.elements import Element, Elements, as_sequences, sorted_elements
from chatnt.errors import MissingExtraError
from chatnt.sequence import DNA

_Motifs = dict[str, NDArray[np.float64]]  # of shape (4, width)


def find_motifs(
    sequences: DNA | str | Sequence[DNA | str],
    path: str | Path,
    *,
    strands: str = "+-",
    threshold: float = 1e-4,
    anchor: int | Sequence[int] | None = None,
) -> Elements:
    """Find the motifs of a MEME file, such as one of JASPAR, by the FIMO of memelite.

    Parameters
    ----------
    sequences, anchor
        As for `find_elements`.
    path
        A file in the minimal MEME format, for example from jaspar.elixir.no/downloads.
    strands
        ``"+-"``, or ``"+"``: as the sequences are given.
    threshold
        Only matches with p below this, against bases that are equally frequent.

    Returns
    -------
    Elements
        By sequence and position, named as the lines ``MOTIF`` of the file are.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    MissingExtraError
        If memelite is not installed.
    SequenceError
        If a sequence is not DNA or RNA.
    ValueError
        If the file has no motif, or strands, threshold or anchor are none.

    References
    ----------
    Grant, Bailey and Noble 2011, FIMO: scanning for occurrences of a given motif, Bioinformatics 27:1017.

    Examples
    --------
    >>> chatnt.find_motifs(why.sequences, "JASPAR2024_CORE_vertebrates.meme")  # doctest: +SKIP
    """
    given = as_sequences(sequences)
    if strands not in ("+", "+-"):
        raise ValueError(f"strands={strands!r} is neither '+' nor '+-'.")
    if not 0 < threshold <= 1:
        raise ValueError(f"threshold={threshold} is no probability; give one above 0 and up to 1.")
    both = strands == "+-"
    found = list(_fimo(given, Path(path), threshold, both=both))
    about = f"motifs of {Path(path).name} with p below {threshold:g} on strand{'s + and -' if both else ' +'}"
    return sorted_elements(found, given, anchor, about)


def _fimo(sequences: Sequence[DNA], path: Path, threshold: float, *, both: bool) -> Iterator[Element]:
    """Yield what FIMO finds, of words of known bases alone."""
    try:
        from memelite import fimo  # type: ignore[import-not-found]
        from memelite.io import read_meme  # type: ignore[import-not-found]
    except ImportError as error:
        raise MissingExtraError(
            'Motif files need memelite, which is not installed: pip install "chatnt[motifs]". Without it '
            "there is find_elements."
        ) from error
    motifs = _read(read_meme, path)
    letters = one_hot(sequences).astype(np.int8)
    for table in fimo(motifs, letters, threshold=threshold, reverse_complement=both):
        columns = ("motif_name", "sequence_name", "start", "end", "strand", "score", "p-value")
        for name, number, start, end, strand, score, p in zip(*(table[c] for c in columns), strict=True):
            word = sequences[number][start:end] if end <= len(sequences[number]) else None
            if word is None or set(str(word)) - set("ACGT"):
                continue
            read = word if strand == "+" else word.reverse_complement()
            yield Element(
                int(number), int(start), int(end), strand, name, str(read), float(score), float(p),
                source=path.name,
            )  # fmt: skip


def _read(read: Callable[[str], _Motifs], path: Path) -> _Motifs:
    with path.open(encoding="utf-8"):  # an error that names the file, if there is none
        pass
    try:
        motifs = read(str(path))
    except (ValueError, IndexError, AttributeError) as error:
        raise ValueError(f"{path} cannot be read as a MEME file: {error}.") from error
    if not motifs:
        raise ValueError(f"{path} has no motif; give a file in the minimal MEME format, as JASPAR has them.")
    return motifs
