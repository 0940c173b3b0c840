"""Shuffle a sequence so that every pair of neighbours occurs as often as before."""

import itertools
import random
from collections import defaultdict


def shuffle_dinucleotides(sequence: str, rng: random.Random) -> str:
    """Return a random sequence with the same first and last letter and the same dinucleotides.

    All such sequences are equally likely: a sequence is a walk along edges, one for each pair of
    neighbours; a random tree of last edges into the end is drawn, and the other edges of
    each letter are taken in random order before it.

    Parameters
    ----------
    sequence
        Letters; any alphabet.
    rng
        Draws the order.

    References
    ----------
    Altschul and Erickson 1985, Significance of nucleotide sequence alignments, Mol. Biol. Evol. 2:526.
    Propp and Wilson 1998, How to get a perfectly random sample from a generic Markov chain and generate
    a random spanning tree of a directed graph, J. Algorithms 27:170 (the tree).

    Examples
    --------
    >>> shuffled = shuffle_dinucleotides("ACGTACGGTTAC", random.Random(0))
    >>> shuffled, sorted(zip(shuffled, shuffled[1:])) == sorted(zip("ACGTACGGTTAC", "CGTACGGTTAC"))
    ('ACGGTTACGTAC', True)
    """
    if len(sequence) < 4:
        return sequence
    edges: dict[str, list[str]] = defaultdict(list)
    for here, there in itertools.pairwise(sequence):
        edges[here].append(there)
    last = _last_edges(edges, sequence[-1], rng)
    for here, targets in edges.items():
        if here in last:
            targets.remove(last[here])
        rng.shuffle(targets)
        if here in last:
            targets.append(last[here])
    walk, left = [sequence[0]], {here: iter(targets) for here, targets in edges.items()}
    for _ in range(len(sequence) - 1):
        walk.append(next(left[walk[-1]]))
    return "".join(walk)


def _last_edges(edges: dict[str, list[str]], end: str, rng: random.Random) -> dict[str, str]:
    """Return for each letter but the end the edge that is taken last: a random tree that leads to the end.

    From each letter a walk goes on until it meets the tree; where it crossed itself only the
    newest edge stays.
    """
    last: dict[str, str] = {}
    reached = {end}
    for start in sorted(edges):
        here = start
        while here not in reached:
            last[here] = rng.choice(edges[here])
            here = last[here]
        here = start
        while here not in reached:
            reached.add(here)
            here = last[here]
    return last
