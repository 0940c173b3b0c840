"""Arrays that other packages take."""

import numpy as np
import pytest

from chatnt.arrays import attribution_arrays, one_hot
from chatnt.attribution import Attribution
from chatnt.sequence import DNA


def made(*texts, tables=None, **changes):
    usual = {
        "question": "", "task": None, "target": "Yes", "against": "No", "value": 1.0, "unit": "log-odds",
        "method": "integrated_gradients", "baseline": "N",
    }  # fmt: skip
    scores = tuple(np.arange(1, len(text) + 1, dtype=np.float32) for text in texts)
    return Attribution(tuple(map(DNA, texts)), scores, tables=tables, **(usual | changes))


def test_letters_are_in_the_order_a_c_g_t():
    found = one_hot([DNA("ACGT"), DNA("NT")])
    assert found.shape == (2, 4, 4)
    np.testing.assert_array_equal(found[0], np.eye(4))
    np.testing.assert_array_equal(found[1].sum(0), [0, 1, 0, 0])
    assert one_hot([]).shape == (0, 4, 0)


def test_scores_stand_at_the_base_that_is_there():
    letters, scores = attribution_arrays([made("ACN"), made("TTT", "GGA")])
    assert letters.shape == scores.shape == (3, 4, 3)
    assert letters.dtype == scores.dtype == np.float32
    np.testing.assert_array_equal(scores[0], [[1, 0, 0], [0, 2, 0], [0, 0, 0], [0, 0, 0]])
    np.testing.assert_array_equal(scores.sum(1), [[1, 2, 0], [1, 2, 3], [1, 2, 3]])
    np.testing.assert_array_equal(attribution_arrays(made("AC"))[1].sum(1), [[1, 2]])


def test_files_are_those_that_modisco_reads(tmp_path):
    letters, _ = attribution_arrays(made("ACGT"))
    np.savez(tmp_path / "ohe.npz", letters)
    np.testing.assert_array_equal(np.load(tmp_path / "ohe.npz")["arr_0"], letters)


def test_hypothetical_scores_agree_where_the_base_is():
    changes = np.array([[0, -1, -2, -3], [3, 0, 0, 0], [0, 0, 0, 0]], np.float32)  # of A, C and N
    why = made("ACN", tables=(changes,), method="in_silico_mutagenesis")
    expected = -changes.sum(1) / 3  # as chatnt.attribute has it
    letters, scores = attribution_arrays(why, hypothetical=True)
    np.testing.assert_allclose((letters * scores).sum(1)[0], expected, atol=1e-6)
    np.testing.assert_allclose(scores.sum(1), 0, atol=1e-6)
    np.testing.assert_allclose(scores[0, :, 0] - scores[0, 0, 0], changes[0] * 4 / 3, atol=1e-6)


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="have 2, 3 bases, but an array holds sequences of one length"):
        attribution_arrays([made("AC"), made("ACG")])
    with pytest.raises(ValueError, match="have no bases"):
        attribution_arrays([])
    with pytest.raises(ValueError, match="integrated_gradients has no scores of bases that are not there"):
        attribution_arrays(made("AC"), hypothetical=True)
