"""Measuring through answers."""

import pytest

from chatnt.conversation import Turn
from chatnt.errors import TrainingError
from chatnt.tasks import get_task
from chatnt.tasks.dataset import InstructionDataset
from chatnt.tasks.examples import Example
from chatnt.training.validation import through_answers
from tests.training.runs import made_validation


class Knowing:
    """Writes the answers that it was given, and looks at what it was asked."""

    def __init__(self, *texts):
        self.texts, self.asked = list(texts), []

    def generate(self, conversations):
        self.asked += conversations
        return self.texts[: len(conversations)]


def all_rows(validation):
    return [row for rows in validation.values() for row in rows]


def test_right_answers_score_one_and_are_not_shown():
    validation = made_validation(6)
    right = Knowing(*(row.turns[-1].answer for row in all_rows(validation)))
    assert through_answers(right, validation) == {"h3": 1, "promoter_tata": 1, "mean": 1}
    assert all(turns[-1].answer is None for turns in right.asked)
    expected = [Turn(row.turns[-1].question) for row in all_rows(validation)]
    assert [turns[-1] for turns in right.asked] == expected


def test_wrong_and_unreadable_answers_cost():
    validation = {"h3": made_validation(6)["h3"]}
    texts = [row.turns[-1].answer for row in validation["h3"]]
    swapped = [texts[1], texts[0]] * 3
    assert through_answers(Knowing(*swapped), validation)["h3"] == -1
    assert through_answers(Knowing(*["Who knows?"] * 6), validation)["h3"] == 0
    assert 0 < through_answers(Knowing(*texts[:4], "Who knows?", "Who knows?"), validation)["h3"] < 1


def test_numbers_are_measured_by_their_correlation():
    task = get_task("plant_promoter_leaf")
    truths = [-2.0, 0.0, 1.0, 3.0]
    rows = InstructionDataset(task, source=[Example("ACGTACGT", t) for t in truths])
    texts = [row.turns[-1].answer for row in rows]
    assert through_answers(Knowing(*texts), {"leaf": rows})["leaf"] == pytest.approx(1, abs=1e-4)
    assert through_answers(Knowing(*texts[::-1]), {"leaf": rows})["leaf"] < -0.5
    assert through_answers(Knowing(*["None."] * 4), {"leaf": rows})["leaf"] == 0


def test_other_kinds_are_measured_by_the_share_that_is_right():
    examples = [Example("ACGT" * 5, "H3 signal"), Example("GGCC" * 5, "no H3 signal")] * 4
    rows = InstructionDataset("h3", source=examples, kinds=["several"])
    texts = [row.turns[-1].answer for row in rows]
    assert through_answers(Knowing(*texts), {"h3": rows})["h3"] == 1
    assert through_answers(Knowing(*["Who knows?"] * 8), {"h3": rows})["h3"] == 0


def test_nothing_to_ask_is_an_error():
    with pytest.raises(TrainingError, match="no rows to validate with"):
        through_answers(Knowing(), {})
