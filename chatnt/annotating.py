"""Ask questions about every record of a file, and make a table of the answers."""

import functools
import hashlib
import json
import warnings
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from chatnt import __version__
from chatnt.annotation_pieces import CHUNK, Piece, chunks
from chatnt.annotation_work import Asking, Work
from chatnt.annotations import as_table, bad_rows, bad_tsv, format_of
from chatnt.answering import Answerer
from chatnt.conversation import MAX_NEW_TOKENS
from chatnt.errors import DataError
from chatnt.parts import Parts
from chatnt.processes import this_process
from chatnt.records import BadRecord, Span, read_records, span_of


def annotate(  # noqa: PLR0913 - what is asked about what, how, and where it goes
    answerer: Answerer,
    source: Any,
    questions: str | Sequence[str],
    *,
    out: str | Path | None = None,
    genome: str | Path | None = None,
    window: int | None = None,
    stride: int | None = None,
    strands: str = "given",
    text: bool = True,
    constrained: bool = False,
    max_new_tokens: int = MAX_NEW_TOKENS,
    batch_size: int = 64,
    errors: str = "report",
    overwrite: bool = False,
    progress: bool = False,
) -> pd.DataFrame | Path:
    """Ask questions about every record of a source.

    Parameters
    ----------
    answerer
        What answers, see `chatnt.Assistant.answerer`.
    source
        A FASTA file (plain, gzip, ``"-"`` for standard input), a folder of them, a BED file or
        intervals of `genome`, a DataFrame, or sequences: what `chatnt.records.read_records` reads.
    questions
        Sentences with one ``<DNA>``, names of tasks, or a mixture.
    out
        File to write while it runs, in ``.tsv``, ``.bed`` or ``.parquet``; memory then does not
        grow with the source. Started again in the same way, a run that was killed goes on, and its file
        has the same bytes as that of one that was not. Beside it ``OUT.errors.tsv`` lists what
        could not be read, and ``OUT.run.json`` says what was asked of which weights.
    genome
        FASTA file that intervals refer to.
    window
        Longest part of a record to ask about, in bases. Default: what the task of each question was
        learned from; without a task, the whole record.
    stride
        Bases from the start of a window to that of the next. Default: the window.
    strands
        ``"given"``, or ``"both"``: each window and its reverse complement.
    text
        Whether the model writes its answers. If not, they are the sentence of the likeliest label,
        which takes a fraction of the time; probabilities are the same.
    constrained, max_new_tokens
        As in `chatnt.Assistant.ask`.
    batch_size
        Windows at a time, each with all its questions.
    errors
        ``"report"``: a record that cannot be read is listed and left out; ``"raise"``: it ends the run.
    overwrite
        Begin `out` anew, whatever is there.
    progress
        Show a bar.

    Returns
    -------
    DataFrame or Path
        Of `chatnt.annotations.COLUMNS`, one row for each window and question, in the order of
        the source; ``attrs["bad"]`` lists what could not be read. With `out` its path, see
        `chatnt.read_annotations`.

    Raises
    ------
    DataError
        If there is nothing to read, `out` is of another run, or its name says no format.
    PlaceholderError
        If a question has not exactly one placeholder.
    SequenceError
        If the source cannot be read, or, with ``errors="raise"``, one of its records.
    UnknownTaskError
        If a question is neither a sentence with a placeholder nor the name of a task.
    ValueError
        If an option is none of those above.
    WritingError
        If the disk is full, or `out` cannot be written to. What was written is kept; started again in
        the same way, without `overwrite`, the run goes on.
    """
    asking = Asking(questions, window, stride, strands, text, constrained, batch_size, errors, max_new_tokens)
    work = Work.of(answerer, asking)
    with _Bar(span_of(source), shown=progress) as bar:
        pieces = work.pieces(read_records(source, genome=genome, on_read=bar.update))
        if out is None:
            return _in_memory(work, pieces, bar)
        told = {
            "source": _identity(source),
            "genome": _identity(genome),
            "questions": [list(each) for each in work.asked],
            "stride": stride,
            "strands": strands,
            "text": text,
            "constrained": constrained,
            "longest answer": max_new_tokens,
            "batch size": batch_size,
            "part": CHUNK,
            "weights": answerer.fingerprint(),
            "calibrations": _hash([repr(each) for each in answerer.calibrations]),
            "writer": repr(answerer.engine.writer),
            "version": __version__,
        }
        return _to_file(work, pieces, Path(out), told, overwrite, bar)


