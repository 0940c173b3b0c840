"""Slopes of many sequences are those of each alone."""

import numpy as np
import pytest

import chatnt
from chatnt.attribution_batches import SLOPES, slopes_of_each
from chatnt.attribution_targets import resolve_target
from chatnt.engine import Engine
from chatnt.tasks import get_task
from chatnt.weights import fingerprint
from tests.telling import QUESTION, letters, remembering_pair, telling_pair
from tests.tiny import ENCODER_FAMILIES

TATA = get_task("promoter_tata")
ANSWER = "Yes, there is one."
TEXTS = [letters(30), letters(30, 1), letters(24, 7), letters(30, 8)]


def check_close(found, alone):
    """Sums in another order differ by what single precision loses; scores of other texts by far more."""
    for x, y in zip(found, alone, strict=True):
        np.testing.assert_allclose(x, y, rtol=0, atol=5e-3 * np.abs(y).max())


def both_ways(engine, texts, method, target, batch_size=3):
    """Return the scores of all together, and of each alone."""
    wanted = resolve_target(TATA, target, None, lambda: ANSWER)
    found = slopes_of_each(engine, QUESTION, texts, wanted, method, batch_size=batch_size)
    alone = [
        chatnt.attribute(engine, QUESTION, text, task=TATA, target=target, answer=ANSWER, method=method)
        for text in texts
    ]
    return found, [one.scores[0] for one in alone]


@pytest.mark.parametrize(("method", "target"), [(SLOPES[0], "first_token"), (SLOPES[1], "promoter")])
@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_together_is_as_alone(encoder, target, method):
    engine = Engine(*telling_pair(encoder))
    found, alone = both_ways(engine, TEXTS, method, target)
    check_close(found, alone)
    for text, x in zip(TEXTS, found, strict=True):
        assert x.dtype == np.float32
        assert len(x) == len(text)
        assert np.abs(x).max() > 0
    assert not np.allclose(found[0], found[1], rtol=0, atol=0.1 * np.abs(found[0]).max())


def test_tokens_of_texts_with_an_n_are_kept_apart():
    texts = [letters(30), letters(13) + "N" + letters(16, 2), letters(30, 3)]
    engine = Engine(*telling_pair("nucleotide_transformer"))
    found, alone = both_ways(engine, texts, "gradient_x_input", "promoter")
    check_close(found, alone)


def test_each_holds_what_is_remembered_of_itself():
    text = letters(120)
    engine = Engine(*remembering_pair(text, loud=2))
    texts = [letters(120, 3), text, text[:60] + "A" + text[61:], letters(120, 4)]
    found, alone = both_ways(engine, texts, "gradient_x_input", "promoter")
    check_close(found, alone)
    assert not np.allclose(found[1], found[2], rtol=0, atol=0.1 * np.abs(found[1]).max())


def test_batches_bound_the_rows_and_progress_is_told():
    done, engine = [], Engine(*telling_pair())
    wanted = resolve_target(TATA, "promoter", None, lambda: ANSWER)
    sizes, encode = [], engine.model.encoder.encode_bases
    engine.model.encoder.encode_bases = lambda x, mask: sizes.append(len(x)) or encode(x, mask)
    slopes_of_each(engine, QUESTION, TEXTS, wanted, "saliency", batch_size=2, advance=done.append)
    assert max(sizes) == 2
    assert done == [2, 1, 1]  # three of 30 bases, one of 24


def test_the_pair_is_left_as_it_was():
    engine = Engine(*telling_pair())
    model = engine.model.train()
    before = fingerprint(model)
    both_ways(engine, TEXTS[:2], "gradient_x_input", "promoter")
    assert model.training
    assert all(weight.requires_grad and weight.grad is None for weight in model.parameters())
    assert fingerprint(model) == before
    assert not any(len(m._forward_hooks) for m in model.modules())
