"""Metrics of predictions, each as the task asks for it."""

import math
from collections import Counter
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from chatnt.outcomes import UNPARSED, TaskScore
from chatnt.tasks import Task
from chatnt.tasks.base import Truth

JOINT = "; "
"""Stands between the labels of a row that has several."""


def as_text(truth: Truth) -> str:
    """Write a label, or several, as a table of predictions holds them."""
    return JOINT.join(truth) if isinstance(truth, tuple) else str(truth)


def score_predictions(
    task: Task,
    predictions: pd.DataFrame,
    *,
    split: str = "test",
    filled: float | None = None,
    simulated: bool = False,
) -> TaskScore:
    """Compute every metric that the task has.

    An answer that states nothing is wrong. As a class of its own that no row belongs to it
    lowers accuracy and MCC, and F1 where the positive label was true; of several labels at
    once it counts as wrong in each; a number is replaced by `filled`. The AUROC and the
    Pearson correlation of the estimates do not depend on what the answer states.

    Parameters
    ----------
    task
        What was asked.
    predictions
        Rows of this task, as `chatnt.predictions.as_frame` gives them.
    split
        Name of the part of the data, for the record.
    filled
        The number that stands for an answer that states none: the mean of the training
        values, say. Default: the middle of the task's scale.
    simulated
        Whether the sequences are simulated, for the record.

    Raises
    ------
    ValueError
        If there are no rows.
    """
    if predictions.empty:
        raise ValueError(f"There are no predictions of {task.name} to score; give at least one row.")
    if task.scale:
        filled = (task.scale.low + task.scale.high) / 2 if filled is None else float(filled)
        found = _of_numbers(predictions, filled)
        unparsed = int(missing(predictions, "parsed_value").sum())
    else:
        filled = None
        found = _of_several(task, predictions) if task.kind == "multilabel" else _of_one(task, predictions)
        unparsed = int(missing(predictions, "parsed_label").sum())
    # Without probabilities there is no AUROC to judge by.
    metric = task.metric if found.get(task.metric) is not None else "pearson" if task.scale else "mcc"
    return TaskScore(
        task=task.name,
        split=split,
        count=len(predictions),
        unparsed=unparsed,
        filled=filled,
        metric=metric,
        simulated=simulated,
        **found,
    )


def pearson(stated: NDArray, true: NDArray) -> float:
    """Return Pearson's correlation, 0 if either side does not vary.

    Examples
    --------
    >>> round(pearson(np.array([1.0, 2, 3]), np.array([2.0, 4, 7])), 3)
    0.993
    """
    one, other = stated - stated.mean(), true - true.mean()
    size = math.sqrt(float(one @ one) * float(other @ other))
    return float(one @ other) / size if size > 0 else 0.0


def _of_numbers(predictions: pd.DataFrame, filled: float) -> dict:
    true = predictions["value"].to_numpy(float)
    stated = predictions["parsed_value"].fillna(filled).to_numpy(float)
    estimate = predictions["estimate"].to_numpy(float)
    spread = float(((true - true.mean()) ** 2).sum())
    return {
        "pearson": pearson(stated, true),
        "spearman": pearson(_ranks(stated), _ranks(true)),
        "r2": 1 - float(((true - stated) ** 2).sum()) / spread if spread > 0 else None,
        "mae": float(np.abs(true - stated).mean()),
        "pearson_of_estimate": None if np.isnan(estimate).any() else pearson(estimate, true),
    }


def _of_one(task: Task, predictions: pd.DataFrame) -> dict:
    truth = predictions["label"].tolist()
    stated = predictions["parsed_label"].fillna(UNPARSED).tolist()
    sides = truth, stated
    counts = Counter(zip(*sides, strict=True))
    positive = positive_labels(task)
    return {
        "mcc": _mcc(counts),
        "accuracy": sum(n for (t, s), n in counts.items() if t == s) / len(truth),
        "confusion": {
            t: {s: counts[t, s] for s in (*task.labels, UNPARSED) if counts[t, s]} for t in task.labels
        },
        "f1": _f1(*(np.array([[name == label for label in positive] for name in side]) for side in sides)),
        "auroc": _auroc(task, predictions),
    }


def _of_several(task: Task, predictions: pd.DataFrame) -> dict:
    truth, stated = (flags_of(task, predictions, name) for name in ("label", "parsed_label"))
    unparsed = missing(predictions, "parsed_label")
    stated[unparsed] = ~truth[unparsed]
    return {
        "mcc": _mcc(Counter(zip(truth.ravel().tolist(), stated.ravel().tolist(), strict=True))),
        "accuracy": float((truth == stated).all(1).mean()),
        "f1": _f1(truth, stated),
        "auroc": _auroc(task, predictions),
    }


def _mcc(counts: Mapping[tuple, int]) -> float:
    """Return the Matthews correlation of any number of classes, 0 if either side has one class only.

    References
    ----------
    Gorodkin 2004, Comparing two K-category assignments by a K-category correlation
    coefficient, Comput. Biol. Chem. 28:367, equation 8.
    """
    total, right = sum(counts.values()), sum(n for (t, s), n in counts.items() if t == s)
    truth, stated = Counter(), Counter()
    for (t, s), n in counts.items():
        truth[t] += n
        stated[s] += n
    product = sum(truth[label] * stated[label] for label in truth)
    spreads = [total**2 - sum(n**2 for n in side.values()) for side in (truth, stated)]
    return (right * total - product) / math.sqrt(math.prod(spreads)) if all(spreads) else 0.0


def _f1(truth: NDArray[np.bool_], stated: NDArray[np.bool_]) -> float:
    """Return the mean over the labels, 0 for one that is neither true nor stated."""
    both, either = (truth & stated).sum(0), truth.sum(0) + stated.sum(0)
    return float((2 * both / np.maximum(either, 1)).mean())


def _ranks(values: NDArray) -> NDArray:
    return pd.Series(values).rank().to_numpy(float)


def _auroc(task: Task, predictions: pd.DataFrame) -> float | None:
    """Return the mean over the labels, the second alone if there are two that exclude each other."""
    if missing(predictions, "probabilities").any():
        return None
    truth, chances = chances_of(task, predictions)
    if truth.all(0).any() or not truth.any(0).all():
        return None
    return float(np.mean([roc_auc_score(t, c) for t, c in zip(truth.T, chances.T, strict=True)]))


def chances_of(task: Task, predictions: pd.DataFrame) -> tuple[NDArray[np.bool_], NDArray]:
    """Return whether each label is true and its probability, both of shape (rows, labels).

    Of two labels that exclude each other the second stands for both.
    """
    chances = np.stack(predictions["probabilities"].to_list()).astype(float)
    if task.kind == "multilabel":
        return flags_of(task, predictions, "label"), chances
    truth = np.array([[name == label for label in task.labels] for name in predictions["label"]])
    return (truth[:, 1:], chances[:, 1:]) if len(task.labels) == 2 else (truth, chances)


def positive_labels(task: Task) -> tuple[str, ...]:
    """Return the labels whose F1 is averaged: the second of two, else all."""
    return task.labels[1:] if task.kind == "binary" else task.labels


def missing(predictions: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    """Return in which rows a column holds nothing, of shape (rows,)."""
    return np.asarray(predictions[column].isna(), dtype=bool)


def flags_of(task: Task, predictions: pd.DataFrame, column: str) -> NDArray[np.bool_]:
    """Return which labels hold, of shape (rows, labels)."""
    held = [set(str(text).split(JOINT)) for text in predictions[column].fillna("")]
    return np.array([[label in names for label in task.labels] for names in held])
