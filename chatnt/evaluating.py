"""Evaluate a pair: its written answers on test sets, beside simple baselines and published results."""

import dataclasses
import functools
import random
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path
from typing import Any, get_args, overload

import pandas as pd

from chatnt.baselines import linear_baseline
from chatnt.calibrating import HasEngine
from chatnt.controls import CONTROLS
from chatnt.engine import Engine
from chatnt.errors import DataError, TaskError
from chatnt.evaluation import chosen_rows, predict_each
from chatnt.evaluation_data import Data, Part, TaskRows, read_rows
from chatnt.evaluation_result import Evaluation
from chatnt.intervals import RESAMPLES, metric_intervals
from chatnt.metrics import as_text, score_predictions
from chatnt.outcomes import Scores, TaskScore
from chatnt.pair_results import LINEAR, QUESTION_ONLY, SHUFFLED
from chatnt.predictions import Prediction, PredictionParts, as_frame
from chatnt.tasks import Task, get_task
from chatnt.tasks.base import Split
from chatnt.tasks.scope import Scope
from chatnt.tasks.sources import Example

MAJORITY = "majority"
BASELINES = (MAJORITY, LINEAR, QUESTION_ONLY, SHUFFLED)
"""What a pair can be compared with on the same rows.

``"majority"`` states the most frequent label of the training rows (of the rows themselves, if there
are no others), or their mean; ``"linear models"`` are `chatnt.baselines.linear_baseline`, fitted on the
training rows; ``"question only"`` and ``"shuffled DNA"`` are the pair's own answers about sequences of
nothing but N, and about the sequence with its dinucleotides shuffled (`chatnt.controls`).
"""

_LIMIT = 5000  # as in the ChatNT paper
_OUT_OF_SCOPE = "not in the scope of this pair, so that it was not trained on such questions"
_FROM_SIMULATION = "learned from simulated sequences alone"


def evaluate(  # noqa: PLR0913 - what is asked, of whom, and how
    pair: Engine | HasEngine,
    tasks: str | Task | Sequence[str | Task] | None = None,
    *,
    split: Part = "test",
    data: str | Path | Data | None = None,
    limit: int | None = _LIMIT,
    seed: int = 0,
    wordings: Split = "test",
    baselines: str | Collection[str] = (MAJORITY,),
    predictions: str | Path | None = None,
    batch_size: int = 64,
    sentences: int = 3,
    constrained: bool = False,
    resamples: int = RESAMPLES,
    progress: bool = False,
) -> Evaluation:
    """Score the answers that a pair writes in English, with intervals, baselines and published results.

    Each row is asked about once. The answer is read as a label or a number; one that states none counts
    as wrong, is counted, and can be looked at (`Evaluation.unparsed`).

    Parameters
    ----------
    pair
        An assistant, such as `chatnt.load` gives, or its engine.
    tasks
        What to ask, by name, in this order; one name or several. A task outside the pair's scope is asked
        all the same, and the result says so. Default: all tasks of the scope that there are data of.
    split
        Part of the data. A folder has ``"train"`` and ``"test"``.
    data
        A folder with a folder for each task, ``"hub"`` or ``"simulated"``, as in
        `chatnt.tasks.sources.read_examples`; default the folder that the variable ``CHATNT_DATA`` names. Or
        a mapping from the names of tasks to examples, or to all parts of the data.
    limit
        Most rows of each task, as in the ChatNT paper; None takes all.
    seed
        Chooses rows and wordings, shuffles DNA, and resamples.
    wordings
        Whose question wordings are drawn: ``"test"``, never trained on, or ``"train"``.
    baselines
        Of `BASELINES`, or ``"all"``. The last two ask the pair everything once more.
    predictions
        Parquet file for the prediction of every row. If the run is killed and started again in the
        same way, it goes on after the last task that was done. What the pair answers to
        changed DNA goes to files beside it, such as ``answers.question-only.parquet``.
    batch_size
        Sequences at a time.
    sentences
        How many answer sentences of each label are scored for its probability, on which the AUROC is
        computed; 0 saves that time.
    constrained
        Let only answers be written that state a label or a number of the task.
    resamples
        How often rows are drawn for the intervals; 0 computes none.
    progress
        Show a bar with the time left.

    Returns
    -------
    Evaluation

    Raises
    ------
    UnknownTaskError
        If there is no task of that name.
    DataNotFoundError
        If there is no folder of data, or no table of a task that was named.
    DataError
        If a part has no rows, a label is wrong, a baseline has too few training rows or is fitted on
        the rows that are scored, or `predictions` is a folder or no file of predictions.
    TaskError
        If no tasks are named and the pair has no scope.
    ValueError
        If there is no such split, wordings or baseline, `data` is neither a folder nor a mapping, or
        `limit`, `batch_size`, `sentences` or `resamples` is too small.

    Examples
    --------
    >>> scores = chatnt.evaluate(chatnt.load(), "promoter_tata", data="DATA/")  # doctest: +SKIP
    >>> scores["promoter_tata"].mcc, scores["promoter_tata"].intervals["mcc"]  # doctest: +SKIP
    (0.826, (0.781, 0.869))
    """
    names = _checked(split, wordings, baselines, predictions, (limit, batch_size, sentences, resamples))
    engine = pair if isinstance(pair, Engine) else pair.engine
    scope: Scope | None = getattr(pair, "scope", None)
    given = read_rows(_asked(tasks, scope, data), data, split, seed, each=tasks is not None)
    chosen = {name: chosen_rows(len(part.rows), limit, seed) for name, part in given.items()}
    scored = functools.partial(_scored, given, chosen, split=split, resamples=resamples, seed=seed)
    scores = {name: scored(_simple(name, given, chosen), told="") for name in names if name not in CONTROLS}
    ask = functools.partial(
        _answers,
        engine,
        given,
        split=split,
        wordings=wordings,
        limit=limit,
        seed=seed,
        batch_size=batch_size,
        sentences=sentences,
        constrained=constrained,
        progress=progress,
    )
    found = ask(None, predictions)
    own = scored(found, told=wordings)
    for name in names:
        if name in CONTROLS:
            scores[name] = scored(ask(name, predictions), told=wordings)
    return Evaluation(
        tuple(dataclasses.replace(score, notes=_notes(score.task, scope)) for score in own.tasks),
        wordings,
        predictions=pd.concat(found, ignore_index=True),
        baselines={name: scores[name] for name in names},
        limit=limit,
        seed=seed,
    )


