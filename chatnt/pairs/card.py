"""The card of the bundled pair, written from what was measured."""

import dataclasses
import math
from collections.abc import Callable, Collection, Iterable, Sequence
from importlib.resources import files
from string import Template
from typing import Any

import pandas as pd

from chatnt.errors import UnknownTaskError
from chatnt.model import ChatNTModel
from chatnt.outcomes import METRICS, Scores, TaskScore
from chatnt.pair_results import CALIBRATION, LEARNING, LINEAR, PROBE, WORDINGS, PairResults
from chatnt.pairs.origins import ORIGINS
from chatnt.tasks import Task, describe_tasks

_CHANCE = 0.1  # a score below says next to nothing


_TRUST = "### How far to trust it"


def write_card(  # noqa: PLR0913 - what a card tells of
    model: ChatNTModel,
    tasks: Sequence[Task],
    plan: Any,
    *,
    longest: int,
    rows: int,
    test: Scores | None,
    validation: Scores,
    results: PairResults | None = None,
    simulated: Collection[str] = (),
    how: str = "",
) -> str:
    """Return the card in Markdown.

    Parameters
    ----------
    model
        The pair's model; its parts are counted.
    tasks
        What it was trained on.
    plan
        The training plan, a dataclass: its settings are listed.
    longest
        Bases of the longest sequence that is read.
    rows
        Sequences of a step.
    test
        Scores on the test sets, if they were scored and `results` are not given.
    validation
        Scores on the validation sequences.
    results
        Scores on the test sets with all that stands beside them: ablations, controls, the linear
        baselines (``"linear models"``), and the tables ``"leakage"``, ``"wordings"`` and ``"probe"``. What
        is not there is left out of the card.
    simulated
        Tasks that were trained on simulated sequences; those of `results` are known.
    how
        Further sentences on how the pair was trained: the data's augmentation, the time it took.

    Raises
    ------
    UnknownTaskError
        If it is not known where the measured data of a task are from.
    """
    if results is None:
        results = PairResults("mini", test or Scores((), "test"))
    simulated = {*simulated, *(score.task for score in results.scores.tasks if score.simulated)}
    template = Template((files("chatnt") / "pairs" / "card_template.md").read_text(encoding="utf-8"))
    text = template.substitute(
        _millions(model),
        summary=describe_tasks([task.name for task in tasks]),
        measured=_measured(results, {task.name: task for task in tasks}),
        simulated=_simulated(results),
        validation=validation.to_markdown(),
        runs=_runs(results),
        gaps=_gaps(results),
        calibration=_calibration(results),
        leakage=_leakage(results),
        windows="".join(f"- `{t.name}`: {t.window} ({t.species})\n" for t in tasks),
        longest=f"{longest:,}",
        told_apart=f"{model.config.encoder_config.max_length // 2:,}",
        latents=model.config.resampler_config.latents,
        rows=rows,
        how=how,
        curves=_curves(results),
        plan=_plan(plan),
        limits=_limits(results),
        origins="".join(_origin(task, task.name in simulated) for task in tasks),
    )
    while "\n\n\n" in text:  # a part that is left out leaves its blank lines
        text = text.replace("\n\n\n", "\n\n")
    return text


def markdown_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """Write a Markdown table: the first column to the left, numbers with three decimals, gaps empty.

    Examples
    --------
    >>> print(markdown_table(["task", "score", "rows"], [["h3", 0.5, 1000], ["h4", None, 7]]))
    | task | score | rows |
    |---|---:|---:|
    | h3 | 0.500 | 1,000 |
    | h4 |  | 7 |
    <BLANKLINE>
    """
    lines = [columns, ["---"] + ["---:"] * (len(columns) - 1), *([_cell(c) for c in row] for row in rows)]
    shown = [f"| {' | '.join(map(str, line))} |\n" for line in lines]
    return "".join([shown[0], shown[1].replace(" ", ""), *shown[2:]])


def _cell(value: object) -> str:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return ""
    return (
        f"{value:.3f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
    )


def _millions(model: ChatNTModel) -> dict[str, str]:
    parts = {"encoder": model.encoder, "resampler": model.resampler, "decoder": model.decoder, "size": model}
    return {name: f"{sum(p.numel() for p in part.parameters()) / 1e6:.2f}" for name, part in parts.items()}


