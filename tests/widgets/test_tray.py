"""Sequences from whatever they are given as."""

import gzip

import pandas as pd
import pytest

from chatnt.errors import DataError, DataNotFoundError, SequenceError
from chatnt.sequence import DNA
from chatnt.widgets.tray import Found, Tray, read_bytes, read_source

FASTA = ">one first\r\nACGT\r\nAC\r\n>two\r\nGGGG\r\n"


def told(found):
    return [(dna.name, str(dna)) for dna in found.sequences]


def test_all_kinds_of_sources_are_read(tmp_path):
    path = tmp_path / "a.fa"
    path.write_text(FASTA)
    both = [("one", "ACGTAC"), ("two", "GGGG")]
    for source in (FASTA, f"\ufeff \n{FASTA}", path, str(path), tmp_path, dict(both)):
        assert told(read_source(source)) == both
    assert told(read_source([DNA("ACGT", name="x"), "GG"])) == [("x", "ACGT"), ("sequence_2", "GG")]
    assert told(read_source(pd.DataFrame({"name": ["x"], "sequence": ["ACGT"]}))) == [("x", "ACGT")]
    assert told(read_source("acgu\nac")) == [("", "ACGTAC")]
    assert told(read_source(DNA("ACGT"))) == [("", "ACGT")]


@pytest.mark.parametrize(
    ("source", "error", "why"),
    [
        ("there/is/no.fa", DataNotFoundError, "no file there/is/no.fa"),
        ("Hello", SequenceError, "protein"),
        (3, DataError, "int"),
        ([], SequenceError, "no sequences"),
        (">a\nMKV!\n>b\n", SequenceError, r"a \(line 1\).*\n.*b \(line 3\)"),
    ],
)
def test_what_is_no_source_is_an_error(source, error, why):
    with pytest.raises(error, match=why):
        read_source(source)


def test_bytes_are_read_as_files_are():
    assert told(read_bytes(gzip.compress(FASTA.encode()), "a.fa.gz")) == told(read_source(FASTA))
    assert told(read_bytes(b"acgt\nACGT\n", "The text")) == [("pasted", "ACGTACGT")]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b" \n", "a.fa is empty"),
        (b"ACGT\n>a\nACGT\n", "a.fa is not FASTA: line 1 is 'ACGT'"),
        (gzip.compress(FASTA.encode(), mtime=0)[:-9], "a.fa ends early"),
        (b">a\n\xff\xfe", "a.fa is not a text"),
    ],
)
def test_what_cannot_be_read_is_told_by_the_name_of_the_file(data, why):
    with pytest.raises(SequenceError, match=why) as caught:
        read_bytes(data, "a.fa")
    assert "/" not in str(caught.value).replace("a.fa", "")


def test_many_complaints_are_counted():
    found = Found([], [f"r{n}: why" for n in range(1200)])
    assert found.complaint().startswith("1,200 sequences could not be read:\nr0: why\n")
    assert found.complaint().endswith("r9: why\n… and 1,190 more")
    assert Found([], []).complaint() == ""


def test_each_name_is_kept_once():
    tray = Tray()
    names = [tray.add(DNA(text, name=name)) for text, name in [("A", "x"), ("C", "x"), ("A", "x"), ("G", "")]]
    assert names == ["x", "x_2", "x", "sequence"]
    assert list(tray) == ["x", "x_2", "sequence"]
    assert tray["x_2"].name == "x_2"
    tray.remove("x")
    assert "x" not in tray
    with pytest.raises(ValueError, match="no sequence 'x' in the tray; there are: 'x_2', 'sequence'"):
        tray.remove("x")


def test_rows_say_what_a_reference_can_mean():
    tray = Tray()
    for name in ("HBB", "a b", "<b>", "sp|P6:1-2"):
        tray.add(DNA("ACGG" * 30, name=name))
    assert [row["refers"] for row in tray.rows(3)] == [True, False, False]
    (row,) = tray.rows(9)[3:]
    assert row == {"name": "sp|P6:1-2", "length": 120, "gc": 0.75, "preview": "ACGG" * 15, "refers": True}
