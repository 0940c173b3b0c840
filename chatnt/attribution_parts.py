"""What an attribution to parts is: how much each word, soft token or region speaks for an answer."""

import dataclasses
import html
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.errors import DataError

_FORMAT = 1  # of the file; raise it when it changes
_FOR, _AGAINST = "37, 99, 235", "217, 119, 6"  # as bases are shown


@dataclasses.dataclass(frozen=True, eq=False)
class PartAttribution:
    """Hold one score for each part of what a pair reads.

    Positive scores speak for the target, negative ones against it, if they are `signed`.

    Attributes
    ----------
    kind
        What the parts are: ``"word"``, ``"soft token"`` or ``"region"``.
    names
        Of the parts, in order; a word may occur twice.
    scores
        An array of shape (parts,), float32, in `unit`.
    question, task, target, against, unit, method, baseline, value, baseline_value, delta, signed, notes
        As in `chatnt.Attribution`.
    """

    kind: str
    names: tuple[str, ...]
    scores: NDArray[np.float32]
    question: str
    task: str | None
    target: str
    against: str
    unit: str
    method: str
    baseline: str
    value: float
    baseline_value: float | None = None
    delta: float | None = None
    signed: bool = True
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if len(self.names) != len(self.scores):
            raise ValueError(f"There are {len(self.names)} parts, but {len(self.scores)} scores.")

    def to_frame(self) -> pd.DataFrame:
        """Return one row per part: ``position`` from 0, its ``name``, ``score``."""
        return pd.DataFrame({"position": range(len(self.names)), "name": self.names, "score": self.scores})

    def save(self, path: str | Path) -> None:
        """Write the attribution as JSON, which `load` reads."""
        plain = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        about = {"format": _FORMAT, **plain, "scores": [float(x) for x in self.scores]}
        Path(path).write_text(json.dumps(about, indent=1), encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "PartAttribution":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        FileNotFoundError
            If there is no such file.
        """
        wanted = {field.name for field in dataclasses.fields(cls)} | {"format"}
        try:
            about: Any = json.loads(Path(path).read_text(encoding="utf-8"))
        except (json.JSONDecodeError, UnicodeDecodeError) as error:
            raise DataError(f"{path} cannot be read as an attribution to parts: {error}") from error
        if not isinstance(about, dict) or set(about) != wanted or about.pop("format") != _FORMAT:
            raise DataError(
                f"{path} is no attribution to parts of format {_FORMAT}; give a file of PartAttribution.save."
            )
        lists = {name: tuple(about.pop(name)) for name in ("names", "notes")}
        return cls(scores=np.array(about.pop("scores"), np.float32), **lists, **about)

    @property
    def summary(self) -> str:
        """What was explained and how, in one line."""
        told = f"{self.target} against {self.against}" if self.against else self.target
        how = self.method + (f" from {self.baseline}" if self.baseline else "")
        count = f"{len(self.names)} {self.kind}{'s' * (len(self.names) != 1)}"
        parts = [count, f"{told}, {self.unit} {self.value:.3g}", how]
        if self.delta is not None:
            parts.append(f"delta {self.delta:.2g}")
        at = int(np.abs(self.scores).argmax())
        return "; ".join([*parts, f"strongest: {self.names[at]} ({self.scores[at]:+.3g})"])

    def __repr__(self) -> str:
        notes = "".join(f"\n  note: {note}" for note in self.notes)
        return f"PartAttribution({self.summary}){notes}"

    def _repr_html_(self) -> str:
        most = float(np.abs(self.scores).max()) or 1.0
        marks = " ".join(
            f"<span title='{x:+.3g}' style='padding:0 .2em;border-radius:.2em;"
            f"background:rgba({_FOR if x > 0 else _AGAINST},{abs(x) / most:.2f})'>{html.escape(name)}</span>"
            for name, x in zip(self.names, self.scores.tolist(), strict=True)
        )
        notes = "".join(f"<div style='color:#b45309'>{html.escape(note)}</div>" for note in self.notes)
        told = "blue speaks for the target, orange against it" if self.signed else "the darker, the more"
        legend = f"<div style='font-size:.85em'>{told}</div>"
        return f"<div>{html.escape(self.summary)}</div><div>{marks}</div>{legend}{notes}"
