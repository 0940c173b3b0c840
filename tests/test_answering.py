"""Many questions at once get the answers that each gets alone."""

import dataclasses
import random

import pytest

from chatnt.answering import INVENTED, STALE
from chatnt.assistant import Assistant
from chatnt.conversation import Question, Turn
from chatnt.errors import TaskError
from chatnt.tasks import get_task
from tests.test_assistant import ASKED, FOREIGN_QUESTION
from tests.test_assistant import parts as parts  # a fixture
from tests.test_assistant import scope as scope  # a fixture
from tests.test_verdicts import LEAF, SPLICES, STRENGTH, TATA
from tests.test_verdicts import fitted as fitted  # a fixture

RNG = random.Random(1)
SEQUENCES = ["".join(RNG.choices("ACGT", k=length)) for length in (300, 90, 300, 200)]


@pytest.fixture
def chat(parts, scope, fitted):
    chat = Assistant(*parts, scope=scope)
    for name in ("platt", "vector", "sets", "intervals"):
        chat.add_calibration(fitted[name])
    return chat


def asked(text, sequence):
    return [Turn(Question.of(text, sequence))]


def same(one, other):
    """Whether two answers agree but for the last digits of numbers."""
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, float | dict):
            assert a == pytest.approx(b, abs=1e-5), field.name
        else:
            assert a == b, field.name


@pytest.mark.parametrize("written", [True, False])
def test_each_gets_the_answer_that_it_gets_alone(chat, written):
    texts = [ASKED, SPLICES, FOREIGN_QUESTION, ASKED]
    conversations = [asked(text, dna) for text in texts for dna in SEQUENCES]
    together = chat.answerer.answer_each(conversations, written=written)
    assert len(together) == 16
    for turns, answer in zip(conversations, together, strict=True):
        same(answer, chat.answerer.answer_each([turns], written=written)[0])
        if written:
            same(answer, chat.ask(turns[-1].question.text, turns[-1].question.sequences))
    assert [a.in_scope for a in together] == [True] * 8 + [False] * 4 + [True] * 4


def test_answers_are_no_longer_than_is_allowed(chat):
    tokens = chat.processor.tokenizer
    whole = chat.ask(ASKED, SEQUENCES[0]).text
    short = chat.ask(ASKED, SEQUENCES[0], max_new_tokens=3).text
    assert whole.startswith(short)
    assert 0 < len(tokens(short).input_ids) <= 3 < len(tokens(whole).input_ids)
    with pytest.raises(ValueError, match="max_new_tokens=0 must be at least 1"):
        chat.ask(ASKED, SEQUENCES[0], max_new_tokens=0)


def test_tasks_may_be_named(chat):
    conversations = [
        asked(STRENGTH, SEQUENCES[0]),
        asked(ASKED, SEQUENCES[0]),
        asked("Well, <DNA>?", SEQUENCES[1]),
    ]
    found = chat.answerer.answer_each(conversations, [LEAF.name, None, TATA.name])
    assert [answer.task for answer in found] == [LEAF.name, TATA.name, TATA.name]
    assert found[0].interval is not None
    assert found[1].probability is None or found[1].calibrated


def test_what_is_not_written_is_the_likeliest(chat):
    answer = chat.answerer.answer_each([asked(ASKED, SEQUENCES[0])], written=False)[0]
    best = max(answer.probabilities, key=answer.probabilities.__getitem__)
    assert (answer.label, answer.probability) == (best, answer.probabilities[best])
    assert TATA.parse(answer.text) == best
    number = chat.answerer.answer_each([asked(STRENGTH, SEQUENCES[0])], [LEAF.name], written=False)[0]
    assert number.value == pytest.approx(number.estimate, abs=10**-LEAF.scale.decimals)


def test_the_encoder_runs_once_for_all(chat, monkeypatch):
    read = []
    encode = chat.model.encode
    monkeypatch.setattr(chat.model, "encode", lambda *given: read.append(encode(*given)) or read[-1])
    chat.answerer.answer_each([asked(text, dna) for text in (ASKED, SPLICES) for dna in SEQUENCES])
    assert [len(dna) for dna, _, _ in read] == [len(set(SEQUENCES))]


def test_doubts_are_those_of_each_task(chat, parts, scope):
    simulated = dataclasses.replace(scope, simulated=("enhancers",))
    other = Assistant(*parts, scope=simulated, calibrations=chat.calibrations)
    enhancers, tata = other.answerer.answer_each(
        [asked(get_task("enhancers").questions.train[0], SEQUENCES[0]), asked(ASKED, SEQUENCES[1])]
    )
    assert enhancers.notes[0] == INVENTED
    assert INVENTED not in tata.notes
    assert "this one has 90" in tata.notes[0]
    stale = dataclasses.replace(other.answerer, fingerprint=lambda: "other weights")
    found = stale.answer_each([asked(ASKED, SEQUENCES[0])])[0]
    assert (found.notes[-1], found.calibrated) == (STALE, False)


def test_only_answers_of_known_tasks_can_be_constrained(parts):
    open_chat = Assistant(*parts)
    with pytest.raises(TaskError, match="name it"):
        open_chat.answerer.answer_each([asked(ASKED, SEQUENCES[0])], constrained=True)
    found = open_chat.answerer.answer_each([asked(ASKED, s) for s in SEQUENCES], written=False)
    assert [answer.text for answer in found] == [open_chat.ask(ASKED, s).text for s in SEQUENCES]


def test_nothing_asked_is_nothing_answered(chat):
    assert chat.answerer.answer_each([]) == []
