"""Questions and answers as a table."""

import pandas as pd
import pytest

from chatnt.plots import question_table
from chatnt.plots.question_table import table_height

pyplot = pytest.importorskip("matplotlib.pyplot")
TABLE = pd.DataFrame(
    {"task": ["$a_b$", "long " * 30], "question": ["Is <DNA> one?", "Is it?"], "answer": ["Yes.", "No <b>."]}
)


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def test_sentences_are_drawn_in_rows():
    ax = question_table(TABLE)
    told = [text.get_text() for text in ax.texts]
    assert told[:3] == ["task", "question", "answer"]
    assert {"$a_b$", "Is ", " one?", "Yes.", "No <b>."} <= set(told)
    assert not any(text.get_parse_math() for text in ax.texts)
    assert len([line for line in ax.lines if line.get_gid() == "strand"]) == 2
    places = {text.get_text(): text.get_position() for text in ax.texts}
    assert places["$a_b$"][1] == places["Yes."][1] < places["No <b>."][1]
    assert places["answer"][0] == places["Yes."][0] == places["No <b>."][0]
    assert " ".join(text for text in told if text.startswith("long")).split() == ["long"] * 30


def test_axes_must_be_tall_enough():
    figure = pyplot.figure(figsize=(5, 0.3))
    with pytest.raises(ValueError, match="needs axes"):
        question_table(TABLE, ax=figure.add_axes((0, 0, 1, 1)))
    assert table_height(TABLE, 3) > table_height(TABLE, 7)


def test_columns_and_rows_are_needed():
    with pytest.raises(ValueError, match="no column answer"):
        question_table(TABLE.drop(columns="answer"))
    with pytest.raises(ValueError, match="no rows"):
        table_height(TABLE.iloc[:0], 7)
