"""Scores of answers to many questions, and probabilities of them."""

from unittest import mock

import numpy as np
import pytest
import torch

from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import AnswerError, TaskError
from chatnt.judging import Judge
from chatnt.perplexity import PerplexityJudge
from chatnt.scoring import SCORES, judge_of, read_shares, score_conversations
from chatnt.tasks import get_task
from tests.tiny import tiny_pair

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
ASKED = [[Turn(Question.of("Is there a TATA promoter in <DNA>?", "ACGTTGCA" * n))] for n in (9, 2, 7, 1, 5)]
ANSWERS = ["Yes.", "No, there is none."]


@pytest.fixture(scope="module")
def engine():
    return Engine(*tiny_pair())


@pytest.mark.parametrize("size", [1, 2, 64])
def test_scores_are_those_of_each_question_in_their_order(engine, size):
    alone = torch.stack([engine.score(turns, ANSWERS) for turns in ASKED])
    together = score_conversations(engine, ASKED, ANSWERS, batch_size=size)
    torch.testing.assert_close(together, alone, rtol=1e-5, atol=1e-4)
    assert len(set(alone[:, 0].tolist())) == len(ASKED)


def test_dna_is_encoded_once(engine):
    encoder = engine.model.encoder
    with mock.patch.object(encoder, "forward", wraps=encoder.forward) as called:
        score_conversations(engine, ASKED, ANSWERS * 3, batch_size=3)
    assert [len(call.kwargs["input_ids"]) for call in called.call_args_list] == [3, 2]
    lengths = [call.kwargs["attention_mask"].sum(1).tolist() for call in called.call_args_list]
    assert lengths == [[8, 16, 40], [56, 72]]  # of similar length together


def test_a_bar_counts_the_rows(engine, capsys):
    score_conversations(engine, ASKED, ANSWERS, progress=True)
    assert "5/5" in capsys.readouterr().err
    score_conversations(engine, ASKED, ANSWERS)
    assert not capsys.readouterr().err


def test_no_answers_and_no_questions(engine):
    assert score_conversations(engine, [], ANSWERS).shape == (0, 2)
    with pytest.raises(AnswerError, match="at least one"):
        score_conversations(engine, ASKED, [])


@pytest.mark.parametrize("score", SCORES)
def test_shares_are_what_the_judge_makes_of_the_scores(engine, score):
    judge = judge_of(TATA, score, 2)
    shares = read_shares(engine, judge, ASKED)
    scores = torch.stack([engine.score(turns, judge.answers) for turns in ASKED])
    assert shares.shape == (5, 2)
    np.testing.assert_allclose(shares.sum(1), 1)
    if score == "likelihood":
        expected = judge.probabilities(scores)
    else:
        expected = judge.probabilities(scores, [len(answer_ids(engine, text)) for text in judge.answers])
    np.testing.assert_allclose(shares, expected, rtol=1e-3)


def answer_ids(engine, text):
    """The tokens of an answer behind its prompt, and its end mark."""
    return [*engine.processor.tokenizer(f" {text}", add_special_tokens=False).input_ids, 1]


def test_points_of_a_number_have_shares(engine):
    judge = judge_of(LEAF)
    shares = read_shares(engine, judge, ASKED[:2])
    assert shares.shape == (2, len(judge.outcomes))
    np.testing.assert_allclose(shares.sum(1), 1)


def test_each_score_has_its_judge():
    assert judge_of(TATA) == Judge.of(TATA)
    assert judge_of(TATA, sentences=3) == Judge.of(TATA, sentences=3)
    for formula in SCORES[1:]:
        assert judge_of(TATA, formula, 3) == PerplexityJudge.of(TATA, formula=formula, sentences=3)
    with pytest.raises(ValueError, match="no score 'logits'; there are likelihood, perplexity_printed"):
        judge_of(TATA, "logits")
    with pytest.raises(TaskError, match="is regression"):
        judge_of(LEAF, "perplexity")


def test_too_many_labels_at_once_have_no_judge():
    task = mock.Mock(labels=tuple("abcde"))
    task.name = "tissues"
    with (
        mock.patch.object(Judge, "of", return_value=None),
        pytest.raises(TaskError, match="tissues has 5 labels that may hold at once; at most 4"),
    ):
        judge_of(task)
