"""A moving average of the weights: steadier than the last ones."""

import contextlib
from collections.abc import Iterator, Mapping

import torch
from torch import Tensor, nn


class Average:
    """Follow weights as they are trained.

    Parameters
    ----------
    weights
        By name.
    decay
        Share of the average that a step keeps; 0 keeps the last weights themselves. Less
        at first, so that the average is of use from the start: step `i`, from 0, keeps
        at most ``(i + 1) / (i + 10)``.

    Examples
    --------
    >>> weight = nn.Parameter(torch.zeros(1))
    >>> average = Average({"weight": weight}, decay=0.998)
    >>> _ = weight.data.fill_(1.0)
    >>> average.update(step=0)
    >>> average.values["weight"].item()
    0.8999999761581421
    """

    def __init__(self, weights: Mapping[str, nn.Parameter], decay: float) -> None:
        self.weights, self.decay = dict(weights), decay
        self.values: dict[str, Tensor] = {}
        if decay:
            self.values = {name: w.detach().clone() for name, w in self.weights.items()}

    @torch.no_grad()
    def update(self, step: int) -> None:
        """Take the weights in, as they are after step number `step`, counted from 0."""
        decay = min(self.decay, (step + 1) / (step + 10))
        for name, value in self.values.items():
            value.lerp_(self.weights[name].detach(), 1 - decay)

    @contextlib.contextmanager
    def in_place(self) -> Iterator[None]:
        """Put the average into the model for a while."""
        self.swap()
        try:
            yield
        finally:
            self.swap()

    @torch.no_grad()
    def swap(self) -> None:
        """Exchange the weights of the model with their average."""
        for name, value in self.values.items():
            kept = self.weights[name].detach().clone()
            self.weights[name].data.copy_(value)
            value.copy_(kept)
