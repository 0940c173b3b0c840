"""What a pair says of the variants of a file: windows around each, with both alleles in them."""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from chatnt.allele_scores import AlleleScorer, Pair, Scored
from chatnt.attribution_question import recognised_task
from chatnt.conversation import PLACEHOLDER, Question
from chatnt.doubts import usual_window
from chatnt.errors import DataError, SequenceError, TaskError
from chatnt.genome import Genome
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.variant import Variant
from chatnt.variant_windows import Strands, Window, anchor, located, usual_places, windows
from chatnt.vcf import Entry, iter_vcf

Keep = Literal["changed", "strongest", "all"]

COLUMNS = (
    "contig", "position", "id", "ref", "alt", "kind", "task", "target", "unit", "strand", "at",
    "reference", "alternative", "change", "probability_reference", "probability_alternative",
    "label_reference", "label_alternative", "label_changes", "flags", "skipped",
)  # fmt: skip
"""Of the table of effects."""

_TYPES = dict.fromkeys(
    ("reference", "alternative", "change", "probability_reference", "probability_alternative"), "float64"
) | {"position": "int64", "at": "Int64", "label_changes": "boolean"}

SENTENCES = 3
"""Of each label that are scored, as for the calibrations of the bundled pair."""

_VARIANTS = 16  # whose windows are made at a time


class _Placed(NamedTuple):
    """Hold an entry, its variant by the genome's name of the contig, or why there is none."""

    entry: Entry
    variant: Variant | None
    reason: str


class _Asked(NamedTuple):
    """Hold a task, its windows, and what scores them."""

    task: Task
    length: int
    at: Sequence[int]
    scorer: AlleleScorer


def iter_effects(  # noqa: PLR0913 - which variants, what is asked of them, where, and how
    pair: Pair,
    variants: str | Path | Iterable[Variant],
    *,
    genome: Genome | str | Path | DNA | Mapping[str, DNA | str],
    tasks: str | Sequence[str],
    target: str | None = None,
    at: int | Sequence[int] | None = None,
    strands: Strands = "both",
    length: int | None = None,
    keep: Keep = "changed",
    errors: Literal["raise", "skip"] = "raise",
    sentences: int | None = SENTENCES,
    batch_size: int = 64,
    progress: bool = False,
) -> Iterator[pd.DataFrame]:
    """Yield the effects of variants, some rows at a time, in the order of the variants.

    Parameters
    ----------
    pair
        An assistant.
    variants
        A VCF file, plain, gzip'd or bgzip'd, ``"-"`` for standard input; or variants.
    genome
        What they were called on: a FASTA file, or sequences by name. Names of contigs may have "chr" in one
        and lack it in the other.
    tasks
        Names of tasks; or questions with one ``<DNA>``, whose tasks are recognised.
    target
        What is followed, in every task, see `chatnt.attribute`. Default: the number of a task that asks
        for one; of two labels the second; of more labels each, in rows of its own.
    at
        Where the variant lies, in bases from the site that a task asks about (from the middle of the window
        if it asks about none) on the strand that is read; negative is upstream. Several places are all
        tried. Default: `chatnt.variant_windows.SCANS`, which are 21 to 41 places for splice sites and 13 for
        promoters; otherwise the middle and the quarters of the window.
    strands
        Which are read: ``"both"``, ``"+"`` or ``"-"``.
    length
        Of the windows, in bases. Default: what the pair learned the task from, else the task's.
    keep
        ``"changed"``: for each variant and target the window in which the probability, or the number, changes
        most, so that a site may be lost or won anywhere. ``"strongest"``: that in which one of the alleles
        reaches the highest log-odds or number, which follows the most likely site. ``"all"``: a row for each
        window.
    errors
        What is done about a line that is broken, a contig that the genome lacks, and a reference allele
        that is not the genome's: ``"raise"``, or ``"skip"``, which gives a row with the reason.
    sentences
        How many training sentences of each label are scored; `None` for all.
    batch_size
        Sequences at a time.
    progress
        Show a bar that counts variants.

    Yields
    ------
    DataFrame
        With `COLUMNS`. ``position`` counts from 1, as in a VCF. ``reference``, ``alternative`` and
        ``change`` are log-odds or numbers, in ``unit``; the probabilities are of the target's label,
        calibrated where the pair has a calibration, otherwise ``flags`` says so. A variant that
        could not be asked about has a row with the reason in ``skipped``.

    Raises
    ------
    DataError
        If the file is no VCF, or a line is broken.
    MissingExtraError
        If the genome is large, and pyfaidx is not installed.
    OutOfScopeError
        If a question is about no known task.
    PlaceholderError
        If a question has not one placeholder.
    SequenceError
        If the genome has not the contig, the place or the reference allele of a variant, or a window
        is longer than the encoder reads.
    TaskError
        If the target is none of a task.
    UnknownTaskError
        If there is no task of a name.
    ValueError
        If a setting is out of range.

    References
    ----------
    Jaganathan et al. 2019, Predicting splicing from primary sequence with deep learning, Cell 176:535, for
    looking at all places near a variant.
    """
    _check(strands, keep, errors, {"length": length, "sentences": sentences, "batch_size": batch_size})
    where = Genome.of(genome)
    names = [tasks] if isinstance(tasks, str) else tasks
    how = {"target": target, "sentences": sentences, "batch_size": batch_size}
    asked = [_asked(pair, each, at, length, how) for each in names]
    if not asked:
        raise ValueError("tasks is empty; name at least one, such as 'splice_sites_donors'.")
    if isinstance(variants, str | Path):
        entries = iter_vcf(variants)
    else:
        entries = (Entry.of(each) for each in variants)
    bar = tqdm(entries, unit="variant", disable=not progress)
    for some in _batches(bar):
        found = [_placed(where, entry, errors) for entry in some]
        rows = [_skipped(entry, reason) if reason else [] for entry, _, reason in found]
        for each in asked:
            for here, more in zip(rows, _rows(each, where, found, strands, keep), strict=True):
                here += more
        yield as_table(itertools.chain.from_iterable(rows))