@dataclasses.dataclass(frozen=True)
class _Changed(Sequence[Example]):
    """Change sequences as a control does, each when it is asked for, whatever else is asked for."""

    examples: Sequence[Example]
    control: str
    seed: str

    def __len__(self) -> int:
        return len(self.examples)

    @overload
    def __getitem__(self, index: int) -> Example: ...
    @overload
    def __getitem__(self, index: slice) -> list[Example]: ...
    def __getitem__(self, index: int | slice) -> Example | list[Example]:
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(len(self)))]
        example, rng = self.examples[index], random.Random(f"{self.seed}/{index}")
        return Example(CONTROLS[self.control](example.sequence, rng), example.label)


def _checked(
    split: str,
    wordings: str,
    baselines: str | Collection[str],
    predictions: str | Path | None,
    sizes: tuple[int | None, int, int, int],
) -> tuple[str, ...]:
    """Check what can be checked before anything is read, and return the names of the baselines."""
    limit, batch_size, sentences, resamples = sizes
    for name, value, known in (("split", split, get_args(Part)), ("wordings", wordings, get_args(Split))):
        if value not in known:
            raise ValueError(f"{name}={value!r}: expected one of {', '.join(known)}.")
    for name, value, least in (
        ("limit", limit, 1), ("batch_size", batch_size, 1), ("sentences", sentences, 0),
        ("resamples", resamples, 0),
    ):  # fmt: skip
        if value is not None and value < least:
            every = ", or None for all rows" if name == "limit" else ""
            raise ValueError(f"{name}={value}: expected {least} or more{every}.")
    names = [baselines] if isinstance(baselines, str) else list(baselines)
    names = list(BASELINES) if names == ["all"] else names
    wrong = [name for name in names if name not in BASELINES]
    if wrong:
        raise ValueError(
            f"There is no baseline {', '.join(map(repr, wrong))}; there are {', '.join(BASELINES)}, or 'all'."
        )
    if LINEAR in names and split == "train":
        raise DataError(
            f"The baseline {LINEAR!r} is fitted on the training rows, so that split='train' says nothing "
            "of it; score another split, or leave it out."
        )
    if predictions is not None and Path(predictions).is_dir():
        raise DataError(
            f"predictions={str(predictions)!r} is a folder; name a file, such as answers.parquet."
        )
    return tuple(dict.fromkeys(names))


