"""A recipe of toy size: a few tasks of each kind, data made in code, plans of a few steps."""

import dataclasses
import random

from chatnt.pairs import judge_mini, make_mini, one_task_each
from chatnt.pairs.families import Family
from chatnt.tasks import get_task
from chatnt.tasks.examples import Examples
from chatnt.tasks.sources import Splits

RECALLED = ("h3", "h4")
FAMILIES = (
    Family(RECALLED, 2, alone=0.5, replaced=0.01, turned=True),
    Family(("gfp_fluorescence",), 2, alone=0.9),
    Family(("enhancers_types",), 2, replaced=0.03, chimeras=0.2),
)
MEASURED = tuple(name for family in FAMILIES for name in family.tasks)
SIMULATED = ("chromatin_accessibility_hepg2",)
INVENTED = tuple(Family((name,), 1, alone=0.3) for name in SIMULATED)
NAMES = MEASURED + SIMULATED
SIZES = {"train": 50, "validation": 10, "test": 12}


def made_splits() -> dict[str, Splits]:
    """No sequence is in two parts; the marks are known of the same ones."""
    return {name: Splits(*(_made(name, split) for split in SIZES)) for name in NAMES}


def _made(name: str, split: str) -> Examples:
    task, rows = get_task(name), []
    for i in range(SIZES[split]):
        kind = "marks" if name in RECALLED else name
        sequence = "".join(random.Random(f"{kind}/{split}/{i}").choices("ACGT", k=120))
        truth = task.scale.low + 0.1 * i if task.scale else task.labels[i % len(task.labels)]
        rows.append((sequence, truth))
    return Examples.of(task, rows)


def shrink(monkeypatch) -> None:
    """Let both modules teach and judge these tasks alone, with few steps."""
    names = {"FAMILIES": FAMILIES, "INVENTED": INVENTED, "MEASURED": MEASURED, "SIMULATED": SIMULATED,
             "YEAST": RECALLED}  # fmt: skip
    for module in (make_mini, judge_mini, one_task_each):
        for name, value in names.items():
            monkeypatch.setattr(module, name, value, raising=module is not one_task_each)
    monkeypatch.setattr(make_mini, "STANDARDISED", 4)
    monkeypatch.setattr(make_mini, "VALIDATED", 5)
    for name in ("LABELS", "CAPTIONS", "WHERE", "DNA_PLAN"):
        plan = dataclasses.replace(getattr(make_mini, name), steps=2, warmup=1, starts={})
        monkeypatch.setattr(make_mini, name, plan)
    monkeypatch.setattr(one_task_each, "PLAN", dataclasses.replace(one_task_each.PLAN, steps=2, warmup=1))
