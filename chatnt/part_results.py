"""What attributions to words, soft tokens and regions have in common."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.attribution_methods import METHODS, method_of
from chatnt.attribution_parts import PartAttribution
from chatnt.attribution_problem import INEXACT, Found, Method, Problem
from chatnt.calibrating import HasEngine
from chatnt.differentiable import Inputs
from chatnt.engine import Engine
from chatnt.explained import Explained


def engine_of(pair: Engine | HasEngine) -> Engine:
    """Return the engine of a pair."""
    return pair if isinstance(pair, Engine) else pair.engine


def allowed(method: str, names: Sequence[str], what: str) -> Method | None:
    """Return a method if it is one of some names; none for what is no method of bases.

    Raises
    ------
    ValueError
        If it is another.
    """
    if method in names:
        return METHODS.get(method)
    method_of(method)
    raise ValueError(f"{method!r} is not for {what}; there are {', '.join(names)}.")


def at_least_one(**numbers: int) -> None:
    """Raise ValueError where a number is below one."""
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")


def problem_of(
    inputs: Inputs, baselines: tuple[Inputs, ...], forward: Callable[..., Tensor], **settings: int
) -> Problem:
    """Return a problem whose positions are no bases; inputs as in `Problem`."""
    sizes = [x.shape[1] for x in inputs]
    return Problem(
        texts=tuple("N" * size for size in sizes),
        inputs=tuple(x.detach() for x in inputs),
        baselines=tuple(tuple(x.detach() for x in each) for each in baselines),
        forward=forward,
        features=lambda texts: inputs[0],
        spans=tuple([(i, i + 1) for i in range(size)] for size in sizes),
        window=1,
        **settings,
    )


def run(method: Method, problem: Problem) -> tuple[Found, dict[str, float | None]]:
    """Return scores, and the target at both ends."""
    with torch.inference_mode(False), torch.enable_grad():
        found = method.run(problem)
        other = float(np.mean(problem.others)) if method.baseline else None
        return found, {"value": problem.value, "baseline_value": other}


def result_of(  # noqa: PLR0913 - what a result holds
    kind: str,
    names: tuple[str, ...],
    explained: Explained,
    method: str,
    baseline: str,
    *,
    value: float | None,
    scores: Sequence[float] | NDArray[np.float64],
    baseline_value: float | None = None,
    delta: float | None = None,
) -> PartAttribution:
    """Return the result, with notes; parameters as the attributes of `PartAttribution`."""
    notes = []
    if delta is not None and value is not None and baseline_value is not None:
        change = abs(value - baseline_value)
        if abs(delta) > max(INEXACT * change, 1e-3):
            notes.append(f"the scores do not add up, by {delta:.3g} of {change:.3g}; take more steps")
    target = explained.target
    return PartAttribution(
        kind=kind,
        names=names,
        scores=np.asarray(scores, np.float32),
        question=explained.asked.text,
        task=explained.task.name if explained.task else None,
        target=target.name,
        against=target.against,
        unit=target.unit,
        method=method,
        baseline=baseline,
        value=float(value or 0.0),
        baseline_value=baseline_value,
        delta=delta,
        signed=method not in METHODS or METHODS[method].signed,
        notes=tuple(notes),
    )
