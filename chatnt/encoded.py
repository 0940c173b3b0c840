"""What an encoder says of the DNA of a batch."""

from typing import NamedTuple

import torch
from torch import Tensor
from transformers import BatchFeature


class Encoded(NamedTuple):
    """Hold what an encoder says of the DNA of some conversations.

    Attributes
    ----------
    batch
        What the model was given.
    dna
        Tensor of shape (different sequences, positions, dim).
    mask
        Which positions are real, of shape (different sequences, positions).
    which
        The index in `dna` of each sequence of the conversations, in reading order.
    """

    batch: BatchFeature
    dna: Tensor
    mask: Tensor
    which: Tensor

    def means(self) -> Tensor:
        """Return the mean over the positions of each sequence, of shape (sequences, dim), on the CPU."""
        real = self.mask[..., None].to(torch.float32)
        means = (self.dna.float() * real).sum(1) / real.sum(1).clamp(min=1)
        return means[self.which].cpu()
