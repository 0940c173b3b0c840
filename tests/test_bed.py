"""Intervals are read as they are written, or it is said why not."""

import gzip

import pytest

from chatnt.bed import Interval, is_interval, written_intervals
from chatnt.errors import DataError


def read(source):
    return [one.read() for one in written_intervals(source)]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("chr1:100-400", ("chr1", 100, 400, "+")),
        ("chr1:1,000-4,000:-", ("chr1", 1000, 4000, "-")),
        ("chr1:1-4:.", ("chr1", 1, 4, "+")),
        ("HLA-A*01:01:01:1-4", ("HLA-A*01:01:01", 1, 4, "+")),
        (("chr1", 0, 1), ("chr1", 0, 1, "+")),
        (("chr1", "5", "9", "-"), ("chr1", 5, 9, "-")),
        (["chr1", 5, 9, "."], ("chr1", 5, 9, "+")),
    ],
)
def test_one_interval(given, expected):
    assert read([given]) == [Interval(*expected)]
    if not isinstance(given, list):
        assert is_interval(given)
        assert read(given) == [Interval(*expected)]


@pytest.mark.parametrize(
    "given",
    ["chr1", "chr1:5", "chr1:a-b", "chr1:1-²", "chr1:1-4:x", "chr1:-5-4", "", ("chr1", -1, 4), ("chr1", 1),
     ("chr1", 1, 4, "minus"), ("chr1", 1.5, 4), 7, None],
)  # fmt: skip
def test_what_is_no_interval(given):
    (one,) = written_intervals([given])
    with pytest.raises(DataError, match="no interval"):
        one.read()
    assert not is_interval(given) or given[3:] == ("minus",)


@pytest.mark.parametrize("given", ["chr1:4-4", ("chr1", 5, 4)])
def test_ends_come_after_starts(given):
    (one,) = written_intervals([given])
    with pytest.raises(DataError, match="is not before its end, 4"):
        one.read()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_lines_of_a_bed_file(tmp_path, pack):
    lines = ["browser position chr1", "track name=x", "# said", "", "track1\t0\t4", "tracks 1 5",
             "chr1\t0\t4\tname\t9\t-\t0\t0", "chr1\t0\t4\t-", "chr1\t0\t4\t-\t9",
             "chr1\t0\t4\tname"]  # fmt: skip
    (tmp_path / "x.bed").write_bytes(pack("\r\n".join(lines).encode()))
    found = list(written_intervals(tmp_path / "x.bed"))
    assert [one.line for one in found] == [5, 6, 7, 8, 9, 10]
    assert [one.read().name for one in found] == [
        "track1:0-4:+", "tracks:1-5:+", "chr1:0-4:-", "chr1:0-4:-", "chr1:0-4:+", "chr1:0-4:+",
    ]  # fmt: skip
    assert found[2].text == "chr1:0:4:name:9:-:0:0"


@pytest.mark.parametrize("line", ["chr1", "chr1\t1", "chr1\t1\tx", "chr1\t0\t4\tname\t9\tx"])
def test_lines_that_are_no_intervals(tmp_path, line):
    (tmp_path / "x.bed").write_text(line)
    (one,) = written_intervals(str(tmp_path / "x.bed"))
    with pytest.raises(DataError, match="no interval"):
        one.read()
