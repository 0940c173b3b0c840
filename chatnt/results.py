"""What the verbs return: plain data that prints, saves and loads."""

import dataclasses
import json
import math
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


@dataclasses.dataclass(frozen=True)
class TaskScore:
    """Hold how well a pair did on one task.

    Attributes
    ----------
    task, split
        What was asked.
    count, unparsed
        Questions asked, and answers that state no label (counted as wrong).
    mcc
        Matthews correlation of the stated with the true labels.
    accuracy
        Share of right answers.
    confusion
        How often each true label (outer key) was answered with each stated
        one; unparsed answers are under ``"unparsed"``.
    """

    task: str
    split: str
    count: int
    unparsed: int
    mcc: float
    accuracy: float
    confusion: dict[str, dict[str, int]]


@dataclasses.dataclass(frozen=True)
class Scores:
    """Hold the scores of a pair on several tasks.

    Attributes
    ----------
    tasks
        One `TaskScore` per task.
    wordings
        Which question wordings were used: those of ``"train"`` or ``"test"``.
    """

    tasks: tuple[TaskScore, ...]
    wordings: str

    def to_frame(self) -> "pd.DataFrame":
        """Return a table with one row per task."""
        import pandas as pd

        columns = ("task", "split", "count", "unparsed", "mcc", "accuracy")
        return pd.DataFrame([{name: getattr(t, name) for name in columns} for t in self.tasks])

    def save(self, path: str | Path) -> None:
        """Write the scores as JSON."""
        Path(path).write_text(json.dumps(dataclasses.asdict(self), indent=1) + "\n")

    @classmethod
    def load(cls, path: str | Path) -> "Scores":
        """Read what `save` wrote."""
        data = json.loads(Path(path).read_text())
        return cls(tuple(TaskScore(**task) for task in data["tasks"]), data["wordings"])

    def to_markdown(self) -> str:
        """Return the scores as a Markdown table."""
        head = "| task | sequences | MCC | accuracy | unparsed |\n|---|---:|---:|---:|---:|\n"
        return head + "".join(
            f"| {t.task} | {t.count:,} | {t.mcc:.3f} | {t.accuracy:.1%} | {t.unparsed} |\n"
            for t in self.tasks
        )

    def __str__(self) -> str:
        return self.to_markdown()

    def _repr_markdown_(self) -> str:
        return self.to_markdown()


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
