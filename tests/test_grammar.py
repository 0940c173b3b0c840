"""Answers can be held to those that a task allows."""

import dataclasses

import pytest
import torch

from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import TaskError
from chatnt.grammar import Grammar, possible_answers
from chatnt.model import ChatNTModel
from chatnt.tasks import get_task
from tests.tiny import tiny_config, tiny_processor

LEAF = get_task("plant_promoter_leaf")
TURNS = [Turn(Question.of("Is there a TATA promoter in <DNA>?", "ACGT" * 10))]


@pytest.fixture(scope="module")
def engine():
    torch.manual_seed(0)
    model = ChatNTModel(tiny_config())
    with torch.no_grad():
        for weight in model.decoder.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.4)
        model.resampler.latents.normal_()
    return Engine(model, tiny_processor())


def test_a_tree_allows_what_goes_on_as_some_answer_does():
    grammar = Grammar([[1, 2, 0], [1, 2, 3, 0], [4, 0]])
    assert grammar.allowed([]) == [1, 4]
    assert grammar.allowed([1, 2]) == [0, 3]
    assert grammar.allowed([4, 0]) == grammar.allowed([2]) == []


@pytest.mark.parametrize("name", ["promoter_tata", "splice_sites_all", "plant_promoter_leaf"])
def test_every_possible_answer_states_something_of_the_task(name):
    task = get_task(name)
    stated = {task.parse(text) for text in possible_answers(task)}
    if task.scale:
        assert (min(stated), max(stated), len(stated)) == (task.scale.low, task.scale.high, 2001)
    else:
        assert stated == set(task.labels)


def test_too_many_answers_are_refused():
    wide = dataclasses.replace(LEAF, scale=dataclasses.replace(LEAF.scale, decimals=6))
    with pytest.raises(TaskError, match="20,000,001 numbers"):
        possible_answers(wide)
    several = dataclasses.replace(get_task("splice_sites_all"), kind="multilabel", labels=tuple("abcdef"))
    with pytest.raises(TaskError, match="6 labels that may hold at once"):
        possible_answers(several)


def test_the_likeliest_of_two_answers_that_part_at_once_is_written(engine):
    """Each has one token of its own, behind which all is certain, so greedy is exact."""
    answers = ["Yes", "No"]
    assert engine.generate([TURNS])[0] not in answers
    for letters in ("ACGT", "GGC", "TTAA", "CA"):
        turns = [Turn(Question.of("Is there a TATA promoter in <DNA>?", letters * 10))]
        rows = engine.processor([turns] * 2, answers=answers)
        ids = rows.pop("input_ids")
        parting = int((ids[0] != ids[1]).int().argmax())
        inputs = {name: rows[name] for name in rows if name.startswith(("dna_", "question_"))}
        with torch.inference_mode():
            logits = engine.model(input_ids=ids[:, :parting], **inputs).logits[0, -1]
        expected = answers[int(logits[ids[:, parting]].argmax())]
        assert engine.generate([turns], answers=answers) == [expected]


def test_one_possible_answer_is_always_written(engine):
    assert engine.generate([TURNS], answers=["No, there is no splice site."]) == [
        "No, there is no splice site."
    ]


def test_answers_that_end_at_different_lengths_may_be_written_in_one_batch(engine):
    answers = ["Yes.", "No, there is no TATA promoter in this sequence."]
    turns = [
        [Turn(Question.of(f"Is there {what} in <DNA>?", letters * 9))]
        for what in ("a", "no")
        for letters in ("ACGT", "G", "TA")
    ]
    together = engine.generate(turns, answers=answers, batch_size=8)
    assert set(together) <= set(answers)
    assert together == [engine.generate([one], answers=answers)[0] for one in turns]
