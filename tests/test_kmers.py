"""K-mers: which score highest, and how they are counted."""

import numpy as np
import pytest

from chatnt.kmers import check_k, count_kmers, kmer_codes, kmer_names, spelled, top_windows


def test_windows_of_highest_sums_do_not_overlap():
    #        A  C  G  T  A  C  G  T  A  C
    scores = [0, 5, 5, 5, 0, 0, 0, 4, 1, 2]
    found = top_windows("ACGTACGTAC", scores, k=3, top=5)
    assert found == [(1, 15.0), (7, 7.0)]  # the windows between have nothing but zeros


def test_the_first_of_equals_is_taken_and_fewer_may_be_asked():
    assert top_windows("AAAAAA", [1, 1, 1, 1, 1, 1], k=2, top=2) == [(0, 2.0), (2, 2.0)]


def test_blocks_lie_on_a_grid():
    scores = [0, 0, 9, 9, 9, 0, 0, 0, 0]
    assert [w.start for w in top_windows("ACGTACGTA", scores, k=3, top=9, step=3)] == [3, 0]
    assert top_windows("ACGTACGTA", scores, k=3, top=1, step=3) == [(3, 18.0)]
    assert top_windows("ACGTACGTA", scores, k=3, top=2, step=2) == [(2, 27.0)]  # the others overlap it


def test_windows_with_other_letters_or_nothing_above_zero_do_not_count():
    assert top_windows("ACGNACG", [0, 0, 9, 9, 9, 0, 0], k=2, top=3) == [(1, 9.0), (4, 9.0)]
    assert top_windows("ACGT", [-1, -2, 0, 0], k=2) == []
    assert top_windows("ACG", [1, 1, 1], k=4) == []


def test_kmers_are_counted_on_one_strand_or_both():
    codes = kmer_codes("AAGCTTNA", k=2)
    assert kmer_names(codes[:5], 2) == ["AA", "AG", "GC", "CT", "TT"]
    assert codes[5:].tolist() == [-1, -1]
    assert count_kmers(codes, k=2).to_dict() == {"AA": 1, "AG": 1, "CT": 1, "GC": 1, "TT": 1}
    assert count_kmers(codes, k=2, pooled=True).to_dict() == {"AA": 2, "AG": 2, "GC": 1}


def test_spelling_is_undone():
    names = ["ACGT", "TTTT", "GATC"]
    assert kmer_names(spelled(names, 4), 4) == names
    assert count_kmers(spelled([], 4), k=4).empty


def test_the_longest_number_fits():
    text = "T" * 31
    assert kmer_names(kmer_codes(text, k=31), 31) == [text]
    assert kmer_codes(text, k=31).dtype == np.int64


@pytest.mark.parametrize("k", [0, -1, 32])
def test_lengths_out_of_range_are_told(k):
    with pytest.raises(ValueError, match=f"k={k}: expected the length of k-mers, from 1 to 31"):
        check_k(k)
