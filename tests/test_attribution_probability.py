"""Calibrated probabilities as targets: what the calibrators give, with gradients."""

import dataclasses
from unittest import mock

import numpy as np
import pytest
import torch

import chatnt
from chatnt.attribution_probability import corrected, has_gradient
from chatnt.calibrations import Calibrations
from chatnt.calibrators import EachLabel, Isotonic, Platt, Temperature, VectorScaling
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import CheckpointError, NotFittedError, TaskError
from chatnt.judging import Judge
from chatnt.tasks import get_task
from tests.telling import QUESTION, letters, telling_pair

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
ENGINE, TEXT = Engine(*telling_pair()), letters(30)
CHANCES = np.random.default_rng(0).dirichlet([1, 1], 20)
SMOOTH = {
    "platt": Platt(0.7, -0.4),
    "platt of probabilities": Platt(3.0, 0.2, "probability"),
    "temperature": Temperature(1.7),
    "vector": VectorScaling((0.8, 1.3), (0.1, -0.2)),
    "each": EachLabel((Platt(0.5, 0.1), Temperature(2.0))),
}
STEPS = Isotonic((-2.0, 0.0, 2.0), (0.1, 0.4, 0.9))


@pytest.mark.parametrize("name", SMOOTH)
def test_calibrators_with_gradients_give_the_same_probabilities(name):
    calibrator = SMOOTH[name]
    given = torch.tensor(CHANCES, requires_grad=True)
    found = corrected(calibrator, given)
    np.testing.assert_allclose(found.detach(), calibrator.apply(CHANCES), rtol=1e-10)
    assert has_gradient(calibrator)
    found[:, 1].sum().backward()
    small = np.array([-1e-6, 1e-6])
    slopes = (calibrator.apply(CHANCES + small) - calibrator.apply(CHANCES - small))[:, 1] / 2e-6
    assert given.grad is not None
    np.testing.assert_allclose(given.grad[:, 1] - given.grad[:, 0], slopes, rtol=1e-4)
    assert slopes.min() > 0


def test_steps_give_the_same_probabilities_and_have_no_gradient():
    np.testing.assert_allclose(corrected(STEPS, torch.tensor(CHANCES)), STEPS.apply(CHANCES))
    assert not has_gradient(STEPS)
    assert not has_gradient(EachLabel((Platt(1.0, 0.0), STEPS)))


@dataclasses.dataclass
class Pair:
    """A pair with one calibration."""

    engine: Engine
    calibrations: Calibrations

    def fingerprint(self):
        return "these weights"


def pair(calibrator=None, **changes):
    about = {"task": TATA.name, "method": "platt", "score": "likelihood", "sentences": 2} | changes
    fitted = mock.Mock(calibrator=calibrator or SMOOTH["platt"], weights="these weights", **about)
    fitted.check = lambda weights: chatnt.Calibration.check(fitted, weights)
    return Pair(ENGINE, Calibrations([fitted]))


def attribute(pair, *, task=TATA, target="Yes", sequences=TEXT, **how):
    return chatnt.attribute(pair, QUESTION, sequences, task=task, target=target, calibrated=True, **how)


def expected(text, calibrator, label):
    judge = Judge.of(TATA, sentences=2)
    scores = ENGINE.score([Turn(Question.of(QUESTION, text))], judge.answers)[None]
    return float(calibrator.apply(judge.probabilities(scores))[0, label])


@pytest.mark.parametrize("calibrator", [SMOOTH["platt"], SMOOTH["vector"], STEPS])
def test_the_value_is_what_an_answer_says(calibrator):
    found = attribute(pair(calibrator), method="in_silico_mutagenesis")
    here = expected(TEXT, calibrator, 1)
    assert found.value == pytest.approx(here, abs=1e-6)
    changed = expected(TEXT[:7] + "C" + TEXT[8:], calibrator, 1)
    assert found.tables[0][7, 1] == pytest.approx(changed - here, abs=1e-6)
    assert (found.target, found.against) == ("promoter", "")
    assert found.unit == "probability, calibrated by platt"


def test_gradients_of_a_probability_add_up():
    quiet = pair()
    quiet.engine = Engine(*telling_pair(loud=1.5))  # louder weights make a way too rough for 32 steps
    found = attribute(quiet, target="No")
    change = found.value - found.baseline_value
    assert found.scores[0].sum() == pytest.approx(change, rel=0.02)
    assert abs(change) > 1e-4


def test_what_cannot_be_calibrated_is_told():
    with pytest.raises(ValueError, match="rises in steps and has no gradient for 'saliency'; take a method"):
        attribute(pair(STEPS), method="saliency")
    with pytest.raises(NotFittedError, match=r"no calibration of the probabilities of h3; fit one"):
        attribute(pair(), task="h3", target=None)
    with pytest.raises(NotFittedError, match="no calibration"):
        attribute(ENGINE)
    with pytest.raises(TaskError, match="asks for a number and has no probability"):
        attribute(pair(), task=LEAF, target=None)
    with pytest.raises(TaskError, match="reads perplexity, which is not attributed"):
        attribute(pair(score="perplexity"))
    with pytest.raises(TaskError, match="a calibrated probability, not target='answer'"):
        attribute(pair(), target="answer")
    with pytest.raises(TaskError, match="not against='No'; give a label"):
        attribute(pair(), against="No")
    with pytest.raises(ValueError, match="sentences=3: the calibration says how many"):
        attribute(pair(), sentences=3)
    with pytest.raises(TaskError, match="Only the labels of a known task"):
        attribute(pair(), task=None, target="answer")
    other = pair()
    other.fingerprint = lambda: "others"
    with pytest.raises(CheckpointError, match="fitted for the weights"):
        attribute(other)
