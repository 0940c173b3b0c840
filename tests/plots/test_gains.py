"""Two scores of each task."""

import pandas as pd
import pytest

from chatnt.plots import gains

pyplot = pytest.importorskip("matplotlib.pyplot")
TABLE = pd.DataFrame(
    {
        "task": ["h_3", "h_4", "leaf", "gone"],
        "metric": ["mcc", "auroc", "pearson", "mcc"],
        "score": [0.5, 0.9, 0.2, 0.3],
        "blind": [0.1, 0.7, 0.3, None],
    }
)


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_a_line_goes_from_one_score_to_the_other():
    ax = gains(TABLE, "blind", name="mini")
    lines, before, after = ax.collections
    assert [tuple(segment[:, 0]) for segment in lines.get_segments()] == [(0.3, 0.2), (0.7, 0.9), (0.1, 0.5)]
    assert before.get_offsets()[:, 0].tolist() == [0.3, 0.7, 0.1]
    assert after.get_offsets()[:, 0].tolist() == [0.2, 0.9, 0.5]
    assert [name.get_text() for name in ax.get_yticklabels()] == ["leaf (PCC)", "h 4 (AUROC)", "h 3 (MCC)"]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["blind", "mini"]
    lost, *won = map(tuple, lines.get_colors())
    assert lost not in won
    assert won[0] == won[1]


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="no column 'deaf'; it has task, metric"):
        gains(TABLE, "deaf")
    with pytest.raises(ValueError, match="No task has both"):
        gains(TABLE.iloc[3:], "blind")
