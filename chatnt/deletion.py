"""What is left of a target while the bases of a map are taken away, one share after another."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.errors import SequenceError
from chatnt.faithfulness_result import MAP, MOVED, RANDOM, Faithfulness
from chatnt.tasks.dinucleotides import shuffle_dinucleotides

UNKNOWN, SHUFFLED = "N", "shuffled"
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
        Over how many the mean is taken.
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
        If there is no such replacement, or a number is below one (`controls`: two).
    """
    _check(replacement, points=points, shuffles=shuffles, batch_size=batch_size)
    if controls < 2:
        raise ValueError(f"controls={controls}: what chance does is seen in two orders or more.")
    text = np.array(list("".join(letters)))
    rng = np.random.default_rng(seed)
    fills = _fills(letters, replacement, shuffles, seed)
    orders = {MAP: [_order(scores)], RANDOM: [rng.permutation(len(text)) for _ in range(controls)]}
    # Neighbours stay neighbours, so that a map is not thought good for marking one stretch.
    orders[MOVED] = [_moved(scores, rng) for _ in range(controls)]
    orders |= {name: [_order(other)] for name, other in others}
    # To insert in some order is to delete in the opposite one, seen from the end.
    both = [way for group in orders.values() for order in group for way in (order, order[::-1])]
    counts = np.rint(np.linspace(0, 1, points + 1) * len(text)).astype(int)
    rows = _rows(text, fills, both, counts, [len(part) for part in letters])
    curves = _curves(evaluate(rows, batch_size), len(both), len(fills), points)
    starts = np.cumsum([0] + [2 * len(group) for group in orders.values()])
    spans = zip(orders, starts, starts[1:], strict=False)
    parts = {name: curves[start:end].reshape(1, -1, 2, points + 1) for name, start, end in spans}
    return Faithfulness(
        method=method,
        target=target,
        unit=unit,
        replacement=_told(replacement, shuffles),
        fractions=np.linspace(0, 1, points + 1),
        deletion={name: part[:, :, 0] for name, part in parts.items()},
        insertion={name: part[:, :, 1, ::-1] for name, part in parts.items()},
    )


def _check(replacement: str, **numbers: int) -> None:
    if replacement not in REPLACEMENTS:
        raise ValueError(
            f"There is no replacement {replacement!r}; give {' or '.join(map(repr, REPLACEMENTS))}."
        )
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")


def _told(replacement: str, shuffles: int) -> str:
    return (
        UNKNOWN if replacement == UNKNOWN else f"letters of {shuffles} shuffles that keep the dinucleotides"
    )


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


def _rows(
    text: _Letters,
    fills: Sequence[_Letters],
    orders: Sequence[NDArray[np.intp]],
    counts: NDArray[np.intp],
    sizes: Sequence[int],
) -> Iterator[list[str]]:
    """Yield the letters as they are, all replaced, and then those between for each order."""
    ends = np.cumsum(sizes)

    def split(row: _Letters) -> list[str]:
        whole = "".join(row)
        return [whole[end - size : end] for end, size in zip(ends, sizes, strict=True)]

    yield split(text)
    for fill in fills:
        yield split(fill)
    for order in orders:
        for fill in fills:
            for count in counts[1:-1]:
                row = text.copy()
                row[order[:count]] = fill[order[:count]]
                yield split(row)


def _curves(values: NDArray[np.float64], orders: int, fills: int, points: int) -> NDArray[np.float64]:
    """Return the curve of each order, of shape (orders, points + 1), as the mean over the fills."""
    curves = np.empty((orders, points + 1))
    curves[:, 0], curves[:, -1] = values[0], values[1 : 1 + fills].mean()
    curves[:, 1:-1] = values[1 + fills :].reshape(orders, fills, points - 1).mean(1)
    return curves
