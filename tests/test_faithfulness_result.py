"""Curves as a result: areas, intervals, files and words."""

import numpy as np
import pytest

from chatnt.errors import DataError
from chatnt.faithfulness_result import MAP, RANDOM, Faithfulness

FRACTIONS = np.array([0.0, 0.5, 1.0])


def made(maps, chances, **changes):
    """Make a result of the middle points of its curves; all start at 1 and end at 0."""
    maps, chances = np.array(maps, float), np.array(chances, float)

    def curves(middle):
        ends = np.ones_like(middle), np.zeros_like(middle)
        return np.stack([ends[0], middle, ends[1]], axis=-1)

    deletion = {MAP: curves(maps[:, None]), RANDOM: curves(chances)}
    insertion = {name: curve[..., ::-1] for name, curve in deletion.items()}
    usual = {"method": "occlusion", "target": "Yes", "unit": "log-odds", "replacement": "N"}
    return Faithfulness(fractions=FRACTIONS, deletion=deletion, insertion=insertion, **(usual | changes))


def row(result, curve="deletion"):
    return next(r for r in result.table().itertuples() if r.curve == curve and r.control == RANDOM)


def test_of_one_sequence_the_draws_give_range_and_p():
    found = row(made([0.0], [[0.2, 0.4, 0.6, -0.2]]))
    # Areas: (1 + 2 m + 0) / 4 for the middle m.
    assert found.map_area == pytest.approx(0.25)
    assert found.control_area == pytest.approx(0.25 + 0.25 / 2)
    assert found.gain == pytest.approx(0.125)
    assert found.p == pytest.approx(2 / 5)  # one of four draws does as well, and the map itself
    assert found.low == pytest.approx(np.quantile([0.1, 0.2, 0.3, -0.1], 0.025))
    assert found.better == 1


def test_an_insertion_that_rises_late_loses():
    found = row(made([0.0], [[0.2, 0.4, 0.6, -0.2]]), "insertion")
    assert found.gain == pytest.approx(-0.125)


def test_of_several_sequences_the_test_is_paired():
    maps = np.linspace(0, 1, 8)
    better = row(made(maps, (maps + 0.1)[:, None].repeat(3, 1)))
    assert better.gain == pytest.approx(0.05)
    assert better.low == pytest.approx(0.05)  # all gain the same, so the mean is known
    assert better.p == pytest.approx(2 / 2**8)  # all signs agree: the smallest p that eight pairs can have
    alike = row(made(maps, maps[:, None].repeat(3, 1)))
    assert (alike.gain, alike.p, alike.better) == (0, 1, 0)


def test_the_interval_holds_the_mean_and_narrows():
    rng = np.random.default_rng(0)
    gains = rng.normal(1, 1, 200)
    wide, narrow = (row(made(np.zeros(n), gains[:n, None])) for n in (10, 200))
    for found in (wide, narrow):
        assert found.low < found.gain < found.high
    assert narrow.high - narrow.low < 0.5 * (wide.high - wide.low)
    # Half a standard deviation for every unit of the middle point, over the root of the count.
    assert narrow.high - narrow.low == pytest.approx(2 * 1.96 * 0.5 * gains.std() / 200**0.5, rel=0.1)


def test_results_are_put_together():
    whole = Faithfulness.joined([made([0.0], [[0.2, 0.4]]), made([1.0], [[0.6, 0.8]], target="No")])
    assert whole.count == 2
    assert whole.target == "Yes or No"
    np.testing.assert_allclose(whole.gains("deletion"), [[0.1, 0.2], [-0.2, -0.1]])
    with pytest.raises(ValueError, match="cannot be put together"):
        Faithfulness.joined([made([0.0], [[0.2, 0.4]]), made([0.0], [[0.2]])])
    with pytest.raises(ValueError, match="at least one"):
        Faithfulness.joined([])


def test_a_frame_has_a_row_for_each_point():
    frame = made([0.0, 1.0], [[0.2, 0.4], [0.6, 0.8]]).to_frame()
    assert len(frame) == 2 * 2 * (1 + 2) * 3
    chosen = frame.query("curve == 'deletion' and order == 'random' and sequence == 1 and draw == 0")
    np.testing.assert_allclose(chosen.value, [1, 0.6, 0])
    np.testing.assert_allclose(chosen.fraction, FRACTIONS)


def test_a_file_gives_back_the_result(tmp_path):
    first = made([0.0, 1.0], [[0.2, 0.4], [0.6, 0.8]])
    first.save(tmp_path / "curves.json")
    again = Faithfulness.load(tmp_path / "curves.json")
    assert again.table().equals(first.table())
    assert repr(again) == repr(first)


@pytest.mark.parametrize(
    "text", ["{}", "[]", "not JSON", '{"fractions": [0, 1], "deletion": {}, "insertion": {}}']
)
def test_another_file_is_told(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(DataError, match="curves of deletion"):
        Faithfulness.load(tmp_path / "other.json")


def test_words():
    found = made([0.0, 0.5], [[0.2, 0.4], [0.6, 0.8]], method="<b>")
    assert repr(found) == (
        "Faithfulness(<b>, 2 sequences: gain over random orders, deletion +0.125, insertion -0.125)"
    )
    assert "2 sequences; replaced by N" in str(found)
    assert "deletion: area 0.375, random 0.5; gain +0.125" in found.summary
    assert "&lt;b&gt;" in found._repr_html_()
    assert "<td>0.125</td>" in found._repr_html_()
