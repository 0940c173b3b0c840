"""The widget of calibration: whether probabilities hold, and what a threshold makes of them."""

import itertools
import threading
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd
import traitlets
from numpy.typing import ArrayLike

from chatnt.widgets.base import Palette, Theme, Widget, message
from chatnt.widgets.calibration_numbers import BINNING, NAMES, Side, bin_table, measure
from chatnt.widgets.calibration_rows import NONE, Rows, Source, given_cases, read_cases

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Strategy = Literal["uniform", "quantile"]

_SOON = 2_000  # rows that are fitted at once, in less time than a reader notices


class Calibration(Widget):
    """See how far probabilities are from frequencies, and choose a threshold.

    Rows are those of one label against all others. A row of the probability `threshold` or
    more is called positive. What a method makes of the probabilities is never fitted on the row
    that it corrects: rows are dealt into five parts, and each is corrected by what the other
    four say (`chatnt.calibration_methods.cross_fit`). Large data are fitted in the background;
    everything that needs the outcome waits for it.

    Parameters
    ----------
    source
        What `chatnt.evaluate` or `chatnt.results` returns, a table of predictions as
        `chatnt.predictions.Prediction` describes it, or what `chatnt.calibrate` has just returned.
        Tasks that ask for a number have no probabilities; `refused` says so.
    y, p
        Instead of a source: what is true, and probabilities. ``p`` of shape (rows,), of the
        positive label, or (rows, labels). ``y`` class numbers or names of labels, of shape
        (rows,); or flags of shape (rows, labels) where several labels hold at once.
    labels
        Names of the columns of ``p``, with arrays. Of two the second is the positive one.
    task
        That is shown first; with arrays a name for them.
    label
        That is shown first; default the first of the menu.
    method
        ``"none"``, or one of `chatnt.calibration_methods.METHODS` that gives probabilities. Default:
        that of what `chatnt.calibrate` returned, else none.
    threshold, bins, strategy
        See the attributes.
    height, palette, theme
        See `Widget`.

    Attributes
    ----------
    task, label, method
        What is shown; the page changes it, and so may you.
    threshold
        From 0 to 1.
    bins
        From 5 to 30; fewer where probabilities are equal or a bin is empty.
    strategy
        ``"quantile"``, about as many rows in each bin, or ``"uniform"``, bins of equal width.

    Raises
    ------
    DataError
        If the source holds no rows with probabilities of labels.
    TypeError
        If the source is nothing of that kind, or there is not exactly one of source and arrays.
    ValueError
        If arrays do not fit each other, or hold something that is no probability or no label.
    traitlets.TraitError
        If there is no such task, label, method or strategy, or a number is out of range.

    References
    ----------
    Bröcker & Smith 2007, Increasing the reliability of reliability diagrams, Weather Forecast. 22:651.

    Examples
    --------
    >>> shown = Calibration(y=[0, 0, 1, 1], p=[0.1, 0.6, 0.4, 0.9], threshold=0.5)
    >>> shown.metrics["precision"], shown.metrics["auroc"]
    (0.5, 0.75)
    """

    _files = ("calibration_numbers", "calibration_pictures", "calibration")

    task = traitlets.Unicode("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    method = traitlets.Unicode(NONE).tag(sync=True)
    threshold = traitlets.Float(0.5, min=0.0, max=1.0).tag(sync=True)
    bins = traitlets.Int(15, min=5, max=30).tag(sync=True)
    strategy = traitlets.Enum(list(BINNING), "quantile").tag(sync=True)
    _tasks: traitlets.List = traitlets.List().tag(sync=True)
    _labels: traitlets.List = traitlets.List().tag(sync=True)
    _methods: traitlets.List = traitlets.List().tag(sync=True)
    _refused = traitlets.Dict().tag(sync=True)
    _before = traitlets.Dict().tag(sync=True)
    _after = traitlets.Dict().tag(sync=True)
    _how = traitlets.Unicode("").tag(sync=True)
    _compared: traitlets.List = traitlets.List().tag(sync=True)

    def __init__(
        self,
        source: Source | None = None,
        *,
        y: ArrayLike | None = None,
        p: ArrayLike | None = None,
        labels: Sequence[str] = (),
        task: str = "",
        label: str = "",
        method: str = "",
        threshold: float = 0.5,
        bins: int = 15,
        strategy: Strategy = "quantile",
        height: int = 0,
        palette: Palette = "safe",
        theme: Theme = "auto",
    ) -> None:
        if (source is None) == (y is None) or (y is None) != (p is None):
            raise TypeError(
                "Give either what was evaluated, Calibration(chatnt.results()), or both arrays, "
                "Calibration(y=..., p=...)."
            )
        if source is not None and labels:
            raise TypeError("labels=... names the columns of arrays; what was evaluated has its own.")
        if y is None or p is None:
            self._cases = read_cases(source)  # type: ignore[arg-type]
        else:
            self._cases = given_cases(y, p, labels, task)
        super().__init__(height=height, palette=palette, theme=theme)
        self._lock, self._fitting = threading.Lock(), False
        self._tasks = [{"name": name, "title": title} for name, title in self._cases.titles.items()]
        self._refused = self._cases.refused
        self.threshold, self.bins, self.strategy = threshold, bins, strategy
        self.observe(self._show_task, "task")
        self.observe(self._show_label, "label")
        self.observe(self._show_method, "method")
        self.observe(self._forget_comparison, ["task", "label", "bins", "strategy"])
        self.task = task or self._tasks[0]["name"]
        self.label = label or self.label
        self.method = method or next(iter(self._rows.kept), NONE)

    # What is shown, measured and tabled.

    @property
    def refused(self) -> dict[str, str]:
        """Tasks that cannot be shown, and why."""
        return dict(self._refused)

    @property
    def metrics(self) -> dict[str, float | int | None]:
        """What is measured now, with the method, by the names of `frame`; `None` has no value."""
        return self._measured(self._sides()[-1][1])

    def frame(self) -> pd.DataFrame:
        """Return what is measured now: ``metric, before``, and with a method ``after``."""
        columns = {name: self._measured(side) for name, side in self._sides()}
        return pd.DataFrame(columns, index=pd.Index(list(NAMES), name="metric"), dtype=float).reset_index()

    def table(self) -> pd.DataFrame:
        """Return the bins that are not empty.

        Returns
        -------
        DataFrame
            ``when`` (``"before"``, and with a method ``"after"``), ``count``, ``confidence`` (the
            mean probability), ``accuracy`` (how often it is true), and ``low, high``, the ends of
            its 95 % Wilson interval.
        """
        tables = [self._bins(side) for _, side in self._sides()]
        for (name, _), table in zip(self._sides(), tables, strict=True):
            table.insert(0, "when", name)
        return pd.concat(tables, ignore_index=True)

    def compare(self) -> pd.DataFrame:
        """Return a row per method that can be fitted: ``method``, and all that is measured of it."""
        return pd.DataFrame(list(self._comparison()))

    def _comparison(self) -> Iterator[dict[str, Any]]:
        for name, reason in self._rows.methods.items():
            if not reason:
                yield {"method": name, **self._measured(self._side(name))}

    @message("compare")
    def _on_compare(self) -> None:
        self._start(self._compare_all)

    def _compare_all(self, stop: threading.Event) -> None:
        wanted = self.task, self.label, self.bins, self.strategy
        found = list(itertools.takewhile(lambda _: not stop.is_set(), self._comparison()))
        if not stop.is_set() and wanted == (self.task, self.label, self.bins, self.strategy):
            self._compared = found

    def _forget_comparison(self, _change: object) -> None:
        self._compared = []

    def _measured(self, side: Side) -> dict[str, float | int | None]:
        return measure(side, threshold=self.threshold, bins=self.bins, strategy=self.strategy)

    def _bins(self, side: Side) -> pd.DataFrame:
        return bin_table(side, bins=self.bins, strategy=self.strategy)

    def _sides(self) -> list[tuple[str, Side]]:
        names = [NONE] if self.method == NONE else [NONE, self.method]
        return [(when, self._side(name)) for when, name in zip(("before", "after"), names, strict=False)]

    def _side(self, method: str) -> Side:
        rows = self._rows
        return rows.side(self.label, rows.chances if method == NONE else rows.corrected(method))

    @property
    def _rows(self) -> Rows:
        return self._cases.of(self.task)

    # What changes when something is chosen.

    def _show_task(self, _change: object) -> None:
        rows = self._rows
        with self.hold_sync():
            self._labels, self._how = list(rows.shown), rows.how
            self._methods = [{"name": name, "refused": why} for name, why in rows.methods.items()]
            if rows.methods.get(self.method, "no such method"):
                self.method = NONE
            if self.label == rows.shown[0]:
                self._show_label(None)
            self.label = rows.shown[0]

    def _show_label(self, _change: object) -> None:
        with self.hold_sync():
            self._before = _packed(self._side(NONE))
            self._show_method(None)

    def _show_method(self, _change: object) -> None:
        if self.method == NONE:
            self._after = {}
        elif len(self._rows.truth) <= _SOON or self.method in self._rows.kept:
            self._after = _packed(self._side(self.method))
        else:
            self._after = {}
            self._fit_in_background()

    def _fit_in_background(self) -> None:
        with self._lock:
            if self._fitting:
                return  # what is being done looks again before it ends
            self._fitting = True
        self.stop()
        if self._thread is not None:
            self._thread.join()  # it has nothing left to do, or compares and looks whether to stop
        self._start(self._fit)

    def _fit(self, stop: threading.Event) -> None:
        """Fit what is chosen, and what was chosen meanwhile."""
        try:
            while not stop.is_set():
                wanted = task, label, method = self._chosen()
                rows = self._cases.of(task)
                after = {} if method == NONE else _packed(rows.side(label, rows.corrected(method)))
                with self._lock:
                    if wanted == self._chosen():
                        self._fitting = False
                        self._after = after
                        return
        finally:
            self._fitting = False

    def _chosen(self) -> tuple[str, str, str]:
        return self.task, self.label, self.method

    @traitlets.validate("task")
    def _check_task(self, proposal: dict) -> str:
        return _known("task", proposal["value"], list(self._cases.titles), self._cases.refused)

    @traitlets.validate("label")
    def _check_label(self, proposal: dict) -> str:
        return _known("label", proposal["value"], list(self._rows.shown), {})

    @traitlets.validate("method")
    def _check_method(self, proposal: dict) -> str:
        reasons = {name: why for name, why in self._rows.methods.items() if why}
        return _known(
            "method", proposal["value"], [n for n in self._rows.methods if n not in reasons], reasons
        )

    # Without a front end.

    def text(self) -> str:
        """Tell what is shown, and what is measured of it."""
        frame = self.frame().set_index("metric").rename(index=NAMES)
        count = len(self._rows.truth)
        corrected = "" if self.method == NONE else f"{self.method}: {self._how}\n"
        return (
            f"Calibration: {self.task}, {self.label}, {count:,} rows, method {self.method}\n{corrected}"
            f"at {self.threshold:g} and above it is called {self.label}; {self.bins} bins, {self.strategy}\n"
            f"{frame.to_string(float_format='{:.4g}'.format, na_rep='-', index_names=False)}"
        )

    def figure(self) -> "Figure":
        """Draw what is shown."""
        from chatnt.widgets.calibration_picture import draw_calibration  # needs the extra of plots

        sides = dict(self._sides())
        tables = {name: self._bins(side) for name, side in sides.items()}
        corrected = "" if self.method == NONE else f"\n{self.method}, {self._how}"
        title = f"{self._cases.titles[self.task]}: {len(self._rows.truth):,} rows{corrected}"
        return draw_calibration(title, self.label, sides, tables, self.metrics, threshold=self.threshold)


def _packed(side: Side) -> dict[str, bytes]:
    """Return what the page reads: probabilities as float64, rising, and labels as bytes."""
    chances, true = side
    return {"p": chances.astype("<f8").tobytes(), "y": true.astype("u1").tobytes()}


def _known(what: str, value: str, there: list[str], refused: dict[str, str]) -> str:
    if value in refused:
        raise traitlets.TraitError(f"The {what} {value!r} cannot be shown: {refused[value]}")
    if value not in there:
        raise traitlets.TraitError(f"There is no {what} {value!r} here; there are {', '.join(there)}.")
    return value