def variant_effects(pair: Pair, variants: str | Path | Iterable[Variant], **settings: Any) -> pd.DataFrame:
    """Return the effects of variants as one table.

    Parameters
    ----------
    pair, variants, settings
        As in `iter_effects`, which says what the table holds and what is raised.
    """
    parts = list(iter_effects(pair, variants, **settings))
    return pd.concat(parts, ignore_index=True) if parts else as_table(())


def as_table(rows: Iterable[tuple]) -> pd.DataFrame:
    """Return rows as a table whose columns have the same types whatever is missing."""
    return pd.DataFrame(rows, columns=list(COLUMNS)).astype(_TYPES)


def _check(strands: str, keep: str, errors: str, numbers: Mapping[str, int | None]) -> None:
    for name, given, known in (
        ("strands", strands, ("both", "+", "-")),
        ("keep", keep, ("changed", "strongest", "all")),
        ("errors", errors, ("raise", "skip")),
    ):
        if given not in known:
            raise ValueError(f"{name}={given!r} is none of {', '.join(map(repr, known))}.")
    for name, number in numbers.items():
        if number is not None and number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")


def _asked(
    pair: Pair, given: str, at: int | Sequence[int] | None, length: int | None, how: dict[str, Any]
) -> _Asked:
    """Read the name of a task, or a question."""
    if PLACEHOLDER in given:
        blank = (DNA("N"),) * given.count(PLACEHOLDER)
        task, question = recognised_task(pair, Question(given, blank), None, needed=True), given
        if task is None:
            raise TaskError("The pair does not recognise tasks; give their names in place of questions.")
    else:
        task = get_task(given)
        question = task.questions.test[0]
    size = length or usual_window(getattr(pair, "likeness", None), task)
    places = usual_places(task, size) if at is None else (at,) if isinstance(at, int) else tuple(at)
    return _Asked(task, size, places, AlleleScorer(pair, task, question, **how))


