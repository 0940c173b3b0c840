"""VCF files: what is read, what is told, what is refused."""

import gzip
import re

import pytest

from chatnt.errors import DataError
from chatnt.variant import Variant
from chatnt.vcf import Entry, iter_vcf

HEAD = "##fileformat=VCFv4.3\n##contig=<ID=chr1>\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"


def read(tmp_path, text, name="calls.vcf"):
    path = tmp_path / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return list(iter_vcf(path))


def test_alleles_are_read_in_order(tmp_path):
    text = HEAD + "chr1\t10\trs1\tA\tG,ATT\t50\tPASS\tAC=1\n2\t7\t.\tgtt\tg\t.\t.\t.\n"
    found = read(tmp_path, text)
    assert [entry.variant for entry in found] == [
        Variant("chr1", 9, "A", "G", "rs1"),
        Variant("chr1", 9, "A", "ATT", "rs1"),
        Variant("2", 6, "GTT", "G"),
    ]
    assert [entry.position for entry in found] == [10, 10, 7]
    assert not any(entry.reason for entry in found)


def test_five_columns_and_windows_line_ends_are_enough(tmp_path):
    (entry,) = read(tmp_path, "\ufeff#CHROM\tPOS\tID\tREF\tALT\r\nchr1\t1\t.\tA\tT\r\n")
    assert entry.variant == Variant("chr1", 0, "A", "T")


def test_compressed_files_are_read_also_in_blocks_as_of_bgzip(tmp_path):
    plain = HEAD + "".join(f"chr1\t{i}\t.\tA\tG\n" for i in range(1, 50))
    blocks = b"".join(gzip.compress(part.encode()) for part in (plain[:200], plain[200:], ""))
    assert read(tmp_path, blocks, "calls.vcf.gz") == read(tmp_path, plain)
    with pytest.raises(DataError, match=r"calls\.vcf\.gz ends early"):
        read(tmp_path, gzip.compress(plain.encode())[:-20], "calls.vcf.gz")


@pytest.mark.parametrize(
    ("alt", "told"),
    [
        ("<DEL>", "<DEL> is symbolic"),
        ("*", "deletion upstream"),
        (".", "no alternative"),
        ("G]chr2:321]", "breakend"),
        (".A", "breakend"),
        ("A", "is the reference"),
    ],
)
def test_alleles_without_letters_have_a_reason_and_the_others_stay(tmp_path, alt, told):
    one, other = read(tmp_path, HEAD + f"chr1\t10\t.\tA\t{alt},C\n")
    assert one.variant is None
    assert told in one.reason
    assert not one.broken
    assert (one.alt, other.variant) == (alt, Variant("chr1", 9, "A", "C"))


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("chr1 10 . A G", "line 4 of .* has 1 columns divided by tabs, expected at least 5"),
        ("chr1\t10\t.\tA", "has 4 columns"),
        ("chr1\tten\t.\tA\tG", "position 'ten'"),
        ("chr1\t0\t.\tA\tG", "position '0'"),
        ("chr1\t-5\t.\tA\tG", "position '-5'"),
        ("chr1\t10\t.\t.\tG", "reference allele '.'"),
        ("chr1\t10\t.\tA\tG;T", "alternative allele 'G;T'"),
    ],
)
def test_a_broken_line_is_told_with_its_number_and_what_follows_is_read(tmp_path, line, told):
    found = read(tmp_path, HEAD + line + "\nchr1\t11\t.\tC\tG\n")
    assert [entry.broken for entry in found] == [True, False]
    assert re.search(told, found[0].reason)
    assert found[1].variant == Variant("chr1", 10, "C", "G")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty or ends within its header"),
        ("##fileformat=VCFv4.3\n", "is empty or ends within its header"),
        (">chr1\nACGT\n", "is not VCF: line 1 is '>chr1'"),
        ("chr1\t10\t.\tA\tG\n", "is not VCF: line 1"),
        ("#CHROM POS ID REF ALT\nchr1\t1\t.\tA\tG\n", "divided by tabs"),
        (b"\xff\xfe\x00", "no text|not a text"),
    ],
)
def test_what_is_no_vcf(tmp_path, text, told):
    with pytest.raises(DataError, match=told):
        read(tmp_path, text)


def test_a_file_without_variants_is_one(tmp_path):
    assert read(tmp_path, HEAD) == []


def test_a_variant_is_an_entry():
    entry = Entry.of(Variant("chr1", 9, "A", "G", "x"))
    assert (entry.contig, entry.position, entry.name, entry.reason) == ("chr1", 10, "x", "")
