"""Genomes: names of contigs, letters, and ends."""

import gzip
import sys

import pytest

from chatnt import genome as module
from chatnt.errors import DataNotFoundError, MissingExtraError, SequenceError
from chatnt.genome import Genome
from chatnt.sequence import DNA

LETTERS = {"chr1": "ACGTacgtNN", "chrM": "GGCC", "scaffold": "TTTT"}


@pytest.fixture
def fasta(tmp_path):
    path = tmp_path / "genome.fa"
    path.write_text("".join(f">{name} about it\n{s[:4]}\n{s[4:]}\n" for name, s in LETTERS.items() if s[4:]))
    return path


def test_windows_are_cut_with_n_beyond_the_ends():
    genome = Genome.of(LETTERS)
    assert genome.fetch("chr1", 2, 6) == "GTAC"
    assert genome.fetch("chr1", -3, 2) == "NNNAC"
    assert genome.fetch("chr1", 8, 13) == "NNNNN"
    assert genome.fetch("scaffold", -2, 6) == "NNTTTTNN"
    assert genome.fetch("scaffold", 9, 12) == genome.fetch("scaffold", -9, -6) == "NNN"
    assert genome.length("chr1") == 10


@pytest.mark.parametrize(
    ("asked", "found"),
    [("chr1", "chr1"), ("1", "chr1"), ("MT", "chrM"), ("M", "chrM"), ("chrMT", "chrM"),
     ("scaffold", "scaffold"), ("chrscaffold", "scaffold")],
)  # fmt: skip
def test_contigs_are_found_with_and_without_chr(asked, found):
    assert Genome.of(LETTERS).find(asked) == found
    bare = Genome.of({"1": "A", "MT": "C"})
    assert (bare.find("chr1"), bare.find("chrM")) == ("1", "MT")


def test_an_unknown_contig_names_itself_and_those_that_there_are():
    with pytest.raises(
        SequenceError, match=r"no contig 'chr7', with or without 'chr'; it has 'chr1', 'chrM'"
    ):
        Genome.of(LETTERS).find("chr7")
    many = Genome.of({f"chr{i}": "A" for i in range(1, 23)})
    with pytest.raises(SequenceError, match="'chr5' and 17 more"):
        many.find("X")


def test_files_and_sequences_are_genomes(fasta, tmp_path):
    packed = tmp_path / "genome.fa.gz"
    packed.write_bytes(gzip.compress(fasta.read_bytes()))
    for given in (fasta, str(fasta), packed, DNA(LETTERS["chr1"], name="chr1")):
        assert Genome.of(given).fetch("chr1", 0, 10) == "ACGTACGTNN"
    genome = Genome.of(fasta)
    assert Genome.of(genome) is genome


def test_what_is_no_genome(tmp_path, fasta):
    with pytest.raises(DataNotFoundError, match=r"no file .*nowhere\.fa"):
        Genome.of(tmp_path / "nowhere.fa")
    with pytest.raises(DataNotFoundError, match="give the FASTA file"):
        Genome.of(tmp_path)
    (tmp_path / "bad.fa").write_text("ACGT\n")
    with pytest.raises(SequenceError, match="is not FASTA"):
        Genome.of(tmp_path / "bad.fa")
    with pytest.raises(SequenceError, match="not nucleotides"):
        Genome.of({"chr1": "AC-GT!?"})


def test_large_files_are_read_in_parts(fasta, monkeypatch):
    pytest.importorskip("pyfaidx", reason="reads parts of large FASTA files")
    whole = Genome.of(fasta)
    monkeypatch.setattr(module, "SMALL", 1)
    parts = Genome.of(fasta)
    assert not isinstance(parts.contigs, dict)
    for start, end in ((-3, 2), (2, 6), (3, 12), (-2, 14)):
        assert parts.fetch("chr1", start, end) == whole.fetch("chr1", start, end)
    assert (parts.find("1"), parts.length("chr1")) == ("chr1", 10)
    packed = fasta.with_suffix(".fa.gz")
    packed.write_bytes(gzip.compress(fasta.read_bytes()))
    with pytest.raises((SequenceError, MissingExtraError), match=r"cannot be read in parts.* unpacked"):
        Genome.of(packed)


def test_without_pyfaidx_a_large_file_says_what_to_install(fasta, monkeypatch):
    monkeypatch.setattr(module, "SMALL", 1)
    monkeypatch.setitem(sys.modules, "pyfaidx", None)
    with pytest.raises(MissingExtraError, match=r'pip install "chatnt\[genome\]"'):
        Genome.of(fasta)


def test_what_cannot_be_indexed_is_told(fasta, monkeypatch):
    pyfaidx = pytest.importorskip("pyfaidx", reason="reads parts of large FASTA files")
    monkeypatch.setattr(module, "SMALL", 1)
    contents = {
        "Duplicate": ">a\nAC\n>a\nGT\n",
        "Inconsistent": ">a\nAC\nA\nACGT\n",
        "before the first": "ACGT\n",
    }
    for words, content in contents.items():
        fasta.with_name(f"{fasta.name}.fai").unlink(missing_ok=True)
        fasta.write_text(content)
        with pytest.raises(SequenceError, match=f"cannot be read in parts: .*{words}"):
            Genome.of(fasta)

    def refuse(*given, **settings):
        raise OSError("genome.fa.fai may not be writable.")

    monkeypatch.setattr(pyfaidx, "Fasta", refuse)
    with pytest.raises(SequenceError, match=r"may not be writable.*samtools faidx"):
        Genome.of(fasta)
