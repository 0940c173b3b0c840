"""What is asked when a text is sent."""

import pytest

from chatnt.errors import PlaceholderError
from chatnt.sequence import DNA
from chatnt.tasks import list_task_names
from chatnt.widgets.chat_questions import questions_of, suggestions
from chatnt.widgets.tray import Tray

A, B, C = (DNA("ACGT", name="a"), DNA("CC", name="b"), DNA("GGG", name="c"))


@pytest.fixture
def tray():
    made = Tray()
    for dna in (A, B, C):
        made.add(dna)
    return made


@pytest.mark.parametrize(
    ("text", "given", "asked"),
    [
        ("Is it <DNA>?", [A], [("Is it <DNA>?", "a")]),
        ("Is it <DNA>?", [A, B], [("Is it <DNA>?", "a"), ("Is it <DNA>?", "b")]),
        ("Is it?", [A, B], [("Is it? <DNA>", "a"), ("Is it? <DNA>", "b")]),
        ("Is it?", [], [("Is it?", "")]),
        ("<DNA> or <DNA>?", [A, B], [("<DNA> or <DNA>?", "ab")]),
        ("Is it @c?", [A, B], [("Is it <DNA>?", "c")]),
        ("Is @b like <DNA>?", [A, B], [("Is <DNA> like <DNA>?", "ba")]),
        ("Is @b like @b?", [], [("Is <DNA> like <DNA>?", "bb")]),
    ],
)
def test_places_and_names_take_their_sequences(text, given, asked, tray):
    made = questions_of(text, given, tray)
    assert [(one.text, "".join(dna.name for dna in one.sequences)) for one in made] == asked


@pytest.mark.parametrize(
    ("text", "given", "why"),
    [
        ("Is it <DNA>?", [], "No sequence is ticked"),
        ("<DNA> or <DNA>?", [A], "2 placeholders but 1 sequence"),
        ("Is it @nobody?", [A], "@nobody"),
    ],
)
def test_what_does_not_match_is_an_error(text, given, why, tray):
    with pytest.raises(PlaceholderError, match=why):
        questions_of(text, given, tray)


def test_a_given_sequence_goes_before_one_of_the_tray(tray):
    (asked,) = questions_of("Is it @a?", [DNA("TTTT", name="a")], tray)
    assert str(asked.sequences[0]) == "TTTT"


def test_short_and_different_wordings_are_suggested():
    class Known:
        tasks = tuple(list_task_names())

    rows = suggestions(Known)
    assert {row["task"] for row in rows} == set(Known.tasks)
    assert [row["process"] for row in rows] == sorted(row["process"] for row in rows)
    for row in rows:
        assert 1 <= len(set(row["questions"])) == len(row["questions"]) <= 3
        assert all(text.count("<DNA>") == 1 for text in row["questions"])
    assert suggestions(None) == []
