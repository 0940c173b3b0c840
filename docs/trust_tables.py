"""Tables of how far the bundled pair can be trusted, for the page of its results."""

from collections.abc import Iterator, Sequence

import pandas as pd

from chatnt.pair_results import CALIBRATION, PAPER_PROTOCOL, PERPLEXITY, SPREAD, PairResults
from chatnt.pairs.card import markdown_table

_MANY = 1000  # test rows, from which on an error says something


def calibration_table(kept: PairResults) -> str:
    """Return how well the calibrations hold on the test sets."""
    table = kept.tables[CALIBRATION]
    heads = ["task", "method", "fitted on", "measured on", "error as it says", "calibrated", "95 % interval",
             "by chance", "coverage", "MCC written", "MCC likeliest"]  # fmt: skip
    rows = [
        [
            *(f"`{row['task']}`", row["method"], row["fitted"], row["tested"], row["ece_before"], row["ece"]),
            "" if pd.isna(row["ece_low"]) else f"{row['ece_low']:.3f} to {row['ece_high']:.3f}",
            *(row["ece_by_chance"], row["coverage"], row["mcc_written"], row["mcc_calibrated"]),
        ]
        for row in table.to_dict("records")
    ]
    large = table[(table["tested"] >= _MANY) & table["ece"].notna()]
    told = f"; of the {len(large)} tasks with {_MANY:,} rows or more {_errors(large)}, the largest "
    return markdown_table(heads, rows) + f"\nMean error {_errors(table)}{told}{large['ece'].max():.3f}."


def _errors(table: pd.DataFrame) -> str:
    after, before, chance = (table[name].mean() for name in ("ece", "ece_before", "ece_by_chance"))
    return f"{after:.3f} ({before:.3f} as it says, {chance:.3f} by chance)"


def other_tables(kept: PairResults) -> Iterator[str]:
    """Yield what hangs on the wording, and what the ChatNT paper's ways give."""
    spread = kept.tables[SPREAD]
    spread = spread.assign(worst=[f"`{question}`" for question in spread["worst"]])
    yield "## In other words"
    yield (
        "`chatnt.wording_robustness` on so many test rows of each task, each asked in every one of so many "
        "wordings that were not trained on: mean, lowest and highest score over the wordings, and their "
        "difference."
    )
    heads = ["task", "rows", "wordings", "mean", "lowest", "highest", "spread", "the worst"]
    columns = ["rows", "wordings", "mean", "lowest", "highest", "spread", "worst"]
    yield _table(spread, heads, columns)
    yield f"Mean spread {spread['spread'].mean():.3f}, median {spread['spread'].median():.3f}."
    yield "## The perplexity-based classifier"
    yield (
        "As in the ChatNT paper it takes the label whose answer sentences have the lower perplexity, here "
        "the usual one, and of sentences not trained on. On the same test rows as the written answers; "
        "calibrated on unseen sequences by Platt's method, whose penalty (the paper's) stretches scores "
        "that hardly differ too little, and by isotonic regression, which knows no scale."
    )
    heads = ["task", "fitted on", "measured on", "MCC written", "AUROC", "MCC", "Platt", "isotonic"]
    columns = ["fitted", "tested", "mcc_written", "auroc", "mcc", "mcc_platt", "mcc_isotonic"]
    yield _table(kept.tables[PERPLEXITY], heads, columns)
    means = kept.tables[PERPLEXITY][columns[2:]].mean()
    yield (
        "Means: " + ", ".join(f"{head} {mean:.3f}" for head, mean in zip(heads[3:], means, strict=True)) + "."
    )
    yield (
        'And just as printed in the paper (`protocol="paper"`): the formula of its Methods, whose '
        "probabilities point the other way until they are calibrated, fitted on *training* sequences:"
    )
    names = ("ece", "auroc", "mcc")
    heads = [
        "task",
        "fitted on",
        "measured on",
        *(f"{n}{w}" for n in ("error", "AUROC", "MCC") for w in ("", " calibrated")),
    ]
    columns = ["fitted", "tested", *(c for name in names for c in (f"{name}_before", name))]
    yield _table(kept.tables[PAPER_PROTOCOL], heads, columns)


def _table(table: pd.DataFrame, heads: Sequence[str], columns: Sequence[str]) -> str:
    rows = [[f"`{row['task']}`", *(row[name] for name in columns)] for row in table.to_dict("records")]
    return markdown_table(heads, rows).rstrip()
