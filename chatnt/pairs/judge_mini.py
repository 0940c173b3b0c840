"""Score the bundled pair on the test sets, once, and write its results and its card.

    python -m chatnt.pairs.judge_mini --pair chatnt/pairs/mini --data DATA

Killed and started again it goes on with the task that it was at. Parts can be computed by
another process with the same ``--work`` and ``--only``, for example ``--only "linear models"
alike``; ``--only predictions`` asks the tasks from the last one on, until both meet.
`chatnt.pairs.judge_trust` does the rest: how far the answers can be trusted.
"""

import argparse
import json
import math
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import torch

from chatnt.baselines import linear_baselines
from chatnt.controls import CONTROLS, probe_gap, score_control, wording_gap
from chatnt.engine import Engine
from chatnt.evaluation import predict_each, score_tasks
from chatnt.folder import CARD, write_manifest
from chatnt.intervals import metric_intervals
from chatnt.leakage import Alike, find_alike, leakage_table
from chatnt.loading import load
from chatnt.outcomes import Scores
from chatnt.pair_results import (
    INTERVALS,
    LEAKAGE,
    LEARNING,
    LINEAR,
    ONE_TASK_EACH,
    PREDICTIONS,
    PROBE,
    QUESTION_BLIND,
    WORDINGS,
    PairResults,
)
from chatnt.pairs.card import write_card
from chatnt.pairs.curves import learning_table
from chatnt.pairs.families import FAMILIES, INVENTED, MEASURED, SIMULATED, YEAST
from chatnt.pairs.keeping import Keeper
from chatnt.pairs.make_mini import DNA_PLAN, INVENTED_PER_STEP, read_data
from chatnt.predictions import read_predictions
from chatnt.tasks import Task, get_task
from chatnt.tasks.sources import Example, Splits, read_examples

NOT_RECALLED = "without recall"
"""Name of the run in which the encoder recalls no training window."""

BESIDE, CONTROLLED, PROBED = 200, 150, 300
"""Most rows per task of other runs, of the controls, and of the probe."""

ALIKE, VALIDATION = "alike", "validation"

TRAININGS = ("captions", "labels", "dna", "dna-blind")
"""Folders that `chatnt.pairs.make_mini` keeps the trainings in."""


def judged(engine: Engine, splits: Mapping[str, Splits], args: Namespace) -> PairResults | None:
    """Score the test sets and everything that stands beside them.

    Returns
    -------
    PairResults or None
        None if only some parts were to be computed.
    """
    tasks = [get_task(name) for name in splits]
    tested = {name: parts.test for name, parts in splits.items()}
    filled = {task.name: _mean(splits[task.name].train) for task in tasks if task.scale}
    path = args.pair / PREDICTIONS
    asked = {"split": "test", "batch_size": 128, "predictions": path, "progress": True}
    if args.only:
        _beside(engine, splits, filled, args)
        if "predictions" in args.only:
            predict_each(engine, tested, tasks[::-1], **asked)
        return None
    scores = score_tasks(engine, tested, tasks, simulated=SIMULATED, filled=filled, **asked)
    runs, tables, alike = _beside(engine, splits, filled, args)
    predictions = read_predictions(path)
    measured = [task for task in tasks if task.name in MEASURED]
    tables[INTERVALS] = _intervals(scores, predictions, args.seed)
    published = {task.name: [*read_examples(task, "train", args.data, seed=args.seed)] for task in measured}
    leakage = leakage_table(measured, splits, predictions, alike=alike, scores=scores, published=published)
    return PairResults("mini", scores, predictions, runs, {LEAKAGE: leakage, **tables})


def _beside(
    engine: Engine, splits: Mapping[str, Splits], filled: Mapping[str, float], args: Namespace
) -> tuple[dict[str, Scores], dict[str, pd.DataFrame], Alike | None]:
    """Return other runs, tables, and which rows are alike; only those that are to be had."""
    measured = [get_task(name) for name in splits if name in MEASURED]
    tested = {name: splits[name].test for name in splits}
    aside = {name: splits[name].validation for name in splits}
    keeper, of_data = (Keeper(args.work, model, args.only) for model in (engine.model, None))
    runs = {
        LINEAR: of_data.scores(LINEAR, lambda: linear_baselines(measured, splits)[0]),
        **{name: keeper.scores(name, make) for name, make in _runs(engine, tested, measured, filled).items()},
        **_other_models(tested, measured, filled, args),
    }
    tables = {
        WORDINGS: keeper.table(
            WORDINGS,
            lambda: wording_gap(engine, aside, measured, limit=CONTROLLED, filled=filled, progress=True),
        ),
        PROBE: keeper.table(
            PROBE, lambda: probe_gap(engine, aside, tested, measured, limit=PROBED, seed=args.seed)
        ),
        LEARNING: learning_table(args.runs, TRAININGS) if args.runs else None,
    }
    alike = of_data.kept(ALIKE, lambda: find_alike(measured, splits), Alike.save, Alike.load)
    return (
        {name: run for name, run in runs.items() if run is not None},
        {name: table for name, table in tables.items() if table is not None},
        alike,
    )


