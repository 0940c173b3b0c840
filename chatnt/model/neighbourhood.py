"""Sequences that differ from a known one in a few bases: only what these bases reach is computed."""

from typing import TYPE_CHECKING, Any, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import conv1d, gelu, pad

if TYPE_CHECKING:
    from chatnt.model.nucleotide_cnn import NucleotideCNN, ResidualBlock
    from chatnt.model.summaries import Composition, Recall, Words


class Neighbourhood:
    """Encode sequences as long as a known one, the same numbers as the encoder's up to rounding.

    Convolutions see some bases on either side and no further, and sums over a sequence change by what
    is replaced. All rows of a batch are computed between the first base and the last in which any of
    them differs, so rows that differ in neighbouring bases belong together.

    Parameters
    ----------
    encoder
        In evaluation mode.
    bases
        Tensor of shape (1, bases, 4), shares of A, C, G and T: the known sequence.
    """

    @torch.no_grad()
    def __init__(self, encoder: "NucleotideCNN", bases: Tensor) -> None:
        self.encoder, self.bases = encoder, bases
        self.stride, self.edge = encoder.config.stride, encoder.config.stem_width // 2
        whole, mask = encoder._to_whole_cells(bases, torch.ones_like(bases[..., 0], dtype=torch.bool))
        self.mask = mask
        self.sums = [part.sums(whole, mask) for part in self._summing()]
        distances = encoder._distances(mask)[0]
        self.begun, self.addresses = encoder.positions(distances), encoder.addresses(distances)
        self.inputs: list[Tensor] = []
        self.normed: list[Tensor] = []
        x = self._stem(whole, 0, self.cells)
        for block in self._blocks():
            self.inputs.append(x)
            self.normed.append(pad(block.norm(x), (0, 0, _halo(block), _halo(block))))
            x = block(x, mask[:, :: self.stride, None])
        self.places = encoder.norm(x) + self.addresses
        known = encoder.encode_bases(bases, torch.ones_like(bases[..., 0])).last_hidden_state
        self.known = cast("Tensor", known)

    @property
    def cells(self) -> int:
        """Number of places."""
        return self.mask.shape[1] // self.stride

    @torch.no_grad()
    def encode(self, bases: Tensor) -> Tensor:
        """Return the encoder's vectors.

        Parameters
        ----------
        bases
            Tensor of shape (rows, bases, 4), as many bases as the known sequence has.

        Returns
        -------
        Tensor
            Of shape (rows, positions, dim), as the encoder's `last_hidden_state`.
        """
        differing = (bases != self.bases).any(2).any(0).nonzero()
        if not len(differing):
            return self.known.expand(len(bases), -1, -1)
        start, end = int(differing[0]), int(differing[-1]) + 1
        config = self.encoder.config
        whole = pad(bases, (0, 0, 0, self.mask.shape[1] - bases.shape[1]))
        summaries = self._summaries(whole, start, end)
        changed, first = self._places(whole, start, end)
        parts = []
        total = sum(summaries[1:], summaries[0]) if summaries else changed.new_zeros(len(bases), config.dim)
        if config.place_positions:
            parts.append(_inserted(self.places, changed, first) + total[:, None])
        if config.summary_positions:
            parts += [summary[:, None] for summary in summaries]
        if self.encoder.glimpses is not None:
            parts.append(self._glimpses(changed, first, total))
        return torch.cat(parts, dim=1)

    def _summing(self) -> "list[Composition | Words | Recall]":
        """Return the summaries that are made of sums over a sequence."""
        parts = cast("list[Any]", self.encoder._summarising())
        return [part for part in parts if hasattr(part, "sums")]

    def _blocks(self) -> "list[ResidualBlock]":
        return cast("list[Any]", list(self.encoder.blocks))

    def _summaries(self, bases: Tensor, start: int, end: int) -> list[Tensor]:
        """Return what is known of each sequence as a whole: Tensors of shape (rows, dim)."""
        mask, lengths = self.mask.expand(len(bases), -1), self.mask.sum(1, keepdim=True)
        known = iter(self.sums)
        found = []
        for part in cast("list[Any]", self.encoder._summarising()):
            if not hasattr(part, "sums"):
                found.append(part(bases, mask))
                continue
            near = slice(max(0, start - part.reach), min(self.bases.shape[1], end + part.reach))
            seen = torch.cat([self.bases[:, near], bases[:, near]])
            sums = part.sums(seen, mask[:1, near].expand(len(seen), -1))
            found.append(part.told(next(known) + (sums[1:] - sums[:1]), lengths))
        return found

    def _stem(self, bases: Tensor, first: int, last: int) -> Tensor:
        """Return what enters the blocks at the places from `first` to `last`."""
        near = slice(first * self.stride, last * self.stride)
        before, after = max(0, self.edge - near.start), max(0, near.stop + self.edge - bases.shape[1])
        read = bases[:, max(0, near.start - self.edge) : near.stop + self.edge]
        stem, pool = self.encoder.stem, self.encoder.pool
        x = conv1d(pad(read, (0, 0, before, after)).transpose(1, 2), stem.weight, stem.bias)
        return pool(gelu(x) * self.mask[:, None, near]).transpose(1, 2) + self.begun[first:last]

    def _places(self, bases: Tensor, start: int, end: int) -> tuple[Tensor, int]:
        """Return what stands at the places that are reached, (rows, places, dim), and the first of them."""
        first = max(0, start - self.edge) // self.stride
        last = min(self.cells, -(-(end + self.edge) // self.stride))
        x = self._stem(bases, first, last)
        for block, known, normed in zip(self._blocks(), self.inputs, self.normed, strict=True):
            halo = _halo(block)
            begin, stop = max(0, first - halo), min(self.cells, last + halo)
            read = _inserted(normed[:, begin : stop + 2 * halo], block.norm(x), first - begin + halo)
            conv = block.conv
            h = conv1d(read.transpose(1, 2), conv.weight, conv.bias, dilation=conv.dilation)  # type: ignore[arg-type]
            x = _inserted(known[:, begin:stop], x, first - begin) + block.mix(gelu(h.transpose(1, 2)))
            first, last = begin, stop
        return self.encoder.norm(x) + self.addresses[first:last], first

    def _glimpses(self, changed: Tensor, first: int, total: Tensor) -> Tensor:
        """Look at all places: those that are not reached are the same for all rows, and seen as one.

        What is added to every place changes no attention.
        """
        glimpses = cast("Any", self.encoder.glimpses)
        last = first + changed.shape[1]
        same = torch.cat([self.places[0, :first], self.places[0, last:]])
        fit, rows = glimpses.fit(changed), len(changed)
        if len(same):
            elsewhere = glimpses.fit(same)
            joined = torch.cat([elsewhere.logsumexp(0).expand(rows, 1, -1), fit], dim=1).softmax(1)
            seen = joined[:, 1:].transpose(1, 2) @ changed
            seen = seen + joined[:, 0, :, None] * (elsewhere.softmax(0).T @ same)
        else:
            seen = fit.softmax(1).transpose(1, 2) @ changed
        found = glimpses.told(seen + total[:, None])
        return found * glimpses.loudness[:, None].to(found.dtype) + glimpses.names


def _halo(block: "ResidualBlock") -> int:
    conv: nn.Conv1d = block.conv
    return conv.dilation[0] * (conv.kernel_size[0] - 1) // 2


def _inserted(known: Tensor, changed: Tensor, at: int) -> Tensor:
    """Return copies of what is known, (1, places, dim), with what changed in its place."""
    found = known.repeat(len(changed), 1, 1)
    found[:, at : at + changed.shape[1]] = changed
    return found
