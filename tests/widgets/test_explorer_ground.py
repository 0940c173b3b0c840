"""What an explorer looks at, and how places on it are written."""

import pytest

from chatnt.errors import DataError, DataNotFoundError, SequenceError
from chatnt.sequence import DNA
from chatnt.widgets.explorer_ground import ground_of


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "two.fa"
    path.write_text(">chr1\nACGTACGTAC\n>b:c odd\nGGGGCCTT\n")
    return path


def told(ground):
    return ground.place, ground.start, ground.end, ground.strand


def test_the_first_record_another_one_or_a_part(fasta):
    assert told(ground_of(fasta, None, None)) == ("chr1", 0, 10, "+")
    assert told(ground_of(str(fasta), None, "chr1:2-6:-")) == ("chr1", 2, 6, "-")
    assert told(ground_of(None, fasta, ("1", 2, 6))) == ("chr1", 2, 6, "+")
    assert told(ground_of("acgtu", None, None)) == ("sequence", 0, 5, "+")
    assert told(ground_of(DNA("ACGT", name="x"), None, None)) == ("x", 0, 4, "+")
    assert told(ground_of(None, None, None)) == ("HBB", 0, 703, "+")


def test_a_part_is_read_on_its_strand(fasta):
    ground = ground_of(fasta, None, "chr1:2-8")
    assert ground.letters(2, 5) == "GTA"
    record = ground.record(2, 5, "-")
    assert (str(record.dna), record.start, record.end, record.strand) == ("TAC", 2, 5, "-")
    assert record.place == "chr1"


@pytest.mark.parametrize(
    ("sequence", "genome", "interval", "error", "message"),
    [
        ("ACGT", {"a": "ACGT"}, "a", DataError, "not both"),
        (None, {"a": "ACGT"}, None, DataError, "needs an interval"),
        (None, {"a": "ACGT"}, "b:0-2", SequenceError, "no contig 'b'"),
        (None, {"a": "ACGT"}, "a:0-9", SequenceError, "ends at 9, but a has 4 bases"),
        (None, {"a": "ACGT"}, "a:3-3", DataError, "not before"),
        ("ACGX", None, None, SequenceError, "X"),
        ("missing.fa", None, None, DataNotFoundError, "missing.fa"),
    ],
)
def test_what_cannot_be_looked_at(sequence, genome, interval, error, message):
    with pytest.raises(error, match=message):
        ground_of(sequence, genome, interval)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("chr1:1,000-2,000", (1000, 2000)),
        ("1:1000-2000", (1000, 2000)),
        (" 1000..2000 ", (1000, 2000)),
        ("1000-2000", (1000, 2000)),
        ("chr1:1000-2000:+", (1000, 2000)),
        ("1,500", (1450, 1550)),
        ("500", (500, 600)),
        ("2999", (2900, 3000)),
    ],
)
def test_places_that_people_write(text, expected):
    ground = ground_of(None, {"chr1": "A" * 5000}, "chr1:500-3000")
    assert ground.find(text, 100) == expected


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("here", "'here' is no place; write one such as chr1:500-3,000"),
        ("2000-1000", "start must be before the end"),
        ("400-600", "not within chr1:500-3,000.* 0-based"),
        ("3000", "not within"),
        ("-5", "is no place"),
        ("chr2:600-700", "no contig 'chr2'"),
        ("chrX:600-700", "'chrX' is not shown here"),
        ("", "is no place"),
    ],
)
def test_places_that_are_none_say_what_is_expected(text, message):
    ground = ground_of(None, {"chr1": "A" * 5000, "chrX": "A" * 900}, "chr1:500-3000")
    with pytest.raises(ValueError, match=message):
        ground.find(text, 100)
