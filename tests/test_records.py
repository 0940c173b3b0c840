"""Sources of sequences: everything is read, and what cannot be is told with its reason."""

import gzip
import io
import random
import shutil
import sqlite3
import subprocess
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import pandas as pd
import pytest

import chatnt.genome
from chatnt.errors import DataError, DataNotFoundError, SequenceError, WritingError
from chatnt.records import BadRecord, Record, Span, read_records, span_of
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
    (tmp_path / "c.fa").write_text(">a\nG\n>c\nLLL\n")
    (tmp_path / "d.fa").mkdir()
    found = list(read_records(tmp_path))
    assert bad(found) == [("a", 2, 1), ("c", 3, 3)]
    assert found[3].reason.startswith("c.fa: ")


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


def test_a_name_is_given_to_what_has_none():
    assert next(read_records([DNA("AC")])).dna.name == "sequence_1"
    table = pd.DataFrame({"sequence": ["A", "C", "G"], "name": ["a", None, float("nan")]})
    assert [place for place, *_ in good(read_records(table))] == ["a", "sequence_2", "sequence_3"]


def test_fields_are_in_the_order_that_callers_unpack():
    assert Record._fields == ("dna", "start", "end", "strand", "place", "number")
    assert BadRecord._fields == ("name", "number", "line", "reason")
    dna, *where = next(read_records(["chr1:2-5:-"], genome=GENOME))
    assert (str(dna), dna.name, where) == ("AAC", "chr1:2-5:-", [2, 5, "-", "chr1", 0])


def test_intervals_have_the_letters_of_their_strand():
    given = ["chr1:0-4", ("chr1", 4, 8, "-"), ("1", 2, 5), "chrM:1-3:-"]
    with pytest.warns(UserWarning, match="no contig '1'; 'chr1' was taken for it"):
        found = list(read_records(given, genome=GENOME))
    assert [(str(r.dna), r.place, r.start, r.end, r.strand) for r in found] == [
        ("ACGT", "chr1", 0, 4, "+"),
        ("TGCA", "chr1", 4, 8, "-"),
        ("GTT", "chr1", 2, 5, "+"),
        ("CC", "chrM", 1, 3, "-"),
    ]


def test_the_same_interval_twice_is_told():
    found = list(read_records([("chr1", 0, 4), "chr1:0-4:+", "chr1:0-4:-"], genome=GENOME))
    assert [type(each) for each in found] == [Record, BadRecord, Record]
    assert bad(found) == [("chr1:0-4:+", 1, None)]


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
        (pd.DataFrame({"contig": ["A"]}), GENOME, DataError, "not as a DataFrame"),
        (5, None, DataError, "A int holds no sequences"),
        (5, GENOME, DataError, "not as a int"),
        ("nowhere.bed", GENOME, DataNotFoundError, "no file"),
        ("chr1:1-5", None, DataError, "genome=..."),
        (["chr1:1-5"], None, DataError, "genome=..."),
        ([("chr1", 1, 5)], None, DataError, "genome=..."),
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
    path.write_text("\n")
    with pytest.raises(SequenceError, match="is empty"):
        list(read_records(path))
    path.write_text(FASTA)
    with pytest.raises(DataError, match="is FASTA, not BED"):
        list(read_records(path, genome=GENOME))
    with pytest.raises(DataError, match="is a folder"):
        list(read_records(tmp_path, genome=GENOME))


def test_what_came_before_the_cut_of_a_file_is_read(tmp_path):
    path = tmp_path / "cut.fa.gz"
    content = "".join(f">r{i}\n{''.join(random.Random(i).choices('ACGT', k=100))}\n" for i in range(500))
    path.write_bytes(gzip.compress(content.encode())[:-5000])
    found = read_records(path)
    assert next(found).number == 0
    with pytest.raises(SequenceError, match="truncated"):
        list(found)


