"""The ways in which DNA is changed while its labels stay."""

import random
from collections import Counter

import pytest

from chatnt.pairs.augmentation import DECOY_REACH, augmented, chimera, decoy, hidden, moved, mutated
from chatnt.pairs.families import FAMILIES, Family

LENGTH = 120
SPLICING = next(family for family in FAMILIES if "splice_sites_all" in family.tasks)
PROMOTERS = next(family for family in FAMILIES if "promoter_tata" in family.tasks)
SITE = "splice_sites_all"


def drawn(length, seed=0, letters="ACGT"):
    return "".join(random.Random(seed).choices(letters, k=length))


def samples(letters_of, count=6, length=LENGTH):
    """Sequences in which every label has its own letters, so that it can be seen in them."""
    return [
        (drawn(length, f"{label}/{i}", letters), {SITE: label})
        for label, letters in letters_of.items()
        for i in range(count)
    ]


SITES = samples({"donor": "AC", "acceptor": "AT", "neither": "CT"})


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.tasks[0])
def test_truths_and_letters_are_kept(family):
    rng = random.Random(0)
    truths = dict.fromkeys(family.tasks, "any")
    given = [(drawn(200, seed), truths) for seed in range(4)]
    for sample in given * 20:
        sequence, known = augmented(sample, given, family, rng)
        assert known == truths
        assert set(sequence) <= set("ACGTN")


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.tasks[0])
def test_only_windows_on_either_strand_change_their_length(family):
    rng = random.Random(1)
    given = [(drawn(200, seed), dict.fromkeys(family.tasks, "any")) for seed in range(4)]
    lengths = {len(augmented(sample, given, family, rng)[0]) for sample in given * 60}
    if family.turned:
        # Moved by up to 24 bases, whose place nothing takes.
        assert min(lengths) == 200 - 24
        assert max(lengths) == 200
    else:
        assert lengths == {200}


@pytest.mark.parametrize("turned", [False, True])
def test_the_other_strand_is_shown_only_where_it_has_the_same_label(turned):
    family, rng = Family(("h3",), 1, turned=turned), random.Random(2)
    given = [(drawn(LENGTH, seed, "AC"), {"h3": "any"}) for seed in range(9)]
    changed = [augmented(sample, given, family, rng)[0] for sample in given * 30]
    other = sum(set(sequence) == set("GT") for sequence in changed) / len(changed)
    assert 0.4 < other < 0.6 if turned else other == 0


def test_without_changes_a_sequence_stays_as_it_is():
    given = samples({"any": "ACGT"})
    assert (
        augmented(given[0], given, Family(("gfp_fluorescence",), 1, alone=0.9), random.Random(0)) == given[0]
    )


def test_a_sample_is_changed_by_the_random_numbers_alone():
    def changed(seed):
        rng = random.Random(seed)
        return [augmented(sample, SITES, SPLICING, rng) for sample in SITES]

    assert changed(0) == changed(0)
    assert changed(0) != changed(1)


def test_lost_bases_of_a_promoter_are_at_its_start():
    rng = random.Random(3)
    given = [(drawn(300, seed), {"promoter_tata": "promoter"}) for seed in range(4)]
    lost = Counter()
    for sample in given * 100:
        sequence, _ = augmented(sample, given, PROMOTERS, rng)
        count = sequence.count("N")
        # Promoters are not changed in any other way.
        assert sequence == "N" * count + sample[0][count:]
        assert count <= 120
        lost[count > 0] += 1
    assert 0.02 < lost[True] / 400 < 0.1


def test_no_more_bases_are_lost_than_there_are():
    family, rng = Family(("h3",), 1, lost=1.0), random.Random(0)
    assert {len(augmented(("ACGT", {}), [], family, rng)[0]) for _ in range(20)} == {4}


def test_bases_of_a_splice_site_are_hidden_from_one_end():
    rng = random.Random(4)
    given = [(drawn(400, seed), {SITE: "donor"}) for seed in range(4)]
    ends = Counter()
    for sample in given * 100:
        sequence, _ = augmented(sample, given, SPLICING, rng)
        count = sequence.count("N")
        assert count <= DECOY_REACH
        assert sequence in (f"{'N' * count}{sequence.strip('N')}", f"{sequence.strip('N')}{'N' * count}")
        ends[(sequence[0] == "N") - (sequence[-1] == "N")] += 1
    assert min(ends.values()) > 10  # start, end, and none
    assert ends[0] > 300


@pytest.mark.parametrize(
    ("bases", "expected"), [(0, "ACGTAC"), (2, "ACGTNN"), (-2, "NNGTAC"), (6, "NNNNNN"), (-6, "NNNNNN")]
)
def test_bases_are_hidden_at_the_end_or_at_the_start(bases, expected):
    assert hidden("ACGTAC", bases) == expected


