"""Calibrations are fitted on scores of rows with known labels, and measured fairly."""

import dataclasses
import random
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest
import torch

import chatnt
from chatnt import calibrating
from chatnt.calibrating import PROTOCOLS, calibrate, calibrated
from chatnt.calibration_methods import cross_fit
from chatnt.calibrators import both_ways
from chatnt.conformal import likely_sets, measure_sets
from chatnt.conversation import Question, Turn
from chatnt.discrimination import measure_discrimination
from chatnt.engine import Engine
from chatnt.errors import CheckpointError, DataError, TaskError, UnknownTaskError
from chatnt.reliability import measure_calibration
from chatnt.tasks import get_task
from chatnt.tasks.base import NONE, SOME, Wordings
from chatnt.tasks.sources import Example, Splits
from chatnt.weights import fingerprint
from tests.tiny import tiny_model, tiny_pair

TATA, SPLICE, LEAF = (get_task(name) for name in ("promoter_tata", "splice_sites_all", "plant_promoter_leaf"))
TISSUES = dataclasses.replace(
    SPLICE,
    name="tissues",
    kind="multilabel",
    labels=("root", "leaf"),
    answers={SOME: Wordings(("Active in {labels}.",), ()), NONE: Wordings(("Nowhere.",), ())},
    patterns={"root": "root", "leaf": "leaf"},
)


class Overconfident:
    """Score answers as if it knew what is drawn, with log-odds twice as large as they should be.

    A sequence says by its A what is likely: the logit of the second label, or the mean of a number.
    """

    def __init__(self, task):
        self.task, self.asked = task, []
        self.model = torch.nn.Linear(2, 2)
        self.processor = lambda turns, answers: {"labels": torch.ones(len(answers), 4, dtype=torch.long)}

    def read_each(self, conversations):
        self.asked += [turns[-1].question for turns in conversations]
        return torch.tensor([[meaning(turns[-1].question.sequences[0].sequence)] for turns in conversations])

    def score_each(self, conversations, answers, *, soft_tokens):
        assert len(soft_tokens) == len(conversations)
        stated = [self.task.parse(text) for text in answers]
        return torch.cat([likelihoods(self.task, stated, float(m)) for m in soft_tokens[:, 0]])


def meaning(sequence):
    return sequence.count("A") / 5 - 4


def likelihoods(task, stated, meant):
    if task.scale:
        return torch.tensor([[-(((value - meant) / 0.2) ** 2) / 2 for value in stated]])
    if task.kind == "multilabel":
        return torch.tensor([[2 * meant * len(labels) for labels in stated]])
    logits = torch.tensor([0.0, meant, -1.0][: len(task.labels)])
    return (2 * logits).log_softmax(0)[[task.labels.index(label) for label in stated]][None]


def examples(task, count, seed=0):
    """Rows whose labels are drawn from the true probabilities."""
    rng, rows = random.Random(seed), []
    for _ in range(count):
        many = rng.randrange(41)
        sequence = "A" * many + "C" * (40 - many)
        meant = meaning(sequence)
        if task.scale:
            rows.append(Example(sequence, meant + rng.gauss(0, 1)))
        elif task.kind == "multilabel":
            chance = 1 / (1 + np.exp(-meant))
            rows.append(Example(sequence, tuple(x for x in task.labels if rng.random() < chance)))
        else:
            weights = np.exp([0.0, meant, -1.0][: len(task.labels)])
            rows.append(Example(sequence, rng.choices(task.labels, weights.tolist())[0]))
    return rows


def fitted(task, count=400, seed=0, **settings):
    return calibrate(
        SimpleNamespace(engine=Overconfident(task)), task, examples(task, count, seed), **settings
    )


@pytest.mark.parametrize("method", ["platt", "temperature", "isotonic", "vector"])
def test_probabilities_are_corrected(method):
    made = fitted(TATA, 1000, method=method)
    assert made.before["ece"].low > 0.03
    assert made.after["ece"].value < 0.6 * made.before["ece"].value
    for name in ("brier", "log_loss"):
        assert made.after[name].value < made.before[name].value
    assert (made.task, made.method, made.kind, made.labels) == (
        "promoter_tata",
        method,
        "binary",
        TATA.labels,
    )
    assert (made.score, made.protocol, made.count, made.measured) == ("likelihood", "held-out", 1000, 1000)
    if method == "platt":
        assert (made.calibrator.slope, made.calibrator.intercept) == pytest.approx((0.5, 0), abs=0.15)
    others = examples(TATA, 2000, seed=1)
    true = 1 / (1 + np.exp([-meaning(e.sequence) for e in others]))
    told = made.apply(both_ways(1 / (1 + (1 / true - 1) ** 2)), weights=made.weights)
    assert np.abs(told[:, 1] - true).mean() < 0.06


@pytest.mark.parametrize("task", [SPLICE, TISSUES], ids=lambda t: t.name)
def test_probabilities_of_more_labels_are_corrected(task):
    made = fitted(task, 600)
    assert made.method == {"multiclass": "vector", "multilabel": "platt"}[task.kind]
    assert made.after["ece"].value < made.before["ece"].value / 2
    assert made.after["log_loss"].value < made.before["log_loss"].value


