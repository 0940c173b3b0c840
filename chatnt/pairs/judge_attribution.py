"""Study which bases decide the answers of a pair: the recipe of the ChatNT paper, with controls.

    python -m chatnt.pairs.judge_attribution --pair chatnt/pairs/mini --data DATA

Goes on from what `chatnt.pairs.judge_mini` wrote. Counts, means and tests go into the pair's tables, and no
sequences.
"""

import argparse
import dataclasses
from argparse import Namespace
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from chatnt.aggregate import AttributionStudy
from chatnt.aggregating import attribution_study
from chatnt.engine import Engine
from chatnt.folder import write_manifest
from chatnt.loading import load
from chatnt.pair_results import KMERS, MOTIFS, PROFILES, STRONGEST, PairResults
from chatnt.position_matrix import BASES, PositionMatrix
from chatnt.recovering import SITES
from chatnt.study_rows import Data

PER_LABEL = {"splice_sites_donors": 500, "splice_sites_acceptors": 500, "promoter_tata": 200}
"""Test sequences of each label, as in the paper."""

SIGNED = {"target": "label", "absolute": False}
"""The recipe of the paper with signs, for the log-odds of the label."""

_MOST, _REACH, _DIGITS = 12, 40, 5


def studied(
    engine: Engine, data: Data, per_label: Mapping[str, int], seed: int = 0
) -> dict[str, pd.DataFrame]:
    """Return the tables of all tasks.

    Returns
    -------
    dict
        `KMERS`: the most frequent k-mers of each label, as of `AttributionStudy.spectrum`. `MOTIFS`: bases
        at the place where the mean of the positive label is highest, in its ``sequences``, in
        ``negatives`` and in ``shuffled`` sequences. `PROFILES`: mean scores near the site, each sequence
        scaled to the mean of its own, with and without signs. `STRONGEST`: how many strongest bases lie at
        the site, in sequences and control, and how likely that is by chance (`p_of`).
    """
    parts: dict[str, list[pd.DataFrame]] = {name: [] for name in (KMERS, MOTIFS, PROFILES, STRONGEST)}
    for task, count in per_label.items():
        for how in ({}, SIGNED):
            study = attribution_study(engine, task, data, per_label=count, seed=seed, progress=True, **how)
            about = {"task": task, "signed": study.signed}
            if not study.signed:
                parts[KMERS].append(_with(about, _most(study)))
                parts[MOTIFS].append(_with(about, _motifs(study)))
            parts[PROFILES].append(_with(about, _profile(study)))
            parts[STRONGEST].append(_with(about, _strongest(study)))
    return {name: pd.concat(some, ignore_index=True) for name, some in parts.items()}


def _with(about: Mapping, table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(**about).reindex(columns=[*about, *table.columns])


def _anchor(study: AttributionStudy) -> int:
    site = SITES[study.task]
    return site.within(len(study.maps[0].sequence))[0] - site.start


def _motifs(study: AttributionStudy) -> pd.DataFrame:
    negative, positive = study.labels
    matrix = study.matrix(positive)
    assert study.control is not None
    start, end = matrix.start, matrix.start + len(matrix.counts)
    others = {"negatives": study.of(negative), "shuffled": study.control.of(positive)}
    found = {"sequences": matrix}
    for what, maps in others.items():
        found[what] = PositionMatrix.of([one.sequence[start:end] for one in maps], start=start)
    frames = []
    for what, one in found.items():
        frame = one.to_frame()[["position", *BASES]].assign(what=what, aligned=one.sequences)
        frames.append(frame.assign(position=frame["position"] - _anchor(study)))
    return pd.concat(frames, ignore_index=True)


def _most(study: AttributionStudy) -> pd.DataFrame:
    return study.spectrum().groupby("label", sort=False).head(_MOST).round(_DIGITS)


def _profile(study: AttributionStudy) -> pd.DataFrame:
    table = study.profile(site=_anchor(study), scaled=True)
    return table.loc[table["position"].between(-_REACH, _REACH)].round(_DIGITS)


def _strongest(study: AttributionStudy) -> pd.DataFrame:
    site = SITES[study.task]
    start, end = site.within(len(study.maps[0].sequence))
    assert study.control is not None
    rows = []
    for label in study.labels:
        real, shuffled = (
            np.array([start <= int(one.scores.argmax()) < end for one in some.of(label)])
            for some in (study, study.control)
        )
        p = p_of(int((real & ~shuffled).sum()), int((shuffled & ~real).sum()))
        hits, control = int(real.sum()), int(shuffled.sum())
        rows.append((label, site.name, len(real), study.asked[label], hits, control, p))
    return pd.DataFrame(rows, columns=["label", "site", "sequences", "asked", "hits", "control", "p"])


def p_of(real_alone: int, shuffled_alone: int) -> float:
    """Return how likely the former are so many more by chance: McNemar's exact test, one-sided.

    Each sequence is paired with its own shuffle; the numbers are those of pairs that differ.
    """
    pairs = real_alone + shuffled_alone
    return float(f"{binomtest(real_alone, pairs, alternative='greater').pvalue:.2g}") if pairs else 1.0


def main() -> None:
    """Study, and put the tables beside the pair."""
    args = _arguments()
    tables = studied(load(args.pair).engine, args.data, PER_LABEL, args.seed)
    before = PairResults.load(args.pair)
    dataclasses.replace(before, tables={**before.tables, **tables}).save(args.pair)
    write_manifest(args.pair)


def _arguments() -> Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pair", type=Path, required=True, help="folder of the pair")
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
