"""Read the variants of a VCF file, plain or compressed, one line at a time."""

import dataclasses
import re
from collections.abc import Iterator
from pathlib import Path

from chatnt.errors import DataError
from chatnt.sequence import text_lines
from chatnt.variant import Variant

_COLUMNS = "#CHROM\tPOS\tID\tREF\tALT"
_LETTERS = re.compile(r"[ACGTNRYSWKMBDHV]+")


@dataclasses.dataclass(frozen=True)
class Entry:
    """Hold one alternative allele of a file: a variant, or the reason why it is none.

    Attributes
    ----------
    contig, position, name, ref, alt
        As they stand in the file; the position counts from 1. Empty where a line is broken.
    variant
        What can be asked about, or `None`.
    reason
        Why there is no variant; empty if there is one.
    broken
        Whether the line is not as VCF says, in contrast to an allele that has no letters.
    """

    contig: str = ""
    position: int = 0
    name: str = ""
    ref: str = ""
    alt: str = ""
    variant: Variant | None = None
    reason: str = ""
    broken: bool = False

    @classmethod
    def of(cls, variant: Variant) -> "Entry":
        """Return a variant that comes from no file as an entry."""
        return cls(variant.contig, variant.start + 1, variant.name, variant.ref, variant.alt, variant=variant)


def iter_vcf(path: str | Path) -> Iterator[Entry]:
    """Yield the alternative alleles of a VCF file in its order.

    Only the first five columns are read; genotypes and filters are not looked at.

    Parameters
    ----------
    path
        A plain, gzip'd or bgzip'd file; ``"-"`` reads standard input.

    Yields
    ------
    Entry
        One for each alternative allele. Those that have no letters (``<DEL>``, ``*``, breakends, ``.``), and
        lines that are broken, have a reason in place of a variant.

    Raises
    ------
    DataError
        If the file is empty, truncated or no VCF.
    FileNotFoundError
        If there is no such file.

    References
    ----------
    The Variant Call Format Specification 4.5, samtools.github.io/hts-specs, sections 1.4 to 1.6.
    """
    headed = False
    for number, line in enumerate(text_lines(path, "VCF", DataError), start=1):
        if line.startswith("##") or not line:
            continue
        if line.startswith("#"):
            headed = line.startswith(_COLUMNS)
        elif headed:
            yield from _entries(line, f"line {number} of {path}")
        if not headed:
            raise DataError(
                f"{path} is not VCF: line {number} is {line[:60]!r}, expected a line that begins with the "
                "columns #CHROM POS ID REF ALT, divided by tabs, before the first variant."
            )
    if not headed:
        raise DataError(
            f"{path} is empty or ends within its header; a VCF file has a line that begins with the columns "
            "#CHROM POS ID REF ALT, divided by tabs."
        )


def _entries(line: str, where: str) -> Iterator[Entry]:
    fields = line.split("\t")
    if len(fields) < 5:
        reason = f"{where} has {len(fields)} columns divided by tabs, expected at least 5: {line[:60]!r}"
        yield Entry(reason=reason, broken=True)
        return
    contig, position, name, ref, alts = fields[:5]
    if not position.isdecimal() or int(position) < 1 or not contig:
        reason = f"{where} has the position {position[:20]!r} on {contig!r}, expected a number from 1 on"
        yield Entry(contig=contig, ref=ref, alt=alts, reason=reason, broken=True)
        return
    name = "" if name == "." else name
    for alt in alts.split(","):
        yield _entry(Entry(contig, int(position), name, ref, alt), where)


def _entry(entry: Entry, where: str) -> Entry:
    """Complete an entry by its variant or by a reason."""
    ref, alt = entry.ref.upper(), entry.alt.upper()
    if not _LETTERS.fullmatch(ref):
        reason = f"{where} has the reference allele {entry.ref[:40]!r}, expected nucleotides"
        return dataclasses.replace(entry, reason=reason, broken=True)
    if reason := _without_letters(alt):
        return dataclasses.replace(entry, reason=reason)
    if not _LETTERS.fullmatch(alt):
        reason = f"{where} has the alternative allele {entry.alt[:40]!r}, expected nucleotides"
        return dataclasses.replace(entry, reason=reason, broken=True)
    if alt == ref:
        return dataclasses.replace(entry, reason="the alternative allele is the reference")
    return dataclasses.replace(entry, variant=Variant(entry.contig, entry.position - 1, ref, alt, entry.name))


def _without_letters(alt: str) -> str:
    """Return why an alternative allele has no letters, or nothing."""
    if alt == "*":
        return "the allele * is missing because of a deletion upstream, which is a variant of its own"
    if alt in (".", ""):
        return "there is no alternative allele"
    if alt.startswith("<") and alt.endswith(">"):
        return f"the allele {alt} is symbolic and has no letters"
    if set("[]") & set(alt) or alt.startswith(".") or alt.endswith("."):
        return f"the allele {alt} is a breakend, which joins two places"
    return ""