def test_measurements_are_of_rows_that_others_corrected():
    rows = examples(TATA, 300)
    made = calibrate(SimpleNamespace(engine=Overconfident(TATA)), TATA, rows, seed=5)
    shares = np.array(
        [likelihoods(TATA, TATA.labels, meaning(e.sequence)).exp().numpy()[0] for e in rows], float
    )
    truth = [TATA.labels.index(e.label) for e in rows]
    corrected = cross_fit("platt", shares, truth, kind="binary", seed=5)
    expected = measure_calibration(corrected, truth, seed=5) | measure_discrimination(
        corrected, truth, seed=5
    )
    for name, estimate in expected.items():
        assert made.after[name] == pytest.approx(estimate, abs=1e-4), name
    assert made.before["ece"].value == pytest.approx(
        measure_calibration(shares, truth)["ece"].value, abs=1e-5
    )
    assert made.tables["before"]["count"].sum() == made.tables["after"]["count"].sum() == 300
    assert made.rows.truth.tolist() == truth
    np.testing.assert_allclose(made.rows.before, shares, atol=1e-6)
    np.testing.assert_allclose(made.rows.after, corrected, atol=1e-4)


def test_sets_hold_the_truth_as_often_as_asked():
    made = fitted(SPLICE, 800, method="conformal_sets", coverage=0.8)
    assert made.calibrator.coverage == 0.8
    assert made.after["coverage"].value == pytest.approx(0.8, abs=0.04)
    assert set(made.after) == {"coverage", "size", "empty"}
    assert not made.tables
    assert made.rows is None
    rows = examples(SPLICE, 800)
    shares = np.concatenate([likelihoods(SPLICE, SPLICE.labels, meaning(e.sequence)).exp() for e in rows])
    plain = measure_sets(likely_sets(shares, 0.8), np.array([SPLICE.labels.index(e.label) for e in rows]))
    assert made.before == plain


def test_intervals_hold_the_value_as_often_as_asked():
    made = fitted(LEAF, 600)
    assert made.method == "conformal_intervals"
    assert made.before["coverage"].value < 0.5  # noise of 1 where it says 0.2
    assert made.after["coverage"].value == pytest.approx(0.9, abs=0.03)
    assert made.after["width"].value == pytest.approx(2 * 1.645, abs=0.3)
    assert len(made.calibrator.points) == 41


@pytest.mark.parametrize("score", ["perplexity", "perplexity_printed"])
def test_perplexities_are_calibrated_through_held_out_sentences(score):
    made = fitted(TATA, score=score, sentences=4, method="isotonic")
    assert (made.score, made.sentences) == (score, 4)
    assert made.after["auroc"].value > 0.75
    turned = made.before["auroc"].value < 0.5
    assert turned == (score == "perplexity_printed")
    assert made.after["log_loss"].value < made.before["log_loss"].value


def splits(sizes=(300, 90, 200)):
    return Splits(*(examples(TATA, n, seed) for seed, n in enumerate(sizes)))


def test_of_all_parts_the_validation_part_is_used():
    engine = Overconfident(TATA)
    made = calibrate(SimpleNamespace(engine=engine), "promoter_tata", splits())
    assert (made.count, made.measured) == (90, 90)
    assert [q.sequences[0].sequence for q in engine.asked] == [e.sequence for e in splits().validation]
    assert {q.text for q in engine.asked} <= set(TATA.questions.test)


def test_the_papers_protocol_fits_on_training_rows_and_measures_test_rows():
    engine = Overconfident(TATA)
    made = calibrate(SimpleNamespace(engine=engine), TATA, splits(), protocol="paper")
    assert (made.count, made.measured, made.protocol) == (300, 200, "paper")
    assert (made.method, made.score, made.calibrator.reads) == (
        "platt_probability", "perplexity_printed", "probability",
    )  # fmt: skip
    assert made.calibrator.slope < 0
    assert {q.text for q in engine.asked[:300]} <= set(TATA.questions.train)
    assert {q.text for q in engine.asked[300:]} <= set(TATA.questions.test)
    assert PROTOCOLS["paper"].most == 10_000
    assert PROTOCOLS["paper"].most_measured == 1000


def test_the_papers_protocol_draws_as_many_rows_as_it_says():
    few = PROTOCOLS["paper"]._replace(most=120, most_measured=60)
    with mock.patch.dict(calibrating.PROTOCOLS, paper=few):
        for limit, count in ((None, 120), (100, 100), (200, 120)):
            made = calibrate(
                SimpleNamespace(engine=Overconfident(TATA)), TATA, splits(), protocol="paper", limit=limit
            )
            assert (made.count, made.measured) == (count, 60)


def test_the_papers_protocol_needs_all_parts_and_two_labels():
    with pytest.raises(DataError, match="'paper' needs the training and the test part"):
        fitted(TATA, protocol="paper")
    with pytest.raises(TaskError, match="'platt_probability' is for binary"):
        fitted(SPLICE, protocol="paper")


