"""Variants as data: kinds, trimming, and what is no variant."""

import pytest

from chatnt.errors import DataError
from chatnt.variant import Variant, shared_ends


@pytest.mark.parametrize(
    ("ref", "alt", "kind", "trimmed"),
    [
        ("A", "G", "SNV", (9, "A", "G")),
        ("CAT", "CGT", "SNV", (10, "A", "G")),
        ("AC", "GT", "MNV", (9, "AC", "GT")),
        ("A", "ATT", "insertion", (10, "", "TT")),
        ("GTT", "G", "deletion", (10, "TT", "")),
        ("CACAC", "CAC", "deletion", (12, "AC", "")),  # at the end of the repeat
        ("TA", "TCCA", "insertion", (10, "", "CC")),
        ("AG", "TCT", "indel", (9, "AG", "TCT")),
        ("GATTACA", "GCCA", "indel", (10, "ATTA", "C")),
    ],
)
def test_a_variant_knows_its_kind_and_its_least_form(ref, alt, kind, trimmed):
    variant = Variant("chr1", 9, ref, alt)
    least = variant.trimmed()
    assert variant.kind == least.kind == kind
    assert (least.start, least.ref, least.alt) == trimmed
    # Put into the same genome, both give the same.
    genome = "NNNNNNNNN" + ref + "NNN"
    for one in (variant, least):
        assert genome[: one.start] + one.alt + genome[one.end :] == "NNNNNNNNN" + alt + "NNN"


def test_a_variant_is_told_as_in_a_vcf():
    assert str(Variant("11", 5227001, "T", "A", "rs334")) == "11:5227002 T>A"
    assert repr(Variant("11", 5227001, "T", "A", "rs334")) == "Variant(rs334, 11:5227002 T>A, SNV)"
    assert repr(Variant("11", 1, "", "A")) == "Variant(11:2 ->A, insertion)"


@pytest.mark.parametrize(
    ("ref", "alt", "told"),
    [("A", "<DEL>", "holds '<', '>', 'E', 'L'"), ("a", "C", "upper case"), ("AC", "AC", "nothing varies")],
)
def test_what_is_no_variant(ref, alt, told):
    with pytest.raises(DataError, match=told):
        Variant("chr1", 0, ref, alt)


def test_ends_are_shared_once():
    assert shared_ends("AAA", "AA") == (2, 0)
    assert shared_ends("", "AC") == (0, 0)
    assert shared_ends("ACGT", "ACGT") == (4, 0)
