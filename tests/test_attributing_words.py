"""Which words decide: true to the engine, in both places where a question is read."""

from unittest import mock

import numpy as np
import pytest
import torch

import chatnt
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import PlaceholderError, SlotError, TaskError
from chatnt.explained import Wish
from chatnt.judging import Judge
from chatnt.tasks import get_task
from chatnt.weights import fingerprint
from chatnt.word_reading import WordPath, words_of
from tests.telling import QUESTION, letters, telling_pair
from tests.tiny import DECODER_FAMILIES

TATA, TEXT = get_task("promoter_tata"), letters(30)
ENGINE = Engine(*telling_pair(loud=2))
NAMES = ("Is", "there", "a", "TATA", "promoter", "in", "?")


def words(engine=ENGINE, question=QUESTION, sequences=TEXT, *, task=TATA, target="Yes", **how):
    return chatnt.attribute_words(engine, question, sequences, task=task, target=target, **how)


def log_odds(question, *texts, engine=ENGINE):
    judge = Judge.of(TATA)
    shares = judge.shares(engine.score([Turn(Question.of(question, texts))], judge.answers)[None])[0].log()
    return float(shares[1] - shares[0])


def path_of(engine, question=QUESTION, *texts):
    explained = Wish(target="Yes", task=TATA).of(engine, question, list(texts or [TEXT]), "", gradients=True)
    return explained, WordPath(explained.path(), engine.processor, Turn(explained.asked))


def test_words_are_left_out_one_by_one():
    found = words()
    assert found.names == NAMES
    assert found.kind == "word"
    here = log_odds(QUESTION, TEXT)
    without = {1: "Is a TATA promoter in <DNA>?", 3: "Is there a promoter in <DNA>?", 6: QUESTION[:-1]}
    for place, question in without.items():
        assert found.scores[place] == pytest.approx(here - log_odds(question, TEXT), abs=1e-4)
    assert found.value == pytest.approx(here, abs=1e-4)
    assert np.abs(found.scores).max() > 0.01
    assert (found.baseline, found.baseline_value) == ("", None)


@pytest.mark.parametrize("listens_to", ["prompt", "question"])
@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
def test_vectors_of_the_words_themselves_give_the_engine_s_answer(decoder, listens_to):
    engine = Engine(*telling_pair(decoder=decoder, loud=2))
    engine.processor.listens_to = listens_to
    explained, path = path_of(engine)
    with torch.no_grad():
        value = float(explained.target.reduce(path.forward(*path.inputs)))
    assert value == pytest.approx(log_odds(QUESTION, TEXT, engine=engine), abs=1e-4)


@pytest.mark.parametrize("format", ["plain", "chatnt", "chatml"])
@pytest.mark.parametrize("question", ["Is <DNA>, in a word, like <DNA>?", "<DNA> or <DNA>: yes?"])
def test_tokens_are_those_of_the_words(format, question):
    engine = Engine(*telling_pair())
    processor = engine.processor
    processor.format, processor.listens_to = format, "prompt"
    _, path = path_of(engine, question, TEXT, letters(20, 1))
    names = [question[start:end] for start, end in words_of(question)]
    for name, places in (("input_ids", path.places[0]), ("question_ids", path.places[1])):
        ids = path.path.prompt[name][0]
        assert [processor.tokenizer.decode(ids[each]).strip() for each in places] == names


@pytest.mark.parametrize("method", ["integrated_gradients", "gradient_shap", "gradient_x_input", "saliency"])
def test_gradients_reach_the_words(method):
    found = words(method=method, batch_size=7)
    assert found.names == NAMES
    assert np.abs(found.scores).max() > 1e-4
    assert found.value == pytest.approx(log_odds(QUESTION, TEXT), abs=1e-4)
    assert found.signed == (method != "saliency")
    assert found.baseline == ("padding" if method in ("integrated_gradients", "gradient_shap") else "")


def test_integrated_gradients_of_words_add_up():
    found = words(Engine(*telling_pair(loud=1)), method="integrated_gradients", steps=64)
    change = found.value - found.baseline_value
    assert abs(change) > 1e-3
    assert found.scores.sum() == pytest.approx(change, rel=0.01)
    assert found.delta == pytest.approx(found.scores.sum() - change, abs=1e-5)
    rough = words(method="integrated_gradients", steps=1)
    assert any("do not add up" in note for note in rough.notes)


def test_the_gradient_of_a_word_is_that_of_the_answer():
    explained, path = path_of(ENGINE)
    found = words(method="gradient_x_input")
    step = 1e-2
    moved = []
    for sign in (1, -1):
        inputs = [x.clone() for x in path.inputs]
        for x, places in zip(inputs, path.places, strict=True):
            x[:, places[3]] *= 1 + sign * step
        with torch.no_grad():
            moved.append(float(explained.target.reduce(path.forward(*inputs))))
    assert found.scores[3] == pytest.approx((moved[0] - moved[1]) / (2 * step), rel=0.02, abs=1e-3)


def test_a_pair_that_does_not_listen_reads_words_in_one_place():
    engine = Engine(*telling_pair(english_aware=False, loud=2))
    _, path = path_of(engine)
    assert len(path.inputs) == len(path.places) == 1
    assert words(engine, method="integrated_gradients").names == NAMES


def test_a_pair_is_left_as_it_was():
    model = ENGINE.model
    before, hooks = fingerprint(model), [len(m._forward_hooks) for m in model.modules()]
    for method in ("leave_out", "integrated_gradients"):
        with torch.inference_mode():
            words(method=method, steps=2)
    assert fingerprint(model) == before
    assert [len(m._forward_hooks) for m in model.modules()] == hooks
    assert all(weight.requires_grad for weight in model.parameters())


def test_bad_input_is_told():
    with pytest.raises(ValueError, match="'occlusion' is not for words; there are leave_out, grad"):
        words(method="occlusion")
    with pytest.raises(ValueError, match="no method 'magic'"):
        words(method="magic")
    with pytest.raises(ValueError, match="DeepLIFT has no rules"):
        words(method="deep_lift")
    with pytest.raises(ValueError, match="steps=0 must be at least 1"):
        words(method="integrated_gradients", steps=0)
    with pytest.raises(PlaceholderError):
        words(question="Hello?", sequences=())
    with pytest.raises(TaskError, match="no target 'maybe'"):
        words(target="maybe")
    with (
        mock.patch("chatnt.differentiable.reads_trees", return_value=False),
        pytest.raises(SlotError, match="Take method='leave_out'"),
    ):
        words(method="integrated_gradients")
