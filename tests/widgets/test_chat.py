"""The widget of a chat, in Python."""

import itertools
import json
import threading
from unittest import mock

import pytest
import traitlets

from chatnt.assistant import Assistant
from chatnt.conversation import Answer, Question
from chatnt.errors import BusyError, ChatNTError, OutOfScopeError, PlaceholderError
from chatnt.sequence import DNA
from chatnt.widgets import Chat, Tasks
from tests.telling import letters, telling_pair
from tests.widgets.scripted_chat import ANSWER, HOSTILE, QUESTION, TATA, ScriptedChat


def tell(widget, *buffers, **content):
    widget._handle_custom_msg(content, list(buffers))


@pytest.fixture
def talk():
    return Chat(ScriptedChat(), sequences=TATA)


def test_a_question_about_what_is_ticked_is_answered(talk):
    answer = talk.ask(QUESTION)
    assert answer == ANSWER
    assert talk.answers == (answer,)
    asked, told = talk.messages
    assert (asked["role"], asked["text"]) == ("user", QUESTION)
    assert [(one["name"], one["length"]) for one in asked["sequences"]] == [("HBB", 168)]
    assert (told["role"], told["state"], told["text"]) == ("assistant", "done", ANSWER.text)
    assert (told["label"], told["probability"], told["calibrated"]) == ("promoter", 0.93, True)
    assert told["notes"] == ["longer than any sequence trained on"]
    assert (talk.status, talk.error, talk._stream) == ("done", "", {})


def test_later_questions_know_the_earlier_and_a_new_conversation_none(talk):
    for text in (QUESTION, "Is it one?", QUESTION):
        talk.ask(text)
    assert [len(turns) for turns in talk._chat.heard] == [1, 2, 3]
    assert talk._chat.heard[1] == [QUESTION, "Is it one? <DNA>"]
    talk.clear()
    assert (talk.messages, talk.answers) == ([], ())
    talk.ask(QUESTION)
    assert len(talk._chat.heard[-1]) == 1
    assert talk.ticked == ["HBB"]


def test_a_question_with_one_place_is_asked_about_each_that_is_ticked(talk):
    talk.add(DNA("ACGT" * 9, name="other"))
    talk.tick("HBB", "other")
    talk.ask(QUESTION)
    asked = [[one["name"] for one in message["sequences"]] for message in talk.messages[::2]]
    assert asked == [["HBB"], ["other"]]
    assert len(talk.answers) == 2


def test_five_hundred_tokens_arrive_in_order_and_none_is_lost():
    pieces = [f"token{number} " for number in range(500)]
    talk = Chat(ScriptedChat(pieces), sequences=TATA)
    states = []
    talk.observe(lambda change: states.append(change["new"]["text"]) if change["new"] else None, "_stream")
    talk.ask(QUESTION)
    assert talk.messages[-1]["text"] == "".join(pieces)
    assert states[-1] == "".join(pieces)
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(states))
    assert len(states) < 100  # batched


def test_what_is_streamed_ends_as_what_the_pair_says():
    chat = Assistant(*telling_pair())
    talk, dna, states = Chat(chat), letters(80), []
    talk.observe(lambda change: states.append(change["new"].get("text")), "_stream")
    for question in (QUESTION, "Which splice site does <DNA> contain?"):
        states.clear()
        answer = talk.ask(question, dna)
        assert answer.text == talk.messages[-1]["text"] == states[-2]
        assert states[-1] is None
        if len(talk.answers) == 1:
            assert answer == chat.ask(question, dna)


def test_a_stopped_answer_keeps_what_was_written():
    script = ScriptedChat(hold=3)
    talk = Chat(script, sequences=TATA)
    assert talk.ask(QUESTION, wait=False) is None
    assert script.reached.wait(10)
    assert talk.messages[-1]["state"] == "writing"
    talk.stop()
    script.go_on.set()
    talk.wait(10)
    assert (talk.status, talk.answers) == ("idle", (None,))
    assert (talk.messages[-1]["state"], talk.messages[-1]["text"]) == ("stopped", "Yes, there is ")
    assert script.heard == []  # nothing more is computed, and no later turn will read it
    with pytest.raises(OutOfScopeError, match="nothing to explain"):
        talk.why()
    script.hold = None
    assert talk.retry() == ANSWER
    assert [message["role"] for message in talk.messages] == ["user", "assistant"]


