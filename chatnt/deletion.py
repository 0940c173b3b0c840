"""What is left of a target while the bases of a map are taken away, one share after another."""

import itertools
import random
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.errors import SequenceError
from chatnt.faithfulness_result import MAP, MOVED, RANDOM, Faithfulness
from chatnt.tasks.dinucleotides import shuffle_dinucleotides

UNKNOWN, SHUFFLED = "N", "shuffled"
"""What needs no other sequence: bases that are not known, and shuffles that keep the dinucleotides."""

REPLACEMENTS = (SHUFFLED, UNKNOWN)
"""What stands in place of a base that is taken away."""

Evaluate = Callable[[Iterable[Sequence[str]], int], NDArray[np.float64]]
"""Computes a target for rows of letters, of shape (rows,), some number of them at a time."""

_Letters = NDArray[np.str_]


def measure_faithfulness(  # noqa: PLR0913 - a map, what it is a map of, and how it is tested
    letters: Sequence[str],
    scores: Sequence[ArrayLike],
    evaluate: Evaluate,
    *,
    method: str = "",
    target: str = "",
    unit: str = "",
    replacement: str = SHUFFLED,
    points: int = 20,
    controls: int = 10,
    shuffles: int = 3,
    others: Sequence[tuple[str, Sequence[ArrayLike]]] = (),
    batch_size: int = 32,
    seed: int = 0,
) -> Faithfulness:
    """Delete and insert bases in the order of a map, and in orders that know nothing.

    Parameters
    ----------
    letters
        The sequences of one question.
    scores
        A map: of each sequence an array of shape (bases,); the highest goes first.
    evaluate
        Computes the target.
    method, target, unit
        What the result calls the map, and what is computed.
    replacement
        ``"shuffled"``: the letter that a shuffle of the sequence, which keeps its dinucleotides, has at this
        place; ``"N"``: a base that is not known.
    points
        Steps from the whole sequence to nothing of it.
    controls
        Random orders, and maps that are moved along the sequence.
    shuffles
        Over how many the mean of a map is taken; the draws of a control take them in turn.
    others
        Further maps to compare with, by name.
    batch_size
        Changed sequences at a time.
    seed
        Of all that is drawn.

    Returns
    -------
    Faithfulness
        Of one sequence, or of the sequences of one question together.

    Raises
    ------
    SequenceError
        If a sequence has no other order with the same dinucleotides.
    ValueError
        If there is no such replacement, a number is below one (`controls`: two), or another map is
        not as long.
    """
    _check(replacement, points=points, shuffles=shuffles, batch_size=batch_size)
    if controls < 2:
        raise ValueError(f"controls={controls}: what chance does is seen in two orders or more.")
    for name, other in others:
        if [len(np.asarray(x)) for x in other] != [len(part) for part in letters]:
            raise ValueError(
                f"The map {name!r} is not as long as the sequences, of {[*map(len, letters)]} bases."
            )
    rng = np.random.default_rng(seed)
    text = _Text(letters, _fills(letters, replacement, shuffles, seed), points)
    # A map meets every shuffle, and its curve is their mean; the draws of a control take them in turn.
    maps = {name: [_order(one)] * len(text.fills) for name, one in ((MAP, scores), *others)}
    chance = {
        RANDOM: [rng.permutation(len(text.letters)) for _ in range(controls)],
        # Neighbours stay neighbours, so that a map is not thought good for marking one stretch.
        MOVED: [_moved(scores, rng) for _ in range(controls)],
    }
    orders = {MAP: maps[MAP]} | chance | maps
    # To insert in some order is to delete in the opposite one, seen from the end.
    ways = [some for group in orders.values() for some in (group, [order[::-1] for order in group])]
    curves = iter(text.curves(ways, evaluate, batch_size))
    deletion, insertion = {}, {}
    for name in orders:
        down, up = next(curves), next(curves)[:, ::-1]
        deletion[name], insertion[name] = (
            np.stack([x.mean(0, keepdims=True) if name in maps else x]) for x in (down, up)
        )
    return Faithfulness(
        method=method,
        target=target,
        unit=unit,
        replacement=_told(replacement, shuffles),
        fractions=np.linspace(0, 1, points + 1),
        deletion=deletion,
        insertion=insertion,
    )


