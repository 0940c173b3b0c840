"""Where the sequences of each task lie in a space of numbers, and whether another lies there too."""

import dataclasses
import functools
import math
import statistics
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.errors import DataError

LEAST = 50
"""Sequences of a task below which nothing can be said of the rare ones among them."""

FLAGGED = 0.005
"""Share of a task's own sequences that each of the two tests flags."""

RANDOM = "random bases"
"""Begins the names of clouds that belong to no task."""

_FOLDS = 4
_DIGITS = 5
_SHRINKAGE = 0.05  # so that no direction without variance in the sample counts as impossible
_FLOOR = 0.01  # of the noise: counts of neighbouring pairs nearly determine each other


class Placed(NamedTuple):
    """Say where a vector lies.

    Parameters
    ----------
    far
        Whether it is farther from the mean of the task than nearly all of its sequences.
    nearer
        Name of another cloud in which it is likelier, by more than for nearly all sequences of the
        task; None if there is none.
    """

    far: bool
    nearer: str | None


class Measured(NamedTuple):
    """Hold vectors of sequences, and what each was counted over.

    Parameters
    ----------
    vectors
        Of shape (sequences, numbers).
    counts
        Of shape (sequences,): vectors are shares of so many things, and so the noisier the fewer
        there are; None if they are not shares.
    """

    vectors: NDArray[np.float64]
    counts: NDArray[np.float64] | None = None

    def at(self, rows: "NDArray | slice") -> "Measured":
        """Return some of them."""
        return Measured(self.vectors[rows], None if self.counts is None else self.counts[rows])


@dataclasses.dataclass(frozen=True, eq=False)
class Cloud:
    """Describe vectors of one kind by a normal distribution.

    Shares that are counted over few things vary by chance. The covariance of shares is therefore
    that of the kind, `spread`, and that of a multinomial count, which shrinks with its size.

    Parameters
    ----------
    mean
        Of shape (numbers,).
    spread
        Covariance, of shape (numbers, numbers).
    far, nearer
        Squared Mahalanobis distance, and logarithm of how much likelier another cloud is, that
        few of its own vectors exceed; infinite if it was not measured.
    """

    mean: NDArray[np.float64]
    spread: NDArray[np.float64]
    far: float = math.inf
    nearer: float = math.inf

    @classmethod
    def fit(cls, measured: Measured) -> "Cloud":
        """Describe vectors; numbers are rounded as `Clouds.to_json` writes them."""
        vectors, counts = measured
        mean, spread = vectors.mean(0), np.cov(vectors.T).reshape(vectors.shape[1], -1)
        if counts is None:
            even = np.eye(len(mean)) * max(np.trace(spread) / len(mean), 1e-12)
            spread = (1 - _SHRINKAGE) * spread + _SHRINKAGE * even
        else:
            # What chance adds to shares is not a trait of the kind.
            sizes, axes = np.linalg.eigh(spread - _multinomial(mean) * (1 / counts).mean())
            spread = axes * sizes.clip(min=0) @ axes.T
        return cls(rounded(mean), rounded((spread + spread.T) / 2))

    def noisy(self, count: float | None) -> NDArray[np.float64]:
        """Return the covariance of shares that are counted over so many things, or of what is no share."""
        return self.spread if count is None else self.spread + _multinomial(self.mean) / count

    def place(self, measured: Measured) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Compare vectors with this cloud.

        Returns
        -------
        distances : ndarray
            Squared Mahalanobis distances, of shape (vectors,).
        likelihoods : ndarray
            Log-densities but for a constant, natural log, of shape (vectors,).
        """
        vectors, counts = measured
        distances, likelihoods = np.empty((2, len(vectors)))
        sizes = np.zeros(len(vectors)) if counts is None else counts
        for size in np.unique(sizes):
            rows = sizes == size
            spread = self.noisy(None if counts is None else size)
            away = vectors[rows] - self.mean
            distances[rows] = np.einsum("ij,ji->i", away, np.linalg.solve(spread, away.T))
            likelihoods[rows] = -(distances[rows] + np.linalg.slogdet(spread)[1]) / 2
        return distances, likelihoods


@dataclasses.dataclass(frozen=True, eq=False)
class Clouds:
    """Tell by vectors whether a sequence is like those of a task.

    Two tests find what one of them would miss: a vector may be far from all that the task has, or
    still within its reach but much likelier among the sequences of another task.

    Parameters
    ----------
    clouds
        By the name of the task, or a name that begins with `RANDOM`.
    """

    clouds: Mapping[str, Cloud]

    @classmethod
    def fit(
        cls,
        measured: Mapping[str, Measured],
        *,
        held: Mapping[str, Measured] | None = None,
        flagged: float = FLAGGED,
        seed: int = 0,
    ) -> "Clouds":
        """Describe the sequences of each task, and find what is rare among them.

        Parameters
        ----------
        measured
            Vectors by the name of the task.
        held
            Others on which to measure what is rare, where the first were trained on. Default: the
            first, each quarter compared with the other three.
        flagged
            Share of them that each test is to flag.
        seed
            Of the quarters.

        Raises
        ------
        DataError
            If a task has fewer than 50 vectors, or one that is not finite.
        """
        for name, some in [*measured.items(), *(held or {}).items()]:
            check_enough(name, some)
        clouds = {name: Cloud.fit(some) for name, some in measured.items()}
        for name, some in measured.items():
            if name.startswith(RANDOM):
                continue
            rivals = [cloud for other, cloud in clouds.items() if other != name]
            if held and name in held:
                found = [_compare(clouds[name], rivals, held[name])]
            else:
                folds = np.random.default_rng(seed).permutation(len(some.vectors)) % _FOLDS
                found = [
                    _compare(Cloud.fit(some.at(folds != fold)), rivals, some.at(folds == fold))
                    for fold in range(_FOLDS)
                ]
            far, nearer = (_exceeded(np.concatenate(side), flagged) for side in zip(*found, strict=True))
            if some.counts is not None:
                # Nearly equal sequences, such as variants of one gene, make no others unlike them
                # that differ by no more than chance.
                far = max(far, _by_chance(some.vectors.shape[1], flagged))
            # No cloud is nearer in which a vector is not likelier.
            clouds[name] = dataclasses.replace(clouds[name], far=far, nearer=max(nearer, 0.0))
        return cls(clouds)

    def place(self, name: str, vector: ArrayLike, count: float | None = None) -> Placed:
        """Say where one vector lies, seen from a task.

        Parameters
        ----------
        name
            Of the task, or it is a `KeyError`.
        vector
            Of shape (numbers,).
        count
            What it was counted over, if it holds shares.
        """
        inverses, volumes = _inverted(self, count)
        names = list(self.clouds)
        away = np.asarray(vector, float) - np.stack([cloud.mean for cloud in self.clouds.values()])
        distances = np.einsum("ci,cij,cj->c", away, inverses, away)
        likelihoods = dict(zip(names, (-(distances + volumes) / 2).tolist(), strict=True))
        likelihood, own = likelihoods.pop(name), self.clouds[name]
        nearest = max(likelihoods, key=likelihoods.__getitem__, default=None)
        likelier = nearest is not None and likelihoods[nearest] - likelihood > own.nearer
        return Placed(bool(distances[names.index(name)] > own.far), nearest if likelier else None)

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold; of each covariance one half."""
        return {
            name: {
                "mean": cloud.mean.tolist(),
                "spread": cloud.spread[np.triu_indices(len(cloud.mean))].tolist(),
                "far": _or_none(cloud.far),
                "nearer": _or_none(cloud.nearer),
            }
            for name, cloud in self.clouds.items()
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any], numbers: int) -> "Clouds":
        """Read what `to_json` gave.

        Raises
        ------
        ValueError, LookupError, TypeError, AttributeError
            If it is something else, or vectors are not of so many numbers.
        """
        clouds = {}
        for name, stored in data.items():
            mean = finite(stored["mean"]).reshape(numbers)
            spread = np.empty((numbers, numbers))
            upper = np.triu_indices(numbers)
            spread[upper] = finite(stored["spread"]).reshape(len(upper[0]))
            spread.T[upper] = spread[upper]
            far, nearer = (
                math.inf if stored[k] is None else float(finite(stored[k])) for k in ("far", "nearer")
            )
            clouds[name] = Cloud(mean, spread, far, nearer)
        return cls(clouds)


