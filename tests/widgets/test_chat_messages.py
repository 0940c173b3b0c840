"""What the page shows of answers, and conversations as text."""

import dataclasses
import json

from chatnt.conversation import Answer, Question
from chatnt.widgets.chat_messages import answer_message, markdown, open_message, question_message, transcript
from tests.widgets.scripted_chat import ANSWER, HOSTILE, TATA


def test_every_kind_of_answer_is_json():
    told = {"value": 1.5, "estimate": 1.4, "interval": (1.0, 2.0), "coverage": 0.9, "calibrated": True}
    number = Answer("It is 1.5.", ANSWER.question, **told)
    sets = dataclasses.replace(ANSWER, candidates=("a", "b"), coverage=0.9)
    for answer in (ANSWER, number, sets):
        message = answer_message(3, answer, 0.1234)
        assert json.loads(json.dumps(message, allow_nan=False)) == message
    assert answer_message(0, number, 0)["interval"] == [1.0, 2.0]
    assert answer_message(0, sets, 0)["candidates"] == ["a", "b"]


def test_hostile_texts_stay_texts_in_markdown():
    answer = Answer(HOSTILE, Question("?"))
    dna = dataclasses.replace(TATA, name=HOSTILE)
    messages = [question_message(0, f"# *bold* {HOSTILE}", [dna]), answer_message(0, answer, 0)]
    written = markdown(messages, HOSTILE)
    assert written.replace("\\<", "").count("<") == 0
    assert "**\\# \\*bold\\*" in written


def test_a_transcript_says_what_is_not_done():
    stopped = {**open_message(0), "state": "stopped", "text": "Yes,"}
    failed = {**open_message(1), "state": "error", "reason": "no memory"}
    lines = list(transcript([stopped, failed, open_message(2)]))
    assert lines == ["Answer: Yes, [stopped]", "Answer: [no memory]", "Answer: [being written]"]
