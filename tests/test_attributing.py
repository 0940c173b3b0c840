"""Attributions of pairs: true to the engine, and without a trace."""

import dataclasses
import random
from unittest import mock

import numpy as np
import pytest
import torch

import chatnt
from chatnt.attributing import explain
from chatnt.attribution_methods import METHODS
from chatnt.conversation import Answer, Question, Turn
from chatnt.dna_readers import BaseReader
from chatnt.engine import Engine
from chatnt.errors import (
    AnswerError,
    OutOfScopeError,
    PlaceholderError,
    SequenceError,
    SequenceTooLongError,
    TaskError,
    UnknownTaskError,
)
from chatnt.judging import Judge
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.tasks.dinucleotides import shuffle_dinucleotides
from chatnt.weights import fingerprint
from tests.telling import QUESTION, letters, remembering_pair, telling_pair
from tests.tiny import ENCODER_FAMILIES

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
TEXT = letters(30)
TWO = "Is <DNA> like <DNA>?"
PAIRS = {encoder: Engine(*telling_pair(encoder)) for encoder in ENCODER_FAMILIES}
ENGINE = PAIRS["nucleotide_cnn"]
CLOSE = {"rtol": 1e-3, "atol": 3e-5}  # log-likelihoods are sums of some hundred numbers in single precision


def attribute(engine=ENGINE, question=QUESTION, sequences=TEXT, *, task=TATA, target="Yes", **how):
    return chatnt.attribute(engine, question, sequences, task=task, target=target, **how)


def log_odds(engine, *texts, question=QUESTION):
    """Ask the engine itself."""
    judge = Judge.of(TATA)
    scores = engine.score([Turn(Question.of(question, texts))], judge.answers)[None]
    shares = judge.shares(scores)[0].log()
    return float(shares[1] - shares[0])


def replaced(text, start, other):
    return text[:start] + other + text[start + len(other) :]


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_mutagenesis_is_rescoring_by_the_engine(encoder):
    engine = PAIRS[encoder]
    found = attribute(engine, method="in_silico_mutagenesis")
    here = log_odds(engine, TEXT)
    assert found.value == pytest.approx(here, abs=1e-4)
    (table,) = found.tables
    for place in (0, 13, 29):
        changes = [log_odds(engine, replaced(TEXT, place, base)) - here for base in "ACGT"]
        np.testing.assert_allclose(table[place], changes, **CLOSE)
        assert found.scores[0][place] == pytest.approx(-sum(changes) / 3, rel=1e-3, abs=3e-5)
    assert np.abs(table).max() > 0.01
    assert found.resolution == 1


def test_occlusion_is_explicit_replacement():
    found = attribute(method="occlusion", window=4)
    here = log_odds(ENGINE, TEXT)
    losses = [here - log_odds(ENGINE, replaced(TEXT, start, "NNNN")) for start in range(27)]
    expected = [np.mean(losses[max(0, i - 3) : i + 1]) for i in range(30)]
    np.testing.assert_allclose(found.scores[0], expected, **CLOSE)
    assert found.baseline_value == pytest.approx(log_odds(ENGINE, "N" * 30), abs=1e-4)


def test_occlusion_by_a_given_sequence_is_explicit_replacement():
    other = letters(30, 5)
    found = attribute(method="occlusion", window=1, baseline=other)
    losses = [log_odds(ENGINE, TEXT) - log_odds(ENGINE, replaced(TEXT, i, other[i])) for i in range(30)]
    np.testing.assert_allclose(found.scores[0], losses, **CLOSE)
    assert found.baseline == "given sequence"


def test_ablation_is_explicit_replacement_window_by_window():
    found = attribute(method="feature_ablation", window=12)
    here = log_odds(ENGINE, TEXT)
    losses = [here - log_odds(ENGINE, replaced(TEXT, i, "N" * min(12, 30 - i))) for i in (0, 12, 24)]
    np.testing.assert_allclose(found.scores[0], np.repeat(losses, 12)[:30], **CLOSE)
    assert found.resolution == 12
    assert "in blocks of up to 12 bases" in repr(found)


def test_gradient_shap_nears_integrated_gradients():
    engine = Engine(*telling_pair(loud=1.5))
    exact = attribute(engine).scores[0]
    found = attribute(engine, method="gradient_shap", steps=512)
    assert np.corrcoef(exact, found.scores[0])[0, 1] > 0.98
    assert found.delta == pytest.approx(
        found.scores[0].sum() - (found.value - found.baseline_value), abs=1e-5
    )
    few = attribute(engine, method="gradient_shap", steps=2, seed=3)
    assert abs(few.delta) > abs(found.delta)


