"""Known elements: found where they are, as likely as they are."""

import itertools
import random

import pytest

from chatnt import simulate
from chatnt.demo import ACCEPTOR as ACCEPTOR_AT
from chatnt.demo import DONOR as DONOR_AT
from chatnt.demo import START, beta_globin
from chatnt.demo import TATA_BOX as TATA
from chatnt.elements import (
    ACCEPTOR_WITH_TRACT,
    ELEMENTS,
    GRADED_DONOR,
    GRADED_TATA_BOX,
    _distribution,
    find_elements,
)
from chatnt.errors import SequenceError
from chatnt.sequence import DNA
from chatnt.tasks.simulation.motifs import DONOR, INITIATOR, POLYA_SIGNAL, TATA_BOX, Motif

EVEN = (0.25,) * 4
GENE = beta_globin()


def test_the_tata_box_of_beta_globin_is_found():
    found = find_elements(GENE[:302], threshold=1e-3, anchor=START)
    box = next(e for e in found if e.element == "TATA box")
    assert (box.start, box.letters) == (TATA[0], "CATAAAAG")  # a C instead of T, so no match of the consensus
    assert not find_elements(GENE[:302], elements=[TATA_BOX])
    row = found.to_frame().query("element == 'TATA box'").iloc[0]
    assert (row["from_anchor"], row["to_anchor"]) == (-32, -24)


def test_the_splice_sites_of_beta_globin_are_found_with_their_cores():
    found = find_elements(GENE)
    donor = next(e for e in found if e.element == "donor splice site" and e.start == DONOR_AT - 3)
    assert (donor.letters, donor.core) == ("CAGGTTGGT", (DONOR_AT, DONOR_AT + 2))
    acceptor = next(e for e in found if e.element == "acceptor splice site" and e.end == ACCEPTOR_AT + 1)
    assert (acceptor.start, acceptor.core) == (ACCEPTOR_AT - 16, (ACCEPTOR_AT - 2, ACCEPTOR_AT))
    assert acceptor.p < 1e-3


def test_the_chance_is_that_of_all_words():
    motif = Motif("short", "NNN", "nobody 2000", ((8, 1, 1, 0), (2, 2, 2, 4), (0, 0, 9, 1)), least=-99)
    words = ["".join(w) for w in itertools.product("ACGT", repeat=3)]
    chances = dict(zip("ACGT", (0.4, 0.1, 0.2, 0.3), strict=True))
    for word in ("AGG", "TTT", "CAG", "ATG"):
        higher = [w for w in words if motif.score(w) >= motif.score(word) - 1e-9]
        expected = sum(chances[w[0]] * chances[w[1]] * chances[w[2]] for w in higher)
        (found,) = find_elements(word, elements=[motif], background=list(chances.values()))
        assert found.p == pytest.approx(expected, rel=1e-9)
        assert found.score == pytest.approx(motif.score(word))


def test_an_exact_consensus_is_as_likely_as_its_letters():
    for motif, chance in ((TATA_BOX, 4**-5 * 2**-3), (POLYA_SIGNAL, 4**-6), (INITIATOR, 2**-5 * 4**-1)):
        word = motif.word(random.Random(1))
        (found,) = find_elements(word, elements=[motif], background=EVEN)
        assert found.p == pytest.approx(chance, rel=1e-9)


def test_the_cuts_of_counts_are_what_most_instances_reach():
    rng = random.Random(0)
    for motif in (GRADED_TATA_BOX, GRADED_DONOR, ACCEPTOR_WITH_TRACT):
        drawn = ["".join(rng.choices("ACGT", column)[0] for column in motif.counts) for _ in range(4000)]
        assert 0.88 < sum(motif.score(word) >= motif.least for word in drawn) / len(drawn) < 0.92
        assert len({sum(column) for column in motif.counts}) == 1
        _, lowest, tails = _distribution(motif, EVEN)
        assert tails[round(motif.least / 0.01) - lowest] < 0.01


def test_the_other_strand_is_the_reverse_complement():
    text = "GGGGG" + "AATAAA" + "GGGGGGG"
    turned = DNA(text).reverse_complement()
    assert not find_elements(turned, elements=[POLYA_SIGNAL])
    for strands in ("-", "+-"):
        (found,) = find_elements(turned, elements=[POLYA_SIGNAL], strands=strands)
        assert (found.start, found.end, found.strand, found.letters) == (7, 13, "-", "AATAAA")
    donor = DNA("CCCC" + "CAGGTAAGT" + "CC").reverse_complement()
    (site,) = find_elements(donor, elements=[DONOR], strands="-")
    assert str(donor)[slice(*site.core)] == "AC"


def test_a_window_with_unknown_bases_is_none():
    assert find_elements("AATAAA", elements=[POLYA_SIGNAL])
    assert not find_elements("AATNAA", elements=[POLYA_SIGNAL])
    assert not find_elements("NNNNNNNNN", elements=ELEMENTS)
    assert not find_elements("AAT", elements=[POLYA_SIGNAL])


@pytest.mark.parametrize(
    ("task", "label", "planted"),
    [
        ("promoter_tata", "promoter", {"TATA box", "initiator"}),
        ("splice_sites_donors", "donor site", {"donor splice site"}),
        ("splice_sites_acceptors", "acceptor site", {"acceptor splice site", "branch point"}),
    ],
)
def test_planted_elements_are_found(task, label, planted):
    sequences = [s for s in simulate(task, 60) if s.label == label]
    assert len(sequences) >= 20
    hits = wanted = 0
    for simulated in sequences:
        places = {(e.element, e.end) for e in find_elements(simulated.sequence)}
        for element in simulated.elements:
            if element.name in planted:
                wanted += 1
                hits += (element.name, element.end) in places
    assert hits / wanted > 0.9


def test_several_sequences_are_told_apart():
    found = find_elements(["GGAATAAAGG", DNA("AATAAA", name="x")], elements=[POLYA_SIGNAL], anchor=[2, 0])
    assert [(e.sequence, e.start) for e in found] == [(0, 2), (1, 0)]
    assert found.to_frame()["from_anchor"].tolist() == [0, 0]
    assert found.to_frame()["name"].tolist() == ["sequence 1", "sequence 2"]


def test_rare_letters_make_an_element_rarer():
    text = "AATAAA" + "GC" * 40
    rich, poor = (find_elements(t, elements=[POLYA_SIGNAL])[0].p for t in ("AATAAA" + "AT" * 40, text))
    assert poor < 4**-6 < rich
    assert not find_elements("AATAAA" + "AT" * 40, elements=[POLYA_SIGNAL], threshold=1e-3)


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        ({"strands": "both"}, ValueError, "strands='both' is none of"),
        ({"strands": ""}, ValueError, "strands='' is none of"),
        ({"threshold": 0}, ValueError, "threshold=0 is no probability"),
        ({"background": (1, 0, 0, 0)}, ValueError, "no frequencies of A, C, G and T"),
        ({"background": (0.3, 0.3, 0.3)}, ValueError, "no frequencies of A, C, G and T"),
        ({"anchor": [1, 2]}, ValueError, "anchor has 2 positions for 1 sequences"),
    ],
)
def test_bad_input_is_told(how, error, told):
    with pytest.raises(error, match=told):
        find_elements(GENE, **how)
    with pytest.raises(SequenceError):
        find_elements("HELLO")
