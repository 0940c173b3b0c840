"""Score the bundled pair on the test sets, once, and write its results and its card.

    python -m chatnt.pairs.judge_mini --pair chatnt/pairs/mini --data DATA

Killed and started again it goes on with the task that it was at.
"""

import argparse
import json
from argparse import Namespace
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import torch

from chatnt.baselines import linear_baselines
from chatnt.controls import probe_gap, score_controls, wording_gap
from chatnt.engine import Engine
from chatnt.evaluation import evaluate
from chatnt.folder import CARD, write_manifest
from chatnt.leakage import leakage_table
from chatnt.loading import load
from chatnt.outcomes import Scores
from chatnt.pair_results import LEAKAGE, LINEAR, PREDICTIONS, PROBE, WORDINGS, PairResults
from chatnt.pairs.card import write_card
from chatnt.pairs.families import FAMILIES, INVENTED, MEASURED, SIMULATED, YEAST
from chatnt.pairs.make_mini import DNA_PLAN, read_data
from chatnt.predictions import read_predictions
from chatnt.tasks import Task, get_task
from chatnt.tasks.sources import Example, Splits, read_examples

NOT_RECALLED = "without recall"
"""Name of the run in which the encoder recalls no training window."""

CONTROLLED, PROBED = 400, 1000
"""Most rows per task of the controls, and of the probe."""


def judged(engine: Engine, splits: Mapping[str, Splits], args: Namespace) -> PairResults:
    """Score the test sets and everything that stands beside them."""
    tasks = [get_task(name) for name in splits]
    measured = [task for task in tasks if task.name in MEASURED]
    tested = {name: parts.test for name, parts in splits.items()}
    filled = {task.name: _mean(splits[task.name].train) for task in tasks if task.scale}
    path = args.pair / PREDICTIONS
    scores = evaluate(
        engine,
        tested,
        tasks,
        split="test",
        filled=filled,
        simulated=SIMULATED,
        predictions=path,
        progress=True,
    )
    predictions = read_predictions(path)
    aside = {name: parts.validation for name, parts in splits.items()}
    with _nothing_recalled(engine):
        forgetful = evaluate(
            engine, tested, [t for t in measured if t.name in YEAST], split="test", sentences=0, progress=True
        )
    shared = {"filled": filled, "progress": True}
    controls = score_controls(engine, tested, measured, limit=CONTROLLED, **shared)
    linear, _ = linear_baselines(measured, splits)
    published = {task.name: [*read_examples(task, "train", args.data, seed=args.seed)] for task in measured}
    tables = {
        LEAKAGE: leakage_table(measured, splits, predictions, scores=scores, published=published),
        WORDINGS: wording_gap(engine, aside, measured, limit=CONTROLLED, **shared),
        PROBE: probe_gap(engine, aside, tested, measured, limit=PROBED, seed=args.seed),
    }
    runs = {LINEAR: linear, NOT_RECALLED: forgetful, **controls}
    return PairResults("mini", scores, predictions, runs, tables)


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
    """Score the validation sequences, in wordings that were trained on."""
    data = {name: parts.validation for name, parts in splits.items()}
    return evaluate(
        engine,
        data,
        tasks,
        split="validation",
        wordings="train",
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
    results = judged(engine, splits, args)
    results.save(args.pair)
    tasks = [get_task(name) for name in splits]
    card = write_card(
        chat.model,
        tasks,
        DNA_PLAN,
        rows=sum(family.sequences for family in (*FAMILIES, *INVENTED[:4])),
        test=None,
        validation=validated(engine, splits, tasks),
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
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--how", type=Path, help="a text on how the pair was trained, for the card")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
