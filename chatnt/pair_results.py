"""The results that a pair keeps: scores, every prediction, and the runs beside them."""

import dataclasses
import html
import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path

import pandas as pd

from chatnt.errors import DataError, DataNotFoundError
from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores, TrainingLog
from chatnt.predictions import as_frame, read_predictions, write_predictions
from chatnt.tasks import get_task

SCORES, PREDICTIONS = "results.json", "predictions.parquet"
LEAKAGE, WORDINGS, PROBE = "leakage", "wordings", "probe"
"""Names of the tables that `chatnt.leakage` and `chatnt.controls` make."""

CALIBRATION = "calibration"
"""Name of the table of how well calibrations hold on the test sets."""

SPREAD, PERPLEXITY, PAPER_PROTOCOL = "wording spread", "perplexity", "paper protocol"
"""Names of the tables of how the score hangs on the wording, of the perplexity-based classifier beside
the written answers, and of its calibration as in the ChatNT paper."""

INTERVALS = "intervals"
"""Name of the table of the 95 % intervals of the scores."""

LEARNING = "learning"
"""Name of the table of learning curves."""

KMERS, MOTIFS = "attribution k-mers", "attribution motifs"
PROFILES, STRONGEST = "attribution profiles", "attribution strongest"
"""Names of the tables of which bases decide, as `chatnt.pairs.judge_attribution` makes them."""

QUESTION_BLIND, QUESTION_ONLY, SHUFFLED = "question-blind", "question only", "shuffled DNA"
ONE_TASK_EACH, LINEAR = "one task each", "linear models"
"""Names of the usual ablations."""


