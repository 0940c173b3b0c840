"""Places: tables, tracks and coordinates, whatever has them."""

import pytest

from chatnt.elements import Element, Elements
from chatnt.places import anchors_of, located, names_of
from chatnt.sequence import DNA

PLUS = DNA("ACGTACGT", name="one", source="chr1:100-108:+")
MINUS = DNA("GGATT", name="two", source="chr2:7-12:-")
BARE = DNA("ACGT", name="three four")


def element(sequence, start, end, strand="+", p=0.001):
    return Element(sequence, start, end, strand, "TATA box", "TATA", 7.5, p)


def made(*items, sequences=(PLUS, MINUS, BARE), anchors=None, about="some"):
    return Elements(items, sequences, names_of(sequences), anchors, about)


def test_the_minus_strand_counts_from_the_other_end():
    assert located(PLUS, "", 2, 5) == ("chr1", 102, 105, "+")
    assert located(MINUS, "", 0, 2) == ("chr2", 10, 12, "-")
    assert located(MINUS, "", 1, 5, "-") == ("chr2", 7, 11, "+")
    assert located(BARE, "three four", 1, 2) == ("three_four", 1, 2, "+")
    assert located(PLUS[1:], "one", 0, 2) == ("one", 0, 2, "+")  # no longer as long as its place


def test_the_table_counts_from_the_anchor_too():
    table = made(element(0, 2, 5), element(1, 0, 2), element(2, 1, 3), anchors=(4, 0, 3)).to_frame()
    assert list(table)[:6] == ["name", "start", "end", "strand", "from_anchor", "to_anchor"]
    assert table["from_anchor"].tolist() == [-2, 0, -2]
    assert table["to_anchor"].tolist() == [1, 2, 0]
    assert table["genome_start"].tolist()[:2] == [102, 10]
    assert table["genome_strand"].tolist()[:2] == ["+", "-"]
    assert table["chromosome"].isna().tolist() == [False, False, True]
    assert str(table["genome_start"].dtype) == "Int64"
    plain = made(element(2, 1, 3)).to_frame()
    assert not {"from_anchor", "chromosome"} & set(plain)


def test_bed_has_six_columns_of_the_genome():
    text = made(element(0, 2, 5), element(1, 0, 2, "-", 1e-12), element(2, 1, 3, p=1.0)).to_bed()
    assert text.splitlines() == [
        "chr1\t102\t105\tTATA_box\t300\t+",
        "chr2\t10\t12\tTATA_box\t1000\t+",
        "three_four\t1\t3\tTATA_box\t0\t+",
    ]


def test_tsv_is_the_table():
    lines = made(element(2, 1, 3), sequences=(PLUS, MINUS, BARE), anchors=(0, 0, 1)).to_tsv().splitlines()
    assert lines[0].split("\t") == [
        "name", "start", "end", "strand", "from_anchor", "to_anchor", "element", "letters", "score", "p",
    ]  # fmt: skip
    assert lines[1].split("\t") == ["three four", "1", "3", "+", "0", "2", "TATA box", "TATA", "7.5", "0.001"]


def test_lists_are_sequences_and_print_well():
    found = made(*(element(0, i, i + 1) for i in range(4)), *(element(1, 0, 1) for _ in range(9)))
    assert (len(found), found[1].start, len(found[2:4])) == (13, 1, 2)
    assert repr(found).startswith("Elements(13; some)\nname")
    assert repr(found).endswith("... and 3 more")
    assert "and 3 more" in found._repr_html_()
    nothing = made(about="a<b")
    assert (repr(nothing), nothing.to_bed(), len(nothing.to_frame())) == ("Elements(0; a<b)", "", 0)
    assert nothing._repr_html_() == "<div>0; a&lt;b</div>"


def test_anchors_are_for_all_or_for_each():
    assert anchors_of(None, [PLUS]) is None
    assert anchors_of(3, [PLUS, MINUS]) == (3, 3)
    assert anchors_of([3, 4], [PLUS, MINUS]) == (3, 4)
    with pytest.raises(ValueError, match="anchor has 1 positions for 2 sequences"):
        anchors_of([3], [PLUS, MINUS])
