"""Targets: which answers are scored, and what is made of their scores."""

import dataclasses

import pytest
import torch

from chatnt.attribution_targets import resolve_target
from chatnt.errors import AnswerError, TaskError
from chatnt.judging import Judge
from chatnt.tasks import get_task

TATA, LEAF, SPLICE = map(get_task, ("promoter_tata", "plant_promoter_leaf", "splice_sites_all"))

YES = TATA.answers["promoter"]


def unasked():
    raise AssertionError("no answer is needed")


def resolved(task, target=None, against=None, answer=unasked):
    return resolve_target(task, target, against, answer if callable(answer) else lambda: answer)


def scores_of(target, seed=0):
    return torch.randn(2, len(target.answers), generator=torch.Generator().manual_seed(seed)) * 5 - 20


def log_shares(task, scores):
    return Judge.of(task).shares(scores).log()


def test_a_label_is_explained_against_all_others():
    target = resolved(SPLICE, SPLICE.labels[1])
    scores = scores_of(target)
    shares = log_shares(SPLICE, scores)
    expected = shares[:, 1] - torch.logaddexp(shares[:, 0], shares[:, 2])
    torch.testing.assert_close(target.reduce(scores), expected)
    assert (target.name, target.against) == (SPLICE.labels[1], "all others")
    assert target.unit == "log-odds (natural log)"
    assert target.answers == tuple(Judge.of(SPLICE).answers)


def test_a_label_is_explained_against_another():
    target = resolved(SPLICE, SPLICE.labels[1], SPLICE.labels[2])
    scores = scores_of(target)
    shares = log_shares(SPLICE, scores)
    torch.testing.assert_close(target.reduce(scores), shares[:, 1] - shares[:, 2])
    assert target.against == SPLICE.labels[2]


def test_yes_and_no_are_labels_where_they_mean_one():
    yes = resolved(TATA, "Yes", "No")
    named = resolved(TATA, "promoter")
    assert (yes.name, yes.against) == (named.name, named.against) == ("promoter", "not a promoter")
    torch.testing.assert_close(yes.reduce(scores_of(yes)), named.reduce(scores_of(named)))
    torch.testing.assert_close(
        resolved(TATA, "No").reduce(scores_of(yes)), -yes.reduce(scores_of(yes)), atol=1e-9, rtol=0
    )


def test_the_usual_target_is_the_stated_label_the_number_or_the_answer():
    assert resolved(TATA, answer="No, there is none.").name == "not a promoter"
    assert resolved(LEAF).name == "value"
    assert resolved(None, answer="Perhaps.").name == "'Perhaps.'"
    with pytest.raises(
        AnswerError, match=r"'Hm\.' states no label of promoter_tata; name a target: .*'promoter'"
    ):
        resolved(TATA, answer="Hm.")


def test_the_number_is_the_one_that_is_expected():
    target = resolved(LEAF, "value")
    scores = scores_of(target)
    points = torch.tensor(Judge.of(LEAF).outcomes, dtype=torch.float64)
    torch.testing.assert_close(target.reduce(scores), Judge.of(LEAF).shares(scores) @ points)
    assert target.unit == LEAF.scale.quantity


def test_answers_and_first_tokens_are_log_likelihoods():
    scores = torch.tensor([[-3.0, -5.0]])
    whole = resolved(TATA, "answer", answer="Yes.")
    assert (whole.answers, whole.reach) == (("Yes.",), "whole")
    assert whole.reduce(scores[:, :1]).item() == -3
    first = resolved(TATA, "first_token", "No.", answer="Yes.")
    assert (first.answers, first.reach, first.against) == (("Yes.", "No."), "first", "first token of 'No.'")
    assert first.reduce(scores).item() == 2


def test_without_a_task_a_target_is_how_an_answer_begins():
    target = resolved(None, "Yes", "No")
    assert (target.answers, target.reach) == (("Yes", "No"), "open")
    assert target.name == "answers that begin with 'Yes'"
    with pytest.raises(TaskError, match="The target is empty"):
        resolved(None, " ")


def several(count):
    some = tuple(f"mark {i}" for i in range(count))
    answers = {"some": TATA.answers["promoter"], "none": TATA.answers["not a promoter"]}
    wordings = dataclasses.replace(
        answers["some"], train=("It has {labels}.",), test=("{labels} are there.",)
    )
    return dataclasses.replace(
        TATA, name="marks", kind="multilabel", labels=some, answers=answers | {"some": wordings},
        patterns={label: label for label in some},
    )  # fmt: skip


def test_of_labels_that_may_hold_at_once_one_is_explained_against_its_absence():
    task = several(2)
    target = resolved(task, "mark 1")
    scores = scores_of(target)
    shares = Judge.of(task).shares(scores)  # of none, 0, 1, both
    expected = (shares[:, 2] + shares[:, 3]).log() - (shares[:, 0] + shares[:, 1]).log()
    torch.testing.assert_close(target.reduce(scores), expected)
    assert target.against == "no mark 1"
    with pytest.raises(TaskError, match="may hold at once, so one is explained against its absence"):
        resolved(task, "mark 0", "mark 1")
    with pytest.raises(TaskError, match=r"8 labels that may hold at once.*give target='answer'"):
        resolved(several(8), "mark 0")
    assert resolved(task, answer="It has mark 0 and mark 1.").name == "'It has mark 0 and mark 1.'"


@pytest.mark.parametrize(
    ("task", "target", "against", "told"),
    [
        (
            TATA,
            "maybe",
            None,
            "promoter_tata has no target 'maybe'; give 'answer', .*'promoter', 'Yes' or 'No'",
        ),
        (TATA, "Yes", "maybe", "no target 'maybe'"),
        (TATA, "Yes", "promoter", "are both 'promoter'; give two labels"),
        (TATA, "value", None, "promoter_tata has labels, so there is no target 'value'; give 'answer'"),
        (
            SPLICE,
            "Yes",
            None,
            "no target 'Yes'; give 'answer', 'first_token', 'acceptor', 'donor', 'neither' or",
        ),
        (LEAF, "Yes", None, "asks for a number, not for target='Yes'; give target='value'"),
        (LEAF, "value", "No", "asks for a number, not for target='value', against='No'"),
        (None, "value", None, "task of the question is not known, so there is no target 'value'; give task="),
    ],
)
def test_what_is_no_target_is_told(task, target, against, told):
    with pytest.raises(TaskError, match=told):
        resolved(task, target, against)


def test_a_word_that_may_mean_several_labels_is_none():
    yes = dataclasses.replace(SPLICE, answers={**SPLICE.answers, **dict.fromkeys(("donor", "acceptor"), YES)})
    with pytest.raises(
        TaskError, match="'Yes' begins answers of splice_sites_all that state acceptor or donor"
    ):
        resolved(yes, "Yes")


def test_fewer_sentences_of_a_label_may_do():
    target = resolve_target(TATA, "Yes", None, unasked, sentences=2)
    assert target.answers == tuple(Judge.of(TATA, sentences=2).answers)
    scores = scores_of(target)
    shares = Judge.of(TATA, sentences=2).shares(scores).log()
    torch.testing.assert_close(target.reduce(scores), shares[:, 1] - shares[:, 0])
