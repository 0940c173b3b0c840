"""Where a pair stands among published models: the tables behind the comparisons of the ChatNT paper."""

import math
import statistics
from collections.abc import Mapping, Sequence

import pandas as pd

from chatnt.literature import ALL_18, published_numbers
from chatnt.outcomes import Scores
from chatnt.pair_results import PairResults, results
from chatnt.tasks import list_task_names
from chatnt.tasks.catalogue import list_tasks

PAIR, ABLATION, PUBLISHED = "pair", "ablation", "published"
"""What a row is of."""

CHATNT = "ChatNT"
_MODELS = ("model", "kind", "protocol", "task", "value")
_FEWEST = 10  # of the 18 tasks that a model has numbers for
_MOST_MISSING = 2  # of the 18 tasks: DNABERT-1 was never measured on two


def compare_means(pair: PairResults | None = None) -> pd.DataFrame:
    """Average a pair, its ablations and published models over the 18 tasks of the NT benchmark.

    Parameters
    ----------
    pair
        Its results; default those of the bundled pair.

    Returns
    -------
    DataFrame
        ``model, kind`` (`PAIR`, `ABLATION` or `PUBLISHED`), ``mean`` (Matthews correlation), ``sem``
        (standard error over the tasks; missing where a source prints its mean alone), ``tasks`` (how
        many), ``direct`` (whether it was one fit, scored on the whole test sets), ``note`` (why not).
        The best is last.

    References
    ----------
    .. [1] de Almeida B. P. et al. A multimodal conversational agent for DNA, RNA and protein tasks.
       Nature Machine Intelligence 2025, figure 2a. https://doi.org/10.1038/s42256-025-01047-1

    Examples
    --------
    >>> table = compare_means().set_index("model")
    >>> table.loc["ChatNT", "mean"].item()
    0.77
    """
    pair = results() if pair is None else pair
    names = benchmark_tasks("nt")
    rows = [_mean_of(pair.name, PAIR, pair.scores, names)]
    whole = {score.task: score.count for score in pair.scores.tasks}
    rows += [_mean_of(name, ABLATION, scores, names, whole) for name, scores in pair.ablations.items()]
    rows = [row for row in rows if row["tasks"] == len(names)]
    numbers = published_numbers()
    for row in numbers.loc[numbers["task"] == ALL_18].to_dict("records"):
        rows.append(_row(row["model"], PUBLISHED, row["value"], float("nan"), len(names), direct=True))
    printed = {row["model"] for row in rows}
    of_tasks = numbers.loc[numbers["task"].isin(names) & (numbers["metric"] == "mcc")]
    for model, some in of_tasks.groupby("model", sort=False):
        values = some.drop_duplicates("task", keep="first")["value"]
        if model not in printed and len(values) >= len(names) - _MOST_MISSING:
            reasons = some["reason"].iloc[0]
            rows.append(
                _row(str(model), PUBLISHED, *_moments(values.tolist()), len(values), not reasons, reasons)
            )
    return pd.DataFrame(rows).sort_values("mean", ignore_index=True)


def compare_tasks(pair: PairResults | None = None, *, benchmark: str = "chatnt") -> pd.DataFrame:
    """List the scores of a pair, of ChatNT and of the model that it was compared with, task by task.

    Parameters
    ----------
    pair
        Its results; default those of the bundled pair.
    benchmark
        ``"chatnt"``: the 27 tasks of the ChatNT paper; ``"nt"``: the 18 of the NT benchmark.

    Returns
    -------
    DataFrame
        ``task, title, problem`` (``"classification"`` or ``"regression"``), ``metric``, and for each task a
        row per model: ``model, kind, value``, and ``simulated``, whether it was measured on simulated
        sequences.

    Raises
    ------
    ValueError
        If there is no such benchmark.
    """
    pair = results() if pair is None else pair
    names = benchmark_tasks(benchmark)
    facts = list_tasks().set_index("name").loc[names]
    scored = {score.task: score for score in pair.scores.tasks}
    rows = []
    for name, fact in facts.iterrows():
        problem = "regression" if fact["kind"] == "regression" else "classification"
        about = {"task": name, "title": fact["title"], "problem": problem, "metric": fact["metric"]}
        found = [(fact["baseline"], PUBLISHED, fact["baseline_result"], False)]
        found.append((CHATNT, PUBLISHED, fact["chatnt_result"], False))
        if name in scored:
            score = scored[str(name)]
            found.append((pair.name, PAIR, getattr(score, fact["metric"]), score.simulated))
        rows += [
            about | {"model": model, "kind": kind, "value": value, "simulated": simulated}
            for model, kind, value, simulated in found
            if value is not None and value == value
        ]
    return pd.DataFrame(rows)