def _batches(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    rest = iter(entries)
    while some := list(itertools.islice(rest, _VARIANTS)):
        yield some


def _placed(genome: Genome, entry: Entry, errors: str) -> _Placed:
    """Find the variant of an entry in the genome, or the reason why it has none."""
    if entry.variant is None:
        if entry.broken and errors == "raise":
            raise DataError(f'{entry.reason}. Mend the line, or go on without it by errors="skip".')
        return _Placed(entry, None, entry.reason)
    try:
        return _Placed(entry, located(genome, entry.variant), "")
    except SequenceError as error:
        if errors == "raise":
            raise
        return _Placed(entry, None, str(error))


def _rows(
    asked: _Asked, genome: Genome, found: Sequence[_Placed], strands: Strands, keep: Keep
) -> Iterator[list[tuple]]:
    """Yield the rows of one task for each variant."""
    cut = [_cut(asked, genome, each.variant, strands) for each in found]
    every = [window for some, _ in cut for window in some]
    if every:
        texts = [text for window in every for text in (window.reference, window.alternative)]
        scored = asked.scorer(texts)
    at = 0
    for each, (some, reason) in zip(found, cut, strict=True):
        if not some:
            yield _skipped(each.entry, reason, asked.task.name) if reason else []
            continue
        here = slice(2 * at, 2 * (at + len(some)))
        at += len(some)
        yield list(_told(asked, each.entry, some, Scored(scored.scores[here], scored.chances[here]), keep))


def _cut(
    asked: _Asked, genome: Genome, variant: Variant | None, strands: Strands
) -> tuple[list[Window], str]:
    """Return the windows of a variant, or why there are none."""
    if variant is None:
        return [], ""
    place = anchor(asked.task, asked.length)
    try:
        return list(
            windows(genome, variant, length=asked.length, anchor=place, at=asked.at, strands=strands)
        ), ""
    except SequenceError as error:
        return [], str(error)


def _told(asked: _Asked, entry: Entry, some: Sequence[Window], scored: Scored, keep: Keep) -> Iterator[tuple]:
    """Yield the rows of one variant: for each target those of the windows that are kept."""
    task = asked.task
    # By window, allele and label or target.
    chances = scored.chances.reshape(len(some), 2, -1)
    best = chances.argmax(2).tolist() if task.labels else []
    for target, scores in zip(asked.scorer.targets, np.moveaxis(scored.scores, 1, 0), strict=True):
        scores = scores.reshape(len(some), 2)
        column = task.labels.index(target.name) if target.name in task.labels else None
        followed = scores if column is None else chances[:, :, column]
        for i in _kept(scores, followed, keep):
            before, behind = (task.labels[k] for k in best[i]) if best else (None, None)
            yield (
                *_named(entry), task.name, target.name, target.unit, some[i].strand, some[i].at,
                *scores[i].tolist(), float(scores[i, 1] - scores[i, 0]),
                *((None, None) if column is None else followed[i].tolist()),
                before, behind, before != behind, "; ".join(_flags(asked, some[i])), "",
            )  # fmt: skip


def _kept(scores: NDArray, followed: NDArray, keep: Keep) -> Sequence[int]:
    """Return which windows are told of, from scores and probabilities of shape (windows, 2)."""
    if keep == "all":
        return range(len(scores))
    if keep == "strongest":
        return [int(scores.max(1).argmax())]
    return [int(np.abs(followed[:, 1] - followed[:, 0]).argmax())]


def _flags(asked: _Asked, window: Window) -> Iterator[str]:
    yield from asked.scorer.notes
    if window.missing:
        yield f"{window.missing:,} bases of the window lie beyond the contig and are N"
    elif unknown := len(window.reference) - sum(map(window.reference.count, "ACGT")):
        yield f"{unknown:,} bases of the window are N or another ambiguity code"


def _named(entry: Entry) -> tuple:
    kind = "" if entry.variant is None else entry.variant.kind
    return entry.contig, entry.position, entry.name, entry.ref, entry.alt, kind


def _skipped(entry: Entry, reason: str, task: str = "") -> list[tuple]:
    empty = (None,) * (len(COLUMNS) - 8)
    return [(*_named(entry), task, *empty, reason)]