def peak_of(records):
    tracemalloc.start()
    try:
        count = sum(isinstance(record, Record) for record in records)
        return count, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def test_memory_does_not_grow_with_the_records(tmp_path):
    path = tmp_path / "many.fa"
    with path.open("w") as file:
        file.writelines(f">r{i}\n{'ACGT' * 100}\n" for i in range(5000))
    count, peak = peak_of(read_records(path))
    assert count == 5000
    assert peak < 300_000  # of 2 MB
    endless = (DNA("ACGT", name=f"a rather long name of a record {i}") for i in range(20_000))
    count, peak = peak_of(read_records(endless))
    assert count == 20_000
    assert peak < 300_000  # of names alone 1.7 MB


def test_names_that_there_is_no_room_for_are_told(monkeypatch):
    connect = sqlite3.connect

    def small(*arguments, **settings):
        table = connect(*arguments, **settings)
        table.execute("PRAGMA max_page_count = 4")
        return table

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(WritingError, match=r"names .* is full\. Make room"):
        list(read_records(DNA("ACGT", name=f"a rather long name of a record {i}") for i in range(2000)))


def test_a_chromosome_is_held_little_more_than_once_or_not_at_all(tmp_path):
    pytest.importorskip("pyfaidx", reason="reads parts of large FASTA files")
    path = tmp_path / "chromosome.fa"
    with path.open("w") as file:
        file.write(">chr1\n")
        file.writelines(f"{'ACGTTGCAAC' * 6}\n" for _ in range(50_000))
    count, peak = peak_of(read_records(path))
    assert count == 1
    assert peak < 3 * 3_000_000 + 300_000  # as it is read, and as it is checked
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chatnt.genome, "SMALL", 1)
        given = [("chr1", 300 * i, 300 * (i + 1), "-") for i in range(1000)]
        next(read_records(given, genome=path))  # imports, and makes the index
        count, peak = peak_of(read_records(given, genome=path))
    assert count == 1000
    assert peak < 1_000_000


@pytest.mark.parametrize("ending", ["fa", "fa.gz"])
def test_what_was_read_adds_up_to_the_span(tmp_path, ending):
    pack = gzip.compress if ending.endswith("gz") else bytes
    for name, count in (("a", 900), ("b", 3)):
        content = "".join(f">{name}{i}\n{'ACGT' * 25}\n" for i in range(count)).encode()
        (tmp_path / f"{name}.{ending}").write_bytes(pack(content))
    for source in (tmp_path, tmp_path / f"a.{ending}"):
        told = []
        assert all(isinstance(each, Record) for each in read_records(source, on_read=told.append))
        assert span_of(source) == Span(sum(told), "bytes")
    bed = tmp_path / "x.bed"
    bed.write_text("chr1\t0\t3\n")
    told = []
    assert len(list(read_records(bed, genome=GENOME, on_read=told.append))) == 1
    assert span_of(bed) == Span(sum(told), "bytes")


@pytest.mark.parametrize(
    ("source", "genome"),
    [
        (["ACGT", "QQ"], None),
        (DNA("ACGT"), None),
        (pd.DataFrame({"sequence": ["ACGT", "GG"]}), None),
        (["chr1:0-4", ("chr1", 3, 3)], GENOME),
    ],
)
def test_tables_and_lists_are_told_in_records(source, genome):
    told = []
    found = list(read_records(source, genome=genome, on_read=told.append))
    assert span_of(source) == Span(sum(told), "records") == Span(len(found), "records")


def test_some_sources_have_no_span(tmp_path):
    assert (
        span_of("-")
        is span_of(iter(["ACGT"]))
        is span_of(tmp_path / "nowhere.fa")
        is span_of(tmp_path)
        is None
    )


def test_records_can_be_left_unread_and_read_elsewhere():
    found = read_records(["A", "C", "G"])
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(next, found).result().number == 0
    assert next(found).number == 1
    found.close()  # type: ignore[attr-defined]


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
