"""Predictions of every row of a test set, as one small Parquet file."""

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import parquet

from chatnt.errors import DataError, DataNotFoundError

_DIGITS = 5  # of a probability: enough to rank and to calibrate, few enough to compress
_LEVEL = 19  # of zstd: written once, read often
_ABOUT = b"chatnt"  # key of the metadata

_TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema(
    {
        "task": _TEXT,
        "row": pa.int32(),
        "label": _TEXT,
        "value": pa.float64(),
        "answer": _TEXT,
        "parsed_label": _TEXT,
        "parsed_value": pa.float64(),
        "probability": pa.float32(),
        "probabilities": pa.list_(pa.float32()),
        "estimate": pa.float32(),
    }
)
"""The columns; `Prediction` says what they hold. There are no sequences."""


class Prediction(NamedTuple):
    """Hold what a pair said of one row, and what is true.

    Parameters
    ----------
    task
        Name of the task.
    row
        Index of the row in the table of the split, from 0.
    label, value
        The true label (several are joined by ``"; "``, none is an empty text), or the true
        number; the other is missing.
    answer
        The sentence that the pair wrote; empty for a model that writes none.
    parsed_label, parsed_value
        What the sentence states; both are missing if it states nothing that can be read.
    probability
        Of the label that the sentence states, from 0 to 1; missing where there is none.
    probabilities
        Of each label, in the order of the task's labels; missing where they were not asked for.
    estimate
        The number that the likelihoods suggest, see `chatnt.judging.Judge`.
    """

    task: str
    row: int
    label: str | None = None
    value: float | None = None
    answer: str = ""
    parsed_label: str | None = None
    parsed_value: float | None = None
    probability: float | None = None
    probabilities: Sequence[float] | None = None
    estimate: float | None = None


def as_frame(predictions: Iterable[Prediction]) -> pd.DataFrame:
    """Return predictions as a table, exactly as it will be read back from a file.

    Probabilities are rounded to five decimals and, like estimates, held in single precision.

    Examples
    --------
    >>> as_frame([Prediction("h3", 0, label="H3 signal", answer="Yes.", probability=0.97)]).shape
    (1, 10)
    """
    rows = [p._replace(probability=_rounded(p.probability), probabilities=_rounded(p.probabilities))
            for p in predictions]  # fmt: skip
    return _frame(pa.Table.from_pylist([row._asdict() for row in rows], schema=SCHEMA))


def write_predictions(
    path: str | Path, predictions: pd.DataFrame, about: Mapping[str, Mapping[str, str]] | None = None
) -> None:
    """Write predictions, so that the file is whole or is not there.

    Parameters
    ----------
    path
        Of the Parquet file.
    predictions
        As `as_frame` gives them.
    about
        By the name of the task, how they were made; `about_predictions` reads it.
    """
    path = Path(path)
    table = pa.Table.from_pandas(predictions[SCHEMA.names], schema=SCHEMA, preserve_index=False)
    table = table.replace_schema_metadata({_ABOUT: json.dumps(dict(about or {}))})
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        parquet.write_table(table, unfinished, compression="zstd", compression_level=_LEVEL)
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def read_predictions(path: str | Path) -> pd.DataFrame:
    """Read what `write_predictions` wrote.

    Raises
    ------
    DataNotFoundError
        If there is no such file.
    DataError
        If it is not a file of predictions.
    """
    table = _read(Path(path))
    if table.schema.names != SCHEMA.names:
        raise DataError(
            f"{path} has the columns {', '.join(table.schema.names)}; predictions have "
            f"{', '.join(SCHEMA.names)}."
        )
    return _frame(table)


def about_predictions(path: str | Path) -> dict[str, dict[str, str]]:
    """Read how the predictions of each task were made; empty if the file does not say.

    Raises
    ------
    DataNotFoundError, DataError
        As `read_predictions`.
    """
    try:
        metadata = parquet.read_schema(path).metadata or {}
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(Path(path), error) from error
    return json.loads(metadata.get(_ABOUT, b"{}"))


class PredictionParts:
    """Keep the predictions of each task in a file of its own until all are there.

    A run that is killed loses the task it was at, and no other.

    Parameters
    ----------
    path
        Of the file that they become; the parts lie beside it, in ``<path>.parts``.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.folder = self.path.with_name(f"{self.path.name}.parts")

    def get(self, task: str, about: Mapping[str, str]) -> pd.DataFrame | None:
        """Return the predictions of a task, if they were made in just this way."""
        for path in (self._part(task), self.path):
            if path.is_file() and about_predictions(path).get(task) == dict(about):
                found = read_predictions(path)
                return found.loc[found["task"] == task].reset_index(drop=True)
        return None

    def put(self, task: str, predictions: pd.DataFrame, about: Mapping[str, str]) -> None:
        """Write the predictions of a task."""
        write_predictions(self._part(task), predictions, {task: about})

    def join(self, predictions: Sequence[pd.DataFrame], about: Mapping[str, Mapping[str, str]]) -> None:
        """Write the predictions of all tasks as one file, and remove the parts."""
        frame = pd.concat(predictions, ignore_index=True) if predictions else as_frame([])
        write_predictions(self.path, frame, about)
        for part in self.folder.glob("*.parquet"):
            part.unlink()
        if self.folder.is_dir():
            self.folder.rmdir()

    def _part(self, task: str) -> Path:
        return self.folder / f"{task}.parquet"


def _rounded(probability: Any) -> Any:
    return None if probability is None else np.round(np.float32(probability), _DIGITS)


def _read(path: Path) -> pa.Table:
    try:
        return parquet.read_table(path)
    except (OSError, pa.ArrowInvalid) as error:
        raise _unreadable(path, error) from error


def _unreadable(path: Path, error: Exception) -> Exception:
    if not path.is_file():
        return DataNotFoundError(f"There are no predictions at {path}.")
    return DataError(f"{path} cannot be read as predictions: {str(error).splitlines()[0]}")


def _frame(table: pa.Table) -> pd.DataFrame:
    """Return a table with texts as texts: categories differ from file to file."""
    plain = [
        pa.field(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in table.schema
    ]
    return table.cast(pa.schema(plain)).to_pandas()
