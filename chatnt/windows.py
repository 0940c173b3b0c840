"""Windows of longer sequences, and their other strands."""

from collections.abc import Iterable, Iterator
from itertools import chain

from chatnt.records import Record


def cut(record: Record, window: int, stride: int | None = None) -> Iterator[Record]:
    """Yield windows of a record.

    A record that is no longer than the window stays whole. Of a longer one every window has the
    same length: the last one is moved back so that it ends where the record ends.

    Parameters
    ----------
    record
        To be cut.
    window
        Bases of a window.
    stride
        Bases from the start of one to that of the next, 5' to 3'. Default: the window.

    Raises
    ------
    ValueError
        If a number is not positive.

    Examples
    --------
    >>> from chatnt.sequence import DNA
    >>> record = Record(DNA("AACCGGT"), 10, 17, "-", "x", 0)
    >>> [(str(w.dna), w.start, w.end) for w in cut(record, 3)]
    [('AAC', 14, 17), ('CGG', 11, 14), ('GGT', 10, 13)]
    """
    stride = window if stride is None else stride
    if window < 1 or stride < 1:
        raise ValueError(f"window={window}, stride={stride}: give at least 1 base each.")
    length = len(record.dna)
    if length <= window:
        yield record
        return
    last = length - window
    for begin in chain(range(0, last, stride), [last]):
        forward = begin if record.strand == "+" else last - begin
        start = record.start + forward
        yield record._replace(dna=record.dna[begin : begin + window], start=start, end=start + window)


def both_strands(records: Iterable[Record]) -> Iterator[Record]:
    """Yield each record, and then its other strand."""
    for record in records:
        yield record
        other = "-" if record.strand == "+" else "+"
        yield record._replace(dna=record.dna.reverse_complement(), strand=other)
