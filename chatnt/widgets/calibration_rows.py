"""What the widget of calibration can be given, and the rows of each task in it."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from chatnt.calibration import Calibration
from chatnt.calibration_methods import METHODS, check_truth, cross_fit
from chatnt.calibrators import both_ways, checked
from chatnt.errors import DataError, UnknownTaskError
from chatnt.metrics import flags_of
from chatnt.tasks import get_task

NONE = "none"
"""The method that leaves probabilities as they are."""

CROSS_FITTED = (
    "fitted across five parts of the rows: each row is corrected by what the other four parts say, never by "
    "itself"
)
"""How a method is fitted here."""

_DIGITS = 5  # of a probability in a table of predictions, which holds them in single precision


class Predicted(Protocol):
    """What `chatnt.evaluate` and `chatnt.results` return."""

    @property
    def predictions(self) -> pd.DataFrame:
        """One row per question, as `chatnt.predictions.Prediction` describes it."""
        ...


Source = Predicted | pd.DataFrame | Calibration
"""What predictions, and what is true, are read from."""


@dataclasses.dataclass(frozen=True, eq=False)
class Rows:
    """Hold probabilities of one task, and what is true.

    Attributes
    ----------
    task, title, kind
        Name, title and kind of the task.
    labels
        In the order of the columns.
    chances
        Probabilities of shape (rows, labels).
    truth
        Class numbers of shape (rows,), of a multilabel task flags of shape (rows, labels).
    kept
        What was corrected already, by the method, of the shape of `chances`.
    how
        How methods are fitted, as it is told.
    """

    task: str
    title: str
    kind: str
    labels: tuple[str, ...]
    chances: NDArray[np.float64]
    truth: NDArray[np.int64]
    kept: Mapping[str, NDArray[np.float64]] = dataclasses.field(default_factory=dict)
    how: str = CROSS_FITTED

    @property
    def shown(self) -> tuple[str, ...]:
        """Labels that can be looked at: of two that exclude each other the second, else each."""
        return self.labels[1:] if self.kind == "binary" else self.labels

    def side(self, label: str, chances: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return the probability of a label, by rising probability, and whether it is true."""
        at = self.labels.index(label)
        true = self.truth[:, at] == 1 if self.truth.ndim == 2 else self.truth == at
        order = np.argsort(chances[:, at], kind="stable")
        return chances[order, at], true[order]

    @functools.cached_property
    def methods(self) -> dict[str, str]:
        """Methods that suit the task, and why each cannot be fitted; an empty text if it can."""
        suited = [name for name, m in METHODS.items() if self.kind in m.kinds and m.gives == "probabilities"]
        names = [NONE, *self.kept] if self.kept else [NONE, *suited]
        return {name: "" if name in (NONE, *self.kept) else self._refused(name) for name in names}

    @functools.cache  # noqa: B019 - as long as the rows
    def corrected(self, method: str) -> NDArray[np.float64]:
        """Return what a method makes of the rows, each corrected by what others say (`cross_fit`)."""
        if method in self.kept:
            return self.kept[method]
        return cross_fit(method, self.chances, self.truth, kind=self.kind)

    def _refused(self, method: str) -> str:
        try:
            check_truth(method, self.kind, self.truth, labels=len(self.labels))
        except DataError as error:
            return str(error)
        return ""


class Cases:
    """Find the rows of each task.

    Attributes
    ----------
    titles
        Of each task that can be shown, by its name.
    refused
        Why others cannot.
    """

    def __init__(self, titles: Mapping[str, str], refused: Mapping[str, str] | None = None) -> None:
        self.titles, self.refused = dict(titles), dict(refused or {})

    def of(self, task: str) -> Rows:
        """Return the rows of a task of `titles`."""
        raise NotImplementedError


class _One(Cases):
    def __init__(self, rows: Rows) -> None:
        super().__init__({rows.task: rows.title})
        self._rows = rows

    def of(self, task: str) -> Rows:
        return self._rows


class _Table(Cases):
    """The tasks of a table of predictions, each read when it is looked at."""

    def __init__(self, table: pd.DataFrame) -> None:
        self._parts = {str(name): rows for name, rows in table.groupby("task", sort=False)}
        refused = {name: why for name, rows in self._parts.items() if (why := _why_not(name, rows))}
        super().__init__({n: get_task(n).title for n in self._parts if n not in refused}, refused)
        if not self.titles:
            told = "; ".join(f"{name}: {why}" for name, why in refused.items()) or "there are no predictions"
            raise DataError(f"No task can be shown: {told}.")

    @functools.cache  # noqa: B019 - as long as the table
    def of(self, task: str) -> Rows:
        known, part = get_task(task), self._parts[task]
        if known.kind == "multilabel":
            truth = flags_of(known, part, "label").astype(int)
        else:
            truth = np.array([known.labels.index(name) for name in part["label"]])
        return _rows(task, known.title, known.kind, known.labels, _stacked(part), truth)


