import dataclasses
import gzip
import io
import pickle
import random
import struct
import sys
import zlib

import pytest

from chatnt.errors import SequenceError
from chatnt.sequence import DNA, IUPAC_BASES, NUCLEOTIDES, as_dna, iter_fasta, read_fasta

PROTEIN = "MVHLTPEEKSAVTALWGKVNVDEVGGEALGRLLVVYPWTQRFFESFGDLSTPDAVMGNPKVK"


class TestWhatDNAAccepts:
    @pytest.mark.parametrize(
        ("given", "kept"),
        [
            ("ACGT", "ACGT"),
            ("acgtn", "ACGTN"),
            ("ACGU", "ACGT"),
            ("augcuu", "ATGCTT"),
            (" AC GT\n\tAC\r\nGT ", "ACGTACGT"),
            (NUCLEOTIDES, NUCLEOTIDES),
            ("N" * 20, "N" * 20),
            ("RRRCWWGYYY", "RRRCWWGYYY"),
            ("acgtRYSWacgt", "ACGTRYSWACGT"),
        ],
    )
    def test_letters(self, given, kept):
        assert DNA(given).sequence == kept

    def test_every_letter_alone(self):
        assert [str(DNA(letter)) for letter in NUCLEOTIDES] == list(NUCLEOTIDES)

    def test_dna_or_string(self):
        dna = DNA("ACGT", name="x")
        assert as_dna(dna) is dna
        assert as_dna("acgt") == DNA("ACGT")


class TestWhatDNARefuses:
    @pytest.mark.parametrize("given", ["", "   ", "\n\t\r\n"])
    def test_empty(self, given):
        with pytest.raises(SequenceError, match="is empty; give at least one base"):
            DNA(given)

    def test_empty_names_the_sequence(self):
        with pytest.raises(SequenceError, match="Sequence 'HS_1' is empty"):
            DNA("", name="HS_1")

    @pytest.mark.parametrize("letter", [*"-*.>1?@É", "\x00"])
    def test_other_letters(self, letter):
        with pytest.raises(SequenceError, match="not nucleotides") as caught:
            DNA("ACGTACGTACGT" + letter)
        assert repr(letter) in str(caught.value)

    def test_all_offenders_are_named_and_counted(self):
        with pytest.raises(SequenceError, match=r"'-' \(3 times\), '1' \(2 times\), '\*' \(1 times\)"):
            DNA("ACGT---ACGT11ACGT*")

    def test_one_masked_base_is_no_protein(self):
        with pytest.raises(SequenceError, match=r"'X' \(1 times\)"):
            DNA("ACGTACGTX")

    @pytest.mark.parametrize("given", [PROTEIN, PROTEIN.lower(), "MALWMRLLPL*"])
    def test_protein(self, given):
        with pytest.raises(SequenceError, match=r"looks like a protein .* give the coding sequence"):
            DNA(given, name="HBB")

    @pytest.mark.parametrize("given", [None, 5, b"ACGT", ["A", "C"], DNA("ACGT")])
    def test_not_a_string(self, given):
        with pytest.raises(SequenceError, match=f"got {type(given).__name__}"):
            DNA(given)

    def test_a_sequence_error_is_a_value_error(self):
        with pytest.raises(ValueError, match="empty"):
            DNA("")


class TestDNAAsAValue:
    def test_it_cannot_be_changed(self):
        with pytest.raises(dataclasses.FrozenInstanceError):
            DNA("ACGT").sequence = "TTTT"

    def test_equal_hash_and_pickle(self):
        dna = DNA("acgt", name="x", source="s")
        assert dna == DNA("ACGT", name="x", source="s")
        assert dna != DNA("ACGT", name="y", source="s")
        assert len({dna, DNA("ACGT", name="x", source="s")}) == 1
        assert pickle.loads(pickle.dumps(dna)) == dna

    def test_length_and_text(self):
        dna = DNA("ac gt")
        assert len(dna) == 4
        assert str(dna) == "ACGT"
        assert "".join(base.sequence for base in dna) == "ACGT"

    @pytest.mark.parametrize(
        "key",
        [
            slice(2, 5),
            slice(4, None),
            slice(None, -2),
            slice(None, None, -1),
            slice(0, 99),
            slice(1, None, 3),
        ],
    )
    def test_slices_are_those_of_the_text(self, key):
        dna = DNA("ACGTTTAGRN", name="x", source="chr1:100-110:+")
        assert dna[key] == DNA("ACGTTTAGRN"[key], name="x", source="chr1:100-110:+")

    def test_one_position(self):
        dna = DNA("ACGT", name="x")
        assert dna[1] == DNA("C", name="x")
        assert dna[-1].sequence == "T"
        with pytest.raises(IndexError):
            dna[4]

    def test_an_empty_slice_is_refused(self):
        with pytest.raises(SequenceError, match="is empty"):
            DNA("ACGT")[4:]

    def test_a_slice_of_ambiguous_letters_is_no_protein(self):
        ambiguous = "RYSWKMRYSWKMRYSWKM"
        dna = DNA("A" * 20 + ambiguous + "C" * 20)
        assert dna[20:38].sequence == ambiguous
        assert dna[20:38].reverse_complement()[::-1].sequence == "YRSWMKYRSWMKYRSWMK"

    @pytest.mark.parametrize(
        ("given", "share"), [("ACGT", 0.5), ("GGCC", 1.0), ("ATTA", 0.0), ("GNNN", 1.0), ("NNN", 0.0)]
    )
    def test_gc_counts_known_bases(self, given, share):
        assert DNA(given).gc == share


