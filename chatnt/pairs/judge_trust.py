"""Fit the calibrations of the bundled pair, and measure how far its answers can be trusted.

    python -m chatnt.pairs.judge_trust --pair chatnt/pairs/mini --data DATA

Goes on from what `chatnt.pairs.judge_mini` wrote. Killed and started again it goes on with the
part that it was at; parts can be computed by another process with the same ``--work`` and ``--only``.
"""

import argparse
import dataclasses
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import torch

from chatnt.calibrating import calibrate, calibrate_each
from chatnt.calibrations import Calibrations
from chatnt.conversation import Question, Turn
from chatnt.discrimination import measure_discrimination
from chatnt.engine import Engine
from chatnt.folder import CALIBRATIONS, CARD, write_manifest
from chatnt.loading import load
from chatnt.metrics import score_predictions
from chatnt.pair_results import CALIBRATION, PAPER_PROTOCOL, PERPLEXITY, SPREAD, PairResults
from chatnt.pairs.card import with_trust
from chatnt.pairs.families import MEASURED
from chatnt.pairs.keeping import Keeper
from chatnt.pairs.make_mini import read_measured
from chatnt.pairs.trust import fit_calibrations, measure_calibrations, unseen_rows
from chatnt.robustness import wording_robustness
from chatnt.scoring import judge_of, read_shares
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.tasks.sources import Example, Splits, read_examples

FITTED = "calibrations"
"""Name under which they are kept."""

TESTED, TRAINED = 1000, 1000
"""Most test rows of the perplexity-based classifier, as in the ChatNT paper, and most training rows of it."""

REPHRASED, WORDINGS = 500, 10
"""Most test rows that are asked about again, and in how many wordings."""

Data = Mapping[str, Splits]


def judged(engine: Engine, splits: Data, args: Namespace) -> tuple[Calibrations, dict[str, pd.DataFrame]]:
    """Return the calibrations, and tables by name; of parts that are not wanted there is none."""
    keeper = Keeper(args.work, engine.model, args.only)
    tasks = [get_task(name) for name in splits]
    binary = [task for task in tasks if task.kind == "binary"]
    published = {task.name: read_examples(task, "train", args.data, seed=args.seed) for task in tasks}
    unseen = unseen_rows(tasks, splits, published)
    predictions = PairResults.load(args.pair).predictions
    fitted = keeper.kept(
        FITTED,
        lambda: fit_calibrations(engine, tasks, unseen, seed=args.seed),
        lambda made, path: made.save(path),
        Calibrations.load,
    )
    makers: dict[str, Callable[[], pd.DataFrame]] = {
        CALIBRATION: lambda: measure_calibrations(
            engine, fitted or Calibrations(), predictions, splits, seed=args.seed
        ),
        SPREAD: lambda: spreads(engine, [t for t in tasks if not t.scale], splits, seed=args.seed),
        PERPLEXITY: lambda: perplexities(engine, binary, unseen, splits, predictions, seed=args.seed),
        PAPER_PROTOCOL: lambda: as_in_the_paper(engine, binary, splits, seed=args.seed),
    }
    tables = {name: keeper.table(name, make) for name, make in makers.items()}
    return fitted or Calibrations(), {name: table for name, table in tables.items() if table is not None}


def spreads(engine: Engine, tasks: Sequence[Task], splits: Data, *, seed: int = 0) -> pd.DataFrame:
    """Score test rows in several wordings that were not trained on.

    Returns
    -------
    DataFrame
        ``task, rows, metric, wordings, mean, lowest, highest, spread, worst`` (the wording that scores
        lowest), and ``unparsed``, the most answers to one wording that state nothing.
    """
    rows = []
    for task in tasks:
        found = wording_robustness(
            engine,
            task,
            splits[task.name],
            wordings=WORDINGS,
            limit=REPHRASED,
            seed=seed,
            batch_size=320,
            progress=True,
        )
        scores = found.scores_of("test")
        worst = min(found.scores, key=lambda one: one.score)
        rows.append(
            {
                "task": task.name,
                "rows": found.count,
                "metric": found.metric,
                "wordings": len(scores),
                "mean": found.mean,
                "lowest": min(scores),
                "highest": max(scores),
                "spread": found.spread,
                "worst": worst.question,
                "unparsed": max(one.unparsed for one in found.scores),
            }
        )
    return pd.DataFrame(rows)


