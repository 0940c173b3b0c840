"""Position matrices against numbers known on paper."""

import numpy as np
import pytest

from chatnt.position_matrix import PositionMatrix

FOUR = ["GTA", "GTC", "GTG", "GCT"]


def test_letters_are_counted():
    matrix = PositionMatrix.of([*FOUR, "N-A"], start=7, title="sites")
    assert matrix.counts.tolist() == [[0, 0, 4, 0], [0, 1, 0, 3], [2, 1, 1, 1]]
    assert (matrix.start, matrix.sequences, matrix.title) == (7, 5, "sites")
    table = matrix.to_frame()
    assert table.loc[1, ["position", "A", "C", "G", "T"]].tolist() == [8, 0, 1, 0, 3]


def test_bits_are_those_of_schneider():
    many = PositionMatrix.of(FOUR * 25)
    chance = 3 / (2 * np.log(2) * 100)
    entropy = -(0.25 * np.log2(0.25) + 0.75 * np.log2(0.75))
    expected = [2 - chance, 2 - entropy - chance, 0]
    np.testing.assert_allclose(many.bits().sum(1), expected, atol=1e-12)
    assert many.bits()[1].tolist() == pytest.approx([0, 0.25 * expected[1], 0, 0.75 * expected[1]])


def test_few_sequences_show_nothing():
    assert not PositionMatrix.of(["A"]).bits().any()
    assert not PositionMatrix.of(["-"]).bits().any()
    assert PositionMatrix.of(["-"]).frequencies().tolist() == [[0.25] * 4]


def test_weights_compare_with_the_background():
    matrix = PositionMatrix.of(FOUR)
    shares = np.array([0.25, 1.25, 0.25, 3.25]) / 5
    np.testing.assert_allclose(matrix.weights()[1], np.log2(shares / 0.25))
    other = {"A": 0.4, "C": 0.1, "G": 0.1, "T": 0.4}
    np.testing.assert_allclose(matrix.weights(background=other)[1], np.log2(shares / [0.4, 0.1, 0.1, 0.4]))


def test_the_consensus_is_cavener_s():
    columns = ["AAAA", "AAAC", "AACC", "AACG", "ACGT"]
    assert PositionMatrix.of(["".join(c) for c in zip(*columns, strict=True)]).consensus == "AAMMN"


def test_it_says_what_it_is():
    matrix = PositionMatrix.of(FOUR, start=-1, title="a < b", anchor="the k-mer")
    assert repr(matrix) == "PositionMatrix(a < b: GTN, -1 to 2 from the k-mer, 2.11 bits; 4 sequences)"
    assert "a &lt; b" in matrix._repr_html_()
    assert "<table" in matrix._repr_html_()


@pytest.mark.parametrize("texts", [[], ["AC", "A"], [""]])
def test_texts_that_cannot_be_aligned_are_told(texts):
    with pytest.raises(ValueError, match="A matrix needs texts of one length"):
        PositionMatrix.of(texts)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"background": {"A": 1.0}}, "positive shares of A, C, G and T"),
        ({"background": dict.fromkeys("ACGT", 0.2)}, "add up to 1"),
        ({"pseudocount": 0}, "pseudocount=0: expected more than 0"),
    ],
)
def test_weights_without_sense_are_told(how, told):
    with pytest.raises(ValueError, match=told):
        PositionMatrix.of(FOUR).weights(**how)
