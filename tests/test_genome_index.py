"""An index that is not that of its genome is told before it gives wrong letters."""

import os

import pytest

from chatnt.errors import SequenceError
from chatnt.genome import Genome
from chatnt.genome_index import check_index

CONTIGS = {"one": "ACGTACGTAC", "two": "GGCCTTAA", "three": "T"}


def faidx(contigs, width=4, end="\n"):
    """Return a FASTA file and its index, by the definition of the format."""
    fasta, index = "", ""
    for name, letters in contigs.items():
        fasta += f">{name} words{end}"
        index += f"{name}\t{len(letters)}\t{len(fasta)}\t{width}\t{width + len(end)}\n"
        fasta += "".join(letters[i : i + width] + end for i in range(0, len(letters), width))
    return fasta, index


@pytest.fixture
def written(tmp_path):
    def write(fasta, index):
        (tmp_path / "g.fa").write_bytes(fasta.encode())
        (tmp_path / "g.fa.fai").write_text(index)
        return tmp_path / "g.fa"

    return write


@pytest.mark.parametrize("width", [1, 2, 3, 4, 5, 8, 10, 60])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_an_index_of_the_genome_is_accepted(written, width, end):
    fasta, index = faidx(CONTIGS, width, end)
    check_index(written(fasta, index))
    check_index(written(fasta.rstrip(), index))
    check_index(written(fasta + end, index))
    check_index(written(fasta, "".join(reversed(index.splitlines(keepends=True)))))


@pytest.mark.parametrize(
    "other",
    [
        CONTIGS | {"one": "ACGTACGTA"},
        CONTIGS | {"two": "GGCCTTAAC"},
        CONTIGS | {"three": "TT"},
        CONTIGS | {"four": "A"},
        {"one": CONTIGS["one"], "two": CONTIGS["two"]},
        {"one": CONTIGS["one"], "deux": CONTIGS["two"], "three": "T"},
        {"two": CONTIGS["two"], "one": CONTIGS["one"], "three": "T"},
    ],
)
def test_an_index_of_another_genome_is_told(written, other):
    fasta, index = faidx(CONTIGS)[0], faidx(other)[1]
    with pytest.raises(SequenceError, match=r"g\.fa\.fai is not the index of g\.fa: .*samtools faidx"):
        check_index(written(fasta, index))
    with pytest.raises(SequenceError, match="is not the index"):
        Genome.of(written(fasta, index))


@pytest.mark.parametrize("contig", range(3))
@pytest.mark.parametrize("more", [-1, 1, 2, 10**12])
def test_one_length_that_is_wrong_is_told(written, contig, more):
    fasta, index = faidx(CONTIGS, width=5)
    lines = [line.split("\t") for line in index.splitlines()]
    lines[contig][1] = str(int(lines[contig][1]) + more)
    with pytest.raises(SequenceError, match="is not the index"):
        check_index(written(fasta, "".join("\t".join(line) + "\n" for line in lines)))


def test_a_contig_without_bases_has_its_line(written):
    check_index(written(">none\n>one\nACGT\n", "none\t0\t6\t0\t0\none\t4\t11\t4\t5\n"))


@pytest.mark.parametrize(
    "index",
    ["one\n", "one\ta\t1\t1\t2\n", "one\t1\t2\t3\n", "one\t4\t11\t0\t5\n", "one\t4\t-1\t4\t5\n", "", "\n"],
)
def test_what_is_no_index_is_told(written, index):
    with pytest.raises(SequenceError, match="is not the index"):
        check_index(written(faidx(CONTIGS)[0], index))


def test_an_older_index_is_told(written):
    path = written(*faidx(CONTIGS))
    state = path.stat()
    os.utime(f"{path}.fai", ns=(0, state.st_mtime_ns - 1))
    with pytest.raises(SequenceError, match="is older than it"):
        Genome.of(path)
    os.utime(f"{path}.fai", ns=(0, state.st_mtime_ns))
    assert Genome.of(path).fetch("one", 0, 4) == "ACGT"
    os.remove(f"{path}.fai")
    assert Genome.of(path).fetch("two", 0, 4) == "GGCC"


def test_the_index_that_is_made_is_accepted(written, monkeypatch):
    pytest.importorskip("pyfaidx", reason="reads parts of large FASTA files")
    monkeypatch.setattr("chatnt.genome.SMALL", 1)
    path = written(faidx(CONTIGS)[0], "")
    os.remove(f"{path}.fai")
    for _ in range(2):
        assert Genome.of(path).fetch("two", 2, 6) == "CCTT"
    assert (path.parent / "g.fa.fai").is_file()
