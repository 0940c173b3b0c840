"""What an encoder is given before it learns."""

import random

import pytest
import torch

from chatnt.model.nucleotide_cnn import PAD, base_table
from chatnt.model.summaries import Recall, hashed_words
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import own_facts
from chatnt.pairs.memory import MOST_PLACES, ROWS, nucleotide_ids, reference, remembered
from tests.tiny import tiny_cnn_config

FAMILY = Family(("h3", "h4"), 4)
H3, H4 = ({"h3": "H3 signal"}, {"h4": "no H4 signal"})
BOTH = {"h3": "no H3 signal", "h4": "H4 signal"}


def drawn(length, seed=0):
    return "".join(random.Random(seed).choices("ACGT", k=length))


def words_of(sequence):
    ids = nucleotide_ids([sequence])
    hashes, kept = hashed_words(base_table()[ids], ids != PAD)
    return hashes[kept]


def recall_of(samples):
    words, facts = remembered(FAMILY, samples)
    recall = Recall(tiny_cnn_config(recalled_words=len(words), recalled_facts=2))
    recall.words.copy_(words)
    recall.facts.copy_(facts)
    return recall


def recalled(recall, sequence, own=None):
    ids = nucleotide_ids([sequence])
    recall.own = own
    return recall.recalled(base_table()[ids], ids != PAD)[0].tolist()


def test_words_are_those_of_the_sequences_in_order():
    samples = [(drawn(500, 1), H3), (drawn(300, 2), BOTH)]
    words, facts = remembered(FAMILY, samples)
    assert words.tolist() == sorted(torch.cat([words_of(s) for s, _ in samples]).tolist())
    assert len(words) > 10
    assert facts.shape == (len(words), 2, 2)
    assert facts.dtype == torch.int8


def test_facts_are_sums_over_the_sequences_that_hold_a_word():
    shared = drawn(400, 3)
    # Lengths differ, so that there is padding.
    samples = [(shared + drawn(200, 4), H3), (drawn(90, 5) + shared, BOTH), (shared, H4)]
    words, facts = remembered(FAMILY, samples)
    table = dict(zip(words.tolist(), facts.tolist(), strict=True))
    common = words_of(shared)
    assert len(common) > 4
    for word in common.tolist():
        assert table[word] == [[1 - 1, -1 + 1], [2, 2]]
    only_first = set(words_of(drawn(200, 4)).tolist())
    assert only_first
    assert all(table[word] == [[1, 0], [1, 0]] for word in only_first)


def test_a_training_sequence_recalls_nothing_but_its_neighbours():
    shared = drawn(300, 6)
    samples = [(shared + drawn(300, 7), H3), (drawn(300, 8) + shared, BOTH), (drawn(500, 9), H4)]
    recall = recall_of(samples)
    own = own_facts(FAMILY, [truths for _, truths in samples])
    assert recalled(recall, samples[2][0], own[2:]) == [0, 0, 0, 0]
    assert recalled(recall, samples[2][0])[1] == -1
    truth_h3, truth_h4, known_h3, known_h4 = recalled(recall, samples[0][0], own[:1])
    assert truth_h3 < 0 < truth_h4  # as in the second
    assert known_h3 == known_h4 == -truth_h3


def test_words_that_a_sequence_repeats_count_once():
    """Else a sequence could not take out all that it put in, and would recall itself."""
    unit = drawn(200, 10)
    samples = [(unit + drawn(50, 11) + unit, BOTH), (drawn(400, 12), H3)]
    words, facts = remembered(FAMILY, samples)
    at = torch.isin(words, words_of(unit))
    assert at.sum() == len(words_of(unit)) > 2
    assert facts[at].tolist() == [[[-1, 1], [1, 1]]] * int(at.sum())
    assert recalled(recall_of(samples), samples[0][0], own_facts(FAMILY, [BOTH])) == [0, 0, 0, 0]


@pytest.mark.parametrize(("count", "kept"), [(MOST_PLACES, True), (MOST_PLACES + 1, False)])
def test_words_of_repeats_are_forgotten(count, kept):
    repeat = drawn(200, 13)
    samples = [(repeat + drawn(60, 100 + i), H3) for i in range(count)]
    words, facts = remembered(FAMILY, samples)
    found = torch.isin(words_of(repeat), words)
    assert len(found) > 2
    assert found.all() if kept else not found.any()
    # As many as fit the small numbers that they are kept in.
    assert facts.max() == (count if kept else 1)


def test_other_strands_add_to_the_same_words():
    sequence = drawn(400, 14)
    other = sequence.translate(str.maketrans("ACGT", "TGCA"))[::-1]
    words, facts = remembered(FAMILY, [(sequence, H3), (other, H3)])
    assert torch.equal(words, words_of(sequence).sort().values)
    assert facts[:, :, 0].eq(2).all()


def test_many_sequences_are_hashed_in_parts():
    samples = [(drawn(40, 1000 + i), (H3, BOTH, H4)[i % 3]) for i in range(ROWS + 20)]
    words, facts = remembered(FAMILY, samples)
    assert torch.equal(words, torch.cat([words_of(s) for s, _ in samples]).unique())
    last = torch.isin(words, torch.cat([words_of(s) for s, _ in samples[ROWS:]]))
    assert last.any()
    assert facts[:, 1].sum() == sum(len(words_of(s)) * len(known) for s, known in samples)


def test_sequences_too_short_for_a_word_are_remembered_by_none():
    words, facts = remembered(FAMILY, [("ACGT", H3), ("ACGTAC", H4)])
    assert words.shape == (0,)
    assert facts.shape == (0, 2, 2)


def test_a_reference_has_the_most_frequent_bases():
    one_hot = reference(["AACG", "ATCG", "AACT", "CACG"])
    assert one_hot.tolist() == torch.eye(4)[[0, 0, 1, 2]].tolist()


@pytest.mark.parametrize("sequences", [["ACGT", "ACG"], []])
def test_variants_of_different_lengths_have_no_reference(sequences):
    with pytest.raises(ValueError, match="one length"):
        reference(sequences)


def test_ids_are_padded_on_the_right():
    assert nucleotide_ids(["ACGT", "N"]).tolist() == [[1, 2, 3, 4], [5, 0, 0, 0]]
