"""Whether a sequence is like those that a task was learned from, and if not, why."""

import dataclasses
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.errors import CheckpointError, DataError
from chatnt.sequence import DNA
from chatnt.tasks.clouds import RANDOM, Clouds, Measured, check_enough, finite, rounded
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.ranges import PAIRS, TaskRange, pair_shares, unknown_reasons

MOST = 2000
"""Sequences of each task that it is described by."""

NUMBERS = 20
"""Directions that are kept of what an encoder says of a sequence."""

_FORMAT = 1  # of the JSON; raise it when it changes
_FEWEST = 10  # known pairs of neighbours from which a composition is judged


class View(NamedTuple):
    """Hold what an encoder says of the sequences of each task.

    Parameters
    ----------
    mean, axes
        Of shape (dim,) and (dim, numbers): how a vector of the encoder becomes a few numbers.
    clouds
        Where the sequences of each task lie then.
    weights
        Fingerprint of the weights that said it, see `chatnt.weights.fingerprint`.
    """

    mean: NDArray[np.float64]
    axes: NDArray[np.float64]
    clouds: Clouds
    weights: str

    def project(self, embeddings: ArrayLike) -> NDArray[np.float64]:
        """Return numbers of shape (sequences, numbers), of embeddings of shape (sequences, dim)."""
        return (np.asarray(embeddings, float) - self.mean) @ self.axes


