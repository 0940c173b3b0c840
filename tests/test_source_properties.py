"""Windows, intervals and files of any shape, beside what bedtools and samtools give."""

import gzip
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

pytest.importorskip("hypothesis", reason="draws sequences and intervals")

from hypothesis import given, settings
from hypothesis import strategies as st

from chatnt.genome_index import check_index
from chatnt.records import Record, read_records
from chatnt.sequence import DNA
from chatnt.windows import both_strands, cut

settings.register_profile("alike", derandomize=True, database=None, deadline=None)
settings.load_profile("alike")

needs_bedtools = pytest.mark.skipif(shutil.which("bedtools") is None, reason="bedtools is not installed")
needs_samtools = pytest.mark.skipif(shutil.which("samtools") is None, reason="samtools is not installed")
BY_OTHERS = settings(max_examples=10)  # each starts a process
BASES = st.text("ACGTN", min_size=1, max_size=200)
WINDOWS = st.tuples(st.integers(1, 60), st.one_of(st.none(), st.integers(1, 90)))


@st.composite
def genomes(draw):
    names = draw(
        st.lists(st.text("abcXYZ019._-", min_size=1, max_size=6), min_size=1, max_size=4, unique=True)
    )
    return {f"c{name}": draw(BASES) for name in names}


@st.composite
def places(draw):
    """Draw a genome and intervals of it, no two alike."""
    genome = draw(genomes())
    found = set()
    for _ in range(draw(st.integers(1, 12))):
        contig = draw(st.sampled_from(sorted(genome)))
        end = draw(st.integers(1, len(genome[contig])))
        found.add((contig, draw(st.integers(0, end - 1)), end, draw(st.sampled_from("+-"))))
    return genome, draw(st.permutations(sorted(found)))


def fasta_of(genome, width=50):
    return "".join(
        f">{name}\n" + "".join(f"{letters[i : i + width]}\n" for i in range(0, len(letters), width))
        for name, letters in genome.items()
    )


def run(*command):
    return subprocess.run([str(each) for each in command], capture_output=True, text=True, check=True).stdout


def letters_of(fasta):
    return ["".join(record.split("\n")[1:]) for record in fasta.split(">")[1:]]


@given(BASES, st.integers(0, 1000), st.sampled_from("+-"), WINDOWS)
def test_a_window_lies_where_it_says(letters, start, strand, how):
    whole = DNA(letters)
    record = Record(
        whole if strand == "+" else whole.reverse_complement(), start, start + len(whole), strand, "x", 3
    )
    for window in cut(record, *how):
        there = whole[window.start - start : window.end - start]
        assert window.dna == (there if strand == "+" else there.reverse_complement())
        assert len(window.dna) == window.end - window.start == min(how[0], len(whole))
        assert window[3:] == record[3:]


@given(BASES, WINDOWS)
def test_windows_of_both_strands_mirror_each_other(letters, how):
    record, other = both_strands([Record(DNA(letters), 0, len(letters), "+", "x", 0)])
    length = len(letters)
    mirrored = [(length - end, length - start) for _, start, end, *_ in cut(other, *how)]
    assert mirrored == [(start, end) for _, start, end, *_ in cut(record, *how)]


@given(
    genomes(),
    st.integers(1, 70),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
def test_a_file_of_any_form_gives_its_records(genome, width, end, lower, blank, packed):
    text = fasta_of(genome, width).replace("\n", end * (1 + blank))
    text = "".join(line.lower() if lower and line[0] != ">" else line for line in text.splitlines(True))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.fa")
        path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
        found = list(read_records(path))
    assert [tuple(each) for each in found] == [
        (DNA(letters, name=name), 0, len(letters), "+", name, i)
        for i, (name, letters) in enumerate(genome.items())
    ]


@given(places())
def test_intervals_are_the_same_however_they_are_written(drawn):
    genome, intervals = drawn
    texts = [f"{contig}:{start}-{end}:{strand}" for contig, start, end, strand in intervals]
    lines = "".join(f"{contig}\t{start}\t{end}\tx\t0\t{strand}\n" for contig, start, end, strand in intervals)
    found = list(read_records(intervals, genome=genome))
    assert found == list(read_records(texts, genome=genome))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.bed")
        path.write_text(lines)
        assert found == list(read_records(path, genome=genome))
    assert [(r.place, r.start, r.end, r.strand) for r in found] == [tuple(each) for each in intervals]


@needs_bedtools
@BY_OTHERS
@given(places())
def test_intervals_are_those_of_bedtools_getfasta(drawn):
    genome, intervals = drawn
    with tempfile.TemporaryDirectory() as folder:
        fasta, bed = Path(folder, "g.fa"), Path(folder, "x.bed")
        fasta.write_text(fasta_of(genome))
        bed.write_text("".join(f"{c}\t{s}\t{e}\tx\t0\t{strand}\n" for c, s, e, strand in intervals))
        theirs = run("bedtools", "getfasta", "-s", "-fi", fasta, "-bed", bed)
        ours = [str(record.dna) for record in read_records(bed, genome=fasta)]
    assert ours == letters_of(theirs)


@needs_samtools
@BY_OTHERS
@given(places(), st.integers(1, 70))
def test_intervals_are_those_of_samtools_faidx(drawn, width):
    genome, intervals = drawn
    with tempfile.TemporaryDirectory() as folder:
        fasta = Path(folder, "g.fa")
        fasta.write_text(fasta_of(genome, width))
        theirs = {}
        for strand, flags in (("+", []), ("-", ["-i"])):
            regions = [f"{c}:{s + 1}-{e}" for c, s, e, on in intervals if on == strand]
            if regions:
                theirs[strand] = letters_of(run("samtools", "faidx", *flags, fasta, *regions))
        check_index(fasta)  # samtools made one
        found = list(read_records(intervals, genome=fasta))
    for strand, letters in theirs.items():
        assert [str(record.dna) for record in found if record.strand == strand] == letters


@needs_bedtools
@BY_OTHERS
@given(st.lists(st.integers(1, 300), min_size=1, max_size=5), WINDOWS)
def test_windows_are_those_of_bedtools_makewindows(lengths, how):
    window, stride = how[0], how[1] or how[0]
    with tempfile.TemporaryDirectory() as folder:
        sizes = Path(folder, "sizes")
        sizes.write_text("".join(f"c{i}\t{length}\n" for i, length in enumerate(lengths)))
        lines = run("bedtools", "makewindows", "-g", sizes, "-w", window, "-s", stride).splitlines()
    for i, length in enumerate(lengths):
        theirs = [tuple(map(int, line.split("\t")[1:])) for line in lines if line.split("\t")[0] == f"c{i}"]
        ours = [(r.start, r.end) for r in cut(Record(DNA("A" * length), 0, length, "+", "x", 0), *how)]
        assert ours[:-1] == theirs[: len(ours) - 1]
        assert ours[-1] == (max(0, length - window), length)
        # What they have more of ends at the end too, and is shorter.
        assert all(end == length for _, end in theirs[len(ours) - 1 :])