def read_cases(source: Source) -> Cases:
    """Return the rows of what was given.

    Raises
    ------
    DataError
        If it holds no rows, or no task of it has probabilities of labels.
    TypeError
        If it is nothing of the kind.
    """
    if isinstance(source, Calibration):
        return _One(_of_fit(source))
    table = source if isinstance(source, pd.DataFrame) else getattr(source, "predictions", None)
    if not isinstance(table, pd.DataFrame):
        raise TypeError(
            f"Calibration was given {type(source).__name__}; give what chatnt.evaluate, chatnt.results or "
            "chatnt.calibrate returns, a table of predictions, or arrays: Calibration(y=..., p=...)."
        )
    lacking = [name for name in ("task", "label", "probabilities") if name not in table]
    if lacking:
        raise DataError(
            f"The table lacks {', '.join(lacking)}; chatnt.predictions.Prediction says what it holds. Arrays "
            "are given as Calibration(y=..., p=...)."
        )
    return _Table(table)


def given_cases(y: ArrayLike, p: ArrayLike, labels: Sequence[str], task: str) -> Cases:
    """Return the rows of arrays; `chatnt.widgets.Calibration` says what they hold.

    Raises
    ------
    ValueError
        If something is no probability or no label, or shapes do not match.
    """
    true, given = np.asarray(y), np.asarray(p, float)
    kind = "multilabel" if true.ndim == 2 else "binary" if given.ndim == 1 or given.shape[1:] == (2,) else ""
    chances = checked(both_ways(given) if given.ndim == 1 else given, shared=kind != "multilabel")
    names = tuple(labels) or (("negative", "positive") if kind == "binary" else _numbered(chances.shape[1]))
    if len(names) != chances.shape[1] or len(set(names)) != len(names):
        raise ValueError(f"There are probabilities of {chances.shape[1]} labels, but labels={names!r}.")
    expected = chances.shape if kind == "multilabel" else chances.shape[:1]
    if true.shape != expected or not len(true):
        raise ValueError(
            f"y has the shape {true.shape} and p {given.shape}: expected y of (rows,), or of (rows, labels) "
            "where several labels hold at once, and p of (rows,) or (rows, labels), with one row or more."
        )
    classes = _classes(true, names, most=1 if kind == "multilabel" else len(names) - 1)
    return _One(_rows(task or "task", task or "Probabilities", kind or "multiclass", names, chances, classes))


def _rows(
    task: str, title: str, kind: str, labels: tuple[str, ...], chances: NDArray, truth: NDArray, **more: Any
) -> Rows:
    return Rows(task, title, kind, labels, np.ascontiguousarray(chances, float), truth.astype(int), **more)


def _of_fit(fit: Calibration) -> Rows:
    if fit.rows is None:
        raise DataError(
            f"The calibration of {fit.task} holds no rows: sets and intervals have no probabilities, and a "
            "file keeps tables only (chatnt.plots.reliability draws them). Give what chatnt.calibrate has "
            "just returned, or the predictions of an evaluation."
        )
    before, after, truth = fit.rows
    return _rows(
        fit.task,
        _title(fit.task),
        fit.kind,
        fit.labels,
        before,
        truth,
        kept={fit.method: after},
        how=CROSS_FITTED if fit.protocol == "held-out" else f"fitted on {fit.count:,} other rows",
    )


def _title(task: str) -> str:
    try:
        return get_task(task).title
    except UnknownTaskError:  # a task that is not registered here
        return task


def _why_not(name: str, rows: pd.DataFrame) -> str:
    try:
        task = get_task(name)
    except UnknownTaskError as error:
        return str(error)
    if task.scale:
        return "it asks for a number, which has an interval and no probability"
    lengths = [0 if each is None else len(each) for each in rows["probabilities"]]
    lacking = sum(length != len(task.labels) for length in lengths)
    if lacking:
        return f"{lacking:,} of {len(rows):,} rows have no probabilities of its {len(task.labels)} labels"
    try:
        checked(_stacked(rows), shared=task.kind != "multilabel")
    except ValueError as error:
        return str(error)
    foreign = [] if task.kind == "multilabel" else sorted(set(map(str, rows["label"])) - set(task.labels))
    return f"{', '.join(map(repr, foreign))} is no label of it" if foreign else ""


def _stacked(rows: pd.DataFrame) -> NDArray[np.float64]:
    return np.round(np.stack(rows["probabilities"].to_list()).astype(np.float64), _DIGITS)


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"class {i}" for i in range(count))


def _classes(true: NDArray, names: tuple[str, ...], *, most: int) -> NDArray[np.int64]:
    if true.dtype.kind in "UO" and true.ndim == 1:
        unknown = sorted({str(name) for name in true.tolist()} - set(names))
        if unknown:
            raise ValueError(
                f"y holds {', '.join(map(repr, unknown[:3]))}; the labels are {', '.join(map(repr, names))}. "
                "Give labels=(...) in the order of the columns of p; of two the second is the positive one."
            )
        return np.array([names.index(name) for name in true.tolist()])
    numbers = true.astype(float)
    if not (np.isin(numbers, np.arange(most + 1))).all():
        wrong = numbers[~np.isin(numbers, np.arange(most + 1))][:3].tolist()
        raise ValueError(f"y holds {', '.join(map(str, wrong))}; expected whole numbers from 0 to {most}.")
    return numbers.astype(int)
