"""Which soft tokens and regions decide: true to the engine."""

import numpy as np
import pytest
import torch

import chatnt
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import SequenceError
from chatnt.explained import Wish
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.weights import fingerprint
from tests.telling import QUESTION, letters, telling_pair
from tests.test_attributing_words import log_odds as log_odds_of
from tests.tiny import ENCODER_FAMILIES, LATENTS

TATA, TEXT, TWO = get_task("promoter_tata"), letters(30), "Is <DNA> like <DNA>?"
ENGINE = Engine(*telling_pair())
CLOSE = {"rtol": 1e-3, "atol": 3e-5}


def log_odds(*texts, engine=ENGINE, question=QUESTION):
    return log_odds_of(question, *texts, engine=engine)


def latents(engine=ENGINE, question=QUESTION, sequences=TEXT, *, task=TATA, target="Yes", **how):
    return chatnt.attribute_latents(engine, question, sequences, task=task, target=target, **how)


def regions(places, engine=ENGINE, question=QUESTION, sequences=TEXT, *, task=TATA, target="Yes", **how):
    return chatnt.attribute_regions(engine, question, sequences, places, task=task, target=target, **how)


def replaced(text, start, other):
    return text[:start] + other + text[start + len(other) :]


def test_soft_tokens_are_replaced_one_by_one():
    found = latents(method="occlusion")
    explained = Wish(target="Yes", task=TATA).of(ENGINE, QUESTION, TEXT, "", gradients=False)
    here, blank = (ENGINE.read_each([[Turn(Question.of(QUESTION, text))]]) for text in (TEXT, "N" * 30))
    for i in range(LATENTS):
        changed = here.clone()
        changed[:, :, i] = blank[:, :, i]
        scores = ENGINE.score([Turn(explained.asked)], explained.target.answers, soft_tokens=changed)
        value = float(explained.target.reduce(scores[None]))
        assert found.scores[i] == pytest.approx(log_odds(TEXT) - value, rel=1e-3, abs=1e-4)
    assert found.names == tuple(f"soft token {i + 1}" for i in range(LATENTS))
    assert np.abs(found.scores).max() > 0.01
    assert (found.kind, found.baseline) == ("soft token", "N")


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_soft_tokens_add_up(encoder):
    found = latents(Engine(*telling_pair(encoder, loud=1.5)), steps=64)
    change = found.value - found.baseline_value
    assert abs(change) > 1e-4
    assert found.scores.sum() == pytest.approx(change, rel=0.02, abs=1e-5)


def test_all_methods_but_mutagenesis_are_for_soft_tokens():
    for method in ("gradient_x_input", "saliency", "gradient_shap", "feature_ablation"):
        found = latents(method=method, baseline="shuffled", shuffles=2)
        assert np.isfinite(found.scores).all()
        assert np.abs(found.scores).max() > 0
    with pytest.raises(ValueError, match="'in_silico_mutagenesis' is not for soft tokens"):
        latents(method="in_silico_mutagenesis")


def test_soft_tokens_of_several_sequences_say_whose_they_are():
    pair = [DNA(TEXT, name="one"), DNA(letters(17, 3))]
    found = latents(question=TWO, sequences=pair, method="occlusion")
    assert found.names[0] == "soft token 1 of one"
    assert found.names[-1] == f"soft token {LATENTS} of sequence 2"
    assert len(found.scores) == 2 * LATENTS


@pytest.mark.parametrize("size", [1, 100])
def test_regions_are_replaced_by_the_baseline(size):
    other = letters(30, 9)
    places = {"first": (0, 6), "inner": (4, 13), "whole": (0, 30)}
    found = regions(places, baseline=other, batch_size=size)
    expected = [
        log_odds(TEXT) - log_odds(replaced(TEXT, start, other[start:end])) for start, end in places.values()
    ]
    np.testing.assert_allclose(found.scores, expected, **CLOSE)
    assert found.names == tuple(places)
    assert (found.kind, found.method, found.baseline) == ("region", "ablation", "given sequence")
    assert found.baseline_value is None


def test_regions_may_be_in_another_sequence_and_shuffles_are_averaged():
    pair = [TEXT, letters(17, 3)]
    found = regions({"there": (2, 9)}, question=TWO, sequences=pair, sequence=1, baseline="N")
    without = log_odds(TEXT, replaced(pair[1], 2, "N" * 7), question=TWO)
    assert found.scores[0] == pytest.approx(log_odds(*pair, question=TWO) - without, rel=1e-3, abs=1e-4)
    first, again = (regions({"there": (2, 20)}, shuffles=3, seed=4).scores for _ in range(2))
    np.testing.assert_array_equal(first, again)
    assert regions({"there": (2, 20)}, shuffles=3, seed=5).scores[0] != first[0]


def test_a_region_of_tokens_takes_every_token_that_it_touches():
    engine = Engine(*telling_pair("nucleotide_transformer"))
    found = regions({"a": (5, 7), "b": (0, 12)}, engine, baseline=letters(30, 9))
    assert found.scores[0] == pytest.approx(found.scores[1], rel=1e-4)


def test_a_pair_is_left_as_it_was():
    model = ENGINE.model.train()
    before = fingerprint(model)
    with torch.inference_mode():
        latents(steps=2)
        regions({"a": (0, 5)})
    assert fingerprint(model) == before
    assert all(module.training for module in model.modules())
    model.eval()


@pytest.mark.parametrize(
    ("places", "told"),
    [
        ({"a": (0, 31)}, r"within the 30 bases of the sequence, unlike 'a' \(0 to 31\)"),
        ({"a": (0, 3), "b": (5, 5)}, r"unlike 'b' \(5 to 5\)"),
        ({"a": (-1, 3)}, r"'a' \(-1 to 3\)"),
        ({}, "none at all"),
    ],
)
def test_regions_that_are_not_there_are_told(places, told):
    with pytest.raises(SequenceError, match=told):
        regions(places)
    with pytest.raises(SequenceError, match="sequence=1 is none of the 1 asked about"):
        regions({"a": (0, 3)}, sequence=1)
