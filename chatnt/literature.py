"""Published results of the tasks, where they are from, and whether they can be set beside others."""

import csv
import math
from collections.abc import Iterator
from importlib.resources import files
from typing import NamedTuple

import pandas as pd

from chatnt.outcomes import METRICS, Scores, TaskScore
from chatnt.tasks import Task, all_tasks, get_task, list_task_names

FILE = "data/published_numbers.csv"

ALL_18 = "mean of 18 tasks"
"""Stands for the name of the task where a source prints its mean over the NT benchmark alone."""

COLUMNS = ("task", "model", "metric", "value", "protocol", "comparable", "reason", "source")

PROTOCOLS = {
    "one fit": "",
    "three seeds": "",
    "ten folds": "a mean over ten folds of cross-validation, not of one fit",
    "ten seeds": "a mean over ten seeds, with settings chosen task by task",
    "leaking": "all 100 strong enhancers of the test set are also in the original training set",
    "own data": "measured on test sequences of the authors' own",
    "not stated": "how it was measured is not stated where it was read",
}
"""How a number was measured, and why it cannot be compared with one fit; empty where it can."""


class Source(NamedTuple):
    """Say where numbers were read, and how they were measured: one of `PROTOCOLS`."""

    citation: str
    protocol: str


SOURCES = {
    "chatnt": Source(
        "de Almeida et al. 2025, ChatNT, Nat. Mach. Intell., doi 10.1038/s42256-025-01047-1; printed in the "
        "text or a figure, two decimals",
        "one fit",
    ),
    "nt_figure": Source(
        "Nucleotide Transformer repository, figure nt_results_rebuttal_2.png: 10-fold cross-validation, two "
        "decimals printed",
        "ten folds",
    ),
    "caduceus": Source(
        "Schiff et al. 2024, Caduceus, arXiv 2403.03234, Table 2, as transcribed in a public repository",
        "ten seeds",
    ),
    "janusdna": Source("JanusDNA repository (Qihao-Duan/JanusDNA), README", "ten folds"),
    "ldarnet": Source("LDARNet repository, README of the evaluation", "ten folds"),
    "mamba": Source(
        "A-SHOJAEI/mamba-genomic-classification, result files in the repository, not peer-reviewed: one "
        "seed, ten epochs, no tuning",
        "one fit",
    ),
    "omega": Source(
        "OmegaGenome, report in a public repository, not peer-reviewed: one seed, checkpoint chosen on "
        "validation data",
        "one fit",
    ),
    "omega_distilled": Source(
        "OmegaGenome, report on distillation in a public repository, not peer-reviewed: one seed", "one fit"
    ),
    "space": Source("Table of the SPACE paper, as summarised in a public note", "not stated"),
    "ienhancer": Source("Table 4 of a comparison of enhancer predictors, PMC10339552", "leaking"),
    "splicefinder": Source("Wang et al. 2019, SpliceFinder, PMC6933889, abstract", "own data"),
}
"""Sources of the table that comes with the package, by the names that it uses."""

# How the sources of the catalogue begin, and how they measured.
_OF_CATALOGUE = {
    "de Almeida et al. 2025": "one fit",
    "Nucleotide Transformer repository": "ten folds",
    "OmegaGenome": "three seeds",
    "Table of the SPACE paper": "not stated",
}


