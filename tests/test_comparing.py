"""Alleles compared: true to the engine, on both strands, base by base."""

import dataclasses
from types import SimpleNamespace
from unittest import mock

import numpy as np
import pytest

import chatnt
from chatnt.allele_scores import AlleleScorer
from chatnt.assistant import Assistant
from chatnt.comparing import compare
from chatnt.conversation import Question, Turn
from chatnt.errors import OutOfScopeError, PlaceholderError, SequenceError, TaskError
from chatnt.judging import Judge
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from tests.telling import QUESTION, letters, telling_pair

TATA, SPLICE, LEAF = map(get_task, ("promoter_tata", "splice_sites_all", "plant_promoter_leaf"))
CHAT = Assistant(*telling_pair())
REF = letters(30)
ALT = REF[:12] + "A" + REF[13:] if REF[12] != "A" else REF[:12] + "C" + REF[13:]
QUICK = {"task": TATA, "maps": False}


def shares(text, task=TATA, sentences=None):
    judge = Judge.of(task, sentences=sentences)
    return judge.shares(CHAT.engine.score([Turn(Question.of(QUESTION, text))], judge.answers)[None])[
        0
    ].numpy()


def log_odds(text, label=1, task=TATA, sentences=None):
    found = shares(text, task, sentences)
    return float(np.log(found[label]) - np.log(np.delete(found, label).sum()))


def reverse(text):
    return DNA(text).reverse_complement().sequence


def test_a_change_is_that_of_the_engine_on_both_strands():
    found = CHAT.compare(QUESTION, REF, ALT, both_strands=True, **QUICK)
    assert (found.target, found.against, found.unit) == (
        "promoter",
        "not a promoter",
        "log-odds (natural log)",
    )
    for effect, turn in zip(found.strands, (str, reverse), strict=True):
        assert effect.reference == pytest.approx(log_odds(turn(REF)), abs=1e-4)
        assert effect.alternative == pytest.approx(log_odds(turn(ALT)), abs=1e-4)
        assert effect.reference_probabilities["promoter"] == pytest.approx(shares(turn(REF))[1], abs=1e-5)
    assert found.change == found.strands[0].alternative - found.strands[0].reference
    assert abs(found.change) > 1e-3
    assert found.probability_change == pytest.approx(shares(ALT)[1] - shares(REF)[1], abs=1e-5)
    assert [effect.strand for effect in found.strands] == ["+", "-"]
    assert "probabilities are not calibrated" in found.notes


def test_one_base_has_the_whole_share_and_the_maps_add_up():
    found = CHAT.compare(QUESTION, REF, ALT, task=TATA, method="occlusion")
    frame = found.to_frame()
    assert found.event == (12, 13, 13)
    assert frame["share"][12] == pytest.approx(found.change, abs=1e-4)
    assert frame["share"].drop(12).abs().max() < 1e-6
    np.testing.assert_allclose(
        frame["change"], found.alternative_map.scores[0] - found.reference_map.scores[0]
    )
    assert (frame["reference"] != frame["alternative"]).sum() == 1
    assert any(note.startswith("maps: ") for note in found.notes) == bool(found.reference_map.notes)


def test_integrated_gradients_from_the_reference_share_the_change():
    other = REF[:3] + "TT" + REF[5:20] + "GG" + REF[22:]
    pair = Assistant(*telling_pair(loud=1.5))
    found = compare(pair, QUESTION, REF, other, task="promoter_tata", sentences=2)
    share = found.to_frame()["share"]
    assert share.sum() == pytest.approx(found.change, rel=0.05)
    differ = [i for i in range(30) if REF[i] != other[i]]
    assert not share.drop(differ).any()


@pytest.mark.parametrize("alt", [REF[:12] + "GATTACA" + REF[12:], REF[:12] + REF[16:]])
def test_an_indel_is_aligned_around_the_event(alt):
    found = CHAT.compare(QUESTION, REF, alt, task=TATA, method="in_silico_mutagenesis", sentences=1)
    frame = found.to_frame()
    assert found.shares is None
    assert "".join(frame["reference"]).replace("-", "") == REF
    assert "".join(frame["alternative"]).replace("-", "") == alt
    assert len(frame) == max(len(REF), len(alt))
    gaps = frame["position_alternative"].isna() | frame["position_reference"].isna()
    assert gaps.sum() == abs(len(alt) - len(REF))
    assert (frame["reference"] == frame["alternative"])[~gaps].all()
    total = found.alternative_map.scores[0].sum() - found.reference_map.scores[0].sum()
    assert frame["change"].sum() == pytest.approx(total, abs=1e-4)
    assert "bases" in repr(found)


def test_of_several_labels_that_which_changes_most_is_followed():
    found = CHAT.compare(QUESTION, REF, ALT, task=SPLICE, maps=False)
    changes = [log_odds(ALT, i, SPLICE) - log_odds(REF, i, SPLICE) for i in range(3)]
    which = int(np.abs(changes).argmax())
    assert found.target == SPLICE.labels[which]
    assert found.change == pytest.approx(changes[which], abs=1e-4)
    assert sum(found.strands[0].reference_probabilities.values()) == pytest.approx(1)
    named = CHAT.compare(QUESTION, REF, ALT, task=SPLICE, target="donor", against="acceptor", maps=False)
    assert (named.target, named.against) == ("donor", "acceptor")


