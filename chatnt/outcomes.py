"""What the verbs return: plain data that prints, saves and loads."""

import dataclasses
import json
import math
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from chatnt.errors import UnknownTaskError

if TYPE_CHECKING:
    import pandas as pd

UNPARSED = "unparsed"
"""What an answer counts as that states no label."""

METRICS = {
    "mcc": "MCC",
    "accuracy": "accuracy",
    "f1": "F1",
    "auroc": "AUROC",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "r2": "R²",
    "mae": "MAE",
    "pearson_of_estimate": "Pearson of the estimate",
}
"""The metrics of a `TaskScore` and how they are written."""


@dataclasses.dataclass(frozen=True)
class TaskScore:
    """Hold how well a pair did on one task.

    A metric that the task does not have, or that cannot be computed (AUROC where one
    class is missing or no probability is known), is `None`.

    Attributes
    ----------
    task, split
        What was asked.
    count, unparsed
        Questions asked, and answers that state no label or number (counted as wrong).
    mcc
        Matthews correlation of the stated with the true labels.
    accuracy
        Share of right answers.
    confusion
        How often each true label (outer key) was answered with each stated
        one; unparsed answers are under ``"unparsed"``. Empty for numbers and for several
        labels at once.
    f1
        Of the positive label; the mean over the labels where there are more.
    auroc
        Of the probability of the positive label, read from the likelihood of sentences and
        not from the answer; the mean of one label against the others where there are more.
    pearson, spearman, r2, mae
        Of stated and true numbers: two correlations, the share of the variance that is
        explained, and the mean absolute error in the unit of the task. A correlation is 0
        if all stated numbers are the same.
    pearson_of_estimate
        Pearson correlation of the estimates, see `chatnt.judging.Judge`, with the true numbers.
    filled
        The number that stands for an answer that states none.
    metric
        The one of these that the task is judged by.
    simulated
        Whether the sequences are simulated, so that nothing is said of real ones.
    available
        Rows that there were, of which `count` were chosen; `None` if it was not noted.
    intervals
        Ends of the 95 % interval of each metric (see `chatnt.intervals`); empty if none were computed.
    notes
        What to mind, such as that the pair was not trained on the task.
    """

    task: str
    split: str
    count: int
    unparsed: int
    mcc: float | None = None
    accuracy: float | None = None
    confusion: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)
    f1: float | None = None
    auroc: float | None = None
    pearson: float | None = None
    spearman: float | None = None
    r2: float | None = None
    mae: float | None = None
    pearson_of_estimate: float | None = None
    filled: float | None = None
    metric: str = "mcc"
    simulated: bool = False
    available: int | None = None
    intervals: dict[str, tuple[float, float]] = dataclasses.field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """The metric that the task is judged by; not a number if it cannot be computed."""
        value = getattr(self, self.metric)
        return math.nan if value is None else value

    @property
    def interval(self) -> tuple[float, float]:
        """The ends of the 95 % interval of `score`; not numbers if it was not computed."""
        return self.intervals.get(self.metric, (math.nan, math.nan))

    @classmethod
    def from_json(cls, data: dict) -> "TaskScore":
        """Read a score from what JSON holds."""
        intervals = {name: (low, high) for name, (low, high) in data.get("intervals", {}).items()}
        return cls(**{**data, "intervals": intervals, "notes": tuple(data.get("notes", ()))})

    def to_json(self) -> dict:
        """Return what JSON can hold; what the task does not have is left out."""
        empty = {"intervals": {}, "notes": ()}
        return {k: v for k, v in dataclasses.asdict(self).items() if v is not None and v != empty.get(k)}


