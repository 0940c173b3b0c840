"""Windows cover a record, each as long as the others, and know where they lie."""

import random
import shutil
import subprocess
import tracemalloc
from itertools import islice

import pytest

from chatnt.records import Record
from chatnt.sequence import DNA
from chatnt.windows import both_strands, cut

RNG = random.Random(3)
LETTERS = "".join(RNG.choices("ACGT", k=400))


def record(start, end, strand="+"):
    dna = DNA(LETTERS[start:end])
    return Record(dna if strand == "+" else dna.reverse_complement(), start, end, strand, "x", 0)


@pytest.mark.parametrize("case", range(60))
def test_every_base_is_in_a_window_of_the_same_length(case):
    rng = random.Random(case)
    start = rng.randrange(300)
    end, strand = rng.randint(start + 1, 400), rng.choice("+-")
    window, stride = rng.randint(1, 120), rng.choice([None, rng.randint(1, 120)])
    whole = record(start, end, strand)
    windows = list(cut(whole, window, stride))
    assert all(one == record(one.start, one.end, strand) for one in windows)
    assert {len(one.dna) for one in windows} == {min(window, end - start)}
    begins = [one.start - start if strand == "+" else end - one.end for one in windows]
    assert begins == sorted(set(begins))
    assert begins[0] == 0
    assert begins[-1] + min(window, end - start) == end - start
    assert all(begin == (stride or window) * i for i, begin in enumerate(begins[:-1]))
    if (stride or window) <= window:
        assert {i for one in windows for i in range(one.start, one.end)} == set(range(start, end))


def test_windows_of_a_chromosome_are_made_one_at_a_time():
    dna = DNA("ACGT" * 100_000)
    tracemalloc.start()
    windows = list(islice(cut(Record(dna, 0, len(dna), "+", "x", 0), 300, 1), 100))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert windows[-1].start == 99
    assert peak < 200_000


def test_the_other_strand_follows_each_record():
    one, other = both_strands([record(10, 20)])
    assert one == record(10, 20)
    assert other == record(10, 20, "-")
    assert list(both_strands([other]))[1] == one


@pytest.mark.parametrize(("window", "stride"), [(0, None), (-1, 3), (5, 0)])
def test_windows_without_bases_are_refused(window, stride):
    with pytest.raises(ValueError, match="at least 1"):
        list(cut(record(0, 50), window, stride))


@pytest.mark.skipif(shutil.which("bedtools") is None, reason="bedtools is not installed")
@pytest.mark.parametrize(("window", "stride"), [(50, 50), (70, 30), (13, 40)])
def test_windows_are_those_of_bedtools_but_for_the_last(tmp_path, window, stride):
    (tmp_path / "x.genome").write_text("x\t400\n")
    command = ["bedtools", "makewindows", "-g", tmp_path / "x.genome", "-w", str(window), "-s", str(stride)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    theirs = [tuple(map(int, line.split("\t")[1:])) for line in out.splitlines()]
    ours = [(one.start, one.end) for one in cut(record(0, 400), window, stride)]
    assert ours[:-1] == theirs[: len(ours) - 1]
