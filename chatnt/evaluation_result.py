"""What an evaluation found: scores, the answers behind them, and what they are compared with."""

import dataclasses
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pandas as pd

from chatnt.errors import DataError, DataNotFoundError
from chatnt.literature import comparable_means, published_beside
from chatnt.outcomes import METRICS, UNPARSED, Scores, TaskScore, written
from chatnt.predictions import as_frame, read_predictions, write_predictions
from chatnt.tasks import get_task

CHATNT = "ChatNT"

_SHOWN = 3  # unparsed answers of a task, where an evaluation is printed
_LONGEST = 80  # letters of one


@dataclasses.dataclass(frozen=True, repr=False)
class Evaluation(Scores):
    """Hold the scores of a pair with intervals, its answers, baselines, and published results.

    `chatnt.evaluate` makes it. ``evaluation["h3"]`` is the `TaskScore` of a task.

    Attributes
    ----------
    tasks, wordings
        As in `Scores`; each score has ``intervals``, and ``available``, how many rows there were.
    predictions
        One row per question, as `chatnt.predictions.Prediction` describes it.
    baselines
        Scores of simple baselines on the same rows, by name.
    limit, seed
        Most rows per task, and what chose them.
    """

    predictions: pd.DataFrame = dataclasses.field(default_factory=lambda: as_frame([]), compare=False)
    baselines: Mapping[str, Scores] = dataclasses.field(default_factory=dict)
    limit: int | None = None
    seed: int = 0

    def of(self, task: str) -> pd.DataFrame:
        """Return the predictions of one task.

        Raises
        ------
        UnknownTaskError
            If the task was not scored.
        DataNotFoundError
            If its predictions were not kept.
        """
        name = self[task].task
        found = self.predictions.loc[self.predictions["task"] == name].reset_index(drop=True)
        if found.empty:
            raise DataNotFoundError(
                f"The predictions of {task} were not kept; they lie beside the file that `save` wrote, "
                "with the ending .parquet."
            )
        return found

    def confusion(self, task: str) -> pd.DataFrame:
        """Return how often each true label (rows) was answered with each stated one (columns).

        The last column, ``"unparsed"``, counts answers that state none; it is there if there are any.

        Raises
        ------
        DataError
            If the task asks for a number, or for several labels at once.
        """
        table = self[task].confusion
        if not table:
            raise DataError(f"{task} has no confusion matrix: it asks for a number or for several labels.")
        stated = [*table, *[UNPARSED] * any(UNPARSED in row for row in table.values())]
        rows = [[row.get(name, 0) for name in stated] for row in table.values()]
        return pd.DataFrame(rows, index=pd.Index(table, name="true"), columns=pd.Index(stated, name="stated"))

    def scatter(self, task: str) -> pd.DataFrame:
        """Return ``row``, ``true``, ``stated`` (missing where none was) and ``estimate`` of each number.

        Raises
        ------
        DataError
            If the task does not ask for a number.
        DataNotFoundError
            If its predictions were not kept.
        """
        if self[task].pearson is None:
            raise DataError(f"{task} asks for a label and not for a number; see `confusion`.")
        names = {"row": "row", "value": "true", "parsed_value": "stated", "estimate": "estimate"}
        return self.of(task).loc[:, list(names)].rename(columns=names)

    def unparsed(self, task: str | None = None) -> pd.DataFrame:
        """Return the answers that state no label or number: ``task``, ``row``, ``answer``, and the truth."""
        rows = self.predictions if task is None else self.of(task)
        return _silent(rows).loc[:, ["task", "row", "answer", "label", "value"]].reset_index(drop=True)

    def published(self) -> pd.DataFrame:
        """Return the published results of the tasks, beside the pair's.

        Returns
        -------
        DataFrame
            Columns of `chatnt.published_numbers`, and ``ours, low, high``: the same metric of the
            pair, and its interval. A row is comparable only if, besides, as many test sequences were
            available as the benchmark has; if not, ``reason`` says so.
        """
        return published_beside(self)

    def published_means(self) -> pd.DataFrame:
        """Return means over the tasks for which a published result is comparable, and ours on the same.

        Returns
        -------
        DataFrame
            One row per model, metric and protocol: ``model, metric, protocol, tasks`` (names),
            ``published, ours``. Rows that are not comparable are in no mean.
        """
        return comparable_means(self.published())

    def metrics(self) -> pd.DataFrame:
        """Return every metric of the pair and of the baselines, one per row.

        Columns: ``scored`` (``"pair"`` or the name of a baseline), ``task, metric, value, low, high``.
        """
        rows = [
            (who, s.task, name, getattr(s, name), *s.intervals.get(name, (math.nan, math.nan)))
            for who, scores in {"pair": self, **self.baselines}.items()
            for s in scores.tasks
            for name in METRICS
            if getattr(s, name) is not None
        ]
        return pd.DataFrame(rows, columns=["scored", "task", "metric", "value", "low", "high"])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per task.

        Besides the columns of `Scores.to_frame`: ``low, high`` (of the score), ``available``, ``chatnt``
        and ``published_baseline`` with its name in ``baseline``, ``comparable`` (whether both can be
        compared with the score), one column per computed baseline, by the same metric, and ``notes``.
        """
        frame = super().to_frame()
        rows = list(self._rows())
        columns = {
            "low": [s.interval[0] for s in self.tasks],
            "high": [s.interval[1] for s in self.tasks],
            "available": [s.available for s in self.tasks],
            "chatnt": [row.chatnt for row in rows],
            "published_baseline": [row.value for row in rows],
            **{name: [_same(scores, s) for s in self.tasks] for name, scores in self.baselines.items()},
        }
        for name, values in columns.items():
            frame[name] = pd.Series(values, index=frame.index, dtype=float)
        frame["baseline"] = pd.Series([row.model for row in rows], index=frame.index, dtype=object)
        frame["comparable"] = pd.Series([not row.reason for row in rows], index=frame.index, dtype=bool)
        frame["notes"] = pd.Series(["; ".join(s.notes) for s in self.tasks], index=frame.index, dtype=object)
        return frame

    def save(self, path: str | Path) -> None:
        """Write the scores as JSON, and the predictions beside them under the same name, as ``.parquet``.

        Raises
        ------
        DataError
            If the path ends with ``.parquet`` itself.
        """
        path = Path(path)
        beside = path.with_suffix(".parquet")
        if beside == path:
            raise DataError(f"{path} is where the predictions go; give the scores another name, as .json.")
        # A file that holds just these also says how they were made, so that a run can go on from it.
        kept = beside.is_file() and read_predictions(beside).equals(self.predictions)
        if not kept and len(self.predictions):
            write_predictions(beside, self.predictions)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(self.to_json(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Evaluation":
        """Read what `save` wrote; without the file of predictions there are just the scores.

        Raises
        ------
        DataNotFoundError
            If there is no such file.
        DataError
            If it cannot be read as an evaluation.
        """
        path = Path(path)
        try:
            content = json.loads(path.read_text(encoding="utf-8"))
            found = cls.from_json(content)
            rows = int(content["rows"])
        except FileNotFoundError as error:
            raise DataNotFoundError(f"There is no evaluation at {path}.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{path} cannot be read as an evaluation: {error!r}.") from error
        beside = path.with_suffix(".parquet")
        predictions = read_predictions(beside) if rows and beside.is_file() else as_frame([])
        # One of another evaluation is not taken for this one's.
        return dataclasses.replace(found, predictions=predictions) if len(predictions) == rows else found

    def to_json(self) -> dict:
        """Return what JSON can hold: everything but the predictions."""
        return {
            **super().to_json(),
            "limit": self.limit,
            "seed": self.seed,
            "baselines": {name: scores.to_json() for name, scores in self.baselines.items()},
            "rows": len(self.predictions),
        }

    @classmethod
    def from_json(cls, data: dict) -> "Evaluation":
        """Read what `to_json` gave."""
        scores = Scores.from_json(data)
        beside = {name: Scores.from_json(one) for name, one in data["baselines"].items()}
        told = {"limit": data["limit"], "seed": data["seed"]}
        return cls(scores.tasks, scores.wordings, baselines=beside, **told)

    def __repr__(self) -> str:
        beside = f"; beside it: {', '.join(self.baselines)}" if self.baselines else ""
        return f"Evaluation({len(self.tasks)} tasks, {sum(s.count for s in self.tasks):,} answers{beside})"

    def to_markdown(self) -> str:
        """Return tables and notes in Markdown: the score of each task beside others, and all metrics."""
        rows = list(self._rows())
        head = ["task", "rows", "metric", "score", "95 % interval", CHATNT, "published baseline"]
        table = [[*row.cells(), *(_cell(s, _same(b, s)) for b in self.baselines.values()), str(s.unparsed)]
                 for row, s in zip(rows, self.tasks, strict=True)]  # fmt: skip
        parts = [aligned([*head, *self.baselines, "unparsed"], table), *self._told(rows)]
        return "\n".join([*parts, "All metrics:\n", super().to_markdown()])

    def _rows(self) -> Iterator["_Row"]:
        published = self.published()
        for score in self.tasks:
            yield _Row.of(score, published.loc[published["task"] == score.task])

    def _told(self, rows: Sequence["_Row"]) -> Iterator[str]:
        """Yield paragraphs: what cannot be compared, means, what could not be parsed, notes."""
        reasons = [f"- {row.score.task}: {row.reason}" for row in rows if row.reason]
        if reasons:
            yield "\\* Not comparable with the score:\n\n" + "\n".join(reasons) + "\n"
        means = self.published_means()
        for mean in means.loc[means["model"] == CHATNT].to_dict("records"):
            yield (
                f"Mean {METRICS[mean['metric']]} of {', '.join(mean['tasks'])}, which can be compared: "
                f"{mean['ours']:.3f}, {CHATNT} {mean['published']:.3f}\n"
            )
        silent = [_told_of(s, self.predictions) for s in self.tasks if s.unparsed]
        if silent:
            yield "Answers that state no label or number count as wrong:\n\n" + "\n".join(silent) + "\n"
        notes = [f"- {s.task}: {note}" for s in self.tasks for note in s.notes]
        if notes:
            yield "Notes:\n\n" + "\n".join(notes) + "\n"


@dataclasses.dataclass(frozen=True)
class _Row:
    """Hold a score, what ChatNT and a baseline were published to reach, and why they cannot be compared."""

    score: TaskScore
    chatnt: float | None = None
    model: str = ""
    value: float | None = None
    reason: str = ""

    @classmethod
    def of(cls, score: TaskScore, published: pd.DataFrame) -> "_Row":
        if published.empty:
            return cls(score)
        record = get_task(score.task).record
        baseline = record.baseline if record else ""
        values: dict[str, float] = {}
        reasons: list[str] = []
        for row in published.to_dict("records"):
            if row["model"] in (CHATNT, baseline) and row["model"] not in values:
                values[row["model"]] = row["value"]
                reasons += [row["reason"]] * (row["reason"] not in ("", *reasons))
        shown = baseline if baseline in values else ""
        return cls(score, values.get(CHATNT), shown, values.get(shown), "; ".join(reasons))

    def cells(self) -> list[str]:
        s, mark = self.score, "\\*" if self.reason else ""
        rows = f"{s.count:,}" + (f" of {s.available:,}" if s.available and s.available > s.count else "")
        low, high = s.interval
        return [
            f"{s.task}{' (simulated)' * s.simulated}",
            rows,
            METRICS[s.metric],
            _cell(s, s.score),
            "" if math.isnan(low) else f"{_cell(s, low)} to {_cell(s, high)}",
            "" if self.chatnt is None else f"{self.chatnt:.3f}{mark}",
            "" if self.value is None else f"{self.model} {self.value:.3f}{mark}",
        ]


def aligned(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a Markdown table that can be read as it stands: columns of even width, numbers to the right.

    Examples
    --------
    >>> print(aligned(["task", "MCC"], [["h3", "0.5"], ["enhancers", "0.25"]]), end="")
    | task      |  MCC |
    |:----------|-----:|
    | h3        |  0.5 |
    | enhancers | 0.25 |
    """
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    rule = "".join(f"{'-' * (w + 1)}:|" if i else f":{'-' * (w + 1)}|" for i, w in enumerate(widths))
    lines = [
        "".join(
            f" {cell:>{w}} |" if i else f" {cell:<{w}} |"
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        )
        for row in (head, *rows)
    ]
    return "\n".join(f"|{line}" for line in (lines[0], rule, *lines[1:])) + "\n"


def _same(scores: Scores, score: TaskScore) -> float | None:
    """Return what others reach on a task by the metric that it is judged by here."""
    return getattr(scores[score.task], score.metric) if score.task in scores else None


def _cell(score: TaskScore, value: float | None) -> str:
    return "" if value is None or math.isnan(value) else written(score.metric, value)


def _silent(rows: pd.DataFrame) -> pd.DataFrame:
    """Return the rows whose answers state nothing."""
    return rows.loc[rows["parsed_label"].isna() & rows["parsed_value"].isna()]


def _told_of(score: TaskScore, predictions: pd.DataFrame) -> str:
    answers = _silent(predictions.loc[predictions["task"] == score.task])["answer"]
    texts = [" ".join(text.split())[:_LONGEST] for text in dict.fromkeys(answers)][:_SHOWN]
    such = (
        f", such as {', '.join(f'`{text}`' if text else 'an empty one' for text in texts)}" if texts else ""
    )
    return f"- {score.task}: {score.unparsed:,} of {score.count:,}{such}"
