"""How far a metric would move if other rows had been drawn: bootstrap intervals of all metrics."""

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.discrimination import areas, correlations
from chatnt.metrics import chances_of, flags_of, missing, positive_labels
from chatnt.outcomes import UNPARSED, TaskScore
from chatnt.resampling import drawn_counts
from chatnt.tasks import Task

RESAMPLES = 1000

_TAILS = (0.025, 0.975)
_Floats = NDArray[np.float64]
_Statistic = Callable[[_Floats], _Floats]
"""Gives the value for each drawing, from how often each row is drawn, of shape (drawings, rows)."""


def metric_intervals(
    task: Task, predictions: pd.DataFrame, score: TaskScore, *, resamples: int = RESAMPLES, seed: int = 0
) -> dict[str, tuple[float, float]]:
    """Return the 95 % interval of every metric of a score.

    As many rows as there are are drawn with replacement, each metric is computed of every drawing,
    and the ends are the percentiles 2.5 and 97.5. Rows are taken to be independent of each
    other; where several are variants of one sequence, the true intervals are wider.

    Parameters
    ----------
    task
        What was asked.
    predictions
        The rows that `score` was computed of.
    score
        What `chatnt.metrics.score_predictions` gave.
    resamples
        How often rows are drawn.
    seed
        Of the drawing: the same seed draws the same rows of another model's predictions.

    Returns
    -------
    dict
        The ends of the interval of each metric that the score has, by its name.

    References
    ----------
    Efron & Tibshirani 1993, An introduction to the bootstrap, chapter 13.
    """
    statistics = _statistics(task, predictions, score)
    if not statistics or resamples < 1:
        return {}
    parts: dict[str, list[_Floats]] = {name: [] for name in statistics}
    for drawn in drawn_counts(np.random.default_rng(seed), len(predictions), resamples):
        for name, statistic in statistics.items():
            parts[name].append(statistic(drawn))
    found = {name: np.concatenate(values) for name, values in parts.items()}
    # Of a class that is rare, some drawings hold no row; they have no AUROC.
    return {
        name: tuple(np.nanquantile(values, _TAILS).tolist())
        for name, values in found.items()
        if not np.isnan(values).all()
    }


def _statistics(task: Task, predictions: pd.DataFrame, score: TaskScore) -> Mapping[str, _Statistic]:
    if task.scale:
        found = _of_numbers(predictions, score)
    else:
        found = _of_several(task, predictions) if task.kind == "multilabel" else _of_one(task, predictions)
        if score.auroc is not None:
            found["auroc"] = _auroc(task, predictions)
    return {name: statistic for name, statistic in found.items() if getattr(score, name) is not None}


def _of_one(task: Task, predictions: pd.DataFrame) -> dict[str, _Statistic]:
    names = [*task.labels, UNPARSED]
    number = {name: i for i, name in enumerate(names)}
    truth = np.array([number[name] for name in predictions["label"]])
    stated = np.array([number[name] for name in predictions["parsed_label"].fillna(UNPARSED)])
    cells = np.eye(len(names) ** 2)[truth * len(names) + stated]
    positive = [number[name] for name in positive_labels(task)]
    sides = (truth[:, None] == positive, stated[:, None] == positive)
    return {
        "mcc": lambda drawn: correlations((drawn @ cells).reshape(-1, len(names), len(names))),
        "accuracy": _mean_of(truth == stated),
        "f1": _f1(*sides),
    }


def _of_several(task: Task, predictions: pd.DataFrame) -> dict[str, _Statistic]:
    truth, stated = (flags_of(task, predictions, name) for name in ("label", "parsed_label"))
    unparsed = missing(predictions, "parsed_label")
    stated[unparsed] = ~truth[unparsed]
    cells = np.eye(4)[truth * 2 + stated].sum(1)  # each label of each row is one case
    return {
        "mcc": lambda drawn: correlations((drawn @ cells).reshape(-1, 2, 2)),
        "accuracy": _mean_of((truth == stated).all(1)),
        "f1": _f1(truth, stated),
    }


def _of_numbers(predictions: pd.DataFrame, score: TaskScore) -> dict[str, _Statistic]:
    true = predictions["value"].to_numpy(float)
    stated = predictions["parsed_value"].fillna(score.filled).to_numpy(float)
    estimate = predictions["estimate"].to_numpy(float)
    return {
        "pearson": lambda drawn: _pearson(drawn, stated, true),
        "spearman": lambda drawn: _pearson(drawn, _ranks(drawn, stated), _ranks(drawn, true)),
        "r2": lambda drawn: _explained(drawn, stated, true),
        "mae": _mean_of(np.abs(true - stated)),
        "pearson_of_estimate": lambda drawn: _pearson(drawn, estimate, true),
    }


def _auroc(task: Task, predictions: pd.DataFrame) -> _Statistic:
    truth, chances = chances_of(task, predictions)
    columns = list(zip(truth.T, chances.T, strict=True))
    return lambda drawn: np.mean([areas(drawn, chance, true) for true, chance in columns], axis=0)


def _mean_of(values: NDArray) -> _Statistic:
    return lambda drawn: drawn @ values / drawn.sum(1)


def _f1(truth: NDArray[np.bool_], stated: NDArray[np.bool_]) -> _Statistic:
    both, either = (truth & stated).astype(float), truth.astype(float) + stated
    return lambda drawn: (2 * (drawn @ both) / np.maximum(drawn @ either, 1)).mean(1)


def _pearson(drawn: _Floats, one: _Floats, other: _Floats) -> _Floats:
    """Return the correlation of each drawing, 0 where a side does not vary.

    The sides are of shape (rows,), or (drawings, rows) where they differ from drawing to drawing.
    """
    count = drawn.sum(1)
    # Near zero the squares of the sums do not swallow what they are taken from.
    one, other = one - one.mean(-1, keepdims=True), other - other.mean(-1, keepdims=True)
    sums = [_sum(drawn, side) for side in (one, other, one * one, other * other, one * other)]
    spread = [sums[2] - sums[0] ** 2 / count, sums[3] - sums[1] ** 2 / count]
    # What is left of rounding where all drawn rows are alike is no spread.
    varies = (spread[0] > 1e-12 * sums[2]) & (spread[1] > 1e-12 * sums[3])
    away = sums[4] - sums[0] * sums[1] / count
    size = np.sqrt(np.where(varies, spread[0] * spread[1], 1.0))
    return np.where(varies, away / size, 0.0)


def _explained(drawn: _Floats, stated: _Floats, true: _Floats) -> _Floats:
    centred = true - true.mean()
    spread = drawn @ centred**2 - (drawn @ centred) ** 2 / drawn.sum(1)
    missed = drawn @ (true - stated) ** 2
    return 1 - np.divide(missed, spread, out=np.full(len(drawn), np.nan), where=spread > 0)


def _sum(drawn: _Floats, values: _Floats) -> _Floats:
    return drawn @ values if values.ndim == 1 else np.einsum("dr,dr->d", drawn, values)


def _ranks(drawn: _Floats, values: _Floats) -> _Floats:
    """Return the rank of each row in each drawing, equal ones sharing theirs; of shape (drawings, rows)."""
    _, group = np.unique(values, return_inverse=True)
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    size = np.add.reduceat(drawn[:, order], starts, axis=1)
    return (size.cumsum(1) - (size - 1) / 2)[:, group]