def test_an_answer_that_was_given_is_explained():
    given = Answer("No, there is none.", Question.of(QUESTION, TEXT), task="promoter_tata")
    found = explain(ENGINE, given, method="gradient_x_input")
    assert (found.target, found.against, found.task) == ("not a promoter", "promoter", "promoter_tata")
    assert explain(ENGINE, given, target="Yes", method="saliency").target == "promoter"
    withheld = dataclasses.replace(
        given, text="I do not know.", abstained=True, probabilities={"not a promoter": 0.4, "promoter": 0.6}
    )
    assert explain(ENGINE, withheld, method="saliency").target == "promoter"
    free = explain(ENGINE, dataclasses.replace(given, task=None), method="saliency")
    assert free.target == "'No, there is none.'"
    with pytest.raises(OutOfScopeError, match="was not answered, so there is nothing to explain"):
        explain(ENGINE, dataclasses.replace(given, in_scope=False))


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_integrated_gradients_add_up(encoder):
    # Louder random weights make a way too rough for 32 steps.
    found = attribute(Engine(*telling_pair(encoder, loud=1.0 if "transformer" in encoder else 1.5)))
    change = found.value - found.baseline_value
    assert abs(change) > 1e-3
    assert found.scores[0].sum() - found.delta == pytest.approx(change, abs=1e-6)
    assert abs(found.delta) < 0.02 * abs(change)
    assert not any("add up" in note for note in found.notes)


def test_too_few_steps_are_told():
    found = attribute(steps=1)
    assert abs(found.delta) > 1e-3
    assert any("do not add up" in note and "take more steps" in note for note in found.notes)


def test_gradients_point_where_the_target_grows():
    found = attribute(method="gradient_x_input")
    absolute = attribute(method="gradient_x_input", absolute=True)
    np.testing.assert_array_equal(absolute.scores[0], np.abs(found.scores[0]))
    assert found.scores[0].min() < 0 <= absolute.scores[0].min()
    assert absolute.method == "gradient_x_input, absolute"
    steepest = attribute(method="saliency")
    assert steepest.scores[0].min() >= 0
    assert (found.signed, absolute.signed, steepest.signed) == (True, False, False)


def test_the_paper_s_recipe_gives_one_score_for_each_token():
    found = attribute(
        PAIRS["nucleotide_transformer"], method="gradient_x_input", target="first_token", answer="Yes"
    )
    assert found.resolution == 6
    blocks = found.scores[0].reshape(5, 6)
    assert (blocks == blocks[:, :1]).all()
    assert len(np.unique(blocks)) == 5
    assert (
        "the encoder reads tokens of up to 6 bases; those of one token share its score equally" in found.notes
    )
    whole = attribute(PAIRS["nucleotide_transformer"], method="saliency")
    assert any("each have its score" in note for note in whole.notes)


@pytest.mark.parametrize("method", METHODS)
def test_batches_do_not_change_scores(method):
    results = [attribute(method=method, batch_size=size, steps=9) for size in (1, 7, 64)]
    for other in results[1:]:
        np.testing.assert_allclose(other.scores[0], results[0].scores[0], **CLOSE)
        assert other.value == pytest.approx(results[0].value, abs=1e-5)


@pytest.mark.parametrize("method", METHODS)
def test_of_several_sequences_each_has_scores_whatever_the_length(method):
    short = letters(17, 3)
    found = attribute(question=TWO, sequences=[TEXT, short], method=method, steps=64)
    assert [len(x) for x in found.scores] == [30, 17]
    assert all(np.abs(x).max() > 0 for x in found.scores)
    assert found.value == pytest.approx(log_odds(ENGINE, TEXT, short, question=TWO), abs=1e-4)
    if method == "in_silico_mutagenesis":
        change = log_odds(ENGINE, TEXT, replaced(short, 8, "A"), question=TWO) - found.value
        assert found.tables[1][8, 0] == pytest.approx(change, rel=1e-3, abs=1e-4)
    if method == "integrated_gradients":
        total = sum(x.sum() for x in found.scores)
        assert total == pytest.approx(found.value - found.baseline_value + found.delta, abs=1e-4)


def test_shuffles_are_seeded_and_averaged():
    found = attribute(baseline="shuffled", shuffles=3, seed=4, steps=8)
    again = attribute(baseline="shuffled", shuffles=3, seed=4, steps=8)
    np.testing.assert_array_equal(found.scores[0], again.scores[0])
    rng = random.Random(4)
    values = [log_odds(ENGINE, shuffle_dinucleotides(TEXT, rng)) for _ in range(3)]
    assert found.baseline_value == pytest.approx(np.mean(values), abs=1e-4)
    assert found.baseline == "3 shuffles that keep the dinucleotides (seed 4)"
    other = attribute(baseline="shuffled", shuffles=3, seed=5, steps=8)
    assert not np.allclose(found.scores[0], other.scores[0])