def _measured(results: PairResults, tasks: dict[str, Task]) -> str:
    """Write the table of the tasks with measured data, and the mean over those of the NT benchmark."""
    scores = [score for score in results.scores.tasks if not score.simulated]
    if not scores:
        return "Not scored yet.\n"
    linear = results.ablations.get(LINEAR)
    columns: dict[str, Callable[[TaskScore], object]] = {
        "task": lambda s: f"`{s.task}`",
        "sequences": lambda s: s.count,
        "metric": lambda s: METRICS[s.metric],
        "score": lambda s: s.score,
        "linear model": lambda s: _beside(linear, s),
        "ChatNT": lambda s: _published(tasks.get(s.task), "ChatNT"),
        "specialised": lambda s: _published(tasks.get(s.task)),
        "accuracy": lambda s: s.accuracy,
        "F1": lambda s: s.f1,
        "AUROC": lambda s: s.auroc,
        "Pearson of the estimate": lambda s: s.pearson_of_estimate,
        "Spearman": lambda s: s.spearman,
        "R²": lambda s: s.r2,
        "MAE": lambda s: s.mae,
        "unparsed": lambda s: s.unparsed,
    }
    rows = [[value(score) for value in columns.values()] for score in scores]
    # Columns that no task fills are left out.
    kept = [i for i in range(len(columns)) if any(row[i] is not None for row in rows)]
    table = markdown_table([list(columns)[i] for i in kept], [[row[i] for i in kept] for row in rows])
    notes = (
        "\n`linear model`: one small model per task on counts of words of 3 to 5 bases, or on the bases "
        "themselves, trained and scored on the same rows.\n"
        * (linear is not None)
        + "\n`ChatNT`, `specialised`: as published, of the paper's model and of the specialised one beside "
        "it. With a star the test set is not theirs, and the two must not be compared; without, the "
        "training set here is still a part of theirs. `chatnt.get_task(name).record` names the sources.\n"
    )
    return table + notes + _benchmark_mean(scores, linear, tasks)


def _benchmark_mean(scores: Sequence[TaskScore], linear: Scores | None, tasks: dict[str, Task]) -> str:
    names = [s.task for s in scores if (t := tasks.get(s.task)) and t.record and "nt" in t.record.benchmarks]
    if len(names) < 18:
        return ""
    mean = Scores(tuple(scores), "").mean("mcc", names)
    text = f"\nMean MCC over the {len(names)} tasks of the NT benchmark: {mean:.3f}"
    if linear and all(name in linear for name in names):
        text += f"; of the linear models {linear.mean('mcc', names):.3f}"
    return f"{text}.\n"


def _simulated(results: PairResults) -> str:
    scores = tuple(score for score in results.scores.tasks if score.simulated)
    if not scores:
        return ""
    plain = Scores(tuple(dataclasses.replace(s, simulated=False, task=f"`{s.task}`") for s in scores), "")
    return (
        "**Simulated tasks.** For these no measured data were at hand. The sequences are simulated "
        "(`chatnt.simulate`), for training as for testing, so the scores say how well the simulation is read "
        f"and nothing of real sequences.\n\n{plain.to_markdown()}"
    )


def _runs(results: PairResults) -> str:
    """Write what other runs score on the same rows, by the metric of each task."""
    names = [name for name in results.ablations if name != LINEAR]
    scores = [score for score in results.scores.tasks if not score.simulated]
    if not names or not scores:
        return ""
    rows: list[list[object]] = [
        [f"`{s.task}`", METRICS[s.metric], s.score, *(_beside(results.ablations[n], s) for n in names)]
        for s in scores
    ]
    for metric in dict.fromkeys(s.metric for s in scores):
        of_metric = [row[2:] for row in rows if row[1] == METRICS[metric]]
        means = [_mean(column) for column in zip(*of_metric, strict=True)]
        rows.append([f"mean of {len(of_metric)}", METRICS[metric], *means])
    return (
        "### Other runs and controls\n\nThe same metric; rows per task, at most: "
        f"{'; '.join(f'{n} {max(s.count for s in results.ablations[n].tasks):,}' for n in names)}. They are "
        "drawn from those of the score. `question only`: every base replaced "
        "by N; `shuffled DNA`: the bases in another order, every pair of neighbours as often as before; "
        "`question-blind`: the resampler does not hear the question; `one task each`: a model for each "
        "task.\n\n" + markdown_table(["task", "metric", "score", *names], rows)
    )


def _gaps(results: PairResults) -> str:
    text = ""
    for name, title in (
        (WORDINGS, "Wordings that were trained on (`train`) and that were not (`test`), on the same rows."),
        (PROBE, "Linear models on the soft tokens (`probe`) and the written answers, on the same rows."),
    ):
        table = results.tables.get(name)
        if table is not None and len(table):
            text += f"### {title}\n\n{_as_markdown(table)}\nMean gap: {table['gap'].mean():.3f}.\n\n"
    return text


def with_trust(card: str, results: PairResults) -> str:
    """Return a card with what `results` say of calibration in the place of what it said of that."""
    start = card.index(_TRUST)
    end = min(place for mark in ("\n### ", "\n## ") if (place := card.find(mark, start + 1)) >= 0)
    return card[:start] + _calibration(results).rstrip() + "\n" + card[end:]