def _intervals(scores: Scores, predictions: pd.DataFrame, seed: int) -> pd.DataFrame:
    """Return ``task, metric, low, high`` of each score."""
    rows = []
    for score in scores.tasks:
        some = predictions.loc[predictions["task"] == score.task]
        found = metric_intervals(get_task(score.task), some, score, seed=seed)
        rows.append((score.task, score.metric, *found.get(score.metric, (math.nan, math.nan))))
    return pd.DataFrame(rows, columns=["task", "metric", "low", "high"])


def _runs(
    engine: Engine,
    tested: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    filled: Mapping[str, float],
) -> dict[str, Callable[[], Scores]]:
    """Return how the runs of the pair itself, but with less to go by, are scored, by their names."""

    def forgetful() -> Scores:
        yeast = [task for task in tasks if task.name in YEAST]
        with _nothing_recalled(engine):
            return score_tasks(engine, tested, yeast, split="test", limit=BESIDE, sentences=0, progress=True)

    controls = {
        name: lambda name=name: score_control(
            name, engine, tested, tasks, limit=CONTROLLED, filled=filled, progress=True
        )
        for name in CONTROLS
    }
    return {NOT_RECALLED: forgetful, **controls}


def _other_models(
    tested: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    filled: Mapping[str, float],
    args: Namespace,
) -> dict[str, Scores | None]:
    """Return the scores of the pair that does not hear the question, and of one model for each task."""
    runs: dict[str, Scores | None] = {}
    if args.blind:
        blind = load(args.blind).engine
        runs[QUESTION_BLIND] = Keeper(args.work, blind.model, args.only).scores(
            QUESTION_BLIND,
            lambda: score_tasks(
                blind, tested, tasks, split="test", sentences=0, filled=filled, progress=True
            ),
        )
    if args.alone and args.alone.is_file():
        runs[ONE_TASK_EACH] = Scores.from_json(json.loads(args.alone.read_text(encoding="utf-8")))
    return runs


@contextmanager
def _nothing_recalled(engine: Engine) -> Iterator[None]:
    facts = engine.model.encoder.recall.facts
    kept = facts.clone()
    facts.zero_()
    try:
        yield
    finally:
        facts.copy_(kept)


def _mean(examples: Sequence[Example]) -> float:
    return sum(float(e.label) for e in examples) / len(examples)  # type: ignore[arg-type]


def validated(engine: Engine, splits: Mapping[str, Splits], tasks: Sequence[Task]) -> Scores:
    """Score validation sequences, in wordings that were trained on."""
    data = {name: parts.validation for name, parts in splits.items()}
    return score_tasks(
        engine,
        data,
        tasks,
        split="validation",
        wordings="train",
        limit=BESIDE,
        sentences=0,
        simulated=SIMULATED,
        progress=True,
    )


def main() -> None:
    """Score, and write results, card and manifest."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    chat = load(args.pair)
    splits = read_data(args.data, args.seed)
    engine = Engine(chat.model, chat.processor)
    tasks = [get_task(name) for name in splits]
    results = judged(engine, splits, args)
    keeper = Keeper(args.work, engine.model, args.only)
    validation = keeper.scores(VALIDATION, lambda: validated(engine, splits, tasks))
    if results is None or validation is None:
        return
    results.save(args.pair)
    card = write_card(
        chat.model,
        tasks,
        DNA_PLAN,
        longest=chat.processor.max_dna_tokens,
        rows=sum(family.sequences for family in (*FAMILIES, *INVENTED[:INVENTED_PER_STEP])),
        test=None,
        validation=validation,
        results=results,
        simulated=SIMULATED,
        how=args.how.read_text(encoding="utf-8") if args.how else "",
    )
    (args.pair / CARD).write_text(card, encoding="utf-8")
    write_manifest(args.pair)
    print(json.dumps({score.task: score.score for score in results.scores.tasks}))  # noqa: T201


def _arguments() -> Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pair", type=Path, required=True, help="folder of the pair")
    parser.add_argument("--work", type=Path, default=Path("runs/judged"), help="keeps what was computed")
    parser.add_argument("--only", nargs="*", default=(), help="compute these parts alone, and write nothing")
    parser.add_argument("--blind", type=Path, help="folder of the pair that does not hear the question")
    parser.add_argument("--runs", type=Path, help="work folder of make_mini, for the learning curves")
    parser.add_argument("--alone", type=Path, help="scores that chatnt.pairs.one_task_each wrote")
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--how", type=Path, help="a text on how the pair was trained, for the card")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
