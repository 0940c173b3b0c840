"""Which base stands how often at each position: counts, weights and bits of aligned sequences."""

import dataclasses
import html
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.sequence import IUPAC_BASES

BASES = "ACGT"
UNIFORM = dict.fromkeys(BASES, 0.25)


@dataclasses.dataclass(frozen=True, eq=False)
class PositionMatrix:
    """Hold how often each base stands at each position of aligned sequences.

    Attributes
    ----------
    counts
        Of A, C, G and T, of shape (positions, 4).
    start
        Position of the first column, in bases.
    sequences
        How many were aligned; a column has fewer letters where some end or have an N.
    title
        What was aligned.
    anchor
        What positions are counted from.
    """

    counts: NDArray[np.int64]
    start: int = 0
    sequences: int = 0
    title: str = ""
    anchor: str = "the first column"

    @classmethod
    def of(
        cls, texts: Sequence[str], *, start: int = 0, title: str = "", anchor: str = "the first column"
    ) -> "PositionMatrix":
        """Count letters of aligned texts.

        Parameters
        ----------
        texts
            All of one length; letters other than A, C, G and T are not counted, so that ``-`` may stand
            where there is none.
        start, title, anchor
            As in the class.

        Raises
        ------
        ValueError
            If there are none, or they differ in length.

        Examples
        --------
        >>> PositionMatrix.of(["GT", "GT", "GC", "-T"]).counts.tolist()
        [[0, 0, 3, 0], [0, 1, 0, 3]]
        """
        lengths = sorted({len(text) for text in texts})
        if len(lengths) != 1 or not lengths[0]:
            raise ValueError(f"A matrix needs texts of one length, but these have {lengths}.")
        letters = np.frombuffer("".join(texts).encode("ascii"), np.uint8).reshape(len(texts), -1)
        counts = np.stack([(letters == ord(base)).sum(0) for base in BASES], axis=1)
        return cls(counts.astype(np.int64), start, len(texts), title, anchor)

    def frequencies(self, pseudocount: float = 0.0) -> NDArray[np.float64]:
        """Return the share of each base, of shape (positions, 4); a quarter each where nothing was counted.

        `pseudocount` is added to each position, a quarter of it to each base.
        """
        counts = self.counts + pseudocount / 4
        total = counts.sum(1, keepdims=True)
        return np.where(total > 0, counts / np.maximum(total, 1e-300), 0.25)

    def weights(
        self, *, pseudocount: float = 1.0, background: Mapping[str, float] = UNIFORM
    ) -> NDArray[np.float64]:
        """Return log2 of the share of each base over its share elsewhere, of shape (positions, 4).

        Raises
        ------
        ValueError
            If the background is no positive share of each base, or the pseudocount is not above zero.

        References
        ----------
        Stormo 2000, DNA binding sites: representation and discovery, Bioinformatics 16:16.
        """
        shares = np.array([background.get(base, 0.0) for base in BASES])
        if not (shares > 0).all() or not np.isclose(shares.sum(), 1):
            raise ValueError(
                f"background={dict(background)}: expected positive shares of A, C, G and T that add up to 1."
            )
        if pseudocount <= 0:
            raise ValueError(f"pseudocount={pseudocount}: expected more than 0, as log2 of 0 is no number.")
        return np.log2(self.frequencies(pseudocount) / shares)

    def bits(self) -> NDArray[np.float64]:
        """Return the height of each base in a logo, of shape (positions, 4).

        The share of a base, times the information of its position: two bits less the entropy and less
        what few sequences would show by chance, and never below zero.

        References
        ----------
        Schneider and Stephens 1990, Sequence logos, Nucleic Acids Res. 18:6097, with the small-sample
        correction of Schneider et al. 1986, J. Mol. Biol. 188:415.
        """
        shares, total = self.frequencies(), self.counts.sum(1)
        entropy = -(shares * np.log2(np.where(shares > 0, shares, 1))).sum(1)
        chance = 3 / (2 * np.log(2) * np.maximum(total, 1))
        information = np.where(total > 0, np.maximum(2 - entropy - chance, 0), 0)
        return shares * information[:, None]

    @property
    def consensus(self) -> str:
        """One letter for each position: a base, a letter that means two, or N.

        A base if its share is above a half and twice that of the next; two if they have three quarters.

        References
        ----------
        Cavener 1987, Comparison of the consensus sequence flanking translational start sites in
        Drosophila and vertebrates, Nucleic Acids Res. 15:1353.
        """
        return "".join(_letter(shares) for shares in self.frequencies())

    def to_frame(self) -> pd.DataFrame:
        """Return one row per position: ``position``, ``A, C, G, T`` (counts), and ``bits`` of all four."""
        columns = {"position": range(self.start, self.start + len(self.counts))}
        columns |= {base: self.counts[:, k] for k, base in enumerate(BASES)}
        return pd.DataFrame(columns | {"bits": self.bits().sum(1)})

    def __repr__(self) -> str:
        end = self.start + len(self.counts)
        told = f"{self.title}: " if self.title else ""
        return (
            f"PositionMatrix({told}{self.consensus}, {self.start} to {end} from {self.anchor}, "
            f"{self.bits().sum():.2f} bits; {self.sequences:,} sequences)"
        )

    def _repr_html_(self) -> str:
        table = self.to_frame().round({"bits": 2}).to_html(index=False, border=0)
        return f"<div>{html.escape(repr(self))}</div>{table}"


def _letter(shares: NDArray[np.float64]) -> str:
    order = np.argsort(-shares, kind="stable")
    first, second = shares[order[0]], shares[order[1]]
    if first > 0.5 and first >= 2 * second:
        return BASES[order[0]]
    both = {BASES[k] for k in order[:2]}
    if first + second >= 0.75:
        return next(letter for letter, bases in IUPAC_BASES.items() if set(bases) == both)
    return "N"
