"""Sources of sequences: everything is read, and what cannot be is told with its reason."""

import gzip
import io
import random
import shutil
import subprocess
import sys
import tracemalloc

import pandas as pd
import pytest

from chatnt.errors import DataError, DataNotFoundError, SequenceError
from chatnt.records import BadRecord, Record, read_records
from chatnt.sequence import DNA

GENOME = {"chr1": "ACGTTGCAAC" * 10, "chrM": "GGGCCC"}
FASTA = ">one first\nACGT\nacgt\n>two\nGGGU\n"


def bad(found):
    return [(each.name, each.number, each.line) for each in found if isinstance(each, BadRecord)]


def good(found):
    return [(each.place, str(each.dna), each.number) for each in found if isinstance(each, Record)]


@pytest.mark.parametrize("kind", ["plain", "gzip", "bgzip", "stdin"])
def test_a_fasta_file_is_read_whatever_its_packing(tmp_path, monkeypatch, kind):
    path = tmp_path / "x.fa"
    content = FASTA.encode()
    if kind == "gzip":
        content = gzip.compress(content)
    elif kind == "bgzip":  # several gzip members, one after the other
        content = gzip.compress(content[:7]) + gzip.compress(content[7:])
    path.write_bytes(content)
    source = path
    if kind == "stdin":
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
        source = "-"
    assert good(read_records(source)) == [("one", "ACGTACGT", 0), ("two", "GGGT", 1)]


def test_a_folder_is_read_in_the_order_of_names(tmp_path):
    (tmp_path / "b.fa").write_text(">b\nA\n")
    (tmp_path / "a.fasta.gz").write_bytes(gzip.compress(b">a\nC\n"))
    (tmp_path / "notes.txt").write_text("no sequence")
    assert good(read_records(tmp_path)) == [("a", "C", 0), ("b", "A", 1)]
    (tmp_path / "c.fa").write_text(">a\nG\n")
    assert bad(read_records(tmp_path)) == [("a", 2, 1)]


def test_bad_records_are_told_and_the_rest_is_read(tmp_path):
    path = tmp_path / "x.fa"
    path.write_text(">good\nACGT\n>protein\nMKVLAWWT\n>empty\n>foreign\nAC-GT\n>good\nCCCC\n>last\nTT\n")
    found = list(read_records(path))
    assert bad(found) == [("protein", 1, 3), ("empty", 2, 5), ("foreign", 3, 6), ("good", 4, 8)]
    assert good(found) == [("good", "ACGT", 0), ("last", "TT", 5)]
    reasons = [each.reason for each in found if isinstance(each, BadRecord)]
    for reason, word in zip(reasons, ("protein", "empty", "'-'", "same name"), strict=True):
        assert word in reason


def test_tables_and_lists_have_names_or_get_them():
    table = pd.DataFrame({"sequence": ["ACGT", "XYZ", None], "name": ["a", "b", "c"]})
    found = list(read_records(table))
    assert good(found) == [("a", "ACGT", 0)]
    assert bad(found) == [("b", 1, None), ("c", 2, None)]
    assert good(read_records(table[["sequence"]][:1])) == [("sequence_1", "ACGT", 0)]
    assert good(read_records([DNA("AC", name="x"), "GT"])) == [("x", "AC", 0), ("sequence_2", "GT", 1)]
    assert good(read_records(DNA("AC", name="x"))) == [("x", "AC", 0)]
    assert good(read_records(iter(["GT"]))) == [("sequence_1", "GT", 0)]


def test_intervals_have_the_letters_of_their_strand():
    given = ["chr1:0-4", ("chr1", 4, 8, "-"), ("1", 2, 5), "chrM:1-3:-"]
    found = list(read_records(given, genome=GENOME))
    assert [(str(r.dna), r.place, r.start, r.end, r.strand) for r in found] == [
        ("ACGT", "chr1", 0, 4, "+"),
        ("TGCA", "chr1", 4, 8, "-"),
        ("GTT", "chr1", 2, 5, "+"),
        ("CC", "chrM", 1, 3, "-"),
    ]


def test_a_bed_file_is_read_and_its_bad_lines_are_told(tmp_path):
    path = tmp_path / "x.bed"
    lines = [
        "track name=x",
        "chr1\t0\t3",
        "chr1\t5\t9\tname\t0\t-",
        "# said",
        "chr1\t99\t101",
        "chr2\t0\t3",
        "chr1\tx\t3",
        "chr1\t3\t3",
        "chr1 1 4 name",
    ]
    path.write_text("\n".join(lines) + "\n")
    found = list(read_records(path, genome=GENOME))
    assert good(found) == [("chr1", "ACG", 0), ("chr1", "TTGC", 1), ("chr1", "CGT", 6)]
    assert [(each.number, each.line) for each in found if isinstance(each, BadRecord)] == [
        (2, 5),
        (3, 6),
        (4, 7),
        (5, 8),
    ]
    reasons = [each.reason for each in found if isinstance(each, BadRecord)]
    for reason, word in zip(
        reasons, ("100 bases", "no contig 'chr2'", "no interval", "not before"), strict=True
    ):
        assert word in reason


@pytest.mark.parametrize(
    ("source", "genome", "error", "words"),
    [
        ("nowhere.fa", None, DataNotFoundError, "no file"),
        ("x.bed", None, DataError, "genome=..."),
        (pd.DataFrame({"letters": ["A"]}), None, DataError, "'sequence'"),
        (pd.DataFrame({"contig": ["A"]}), GENOME, DataError, "not as a table"),
    ],
)
def test_what_is_no_source_is_an_error(source, genome, error, words):
    with pytest.raises(error, match=words):
        list(read_records(source, genome=genome))


def test_an_unreadable_file_is_an_error(tmp_path):
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataNotFoundError, match="no FASTA file"):
        list(read_records(tmp_path / "empty"))
    path = tmp_path / "cut.fa.gz"
    path.write_bytes(gzip.compress(FASTA.encode() * 1000)[:-20])
    with pytest.raises(SequenceError, match="truncated"):
        list(read_records(path))
    path.write_text("ACGT\n")
    with pytest.raises(SequenceError, match="not FASTA"):
        list(read_records(path))


def test_memory_does_not_grow_with_the_file(tmp_path):
    path = tmp_path / "many.fa"
    with path.open("w") as file:
        file.writelines(f">r{i}\n{'ACGT' * 100}\n" for i in range(5000))
    tracemalloc.start()
    assert sum(1 for _ in read_records(path)) == 5000
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1_500_000  # of 2 MB; the names are kept


@pytest.mark.skipif(shutil.which("bedtools") is None, reason="bedtools is not installed")
def test_intervals_are_those_of_bedtools(tmp_path):
    rng = random.Random(1)
    genome = {name: "".join(rng.choices("ACGTN", k=500)) for name in ("chr1", "chr2")}
    (tmp_path / "g.fa").write_text("".join(f">{name}\n{letters}\n" for name, letters in genome.items()))
    lines = []
    for i in range(50):
        start = rng.randrange(490)
        lines.append(
            f"{rng.choice(list(genome))}\t{start}\t{rng.randint(start + 1, 500)}\tx{i}\t0\t{rng.choice('+-')}"
        )
    (tmp_path / "x.bed").write_text("\n".join(lines) + "\n")
    command = ["bedtools", "getfasta", "-s", "-fi", tmp_path / "g.fa", "-bed", tmp_path / "x.bed"]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")
    found = read_records(tmp_path / "x.bed", genome=tmp_path / "g.fa")
    assert [str(record.dna) for record in found] == [line for line in out if line and line[0] != ">"]