class TestReverseComplement:
    def test_known(self):
        assert DNA("AACGTG").reverse_complement().sequence == "CACGTT"
        assert DNA("AUGC").reverse_complement().sequence == "GCAT"

    def test_names_stay(self):
        turned = DNA("AACC", name="x", source="s").reverse_complement()
        assert (turned.name, turned.source) == ("x", "s")

    @pytest.mark.parametrize("seed", range(20))
    def test_twice_is_once(self, seed):
        chance = random.Random(seed)
        text = "ACGT" + "".join(chance.choices(NUCLEOTIDES, k=chance.randint(1, 200)))
        dna = DNA("ACGT" * 60 + text, name="x")
        assert dna.reverse_complement() != dna
        assert dna.reverse_complement().reverse_complement() == dna

    @pytest.mark.parametrize("seed", range(5))
    def test_a_slice_of_the_other_strand_is_the_other_strand_of_a_slice(self, seed):
        dna = DNA("".join(random.Random(seed).choices("ACGT", k=50)))
        assert dna[10:30].reverse_complement() == dna.reverse_complement()[20:40]

    @pytest.mark.parametrize("letter", NUCLEOTIDES)
    def test_a_letter_stands_for_the_partners_of_its_bases(self, letter):
        partner = {"A": "T", "C": "G", "G": "C", "T": "A"}
        turned = DNA(letter).reverse_complement().sequence
        assert set(IUPAC_BASES[turned]) == {partner[base] for base in IUPAC_BASES[letter]}


class TestHowDNALooks:
    def test_short(self):
        assert repr(DNA("ACGT")) == "DNA('ACGT')"
        assert repr(DNA("ACGT", name="it's")) == "DNA('ACGT', name=\"it's\")"

    def test_sixty_bases_are_shown_and_sixty_one_are_cut(self):
        assert repr(DNA("A" * 60)) == f"DNA('{'A' * 60}')"
        assert repr(DNA("A" * 51 + "C" * 10)) == f"DNA('{'A' * 40}...{'C' * 10}', 61 bases)"

    def test_long_with_thousands(self):
        assert repr(DNA("AC" * 600, name="x")).endswith(", name='x', 1,200 bases)")

    def test_html(self):
        page = DNA("ACGG", name="<b>&x")._repr_html_()
        assert page.startswith("<b>&lt;b&gt;&amp;x</b> 4 bases, GC 75%")
        assert ">ACGG</code>" in page

    def test_html_of_a_long_sequence_is_cut(self):
        page = DNA("A" * 1000)._repr_html_()
        assert "<b>DNA</b> 1,000 bases" in page
        assert "A" * 600 + " …</code>" in page
        assert "A" * 601 not in page


@pytest.fixture
def fasta(tmp_path):
    """Write bytes to a file and return its path."""

    def write(content, name="some.fa"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


TWO = b">one first record\nACGT\nTTAA\n\n>two\nacgu\n"


def bgzip_block(content):
    """Return a block as in section 4.1 of the SAM specification, version 1.6."""
    packer = zlib.compressobj(wbits=-15)
    packed = packer.compress(content) + packer.flush()
    head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0"
    return (
        head
        + struct.pack("<H", len(head) + len(packed) + 9)
        + packed
        + struct.pack("<II", zlib.crc32(content), len(content))
    )


class TestReadFasta:
    def test_names_sequences_and_source(self, fasta):
        path = fasta(TWO)
        assert read_fasta(path) == [
            DNA("ACGTTTAA", name="one", source=str(path)),
            DNA("ACGT", name="two", source=str(path)),
        ]
        assert read_fasta(str(path)) == read_fasta(path)

    @pytest.mark.parametrize(
        "content",
        [
            TWO.replace(b"\n", b"\r\n"),
            TWO.replace(b"\n", b"\r"),
            TWO.rstrip(),
            b"\n\n" + TWO + b"\n\n",
            b"\xef\xbb\xbf" + TWO,
            TWO.replace(b"\n", b" \n"),
        ],
        ids=["windows", "old mac", "no last line end", "blank lines", "byte-order mark", "trailing blanks"],
    )
    def test_forms_of_text(self, fasta, content):
        assert [(r.name, r.sequence) for r in read_fasta(fasta(content))] == [
            ("one", "ACGTTTAA"),
            ("two", "ACGT"),
        ]

    @pytest.mark.parametrize("name", ["some.fa.gz", "some.fa"])
    def test_gzip_is_known_by_its_content(self, fasta, name):
        assert len(read_fasta(fasta(gzip.compress(TWO), name))) == 2

    def test_several_gzip_blocks(self, fasta):
        assert len(read_fasta(fasta(gzip.compress(TWO[:30]) + gzip.compress(TWO[30:])))) == 2

    def test_names_that_are_not_ascii(self, fasta):
        assert read_fasta(fasta(">β-globin\nACGT\n".encode()))[0].name == "β-globin"

    def test_a_header_without_a_name_gets_one(self, fasta):
        assert read_fasta(fasta(b">a\nAC\n>\nACGT\n"))[1].name == "record_at_line_3"

    def test_standard_input(self, monkeypatch):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BufferedReader(io.BytesIO(TWO))))
        assert [(r.name, r.source) for r in read_fasta("-")] == [("one", "-"), ("two", "-")]

    def test_gzip_on_standard_input(self, monkeypatch):
        raw = io.BufferedReader(io.BytesIO(gzip.compress(TWO)))
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(raw))
        assert len(read_fasta("-")) == 2

    def test_records_come_one_at_a_time(self, fasta):
        records = iter_fasta(fasta(b">good\nACGT\n>bad\nAC-GT\n"))
        assert next(records).name == "good"
        with pytest.raises(SequenceError, match="Sequence 'bad' holds '-'"):
            next(records)


