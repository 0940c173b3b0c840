"""The strip of letters that says why."""

import dataclasses

import numpy as np
import pytest

from chatnt.sequence import DNA
from chatnt.widgets.chat_why import why_strip
from tests.widgets.scripted_chat import ANSWER, TATA, ScriptedChat


@pytest.fixture
def found():
    return ScriptedChat().explain(ANSWER)


def test_the_window_is_around_what_is_strongest(found):
    why = why_strip(found)
    assert why["letters"] == str(TATA)[why["start"] : why["start"] + 60]
    assert why["start"] < 80 < 88 < why["start"] + 60
    assert abs((why["start"] + 30) - 84) < 4
    assert why["scores"][80 - why["start"]] == 1.0
    assert (why["largest"], why["length"], why["target"]) == (1.0, 168, "promoter")


def test_only_elements_that_decided_are_named(found):
    (mark,) = why_strip(found)["marks"]
    assert mark == {"start": 80, "end": 88, "label": "TATA box", "letters": "TATAAAAG"}
    elsewhere = np.zeros(168, np.float32)
    elsewhere[95] = 1
    assert why_strip(dataclasses.replace(found, scores=(elsewhere,)))["marks"] == []


@pytest.mark.parametrize("length", [1, 59, 60, 61, 240, 241, 399, 400, 12_000])
def test_sequences_of_all_lengths(found, length):
    scores = np.zeros(length, np.float32)
    scores[length // 2] = -2
    dna = DNA(("ACGTN" * length)[:length], name="x")
    why = why_strip(dataclasses.replace(found, sequences=(dna,), scores=(scores,)))
    assert len(why["letters"]) == len(why["scores"]) == min(60, length)
    assert why["scores"][length // 2 - why["start"]] == -2
    assert len(why["overview"]) == min(240, length)
    assert (
        abs(int(np.argmin(why["overview"])) / len(why["overview"]) - 0.5) < 0.5 / len(why["overview"]) + 0.51
    )
    assert min(why["overview"]) == -2


def test_the_overview_has_equal_parts(found):
    scores = np.zeros(400, np.float32)
    scores[300] = 1
    dna = DNA("ACGT" * 100, name="x")
    why = why_strip(dataclasses.replace(found, sequences=(dna,), scores=(scores,)))
    assert int(np.argmax(why["overview"])) in (179, 180)


def test_of_several_sequences_the_decisive_one(found):
    pair = (DNA("ACGT", name="a"), DNA("GGGG", name="b"))
    scores = (np.array([0, 0.1, 0, 0], np.float32), np.array([0, 0, -3, 0], np.float32))
    why = why_strip(dataclasses.replace(found, sequences=pair, scores=scores))
    assert (why["name"], why["letters"]) == ("b", "GGGG")


def test_nothing_found_is_no_error(found):
    why = why_strip(dataclasses.replace(found, scores=(np.zeros(168, np.float32),)))
    assert (why["largest"], why["marks"]) == (0.0, [])
