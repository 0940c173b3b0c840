"""Studies of pairs: which sequences are taken, and what is done with them."""

import dataclasses

import numpy as np
import pytest

import chatnt
from chatnt.engine import Engine
from chatnt.errors import DataError, DataNotFoundError, TaskError, UnknownTaskError
from chatnt.tasks import get_task
from chatnt.tasks.examples import Example
from chatnt.tasks.sources import Splits
from tests.telling import letters, telling_pair

TATA = get_task("promoter_tata")
NO, YES = TATA.labels
ROWS = [Example(letters(30, seed), TATA.labels[seed % 2]) for seed in range(24)]
TRUTH = {e.sequence: e.label for e in ROWS}
SAID = {YES: "Yes, there is one.", NO: "No, there is none."}


class Answering(Engine):
    """Answer as is known, but wrong about some sequences."""

    def __init__(self, wrong=()):
        super().__init__(*telling_pair())
        self.wrong, self.asked = set(wrong), []

    def generate(self, conversations, **_):
        texts = [str(turns[-1].question.sequences[0]) for turns in conversations]
        self.asked += texts
        return [SAID[TRUTH[t]] if t not in self.wrong else "I cannot say." for t in texts]


def study(engine=None, task=TATA, data=ROWS, **how):
    return chatnt.attribution_study(
        engine or Answering(), task, data, **({"per_label": 5, "sentences": 1} | how)
    )


@pytest.mark.parametrize(
    ("how", "like"),
    [
        ({}, {"method": "gradient_x_input", "target": "first_token", "absolute": True}),
        ({"target": "label", "absolute": False}, {"method": "gradient_x_input", "sentences": 1}),
        (
            {
                "target": "label",
                "absolute": False,
                "method": "integrated_gradients",
                "steps": 4,
                "sentences": 1,
            },
            {"method": "integrated_gradients", "steps": 4, "sentences": 1},
        ),
        (
            {"target": "answer", "method": "saliency"},
            {"method": "saliency", "target": "answer", "absolute": True},
        ),
    ],
)
def test_every_sequence_is_attributed_as_alone(how, like):
    engine = Answering()
    found = study(engine, per_label=2, **how)
    assert [m.label for m in found.maps] == [NO, NO, YES, YES]
    for maps in (found.maps, found.control.maps):
        for one in maps:
            alone = chatnt.attribute(
                engine, found.question, one.sequence, task=TATA, answer=SAID[one.label],
                **({"target": one.label} | like),
            )  # fmt: skip
            expected = alone.scores[0]
            np.testing.assert_allclose(one.scores, expected, rtol=0, atol=5e-3 * np.abs(expected).max())
    assert (found.unit, found.method, found.signed) == (alone.unit, alone.method, alone.signed)


def test_rows_of_each_label_are_drawn_and_known_again():
    found = study()
    assert found.labels == TATA.labels
    assert found.question == TATA.questions.test[0]
    for label in found.labels:
        rows = [m.row for m in found.of(label)]
        assert len(set(rows)) == 5
        assert [ROWS[row] for row in rows] == [(m.sequence, label) for m in found.of(label)]
    other = study(seed=1)
    assert [m.row for m in other.maps] != [m.row for m in found.maps]
    again = study()
    assert [m.row for m in again.maps] == [m.row for m in found.maps]
    assert all(m.scores.tobytes() == n.scores.tobytes() for m, n in zip(again.maps, found.maps, strict=True))


def test_only_correct_answers_count_unless_all_are_wanted():
    first = [m.sequence for m in study().of(YES)[:2]]
    engine = Answering(wrong=first)
    found = study(engine)
    assert not {m.sequence for m in found.maps} & set(first)
    assert found.asked == {NO: 5, YES: 7}
    every = study(engine, correct=False, target="label")
    assert set(first) <= {m.sequence for m in every.maps}
    assert every.asked == {NO: 5, YES: 5}


def test_fewer_than_wanted_are_told():
    wrong = [e.sequence for e in ROWS if e.label == YES][:9]
    found = study(Answering(wrong), per_label=8)
    assert len(found.of(YES)) == 3
    assert found.notes[0] == f"of {YES!r} there are 12 sequences, 3 of them answered correctly; 8 were wanted"
    assert len(found.of(NO)) == 8
    with pytest.raises(DataError, match=r"no sequence of 'promoter'.*none of 12 was answered correctly"):
        study(Answering([e.sequence for e in ROWS if e.label == YES]))


def test_the_control_keeps_dinucleotides_and_the_target():
    found = study()
    assert [(m.label, m.row) for m in found.control.maps] == [(m.label, m.row) for m in found.maps]
    for one, other in zip(found.maps, found.control.maps, strict=True):
        assert other.sequence != one.sequence
        assert sorted(map("".join, zip(other.sequence, other.sequence[1:], strict=False))) == sorted(
            map("".join, zip(one.sequence, one.sequence[1:], strict=False))
        )
    assert found.control.control is None
    assert study(control=False).control is None


def test_some_labels_of_parts_of_data_can_be_studied():
    found = study(data=Splits(ROWS[:2], ROWS[:2], ROWS), labels=[YES], control=False)
    assert found.labels == (YES,)
    assert set(found.asked) == {YES}
    training = study(data=Splits(ROWS, ROWS[:2], ROWS[:2]), split="train", per_label=4, control=False)
    assert len(training.maps) == 8


def test_batches_change_nothing():
    one, other = study(batch_size=1), study(batch_size=64)
    assert [m.row for m in one.maps] == [m.row for m in other.maps]
    for m, n in zip(one.maps, other.maps, strict=True):
        np.testing.assert_allclose(m.scores, n.scores, rtol=0, atol=5e-3 * m.scores.max())


def test_too_few_steps_are_told():
    found = study(method="integrated_gradients", target="label", absolute=False, steps=1, control=False)
    assert any("of 10 sequences do not add up; take more steps" in note for note in found.notes)


@pytest.mark.parametrize(
    ("how", "error", "told"),
    [
        ({"task": "no_such_task"}, UnknownTaskError, "no_such_task"),
        ({"task": get_task("plant_promoter_leaf")}, TaskError, "asks for a number; a study compares labels"),
        ({"labels": ["maybe"]}, TaskError, "no label 'maybe'; there are not a promoter, promoter"),
        ({"labels": []}, ValueError, "labels is empty"),
        ({"method": "guessing"}, ValueError, "no method 'guessing'; there are gradient_x_input"),
        ({"target": "Yes"}, ValueError, "no target 'Yes'; there are first_token, label, answer"),
        ({"per_label": 0}, ValueError, "per_label=0 must be at least 1"),
        ({"batch_size": 0}, ValueError, "batch_size=0 must be at least 1"),
        ({"data": [Example(ROWS[1].sequence, YES)]}, DataError, "'not a promoter' .* the data have none"),
        ({"data": "no/such/folder"}, DataNotFoundError, "no/such/folder"),
    ],
)  # fmt: skip
def test_what_cannot_be_studied_is_told(how, error, told):
    with pytest.raises(error, match=told):
        study(**how)


def test_several_labels_at_once_are_refused():
    several = dataclasses.replace(TATA, name="tissues", kind="multilabel", labels=("root", "leaf"))
    with pytest.raises(TaskError, match="labels that may hold at once"):
        study(task=several)
