"""How well maps find what is known to lie in sequences."""

import dataclasses
import html
import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from chatnt.files import reading_json
from chatnt.resampling import mean_interval, wilson_interval

TOP = (1, 5)


class Found(NamedTuple):
    """Hold how well one map finds the place that is known in one sequence.

    Parameters
    ----------
    method
        What the map is called.
    sequence
        Number of the sequence, from 0.
    shuffled
        Whether it is the map of the shuffled sequence, the control.
    area
        Under the curve of precision and recall of the bases of the place.
    chance
        The share of the bases that lie in the place, which is the area that chance gives.
    rank
        Of the best base of the place among all bases, from 1; of bases with equal scores the last.
    window
        Whether the best window of some bases lies within the place, or holds it.
    """

    method: str
    sequence: int
    shuffled: bool
    area: float
    chance: float
    rank: int
    window: bool


@dataclasses.dataclass(frozen=True)
class Recovery:
    """Hold how well each method finds what is known to lie in the sequences of a task.

    Attributes
    ----------
    task
        Name of the task.
    place
        What is to be found.
    count
        Sequences.
    window
        Bases of the windows.
    rows
        One for each method, sequence and map.
    """

    task: str
    place: str
    count: int
    window: int
    rows: tuple[Found, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """Names of the methods, as they were given."""
        return tuple(dict.fromkeys(row.method for row in self.rows))

    def table(self) -> pd.DataFrame:
        """Compare the methods.

        Returns
        -------
        DataFrame
            One row for each method: ``method``; ``area``, the mean area under the curve of precision and
            recall, ``area_low, area_high``, its 95 % bootstrap interval over the sequences, and ``chance``;
            ``top1``, the share of the sequences whose strongest base lies in the place, with its Wilson
            interval ``top1_low, top1_high``; ``top5``, one of the five strongest; and ``window``, the best
            window. A name that ends with ``_shuffled`` is that of the control: the maps of the
            shuffled sequences.
        """
        return pd.DataFrame([self._of(method) for method in self.methods])

    def _of(self, method: str) -> dict[str, object]:
        found: dict[str, object] = {"method": method}
        for ending, shuffled in (("", False), ("_shuffled", True)):
            rows = [r for r in self.rows if r.method == method and r.shuffled == shuffled]
            areas = np.array([r.area for r in rows])
            found["area" + ending] = float(areas.mean())
            for top in TOP:
                found[f"top{top}{ending}"] = float(np.mean([r.rank <= top for r in rows]))
            found["window" + ending] = float(np.mean([r.window for r in rows]))
            if not shuffled:
                found["area_low"], found["area_high"] = mean_interval(areas)
                low, high = wilson_interval(sum(r.rank == 1 for r in rows), len(rows))
                found["top1_low"], found["top1_high"] = float(low), float(high)
                found["chance"] = float(np.mean([r.chance for r in rows]))
        order = ["method", "area", "area_low", "area_high", "area_shuffled", "chance"]
        order += ["top1", "top1_low", "top1_high", "top1_shuffled", "top5", "top5_shuffled"]
        return {name: found[name] for name in [*order, "window", "window_shuffled"]}

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each method, sequence and map, with the columns of `Found`."""
        return pd.DataFrame(self.rows, columns=list(Found._fields))

    def save(self, path: str | Path) -> None:
        """Write the result as JSON."""
        data = dataclasses.asdict(self) | {"rows": [list(row) for row in self.rows]}
        Path(path).write_text(json.dumps(data, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Recovery":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        """
        with reading_json(path, "places that were found") as data:
            return cls(rows=tuple(Found(*row) for row in data.pop("rows")), **data)

    @property
    def summary(self) -> str:
        """What was found, in a line for each method."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        told = f"{self.count:,} sequence{'s' * (self.count != 1)}"
        yield f"{self.task}: {self.place} in {told}; windows of {self.window}"
        for row in self.table().to_dict("records"):
            yield (
                "{method}: area {area:.2f} ({area_low:.2f} to {area_high:.2f}; shuffled {area_shuffled:.2f}, "
                "chance {chance:.2f}); top base {top1:.0%} (shuffled {top1_shuffled:.0%}), in the top five "
                "{top5:.0%}, best window {window:.0%}"
            ).format_map(row)

    def __repr__(self) -> str:
        best = self.table().sort_values("area").iloc[-1]
        return (
            f"Recovery({self.task}: {self.place} in {self.count:,} sequence{'s' * (self.count != 1)}; best "
            f"area {best['area']:.2f} by {best['method']}, chance {best['chance']:.2f})"
        )

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        head = html.escape(next(self._lines()))
        return f"<div>{head}</div>{self.table().to_html(index=False, float_format=lambda x: f'{x:.2f}')}"
