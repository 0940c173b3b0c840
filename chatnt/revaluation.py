"""Compute the target of an attribution once more, for sequences with other letters."""

import itertools
from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray

from chatnt.attribution_targets import Target
from chatnt.conversation import Turn
from chatnt.deletion import Evaluate
from chatnt.differentiable import AnswerPath, in_float32, undisturbed
from chatnt.engine import Engine


def revaluation(engine: Engine, turns: Sequence[Turn], target: Target) -> Evaluate:
    """Return what computes the target for changed sequences of a conversation.

    Parameters
    ----------
    engine
        Whose answers are scored; it is left as it is.
    turns
        The conversation.
    target
        What is computed.

    Returns
    -------
    callable
        Takes rows of letters, one text for each sequence of the conversation and as long, and how many rows
        are computed at a time; returns an array of shape (rows,).
    """

    def evaluate(rows: Iterable[Sequence[str]], batch_size: int) -> NDArray[np.float64]:
        found: list[NDArray[np.float64]] = []
        with undisturbed(engine.model), torch.inference_mode(False), torch.no_grad():
            # Made here and not kept: a copy of single precision may be large.
            path = AnswerPath(
                in_float32(engine.model), engine.processor, turns, target.answers, reach=target.reach
            )
            for some in _batches(rows, batch_size):
                inputs = tuple(path.reader.features(texts) for texts in zip(*some, strict=True))
                found.append(target.reduce(path.likelihoods(inputs)).double().cpu().numpy())
        return np.concatenate(found) if found else np.zeros(0)

    return evaluate


def _batches(rows: Iterable[Sequence[str]], size: int) -> Iterator[list[Sequence[str]]]:
    left = iter(rows)
    while some := list(itertools.islice(left, size)):
        yield some
