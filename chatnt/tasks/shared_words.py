"""Find sequences that share a long word: windows of one genome that overlap, for example."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from chatnt.tasks.examples import Example
from chatnt.tasks.overlap import letters_of, reverse_complement

_LONGEST = 32  # bases whose number fits into 64 bits
_BLOCK = 1 << 22  # letters at a time
_OTHER = 4
_BASES = np.full(256, _OTHER, np.uint8)
_BASES[list(b"ACGT")] = range(4)


def sharing_rows(
    train: Mapping[str, Sequence[Example]], test: Mapping[str, Sequence[Example]], *, word: int = 32
) -> dict[str, NDArray[np.bool_]]:
    """Tell for every test sequence whether it shares a word with any training sequence.

    Two unrelated sequences hardly ever share 32 bases; windows of one genome that overlap do, and
    so do the members of a family. A repeat that stands in both is found too.

    Parameters
    ----------
    train, test
        By the name of the task.
    word
        Bases, from 8 to 32; either strand counts.

    Returns
    -------
    dict
        By the name of the test, an array of shape (sequences,).

    Raises
    ------
    ValueError
        If `word` is out of range.

    Examples
    --------
    >>> genome = "ACGTTGCATGTCAGCCATTGACCTAGGATC"
    >>> train, test = [Example(genome[:20], 0)], [Example(genome[10:], 0), Example("A" * 30, 1)]
    >>> sharing_rows({"h3": train}, {"h4": test}, word=10)["h4"].tolist()
    [True, False]
    """
    if not 8 <= word <= _LONGEST:
        raise ValueError(f"A word of {word} bases: give 8 to {_LONGEST}.")
    tested = {name: _words([*letters_of(examples)], word) for name, examples in test.items()}
    known = np.unique(np.concatenate([words for words, _ in tested.values()] or [np.empty(0, np.uint64)]))
    met = np.zeros(len(known), bool)
    for examples in train.values():
        for part in _parts(examples):
            # A word of the other strand is a word of the reverse complement.
            for strand in (part, [reverse_complement(sequence) for sequence in part]):
                _mark(met, known, np.unique(_words(strand, word)[0]))
    found = {}
    for name, (words, rows) in tested.items():
        shares = np.zeros(len(test[name]), bool)
        shares[rows[met[np.searchsorted(known, words)]]] = True
        found[name] = shares
    return found


def _mark(met: NDArray[np.bool_], known: NDArray[np.uint64], words: NDArray[np.uint64]) -> None:
    at = np.searchsorted(known, words)
    inside = at < len(known)
    at, words = at[inside], words[inside]
    met[at[known[at] == words]] = True


def _parts(examples: Sequence[Example]) -> "list[list[bytes]]":
    parts: list[list[bytes]] = [[]]
    letters = 0
    for sequence in letters_of(examples):
        if letters > _BLOCK:
            parts.append([])
            letters = 0
        parts[-1].append(sequence)
        letters += len(sequence)
    return parts


def _words(sequences: Sequence[bytes], length: int) -> tuple[NDArray[np.uint64], NDArray[np.int64]]:
    """Return the number of each word of bases, and the row of its sequence."""
    lengths = np.array([len(sequence) + 1 for sequence in sequences], np.int64)
    # A letter that is no base stands between the sequences, so that no word reaches over it.
    bases = _BASES[np.frombuffer(b"N".join(sequences) + b"N" * bool(sequences), np.uint8)]
    places = max(len(bases) - length + 1, 0)
    words = np.zeros(places, np.uint64)
    for i in range(length):
        words <<= np.uint64(2)
        words |= (bases[i : i + places] & 3).astype(np.uint64)
    others = np.concatenate([[0], np.cumsum(bases == _OTHER)])
    whole = others[length : length + places] == others[:places]
    rows = np.repeat(np.arange(len(sequences)), lengths)[:places]
    return words[whole], rows[whole]