def test_a_number_is_compared_in_its_unit():
    found = CHAT.compare(QUESTION, REF, ALT, task=LEAF, maps=False)
    points = np.array(Judge.of(LEAF).outcomes)
    assert found.change == pytest.approx(float((shares(ALT, LEAF) - shares(REF, LEAF)) @ points), abs=1e-3)
    assert (found.target, found.unit) == ("value", LEAF.scale.quantity)
    assert found.labels is None
    assert found.probability_change is None
    assert "probability" not in repr(found).split("note:")[0]
    assert found.effects()["probability_reference"].isna().all()


class Halved:
    """A calibrator that says half of what it is given."""

    def apply(self, chances):
        return chances / 2


def calibrated(weights):
    fitted = SimpleNamespace(
        score="likelihood",
        sentences=2,
        weights=weights,
        calibrator=Halved(),
        summary="halved",
        task=TATA.name,
    )
    of = mock.Mock(of=lambda name: {"probabilities": fitted})
    return SimpleNamespace(engine=CHAT.engine, scope=None, calibrations=of, fingerprint=CHAT.fingerprint)


def test_probabilities_are_corrected_by_what_was_fitted_for_these_weights():
    found = compare(calibrated(CHAT.fingerprint()), QUESTION, REF, ALT, **QUICK)
    wanted = shares(REF, sentences=2)[1] / 2  # of as many sentences as it was fitted on
    assert found.strands[0].reference_probabilities["promoter"] == pytest.approx(wanted, abs=1e-5)
    assert found.strands[0].reference == pytest.approx(log_odds(REF), abs=1e-4)  # but of all
    assert found.calibration == "halved"
    assert "calibrated probability" in repr(found)
    assert "halved" in found._repr_html_()
    other = compare(calibrated("other"), QUESTION, REF, ALT, **QUICK)
    assert other.calibration == ""
    assert "probabilities are not calibrated" in other.notes


def test_the_same_letters_are_scored_once():
    scorer = AlleleScorer(CHAT, TATA, QUESTION, sentences=1)
    with mock.patch.object(CHAT.engine, "read_each", wraps=CHAT.engine.read_each) as read:
        found = scorer([REF, ALT, REF])
    assert sum(len(call.args[0]) for call in read.call_args_list) == 2
    assert found.scores[0] == found.scores[2] != found.scores[1]
    assert found.scores.shape == (3, 1)
    assert found.chances.shape == (3, 2)


def test_a_comparison_prints_the_event():
    found = CHAT.compare(QUESTION, DNA(REF, name="<wild>"), ALT, **QUICK)
    assert f"{REF[12]}>{ALT[12]} at position 12 of 30 bases" in repr(found)
    assert f"({found.change:+.3g})" in repr(found)
    page = found._repr_html_()
    assert f"#111'>{REF[12]}</b>" in page
    assert f"#111'>{ALT[12]}</b>" in page
    turned = dataclasses.replace(
        found.strands[0], reference_probabilities={"not a promoter": 0.9, "promoter": 0.1},
        alternative_probabilities={"not a promoter": 0.2, "promoter": 0.8},
    )  # fmt: skip
    told = dataclasses.replace(found, strands=(turned,))
    assert told.labels == ("not a promoter", "promoter")
    assert "the answer changes from not a promoter to promoter" in repr(told)
    assert chatnt.Comparison is type(found)


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        (
            {"reference": [REF, REF]},
            SequenceError,
            "reference is a list with 2 entries, expected one sequence",
        ),
        ({"alternative": None}, SequenceError, "alternative is a NoneType, expected one sequence"),
        ({"alternative": REF.lower()}, SequenceError, "the same 30 bases, so nothing can change"),
        ({"alternative": "HELLO"}, SequenceError, "not nucleotides|protein"),
        ({"alternative": "ACGT" * 50}, SequenceError, "200 bases is 200 tokens"),
        ({"question": "Is <DNA> like <DNA>?"}, PlaceholderError, "2 placeholders but 1 sequence"),
        ({"question": "Hello?"}, PlaceholderError, "0 placeholders but 1 sequence"),
        ({"target": "maybe"}, TaskError, "no target 'maybe'"),
        ({"task": None}, TaskError, "does not recognise tasks; name what the question asks"),
        ({"method": "magic"}, ValueError, "no method 'magic'"),
        ({"batch_size": 0}, ValueError, "batch_size=0 must be at least 1"),
        ({"sentences": 0}, ValueError, "sentences=0 must be at least 1"),
    ],
)
def test_bad_input_is_told(how, error, told):
    asked = {"question": QUESTION, "reference": REF, "alternative": ALT, "task": TATA, "maps": False} | how
    with pytest.raises(error, match=told):
        CHAT.compare(asked.pop("question"), asked.pop("reference"), asked.pop("alternative"), **asked)


def test_a_question_out_of_scope_is_told():
    scope = SimpleNamespace(match=lambda text: SimpleNamespace(task=None), tasks=("h3",), simulated=())
    pair = SimpleNamespace(
        engine=CHAT.engine, scope=scope, calibrations=CHAT.calibrations, fingerprint=CHAT.fingerprint
    )
    with pytest.raises(OutOfScopeError, match="asks about none of them"):
        compare(pair, QUESTION, REF, ALT)
    named = compare(pair, QUESTION, REF, ALT, **QUICK)
    assert "the pair was not trained on this task" in named.notes
