"""What stands on an answer: calibrated probabilities, sets, intervals, doubts and refusals."""

import dataclasses
import random
from unittest import mock

import numpy as np
import pytest
import torch

import chatnt
from chatnt.assistant import Assistant
from chatnt.conversation import Question, Turn
from chatnt.errors import CheckpointError, TaskError
from chatnt.grammar import possible_answers
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from chatnt.verdicts import Readings, abstaining
from tests.test_assistant import ASKED, DNA_300, NO, YES, answering
from tests.test_assistant import parts as parts  # a fixture
from tests.test_assistant import scope as scope  # a fixture

TATA, SPLICE, LEAF = (get_task(name) for name in ("promoter_tata", "splice_sites_all", "plant_promoter_leaf"))
SPLICES, STRENGTH = "Which splice site is in <DNA>?", LEAF.questions.train[0]


def rows(task, count=60):
    rng = random.Random(task.name)
    truths = [
        rng.uniform(task.scale.low, task.scale.high) if task.scale else task.labels[i % len(task.labels)]
        for i in range(count)
    ]
    return [Example("".join(rng.choices("ACGT", k=40)), truth) for truth in truths]


@pytest.fixture
def chat(parts, scope):
    return Assistant(*parts, scope=scope)


@pytest.fixture(scope="module")
def fitted(parts, scope):
    """Calibrations of every kind, by task and what they give."""
    chat = Assistant(*parts, scope=scope)
    return {
        "platt": chat.calibrate("promoter_tata", rows(TATA)),
        "perplexity": chat.calibrate("promoter_tata", rows(TATA), score="perplexity", sentences=2),
        "vector": chat.calibrate("splice_sites_all", rows(SPLICE)),
        "sets": chat.calibrate("splice_sites_all", rows(SPLICE), method="conformal_sets"),
        "intervals": chat.calibrate("plant_promoter_leaf", rows(LEAF), coverage=0.8),
    }


@pytest.mark.parametrize("name", ["platt", "perplexity"])
def test_a_probability_is_what_the_calibration_makes_of_it(chat, fitted, name):
    with answering(chat, YES, YES):
        raw = chat.ask(ASKED, DNA_300)
        chat.add_calibration(fitted[name])
        answer = chat.ask(ASKED, DNA_300)
    reading = Readings(chat.engine, TATA, [[Turn(raw.question)]])[0]
    shares = reading.shares(fitted[name].score, fitted[name].sentences)
    expected = fitted[name].apply(shares, weights=chat.fingerprint())[0]
    assert list(answer.probabilities) == list(TATA.labels)
    np.testing.assert_allclose(list(answer.probabilities.values()), expected)
    assert answer.probability == answer.probabilities["promoter"] != raw.probability
    assert (raw.calibrated, answer.calibrated) == (False, True)
    error = fitted[name].after["ece"].value
    assert answer.calibration == f"platt on 60 examples, expected error {error:.3f}"
    assert f"calibrated ({answer.calibration})" in repr(answer)


def test_one_of_several_labels_comes_with_a_set(chat, fitted):
    chat.add_calibration(fitted["vector"])
    chat.add_calibration(fitted["sets"])
    with answering(chat, "Acceptor splice site.", "Nothing of the kind."):
        answer, silent = chat.ask(SPLICES, DNA_300), chat.ask(SPLICES, DNA_300)
    assert sum(answer.probabilities.values()) == pytest.approx(1)
    assert answer.probability == answer.probabilities["acceptor"]
    raw = chat.label_probabilities([Turn(answer.question)], SPLICE)
    least = fitted["sets"].calibrator.least
    assert answer.candidates == tuple(label for label, share in raw.items() if share >= least)
    assert answer.coverage == 0.9
    # What states nothing has no probability of its own, but what is likely is known.
    assert (silent.label, silent.probability, silent.candidates) == (None, None, answer.candidates)
    assert silent.probabilities == answer.probabilities


def test_a_number_comes_with_an_interval(chat, fitted):
    chat.add_calibration(fitted["intervals"])
    answer = chat.ask(STRENGTH, DNA_300, task="plant_promoter_leaf")
    shares = Readings(chat.engine, LEAF, [[Turn(answer.question)]])[0].shares()
    expected = fitted["intervals"].calibrator.apply(shares)[0]
    np.testing.assert_allclose(answer.interval, expected, atol=10.0**-LEAF.scale.decimals)
    assert (answer.coverage, answer.calibrated, answer.probability) == (0.8, True, None)
    assert f"80% between {answer.interval[0]:g} and {answer.interval[1]:g}, calibrated" in answer.remark