def test_rna_is_read_as_dna():
    rna = attribute(sequences=TEXT.replace("T", "U").lower(), steps=4)
    np.testing.assert_array_equal(rna.scores[0], attribute(steps=4).scores[0])
    assert rna.sequences[0].sequence == TEXT


@pytest.mark.parametrize("method", METHODS)
def test_unknown_bases_are_no_obstacle(method):
    text = "ACGNNRTACGTACGGATCAGT"
    found = attribute(sequences=text, method=method, window=3)
    assert np.isfinite(found.scores[0]).all()
    if method == "in_silico_mutagenesis":
        assert not found.tables[0][[3, 4, 5]].any()
        assert any("were not substituted" in note for note in found.notes)
    if method == "integrated_gradients":
        assert found.scores[0][3] == 0  # as in the baseline


def test_one_base_is_enough_but_cannot_be_shuffled():
    for method in METHODS:
        assert attribute(sequences="A", method=method, window=1).scores[0].shape == (1,)
    with pytest.raises(SequenceError, match="window=6 is longer than a sequence of 1 base"):
        attribute(sequences="A", method="occlusion")
    with pytest.raises(SequenceError, match="'A' of 1 base has no other order"):
        attribute(sequences="A", baseline="shuffled")
    with pytest.raises(SequenceError, match="'AAAAAAAA' of 8 bases has no other order"):
        attribute(sequences="AAAAAAAA", baseline="shuffled")


def test_half_precision_is_computed_in_single():
    model, processor = telling_pair()
    model.bfloat16()
    exact = Engine(telling_pair()[0], processor)
    with torch.no_grad():
        for weight, other in zip(exact.model.parameters(), model.parameters(), strict=True):
            weight.copy_(other)  # rounded, but of single precision
    before = fingerprint(model)
    found, expected = attribute(Engine(model, processor), steps=8), attribute(exact, steps=8)
    assert found.scores[0].dtype == np.float32
    np.testing.assert_allclose(found.scores[0], expected.scores[0], rtol=0.05, atol=1e-3)
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}
    assert fingerprint(model) == before


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_a_pair_is_left_as_it_was(encoder, method):
    engine = PAIRS[encoder]
    model = engine.model.train()
    model.resampler.project.weight.requires_grad_(False)
    before, flags = fingerprint(model), [weight.requires_grad for weight in model.parameters()]
    hooks = [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()]
    with torch.inference_mode():  # which is of no matter
        found = attribute(engine, method=method, steps=3)
    assert np.isfinite(found.scores[0]).all()
    assert all(module.training for module in model.modules())
    assert [weight.requires_grad for weight in model.parameters()] == flags
    assert all(weight.grad is None for weight in model.parameters())
    assert fingerprint(model) == before
    assert [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()] == hooks
    model.eval().requires_grad_(True)


def test_two_runs_give_the_same_bytes():
    first, second = (attribute(steps=5, baseline="shuffled", shuffles=2) for _ in range(2))
    assert first.scores[0].tobytes() == second.scores[0].tobytes()


def test_what_is_remembered_gets_no_credit_and_a_note_says_so():
    text = letters(120)
    engine = Engine(*remembering_pair(text, loud=2))
    held = attribute(engine, sequences=text, steps=64)
    assert any("has no gradient" in note and "no base gets credit" in note for note in held.notes)
    assert abs(held.delta) < 0.02 * abs(held.value - held.baseline_value)
    with mock.patch.object(BaseReader, "without_gradient", return_value=[]):
        free = attribute(engine, sequences=text, steps=64)
    assert abs(free.delta) > 100 * abs(held.delta)  # which is why they are held
    assert held.value == pytest.approx(log_odds(engine, text), abs=1e-4)
    mutated = attribute(engine, sequences=text, method="in_silico_mutagenesis")
    assert not any("no gradient" in note for note in mutated.notes)
    change = log_odds(engine, replaced(text, 60, "A")) - mutated.value
    assert mutated.tables[0][60, 0] == pytest.approx(change, rel=1e-3, abs=1e-4)


def test_a_number_is_explained_in_its_unit():
    found = attribute(task=LEAF, target=None, method="in_silico_mutagenesis")
    judge = Judge.of(LEAF)

    def expected(text):
        scores = ENGINE.score([Turn(Question.of(QUESTION, text))], judge.answers)[None]
        return float(judge.shares(scores)[0] @ torch.tensor(judge.outcomes, dtype=torch.float64))

    assert found.value == pytest.approx(expected(TEXT), abs=1e-4)
    change = expected(replaced(TEXT, 4, "C")) - expected(TEXT)
    assert found.tables[0][4, 1] == pytest.approx(change, rel=1e-2, abs=1e-4)
    assert (found.target, found.unit) == ("value", LEAF.scale.quantity)


