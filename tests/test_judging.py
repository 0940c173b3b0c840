"""Probabilities and estimates from the likelihoods of sentences."""

import dataclasses
import math

import numpy as np
import pytest
import torch

from chatnt.judging import Judge
from chatnt.tasks import get_task
from chatnt.tasks.base import NONE, SOME, Wordings

H3, SPLICE, LEAF, POLYA = (
    get_task(name) for name in ("h3", "splice_sites_all", "plant_promoter_leaf", "polyadenylation_human")
)


def tissues(*labels):
    """Several of the labels may hold at once."""
    some, none = Wordings(("Active in {labels}.", "In {labels}."), ()), Wordings(("Nowhere.", "None."), ())
    return dataclasses.replace(SPLICE, kind="multilabel", labels=labels, answers={SOME: some, NONE: none})


@pytest.mark.parametrize("task", [H3, SPLICE])
@pytest.mark.parametrize("sentences", [1, 3, None])
def test_every_sentence_states_its_outcome(task, sentences):
    judge = Judge.of(task, sentences=sentences)
    assert judge.outcomes == task.labels
    for label, texts in zip(judge.outcomes, judge.sentences, strict=True):
        assert len(texts) == (sentences or len(task.answers[label].train))
        assert {task.parse(text) for text in texts} == {label}


def test_likelihoods_of_the_sentences_of_a_label_are_added_up():
    judge = Judge.of(H3, sentences=2)
    chances = torch.tensor([[0.1, 0.3, 0.05, 0.05], [0.0, 0.1, 0.2, 0.1]])
    expected = [[0.8, 0.2], [0.25, 0.75]]
    np.testing.assert_allclose(judge.probabilities(chances.log()), expected, rtol=1e-6)


def test_likelihoods_too_small_for_a_float_are_compared():
    scores = torch.tensor([[-1000.0, -1000.0 + math.log(3)]])
    np.testing.assert_allclose(Judge.of(H3, sentences=1).probabilities(scores), [[0.25, 0.75]], rtol=1e-4)


def test_points_of_a_scale_are_stated_as_numbers():
    judge = Judge.of(LEAF)
    assert (len(judge.outcomes), judge.outcomes[0], judge.outcomes[-1]) == (41, -10, 10)
    assert [LEAF.parse(text) for (text,) in judge.sentences] == list(judge.outcomes)
    assert len(Judge.of(POLYA, points=1000).outcomes) == 101  # as many as there are with two decimals


def test_an_estimate_is_the_expected_number():
    judge = Judge.of(LEAF, points=5)
    scores = torch.full((2, 5), -50.0)
    scores[0, 1], scores[0, 2] = math.log(0.75), math.log(0.25)
    scores[1, 4] = 0.0
    assert judge.estimates(scores).tolist() == [-3.75, 10.0]


def test_labels_that_hold_at_once_share_the_subsets():
    judge = Judge.of(tissues("root", "leaf"), sentences=1)
    assert judge.outcomes == ((), ("root",), ("leaf",), ("root", "leaf"))
    assert judge.answers == ["Nowhere.", "Active in root.", "Active in leaf.", "Active in root and leaf."]
    chances = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
    np.testing.assert_allclose(judge.probabilities(chances.log()), [[0.6, 0.7]], rtol=1e-6)


def test_too_many_labels_at_once_are_not_judged():
    assert Judge.of(tissues(*"abcd")) is not None
    assert Judge.of(tissues(*"abcde")) is None


def test_labels_and_numbers_are_told_apart():
    with pytest.raises(ValueError, match="asks for a number"):
        Judge.of(LEAF).probabilities(torch.zeros(1, 41))
    with pytest.raises(ValueError, match="asks for no number"):
        Judge.of(H3).estimates(torch.zeros(1, 20))