@pytest.mark.parametrize(("left", "right"), [("AAAAAA", "CCCCCC"), ("AAAAA", "CCCCC"), ("AAAA", "CCCCCCCC")])
def test_a_chimera_has_the_left_half_of_one_and_the_right_half_of_the_other(left, right):
    def halves(one, other):
        return one[: len(one) // 2] + other[len(other) // 2 :]

    seen = {chimera(left, right, random.Random(seed)) for seed in range(20)}
    assert seen == {halves(left, right), halves(right, left)}


def test_chimeras_have_parents_of_the_same_truths():
    """Each label has its own letters, so a foreign half would show."""
    family, rng = Family(("other",), 1, chimeras=1.0), random.Random(5)
    joined = 0
    for sequence, truths in SITES * 20:
        changed, _ = augmented((sequence, truths), SITES, family, rng)
        assert set(changed) == set(sequence)
        joined += changed != sequence
    assert joined > 200
    # All that is known of a sequence counts, not the task alone that is asked about.
    more = [(sequence, truths | {"other": "yes"}) for sequence, truths in SITES]
    assert augmented(SITES[0], more, family, rng) == SITES[0]


def test_halves_of_another_length_are_not_joined():
    longer = [(sequence + "A" * 20, truths) for sequence, truths in SITES]
    family, rng = Family(("other",), 1, chimeras=1.0), random.Random(0)
    assert [augmented(sample, longer, family, rng) for sample in SITES] == SITES


def test_a_moved_window_is_a_part_of_the_sequence_or_of_its_other_strand():
    sequence = drawn(200)
    other = sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    seen = [moved(sequence, random.Random(seed)) for seed in range(200)]
    assert all(s in sequence or s in other for s in seen)
    assert {len(s) for s in seen} == set(range(176, 201))
    # From either end.
    assert any(sequence.startswith(s) for s in seen if len(s) < 190)
    assert any(sequence.endswith(s) for s in seen if len(s) < 190)


@pytest.mark.parametrize("seed", range(30))
def test_a_decoy_is_centred_on_a_gt_or_ag_off_the_site(seed):
    sequence = drawn(400, seed)
    centred = decoy(sequence, random.Random(seed))
    assert len(centred) == 400
    middle = 200
    assert centred[middle : middle + 2] == "GT" or centred[middle - 2 : middle] == "AG"
    # The rest is the sequence itself, moved by some bases but never by none.
    lost = centred.count("N")
    assert 2 <= lost <= DECOY_REACH
    kept = centred.strip("N")
    assert kept in (sequence[lost:], sequence[: 400 - lost])
    assert len(kept) == 400 - lost


@pytest.mark.parametrize(
    "sequence",
    [
        "A" * 40,
        "A" * 20 + "GT" + "A" * 18,  # the site itself
        "A" * 19 + "GT" + "A" * 19,  # one base beside it
        "GT" + "A" * 300,  # too far away
        "",
        "GT",
    ],
)
def test_without_a_place_there_is_no_decoy(sequence):
    assert decoy(sequence, random.Random(0)) is None


def test_sequences_without_a_site_are_made_from_any():
    """Decoys of donors, whose letters no sequence of another label has, come out as without a site."""
    donors = [(drawn(400, seed, "GT"), {SITE: "donor"}) for seed in range(6)]
    nothing = [(drawn(400, seed, "AC"), {SITE: "neither"}) for seed in range(6)]
    rng = random.Random(6)
    made = [augmented(sample, donors + nothing, SPLICING, rng) for sample in nothing * 60]
    assert all(truths == {SITE: "neither"} for _, truths in made)
    of_donors = [sequence for sequence, _ in made if sequence.count("G") > 100]
    assert 0.03 < len(of_donors) / len(made) < 0.15
    assert all("N" in sequence for sequence in of_donors)
    # Sites are never made of anything else.
    sites = [augmented(sample, donors + nothing, SPLICING, rng)[0] for sample in donors * 20]
    assert all(sequence.count("G") > 100 for sequence in sites)


def test_a_sequence_with_a_site_of_one_kind_does_not_become_a_decoy():
    """What holds no donor may hold an acceptor, which a decoy would lose."""
    truths = {"splice_sites_donors": "not a donor site", "splice_sites_acceptors": "acceptor site"}
    acceptors = [(drawn(400, seed, "AC"), truths) for seed in range(6)]
    others = [(drawn(400, seed, "GT"), {SITE: "donor"}) for seed in range(6)]
    rng = random.Random(7)
    changed = [augmented(sample, others, SPLICING, rng)[0] for sample in acceptors * 40]
    assert all(sequence.count("G") + sequence.count("T") < 20 for sequence in changed)


@pytest.mark.parametrize("share", [0.0, 0.03, 0.5])
def test_mutations_are_a_share_of_the_bases(share):
    sequence = "A" * 400
    changed = mutated(sequence, share, random.Random(0))
    differ = sum(a != b for a, b in zip(sequence, changed, strict=True))
    assert differ <= 400 * share
    # A quarter of the new bases are the old ones, and some places are drawn twice.
    assert differ >= 400 * share * 0.4


@pytest.mark.parametrize("length", [60, 61])
def test_bases_in_the_middle_are_kept(length):
    changed = [mutated("A" * length, 1.0, random.Random(seed), kept=16) for seed in range(30)]
    differ = {i for sequence in changed for i, base in enumerate(sequence) if base != "A"}
    assert differ == set(range(length)) - set(range((length - 16) // 2, (length + 16) // 2))


def test_unknown_bases_stay_unknown():
    assert mutated("N" * 50, 1.0, random.Random(0)) == "N" * 50