def test_a_calibration_of_other_weights_is_refused_or_left_aside(chat, fitted, parts, scope):
    other = dataclasses.replace(fitted["platt"], weights="0" * 64)
    with pytest.raises(CheckpointError, match="fitted for the weights 000000000000"):
        chat.add_calibration(other)
    stale = Assistant(*parts, scope=scope, calibrations=chat.calibrations.added(other))
    with answering(chat, YES), answering(stale, YES):
        raw, answer = chat.ask(ASKED, DNA_300), stale.ask(ASKED, DNA_300)
    assert (answer.probability, answer.calibrated) == (raw.probability, False)
    assert "what was calibrated for other weights is left aside" in answer.notes


def test_training_on_puts_a_calibration_aside(parts, scope, fitted, tmp_path):
    Assistant(*parts, scope=scope).save(tmp_path)
    chat = chatnt.load(tmp_path)
    chat.add_calibration(fitted["platt"])
    with answering(chat, YES, YES):
        assert chat.ask(ASKED, DNA_300).calibrated
        with torch.no_grad():
            chat.model.resampler.latents.add_(0.01)
        assert not chat.ask(ASKED, DNA_300).calibrated


def test_a_saved_pair_keeps_its_calibrations(chat, fitted, tmp_path):
    for name in ("platt", "sets"):
        chat.add_calibration(fitted[name])
    chat.save(tmp_path)
    again = chatnt.load(tmp_path)
    assert len(again.calibrations) == 2
    with answering(chat, NO), answering(again, NO):
        assert repr(again.ask(ASKED, DNA_300)) == repr(chat.ask(ASKED, DNA_300))


def test_all_of_one_answer_is_read_from_one_scoring(chat, fitted):
    for name in ("vector", "sets"):
        chat.add_calibration(fitted[name])
    with (
        answering(chat, "Donor splice site."),
        mock.patch.object(chat.engine, "score_each", wraps=chat.engine.score_each) as score,
    ):
        chat.ask(SPLICES, DNA_300)
    assert score.call_count == 1


def test_an_unsure_answer_is_withheld(chat):
    with answering(chat, YES, YES, "Hm."):
        answer = chat.ask(ASKED, DNA_300)
        least = answer.probability
        same, silent = (chat.ask(ASKED, DNA_300, abstain_below=least) for _ in "ab")
    assert same == answer
    withheld = abstaining(answer, min(1.0, least + 0.01))
    assert (withheld.label, withheld.abstained, withheld.probability) == (None, True, least)
    assert withheld.text == (
        f"I do not know: the answer that I would give (promoter) has a probability of {least:.2f}, "
        f"below {min(1.0, least + 0.01):g}."
    )
    assert (silent.abstained, silent.text) == (True, "I do not know: what I would have said states no label.")


def test_what_is_out_of_scope_stays_a_refusal(chat):
    answer = chat.ask("Is there an elephant in <DNA>?", DNA_300, abstain_below=0.9)
    assert (answer.in_scope, answer.abstained) == (False, False)


@pytest.mark.parametrize("least", [0, -0.5, 1.01, float("nan")])
def test_a_threshold_that_is_no_probability_is_an_error(chat, least):
    with answering(chat, YES), pytest.raises(ValueError, match="abstain_below"):
        chat.ask(ASKED, DNA_300, abstain_below=least)


def test_a_number_cannot_be_withheld(chat):
    with answering(chat, "It is 1.25."), pytest.raises(TaskError, match="look at the interval"):
        chat.ask(STRENGTH, DNA_300, task="plant_promoter_leaf", abstain_below=0.5)


@pytest.mark.parametrize(
    ("question", "task"), [(ASKED, None), (SPLICES, None), (STRENGTH, "plant_promoter_leaf")]
)
def test_a_constrained_answer_always_states_something(chat, question, task):
    """Random weights write anything but an answer, unless they are held to one."""
    free, held = (chat.ask(question, DNA_300, task=task, constrained=way) for way in (False, True))
    allowed = possible_answers(get_task(held.task))
    assert free.text not in allowed
    assert held.text in allowed
    assert (held.label is None) != (held.value is None)


def test_only_a_known_task_can_constrain(parts):
    with pytest.raises(TaskError, match="name it with task="):
        Assistant(*parts).ask(ASKED, DNA_300, constrained=True)


def test_probabilities_of_several_labels_at_once_stand_on_the_answer(chat):
    from tests.test_calibrating import TISSUES

    with mock.patch("chatnt.answering.get_task", return_value=TISSUES), answering(chat, "Active in root."):
        answer = chat.ask(ASKED, DNA_300, task="tissues")
    assert (answer.label, answer.probability) == ("root", None)
    assert list(answer.probabilities) == ["root", "leaf"]
    assert Question.of(ASKED, DNA_300) == answer.question
    assert "probabilities: root" in answer.remark
