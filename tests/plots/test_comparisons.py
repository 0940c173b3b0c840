"""Pictures of scores: means, rings, bars, boxes, matrices, scatters, wordings, tokens."""

import dataclasses

import pandas as pd
import pytest

import chatnt
from chatnt.plots import (
    confusion,
    estimates,
    means,
    radar,
    score_boxes,
    task_bars,
    wordings,
)  # fmt: skip

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def tasks():
    return chatnt.compare_tasks()


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_a_bar_is_as_long_as_its_mean():
    table = chatnt.compare_means()
    ax = means(table)
    bars = [bar for bars in ax.containers if hasattr(bars, "patches") for bar in bars.patches]
    assert [bar.get_width() for bar in bars] == table["mean"].tolist()
    assert [bar.get_hatch() is None or bar.get_hatch() == "" for bar in bars] == table["direct"].tolist()
    names = ax.get_yticklabels()
    assert [name.get_text() for name in names if name.get_fontweight() == "bold"] == ["mini"]
    assert legend(ax) == ["this pair", "its ablations", "published", "not directly comparable"]


def test_a_ring_has_a_gap_where_nothing_is_known(tasks):
    ax = radar(tasks, ["ChatNT", "mini"])
    chat, mini = ax.lines
    assert len(chat.get_xdata()) == tasks["task"].nunique() + 1
    assert chat.get_ydata()[0] == chat.get_ydata()[-1] == 0.929
    table = tasks[(tasks["task"] != "h3") | (tasks["model"] != "ChatNT")]
    assert pd.isna(radar(table, ["ChatNT", "mini"]).lines[0].get_ydata()).sum() == 1
    assert mini.get_linestyle() != chat.get_linestyle()  # told apart without colours


def test_a_ring_of_two_or_of_nobody_is_an_error(tasks):
    with pytest.raises(ValueError, match="three tasks"):
        radar(tasks[tasks["task"].isin(["h3", "h4"])])
    with pytest.raises(ValueError, match="Enformer"):
        radar(tasks, ["Enformer"])


def test_bars_of_tasks_are_their_scores(tasks):
    ax = task_bars(tasks)
    assert [bar.get_height() for bar in ax.patches] == pytest.approx(tasks["value"].tolist())
    hatched = [bool(bar.get_hatch()) for bar in ax.patches]
    assert hatched == tasks["simulated"].tolist()
    assert "promoter tata (MCC)" in [name.get_text() for name in ax.get_xticklabels()]
    assert legend(ax)[-1] == "on simulated sequences"
    ax = task_bars(tasks[tasks["kind"] == "published"])
    assert len(legend(ax)) == 2


def test_boxes_leave_simulated_scores_out(tasks):
    ax = score_boxes(tasks)
    points = [line.get_ydata() for line in ax.lines if line.get_marker() == "o"]
    real = tasks[(tasks["kind"] == "pair") & ~tasks["simulated"]]
    assert sorted(points[2]) == sorted(real["value"])
    assert sorted(map(len, points))[-1] == 27
    assert legend(ax) == ["specialised models", "ChatNT", "mini"]


def test_a_confusion_matrix_has_counts_and_shares():
    score = chatnt.results().scores["splice_sites_all"]
    ax = confusion(score)
    told = [text.get_text() for text in ax.texts]
    count = score.confusion["acceptor"]["acceptor"]
    share = count / sum(score.confusion["acceptor"].values())
    assert told[0] == f"{count:,}\n{share:.0%}"
    assert [name.get_text() for name in ax.get_xticklabels()][-1] == "unparsed"
    with pytest.raises(ValueError, match=r"plots\.estimates"):
        confusion(dataclasses.replace(score, confusion={}))


def test_a_scatter_shows_every_number_and_says_how_many_are_missing():
    rows = pd.DataFrame(
        {"value": [1.0, 2, 3, 4], "parsed_value": [1.0, 2, 3, None], "estimate": [4.0, 3, 2, 1]}
    )
    ax = estimates(rows, unit="log10")
    assert ax.lines[0].get_xdata().tolist() == [1, 2, 3]
    assert ax.get_title(loc="left") == "PCC 1.00, n = 3; 1 without a number"
    assert ax.get_xlabel() == "truth (log10)"
    assert estimates(rows, stated=False).get_title(loc="left") == "PCC -1.00, n = 4"
    with pytest.raises(ValueError, match="fewer than two"):
        estimates(rows.iloc[3:])


def test_a_line_goes_from_the_worst_wording_to_the_best():
    rows = {"task": ["h3", "h4"], "mean": [0.6, 0.5], "lowest": [0.5, 0.49], "highest": [0.7, 0.52]}
    ax = wordings(pd.DataFrame(rows | {"wordings": [10, 8]}))
    ends = [segment[:, 0].tolist() for segment in ax.collections[0].get_segments()]
    assert ends == [[0.49, 0.52], [0.5, 0.7]]
    assert [name.get_text() for name in ax.get_yticklabels()] == ["h4", "h3"]
    assert "8 to 10 wordings" in ax.get_xlabel()
