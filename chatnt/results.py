"""What the verbs return: plain data that prints, saves and loads."""

import dataclasses
import json
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