def compare_models(pair: PairResults | None = None) -> pd.DataFrame:
    """List what models score on each of the 18 tasks of the NT benchmark, and how that was measured.

    Parameters
    ----------
    pair
        Its results; default those of the bundled pair.

    Returns
    -------
    DataFrame
        ``model, kind`` (`PAIR`, `ABLATION` or `PUBLISHED`), ``protocol``, ``task, value`` (Matthews
        correlation): the models with numbers for at least ten tasks, the best mean first; those that
        lack a task come after those that lack none. Ablations are those on whole test sets.

    Examples
    --------
    >>> table = compare_models()
    >>> table.loc[(table["model"] == "DNABERT-2") & (table["task"] == "h3"), "protocol"].item()
    'ten folds'
    """
    pair = results() if pair is None else pair
    names = benchmark_tasks("nt")
    frames = [_scored(pair.name, PAIR, pair.scores, names)]
    whole = {score.task: score.count for score in pair.scores.tasks}
    for name, scores in pair.ablations.items():
        if all(score.count >= whole.get(score.task, 0) for score in scores.tasks if score.task in names):
            frames.append(_scored(name, ABLATION, scores, names))
    numbers = published_numbers()
    numbers = numbers.loc[numbers["task"].isin(names) & (numbers["metric"] == "mcc")]
    frames.append(numbers.assign(kind=PUBLISHED)[list(_MODELS)])
    table = pd.concat(frames).drop_duplicates(["model", "protocol", "task"])  # some bars are printed, too
    groups = table.groupby(["model", "protocol"])["value"]
    table = table.assign(known=groups.transform("size"), mean=groups.transform("mean"))
    table = table.assign(partial=table["known"] < len(names), place=table["task"].map(names.index))
    table = table.loc[table["known"] >= _FEWEST].sort_values(
        ["partial", "mean", "model", "protocol", "place"], ascending=[True, False, True, True, True]
    )
    return table[list(_MODELS)].reset_index(drop=True)


def benchmark_tasks(benchmark: str) -> list[str]:
    """Return the names of the tasks of a benchmark, in the order of the catalogue.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    table = list_tasks()
    held = table["benchmarks"].str.split(", ")
    known = sorted({name for names in held for name in names if name})
    if benchmark not in known:
        raise ValueError(f"There is no benchmark {benchmark!r}; there are {', '.join(known)}.")
    chosen = set(table.loc[[benchmark in names for names in held], "name"])
    return [name for name in list_task_names() if name in chosen]


def _mean_of(
    model: str, kind: str, scores: Scores, names: Sequence[str], whole: Mapping[str, int] | None = None
) -> dict:
    """Average scores; `whole` says how many sequences the pair itself was scored on."""
    some = [s for s in scores.tasks if s.task in names and s.mcc is not None and not s.simulated]
    fewer = any(s.count < (whole or {}).get(s.task, 0) for s in some)
    note = f"scored on at most {max(s.count for s in some):,} sequences of a task" if fewer else ""
    found = [s.mcc for s in some if s.mcc is not None]
    return _row(model, kind, *_moments(found), len(found), not fewer, note)


def _scored(model: str, kind: str, scores: Scores, names: Sequence[str]) -> pd.DataFrame:
    some = [s for s in scores.tasks if s.task in names and s.mcc is not None and not s.simulated]
    return pd.DataFrame([(model, kind, "one fit", s.task, s.mcc) for s in some], columns=list(_MODELS))


def _moments(values: Sequence[float]) -> tuple[float, float]:
    """Return the mean and its standard error."""
    if len(values) <= 1:
        return (values[0] if values else math.nan), math.nan
    return statistics.fmean(values), statistics.stdev(values) / math.sqrt(len(values))


def _row(  # noqa: PLR0913 - the columns
    model: str, kind: str, mean: float, sem: float, tasks: int, direct: bool, note: str = ""
) -> dict:
    about = {"model": model, "kind": kind, "mean": mean, "sem": sem, "tasks": tasks}
    return about | {"direct": direct, "note": note}
