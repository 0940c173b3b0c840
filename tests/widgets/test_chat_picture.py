"""The picture of a conversation."""

from chatnt.widgets.chat_messages import answer_message, question_message
from chatnt.widgets.chat_picture import draw_chat
from chatnt.widgets.chat_why import why_strip
from tests.widgets.scripted_chat import ANSWER, HOSTILE, TATA, ScriptedChat


def words(figure):
    return " ".join(text.get_text() for axes in figure.axes for text in axes.texts)


def test_the_last_turns_are_drawn():
    messages = []
    for turn in range(9):
        messages += [question_message(turn, f"Question {turn}?", [TATA]), answer_message(turn, ANSWER, 0)]
    told = words(draw_chat(messages))
    assert "Question 4?" not in told
    assert all(f"Question {turn}?" in told for turn in range(5, 9))
    assert "promoter: probability 0.93" in told


def test_letters_and_what_was_found_are_drawn():
    why = why_strip(ScriptedChat().explain(ANSWER))
    figure = draw_chat([question_message(0, "Why?", []), {**answer_message(0, ANSWER, 0), "why": why}])
    assert len(figure.axes) == 2
    assert "TATA box TATAAAAG" in words(figure)


def test_nothing_and_hostile_texts_are_drawn(tmp_path):
    assert "Nothing was asked yet." in words(draw_chat([]))
    figure = draw_chat([question_message(0, f"$x^ {HOSTILE} {'long' * 200}", [])])
    figure.savefig(tmp_path / "a.png")
    assert "$x^" in words(figure)