def _calibration(results: PairResults) -> str:
    table = results.tables.get(CALIBRATION)
    if table is None or not len(table):
        return f"{_TRUST}\n\nProbabilities are the model's own and are not calibrated.\n"
    errors, chance = table["ece"].dropna(), table["ece_by_chance"].dropna()
    return (
        f"{_TRUST}\n\n"
        "Probabilities of the tasks with measured data are calibrated on sequences that were not trained on; "
        "what was simulated is not. On the test sets: expected calibration error (15 bins of equal mass) "
        "before and after, with its 95 % interval, and what it would be by chance if the probabilities were "
        "right; Brier score and log loss; MCC of the written answer, of the "
        "likeliest label, and after calibration; how often conformal sets or intervals that should hold "
        f"the truth in 90 % do so (`coverage`), and their mean `size` (labels, or the unit of the task).\n\n"
        f"{_as_markdown(table)}\nMean error: {errors.mean():.3f} (by chance {chance.mean():.3f}); "
        f"largest: {errors.max():.3f}.\n\n"
    )


def _leakage(results: PairResults) -> str:
    table = results.leakage
    if table is None:
        return ""
    return (
        "### What test and training sequences have in common\n\n"
        "Every test set against the training sets of all tasks, on both strands. `published`: test sequences "
        "that stand in a training table as published, and were taken out of it; `exact`: those left; `near`: "
        "at least 80 % of the bases the same, at any shift (`near_own`: in the same task); `overlapping`: 32 "
        "bases in common, as windows of one genome have. `score_without` is the score of the `left` rows "
        "without a near match, `score_apart` that of the rows `apart`, which overlap nothing.\n\n"
        + _as_markdown(table)
    )


def _as_markdown(table: pd.DataFrame) -> str:
    shown = table.dropna(axis="columns", how="all")
    rows = shown.astype(object).to_numpy().tolist()
    return markdown_table(list(shown.columns), [[f"`{row[0]}`", *row[1:]] for row in rows])


def _curves(results: PairResults) -> str:
    """Write the loss of each training and the mean of its validations, where it has some or at its ends."""
    table = results.tables.get(LEARNING)
    if table is None:
        return ""
    rows = []
    for training, points in table.groupby("training", sort=False):
        wide = points.pivot_table(index="step", columns="what", values="value")
        shown = wide if "mean" not in wide else wide[wide["mean"].notna()]
        for step, row in (shown if "mean" in wide else wide.iloc[[0, -1]]).iterrows():
            rows.append([training, int(step), row["seconds"] / 60, row["loss"], row.get("mean")])  # type: ignore[arg-type]
    head = ["training", "step", "minutes", "loss", "mean of the validations"]
    return (
        'The trainings (`learning` among the tables of `chatnt.results("mini")`), minutes of the steps '
        f"alone:\n\n{markdown_table(head, rows)}"
    )


def _plan(plan: Any) -> str:
    """List the settings of a plan."""
    settings = ((f.name, getattr(plan, f.name)) for f in dataclasses.fields(plan))
    rows = [
        [f"`{name}`", f"{value:g}" if isinstance(value, float) else str(value)] for name, value in settings
    ]
    return f"The plan, `{type(plan).__name__}`:\n\n{markdown_table(['setting', 'value'], rows)}"


def _limits(results: PairResults) -> str:
    linear = results.ablations.get(LINEAR)
    measured = [score for score in results.scores.tasks if not score.simulated]
    below = [s.task for s in measured if (floor := _beside(linear, s)) is not None and s.score <= floor]
    chance = [s.task for s in measured if s.score < _CHANCE]
    unparsed = [f"{s.task} {s.unparsed}" for s in results.scores.tasks if s.unparsed]
    filled = [f"{s.task} {s.filled:.3g}" for s in results.scores.tasks if s.unparsed and s.filled is not None]
    lines = [
        ("Not better than a linear model on the same data", below),
        (f"Next to chance (below {_CHANCE})", chance),
        ("Answers without a label or a number, all counted as wrong", unparsed),
        ("The number that stands for one that is not stated", filled),
    ]
    text = "".join(f"- {title}: {', '.join(names)}.\n" for title, names in lines if names)
    return text + (
        "- The training sets are mostly a part of the published ones.\n"
        "- It knows the windows, species and cell types of its tasks and no others.\n"
    )


def _origin(task: Task, simulated: bool) -> str:
    if simulated:
        return f"- `{task.name}`: simulated.\n"
    if task.name not in ORIGINS:
        raise UnknownTaskError(
            f"Where the data of {task.name} are from is not known; add it to chatnt/pairs/origins.py, or "
            "name it among the simulated tasks."
        )
    origin = ORIGINS[task.name]
    return f"- `{task.name}`: {task.source}. Taken from {origin.taken_from}. Test set: {origin.test}.\n"


def _published(task: Task | None, model: str = "") -> str | None:
    """Return a published result, with a star where the test set is another."""
    if task is None or task.record is None:
        return None
    value = task.record.result(model or task.record.baseline)
    if value is None:
        return None
    origin = ORIGINS.get(task.name)
    return f"{value:.3f}{'' if origin and origin.same_test else '*'}"


def _beside(scores: Scores | None, score: TaskScore) -> float | None:
    """Return the metric of a score in another run; None if it is not there."""
    return getattr(scores[score.task], score.metric) if scores and score.task in scores else None


def _mean(column: Sequence[object]) -> float | None:
    values = [value for value in column if isinstance(value, float)]
    return math.fsum(values) / len(values) if len(values) == len(column) else None
