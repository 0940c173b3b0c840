"""Glimpses: what an encoder's own learned queries find in a sequence."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from chatnt.model.nucleotide_cnn import NucleotideCNNConfig


class Glimpses(nn.Module):
    """Attend from learned queries to all positions of a sequence; each gives one vector.

    A resampler has to learn from the question alone where in a sequence to look, which takes
    it long. An encoder that was trained on labels knows some places already, and hands over what
    it found there, each time under the same name. What each query makes of it is its own, but
    all spell it alike, so that who reads one can read the others.
    """

    GAIN = 8.0
    """What is a query's own learns by little else than its own task, and so must move fast."""

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        said, size = config.glimpse_said, config.dim**-0.5
        self.queries = nn.Parameter(torch.randn(config.glimpses, config.dim) * size / self.GAIN)
        self.own = nn.Parameter(torch.randn(config.glimpses, config.dim, said) * size / self.GAIN)
        self.bias = nn.Parameter(torch.zeros(config.glimpses, said))
        self.spelled = nn.Linear(said, config.dim)
        # As loud as what was found, so that whoever attends can ask for one of them.
        self.names = nn.Parameter(torch.randn(config.glimpses, config.dim))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, glimpses, dim), from (batch, positions, dim)."""
        fit = x @ (self.GAIN * self.queries).to(x.dtype).T
        attention = fit.masked_fill(~mask[..., None], torch.finfo(fit.dtype).min).softmax(1)
        found = attention.transpose(1, 2) @ x
        said = torch.einsum("bgd,gds->bgs", found, (self.GAIN * self.own).to(found.dtype)) + self.bias
        return self.spelled(nn.functional.gelu(said)) + self.names
