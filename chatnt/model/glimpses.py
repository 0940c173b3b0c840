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

    LOUDNESS = 5.0
    """Size of what varies in a glimpse, against names of about the square root of `dim`."""

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
        self.loudness: Tensor
        self.register_buffer("loudness", torch.ones(config.glimpses))

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, glimpses, dim), from (batch, positions, dim)."""
        return self.found(x, mask) * self.loudness[:, None].to(x.dtype) + self.names

    def found(self, x: Tensor, mask: Tensor) -> Tensor:
        """Return what is said of a sequence, without loudness and names, of the same shape."""
        fit = self.fit(x)
        attention = fit.masked_fill(~mask[..., None], torch.finfo(fit.dtype).min).softmax(1)
        return self.told(attention.transpose(1, 2) @ x)

    def fit(self, x: Tensor) -> Tensor:
        """Return how well positions fit the queries: Tensor of shape (..., positions, glimpses)."""
        return x @ (self.GAIN * self.queries).to(x.dtype).T

    def told(self, seen: Tensor) -> Tensor:
        """Return what is said of what each query saw; both of shape (batch, glimpses, dim)."""
        said = torch.einsum("bgd,gds->bgs", seen, (self.GAIN * self.own).to(seen.dtype)) + self.bias
        return self.spelled(nn.functional.gelu(said))

    @torch.no_grad()
    def balance(self, x: Tensor, mask: Tensor, which: range) -> None:
        """Turn some glimpses down to a size at which their names are heard too.

        Nothing limits how loud glimpses become while labels are learned, and whoever attends to them
        must tell them apart by their names.

        Parameters
        ----------
        x, mask
            Tensors of shape (batch, positions, dim) and (batch, positions): sequences that these
            glimpses are about, some hundred.
        which
            Their numbers.
        """
        spread = self.found(x, mask)[:, which].std(0).norm(dim=-1)
        self.loudness[which] = (self.LOUDNESS / spread.clamp(min=self.LOUDNESS)).to(self.loudness)