@dataclasses.dataclass(frozen=True, eq=False)
class Likeness:
    """Say whether a sequence is like those that a task was learned from.

    Looked at are the length, the share of unknown bases, the shares of the 16 pairs of neighbouring
    bases, and, if it was fitted on them, what the encoder says of the sequence. Pairs and encoder
    are each judged by two tests: whether the sequence is farther from the mean of the task than nearly
    all of its own (Mahalanobis distance), and whether it is likelier among those of another task or
    among random bases, by more than nearly all of its own. Each flags one in 200 of the task's own.

    Parameters
    ----------
    ranges
        By the name of the task.
    pairs
        Where the shares of pairs of each task lie.
    view
        What an encoder says; None without one.

    References
    ----------
    Lee et al. 2018, A simple unified framework for detecting out-of-distribution samples and
    adversarial attacks, NeurIPS, section 2 (distance in an encoder's features).
    Ren et al. 2019, Likelihood ratios for out-of-distribution detection, NeurIPS, section 3
    (comparison with a second model, on genomic sequences).

    Examples
    --------
    >>> rng = random.Random(0)
    >>> poor = [Example("".join(rng.choices("ACGT", (4, 1, 1, 4), k=100)), "") for _ in range(200)]
    >>> likeness = Likeness.fit({"poor": poor})
    >>> likeness.reasons("poor", DNA(poor[0].sequence))
    ()
    >>> likeness.reasons("poor", DNA("GC" * 50))
    ('100 % G+C, the sequences trained on have 11 to 30 %',)
    """

    ranges: Mapping[str, TaskRange]
    pairs: Clouds
    view: View | None = None

    @classmethod
    def fit(cls, examples: Mapping[str, Sequence[Example]], *, most: int = MOST, seed: int = 0) -> "Likeness":
        """Describe the sequences of each task.

        Parameters
        ----------
        examples
            Those that were trained on, by the name of the task.
        most
            How many of each are looked at, chosen by `seed`; their lengths are all looked at.
        seed
            Chooses sequences, and makes random ones.

        Raises
        ------
        DataError
            If a task has fewer than 50 sequences.
        """
        ranges, measured, texts = {}, {}, []
        for name, rows in examples.items():
            chosen = some_sequences(rows, most, seed)
            texts += chosen[: max(1, most // len(examples))]
            shares, counts = pair_shares(chosen)
            measured[name] = Measured(shares, counts).at(counts >= _FEWEST)
            check_enough(name, measured[name])
            lengths = rows.lengths if isinstance(rows, Examples) else [len(e.sequence) for e in rows]
            ranges[name] = TaskRange.of(lengths, measured[name].vectors)
        measured[RANDOM] = Measured(*pair_shares(random_sequences(map(len, texts), seed)))
        return cls(ranges, Clouds.fit(measured, seed=seed))

    def with_view(
        self,
        embeddings: Mapping[str, NDArray],
        weights: str,
        *,
        held: Mapping[str, NDArray] | None = None,
        seed: int = 0,
    ) -> "Likeness":
        """Add what an encoder says of the sequences of each task.

        Parameters
        ----------
        embeddings
            Of shape (sequences, dim), by the name of the task; names that begin with
            `RANDOM` are of none.
        weights
            Fingerprint of the weights that gave them.
        held
            Those of sequences that the encoder was not trained on. It knows others too well.
        seed
            As in `chatnt.tasks.clouds.Clouds.fit`.

        Raises
        ------
        DataError
            If a task has fewer than 50 sequences, or a number is not finite.
        """
        mean, axes = _directions(embeddings)
        view = View(mean, axes, Clouds({}), weights)
        given = ({k: Measured(view.project(v)) for k, v in part.items()} for part in (embeddings, held or {}))
        measured, others = given
        return dataclasses.replace(
            self, view=view._replace(clouds=Clouds.fit(measured, held=others, seed=seed))
        )

    def reasons(
        self, task: str, dna: DNA, embedding: ArrayLike | None = None, *, weights: str | None = None
    ) -> tuple[str, ...]:
        """Say in which respects a sequence is unlike those of a task.

        Parameters
        ----------
        task
            Its name; of a task that was not described nothing is said.
        dna
            The sequence.
        embedding
            Of shape (dim,): what the encoder says of it, see `chatnt.embeddings.embed`.
        weights
            Fingerprint of the weights that gave it. With others than those of the fit, or
            none, it is left out.

        Returns
        -------
        tuple of str
            English phrases; none if nothing is unusual. The encoder is mentioned if nothing
            plainer is.
        """
        if task not in self.ranges:
            return ()
        found = self.ranges[task].length_reasons(len(dna)) + unknown_reasons(dna)
        shares, counts = pair_shares([dna.sequence])
        if counts[0] >= _FEWEST:
            found += self._pair_reasons(task, shares[0], float(counts[0]))
        if not found and embedding is not None and self.sees(weights):
            found += self._view_reasons(task, embedding)
        return tuple(found)

    def sees(self, weights: str | None) -> bool:
        """Tell whether it knows what an encoder of these weights says."""
        return self.view is not None and weights is not None and self.view.weights == weights

    def save(self, path: str | Path) -> None:
        """Write it to a JSON file."""
        content = {
            "format": _FORMAT,
            "ranges": {name: known.to_json() for name, known in self.ranges.items()},
            "pairs": self.pairs.to_json(),
            "view": self.view
            and {
                "weights": self.view.weights,
                "mean": self.view.mean.tolist(),
                "axes": self.view.axes.tolist(),
                "clouds": self.view.clouds.to_json(),
            },
        }
        text = json.dumps(content, allow_nan=False, separators=(",", ":"))
        Path(path).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Likeness":
        """Read what `save` wrote.

        Raises
        ------
        CheckpointError
            If the file cannot be read as that.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if content["format"] != _FORMAT:
                raise ValueError(f"its format is {content['format']!r}, expected {_FORMAT}")
            ranges = {name: TaskRange.from_json(stored) for name, stored in content["ranges"].items()}
            pairs = Clouds.from_json(content["pairs"], len(PAIRS))
            if missing := sorted(set(ranges) - set(pairs.clouds)):
                raise ValueError(f"nothing is known of the pairs of {', '.join(missing)}")
            return cls(ranges, pairs, content["view"] and _read_view(content["view"]))
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise CheckpointError(
                f"Cannot read from {path} what sequences are like: {error!r}. Fit it again."
            ) from error

    def __repr__(self) -> str:
        seen = ", seen by an encoder" if self.view else ""
        return f"Likeness({len(self.ranges)} task{'s' * (len(self.ranges) != 1)}{seen})"

    def _pair_reasons(self, task: str, shares: NDArray, count: float) -> list[str]:
        placed = self.pairs.place(task, shares, count)
        if placed.far:
            return [self.ranges[task].composition_reason(shares)]
        return [f"composed {_more_like(placed.nearer)}"] if placed.nearer else []

    def _view_reasons(self, task: str, embedding: ArrayLike) -> list[str]:
        if self.view is None or task not in self.view.clouds.clouds:
            return []
        placed = self.view.clouds.place(task, self.view.project(np.asarray(embedding, float)[None])[0])
        if placed.nearer:
            return [f"to the encoder {_more_like(placed.nearer)}"]
        return ["unlike the sequences trained on to the encoder"] if placed.far else []


def some_sequences(examples: Sequence[Example], most: int, seed: int) -> list[str]:
    """Return the letters of at most so many examples, chosen by `seed`, in their order."""
    chosen = sorted(random.Random(seed).sample(range(len(examples)), min(most, len(examples))))
    return [examples[i].sequence for i in chosen]


def random_sequences(lengths: Iterable[int], seed: int) -> list[str]:
    """Return sequences of these lengths in which all bases are equally likely."""
    rng = random.Random(seed)
    return ["".join(rng.choices("ACGT", k=length)) for length in lengths]


def _more_like(name: str) -> str:
    if name.startswith(RANDOM):
        return "more like random bases than like the sequences trained on"
    return f"more like the sequences of {name}"


def _directions(embeddings: Mapping[str, NDArray]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the mean, and the directions in which sequences of all tasks vary most."""
    pool = np.concatenate([np.asarray(v, float) for v in embeddings.values()])
    size = pool.std(0)
    if not np.isfinite(size).all() or not size.any():
        raise DataError("What the encoder says is not finite, or the same for all sequences.")
    varying = size > 1e-6 * max(float(size.max()), 1e-30)
    scale = np.where(varying, 1 / np.where(varying, size, 1), 0)
    sizes, axes = np.linalg.eigh(np.cov(((pool - pool.mean(0)) * scale).T).reshape(len(size), -1))
    kept = [i for i in np.argsort(-sizes)[:NUMBERS] if sizes[i] > 1e-9]
    return rounded(pool.mean(0)), rounded(scale[:, None] * axes[:, kept])


def _read_view(stored: Mapping[str, Any]) -> View:
    mean = finite(stored["mean"]).ravel()
    axes = finite(stored["axes"]).reshape(len(mean), -1)
    return View(mean, axes, Clouds.from_json(stored["clouds"], axes.shape[1]), str(stored["weights"]))
