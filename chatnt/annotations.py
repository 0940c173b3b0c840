"""Answers about windows as rows of a table, and the files that such tables are kept in."""

import csv
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from chatnt.conversation import Answer
from chatnt.errors import DataError, MissingExtraError
from chatnt.files import replacing
from chatnt.records import BadRecord, Record

if TYPE_CHECKING:
    import pyarrow

COLUMNS: dict[str, str] = {
    "name": "string",
    "start": "Int64",
    "end": "Int64",
    "strand": "string",
    "question": "string",
    "task": "string",
    "answer": "string",
    "label": "string",
    "value": "Float64",
    "probability": "Float64",
    "low": "Float64",
    "high": "Float64",
    "calibrated": "boolean",
    "in_scope": "boolean",
    "windowed": "boolean",
    "notes": "string",
}
"""The columns of a table of annotations, and their types.

``name``, ``start``, ``end`` (0-based, half-open, on the forward strand) and ``strand`` say which
bases were asked about; ``label`` and its ``probability``, or ``value`` and the ends ``low`` and ``high`` of
its interval, what the answer states; ``windowed``, whether the record is longer than the window;
``notes``, what speaks against the answer.
"""

BAD = ("name", "record", "line", "reason")
"""The columns of what could not be read."""

_DIGITS = 6  # of what is written to text: more would tell of the processor, not of the sequence


def row_of(record: Record, answer: Answer, *, windowed: bool) -> dict[str, Any]:
    """Return a row of `COLUMNS`."""
    low, high = answer.interval or (None, None)
    return {
        "name": record.place,
        "start": record.start,
        "end": record.end,
        "strand": record.strand,
        "question": answer.question.text,
        "task": answer.task,
        "answer": answer.text,
        "label": answer.label,
        "value": answer.value if answer.value is None else float(answer.value),
        "probability": _rounded(answer.probability),
        "low": low,
        "high": high,
        "calibrated": answer.calibrated,
        "in_scope": answer.in_scope,
        "windowed": windowed,
        "notes": "; ".join(answer.notes) or None,
    }


def as_table(rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a table of `COLUMNS`."""
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(COLUMNS)


def bad_rows(bad: Sequence[BadRecord]) -> pd.DataFrame:
    """Return what could not be read as a table of `BAD`."""
    rows = [(each.name, each.number, each.line, each.reason) for each in bad]
    return pd.DataFrame(rows, columns=list(BAD)).astype({"record": "Int64", "line": "Int64"})


def _rounded(number: float | None) -> float | None:
    return None if number is None else round(number, _DIGITS)


class Format(NamedTuple):
    """Say how a table is written to a file, a part at a time, and read.

    Attributes
    ----------
    head
        What a file begins with.
    encode
        Makes bytes of a part.
    close
        Makes the file of what the parts were joined to, where that is another one.
    """

    head: bytes
    encode: Callable[[pd.DataFrame], bytes]
    close: Callable[[Path, Path], None] | None = None


def format_of(path: Path) -> Format:
    """Return the format that the end of a file's name says.

    Raises
    ------
    DataError
        If it says none.
    MissingExtraError
        If it is Parquet, and pyarrow is not installed.
    """
    ending = path.suffix.lower()
    if ending in (".tsv", ".txt"):
        return Format(as_tsv(as_table([])), lambda table: as_tsv(table, header=False))
    if ending == ".bed":
        return Format(b"", _bed)
    if ending == ".parquet":
        return _parquet()
    raise DataError(f"{path.name} says no format; end it in .tsv, .bed or .parquet.")


def read_annotations(path: str | Path) -> pd.DataFrame:
    """Read a table that `chatnt.annotate` wrote.

    Parameters
    ----------
    path
        A file that ends in ``.tsv`` or ``.parquet``.

    Returns
    -------
    DataFrame
        Of `COLUMNS`.

    Raises
    ------
    DataError
        If the file is of another format, or does not hold such a table.
    """
    path = Path(path)
    if path.suffix.lower() == ".parquet":
        table = pd.read_parquet(path)
    elif path.suffix.lower() in (".tsv", ".txt"):
        table = pd.read_csv(path, sep="\t", keep_default_na=False, na_values=[""], dtype="string")
    else:
        raise DataError(f"{path} is no .tsv or .parquet file, which are those that hold whole answers.")
    if list(table.columns) != list(COLUMNS):
        raise DataError(f"{path} has the columns {', '.join(table.columns)}; expected {', '.join(COLUMNS)}.")
    yes_or_no = [name for name, kind in COLUMNS.items() if kind == "boolean"]
    for name in yes_or_no if table.dtypes[yes_or_no[0]] == "string" else ():
        table[name] = table[name].eq("True").where(table[name].notna())
    return table.astype(COLUMNS)


def as_tsv(table: pd.DataFrame, *, header: bool = True) -> bytes:
    """Return a table as lines of text, cells parted by tabs."""
    plain = _on_one_line(table)
    return plain.to_csv(sep="\t", index=False, header=header, lineterminator="\n").encode("utf-8")


def _on_one_line(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table with blanks for tabs and line ends: a line is a row, whatever a header says."""
    return table.replace({r"[\t\r\n]+": " "}, regex=True)


def bad_tsv(table: pd.DataFrame, *, header: bool = False) -> bytes:
    """Return what could not be read as lines of text."""
    return as_tsv(table, header=header)


def _bed(table: pd.DataFrame) -> bytes:
    """Return lines of name, start, end, what is stated, score from 0 to 1,000, and strand."""
    stated = table["label"].fillna(table["value"].astype("string")).fillna("no answer")
    names = table["task"].fillna("unknown") + ":" + stated
    score = (table["probability"].fillna(0).astype(float) * 1000).round().astype(int)
    columns = {"name": table["name"], "start": table["start"], "end": table["end"]}
    lines = pd.DataFrame(columns | {"what": names.str.replace(r"\s+", "_", regex=True), "score": score})
    lines["strand"] = table["strand"]
    plain = _on_one_line(lines)
    text = plain.to_csv(sep="\t", index=False, header=False, lineterminator="\n", quoting=csv.QUOTE_NONE)
    return text.encode("utf-8")


def as_arrow(table: pd.DataFrame) -> "pyarrow.Table":
    """Return a table as Arrow's, in which columns without any value have their types, too.

    Raises
    ------
    MissingExtraError
        If pyarrow is not installed.
    """
    try:
        import pyarrow
    except ImportError as error:
        raise MissingExtraError(
            'A .parquet file needs pyarrow: pip install "chatnt[data]"; or end the name in .tsv.'
        ) from error
    schema = pyarrow.Table.from_pandas(as_table([]), preserve_index=False).schema.remove_metadata()
    return pyarrow.Table.from_pandas(table, schema=schema, preserve_index=False)


def _parquet() -> Format:
    schema = as_arrow(as_table([])).schema
    from pyarrow import ipc, parquet

    def encode(table: pd.DataFrame) -> bytes:
        return b"".join(batch.serialize().to_pybytes() for batch in as_arrow(table).to_batches())

    def close(joined: Path, path: Path) -> None:
        with (
            replacing(path) as unfinished,
            ipc.open_stream(joined) as stream,
            parquet.ParquetWriter(unfinished, schema) as writer,
        ):
            for batch in stream:
                writer.write_batch(batch)

    return Format(schema.serialize().to_pybytes(), encode, close)