class _Text:
    """Hold the letters of a question, and what can stand in their place."""

    def __init__(self, letters: Sequence[str], fills: list[_Letters], points: int) -> None:
        self.letters = np.array(list("".join(letters)))
        self.fills = fills
        self.counts = np.rint(np.linspace(0, 1, points + 1) * len(self.letters)).astype(int)
        self._cuts = list(itertools.pairwise(np.cumsum([0, *map(len, letters)]).tolist()))

    def curves(
        self, ways: Sequence[Sequence[NDArray[np.intp]]], evaluate: Evaluate, batch_size: int
    ) -> Iterator[NDArray[np.float64]]:
        """Yield the target while letters go, for each list of orders: of shape (orders, points + 1)."""
        values = evaluate(self._rows(ways), batch_size)
        ends, between = values[: 1 + len(self.fills)], len(self.counts) - 2
        at = len(ends)
        for orders in ways:
            found = np.empty((len(orders), len(self.counts)))
            found[:, 0] = ends[0]
            found[:, -1] = [ends[1 + i % len(self.fills)] for i in range(len(orders))]
            found[:, 1:-1] = values[at : at + len(orders) * between].reshape(len(orders), between)
            at += len(orders) * between
            yield found

    def _rows(self, ways: Sequence[Sequence[NDArray[np.intp]]]) -> Iterator[list[str]]:
        """Yield the letters as they are, all replaced, and then those between for each order."""
        yield self._split(self.letters)
        yield from map(self._split, self.fills)
        for orders in ways:
            for i, order in enumerate(orders):
                fill = self.fills[i % len(self.fills)]
                for count in self.counts[1:-1]:
                    row = self.letters.copy()
                    row[order[:count]] = fill[order[:count]]
                    yield self._split(row)

    def _split(self, row: _Letters) -> list[str]:
        whole = "".join(row)
        return [whole[start:end] for start, end in self._cuts]


def _check(replacement: str, **numbers: int) -> None:
    if replacement not in REPLACEMENTS:
        known = " or ".join(map(repr, REPLACEMENTS))
        raise ValueError(f"There is no replacement {replacement!r}; give {known}.")
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")


def _told(replacement: str, shuffles: int) -> str:
    if replacement == UNKNOWN:
        return UNKNOWN
    return f"letters of {shuffles} shuffle{'s' * (shuffles != 1)} with the same dinucleotides"


def _order(scores: Sequence[ArrayLike]) -> NDArray[np.intp]:
    return np.argsort(-np.concatenate([np.asarray(x, float) for x in scores]), kind="stable")


def _moved(scores: Sequence[ArrayLike], rng: np.random.Generator) -> NDArray[np.intp]:
    """Return the order of the map moved along each sequence, round its ends."""
    parts = [np.asarray(x, float) for x in scores]
    return _order([np.roll(x, rng.integers(1, max(len(x), 2))) for x in parts])


def _fills(letters: Sequence[str], replacement: str, shuffles: int, seed: int) -> list[_Letters]:
    """Return what stands in place of all letters."""
    if replacement == UNKNOWN:
        return [np.full(sum(map(len, letters)), UNKNOWN)]
    for text in letters:
        if len(set(text)) == 1 or len(text) < 4:
            raise SequenceError(
                f"The sequence {text[:20]!r} of {len(text)} base{'s' * (len(text) != 1)} has no other order "
                f"with the same dinucleotides; give replacement={UNKNOWN!r}."
            )
    rng = random.Random(seed)
    return [
        np.array(list("".join(shuffle_dinucleotides(text, rng) for text in letters))) for _ in range(shuffles)
    ]