class TestFilesThatAreNotFasta:
    @pytest.mark.parametrize("content", [b"", b"\n \n", gzip.compress(b"")], ids=["0 bytes", "blank", "gzip"])
    def test_empty(self, fasta, content):
        path = fasta(content)
        with pytest.raises(SequenceError, match=r"some\.fa is empty; a FASTA file has lines '>name'"):
            read_fasta(path)

    @pytest.mark.parametrize(
        "content",
        [b"ACGTACGT\n", b"@read1\nACGT\n+\nIIII\n", b"\nname,sequence\na,ACGT\n"],
        ids=["bare sequence", "FASTQ", "CSV"],
    )
    def test_other_text(self, fasta, content):
        with pytest.raises(SequenceError, match=r"is not FASTA: line [12] is .*, expected '>name'"):
            read_fasta(fasta(content))

    @pytest.mark.parametrize(
        "content",
        [bytes(range(256)), b"\x89PNG\r\n\x1a\n" + bytes(100), b"\x1f\x8bnot gzip at all", b"\x00\x01"],
        ids=["bytes", "png", "broken gzip", "control characters"],
    )
    def test_binary(self, fasta, content):
        with pytest.raises(SequenceError, match="is not"):
            read_fasta(fasta(content))

    @pytest.mark.parametrize("kept", [2, 12, 40, -9, -1])
    def test_truncated_gzip(self, fasta, kept):
        whole = gzip.compress(
            b"".join(
                b">r%d\n%s\n"
                % (
                    i,
                    random.Random(i)
                    .randbytes(9)
                    .hex()
                    .translate(str.maketrans("0123456789abcdef", "ACGTACGTACGTACGT"))
                    .encode(),
                )
                for i in range(50)
            )
        )
        with pytest.raises(SequenceError, match=r"ends early: the gzip file is truncated"):
            read_fasta(fasta(whole[:kept]))

    def test_a_bgzip_file_cut_between_blocks(self, fasta):
        blocks = [bgzip_block(TWO[:30]), bgzip_block(TWO[30:]), bgzip_block(b"")]
        assert len(read_fasta(fasta(b"".join(blocks), "x.fa.gz"))) == 2
        for cut in (b"".join(blocks[:2]), blocks[0], b"".join(blocks)[:-1]):
            with pytest.raises(SequenceError, match=r"ends early: the gzip file is truncated"):
                read_fasta(fasta(cut, "x.fa.gz"))

    def test_damaged_gzip(self, fasta):
        whole = bytearray(gzip.compress(TWO * 50, mtime=0))
        whole[10] ^= 0xFF
        with pytest.raises(SequenceError, match="is not a text or gzip FASTA file"):
            read_fasta(fasta(bytes(whole)))

    def test_all_repeated_names_are_told(self, fasta):
        path = fasta(b">a\nAC\n>b\nAC\n>a x\nGT\n>c\nAC\n>b\nTT\n")
        with pytest.raises(SequenceError, match="several records named 'a', 'b'; names must be unique"):
            read_fasta(path)

    @pytest.mark.parametrize("content", [b">a\n>b\nACGT\n", b">b\nACGT\n>a\n", b">a\n"])
    def test_header_without_sequence(self, fasta, content):
        with pytest.raises(SequenceError, match=r"Record 'a' of .*some\.fa has no sequence"):
            read_fasta(fasta(content))

    def test_protein_file_names_the_record(self, fasta):
        with pytest.raises(SequenceError, match="Sequence 'HBB' looks like a protein"):
            read_fasta(fasta(f">HBB human\n{PROTEIN}\n".encode()))

    def test_missing(self, tmp_path):
        with pytest.raises(FileNotFoundError, match=r"absent\.fa"):
            read_fasta(tmp_path / "absent.fa")

    def test_folder(self, tmp_path):
        with pytest.raises(IsADirectoryError):
            read_fasta(tmp_path)
