"""Explain the calibrated probability of a label: what a user is told beside an answer."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor

from chatnt.attribution_targets import KEYWORDS, Target, holds, judge_for, label_of, usual_target
from chatnt.calibrators import Calibrator, EachLabel, Platt, Temperature, VectorScaling
from chatnt.errors import NotFittedError, TaskError
from chatnt.reliability import CLIP
from chatnt.scoring import LIKELIHOOD
from chatnt.tasks import Task

if TYPE_CHECKING:
    from chatnt.calibration import Calibration


def calibration_for(pair: object, task: Task | None) -> "Calibration":
    """Return the calibration of a task's probabilities that a pair has for its weights.

    Raises
    ------
    CheckpointError
        If it was fitted for other weights.
    NotFittedError
        If there is none.
    TaskError
        If the task is not known, asks for a number, or the calibration reads perplexities.
    """
    if task is None:
        raise TaskError("Only the labels of a known task have a calibrated probability; name it: task=...")
    if task.scale:
        raise TaskError(f"{task.name} asks for a number and has no probability; leave `calibrated` out.")
    known = getattr(pair, "calibrations", None)
    found = known.of(task.name).get("probabilities") if known is not None else None
    if found is None:
        raise NotFittedError(
            f"The pair has no calibration of the probabilities of {task.name}; fit one with "
            "Assistant.calibrate, or leave `calibrated` out to explain log-odds."
        )
    if found.score != LIKELIHOOD:
        raise TaskError(
            f"The calibration of {task.name} reads {found.score}, which is not attributed; fit one that "
            f"reads {LIKELIHOOD!r}, or leave `calibrated` out."
        )
    found.check(cast("Any", pair).fingerprint())
    return found


def probability_target(
    task: Task, target: str | None, against: str | None, answer: Callable[[], str], calibration: "Calibration"
) -> Target:
    """Make a target of the calibrated probability of a label.

    Parameters
    ----------
    task
        What the question asks.
    target, against, answer
        As in `chatnt.attribution_targets.resolve_target`.
    calibration
        Of this task.

    Raises
    ------
    TaskError
        If the target is no label, or it is to be against another.
    """
    target = usual_target(task, answer) if target is None else target
    if target in KEYWORDS or against is not None:
        given = f"target={target!r}" if against is None else f"against={against!r}"
        raise TaskError(
            f"A label has a calibrated probability, not {given}; give a label of {task.name} alone."
        )
    label, judge = label_of(task, target), judge_for(task, calibration.sentences)
    column = task.labels.index(label)
    stated = torch.tensor([[holds(outcome, each) for each in task.labels] for outcome in judge.outcomes])

    def probability(scores: Tensor) -> Tensor:
        shares = judge.shares(scores)
        chances = shares @ stated.to(shares) if task.kind == "multilabel" else shares
        return corrected(calibration.calibrator, chances)[:, column]

    unit = f"probability, calibrated by {calibration.method}"
    smooth = has_gradient(calibration.calibrator)
    return Target(label, "", tuple(judge.answers), "whole", probability, unit, smooth=smooth)


def has_gradient(calibrator: Calibrator) -> bool:
    """Return whether a corrected probability follows the given ones smoothly; steps do not."""
    if isinstance(calibrator, EachLabel):
        return all(map(has_gradient, calibrator.parts))
    return isinstance(calibrator, Platt | Temperature | VectorScaling)


def corrected(calibrator: Calibrator, chances: Tensor) -> Tensor:
    """Do what a calibrator does, with gradients where it has any.

    Parameters
    ----------
    calibrator
        Of probabilities.
    chances
        Tensor of shape (rows, labels), double precision.

    Returns
    -------
    Tensor
        Of the same shape.
    """
    logs = chances.clamp(CLIP, 1 - CLIP).log()
    if isinstance(calibrator, Platt):
        read = chances[:, 1] if calibrator.reads == "probability" else logs[:, 1] - logs[:, 0]
        positive = (calibrator.slope * read + calibrator.intercept).sigmoid()
        return torch.stack([1 - positive, positive], dim=1)
    if isinstance(calibrator, Temperature):
        return (logs / calibrator.temperature).softmax(1)
    if isinstance(calibrator, VectorScaling):
        factors, offsets = (logs.new_tensor(x) for x in (calibrator.factors, calibrator.offsets))
        return (factors * logs + offsets).softmax(1)
    if isinstance(calibrator, EachLabel):
        both = (torch.stack([1 - column, column], dim=1) for column in chances.T)
        parts = zip(calibrator.parts, both, strict=True)
        return torch.stack([corrected(part, column)[:, 1] for part, column in parts], dim=1)
    return torch.as_tensor(calibrator.apply(chances.detach().cpu().numpy())).to(chances)
