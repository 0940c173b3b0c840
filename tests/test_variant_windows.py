"""Windows around variants: where the variant lies, and what moves."""

import pytest

from chatnt.errors import SequenceError
from chatnt.genome import Genome
from chatnt.sequence import DNA
from chatnt.tasks import all_tasks, get_task
from chatnt.variant import Variant
from chatnt.variant_windows import SCANS, TRANSCRIPTION_START, anchor, located, usual_places, windows
from tests.telling import letters

CONTIG = letters(200)
GENOME = Genome.of({"chr1": CONTIG})


def cut(variant, *, genome=GENOME, length=20, site=10, at=(0,), strands="+"):
    return list(windows(genome, variant, length=length, anchor=site, at=at, strands=strands))


def snv(place=100):
    return Variant("chr1", place, CONTIG[place], "ACGT"[("ACGT".index(CONTIG[place]) + 1) % 4])


@pytest.mark.parametrize("at", [-10, -3, 0, 4, 9])
def test_a_base_lies_where_it_is_wanted(at):
    variant = snv()
    (window,) = cut(variant, at=[at])
    start = 100 - 10 - at
    assert window.reference == CONTIG[start : start + 20]
    assert window.alternative == window.reference[: 10 + at] + variant.alt + window.reference[11 + at :]
    assert (window.at, window.strand, window.missing) == (at, "+", 0)


@pytest.mark.parametrize("at", [-10, -3, 0, 4, 9])
def test_the_other_strand_is_read_from_its_own_start(at):
    variant = snv()
    forward, backward = cut(variant, at=[at], strands="both")
    (alone,) = cut(variant, at=[at], strands="-")
    assert (forward.strand, backward) == ("+", alone)
    mirrored = DNA(backward.reference).reverse_complement().sequence
    start = 100 + 11 + at - 20
    assert mirrored == CONTIG[start : start + 20]
    base = DNA(variant.alt).reverse_complement().sequence
    assert backward.alternative == backward.reference[: 10 + at] + base + backward.reference[11 + at :]


def changed(variant):
    return CONTIG[: variant.start] + variant.alt + CONTIG[variant.end :]


@pytest.mark.parametrize(("ref", "alt"), [(1, "GATTACA"), (5, ""), (4, "GA"), (3, "CCCCC"), (15, "G")])
@pytest.mark.parametrize("strand", ["+", "-"])
def test_an_indel_leaves_the_site_where_it_is(ref, alt, strand):
    variant = Variant("chr1", 99, CONTIG[99 : 100 + ref], CONTIG[99] + alt)
    if variant.kind == "SNV":
        return
    whole = changed(variant)
    if strand == "-":
        whole = DNA(whole).reverse_complement().sequence
    for at in (-6, -2, 1, 6):
        (window,) = cut(variant, at=[at], strands=strand)
        assert len(window.reference) == len(window.alternative) == 20
        assert window.alternative in whole  # a stretch of the changed genome
        near = slice(0, 10 + at) if at >= 0 else slice(10 + at + ref, 20)
        assert window.alternative[near] == window.reference[near]


def test_an_insertion_before_the_site_pushes_out_what_lies_far_from_it():
    genome = Genome.of({"c": "AAAAAAAAAACCCCCTTTTTTTTTT"})
    variant = Variant("c", 9, "A", "AGG")
    (window,) = cut(variant, genome=genome, length=11, site=8, at=[-5])
    assert (window.reference, window.alternative) == ("AAACCCCCTTT", "AGGCCCCCTTT")
    (window,) = cut(variant, genome=genome, length=11, site=2, at=[1])
    assert (window.reference, window.alternative) == ("AAACCCCCTTT", "AAAGGCCCCCT")
    (window,) = cut(Variant("c", 9, "ACC", "A"), genome=genome, length=11, site=8, at=[-5])
    assert (window.reference, window.alternative) == ("AAACCCCCTTT", "AAAAACCCTTT")


@pytest.mark.parametrize(
    ("place", "at", "missing"), [(0, 0, 10), (3, 0, 7), (199, 0, 9), (0, -10, 0), (0, 9, 19)]
)
@pytest.mark.parametrize("strand", ["+", "-"])
def test_at_the_edge_of_a_contig_there_is_n_and_it_is_counted(place, at, missing, strand):
    if strand == "-":
        place = 199 - place
    (window,) = cut(snv(place), at=[at], strands=strand)
    assert window.missing == missing == window.reference.count("N")
    assert len(window.alternative) == 20
    assert window.alternative[10 + at] != window.reference[10 + at]


def test_places_and_alleles_beyond_the_window():
    for at in (-11, 10):
        with pytest.raises(ValueError, match=rf"at={at} puts the variant outside .* from -10 to 9"):
            cut(snv(), at=[at])
    with pytest.raises(SequenceError, match=r"An allele of .* has 21 bases, but the window 20"):
        cut(Variant("chr1", 50, CONTIG[50], CONTIG[50] + letters(21, 3)))
    (window,) = cut(Variant("chr1", 50, CONTIG[50:71], CONTIG[50]), at=[9])
    assert window.alternative[10 + 9] == CONTIG[71]


def test_the_reference_must_be_the_genome_s():
    assert located(GENOME, Variant("1", 5, CONTIG[5], "N")).contig == "chr1"
    wrong = "ACGT".replace(CONTIG[5], "")[0]
    with pytest.raises(
        SequenceError, match=rf"1:6 .* has the reference '{wrong}', but the genome has '{CONTIG[5]}'"
    ):
        located(GENOME, Variant("1", 5, wrong, "N"))
    with pytest.raises(SequenceError, match="ends at 201, but the contig 'chr1' of the genome has 200 bases"):
        located(GENOME, Variant("chr1", 200, "A", "G"))
    with pytest.raises(SequenceError, match="no contig 'chr2'"):
        located(GENOME, Variant("chr2", 1, "A", "G"))


def test_an_ambiguity_code_of_the_genome_agrees_with_its_bases():
    genome = Genome.of({"c": "AARNA"})
    assert located(genome, Variant("c", 2, "G", "T"))
    assert located(genome, Variant("c", 3, "T", "C"))
    with pytest.raises(SequenceError, match="has the reference 'C'"):
        located(genome, Variant("c", 2, "C", "T"))


def test_every_task_has_a_site_and_places_within_its_window():
    names = {task.name for task in all_tasks()}
    assert set(SCANS) | set(TRANSCRIPTION_START) <= names
    for task in all_tasks():
        site = anchor(task, task.length)
        assert 0 <= site < task.length
        assert all(0 <= site + at < task.length for at in usual_places(task, task.length))
    assert usual_places(get_task("splice_sites_donors"), 8) == (-4, -3, -2, -1, 0, 1, 2, 3)
    promoter = get_task("promoter_tata")
    assert (anchor(promoter, 300), anchor(promoter, 40)) == (249, 20)