def test_one_seed_gives_one_calibration():
    first, again, other = (fitted(TATA, 200, limit=100, seed=s) for s in (0, 0, 1))
    assert first.count == 100
    assert first.to_json()["after"] == again.to_json()["after"]
    assert first.calibrator == again.calibrator
    engine = Overconfident(TATA)
    drawn = []
    for seed in (0, 1):
        calibrate(SimpleNamespace(engine=engine), TATA, examples(TATA, 200), limit=100, seed=seed)
        drawn.append([q.text for q in engine.asked])
        engine.asked = []
    assert drawn[0] != drawn[1]
    assert other.count == 100


@pytest.mark.parametrize(
    ("task", "settings", "error", "match"),
    [
        (
            LEAF,
            {"method": "platt"},
            TaskError,
            "'platt' is for binary and multilabel tasks, not for regression",
        ),
        (SPLICE, {"method": "platt"}, TaskError, "not for multiclass"),
        (TATA, {"method": "conformal_intervals"}, TaskError, "is for regression tasks, not for binary"),
        (LEAF, {"score": "perplexity"}, TaskError, "plant_promoter_leaf is regression"),
        (TATA, {"method": "forest"}, ValueError, "no method 'forest'"),
        (TATA, {"score": "logits"}, ValueError, "no score 'logits'"),
        (TATA, {"protocol": "nature"}, ValueError, "no protocol 'nature'; there are held-out, paper"),
        (TATA, {"method": "conformal_sets", "coverage": 1.0}, ValueError, "above 0 and below 1"),
    ],
)
def test_what_does_not_suit_is_told(task, settings, error, match):
    with pytest.raises(error, match=match):
        fitted(task, **settings)


def test_an_unknown_task_is_told():
    with pytest.raises(UnknownTaskError):
        calibrate(SimpleNamespace(engine=Overconfident(TATA)), "promotor_tata", [])


@pytest.mark.parametrize(
    ("rows", "match"),
    [
        (examples(TATA, 49), "There are 49 examples; a calibration needs 50 or more"),
        ([Example("ACGT", "promoter")] * 60, "All 60 examples have class 1; .* class 1 is 'promoter'"),
        (
            [Example("ACGT", "promoter")] * 60 + [Example("AC", "not a promoter")] * 3,
            "There are 3 of class 0",
        ),
    ],
)
def test_rows_that_cannot_be_fitted_on_are_told_before_they_are_scored(rows, match):
    engine = Overconfident(TATA)
    with pytest.raises(DataError, match=f"promoter_tata cannot be calibrated. .*{match}"):
        calibrate(SimpleNamespace(engine=engine), TATA, rows)
    assert not engine.asked


@pytest.mark.parametrize("wrong", [float("nan"), float("inf")])
def test_scores_that_are_not_finite_are_told(wrong):
    engine = Overconfident(TATA)
    real = engine.score_each

    def score_each(*args, **kwargs):
        scores = real(*args, **kwargs)
        scores[3, :] = wrong
        return scores

    engine.score_each = score_each
    with pytest.raises(DataError, match=r"2 of 100 rows do not hold probabilities .*not finite"):
        calibrate(SimpleNamespace(engine=engine), TATA, examples(TATA, 100))


def test_a_calibration_holds_for_the_weights_that_it_was_fitted_for():
    engine = Overconfident(TATA)
    made = calibrate(SimpleNamespace(engine=engine), TATA, examples(TATA, 100))
    assert made.weights == fingerprint(engine.model)
    asked = [[Turn(Question.of("Is there one in <DNA>?", e.sequence))] for e in examples(TATA, 20, seed=1)]
    found = calibrated(SimpleNamespace(engine=engine), made, asked)
    logs = np.concatenate(
        [likelihoods(TATA, TATA.labels, meaning(t[0].question.sequences[0].sequence)) for t in asked]
    )
    np.testing.assert_allclose(found, made.calibrator.apply(np.exp(logs.astype(float))), atol=1e-5)
    with torch.no_grad():
        engine.model.bias += 1
    engine.asked = []
    with pytest.raises(CheckpointError, match="fit it again"):
        calibrated(SimpleNamespace(engine=engine), made, asked)
    assert not engine.asked  # nothing is computed in vain
    np.testing.assert_array_equal(
        calibrated(SimpleNamespace(engine=engine), made, asked, weights=made.weights), found
    )


def test_a_real_engine_is_calibrated_and_applied():
    engine = Engine(*tiny_pair())
    rows = examples(TATA, 60)
    made = chatnt.calibrate(engine, TATA, rows, sentences=2, batch_size=16)
    assert made.weights == fingerprint(engine.model) != fingerprint(tiny_model(seed=1))
    asked = [[Turn(Question.of(TATA.questions.test[0], e.sequence))] for e in rows[:5]]
    found = calibrated(engine, made, asked)
    assert found.shape == (5, 2)
    again = chatnt.Calibration.from_json(made.to_json())
    np.testing.assert_array_equal(calibrated(engine, again, asked), found)
