"""What a method of attribution is given, and what it gives."""

import dataclasses
import functools
from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.differentiable import Inputs

INEXACT = 0.05
"""Share of the change from the baseline; if the error of a sum is larger, a note says so."""


@dataclasses.dataclass(frozen=True)
class Problem:
    """Hold what a method needs.

    Attributes
    ----------
    texts
        The letters of each sequence.
    inputs
        What the encoder computes with, in one row.
    baselines
        One or several of the same shapes.
    forward
        Makes the target, of shape (rows,), of inputs with any number of rows.
    features
        Makes inputs of letters: Tensor of shape (texts, positions, channels).
    spans
        The bases of each position of each sequence, 0-based and half-open.
    steps
        Of an integral, or samples of it.
    window
        Bases that are taken away at once.
    batch_size
        Rows at a time.
    seed
        Draws samples.
    """

    texts: tuple[str, ...]
    inputs: Inputs
    baselines: tuple[Inputs, ...]
    forward: Callable[..., Tensor]
    features: Callable[[Sequence[str]], Tensor]
    spans: tuple[list[tuple[int, int]], ...]
    steps: int
    window: int
    batch_size: int
    seed: int = 0

    @functools.cached_property
    def value(self) -> float:
        """The target for the sequences."""
        with torch.no_grad():
            return float(self.forward(*self.inputs))

    @functools.cached_property
    def others(self) -> list[float]:
        """The target for each baseline."""
        found: list[float] = []
        with torch.no_grad():
            for start in range(0, len(self.baselines), self.batch_size):
                some = self.baselines[start : start + self.batch_size]
                found += self.forward(*map(torch.cat, zip(*some, strict=True))).tolist()
        return found


@dataclasses.dataclass(frozen=True)
class Found:
    """Hold what a method gives.

    Attributes
    ----------
    scores
        Of each sequence, an array of shape (positions,), or (bases,) with `per_base`.
    delta
        How far the scores are from adding up, for methods that promise it.
    tables
        Of each sequence, of shape (bases, 4): the change of the target by each substitution.
    per_base
        Whether scores are of bases, whatever the encoder reads.
    block
        Positions that one score covers.
    """

    scores: list[NDArray[np.float64]]
    delta: float | None = None
    tables: list[NDArray[np.float32]] | None = None
    per_base: bool = False
    block: int = 1


@dataclasses.dataclass(frozen=True)
class Method:
    """Describe a method.

    Attributes
    ----------
    run
        Finds the scores.
    gradients
        Whether it needs gradients, which some parts of an encoder do not have.
    baseline
        Whether it compares with a baseline.
    additive
        Whether its scores are shares of a sum, so that the bases of a token share the token's.
    signed
        Whether its scores say which way a base moves the target.
    """

    run: Callable[[Problem], Found]
    gradients: bool
    baseline: bool
    additive: bool
    signed: bool = True
