"""A study whose answers are known: a k-mer is planted, and its bases have the scores."""

import dataclasses
import random

import numpy as np

from chatnt.aggregate import AttributionStudy
from chatnt.attribution_maps import Map

PLANTED, AT, LENGTH = "GATTAC", 20, 50
LABELS = ("no site", "site")


def planted_study(*, count=12, signed=True, control=True, **changes):
    """Sequences of "site" hold the k-mer at base 20; in others, and in the control, nothing stands out."""
    rng = random.Random(0)
    maps = [_map(label, row, rng) for label in LABELS for row in range(count)]
    about = {
        "task": "promoter_tata", "labels": LABELS, "question": "Is there one in <DNA>?", "target": "label",
        "unit": "log-odds", "method": "gradient_x_input", "baseline": "", "resolution": 1, "signed": signed,
        "asked": {"no site": count, "site": count + 3},
    }  # fmt: skip
    study = AttributionStudy(maps=tuple(maps), notes=("take <care>",), **(about | changes))
    if not control:
        return study
    shuffled = tuple(_map("no site", m.row, rng)._replace(label=m.label) for m in maps)
    return dataclasses.replace(study, control=dataclasses.replace(study, maps=shuffled, notes=()))


def _map(label, row, rng):
    text = "".join(rng.choices("ACGT", k=LENGTH))
    scores = np.full(LENGTH, 0.01, np.float32)
    if label == "site":
        text = text[:AT] + PLANTED + text[AT + 6 :]
        scores[AT : AT + 6] = 1 + row
    return Map(label, row, text, scores)
