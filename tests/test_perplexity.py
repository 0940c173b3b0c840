"""The perplexity-based classifier, as printed and in the usual way."""

import math

import numpy as np
import pytest

from chatnt.errors import TaskError
from chatnt.perplexity import FORMULAS, PerplexityJudge, printed_logits, usual_logits
from chatnt.tasks import get_task

TATA, SPLICE, LEAF = (get_task(name) for name in ("promoter_tata", "splice_sites_all", "plant_promoter_leaf"))
TOKENS = [2, 4, 1, 3]
CHANCES = np.array([[0.25, 1 / 16, 0.5, 1 / 8], [0.01, 0.0001, 0.9, 0.729]])
"""Of two negative and two positive sentences; perplexities 2, 2, 2, 2 and 10, 10, 10/9, 10/9."""


def test_the_printed_logit_is_the_mean_perplexity():
    logits = printed_logits(np.log(CHANCES[:, :2]), np.array(TOKENS[:2]))
    np.testing.assert_allclose(logits, [2, 10])
    uneven = printed_logits(np.log([[0.25, 0.5]]), np.array([1, 1]))
    assert uneven == pytest.approx(3)  # the mean of 4 and 2


def test_the_usual_logit_is_minus_the_logarithm_of_the_perplexity_of_the_text():
    logits = usual_logits(np.log(CHANCES[:, :2]), np.array(TOKENS[:2]))
    np.testing.assert_allclose(np.exp(-logits), [2, 10])
    uneven = usual_logits(np.log([[0.25, 0.5]]), np.array([1, 3]))
    assert math.exp(-uneven[0]) == pytest.approx(8 ** (1 / 4))


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("perplexity", (10 / (10 + 10 / 9))),  # in inverse proportion: what is likelier is more probable
        ("perplexity_printed", 1 / (1 + math.exp(10 - 10 / 9))),  # and what is likelier is less probable
    ],
)
def test_probabilities_are_the_softmax_of_the_logits(formula, expected):
    judge = PerplexityJudge.of(TATA, formula=formula, sentences=2)
    found = judge.probabilities(np.log(CHANCES), TOKENS)
    np.testing.assert_allclose(found, [[0.5, 0.5], [1 - expected, expected]])


def test_perplexities_beyond_floats_are_compared():
    judge = PerplexityJudge.of(TATA, formula="perplexity_printed", sentences=1)
    found = judge.probabilities([[-9000.0, -1.0], [-9000.0, -9000.0]], [1, 1])
    np.testing.assert_allclose(found, [[1, 0], [0.5, 0.5]])


@pytest.mark.parametrize("task", [TATA, SPLICE])
def test_as_many_sentences_that_were_not_trained_on_state_each_label(task):
    judge = PerplexityJudge.of(task)
    assert len({len(texts) for texts in judge.sentences}) == 1
    assert len(judge.answers) == len(task.labels) * min(len(task.answers[x].test) for x in task.labels)
    for label, texts in zip(task.labels, judge.sentences, strict=True):
        assert {task.parse(text) for text in texts} == {label}
        assert not set(texts) & set(task.answers[label].train)
    assert set(PerplexityJudge.of(task, wordings="train").answers) <= {
        text for label in task.labels for text in task.answers[label].train
    }


def test_several_labels_are_judged_by_the_same_formula():
    judge = PerplexityJudge.of(SPLICE, sentences=1)
    np.testing.assert_allclose(
        judge.probabilities(np.log([[0.5, 0.25, 0.25]]), [1, 1, 1]), [[0.5, 0.25, 0.25]]
    )


def test_what_has_no_perplexity_is_told():
    with pytest.raises(TaskError, match="plant_promoter_leaf is regression"):
        PerplexityJudge.of(LEAF)
    with pytest.raises(ValueError, match="no formula 'surprise'; there are perplexity_printed, perplexity"):
        PerplexityJudge.of(TATA, formula="surprise")
    for sentences in (0, 1000):
        with pytest.raises(
            TaskError, match=f"by {sentences} test sentences of each label; there are 8 for not"
        ):
            PerplexityJudge.of(TATA, sentences=sentences)


def test_formulas_are_named():
    assert {"perplexity_printed": printed_logits, "perplexity": usual_logits} == FORMULAS
