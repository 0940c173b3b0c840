"""Whether a map is faithful: curves of deletion and insertion, and what chance does."""

import dataclasses
import html
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.files import reading_json
from chatnt.resampling import mean_interval

MAP, RANDOM, MOVED = "map", "random", "moved"
"""Orders in which bases go: that of the map, by chance, and that of the map at another place."""

Curve = Literal["deletion", "insertion"]
CURVES: tuple[Curve, ...] = ("deletion", "insertion")

_TAILS = (0.025, 0.975)
_Curves = Mapping[str, NDArray[np.float64]]


@dataclasses.dataclass(frozen=True, eq=False)
class Faithfulness:
    """Hold what a target becomes while bases are taken away, or put back, in the order of a map.

    If a map is faithful, a target falls sooner when its bases are deleted in this order than in
    a random one, and rises sooner when they are inserted.

    Attributes
    ----------
    method
        Of the map.
    target
        What is computed.
    unit
        Of the target, and of areas.
    replacement
        What stands in place of bases that are taken away.
    fractions
        Array of shape (points,): the share of the bases that is taken away, or put back, from 0 to 1.
    deletion, insertion
        The target by the name of the order: arrays of shape (sequences, draws, points). ``"map"`` is the
        order of the scores, highest first; ``"random"`` any order; ``"moved"`` that of the same map moved
        along the sequence by a random distance, round its ends.

    References
    ----------
    Petsiuk, Das and Saenko 2018, RISE: Randomized input sampling for explanation of black-box models,
    section 4.2; Samek et al. 2017, Evaluating the visualization of what a deep neural network has learned,
    section III.
    """

    method: str
    target: str
    unit: str
    replacement: str
    fractions: NDArray[np.float64]
    deletion: _Curves
    insertion: _Curves

    @property
    def count(self) -> int:
        """How many sequences, or questions with several."""
        return len(self.deletion[MAP])

    @property
    def controls(self) -> tuple[str, ...]:
        """Names of the orders that the map is compared with."""
        return tuple(name for name in self.deletion if name != MAP)

    def areas(self, curve: Curve, order: str = MAP) -> NDArray[np.float64]:
        """Return the area under each curve: the mean of the target over the way.

        Returns
        -------
        ndarray
            Of shape (sequences, draws), in `unit`.
        """
        values = getattr(self, curve)[order]
        return (values[..., 1:] + values[..., :-1]) / 2 @ np.diff(self.fractions)

    def gains(self, curve: Curve, control: str = RANDOM) -> NDArray[np.float64]:
        """Return by how much the map does better than each draw of a control; positive is faithful.

        Returns
        -------
        ndarray
            Of shape (sequences, draws), in `unit`.
        """
        less = self.areas(curve, control) - self.areas(curve)
        return less if curve == "deletion" else -less

    def table(self) -> pd.DataFrame:
        """Compare the map with each control.

        Returns
        -------
        DataFrame
            One row for each curve and control: ``curve, control``; ``map_area, control_area``, means;
            ``gain``, positive if the map does better; ``low, high``, of several sequences the 95 % bootstrap
            interval of the mean gain, of a single one the range that holds 95 % of the draws; ``p``, of
            several sequences that of Wilcoxon's two-sided signed-rank test of the gains, of a single one
            the share of draws that do as well as the map, which is counted as one of them; and
            ``better``, the share of the sequences that gain.
        """
        rows = [self._compared(curve, control) for curve in CURVES for control in self.controls]
        names = ["curve", "control", "map_area", "control_area", "gain", "low", "high", "p", "better"]
        return pd.DataFrame(rows, columns=names)

    def _compared(self, curve: Curve, control: str) -> tuple:
        gains = self.gains(curve, control)
        means = gains.mean(1)
        if len(gains) == 1:
            low, high = np.quantile(gains, _TAILS)
            p = (1 + int((gains <= 0).sum())) / (1 + gains.size)
        else:
            (low, high), p = mean_interval(means), _signed_rank(means)
        areas = float(self.areas(curve).mean()), float(self.areas(curve, control).mean())
        better = float((means > 0).mean())
        return (curve, control, *areas, float(means.mean()), float(low), float(high), p, better)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per point of each curve: ``curve, order, sequence, draw, fraction, value``."""
        parts = []
        for curve in CURVES:
            for order, values in getattr(self, curve).items():
                sequence, draw, point = (x.ravel() for x in np.indices(values.shape))
                columns = {"curve": curve, "order": order, "sequence": sequence, "draw": draw}
                columns |= {"fraction": self.fractions[point], "value": values.ravel()}
                parts.append(pd.DataFrame(columns))
        return pd.concat(parts, ignore_index=True)

    @classmethod
    def joined(cls, parts: Sequence["Faithfulness"]) -> "Faithfulness":
        """Put the sequences of several results together, which were found in the same way.

        Raises
        ------
        ValueError
            If there are none, or they differ in method, replacement, points or controls.
        """
        if not parts:
            raise ValueError("There is nothing to put together; give at least one result.")
        first = parts[0]
        for other in parts[1:]:
            if first._way() != other._way():
                raise ValueError(f"{other._way()} cannot be put together with {first._way()}.")
        targets = dict.fromkeys(part.target for part in parts)
        return dataclasses.replace(
            first,
            target=" or ".join(targets),
            deletion={k: np.concatenate([p.deletion[k] for p in parts]) for k in first.deletion},
            insertion={k: np.concatenate([p.insertion[k] for p in parts]) for k in first.insertion},
        )

    def _way(self) -> tuple:
        shapes = {name: values.shape[1:] for name, values in self.deletion.items()}
        return self.method, self.unit, self.replacement, shapes

    def save(self, path: str | Path) -> None:
        """Write the result as JSON."""
        data = {f.name: getattr(self, f.name) for f in dataclasses.fields(self)}
        data["fractions"] = self.fractions.tolist()
        for curve in CURVES:
            data[curve] = {name: values.tolist() for name, values in data[curve].items()}
        Path(path).write_text(json.dumps(data, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Faithfulness":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        """
        with reading_json(path, "curves of deletion") as data:
            data["fractions"] = np.array(data["fractions"], float)
            for curve in CURVES:
                data[curve] = {name: np.array(values, float) for name, values in data[curve].items()}
            found = cls(**data)
            found.table()
        return found

    @property
    def summary(self) -> str:
        """What was found, in a line for each curve and control."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        told = f"{self.count:,} sequences" if self.count > 1 else "one sequence"
        yield f"{self.method}: {self.target}, {self.unit}; {told}; replaced by {self.replacement}"
        for row in self.table().to_dict("records"):
            yield (
                f"{row['curve']}: area {row['map_area']:.3g}, {row['control']} {row['control_area']:.3g}; "
                f"gain {row['gain']:+.3g} ({row['low']:+.3g} to {row['high']:+.3g}), p {row['p']:.2g}"
            )

    def __repr__(self) -> str:
        gains = (f"{curve} {self.gains(curve).mean():+.3g}" for curve in CURVES)
        told = f"{self.count:,} sequence{'s' * (self.count != 1)}"
        return f"Faithfulness({self.method}, {told}: gain over random orders, {', '.join(gains)})"

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        told = html.escape(next(self._lines()))
        return f"<div>{told}</div>{self.table().to_html(index=False, float_format=lambda x: f'{x:.3g}')}"


def _signed_rank(values: NDArray[np.float64]) -> float:
    from scipy.stats import wilcoxon  # scikit-learn brings scipy

    return float(wilcoxon(values)[1]) if values.any() else 1.0  # type: ignore[arg-type]
