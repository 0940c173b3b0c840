"""Faithful maps of pairs, one by one and over a task."""

import pickle

import numpy as np
import pytest

import chatnt
from chatnt.engine import Engine
from chatnt.errors import SequenceError
from chatnt.faithfulness_result import MAP, MOVED, RANDOM, Faithfulness
from chatnt.proving import ELSEWHERE
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from chatnt.weights import fingerprint
from tests.telling import QUESTION, letters, telling_pair
from tests.test_attributing import log_odds, replaced

TATA = get_task("promoter_tata")
ENGINE = Engine(*telling_pair())
TEXT = letters(30)
QUICK = {"points": 5, "controls": 2, "shuffles": 2}
ONE = {"sentences": 1}


def attributed(engine=ENGINE, question=QUESTION, sequences=TEXT, **how):
    how = {"task": TATA, "target": "promoter", "method": "gradient_x_input"} | how
    return chatnt.attribute(engine, question, sequences, **how)


def test_curves_are_what_the_pair_says_of_the_changed_sequence():
    why = attributed()
    found = why.faithfulness(replacement="N", **QUICK)
    assert found.deletion[MAP][0, 0, 0] == pytest.approx(why.value, abs=1e-4)
    changed = TEXT
    for place in np.argsort(-why.scores[0], kind="stable")[:6]:
        changed = replaced(changed, place, "N")
    assert found.deletion[MAP][0, 0, 1] == pytest.approx(log_odds(ENGINE, changed), abs=1e-4)
    assert found.deletion[MAP][0, 0, -1] == pytest.approx(log_odds(ENGINE, "N" * 30), abs=1e-4)
    assert found.insertion[MAP][0, 0, -1] == pytest.approx(why.value, abs=1e-4)


def test_the_map_of_one_base_at_a_time_gains_over_chance():
    why = attributed(method="in_silico_mutagenesis", sentences=1)
    found = why.faithfulness(replacement="N", controls=10, points=10)
    assert found.gains("deletion").mean() > 0
    assert found.gains("insertion").mean() > 0


def test_batches_do_not_change_curves_and_the_pair_stays_as_it_was():
    before, why = fingerprint(ENGINE.model), attributed(**ONE)
    one, other = (why.faithfulness(batch_size=size, **QUICK) for size in (3, 64))
    for name in (MAP, RANDOM, MOVED):
        np.testing.assert_allclose(one.deletion[name], other.deletion[name], atol=1e-4)
    assert fingerprint(ENGINE.model) == before
    assert any(weight.requires_grad for weight in ENGINE.model.parameters())


def test_several_sequences_are_changed_together():
    why = attributed(question="Is <DNA> like <DNA>?", sequences=[TEXT, letters(17, 3)])
    found = why.faithfulness(replacement="N", **QUICK)
    assert found.count == 1
    blank = log_odds(ENGINE, "N" * 30, "N" * 17, question="Is <DNA> like <DNA>?")
    assert found.deletion[MAP][0, 0, -1] == pytest.approx(blank, abs=1e-4)


def test_an_encoder_of_tokens_takes_letters_of_shuffles_and_refuses_n():
    why = attributed(Engine(*telling_pair("nucleotide_transformer")), **ONE)
    assert np.isfinite(why.faithfulness(**QUICK).deletion[MAP]).all()
    with pytest.raises(SequenceError, match="without N"):
        why.faithfulness(replacement="N", **QUICK)


def test_an_attribution_from_a_file_has_no_pair_to_ask(tmp_path):
    why = attributed(**ONE)
    why.save(tmp_path / "why.npz")
    for alone in (chatnt.Attribution.load(tmp_path / "why.npz"), pickle.loads(pickle.dumps(why))):
        assert alone.evaluate is None
        with pytest.raises(ValueError, match=r"attribute again, or give evaluate=\.\.\."):
            alone.faithfulness()
        again = alone.faithfulness(evaluate=why.evaluate, **QUICK)
        assert again.table().equals(why.faithfulness(**QUICK).table())


def test_another_pair_is_told():
    why, other = attributed(**ONE), attributed(Engine(*telling_pair(loud=3)), **ONE)
    with pytest.raises(ValueError, match="another pair or this one has changed"):
        why.faithfulness(evaluate=other.evaluate)


def test_a_map_of_another_length_is_told():
    with pytest.raises(ValueError, match="not as long"):
        attributed(**ONE).faithfulness(others={"short": attributed(sequences=letters(20), **ONE)})


def test_over_a_task_each_sequence_has_its_controls(monkeypatch):
    yes = TATA.answers["promoter"].train[0]
    monkeypatch.setattr(Engine, "generate", lambda self, asked, **_: [yes for _ in asked])
    rows = [Example(letters(30, i), "promoter") for i in range(3)]
    how = {"method": "gradient_x_input"}
    found = chatnt.faithfulness(ENGINE, TATA, rows, how=how, question=QUESTION, **QUICK)
    assert isinstance(found, Faithfulness)
    assert found.count == 3
    assert found.controls == (RANDOM, MOVED, ELSEWHERE)
    values = sorted(
        chatnt.attribute(ENGINE, QUESTION, e.sequence, task=TATA, target="promoter", sentences=1, **how).value
        for e in rows
    )
    np.testing.assert_allclose(sorted(found.deletion[MAP][:, 0, 0]), values, atol=1e-4)
    assert (found.method, found.target) == ("gradient_x_input", "the true label")
