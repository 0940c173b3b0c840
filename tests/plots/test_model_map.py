"""Many models on many tasks."""

import pandas as pd
import pytest

import chatnt
from chatnt.plots import model_map

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


@pytest.fixture(scope="module")
def table():
    return chatnt.compare_models()


def test_cells_are_the_scores(table):
    ax = model_map(table)
    (image,) = ax.images
    shown = [name.get_text() for name in ax.get_yticklabels()]
    assert shown == list(dict.fromkeys(table["model"]))
    assert image.get_array().shape == (len(shown), 18)
    for name, row in zip(shown, image.get_array(), strict=True):
        values = table.loc[table["model"] == name, "value"].tolist()
        assert row.compressed().tolist() == pytest.approx(values)
    assert len([text for text in ax.texts if text.get_fontsize() == 6]) == len(table)


def test_the_pair_is_framed_and_each_row_says_how_it_was_measured(table):
    ax = model_map(table)
    bold = [name.get_text() for name in ax.get_yticklabels() if name.get_fontweight() == "bold"]
    assert bold == list(dict.fromkeys(table.loc[table["kind"] != "published", "model"]))
    assert "mini" in bold
    assert len(ax.patches) == len(bold)
    lines = [text.get_text() for text in ax.texts]
    rows = table.drop_duplicates(["model", "protocol"])
    assert lines.count("ten folds") == (rows["protocol"] == "ten folds").sum()
    assert lines.count("(10)") == 2  # ChatNT and NT


def test_no_table_is_refused():
    with pytest.raises(ValueError, match="no rows"):
        model_map(pd.DataFrame(columns=["model", "kind", "protocol", "task", "value"]))
