"""Train an encoder for each measured task alone, to know what one model for all is worth.

    python -m chatnt.pairs.one_task_each --data DATA --work runs/mini --out runs/mini/one_task_each.json

Each has the encoder of the bundled pair, made anew, and a head that states the label: no English.
All of them together take less time than the bundled pair's training on labels. Killed and
started again it goes on where it was.
"""

import argparse
import dataclasses
import json
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import torch
from torch import Tensor
from torch.nn.attention import SDPBackend, sdpa_kernel

from chatnt.metrics import score_predictions
from chatnt.model import NucleotideCNN, NucleotideCNNConfig
from chatnt.outcomes import Scores, TaskScore
from chatnt.pairs.families import FAMILIES, MEASURED, YEAST, Family
from chatnt.pairs.lesson import Shown, gathered
from chatnt.pairs.make_mini import STANDARDISED, Learner, encoder_config, new_processor, read_measured
from chatnt.pairs.memory import nucleotide_ids, reference, remembered
from chatnt.pairs.warm_up import LabelLesson, WarmUp, heads_state, moments_of
from chatnt.predictions import Prediction, as_frame
from chatnt.processor import ChatNTProcessor
from chatnt.tasks import Task, get_task
from chatnt.tasks.sources import Example, Splits
from chatnt.training.plan import TrainingPlan
from chatnt.training.run import train

PLAN = TrainingPlan(
    steps=250, trained=("encoder", "heads"), learning_rate=1e-3, warmup=50, averaging=0.98, validate_every=0
)
SEQUENCES = 13
"""Sequences of a step through English; labels have `chatnt.pairs.warm_up.MORE` times as many."""


def alone(name: str) -> Family:
    """Return the family of a task without the others."""
    family = next(family for family in FAMILIES if name in family.tasks)
    return dataclasses.replace(family, tasks=(name,), sequences=SEQUENCES)


def new_encoder(family: Family, examples: Sequence[Example], seed: int) -> NucleotideCNN:
    """Make the encoder of the bundled pair for one task: it recalls and refers to that task's sequences."""
    (name,) = family.tasks
    settings: dict[str, Any] = {
        "recalled_words": 0,
        "recalled_facts": 0,
        "references": 0,
        "reference_length": 0,
    }
    if name in YEAST:
        words, facts = remembered(family, gathered(family, {name: examples})[1])
        settings |= {"recalled_words": len(words), "recalled_facts": 1}
    if name == "gfp_fluorescence":
        bases = reference([example.sequence for example in examples])
        settings |= {"references": 1, "reference_length": len(bases)}
    torch.manual_seed(seed)
    encoder = NucleotideCNN(NucleotideCNNConfig(**(encoder_config(tasks=1) | settings)))
    if encoder.recall is not None:
        encoder.recall.words.copy_(words)
        encoder.recall.facts.copy_(facts)
    if encoder.variants is not None:
        encoder.variants.references[0].copy_(bases)
    texts = [example.sequence[:1024] for example in examples[: 2 * STANDARDISED]]
    encoder.standardise(nucleotide_ids(texts))
    return encoder


def trained_alone(name: str, parts: Splits, processor: ChatNTProcessor, args: Namespace) -> WarmUp:
    """Train an encoder with its head for one task."""
    family = alone(name)
    heads = WarmUp(new_encoder(family, parts.train, args.seed), [family])
    recalled = family.tasks if name in YEAST else ()
    lesson = LabelLesson({name: parts.train}, [family], recalled=recalled, seed=args.seed)
    plan = dataclasses.replace(PLAN, seed=args.seed, bf16=args.bf16)
    with sdpa_kernel(SDPBackend.MATH):
        train(Learner(heads, processor), lesson, plan, folder=args.work / "alone" / name)  # type: ignore[arg-type]
    Shown(alone=0.0).prepare(heads.encoder)
    heads.family = family
    return heads


def scored_alone(heads: WarmUp, name: str, parts: Splits) -> TaskScore:
    """Score what the head states of the test sequences."""
    task = get_task(name)
    return score_predictions(task, _predictions(task, parts, heads_state(heads, name, parts.test)))


def _predictions(task: Task, parts: Splits, stated: Tensor) -> pd.DataFrame:
    """Return what the head states as predictions; numbers in the unit of the task."""
    if task.scale is not None:
        mean, deviation = moments_of(task, parts.train)
        values = (stated[:, 0] * deviation + mean).tolist()
        return as_frame(
            Prediction(task.name, i, value=float(e.label), parsed_value=v)  # type: ignore[arg-type]
            for i, (e, v) in enumerate(zip(parts.test, values, strict=True))
        )
    if stated.shape[1] == 1:
        stated = torch.cat([torch.zeros_like(stated), stated], 1)
    shares = stated.softmax(1)
    return as_frame(
        Prediction(
            task.name, i, str(e.label), parsed_label=task.labels[int(p.argmax())], probabilities=p.tolist()
        )
        for i, (e, p) in enumerate(zip(parts.test, shares, strict=True))
    )


def trained_each(
    splits: Mapping[str, Splits], names: Sequence[str], processor: ChatNTProcessor, args: Namespace
) -> Scores:
    """Return the score of each task, from its file or from a training that writes it."""
    folder = args.work / "alone"
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for name in names:
        path = folder / f"{name}.json"
        if not path.is_file():
            heads = trained_alone(name, splits[name], processor, args)
            score = scored_alone(heads, name, splits[name])
            path.write_text(json.dumps(Scores((score,), "").to_json()) + "\n", encoding="utf-8")
        found.extend(Scores.from_json(json.loads(path.read_text(encoding="utf-8"))).tasks)
    return Scores(tuple(found), "")


def main() -> None:
    """Train all, and write their scores."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    splits = read_measured(args.data, args.seed)
    processor = new_processor([get_task(name) for name in MEASURED], args.work / "alone" / "processor")
    scores = trained_each(splits, args.tasks or MEASURED, processor, args)
    args.out.write_text(json.dumps(scores.to_json(), indent=1) + "\n", encoding="utf-8")


def _arguments() -> Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--work", type=Path, default=Path("runs/mini"), help="checkpoints and logs")
    parser.add_argument("--out", type=Path, required=True, help="file of the scores")
    parser.add_argument("--tasks", nargs="*", help="default: all measured tasks")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--bf16", action="store_true", help="matrix products in bfloat16")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