def perplexities(
    engine: Engine,
    tasks: Sequence[Task],
    unseen: Mapping[str, Sequence[Example]],
    splits: Data,
    predictions: pd.DataFrame,
    *,
    seed: int = 0,
) -> pd.DataFrame:
    """Set the perplexity-based classifier beside the written answers, on the same test rows.

    The classifier takes the perplexity of held-out sentences, by the usual formula, and is
    calibrated on unseen rows, in two ways: scores that hardly differ are stretched too little by Platt's
    method with the penalty of the ChatNT paper.

    Returns
    -------
    DataFrame
        ``task, fitted, tested``; ``mcc_written`` of the written answers; ``auroc`` and ``mcc`` of
        the classifier as it is, and after each method, ``mcc_platt`` and ``mcc_isotonic``.
    """
    rows = []
    for task in tasks:
        told = {"score": "perplexity", "seed": seed, "progress": True, "limit": TESTED}
        found = calibrate_each(engine, task, unseen[task.name], ("platt", "isotonic"), **told)
        numbers, truth, asked = _test_rows(task, splits[task.name].test, seed)
        shares = read_shares(engine, judge_of(task, "perplexity"), asked)
        plain, platt, isotonic = (
            measure_discrimination(chances, truth)
            for chances in (shares, *(each.apply(shares, weights=each.weights) for each in found))
        )
        of_task = predictions.loc[predictions["task"] == task.name].set_index("row")
        rows.append(
            {
                "task": task.name,
                "fitted": found[0].count,
                "tested": len(truth),
                "mcc_written": score_predictions(task, of_task.loc[numbers].reset_index()).mcc,
                "auroc": plain["auroc"].value,
                "mcc": plain["mcc"].value,
                "mcc_platt": platt["mcc"].value,
                "mcc_isotonic": isotonic["mcc"].value,
            }
        )
    return pd.DataFrame(rows)


def _test_rows(
    task: Task, tested: Sequence[Example], seed: int
) -> tuple[list[int], np.ndarray, list[list[Turn]]]:
    """Return numbers and labels of some test rows, and the questions, in wordings that are not trained on."""
    rng = np.random.default_rng(seed)
    numbers = np.sort(rng.permutation(len(tested))[:TESTED]).tolist()
    texts = task.questions.test
    asked = [[Turn(Question(texts[rng.integers(len(texts))], (DNA(tested[i].sequence),)))] for i in numbers]
    return numbers, np.array([task.labels.index(str(tested[i].label)) for i in numbers]), asked


def as_in_the_paper(engine: Engine, tasks: Sequence[Task], splits: Data, *, seed: int = 0) -> pd.DataFrame:
    """Calibrate by the protocol of the ChatNT paper, on at most `TRAINED` training rows.

    Returns
    -------
    DataFrame
        ``task``, rows ``fitted`` and ``tested``, and ``ece``, ``auroc`` and ``mcc`` before and after.
    """
    rows = []
    for task in tasks:
        found = calibrate(
            engine,
            task,
            splits[task.name],
            protocol="paper",
            limit=TRAINED,
            seed=seed,
            progress=True,
        )
        row = {"task": task.name, "fitted": found.count, "tested": found.measured}
        for name in ("ece", "auroc", "mcc"):
            row |= {f"{name}_before": found.before[name].value, name: found.after[name].value}
        rows.append(row)
    return pd.DataFrame(rows)


def main() -> None:
    """Fit and measure, and put it beside the pair."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    splits = {name: parts for name, parts in read_measured(args.data, args.seed).items() if name in MEASURED}
    fitted, tables = judged(load(args.pair).engine, splits, args)
    if args.only:
        return
    fitted.save(args.pair / CALIBRATIONS)
    before = PairResults.load(args.pair)
    results = dataclasses.replace(before, tables={**before.tables, **tables})
    results.save(args.pair)
    card = args.pair / CARD
    card.write_text(with_trust(card.read_text(encoding="utf-8"), results), encoding="utf-8")
    write_manifest(args.pair)


def _arguments() -> Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pair", type=Path, required=True, help="folder of the pair")
    parser.add_argument("--work", type=Path, default=Path("runs/trust"), help="keeps what was computed")
    parser.add_argument("--only", nargs="*", default=(), help="compute these parts alone, and write nothing")
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
