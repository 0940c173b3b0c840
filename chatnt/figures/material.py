"""What the figures are drawn from."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from chatnt.pair_results import PairResults, results

if TYPE_CHECKING:
    from chatnt.assistant import Assistant


@dataclass(frozen=True)
class Material:
    """Hold a pair, what is known of it, and where sequences to ask about come from.

    What a figure does not need is not loaded.

    Parameters
    ----------
    pair
        Name of a bundled pair, or the folder of a pair that was scored.
    source
        Of the sequences that are asked about live: ``"simulated"``, or the folder of a data set.
    seed
        Of whatever is drawn at random.
    quick
        Whether to ask about few sequences rather than about as many as the paper.

    Examples
    --------
    >>> Material().results.name
    'mini'
    """

    pair: str | Path = "mini"
    source: str | Path = "simulated"
    seed: int = 0
    quick: bool = True

    @cached_property
    def chat(self) -> "Assistant":
        """The pair itself."""
        from chatnt.loading import load

        return load(self.pair)

    @cached_property
    def results(self) -> PairResults:
        """Its scores and predictions on whole test sets."""
        return results(self.pair)
