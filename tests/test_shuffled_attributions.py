"""Attributions of shuffles: the same question, target and settings, by other letters."""

import itertools
from collections import Counter
from unittest import mock

import numpy as np
import pytest

import chatnt
from chatnt.attribution import Attribution
from chatnt.engine import Engine
from chatnt.errors import SequenceError, UnknownTaskError
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from tests.telling import QUESTION, letters, telling_pair

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
TEXT = letters(30)
ENGINE = Engine(*telling_pair())


def attribute(sequences=TEXT, question=QUESTION, task=TATA, **how):
    return chatnt.attribute(ENGINE, question, sequences, task=task, **how)


@pytest.mark.parametrize(
    "how",
    [
        {"target": "Yes", "method": "occlusion", "window": 3, "absolute": True},
        {"target": "Yes", "against": "No", "steps": 3, "baseline": "shuffled", "shuffles": 2, "seed": 5},
        {"target": "not a promoter", "sentences": 1, "steps": 3, "baseline": letters(30, 9)},
        {"target": "first_token", "answer": "Yes.", "against": "No.", "method": "gradient_x_input"},
        {"task": LEAF, "method": "gradient_x_input"},
        {"task": LEAF, "target": "answer", "answer": "It is 1.0.", "method": "gradient_x_input"},
        {"answer": "No, there is none.", "method": "gradient_x_input"},
    ],
)
def test_settings_find_the_same_scores_again(how, tmp_path):
    why = attribute(**how)
    with mock.patch.object(ENGINE, "generate", side_effect=AssertionError("no answer is needed")):
        again = attribute(task=how.get("task", TATA), **why.settings)
    np.testing.assert_array_equal(again.scores[0], why.scores[0])
    assert (again.target, again.against, again.value) == (why.target, why.against, why.value)
    assert again.settings == why.settings
    why.save(tmp_path / "why.npz")
    assert Attribution.load(tmp_path / "why.npz").settings == why.settings


def test_what_the_pair_answers_is_kept_as_the_target():
    with mock.patch.object(ENGINE, "generate", return_value=["Perhaps."]):
        why = attribute(target=None, task=None, method="gradient_x_input")
    assert why.settings["target"] == "answer"
    assert why.settings["answer"] == "Perhaps."


def test_shuffles_are_explained_for_the_same():
    why = attribute(DNA(TEXT, name="one", source="chr1:5-35:+"), target="Yes", method="gradient_x_input")
    null = chatnt.attribute_shuffled(ENGINE, why, count=3, seed=2)
    pairs = Counter(itertools.pairwise(TEXT))
    for each in null:
        text = str(each.sequences[0])
        assert text != TEXT
        assert Counter(itertools.pairwise(text)) == pairs
        assert (each.names, each.sequences[0].source) == (("one",), "")  # it lies nowhere
        assert (each.target, each.method, each.task) == (why.target, why.method, why.task)
        expected = attribute(text, target="Yes", method="gradient_x_input")
        np.testing.assert_array_equal(each.scores[0], expected.scores[0])
    assert len({str(each.sequences[0]) for each in null}) == 3
    again = chatnt.attribute_shuffled(ENGINE, why, count=3, seed=2)
    assert [str(x.sequences[0]) for x in again] == [str(x.sequences[0]) for x in null]
    other = chatnt.attribute_shuffled(ENGINE, why, count=3, seed=3)
    assert [str(x.sequences[0]) for x in other] != [str(x.sequences[0]) for x in null]
    assert chatnt.call_peaks(why, null, fdr=1).names == ("one",)


def test_all_sequences_of_a_question_are_shuffled():
    texts = [TEXT, letters(17, 3)]
    why = attribute(texts, "Is <DNA> like <DNA>?", target="Yes", method="gradient_x_input")
    (null,) = chatnt.attribute_shuffled(ENGINE, why, count=1)
    assert [sorted(str(s)) for s in null.sequences] == [sorted(t) for t in texts]


def test_bad_input_is_told():
    why = attribute(target="Yes", method="gradient_x_input")
    with pytest.raises(ValueError, match="count=0 must be at least 1"):
        chatnt.attribute_shuffled(ENGINE, why, count=0)
    bare = Attribution(why.sequences, why.scores, QUESTION, None, "Yes", "", "", "saliency", "", 1.0)
    with pytest.raises(ValueError, match="has no settings"):
        chatnt.attribute_shuffled(ENGINE, bare)
    same = attribute("A" * 30, target="Yes", method="gradient_x_input")
    with pytest.raises(SequenceError, match="of 30 bases has no other order"):
        chatnt.attribute_shuffled(ENGINE, same)
    with pytest.raises(UnknownTaskError):
        chatnt.attribute_shuffled(ENGINE, why, task="promoter_tato", count=1)
