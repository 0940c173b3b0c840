"""Test sequences in training data: drop the same ones, report near ones."""

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from chatnt.tasks.alignment import SeedIndex, blocks
from chatnt.tasks.examples import Example, Examples

if TYPE_CHECKING:
    import pandas

Some = TypeVar("Some", bound=Sequence[Example])

_COMPLEMENT = bytes.maketrans(b"ACGTRYKMBDHV", b"TGCAYRMKVHDB")


@dataclasses.dataclass(frozen=True)
class Counts:
    """Say how many training examples of each task were test sequences of any task.

    Parameters
    ----------
    exact
        Letter by letter the same.
    reverse
        The reverse complement of one, and of none the same.
    kept
        What is left.
    """

    exact: Mapping[str, int]
    reverse: Mapping[str, int]
    kept: Mapping[str, int]

    @property
    def dropped(self) -> dict[str, int]:
        """Examples of each task that were dropped."""
        return {name: self.exact[name] + self.reverse[name] for name in self.kept}

    def to_frame(self) -> "pandas.DataFrame":
        """Return one row for each task."""
        import pandas

        columns = {"exact": self.exact, "reverse": self.reverse, "kept": self.kept}
        return pandas.DataFrame(columns, dtype=int).rename_axis("task").reset_index()


def without_overlap(
    train: Mapping[str, Some], test: Mapping[str, Sequence[Example]]
) -> tuple[dict[str, Some], Counts]:
    """Drop every training example whose sequence, on either strand, tests any task.

    Tasks share sequences: a yeast probe is in several of the histone tasks, and what tests
    one may train another. Digests
    of 16 bytes stand for the test sequences, so that the sequences themselves are not held.

    Parameters
    ----------
    train, test
        By the name of the task; `Examples`, or any sequences of examples.

    Returns
    -------
    dict
        What is left of `train`; of `Examples` the columns are shared, nothing is copied.
    Counts
        What was dropped.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> pairs = [("AACC", 0), ("GGTT", 1), ("ACCC", 1)]
    >>> h3, h4 = (Examples.of(get_task(name), pairs) for name in ("h3", "h4"))
    >>> left, counts = without_overlap({"h3": h3}, {"h4": h4[:1]})
    >>> len(left["h3"]), counts.exact["h3"], counts.reverse["h3"]
    (1, 1, 1)
    """
    forward: set[bytes] = set()
    reverse: set[bytes] = set()
    for examples in test.values():
        for sequence in letters_of(examples):
            forward.add(_digest(sequence))
            reverse.add(_digest(reverse_complement(sequence)))
    left: dict[str, Some] = {}
    exact: dict[str, int] = {}
    other: dict[str, int] = {}
    for name, examples in train.items():
        digests = map(_digest, letters_of(examples))
        found = bytes(1 if d in forward else 2 if d in reverse else 0 for d in digests)
        exact[name], other[name] = found.count(1), found.count(2)
        left[name] = _kept(examples, found)
    return left, Counts(exact, other, {name: len(examples) for name, examples in left.items()})


def near_matches(
    train: Mapping[str, Sequence[Example]],
    test: Mapping[str, Sequence[Example]],
    identity: float = 0.8,
    *,
    seed_length: int = 11,
) -> "pandas.DataFrame":
    """Report which test sequences are nearly in the training data.

    Identity is the number of equal bases when one sequence is laid along the other
    without gaps, at the best shift and on either strand, divided by the length of the
    shorter one; an ambiguous letter equals none. So half a probe that overlaps its
    neighbour counts one half, and two sequences that differ by an insertion in the
    middle count little more than that.

    Only shifts at which the two share a word of `seed_length` bases are looked at. Of
    20,000 random sequences of 300 bases, copies that differ in 60 places were found but
    for 2, and all copies that differ in 45. Of a word that stands in very many places some
    are followed: in a large family of like sequences (variants of one protein) `pairs` is
    the least there are, while `near` hardly changes.

    Parameters
    ----------
    train, test
        By the name of the task.
    identity
        The least that counts, from 0 to 1.
    seed_length
        Bases of a word, 8 to 12; shorter finds more and takes longer.

    Returns
    -------
    DataFrame
        One row for each training task and each test: ``train``, ``test``,
        ``test_sequences``, ``near`` (test sequences with a near match), ``share`` (of
        the test sequences, from 0 to 1) and ``pairs``; the largest share first.

    Raises
    ------
    ValueError
        If `identity` or `seed_length` is out of range.

    References
    ----------
    The length of the shorter sequence is the base of identity as in CD-HIT: Li and Godzik
    2006, Bioinformatics 22:1658.
    """
    import pandas

    rows = [
        (name, of, len(near), int(near.sum()), float(near.mean()) if len(near) else 0.0, pairs)
        for name, of, near, pairs in _compared(train, test, identity, seed_length)
    ]
    columns = ["train", "test", "test_sequences", "near", "share", "pairs"]
    frame = pandas.DataFrame(rows, columns=columns)
    return frame.sort_values("share", ascending=False, kind="stable", ignore_index=True)