def test_an_answer_is_explained_word_for_word():
    turns = [Turn(Question.of(QUESTION, TEXT))]
    given = attribute(target="answer", answer="No, never.", method="gradient_x_input")
    assert given.value == pytest.approx(float(ENGINE.score(turns, ["No, never."])[0]), abs=1e-4)
    with mock.patch.object(ENGINE, "generate", return_value=["Perhaps."]):
        written = attribute(target=None, task=None, method="gradient_x_input")
        with pytest.raises(AnswerError, match=r"'Perhaps\.' states no label of promoter_tata; name a target"):
            attribute(target=None)
    assert written.target == "'Perhaps.'"
    assert written.task is None
    stated = attribute(target=None, answer="No, there is none.", method="gradient_x_input")
    assert (stated.target, stated.against) == ("not a promoter", "promoter")


@dataclasses.dataclass
class Scoped:
    """An assistant with a scope that knows one question."""

    engine: Engine
    tasks = ("promoter_tata",)

    @property
    def scope(self):
        return self

    def match(self, text):
        return mock.Mock(task="promoter_tata" if text == QUESTION else None)


def test_the_task_is_the_recognised_one():
    found = attribute(Scoped(ENGINE), task=None, method="gradient_x_input")
    assert (found.task, found.target) == ("promoter_tata", "promoter")
    with pytest.raises(OutOfScopeError, match=r"'Who is in <DNA>\?' asks about none of them; name the task"):
        attribute(Scoped(ENGINE), "Who is in <DNA>?", task=None)
    free = attribute(Scoped(ENGINE), "Who is in <DNA>?", task=None, target="answer", answer="I.", steps=1)
    assert free.task is None
    assert attribute(task="promoter_tata", steps=1).task == "promoter_tata"
    with pytest.raises(UnknownTaskError):
        attribute(task="promoter_tato")


def test_a_question_may_bring_its_sequences():
    asked = Question.of("Is there a promoter in @here?", [DNA(TEXT, name="here", source="chr1:5-35:-")])
    found = attribute(question=asked, sequences=(), steps=1)
    assert found.sequences == asked.sequences
    assert found.names == ("here",)
    with pytest.raises(PlaceholderError, match="has its sequences already"):
        attribute(question=asked, steps=1)


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        (
            {"method": "magic"},
            ValueError,
            "no method 'magic'; there are gradient_x_input, saliency, integrated",
        ),
        ({"method": "deep_lift"}, ValueError, "DeepLIFT has no rules for attention"),
        ({"sentences": 0}, ValueError, "sentences=0 must be at least 1"),
        ({"steps": 0}, ValueError, "steps=0 must be at least 1"),
        ({"batch_size": -1}, ValueError, "batch_size=-1 must be at least 1"),
        ({"question": "Hello?", "sequences": ()}, PlaceholderError, "has no sequence.*write <DNA>"),
        ({"sequences": [TEXT, TEXT]}, PlaceholderError, "1 placeholder but 2 sequences"),
        ({"sequences": "NNNN"}, SequenceError, "has no A, C, G or T among its 4 letters"),
        ({"sequences": "HELLO"}, SequenceError, "not nucleotides|protein"),
        ({"sequences": "ACGT" * 50}, SequenceTooLongError, "200 bases is 200 tokens"),
        ({"baseline": "ACGT"}, SequenceError, r"sequences of \[4\] bases.*have \[30\]"),
        ({"baseline": "zeros"}, SequenceError, "'zeros' is none of 'N', 'shuffled' and a sequence"),
        ({"baseline": 0}, SequenceError, "'0' is none of 'N', 'shuffled' and a sequence"),
        ({"target": "maybe"}, TaskError, "promoter_tata has no target 'maybe'; give 'answer'"),
        ({"task": LEAF}, TaskError, "asks for a number, not for target='Yes'"),
    ],
)
def test_bad_input_is_told(how, error, told):
    with pytest.raises(error, match=told):
        attribute(**how)


def test_an_n_inside_a_sequence_of_kmers_has_no_shuffles():
    engine = PAIRS["nucleotide_transformer"]
    text = TEXT[:10] + "N" + TEXT[11:]
    with pytest.raises(SequenceError, match="an N inside a sequence shifts the 6-mers"):
        attribute(engine, sequences=text, baseline=TEXT)
    assert np.isfinite(attribute(engine, sequences=text, steps=2).scores[0]).all()


def test_one_may_watch_and_end_it():
    seen = []
    watched = attribute(method="in_silico_mutagenesis", batch_size=16, watch=seen.append)
    assert max(seen) == 16
    assert sum(seen) == 3 * len(TEXT) + 1  # and the sequence itself
    assert np.array_equal(
        watched.scores[0], attribute(method="in_silico_mutagenesis", batch_size=16).scores[0]
    )

    def enough(_rows):
        raise InterruptedError("enough")

    with pytest.raises(InterruptedError, match="enough"):
        attribute(watch=enough)