def published_numbers(task: str | None = None) -> pd.DataFrame:
    """Return published results, with where they were read and whether they can be compared.

    They are the results in the catalogue (``chatnt.get_task(...).record.published``) and those of
    further models. A row that is not comparable is there to be looked at: means are
    taken of comparable rows alone (`Evaluation.published_means`), and of one metric.

    Parameters
    ----------
    task
        Name of a task; default all, and the means that sources print of all 18 tasks of the NT
        benchmark, under the name ``"mean of 18 tasks"``.

    Returns
    -------
    DataFrame
        One row per number: ``task, model, metric, value, protocol`` (how it was measured),
        ``comparable`` (with one fit that is scored on the benchmark's test set, by the metric of the
        task), ``reason`` (why not; empty if it is), ``source``. Metrics have the names of
        `TaskScore`, or ``"not stated"``.

    Raises
    ------
    UnknownTaskError
        If there is no task of that name.

    Examples
    --------
    >>> table = published_numbers("h3")
    >>> table.loc[table["model"] == "ChatNT", ["metric", "value", "comparable"]].values.tolist()
    [['mcc', 0.798, True]]
    """
    tasks = all_tasks() if task is None else (get_task(task),)
    rows = [row for one in tasks for row in _of_record(one)]
    names = {one.name: one for one in tasks}
    lines = (files("chatnt") / FILE).read_text(encoding="utf-8").splitlines()
    for row in csv.DictReader(lines):
        if row["task"] in names or (task is None and row["task"] == ALL_18):
            number = (row["model"], row["metric"], float(row["value"]))
            source = SOURCES[row["source"]]
            rows.append(_row(row["task"], names.get(row["task"]), number, source, row["reason"]))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def published_beside(scores: Scores) -> pd.DataFrame:
    """Return the published results of the tasks that were scored, beside the scores.

    Returns
    -------
    DataFrame
        As `published_numbers`, and ``ours, low, high``: the same metric of `scores` and its interval.
        ``comparable`` and ``reason`` also tell whether the rows are those of the published test set,
        by their number.
    """
    known = set(list_task_names())
    other = {s.task: _other_rows(s, get_task(s.task)) for s in scores.tasks if s.task in known}
    numbers, order = published_numbers(), list(other)
    table = numbers.loc[numbers["task"].isin(order)]
    table = table.sort_values(
        "task", key=lambda names: names.map(order.index), kind="stable", ignore_index=True
    )
    reasons = [
        "; ".join(filter(None, (told, other[task])))
        for told, task in zip(table["reason"], table["task"], strict=True)
    ]
    table["reason"] = pd.Series(reasons, index=table.index, dtype=object)
    table["comparable"] = pd.Series([not told for told in reasons], index=table.index, dtype=bool)
    pairs = list(zip(table["task"], table["metric"], strict=True))
    ours = [getattr(scores[task], metric) if metric in METRICS else None for task, metric in pairs]
    ends = [scores[task].intervals.get(metric, (math.nan, math.nan)) for task, metric in pairs]
    table["ours"] = pd.Series(ours, index=table.index, dtype=float)
    for i, name in enumerate(("low", "high")):
        table[name] = pd.Series([end[i] for end in ends], index=table.index, dtype=float)
    return table


def comparable_means(table: pd.DataFrame) -> pd.DataFrame:
    """Return means of the comparable rows of `published_beside`, for each model, metric and protocol.

    Returns
    -------
    DataFrame
        ``model, metric, protocol, tasks`` (names), ``published, ours`` (means over these tasks).
    """
    table = table.loc[table["comparable"] & table["ours"].notna()]
    found: dict[tuple[str, str, str], dict[str, tuple[float, float]]] = {}
    for row in table.to_dict("records"):
        of_model = found.setdefault((row["model"], row["metric"], row["protocol"]), {})
        of_model.setdefault(row["task"], (row["value"], row["ours"]))  # some bars are printed, too
    rows = [
        (*key, tuple(pairs), *(sum(side) / len(pairs) for side in zip(*pairs.values(), strict=True)))
        for key, pairs in found.items()
    ]
    return pd.DataFrame(rows, columns=["model", "metric", "protocol", "tasks", "published", "ours"])


def _other_rows(score: TaskScore, task: Task) -> str:
    """Return why the rows that were scored are not those of the published test set; empty if they may be."""
    if score.simulated:
        return "scored on simulated sequences"
    if score.split != "test":
        return f"scored on the split {score.split!r}, not on test sequences"
    published, here = task.record and task.record.test, score.available or score.count
    if published is None:
        return "how many sequences the published test set has is not known"
    if published != here:
        return f"the published test set has {published:,} sequences, this one {here:,}"
    return ""


def _of_record(task: Task) -> Iterator[tuple]:
    for p in task.record.published if task.record else ():
        protocol = next((how for start, how in _OF_CATALOGUE.items() if p.source.startswith(start)), "")
        yield _row(task.name, task, (p.model, p.metric, p.value), Source(p.source, protocol), "")


def _row(
    name: str, task: Task | None, number: tuple[str, str, float], source: Source, reason: str
) -> tuple[str, str, str, float, str, bool, str, str]:
    model, metric, value = number
    reasons = [reason, PROTOCOLS.get(source.protocol, "")]
    if task is None:
        reasons.append("a mean over tasks")
    elif metric not in METRICS:
        reasons.append("its metric is not stated")
    elif metric != task.metric:
        reasons.append(f"its metric is {METRICS[metric]}, and the task is compared by {METRICS[task.metric]}")
    told = "; ".join(filter(None, reasons))
    return name, model, metric, value, source.protocol, not told, told, source.citation
