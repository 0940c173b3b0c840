"""What a compact encoder knows of a sequence as a whole, beside what stands at each place."""

from typing import TYPE_CHECKING, cast

import torch
from torch import Tensor, nn

if TYPE_CHECKING:
    from chatnt.model.nucleotide_cnn import NucleotideCNNConfig


class Composition(nn.Module):
    """Describe a sequence as a whole: how strong each of some motifs is, on average.

    What histones prefer is spread over a sequence. Convolutions that keep places apart
    learn such sequences by heart sooner than they learn to count in them.
    """

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        self.conv = nn.Conv1d(4, config.motifs, config.motif_width, padding=config.motif_width // 2)
        self.norm = nn.LayerNorm(config.motifs, eps=config.layer_norm_eps)
        self.dropout = nn.Dropout(config.dropout)
        self.mix = nn.Sequential(
            nn.Linear(config.motifs, config.dim), nn.GELU(), nn.Linear(config.dim, config.dim)
        )

    @property
    def reach(self) -> int:
        """How many bases on either side of a base its share of the sums hangs on."""
        return self.conv.kernel_size[0] - 1

    def forward(self, bases: Tensor, mask: Tensor) -> Tensor:
        return self.told(self.sums(bases, mask), mask.sum(1, keepdim=True))

    def sums(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Add each motif up over a sequence: Tensor of shape (batch, motifs)."""
        return (nn.functional.gelu(self.conv(bases.transpose(1, 2))) * mask[:, None]).sum(-1)

    def told(self, sums: Tensor, lengths: Tensor) -> Tensor:
        """Return Tensor of shape (batch, dim) of the sums and of lengths of shape (batch, 1)."""
        return self.mix(self.dropout(self.norm(sums / lengths.clamp(min=1))))

    def mean_strength(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Average each motif over a sequence: Tensor of shape (batch, motifs)."""
        return self.sums(bases, mask) / mask.sum(1, keepdim=True).clamp(min=1)

    @torch.no_grad()
    def standardise(self, bases: Tensor, mask: Tensor, kinds: Tensor) -> None:
        """Let every motif vary by one around zero among sequences of one kind.

        At random weights motifs differ ten times more from each other than from sequence
        to sequence, and sequences of two genomes more than those of one; what is to be
        learned from is the smallest of the three.
        """
        fewest = int(kinds.unique(return_counts=True)[1].min())
        if fewest < 2:
            raise ValueError("Each kind needs two sequences or more, or it does not tell how much they vary.")
        self.norm.reset_parameters()
        normed = self.norm(self.mean_strength(bases, mask))
        within = torch.stack([normed[kinds == kind].var(0) for kind in kinds.unique()]).mean(0)
        self.norm.weight.copy_(1 / within.sqrt().clamp(min=1e-3))
        self.norm.bias.copy_(-normed.mean(0) * self.norm.weight)


class Words(nn.Module):
    """Describe a sequence by how often each short word occurs in it.

    Counts are what linear models of regulatory DNA read. Motifs that are learned come to count words too,
    but not from a few thousand sequences. A base that is not known counts in shares.
    """

    SHORTEST = 3
    SPREAD = 0.5
    """Of the counts that are mixed, once standardised; thousands of larger ones would move too fast."""
    LEAST = 1e-4
    """Added to each share before its root is taken, which has no slope at zero."""

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        self.longest = config.word_length
        if self.longest < self.SHORTEST:
            raise ValueError(
                f"word_length={self.longest}: words of {self.SHORTEST} bases or more are counted; 0 for none."
            )
        words = sum(4**n for n in range(self.SHORTEST, self.longest + 1))
        self.mean: Tensor
        self.scale: Tensor
        self.register_buffer("mean", torch.zeros(words))
        self.register_buffer("scale", torch.ones(()))
        self.dropout = nn.Dropout(config.dropout)
        self.mix = nn.Linear(words, config.dim)

    @property
    def reach(self) -> int:
        """How many bases on either side of a base its share of the sums hangs on."""
        return self.longest - 1

    def forward(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, dim)."""
        return self.told(self.sums(bases, mask))

    def told(self, sums: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return Tensor of shape (batch, dim) of the sums; the length of a sequence does not matter."""
        standard = (self._shares(sums) - self.mean) * self.scale
        return self.mix(self.dropout(standard))

    def shares(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Count words, from the longest to the shortest.

        Returns
        -------
        Tensor
            Of shape (batch, words): the square root of the share of each among the words of its length,
            which makes rare and frequent ones about equally noisy.
        """
        return self._shares(self.sums(bases, mask))

    def sums(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Count the longest words: Tensor of shape (batch, words of that length)."""
        bases = bases * mask[..., None]
        head, tail = self.longest - self.longest // 2, self.longest // 2
        first, second = _words(bases, head, 0, tail), _words(bases, tail, head, 0)
        return torch.bmm(first.transpose(1, 2), second).flatten(1)

    def _shares(self, counts: Tensor) -> Tensor:
        # Whole numbers so far; in half precision their sums would no longer be.
        lengths = [counts.float()]
        for _ in range(self.longest - self.SHORTEST):
            lengths.append(lengths[-1].unflatten(1, (-1, 4)).sum(-1))
        total = lengths[0].sum(1, keepdim=True).clamp(min=1)
        return (torch.cat(lengths, 1) / total + self.LEAST).sqrt().to(counts.dtype)

    @torch.no_grad()
    def standardise(self, bases: Tensor, mask: Tensor, kinds: Tensor) -> None:
        """Centre the counts, and let them vary by `SPREAD` on average among sequences of one kind."""
        shares = self.shares(bases, mask)
        within = torch.stack([shares[kinds == kind].var(0).mean() for kind in kinds.unique()]).mean()
        self.mean.copy_(shares.mean(0))
        self.scale.copy_(self.SPREAD / within.sqrt().clamp(min=1e-6))


def _words(bases: Tensor, width: int, before: int, after: int) -> Tensor:
    """Return which word of a width starts at each place: Tensor of shape (batch, places, 4 ** width).

    `before` and `after` bases at the ends are left to the other half of a longer word.
    """
    places = max(0, bases.shape[1] - before - after - width + 1)
    words = bases[:, before : before + places]
    for i in range(1, width):
        following = bases[:, before + i : before + i + places]
        words = (words[..., None] * following[..., None, :]).flatten(2)
    return words


class Variants(nn.Module):
    """Describe how a sequence differs from the known reference that it is a variant of.

    Each replaced base of each reference has a vector of its own; a variant is their sum, and a
    sequence that is no variant of any reference is zero. What replaced bases do to one gene
    cannot be seen from the bases around them.
    """

    LEAST_IDENTITY = 0.8
    GAIN = 16.0  # a replaced base is rare, and its vector must learn from few examples

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        shape = config.references, config.reference_length
        self.references: Tensor
        self.register_buffer("references", torch.zeros(*shape, 4))
        self.effects = nn.Parameter(torch.zeros(*shape, 4, config.dim))
        # Starts away from zero, or nothing would be learned through the zeros above.
        self.bias = nn.Parameter(torch.randn(config.dim))
        self.dropout = nn.Dropout(config.dropout)
        self.mix = nn.Linear(config.dim, config.dim)

    def forward(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, dim)."""
        rows, differing = self.differences(bases, mask)
        summed = torch.einsum("brld,rldf->bf", differing, self.effects) * self.GAIN
        known = rows.any(1)[:, None]
        return self.mix(self.dropout(nn.functional.gelu(summed + self.bias))) * known

    @torch.no_grad()
    def differences(self, bases: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        """Compare with each reference of the same length.

        Also where no sequence is a variant: what is computed does not depend on the letters, so that
        memory can be planned without data.

        Returns
        -------
        variants
            Tensor of shape (batch, references), bool.
        differing
            Tensor of shape (batch, references, bases, 4): the bases that were put in.
        """
        # Counted in single precision: half of it cannot tell 714 bases from 713.
        lengths = self.references.sum((1, 2), dtype=torch.float32).round()
        same_length = mask.sum(1)[:, None] == lengths
        length = self.references.shape[1]
        bases = nn.functional.pad(bases, (0, 0, 0, max(0, length - bases.shape[1])))[:, :length]
        alike = torch.einsum("bld,rld->br", bases.float(), self.references.float())
        variants = same_length & (alike >= self.LEAST_IDENTITY * lengths)
        kept = (bases[:, None] * self.references).sum(-1, keepdim=True)
        differing = bases[:, None] * (1 - kept) * variants[..., None, None]
        return variants, differing


class Centre(nn.Module):
    """Describe which base stands at each place around the centre of a sequence.

    Windows are often centred on what is asked about, such as a splice site. A few thousand of
    them are too few for convolutions to learn a profile as well as a weight per place and base does.
    """

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        self.reach = config.centre
        self.dropout = nn.Dropout(config.dropout)
        self.mix = nn.Linear(8 * config.centre, config.dim)

    def forward(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Return Tensor of shape (batch, dim)."""
        around = torch.arange(-self.reach, self.reach, device=bases.device)
        places = mask.sum(1, keepdim=True) // 2 + around
        inside = (places >= 0) & (places < mask.sum(1, keepdim=True))
        at = places.clamp(0, bases.shape[1] - 1)[..., None].expand(-1, -1, bases.shape[2])
        marks = bases.gather(1, at) * inside[..., None]
        return self.mix(self.dropout(marks.flatten(1)))


class Recall(nn.Module):
    """Recall what was measured of the training sequences that share long words with a sequence.

    Sequences may be windows of one genome, so that a new one overlaps some that were measured.
    Every word of 16 bases, on either strand, has a hash; one in 32 hashes is kept. For each
    kept word stand how often each fact was found true (+1) or false (-1) among the training
    sequences that hold it, and how often it was known. The means over the words of a sequence
    are what is recalled.

    In training a sequence must not recall itself: `own` takes its own facts out.
    """

    WIDTH, ONE_IN = 16, 32

    def __init__(self, config: "NucleotideCNNConfig") -> None:
        super().__init__()
        self.words: Tensor
        self.facts: Tensor
        self.register_buffer("words", torch.zeros(config.recalled_words, dtype=torch.int64))
        self.register_buffer(
            "facts", torch.zeros(config.recalled_words, 2, config.recalled_facts, dtype=torch.int8)
        )
        self.mix = nn.Sequential(
            nn.Linear(2 * config.recalled_facts, config.dim), nn.GELU(), nn.Linear(config.dim, config.dim)
        )
        self.own: Tensor | None = None
        """Facts of the sequences of the next batch, of shape (batch, facts): +1, -1, or 0 if unknown."""

    @property
    def reach(self) -> int:
        """How many bases on either side of a base its share of the sums hangs on."""
        return self.WIDTH - 1

    def forward(self, bases: Tensor, mask: Tensor) -> Tensor:
        return self.told(self.sums(bases, mask))

    def told(self, sums: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Return Tensor of shape (batch, dim) of the sums; the length of a sequence does not matter."""
        first = cast("nn.Linear", self.mix[0])
        return self.mix(self._means(sums).to(first.weight.dtype))

    def recalled(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Return the mean truth and the mean number of known facts: (batch, 2 x facts)."""
        return self._means(self.sums(bases, mask)).to(bases.dtype)

    @torch.no_grad()
    def sums(self, bases: Tensor, mask: Tensor) -> Tensor:
        """Add up truth and number of known facts over kept words, and count these: (batch, 2 x facts + 1)."""
        hashes, kept = hashed_words(bases, mask)
        if len(self.words) == 0 or hashes.shape[1] == 0:
            return torch.zeros(len(bases), 2 * self.facts.shape[2] + 1, device=bases.device)
        at = torch.searchsorted(self.words, hashes).clamp(max=len(self.words) - 1)
        known = kept & (self.words[at] == hashes)
        facts = self.facts[at].float() * known[..., None, None]
        if self.training and self.own is not None:
            own = torch.stack([self.own, self.own.abs()], dim=1)
            facts = facts - own[:, None] * known[..., None, None]
        return torch.cat([facts.sum(1).flatten(1), kept.sum(1, keepdim=True)], dim=1)

    def _means(self, sums: Tensor) -> Tensor:
        return sums[:, :-1] / sums[:, -1:].clamp(min=1)


def hashed_words(bases: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
    """Hash the words of sequences, the same on either strand.

    Parameters
    ----------
    bases
        Tensor of shape (batch, bases, 4), shares of A, C, G, T.
    mask
        Tensor of shape (batch, bases), true where there is a base.

    Returns
    -------
    hashes
        Tensor of shape (batch, words), non-negative int64.
    kept
        Of the same shape, true for one word in 32, never one with an unknown base.
    """
    width = Recall.WIDTH
    if bases.shape[1] < width:
        empty = mask[:, :0]
        return empty.long(), empty
    letters = bases.argmax(-1)
    certain = mask & (bases.amax(-1) == 1)
    powers = 4 ** torch.arange(width, device=bases.device)
    windows = letters.unfold(1, width, 1)
    forward, backward = (windows * powers).sum(-1), ((3 - windows) * powers.flip(0)).sum(-1)
    hashes = _mixed(torch.minimum(forward, backward))
    kept = certain.unfold(1, width, 1).all(-1) & (hashes % Recall.ONE_IN == 0)
    return hashes, kept


def _mixed(x: Tensor) -> Tensor:
    # Spreads neighbouring words over all remainders; the constants are odd numbers without pattern.
    for factor in (0x2545F4914F6CDD1D, 0x1B873593CC9E2D51):
        x = x * factor
        x = x ^ ((x >> 29) & 0x7FFFFFFFF)
    return x & 0x7FFFFFFFFFFFFFFF