@functools.lru_cache(maxsize=32)
def _inverted(clouds: Clouds, count: float | None) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the inverse of each covariance, and the logarithm of its determinant."""
    spreads = np.stack([cloud.noisy(count) for cloud in clouds.clouds.values()])
    return np.asarray(np.linalg.inv(spreads), float), np.asarray(np.linalg.slogdet(spreads)[1], float)


def check_enough(name: str, measured: Measured) -> None:
    """Refuse too few vectors to tell what is rare among them, and numbers that are not finite.

    Raises
    ------
    DataError
        Names what they are of.
    """
    if len(measured.vectors) < LEAST or not np.isfinite(measured.vectors).all():
        raise DataError(
            f"{name} has {len(measured.vectors)} sequences to be described by; at least {LEAST} are "
            "needed, with finite numbers."
        )


def _multinomial(mean: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the covariance of the shares of one draw, and a little more so that it can be inverted."""
    shares = mean.clip(min=1 / len(mean) ** 2)
    shares = shares / shares.sum()
    return np.diag(shares) - np.outer(shares, shares) + np.eye(len(mean)) * _FLOOR / len(mean)


def _by_chance(numbers: int, flagged: float) -> float:
    """Return what a share of chi-squared numbers exceeds.

    The cube root of such numbers is nearly normal (Wilson and Hilferty 1931, The distribution of
    chi-square, PNAS 17:684).
    """
    size = 2 / (9 * numbers)
    cube_root = 1 - size + statistics.NormalDist().inv_cdf(1 - flagged) * math.sqrt(size)
    return float(rounded(numbers * cube_root**3))


def _compare(
    own: Cloud, rivals: Sequence[Cloud], measured: Measured
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return squared distances, and how much likelier the likeliest rival is."""
    distances, likelihoods = own.place(measured)
    best = np.full(len(likelihoods), -math.inf)
    for rival in rivals:
        best = np.maximum(best, rival.place(measured)[1])
    return distances, best - likelihoods


def _exceeded(values: NDArray[np.float64], flagged: float) -> float:
    """Return what a share of further values exceeds at most, or the largest if there are too few."""
    if not np.isfinite(values).all():
        return math.inf  # there is no rival
    rank = min(math.ceil((len(values) + 1) * (1 - flagged)), len(values))
    return float(rounded(np.sort(values)[rank - 1]))


def rounded(numbers: ArrayLike) -> NDArray[np.float64]:
    """Round to as many digits as are saved, so that what is loaded is what was fitted."""
    plain = np.asarray(numbers, float)
    return np.array([float(f"{x:.{_DIGITS}g}") for x in plain.ravel()]).reshape(plain.shape)


def finite(numbers: ArrayLike) -> NDArray[np.float64]:
    """Return stored numbers as an array, or raise a `ValueError`."""
    found = np.asarray(numbers, float)
    if not np.isfinite(found).all():
        raise ValueError("a number is not finite")
    return found


def _or_none(number: float) -> float | None:
    return number if math.isfinite(number) else None