@dataclasses.dataclass(frozen=True)
class Scores:
    """Hold the scores of a pair on several tasks.

    Attributes
    ----------
    tasks
        One `TaskScore` per task.
    wordings
        Which question wordings were used: those of ``"train"`` or ``"test"``; empty for a
        model that is asked nothing.
    """

    tasks: tuple[TaskScore, ...]
    wordings: str

    def __getitem__(self, task: str) -> TaskScore:
        """Return the score of a task by its name."""
        for score in self.tasks:
            if score.task == task:
                return score
        scored = ", ".join(score.task for score in self.tasks) or "none"
        raise UnknownTaskError(f"The task {task!r} was not scored; there are {scored}.")

    def __contains__(self, task: str) -> bool:
        return any(score.task == task for score in self.tasks)

    def mean(self, metric: str = "mcc", tasks: Collection[str] | None = None) -> float:
        """Return the mean of a metric over the tasks that have it, or over some of them.

        Simulated tasks are left out unless they are named.

        Raises
        ------
        UnknownTaskError
            If a task that was named was not scored.
        ValueError
            If one that was named does not have the metric, or none of all has it.
        """
        chosen = [s for s in self.tasks if not s.simulated] if tasks is None else [self[t] for t in tasks]
        values = {s.task: getattr(s, metric) for s in chosen}
        without = [task for task, value in values.items() if value is None]
        found = [value for value in values.values() if value is not None]
        if not found or (tasks is not None and without):
            raise ValueError(
                f"There is no {metric} of {', '.join(without) or 'any task'}; choose other tasks."
            )
        return math.fsum(found) / len(found)

    def to_frame(self) -> "pd.DataFrame":
        """Return a table with one row per task; what a task does not have is missing."""
        import pandas as pd

        columns = ["task", "split", "count", "unparsed", "metric", "score", *METRICS, "filled", "simulated"]
        rows = [{name: getattr(t, name) for name in columns} for t in self.tasks]
        return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys([*METRICS, "filled"], float))

    def save(self, path: str | Path) -> None:
        """Write the scores as JSON."""
        Path(path).write_text(json.dumps(self.to_json(), indent=1) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> "Scores":
        """Read what `save` wrote."""
        return cls.from_json(json.loads(Path(path).read_text()))

    def to_json(self) -> dict:
        """Return what JSON can hold; metrics that a task does not have are left out."""
        return {"tasks": [task.to_json() for task in self.tasks], "wordings": self.wordings}

    @classmethod
    def from_json(cls, data: dict) -> "Scores":
        """Read what `to_json` gave."""
        return cls(tuple(map(TaskScore.from_json, data["tasks"])), data["wordings"])

    def to_markdown(self) -> str:
        """Return the scores as a Markdown table, with the metrics that some task has."""
        shown = [name for name in METRICS if any(getattr(t, name) is not None for t in self.tasks)]
        head = "| task | sequences |" + "".join(f" {METRICS[name]} |" for name in shown) + " unparsed |\n"
        rule = "|---|" + "---:|" * (len(shown) + 2) + "\n"
        rows = [
            f"| {t.task}{' (simulated)' * t.simulated} | {t.count:,} |"
            + "".join(f" {written(name, getattr(t, name))} |" for name in shown)
            + f" {t.unparsed} |\n"
            for t in self.tasks
        ]
        return head + rule + "".join(rows)

    def __str__(self) -> str:
        return self.to_markdown()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


def written(metric: str, value: float | None) -> str:
    """Write a metric as tables show it; nothing for none."""
    if value is None:
        return ""
    return f"{value:.1%}" if metric == "accuracy" else f"{value:.3f}"


@dataclasses.dataclass(frozen=True)
class TrainingLog:
    """Hold what a training did, step by step.

    Attributes
    ----------
    records
        One for each step, with `step` (from 1), `loss` (mean over the predicted tokens, natural
        log), `learning_rate`, `gradient_norm`, `rows`, `tokens` and `seconds`; and one for each
        validation, with `step` and `validation`, what was measured by name.
    run
        Plan, hashes of the data and of the frozen weights, configuration, versions.
    """

    records: tuple[dict, ...]
    run: dict

    @property
    def losses(self) -> list[float]:
        """The loss of each step."""
        return [record["loss"] for record in self.records if "loss" in record]

    @property
    def validations(self) -> dict[int, dict[str, float]]:
        """What was measured, by the steps that had been done."""
        return {r["step"]: r["validation"] for r in self.records if "validation" in r}

    def to_frame(self) -> "pd.DataFrame":
        """Return a table with one row per step; what was measured after it has columns too."""
        import pandas as pd

        rows = {r["step"]: {n: v for n, v in r.items() if n != "step"} for r in self.records if "loss" in r}
        for step, measured in self.validations.items():
            rows.setdefault(step, {}).update({f"validation_{n}": v for n, v in measured.items()})
        frame = pd.DataFrame.from_dict(rows, orient="index")
        return frame.sort_index().rename_axis("step").reset_index()

    def save(self, path: str | Path) -> None:
        """Write the log as JSON."""
        data = {"run": self.run, "records": self.records}
        Path(path).write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "TrainingLog":
        """Read what `save` wrote, or the folder of a run."""
        path = Path(path)
        if path.is_dir():
            lines = (path / "log.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
            run = json.loads((path / "run.json").read_text(encoding="utf-8"))
            # The last line may be half written while the run goes on.
            return cls(tuple(json.loads(line) for line in lines if line.endswith("\n")), run)
        data = json.loads(path.read_text(encoding="utf-8"))
        return cls(tuple(data["records"]), data["run"])

    def to_markdown(self) -> str:
        """Return the log as a short Markdown table: where it began, each validation, and its end."""
        losses = {r["step"]: r["loss"] for r in self.records if "loss" in r}
        if not losses:
            return "No step was done.\n"
        seconds = sum(record.get("seconds", 0) for record in self.records)
        names = list(dict.fromkeys(name for measured in self.validations.values() for name in measured))
        head = f"| step | loss |{''.join(f' {name} |' for name in names)}\n|{'---:|' * (2 + len(names))}\n"
        steps = sorted({min(losses), *self.validations, max(losses)})
        body = "".join(
            f"| {step:,} | {losses[step]:.4f} |"
            + "".join(f" {self.validations.get(step, {}).get(n, math.nan):.3f} |" for n in names)
            + "\n"
            for step in steps
        )
        return f"{max(losses):,} steps in {seconds:,.0f} seconds\n\n{head}{body}".replace(" nan |", "  |")

    def __str__(self) -> str:
        return self.to_markdown()

    def __repr__(self) -> str:
        return f"TrainingLog({len(self.losses):,} steps, {len(self.validations)} validations)"

    def _repr_markdown_(self) -> str:
        return self.to_markdown()