def _asked(
    tasks: str | Task | Sequence[str | Task] | None, scope: Scope | None, data: object
) -> dict[str, Task]:
    if tasks is None:
        if scope is None:
            raise TaskError("This pair has no scope that would say which tasks it knows; name tasks.")
        names = [name for name in scope.tasks if not isinstance(data, Mapping) or name in data]
        return {name: get_task(name) for name in names}
    several = [tasks] if isinstance(tasks, str | Task) else list(tasks)
    if not several:
        raise TaskError(
            "There are no tasks to evaluate; name one or more, or none at all for all of the scope."
        )
    found = [get_task(task) if isinstance(task, str) else task for task in several]
    return {task.name: task for task in found}


def _simple(
    name: str, given: Mapping[str, TaskRows], chosen: Mapping[str, Sequence[int]]
) -> list[pd.DataFrame]:
    """Return what a baseline that does not ask the pair says of each task."""
    untaught = [task for task, part in given.items() if not len(part.known)]
    if name == LINEAR and untaught:
        raise DataError(
            f"The baseline {LINEAR!r} is fitted on training rows, and there are none of "
            f"{', '.join(untaught)}; give a folder with tables of both splits, or all parts of the data, or "
            "leave it out."
        )
    predict: Callable[..., pd.DataFrame] = _linear if name == LINEAR else _majority
    frames = []
    for task, part in given.items():
        rows = chosen[task]
        frame = predict(part.task, part.known, [part.rows[i] for i in rows])
        frames.append(frame.assign(row=pd.array(list(rows), dtype=frame["row"].dtype)))
    return frames


def _linear(task: Task, known: Sequence[Example], rows: Sequence[Example]) -> pd.DataFrame:
    try:
        return linear_baseline(task, known, rows)
    except ValueError as error:
        raise DataError(f"No linear model of {task.name} can be fitted: {error}") from error


def _majority(task: Task, known: Sequence[Example], rows: Sequence[Example]) -> pd.DataFrame:
    """State what is most frequent, whatever the sequence."""
    labels = [example.label for example in known or rows]
    if task.scale:
        mean = sum(map(float, labels)) / len(labels)  # type: ignore[arg-type]
        said = Prediction(task.name, 0, parsed_value=mean, estimate=mean)
        return as_frame(said._replace(row=i, value=float(e.label)) for i, e in enumerate(rows))  # type: ignore[arg-type]
    held = Counter(name for label in labels for name in (label if isinstance(label, tuple) else (label,)))
    shares = [held[name] / len(labels) for name in task.labels]
    frequent = tuple(n for n, share in zip(task.labels, shares, strict=True) if share > 0.5)
    best = task.labels[shares.index(max(shares))]
    stated = as_text(frequent if task.kind == "multilabel" else best)
    said = Prediction(task.name, 0, parsed_label=stated, probabilities=shares)
    return as_frame(said._replace(row=i, label=as_text(e.label)) for i, e in enumerate(rows))


def _answers(
    engine: Engine,
    given: Mapping[str, TaskRows],
    control: str | None,
    predictions: str | Path | None,
    **how: Any,
) -> list[pd.DataFrame]:
    """Return what the pair says of each task, of its own sequences or of those of a control."""
    rows: dict[str, Sequence[Example]] = {name: part.rows for name, part in given.items()}
    path = None if predictions is None else Path(predictions)
    if control is not None:
        rows = {
            name: _Changed(part, control, f"{how['seed']}/{control}/{name}") for name, part in rows.items()
        }
        path = path and path.with_suffix(f".{control.lower().replace(' ', '-')}{path.suffix}")
    found, about = predict_each(
        engine,
        rows,
        [part.task for part in given.values()],
        predictions=path,
        title=f"{control}: " if control else "",
        **how,
    )
    if path is not None:
        PredictionParts(path).join(found, about)
    return found


def _scored(  # noqa: PLR0913 - what was said of which rows, and how it is scored
    given: Mapping[str, TaskRows],
    chosen: Mapping[str, Sequence[int]],
    frames: Sequence[pd.DataFrame],
    *,
    split: str,
    resamples: int,
    seed: int,
    told: str,
) -> Scores:
    """Score predictions of each task, with intervals; all draw the same rows."""
    found: list[TaskScore] = []
    for part, frame in zip(given.values(), frames, strict=True):
        score = score_predictions(part.task, frame, split=split, filled=part.filled, simulated=part.simulated)
        ends = metric_intervals(part.task, frame, score, resamples=resamples, seed=seed)
        found.append(dataclasses.replace(score, available=len(part.rows), intervals=ends))
    return Scores(tuple(found), told)


def _notes(task: str, scope: Scope | None) -> tuple[str, ...]:
    if scope is None:
        return ()
    if task not in scope.tasks:
        return (_OUT_OF_SCOPE,)
    return (_FROM_SIMULATION,) if task in scope.simulated else ()
