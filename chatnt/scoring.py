"""Score answers to many questions, and make probabilities of the scores."""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from tqdm import tqdm

from chatnt.conversation import Turn
from chatnt.engine import Engine
from chatnt.errors import TaskError
from chatnt.judging import Judge
from chatnt.perplexity import FORMULAS, PerplexityJudge
from chatnt.processor import IGNORED
from chatnt.tasks import Task

LIKELIHOOD = "likelihood"

SCORES = (LIKELIHOOD, *FORMULAS)
"""What can be calibrated: the shares of `chatnt.judging.Judge`, or those of `chatnt.perplexity`."""


def judge_of(task: Task, score: str = LIKELIHOOD, sentences: int | None = None) -> Judge | PerplexityJudge:
    """Return what makes probabilities of the scores of answers.

    Parameters
    ----------
    task
        What is asked.
    score
        One of `SCORES`.
    sentences
        How many answer sentences of each label; default all.

    Raises
    ------
    TaskError
        If the score is for other kinds of tasks, or too many labels may hold at once.
    ValueError
        If there is no such score.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> len(judge_of(get_task("promoter_tata"), "perplexity", 4).answers)
    8
    """
    if score not in SCORES:
        raise ValueError(f"There is no score {score!r}; there are {', '.join(SCORES)}.")
    if score != LIKELIHOOD:
        return PerplexityJudge.of(task, formula=score, sentences=sentences)
    judge = Judge.of(task, sentences=sentences)
    if judge is None:
        raise TaskError(
            f"{task.name} has {len(task.labels)} labels that may hold at once; at most 4 are judged."
        )
    return judge


def read_shares(
    engine: Engine,
    judge: Judge | PerplexityJudge,
    conversations: Sequence[Sequence[Turn]],
    *,
    batch_size: int = 64,
    progress: bool = False,
) -> NDArray[np.float64]:
    """Return the probability of each label, or the share of each point of a number.

    Parameters
    ----------
    engine, conversations, batch_size, progress
        As in `score_conversations`.
    judge
        As `judge_of` gives it.

    Returns
    -------
    ndarray
        Of shape (conversations, labels), or (conversations, points).
    """
    scores = score_conversations(
        engine, conversations, judge.answers, batch_size=batch_size, progress=progress
    )
    return shares_of(engine, judge, scores, conversations[0])


def shares_of(
    engine: Engine, judge: Judge | PerplexityJudge, scores: Tensor, conversation: Sequence[Turn]
) -> NDArray[np.float64]:
    """Make probabilities of the log-likelihoods of answers.

    Parameters
    ----------
    engine
        Whose tokens are counted.
    judge
        As `judge_of` gives it.
    scores
        Log-likelihoods of its answers, of shape (conversations, answers), on the CPU.
    conversation
        Any one of those that were answered.

    Returns
    -------
    ndarray
        As in `read_shares`.
    """
    if isinstance(judge, PerplexityJudge):
        rows = engine.processor([conversation] * len(judge.answers), answers=judge.answers)
        return judge.probabilities(scores.numpy(), (rows["labels"] != IGNORED).sum(1).tolist())
    return judge.shares(scores).numpy() if judge.task.scale else judge.probabilities(scores)


def score_conversations(
    engine: Engine,
    conversations: Sequence[Sequence[Turn]],
    answers: Sequence[str],
    *,
    batch_size: int = 64,
    progress: bool = False,
) -> Tensor:
    """Score the same answers for each conversation; DNA and prompt are read once, the answers share them.

    Parameters
    ----------
    engine
        Scores answers.
    conversations
        One list of turns per row of the result.
    answers
        Sentences, one per column.
    batch_size
        Conversations at a time; those of similar length go together.
    progress
        Show a bar with the time left.

    Returns
    -------
    Tensor
        Of shape (conversations, answers), on the CPU: log-likelihoods, natural log.

    Raises
    ------
    AnswerError, SequenceTooLongError, SlotError
        As `Engine.score_each`.
    """
    scores = torch.empty(len(conversations), len(answers))
    order = sorted(range(len(conversations)), key=lambda i: _bases(conversations[i]))
    with tqdm(total=len(order), unit="row", disable=not progress) as bar:
        for start in range(0, len(order), batch_size):
            rows = order[start : start + batch_size]
            some = [conversations[i] for i in rows]
            scores[rows] = engine.score_each(some, answers, soft_tokens=engine.read_each(some))
            bar.update(len(rows))
    return scores


def _bases(conversation: Sequence[Turn]) -> int:
    return sum(len(s) for turn in conversation for s in turn.question.sequences)