@dataclasses.dataclass(frozen=True, eq=False)
class PairResults:
    """Hold what is known of how well a pair does.

    Attributes
    ----------
    name
        Of the pair.
    scores
        On the test sets, through the written answers.
    predictions
        One row per test row, as `chatnt.predictions.Prediction` describes it; no sequences.
        The scores can be computed from it again (`rescored`). Empty if none were kept.
    ablations
        Scores of other runs on the same rows by name, such as ``"question-blind"``,
        ``"question only"``, ``"shuffled DNA"``, ``"one task each"`` and ``"linear models"``.
    tables
        Further tables by name, such as ``"leakage"``, ``"wordings"``, ``"probe"`` and ``"learning"``.
    """

    name: str
    scores: Scores
    predictions: pd.DataFrame = dataclasses.field(default_factory=lambda: as_frame([]))
    ablations: Mapping[str, Scores] = dataclasses.field(default_factory=dict)
    tables: Mapping[str, pd.DataFrame] = dataclasses.field(default_factory=dict)

    @property
    def leakage(self) -> pd.DataFrame | None:
        """What test sequences have in common with training sequences; None if it was not counted."""
        return self.tables.get(LEAKAGE)

    @property
    def trainings(self) -> dict[str, TrainingLog]:
        """How the trainings of the pair went, by name; each loss is the mean since the one before it."""
        curves = self.tables.get(LEARNING, pd.DataFrame(columns=["training", "step", "what", "value"]))
        return {
            str(name): TrainingLog(tuple(_records(rows)), {})
            for name, rows in curves.groupby("training", sort=False)
        }

    def of(self, task: str) -> pd.DataFrame:
        """Return the predictions of one task.

        Raises
        ------
        DataNotFoundError
            If none were kept.
        """
        found = self.predictions.loc[self.predictions["task"] == task].reset_index(drop=True)
        if found.empty:
            kept = ", ".join(self.predictions["task"].unique()) or "none"
            raise DataNotFoundError(f"{self.name} keeps no predictions of {task!r}; there are {kept}.")
        return found

    def rescored(self) -> Scores:
        """Compute the scores from the predictions again.

        Raises
        ------
        DataNotFoundError
            If a task was scored and its predictions were not kept.
        """
        again = [
            score_predictions(
                get_task(score.task),
                self.of(score.task),
                split=score.split,
                filled=score.filled,
                simulated=score.simulated,
            )
            for score in self.scores.tasks
        ]
        return Scores(tuple(again), self.scores.wordings)

    def to_frame(self) -> pd.DataFrame:
        """Return one row per task: its score, and beside it that of each ablation, by the same metric.

        ``without near matches`` and ``without overlaps`` are the scores of the test rows that are like
        no training sequence, or share no word of 32 bases with one, if there is a leakage table.
        """
        shown = ["task", "metric", "sequences", "score", "unparsed", "simulated"]
        frame = pd.DataFrame(
            [(s.task, s.metric, s.count, s.score, s.unparsed, s.simulated) for s in self.scores.tasks],
            columns=shown,
        )
        if self.leakage is not None:
            for name, column in (
                ("without near matches", "score_without"),
                ("without overlaps", "score_apart"),
            ):
                kept = dict(zip(self.leakage["task"], self.leakage[column], strict=True))
                frame[name] = pd.Series(list(map(kept.get, frame["task"])), dtype=float)
        for name, scores in self.ablations.items():
            other = [
                getattr(scores[s.task], s.metric) if s.task in scores else None for s in self.scores.tasks
            ]
            frame[name] = pd.Series(other, index=frame.index, dtype=float)
        return frame

    def save(self, folder: str | Path) -> None:
        """Write the results into the folder of a pair; write the pair itself afterwards."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / PREDICTIONS
        # A file that holds just these also says how they were made.
        if not (path.is_file() and read_predictions(path).equals(self.predictions)):
            write_predictions(path, self.predictions)
        content = self.scores.to_json()
        content["ablations"] = {name: scores.to_json() for name, scores in self.ablations.items()}
        content["tables"] = {
            name: json.loads(str(table.to_json(orient="split", index=False, double_precision=15)))
            for name, table in self.tables.items()
        }
        (folder / SCORES).write_text(
            json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: str | Path, name: str = "") -> "PairResults":
        """Read what `save` wrote.

        Raises
        ------
        DataNotFoundError
            If the folder holds no results.
        DataError
            If they cannot be read.
        """
        folder = Path(folder)
        try:
            content = json.loads((folder / SCORES).read_text(encoding="utf-8"))
            scores = Scores.from_json(content)
            ablations = {run: Scores.from_json(data) for run, data in content.get("ablations", {}).items()}
            tables = {table: pd.DataFrame(**data) for table, data in content.get("tables", {}).items()}
        except FileNotFoundError as error:
            raise DataNotFoundError(f"{folder} holds no {SCORES}; it was never scored.") from error
        except (ValueError, KeyError, TypeError) as error:
            raise DataError(f"{folder / SCORES} cannot be read as results: {error!r}.") from error
        there = (folder / PREDICTIONS).is_file()
        predictions = read_predictions(folder / PREDICTIONS) if there else as_frame([])
        return cls(name or folder.resolve().name, scores, predictions, ablations, tables)

    def __repr__(self) -> str:
        runs = f"; beside it: {', '.join(self.ablations)}" if self.ablations else ""
        return (
            f"PairResults({self.name!r}: {len(self.scores.tasks)} tasks, "
            f"{len(self.predictions):,} predictions{runs})"
        )

    def _repr_html_(self) -> str:
        table = self.to_frame().to_html(index=False, float_format="{:.3f}".format, na_rep="", border=0)
        return f"<p><b>{html.escape(self.name)}</b>: {html.escape(repr(self))}</p>{table}"


def _records(curves: pd.DataFrame) -> Iterator[dict]:
    passed = 0.0
    for step, at in curves.groupby("step"):
        values = dict(zip(at["what"], at["value"], strict=True))
        if "loss" in values:
            until = values.pop("seconds", passed)
            yield {"step": step, "loss": values.pop("loss"), "seconds": until - passed}
            passed = until
        if values:
            yield {"step": step, "validation": values}


def results(source: str | Path = "mini") -> PairResults:
    """Load the scores and the predictions of a pair.

    Parameters
    ----------
    source
        Name of a bundled pair, or the folder of a pair.

    Returns
    -------
    PairResults

    Raises
    ------
    DataNotFoundError
        If there is no such pair, or it was never scored.
    DataError
        If the files cannot be read.

    Examples
    --------
    >>> results("mini").scores["promoter_tata"].count
    611
    """
    bundled = Path(str(files("chatnt") / "pairs"))
    names = sorted(path.parent.name for path in bundled.glob(f"*/{SCORES}"))
    if str(source) in names:
        return PairResults.load(bundled / str(source), str(source))
    if not Path(source).is_dir():
        raise DataNotFoundError(
            f"There is no pair {str(source)!r}: it is no folder, and the bundled pairs with results are "
            f"{', '.join(names) or 'none'}."
        )
    return PairResults.load(source)
