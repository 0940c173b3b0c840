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
    it found there, each time under the same name.
    """

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        self.queries = nn.Parameter(torch.randn(config.glimpses, config.dim))
        self.key, self.value = nn.Linear(config.dim, config.dim), nn.Linear(config.dim, config.dim)
        # As loud as what was found, so that whoever attends can ask for one of them.
        self.names = nn.Parameter(torch.randn(config.glimpses, config.dim))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, glimpses, dim), from (batch, positions, dim)."""
        fit = self.key(x) @ self.queries.T / x.shape[-1] ** 0.5
        attention = fit.masked_fill(~mask[..., None], torch.finfo(fit.dtype).min).softmax(1)
        return attention.transpose(1, 2) @ self.value(x) + self.names
