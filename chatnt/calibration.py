"""What a calibration is: how scores of one task become probabilities, and how well that works."""

import dataclasses
import html
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd
from numpy.typing import ArrayLike, NDArray

from chatnt.calibrators import Calibrator, from_json, to_json
from chatnt.errors import CheckpointError, DataError
from chatnt.files import reading_json
from chatnt.resampling import Estimate

_FORMAT = 1  # of the JSON; raise it when it changes

NAMES = {
    "ece": "expected calibration error",
    "mce": "maximum calibration error",
    "brier": "Brier score",
    "log_loss": "log loss",
    "auroc": "AUROC",
    "mcc": "MCC",
    "coverage": "coverage",
    "size": "labels in a set",
    "empty": "empty sets",
    "width": "width",
}
"""What is measured before and after, and how it is written."""


class MeasuredRows(NamedTuple):
    """Hold probabilities that were measured, as they were and as they became, and what is true.

    Parameters
    ----------
    before, after
        Of shape (rows, labels).
    truth
        Class numbers of shape (rows,); of a multilabel task flags of shape (rows, labels).
    """

    before: NDArray
    after: NDArray
    truth: NDArray


@dataclasses.dataclass(frozen=True, eq=False)
class Calibration:
    """Hold what corrects the probabilities of one task, for one pair's weights.

    `before` and `after` measure the same rows. With the protocol ``"held-out"`` these are the rows
    that the method was fitted on, so each is corrected by what the other four fifths say
    (cross-fitting, see `chatnt.calibration_methods.cross_fit`); `calibrator` itself is fitted on
    all. With ``"paper"`` they are test rows.

    Attributes
    ----------
    task, kind, labels
        Name and kind of the task, and its labels in the order of the columns; none for a number.
    method
        One of `chatnt.calibration_methods.METHODS`.
    score
        What is corrected: one of `chatnt.scoring.SCORES`.
    sentences
        How many answer sentences of each label were scored; `None` is all of them.
    protocol
        One of `chatnt.calibrating.PROTOCOLS`.
    count, measured
        How many rows the calibrator was fitted on, and how many were measured.
    weights
        Fingerprint of the weights whose scores these were, see `chatnt.weights.fingerprint`.
    calibrator
        What was fitted.
    before, after
        Measurements without and with it, by the names of `NAMES`.
    tables
        Reliability tables ``"before"`` and ``"after"``, see `chatnt.reliability.reliability_table`;
        none for sets and intervals.
    rows
        What was measured; `None` for sets and intervals, and for what was read from a file, which
        does not keep it.
    """

    task: str
    kind: str
    labels: tuple[str, ...]
    method: str
    score: str
    sentences: int | None
    protocol: str
    count: int
    measured: int
    weights: str
    calibrator: Calibrator
    before: Mapping[str, Estimate]
    after: Mapping[str, Estimate]
    tables: Mapping[str, pd.DataFrame] = dataclasses.field(default_factory=dict)
    rows: MeasuredRows | None = None

    def check(self, weights: str) -> None:
        """Refuse other weights than those of the fit.

        Parameters
        ----------
        weights
            Fingerprint of those that are in use, see `chatnt.weights.fingerprint`.

        Raises
        ------
        CheckpointError
            If they are others.
        """
        if weights != self.weights:
            raise CheckpointError(
                f"The calibration of {self.task} was fitted for the weights {self.weights[:12]}, those in "
                f"use are {weights[:12]}; fit it again with chatnt.calibrate."
            )

    def apply(self, probabilities: ArrayLike, *, weights: str) -> NDArray:
        """Correct probabilities of the same weights.

        Parameters
        ----------
        probabilities
            Of shape (rows, labels), or for a number the shares of (rows, points); scored as
            `score` and `sentences` say, for example by `chatnt.scoring.read_shares`.
        weights
            Fingerprint of the weights that gave them.

        Returns
        -------
        ndarray
            Probabilities of shape (rows, labels), sets of labels as booleans of that shape, or
            intervals of shape (rows, 2) in the unit of the task.

        Raises
        ------
        CheckpointError
            If the weights are others than those of the fit.
        ValueError
            If something is no probability, or the columns are not as many.
        """
        self.check(weights)
        return self.calibrator.apply(probabilities)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per ``metric``, with ``before``, ``after``, and the ends of their intervals."""
        rows = [
            {"metric": name}
            | {
                when + end: number
                for when, found in (("before", self.before), ("after", self.after))
                for end, number in zip(("", "_low", "_high"), found[name], strict=True)
            }
            for name in self.before
        ]
        return pd.DataFrame(rows)

    def save(self, path: str | Path) -> None:
        """Write the calibration as JSON."""
        text = json.dumps(self.to_json(), indent=1, allow_nan=False) + "\n"
        Path(path).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Calibration":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        """
        with reading_json(path, "a calibration") as data:
            return cls.from_json(data)

    def to_json(self) -> dict[str, Any]:
        """Return what JSON can hold: everything but `rows`."""
        plain = {name: getattr(self, name) for name in _PLAIN}
        return {
            "format": _FORMAT,
            **plain,
            "labels": list(self.labels),
            "calibrator": to_json(self.calibrator),
            "before": {name: list(estimate) for name, estimate in self.before.items()},
            "after": {name: list(estimate) for name, estimate in self.after.items()},
            "tables": {name: table.to_dict("list") for name, table in self.tables.items()},
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Calibration":
        """Read what `to_json` gave.

        Raises
        ------
        DataError
            If it is something else, or of another version of chatnt.
        """
        wanted = {field.name for field in dataclasses.fields(cls)} - {"rows"} | {"format"}
        given = set(data) if isinstance(data, Mapping) else set()
        if given != wanted or data["format"] != _FORMAT:
            wrong = ", ".join(sorted(given ^ wanted)) or "format"
            raise DataError(
                f"This is no calibration of format {_FORMAT}, look at {wrong}; fit one with chatnt.calibrate."
            )
        return cls(
            **{name: data[name] for name in _PLAIN},
            labels=tuple(data["labels"]),
            calibrator=from_json(data["calibrator"]),
            before=_estimates(data["before"]),
            after=_estimates(data["after"]),
            tables={name: pd.DataFrame(table) for name, table in data["tables"].items()},
        )

    @property
    def summary(self) -> str:
        """What was done, in one line."""
        how = {
            "held-out": f"cross-fitted on {self.measured:,} held-out examples",
            "paper": f"fitted on {self.count:,} training examples, measured on {self.measured:,} test ones",
        }
        return f"{self.task}: {self.method} on {self.score}, {how[self.protocol]}"

    def __repr__(self) -> str:
        name = next(iter(self.before))
        change = f"{NAMES[name]} {self.before[name].value:.3f} before, {self.after[name].value:.3f} after"
        return f"Calibration({self.summary}; {change})"

    def __str__(self) -> str:
        rows = [f"| {line[0]} | {line[1]} | {line[2]} |\n" for line in self._lines()]
        return f"{self.summary}\n\n| | before | after |\n|---|---:|---:|\n{''.join(rows)}"

    def _repr_html_(self) -> str:
        cells = [
            f"<tr><td>{name}</td><td style='text-align:right'>{before}</td>"
            f"<td style='text-align:right'>{after}</td></tr>"
            for name, before, after in self._lines()
        ]
        return (
            f"<div>{html.escape(self.summary)}</div><table><thead><tr><th></th><th>before</th><th>after</th></tr>"
            f"</thead><tbody>{''.join(cells)}</tbody></table>"
        )

    def _lines(self) -> list[tuple[str, str, str]]:
        return [
            (NAMES[name], _written(self.before[name]), _written(self.after[name])) for name in self.before
        ]


_PLAIN = ("task", "kind", "method", "score", "sentences", "protocol", "count", "measured", "weights")


def _estimates(data: Mapping[str, Sequence[float]]) -> dict[str, Estimate]:
    return {name: Estimate(*numbers) for name, numbers in data.items()}


def _written(estimate: Estimate) -> str:
    return f"{estimate.value:.3f} ({estimate.low:.3f} to {estimate.high:.3f})"
