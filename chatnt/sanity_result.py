"""Whether maps hang on what a pair has learned: their correlation after weights were put in disorder."""

import dataclasses
import html
import json
import statistics
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import pandas as pd

from chatnt.files import reading_json
from chatnt.resampling import mean_interval

Mode = Literal["cascading", "independent"]
MODES: tuple[Mode, ...] = ("cascading", "independent")
"""All stages from the answer down to one, or this stage alone."""


class Similarity(NamedTuple):
    """Hold how alike a map is to that of the pair as it was.

    Parameters
    ----------
    mode
        One of `MODES`.
    depth
        Of the stage, from 1; the stage nearest to the answer is the first.
    stage
        Its name.
    sequence
        Number of the sequence, from 0.
    signed, absolute
        Spearman's rank correlation of the scores, and of their absolute values; 0 for a map
        without differences.
    """

    mode: str
    depth: int
    stage: str
    sequence: int
    signed: float
    absolute: float


@dataclasses.dataclass(frozen=True)
class Sanity:
    """Hold the rank correlations of maps with those of the pair before its weights were put in disorder.

    A map that stays as it was shows the bases, not what the pair has learned of them.

    Attributes
    ----------
    task
        Name of the task.
    method
        Of the maps.
    count
        Sequences.
    rows
        One for each mode, stage and sequence.

    References
    ----------
    Adebayo et al. 2018, Sanity checks for saliency maps, section 3 (cascading and independent
    randomization).
    """

    task: str
    method: str
    count: int
    rows: tuple[Similarity, ...]

    @property
    def modes(self) -> tuple[str, ...]:
        """Those of `MODES` that were done."""
        return tuple(dict.fromkeys(row.mode for row in self.rows))

    def table(self) -> pd.DataFrame:
        """Return the means over the sequences.

        Returns
        -------
        DataFrame
            One row for each mode and stage: ``mode, depth, stage``; ``signed, signed_low, signed_high``, the
            mean rank correlation with its 95 % bootstrap interval; and the same of ``absolute``.
        """
        groups: dict[tuple[str, int, str], list[Similarity]] = {}
        for row in self.rows:
            groups.setdefault((row.mode, row.depth, row.stage), []).append(row)
        found = []
        for key, rows in groups.items():
            line: dict[str, object] = dict(zip(("mode", "depth", "stage"), key, strict=True))
            for kind in ("signed", "absolute"):
                values = [float(getattr(row, kind)) for row in rows]
                line[kind] = statistics.fmean(values)
                line[f"{kind}_low"], line[f"{kind}_high"] = mean_interval(values)
            found.append(line)
        return pd.DataFrame(found)

    def to_frame(self) -> pd.DataFrame:
        """Return one row for each mode, stage and sequence, with the columns of `Similarity`."""
        return pd.DataFrame(self.rows, columns=list(Similarity._fields))

    def save(self, path: str | Path) -> None:
        """Write the result as JSON."""
        data = dataclasses.asdict(self) | {"rows": [list(row) for row in self.rows]}
        Path(path).write_text(json.dumps(data, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Sanity":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        """
        with reading_json(path, "a test of sanity") as data:
            return cls(rows=tuple(Similarity(*row) for row in data.pop("rows")), **data)

    @property
    def summary(self) -> str:
        """What is left when all stages are in disorder, in a line for each mode."""
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield f"{self.task}: {self.method}, {self.count:,} sequence{'s' * (self.count != 1)}"
        for mode in self.modes:
            lines = [row for row in self.table().to_dict("records") if row["mode"] == mode]
            if mode == "cascading":
                one, told = lines[-1], f"with all {len(lines)} stages in disorder"
            else:
                one = max(lines, key=lambda row: row["signed"])
                told = f"at most, with {one['stage']} in disorder"
            yield f"{mode}: rank correlation {one['signed']:.2f} (absolute {one['absolute']:.2f}) {told}"

    def __repr__(self) -> str:
        return f"Sanity({'; '.join(self._lines())})"

    def __str__(self) -> str:
        return self.summary

    def _repr_html_(self) -> str:
        told = "<br>".join(html.escape(line) for line in self._lines())
        return f"<div>{told}</div>{self.table().to_html(index=False, float_format=lambda x: f'{x:.2f}')}"
