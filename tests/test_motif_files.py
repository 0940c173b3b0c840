"""Motifs of MEME files, by memelite; without it, an error that says so."""

import itertools
import sys

import pytest

from chatnt import find_motifs
from chatnt.errors import MissingExtraError
from chatnt.sequence import DNA

MEME = """MEME version 4

ALPHABET= ACGT

strands: + -

MOTIF MA0000.1 TATA
letter-probability matrix: alength= 4 w= 5 nsites= 20 E= 0
0 0 0 1
1 0 0 0
0 0 0 1
1 0 0 0
0.5 0 0.5 0

MOTIF MA0000.2 GC
letter-probability matrix: alength= 4 w= 5 nsites= 20 E= 0
0 0 1 0
0 0 1 0
0 0 1 0
0 1 0 0
0 0 1 0
"""


@pytest.fixture
def path(tmp_path):
    file = tmp_path / "some.meme"
    file.write_text(MEME)
    return file


def test_without_memelite_the_extra_is_named(path, monkeypatch):
    monkeypatch.setitem(sys.modules, "memelite", None)
    with pytest.raises(MissingExtraError, match=r'pip install "chatnt\[motifs\]"'):
        find_motifs("ACGT", path)


def test_motifs_are_found_on_both_strands(path):
    pytest.importorskip("memelite")
    text = "CCA" + "TATAG" + "CCCCCC" + "TTATA" + "CC"
    found = find_motifs([DNA(text, name="x"), "GGGCG"], path, threshold=0.003, anchor=3)
    got = [(e.sequence, e.start, e.end, e.strand, e.element, e.letters) for e in found]
    assert got == [
        (0, 3, 8, "+", "MA0000.1 TATA", "TATAG"),
        (0, 14, 19, "-", "MA0000.1 TATA", "TATAA"),
        (1, 0, 5, "+", "MA0000.2 GC", "GGGCG"),
    ]
    words = list(itertools.product("ACGT", repeat=5))
    likely = sum("".join(w) in ("TATAA", "TATAG") for w in words) / len(words)
    assert found[0].p == pytest.approx(likely)
    assert found.to_frame()["from_anchor"].tolist() == [0, 11, -3]
    assert [e.strand for e in find_motifs(text, path, threshold=0.003, strands="+")] == ["+"]


def test_unknown_bases_are_no_part_of_a_motif(path):
    pytest.importorskip("memelite")
    assert not find_motifs("GGNCG", path, threshold=1.0)


def test_other_files_are_refused(tmp_path):
    pytest.importorskip("memelite")
    with pytest.raises(FileNotFoundError):
        find_motifs("ACGT", tmp_path / "none.meme")
    empty, broken = tmp_path / "empty.meme", tmp_path / "broken.meme"
    empty.write_text("MEME version 4\n")
    broken.write_text(MEME.replace("0.5 0 0.5 0", "A C G T"))
    with pytest.raises(ValueError, match=r"empty\.meme has no motif"):
        find_motifs("ACGT", empty)
    with pytest.raises(ValueError, match=r"broken\.meme cannot be read as a MEME file"):
        find_motifs("ACGT", broken)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"strands": "-"}, "strands='-' is neither"),
        ({"threshold": 2}, "threshold=2 is no probability"),
        ({"anchor": [1, 2]}, "anchor has 2 positions"),
    ],
)
def test_bad_input_is_told(path, how, told):
    if "anchor" in how:
        pytest.importorskip("memelite")
    with pytest.raises(ValueError, match=told):
        find_motifs("ACGT", path, **how)
