"""Places in sequences: where they are, and tables and tracks of them."""

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any, Generic, Protocol, TypeVar

import pandas as pd

from chatnt.sequence import DNA

_SOURCE = re.compile(r"(?P<chromosome>\S+):(?P<start>\d+)-(?P<end>\d+)(?::(?P<strand>[+-]))?")
_OTHER = {"+": "-", "-": "+"}
_SHOWN = 10  # rows where a list is printed


class Place(Protocol):
    """What has a place in one of some sequences."""

    @property
    def sequence(self) -> int:
        """Number of the sequence, from 0."""
        ...

    @property
    def start(self) -> int:
        """First base, from 0."""
        ...

    @property
    def end(self) -> int:
        """Base after the last."""
        ...

    @property
    def strand(self) -> str:
        """``"+"`` if it reads as the sequence is given, ``"-"`` if as its reverse complement."""
        ...

    @property
    def core(self) -> tuple[int, int] | None:
        """Start and end of bases that never differ, or None."""
        ...

    @property
    def side(self) -> str:
        """What it does to the target, or nothing."""
        ...

    @property
    def label(self) -> str:
        """What to call it; may be empty."""
        ...

    @property
    def bed_score(self) -> int:
        """From 0 to 1,000."""
        ...

    @property
    def columns(self) -> dict[str, Any]:
        """What else a table says of it."""
        ...


P = TypeVar("P", bound=Place)


class Places(Generic[P], Sequence[P]):
    """Hold places in some sequences, in order.

    Parameters
    ----------
    items
        The places.
    sequences, names
        In which they lie, and how these are called.
    anchors
        Base of each sequence from which positions are counted, such as its transcription start; or None.
    about
        How they were found, in one line.
    """

    def __init__(
        self,
        items: Sequence[P],
        sequences: Sequence[DNA],
        names: Sequence[str],
        anchors: Sequence[int] | None,
        about: str,
    ) -> None:
        self.items, self.sequences, self.names = tuple(items), tuple(sequences), tuple(names)
        self.anchors = None if anchors is None else tuple(anchors)
        self.about = about

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Iterator[P]:
        return iter(self.items)

    def __getitem__(self, key: Any) -> Any:  # a place, or of a slice a tuple of them
        return self.items[key]

    def to_frame(self) -> pd.DataFrame:
        """Return one row per place.

        Returns
        -------
        DataFrame
            ``name`` of the sequence; ``start, end``, 0-based and half-open, and ``strand``; ``from_anchor,
            to_anchor``, the same less the anchor, so that the anchor's own base is 0; what was found;
            ``chromosome, genome_start, genome_end, genome_strand`` of sequences whose `source` is a place.
        """
        rows = [self._row(item) for item in self.items]
        table = pd.DataFrame(rows) if rows else pd.DataFrame(columns=["name", "start", "end", "strand"])
        of_genome = [name for name in ("genome_start", "genome_end") if name in table]
        return table.astype(dict.fromkeys(of_genome, "Int64"))  # some sequences may have no place

    def _row(self, item: P) -> dict[str, Any]:
        dna = self.sequences[item.sequence]
        row = {
            "name": self.names[item.sequence], "start": item.start, "end": item.end, "strand": item.strand,
        }  # fmt: skip
        if self.anchors is not None:
            anchor = self.anchors[item.sequence]
            row |= {"from_anchor": item.start - anchor, "to_anchor": item.end - anchor}
        row |= item.columns
        chromosome, start, end, strand = located(dna, "", item.start, item.end, item.strand)
        if chromosome:
            row |= {
                "chromosome": chromosome,
                "genome_start": start,
                "genome_end": end,
                "genome_strand": strand,
            }
        return row

    def to_bed(self) -> str:
        """Return the places as text of the format BED, with six columns, for genome browsers.

        A sequence whose `source` is a place of its length, as in ``"chr1:100-108:+"``, has the coordinates of
        the genome, on either strand; any other has its name and counts from 0.
        """
        lines = []
        for item in self.items:
            dna, name = self.sequences[item.sequence], self.names[item.sequence]
            chromosome, start, end, strand = located(dna, name, item.start, item.end, item.strand)
            label = _one_word(item.label or "peak")
            lines.append(f"{chromosome}\t{start}\t{end}\t{label}\t{item.bed_score}\t{strand}\n")
        return "".join(lines)

    def to_tsv(self) -> str:
        """Return the table of `to_frame` as text, with tabs."""
        return self.to_frame().to_csv(sep="\t", index=False, float_format="%.6g", lineterminator="\n")

    def __repr__(self) -> str:
        table = self.to_frame()
        head = f"{type(self).__name__}({len(self):,}; {self.about})"
        more = f"\n... and {len(self) - _SHOWN:,} more" if len(self) > _SHOWN else ""
        shown = table.head(_SHOWN).to_string(index=False, float_format=lambda x: f"{x:.3g}")
        return f"{head}\n{shown}{more}" if len(self) else head

    def _repr_html_(self) -> str:
        head = f"<div>{len(self):,}; {html.escape(self.about)}</div>"
        if not len(self):
            return head
        more = f"<div>… and {len(self) - _SHOWN:,} more</div>" if len(self) > _SHOWN else ""
        return head + self.to_frame().head(_SHOWN).to_html(index=False, float_format="{:.3g}".format) + more


def located(dna: DNA, name: str, start: int, end: int, strand: str = "+") -> tuple[str, int, int, str]:
    """Return where some bases of a sequence lie in the genome, or else in the sequence.

    Parameters
    ----------
    dna
        If its `source` is a place of its length, as in ``"chr1:100-108:-"``, that of the genome is returned.
    name
        Stands for the chromosome otherwise.
    start, end
        0-based and half-open, in the sequence as it is given.
    strand
        As the sequence is given.

    Returns
    -------
    chromosome, start, end, strand
        0-based and half-open.

    Examples
    --------
    >>> located(DNA("ACGTAC", source="chr1:100-106:-"), "", 0, 2)
    ('chr1', 104, 106, '-')
    """
    place = _SOURCE.fullmatch(dna.source)
    if not place or int(place["end"]) - int(place["start"]) != len(dna):
        return _one_word(name), start, end, strand
    low, high = int(place["start"]), int(place["end"])
    if place["strand"] == "-":
        return place["chromosome"], high - end, high - start, _OTHER[strand]
    return place["chromosome"], low + start, low + end, strand


def anchors_of(anchor: int | Sequence[int] | None, sequences: Sequence[DNA]) -> tuple[int, ...] | None:
    """Return the anchor of each sequence.

    Raises
    ------
    ValueError
        If there is not one for each.
    """
    if anchor is None:
        return None
    each = (anchor,) * len(sequences) if isinstance(anchor, int) else tuple(anchor)
    if len(each) != len(sequences):
        raise ValueError(
            f"anchor has {len(each)} positions for {len(sequences)} sequences; give one for all, or one each."
        )
    return each


def names_of(sequences: Sequence[DNA]) -> tuple[str, ...]:
    """Return the names of sequences, or their numbers where they have none or one that is taken."""
    given = [s.name for s in sequences]
    unique = all(given) and len(set(given)) == len(given)
    return tuple(given) if unique else tuple(f"sequence {i + 1}" for i in range(len(given)))


def _one_word(name: str) -> str:
    return re.sub(r"\s", "_", name)