class _Bar(tqdm):
    """Show how much of a source is read, the time left, and how many answers there are."""

    def __init__(self, span: Span | None, *, shown: bool) -> None:
        many = span is not None and span.unit == "bytes"
        super().__init__(
            total=span.total if span else None,
            unit="B" if many else " records",
            unit_scale=many,
            disable=not shown,
            smoothing=0.05,
        )
        self.answers = 0

    def answered(self, count: int) -> None:
        """Count answers."""
        self.answers += count
        self.set_postfix_str(f"{self.answers:,} answers")


def _in_memory(work: Work, pieces: Iterable[Piece | BadRecord], bar: _Bar) -> pd.DataFrame:
    found = [work.done(chunk, bar.answered) for chunk in chunks(pieces)]
    table = pd.concat([rows for rows, _ in found], ignore_index=True) if found else as_table([])
    bad = bad_rows([each for _, some in found for each in some])
    if len(table) + len(bad) == 0:
        raise DataError("The source has no records; nothing was asked.")
    _warn(len(bad), "table.attrs['bad']")
    table.attrs["bad"] = bad.to_dict("records")
    return table


def _to_file(
    work: Work,
    pieces: Iterable[Piece | BadRecord],
    out: Path,
    told: dict[str, Any],
    overwrite: bool,
    bar: _Bar,
) -> Path:
    form = format_of(out)
    joined = out if form.close is None else out.with_name(f"{out.name}.unfinished")
    problems = out.with_name(f"{out.name}.errors.tsv")
    process = this_process()
    parts = Parts(
        {"table": joined, "errors": problems},
        told,
        main=out,
        rank=process.rank,
        world_size=process.count,
        overwrite=overwrite,
    )
    count = 0
    for count, chunk in enumerate(() if parts.finished else chunks(pieces), start=1):
        if parts.missing(count - 1):
            table, bad = work.done(chunk, bar.answered)
            first = count == 1
            head = form.head if first else b""
            errors = bad_tsv(bad_rows(bad), header=first)
            parts.write(count - 1, {"table": head + form.encode(table), "errors": errors})
    if not count and not parts.finished:
        raise DataError("The source has no records; nothing was asked.")
    parts.finish(count, form.close and functools.partial(form.close, joined, out))
    if process.first:
        if joined != out:
            joined.unlink(missing_ok=True)
        with problems.open("rb") as lines:
            _warn(sum(1 for _ in lines) - 1, str(problems))
    return out


def _identity(source: Any) -> Any:
    """Return what tells a source from another, of values that JSON holds."""
    if isinstance(source, str | Path) and Path(source).exists():
        path, state = Path(source), Path(source).stat()
        inside = (
            sorted((p.name, p.stat().st_size) for p in path.iterdir()) if path.is_dir() else state.st_size
        )
        return {"name": path.name, "size": inside, "modified": state.st_mtime_ns}
    if isinstance(source, pd.DataFrame):
        return _hash(map(repr, source.itertuples()))
    if isinstance(source, list | tuple):
        return _hash(map(repr, source))
    return None if source is None else str(source)


def _hash(texts: Iterable[str]) -> str:
    digest = hashlib.sha256()
    for text in texts:
        digest.update(json.dumps(text).encode())
    return digest.hexdigest()[:16]


def _warn(bad: int, where: str) -> None:
    if bad:
        told = (
            "1 record could not be read and was"
            if bad == 1
            else f"{bad:,} records could not be read and were"
        )
        warnings.warn(f"{told} left out; see {where}.", stacklevel=3)
