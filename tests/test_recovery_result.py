"""Places that were found, as a result."""

import pytest

from chatnt.errors import DataError
from chatnt.recovery_result import Found, Recovery

ROWS = (
    Found("slopes", 0, False, 0.9, 0.1, 1, True),
    Found("slopes", 0, True, 0.2, 0.1, 9, False),
    Found("slopes", 1, False, 0.7, 0.3, 4, False),
    Found("slopes", 1, True, 0.4, 0.3, 2, False),
    Found("<b>", 0, False, 0.1, 0.1, 6, False),
    Found("<b>", 0, True, 0.1, 0.1, 6, False),
)
RESULT = Recovery("promoter_tata", "TATA box", 2, 8, ROWS)


def test_the_table_has_means_and_the_control_beside():
    row = RESULT.table().iloc[0]
    assert row["area"] == pytest.approx(0.8)
    assert row["area_shuffled"] == pytest.approx(0.3)
    assert row["chance"] == pytest.approx(0.2)
    assert (row["area_low"], row["area_high"]) == (0.7, 0.9)
    assert (row["top1"], row["top5"], row["window"]) == (0.5, 1, 0.5)
    assert (row["top1_shuffled"], row["top5_shuffled"], row["window_shuffled"]) == (0, 0.5, 0)
    assert row["top1_low"] == pytest.approx(0.0945, abs=1e-3)  # Wilson's interval of one of two


def test_a_file_gives_back_the_result(tmp_path):
    RESULT.save(tmp_path / "found.json")
    assert Recovery.load(tmp_path / "found.json") == RESULT


@pytest.mark.parametrize("text", ["{}", "[1]", "not JSON", '{"rows": [[1]]}'])
def test_another_file_is_told(tmp_path, text):
    (tmp_path / "other.json").write_text(text)
    with pytest.raises(DataError, match="places that were found"):
        Recovery.load(tmp_path / "other.json")


def test_words():
    assert repr(RESULT) == (
        "Recovery(promoter_tata: TATA box in 2 sequences; best area 0.80 by slopes, chance 0.20)"
    )
    assert "slopes: area 0.80 (0.70 to 0.90; shuffled 0.30, chance 0.20); top base 50% (shuffled 0%)" in str(
        RESULT
    )
    assert "&lt;b&gt;" in RESULT._repr_html_()