def test_one_question_at_a_time():
    script = ScriptedChat(hold=1)
    talk = Chat(script, sequences=TATA)
    talk.ask(QUESTION, wait=False)
    assert script.reached.wait(10)
    for act in (lambda: talk.ask(QUESTION), talk.clear, talk.retry):
        with pytest.raises(BusyError, match="still being written"):
            act()
    tell(talk, id=1, type="ask", text="Another?")
    assert "still being written" in talk.error
    script.go_on.set()
    talk.wait(10)
    assert len(talk.answers) == 1


def test_an_interrupt_stops_the_answer_and_leaves_the_chat_usable():
    script = ScriptedChat(hold=2)
    talk = Chat(script, sequences=TATA)
    real = threading.Thread.join

    def interrupted(thread, timeout=None):
        if not script.go_on.is_set():
            assert script.reached.wait(10)
            script.go_on.set()
            talk._stop_event.set()
            raise KeyboardInterrupt
        real(thread, timeout)

    with mock.patch.object(threading.Thread, "join", interrupted), pytest.raises(KeyboardInterrupt):
        talk.ask(QUESTION)
    assert (talk.running, talk.messages[-1]["state"]) == (False, "stopped")
    script.hold = None
    assert talk.ask(QUESTION) == ANSWER


def test_what_fails_stands_in_the_log_and_is_raised(caplog):
    talk = Chat(ScriptedChat(error=ChatNTError("the <reason>")), sequences=TATA)
    with pytest.raises(ChatNTError, match="the <reason>"):
        talk.ask(QUESTION)
    told = talk.messages[-1]
    assert (told["state"], told["reason"], told["text"]) == ("error", "the <reason>", ANSWER.text)
    assert (talk.status, talk.error, talk.answers) == ("error", "", (None,))
    assert "[the <reason>]" in talk.text()
    assert caplog.records[0].name == "chatnt.widgets"
    talk._chat.error = None
    assert talk.ask(QUESTION) == ANSWER


def test_what_cannot_be_asked_is_told_and_stays_in_the_field(talk):
    talk.draft = "Is there one in <DNA> or <DNA> or <DNA>?"
    tell(talk, id=1, type="ask", text=talk.draft)
    assert "3 placeholders but 1 sequence" in talk.error
    assert talk.draft
    assert talk.messages == []
    with pytest.raises(ValueError, match="There is no question"):
        talk.ask("  ")
    talk.tick()
    with pytest.raises(PlaceholderError, match="No sequence is ticked"):
        talk.ask(QUESTION)


def test_a_refusal_is_a_notice_and_cannot_be_explained():
    answer = Answer("I was trained on other questions.", Question("?"), in_scope=False)
    talk = Chat(ScriptedChat(answer=answer))
    talk.ask("Will it rain?")
    assert talk.messages[-1]["state"] == "refused"
    assert not talk.messages[-1]["explains"]
    with pytest.raises(OutOfScopeError):
        talk.why()


def test_why_is_found_in_the_background_and_kept(talk):
    talk.ask(QUESTION)
    found = talk.why()
    why = talk.messages[-1]["why"]
    assert why["state"] == "done"
    assert [(mark["label"], mark["letters"]) for mark in why["marks"]] == [("TATA box", "TATAAAAG")]
    assert talk.why(0) is found  # not computed again
    talk.ask("Is it one?")
    tell(talk, type="why", turn=1)
    talk.wait(10)
    assert talk.messages[3]["why"]["state"] == "done"
    with pytest.raises(ValueError, match="no answer 2; there are 2"):
        talk.why(2)


def test_why_that_fails_says_so_under_the_answer(caplog):
    talk = Chat(ScriptedChat(why_error=ChatNTError("no captum")), sequences=TATA)
    talk.ask(QUESTION)
    with pytest.raises(ChatNTError, match="no captum"):
        talk.why()
    assert talk.messages[-1]["why"] == {"state": "error", "text": "no captum"}
    assert talk.messages[-1]["text"] == ANSWER.text


def test_a_sequence_that_is_removed_stays_in_earlier_turns(talk):
    talk.ask(QUESTION)
    tell(talk, type="remove", name="HBB")
    assert (talk.sequences, talk.ticked) == ([], [])
    assert talk.messages[0]["sequences"][0]["name"] == "HBB"
    assert talk.why() is not None
    assert talk.retry() == ANSWER
    with pytest.raises(ValueError, match="no sequence 'HBB' in the tray"):
        talk.remove("HBB")


def test_an_earlier_question_is_asked_again_at_the_end(talk):
    talk.ask(QUESTION)
    talk.ask("Is it one?")
    tell(talk, type="retry", turn=0)
    talk.wait(10)
    assert [message["text"] for message in talk.messages[::2]] == [QUESTION, "Is it one?", QUESTION]


