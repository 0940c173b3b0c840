"""Scores of a pair, through the sentences that it writes."""

from collections import Counter
from unittest import mock

import pytest

from chatnt.engine import Engine
from chatnt.evaluation import evaluate, score_answers
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from tests.tiny import tiny_pair

TATA, SPLICE = get_task("promoter_tata"), get_task("splice_sites_all")
YES, NO, NEITHER = "Yes, there is one.", "No, there is no TATA promoter.", "Hm, who knows."


class Scripted:
    """Give one answer after the other, and remember what was asked."""

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def generate(self, conversations, *, batch_size):
        self.asked += [turns[-1].question for turns in conversations]
        assert all(len(turns) == 1 for turns in conversations)
        given, self.answers = self.answers[: len(conversations)], self.answers[len(conversations) :]
        return given


def examples(*labels):
    return [Example("ACGT" * (i + 1), label) for i, label in enumerate(labels)]


def scored(labels, answers, task=TATA, **settings):
    return score_answers(Scripted(*answers), task, examples(*labels), split="test", **settings)


P, Q = "promoter", "not a promoter"


@pytest.mark.parametrize(
    ("labels", "answers", "mcc", "accuracy"),
    [
        ([P, P, Q, Q], [YES, YES, NO, NO], 1.0, 1.0),
        ([P, P, Q, Q], [NO, NO, YES, YES], -1.0, 0.0),
        ([P, P, Q, Q], [YES, YES, YES, YES], 0.0, 0.5),
        # (TP * TN - FP * FN) / sqrt(...) of 2 true and 1 false positives, 1 true and 0 false negatives
        ([P, P, Q, Q], [YES, YES, YES, NO], (2 * 1 - 0) / (3 * 2 * 2 * 1) ** 0.5, 0.75),
    ],
)
def test_scores_of_a_binary_task(labels, answers, mcc, accuracy):
    score = scored(labels, answers)
    assert (score.task, score.split, score.count, score.unparsed) == ("promoter_tata", "test", 4, 0)
    assert score.mcc == pytest.approx(mcc)
    assert score.accuracy == accuracy


def test_an_answer_without_a_label_is_wrong():
    whole, worse = (scored([P, P, Q, Q], [YES, last, NO, NO]) for last in (YES, NEITHER))
    assert (whole.unparsed, worse.unparsed) == (0, 1)
    assert worse.accuracy == 0.75
    assert worse.mcc < whole.mcc == 1
    assert worse.confusion == {P: {P: 1, "unparsed": 1}, Q: {Q: 2}}


def test_answers_that_never_state_a_label_have_no_skill():
    score = scored([P, Q], ["", NEITHER])
    assert (score.unparsed, score.accuracy, score.mcc) == (2, 0, 0)


def test_unparsed_answers_of_several_classes():
    labels = ["donor", "acceptor", "neither", "donor"]
    answers = ["Donor splice site.", "Donor splice site.", "Neither donor nor acceptor.", "It rains."]
    score = scored(labels, answers, SPLICE)
    assert score.confusion == {
        "acceptor": {"donor": 1}, "donor": {"donor": 1, "unparsed": 1}, "neither": {"neither": 1},
    }  # fmt: skip
    assert (score.unparsed, score.accuracy) == (1, 0.5)


@pytest.mark.parametrize("wordings", ["train", "test"])
def test_each_example_is_asked_once_in_the_wordings_of_the_split(wordings):
    engine = Scripted(*[YES] * 40)
    given = examples(*[P, Q] * 20)
    score_answers(engine, TATA, given, split="test", wordings=wordings)
    assert [q.sequences[0].sequence for q in engine.asked] == [e.sequence for e in given]
    texts = {q.text for q in engine.asked}
    assert texts <= set(TATA.questions.of(wordings))
    assert len(texts) > 5


def test_the_seed_decides_the_wordings():
    asked = []
    for seed in (1, 1, 2):
        engine = Scripted(*[YES] * 20)
        score_answers(engine, TATA, examples(*[P, Q] * 10), split="test", seed=seed)
        asked.append([q.text for q in engine.asked])
    assert asked[0] == asked[1] != asked[2]


def test_several_tasks_are_scored_with_a_limit():
    data = {"promoter_tata": examples(*[P, Q] * 10), "splice_sites_all": examples("donor", "neither")}
    engine = Scripted(*[YES] * 5, *["Donor splice site."] * 2)
    scores = evaluate(engine, data, [TATA, SPLICE], split="validation", wordings="train", limit=5, seed=3)
    assert [(t.task, t.split, t.count) for t in scores.tasks] == [
        ("promoter_tata", "validation", 5), ("splice_sites_all", "validation", 2),
    ]  # fmt: skip
    assert scores.wordings == "train"
    chosen = [q.sequences[0].sequence for q in engine.asked[:5]]
    assert len(set(chosen)) == 5
    again = Scripted(*[YES] * 5)
    evaluate(again, data, [TATA], split="validation", limit=5, seed=3)
    assert chosen == [q.sequences[0].sequence for q in again.asked]


def test_a_real_engine_is_asked_in_batches():
    engine = Engine(*tiny_pair())
    with mock.patch.object(engine, "generate", wraps=engine.generate) as generate:
        score = score_answers(engine, TATA, examples(*[P, Q] * 3), split="test", batch_size=4)
    assert generate.call_args.kwargs == {"batch_size": 4}
    assert score.count == 6
    assert sum(Counter(n for row in score.confusion.values() for n in row.values()).elements()) == 6