def near_rows(
    train: Mapping[str, Sequence[Example]],
    test: Mapping[str, Sequence[Example]],
    identity: float = 0.8,
    *,
    seed_length: int = 11,
) -> dict[str, "pandas.DataFrame"]:
    """Tell for every test sequence in which training sets it has a near match.

    Parameters
    ----------
    train, test, identity, seed_length
        As in `near_matches`.

    Returns
    -------
    dict
        By the name of the test: a row for each sequence, and a column of booleans for each
        training task.

    Raises
    ------
    ValueError
        If `identity` or `seed_length` is out of range.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> task, drawn = get_task("h3"), "ACGTTGCATGTCAGCCATTGACC"
    >>> train, test = Examples.of(task, [(drawn, 1)]), Examples.of(task, [(drawn[2:], 0), ("A" * 30, 1)])
    >>> near_rows({"h3": train}, {"h3": test})["h3"]["h3"].tolist()
    [True, False]
    """
    import pandas

    found: dict[str, dict] = {of: {} for of in test}
    for name, of, near, _ in _compared(train, test, identity, seed_length):
        found[of][name] = near
    return {of: pandas.DataFrame(near) for of, near in found.items()}


def _compared(
    train: Mapping[str, Sequence[Example]],
    test: Mapping[str, Sequence[Example]],
    identity: float,
    seed_length: int,
) -> Iterator[tuple[str, str, NDArray[np.bool_], int]]:
    """Yield a training task, a test, which of its sequences are near, and how many pairs there are."""
    if not 0 < identity <= 1 or not 8 <= seed_length <= 12:
        raise ValueError(
            f"Identity {identity} and seed length {seed_length}: give 0 to 1, as 0.8, and 8 to 12."
        )
    tests = {name: list(letters_of(examples)) for name, examples in test.items()}
    for name, examples in train.items():
        near = {of: np.zeros(len(tested), bool) for of, tested in tests.items()}
        pairs = dict.fromkeys(tests, 0)
        for part in blocks(list(letters_of(examples))):
            index = SeedIndex(part, seed_length)
            for of, tested in tests.items():
                found = _pairs(index, tested, identity)
                near[of][found[:, 1]] = True
                pairs[of] += len(found)
        for of in tests:
            yield name, of, near[of], pairs[of]


def _pairs(index: SeedIndex, tested: list[bytes], identity: float) -> NDArray[np.int64]:
    """Return the rows of `index` and of `tested` that are alike on either strand, each pair once."""
    strands = (tested, [reverse_complement(sequence) for sequence in tested])
    found = [pairs for strand in strands for pairs in index.near(strand, identity)]
    return np.unique(np.concatenate([np.empty((0, 2), np.int64), *found]), axis=0)


def letters_of(examples: Sequence[Example]) -> Iterable[bytes]:
    """Yield the sequences of examples in ASCII."""
    if isinstance(examples, Examples):
        return examples.sequences()
    return (example.sequence.encode("ascii") for example in examples)


def reverse_complement(sequence: bytes) -> bytes:
    """Return the other strand, 5' to 3', of letters as `Examples.sequences` yields them."""
    return sequence.translate(_COMPLEMENT)[::-1]


def _kept(examples: Some, found: bytes) -> Some:
    if isinstance(examples, Examples):
        return examples[np.frombuffer(found, np.uint8) == 0]
    return [e for e, dropped in zip(examples, found, strict=True) if not dropped]  # type: ignore[return-value]


def _digest(sequence: bytes) -> bytes:
    return hashlib.blake2b(sequence, digest_size=16).digest()