def test_names_mean_sequences_of_the_tray(talk):
    talk.add({"other": "ACGT" * 9})
    talk.ask("Is there a TATA promoter in @other?")
    assert [one["name"] for one in talk.messages[0]["sequences"]] == ["other"]
    assert talk.messages[0]["text"] == "Is there a TATA promoter in @other?"
    with pytest.raises(PlaceholderError, match="@nobody"):
        talk.ask("Is there one in @nobody?")


def test_the_page_ticks_only_what_is_there(talk):
    talk.set_state({"ticked": []})
    assert talk.ticked == []
    with pytest.raises(ValueError, match="no sequence 'x'"):
        talk.ticked = ["x"]
    with pytest.raises(traitlets.TraitError):
        talk.ticked = [3]


def test_tasks_fill_it_in():
    talk = Chat(ScriptedChat(), sequences=TATA)
    browser = Tasks("promoter_tata", chat=talk)
    browser.ask(example=0)
    assert talk.draft == browser.task.questions.train[0]
    (name,) = talk.ticked
    assert str(talk._tray[name]) == str(browser.examples()[0][0])
    browser.ask("Only words?")
    assert (talk.draft, talk.ticked) == ("Only words?", [name])


def test_a_file_comes_in_parts(talk):
    line = "ACGTTGCA" * 10 + "\n"
    data = "".join(f">record_{n} {HOSTILE}\n{line * 125}" for n in range(900)).encode()
    assert len(data) > 9_000_000
    parts = [data[start : start + 4_000_000] for start in range(0, len(data), 4_000_000)]
    sent = []
    with mock.patch.object(talk, "send", lambda content, buffers=None: sent.append(content)):
        for number, part in enumerate(parts):
            tell(talk, memoryview(part), id=number, type="upload", key="k", name="a.fa", part=number, parts=3)
    assert [len(reply["value"]) for reply in sent] == [0, 0, 900]
    assert (talk._count, len(talk.sequences)) == (901, 200)
    assert talk.sequences[1]["length"] == 10_000
    assert talk._uploads == {}
    assert talk.ask("Is there a TATA promoter in @record_899?") == Answer(
        **{**vars(ANSWER), "question": Question(QUESTION, (talk._tray["record_899"],))}
    )


def test_a_part_without_its_first_is_an_error(talk):
    tell(talk, memoryview(b"ACGT"), id=1, type="upload", key="k", name="a.fa", part=1, parts=3)
    assert "The first part of a.fa is missing" in talk.error


def test_what_cannot_be_read_is_told_with_its_line(talk):
    names = talk.add(">good\nACGT\n>bad\nAC!T\n>empty\n")
    assert names == ["good"]
    assert "2 sequences could not be read" in talk.error
    assert "bad (line 3)" in talk.error
    assert "empty (line 5)" in talk.error


def test_it_is_saved_as_markdown_html_and_json(talk, tmp_path):
    talk.ask(QUESTION)
    talk.why()
    written = talk.save(tmp_path / "talk.md").read_text()
    assert "> Yes, there is a TATA promoter." in written
    assert "found there: TATA box TATAAAAG at 80" in written
    assert json.loads(talk.save(tmp_path / "talk.json").read_text())["messages"] == talk.messages
    assert ANSWER.text in talk.save(tmp_path / "talk.html").read_text()
    assert talk.save(tmp_path / "talk.png").read_bytes().startswith(b"\x89PNG")
    sent = []
    with mock.patch.object(talk, "send", lambda content, buffers=None: sent.append(content)):
        for number, kind in enumerate(("md", "html", "json", "exe")):
            tell(talk, id=number, type="export", kind=kind)
    assert sent[0]["value"] == written
    assert ANSWER.text in sent[1]["value"]
    assert json.loads(sent[2]["value"])["messages"] == talk.messages
    assert "'exe'" in sent[3]["error"]


def test_words_without_a_front_end(talk):
    assert repr(talk).startswith("Chat: 0 questions, 1 in the tray")
    talk.ask(QUESTION)
    assert f"You: {QUESTION}  [HBB, 168 bases]" in talk.text()
    assert "promoter: probability 0.93, calibrated (platt on 566 examples)" in talk.text()


def test_a_new_chat_has_no_argument_that_it_does_not_know():
    with pytest.raises(TypeError, match="colour"):
        Chat(ScriptedChat(), colour="red")
