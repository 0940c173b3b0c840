"""The settings of a pair beside those of the published one."""

import dataclasses
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import torch

from chatnt.loading import BUNDLED, load
from chatnt.model import ChatNTConfig, ChatNTModel
from chatnt.pairs.families import FAMILIES, INVENTED
from chatnt.pairs.make_mini import DNA_PLAN, INVENTED_PER_STEP
from chatnt.training.plan import PARTS, TrainingPlan

MODULES, METHODS = "published configuration", "paper, Methods"
"""Where the published values are from."""

_FIELDS = {
    "kind": ("model_type",),
    "blocks": ("layers", "num_hidden_layers", "dilations"),
    "size of a vector": ("dim", "hidden_size"),
    "attention heads": ("heads", "num_attention_heads"),
    "inner size": ("ffn_dim", "intermediate_size"),
    "soft tokens": ("latents",),
    "hears the question": ("english_aware",),
    "attends to the question first": ("question_first",),
    "dropout": ("dropout", "attention_dropout"),
    "vocabulary": ("vocab_size",),
    "places told apart": ("max_length", "max_position_embeddings"),
}
"""Settings, and what the configurations of different kinds of parts call them."""

_STATED = ("trained", "optimizer", "learning_rate", "clip", "rows", "steps", "bf16")
# What of the plan is told, in words; of the paper's plan only what the paper states.
_PLAN = {
    "trained": "parts that learn",
    "optimizer": "optimizer",
    "betas": "its betas",
    "weight_decay": "weight decay",
    "learning_rate": "learning rate at its peak",
    "rates": "peak of parts that have another",
    "starts": "step at which parts begin to learn",
    "warmup": "steps of warm-up",
    "schedule": "schedule",
    "clip": "largest norm of the gradient",
    "averaging": "decay of the mean of the weights",
    "rows": "rows of a step",
    "steps": "steps",
    "bf16": "products in bfloat16",
}
_TRAINING, _UNKNOWN = "training", "not stated"


class _Setting(NamedTuple):
    part: str
    setting: str
    value: object
    source: str


def hyper_parameters(source: str | Path = BUNDLED, *, plan: TrainingPlan | None = None) -> pd.DataFrame:
    """Return the settings of a pair beside those of the published one, as its Supplementary Table 3 does.

    Parameters
    ----------
    source
        Name or folder of a pair, as `chatnt.load` takes it.
    plan
        How it was trained; default for the bundled pair that of its last training, which teaches encoder
        and resampler through the frozen decoder, for other pairs none.

    Returns
    -------
    DataFrame
        ``part`` (``"encoder"``, ``"resampler"``, ``"decoder"`` or ``"training"``), ``setting, ChatNT, pair``
        and ``source`` (where the value of ChatNT is from). A setting that a part does not have is empty.

    Raises
    ------
    CheckpointError
        If there is no such pair.

    References
    ----------
    .. [1] de Almeida B. P. et al. A multimodal conversational agent for DNA, RNA and protein tasks.
       Nature Machine Intelligence 2025, Methods. https://doi.org/10.1038/s42256-025-01047-1

    Examples
    --------
    >>> table = hyper_parameters().set_index(["part", "setting"])
    >>> table.loc[("resampler", "soft tokens"), ["ChatNT", "pair"]].tolist()
    ['64', '16']
    """
    if plan is None and str(source) == BUNDLED:
        rows = sum(family.sequences for family in (*FAMILIES, *INVENTED[:INVENTED_PER_STEP]))
        plan = dataclasses.replace(DNA_PLAN, rows=rows)  # its source decides how many
    with torch.device("meta"):
        published = ChatNTModel(ChatNTConfig())
    theirs = [*_sizes(published), *_planned(TrainingPlan.named("paper"), _STATED)]
    ours = [*_sizes(load(source).model), *(_planned(plan, tuple(_PLAN)) if plan else ())]
    found = {(one.part, one.setting): one.value for one in ours}
    rows = [
        (one.part, one.setting, _written(one.value), _written(found.get((one.part, one.setting))), one.source)
        for one in theirs
        if plan or one.part != _TRAINING
    ]
    shown = [row for row in rows if row[2] or row[3]]
    return pd.DataFrame(shown, columns=["part", "setting", "ChatNT", "pair", "source"])


def _sizes(model: ChatNTModel) -> list[_Setting]:
    rows = []
    for part in PARTS:
        config = getattr(model.config, f"{part}_config")
        for setting, names in _FIELDS.items():
            value = next((getattr(config, name) for name in names if hasattr(config, name)), "")
            number = len(value) if setting == "blocks" and isinstance(value, list | tuple) else value
            rows.append(_Setting(part, setting, number, MODULES))
        parameters = sum(p.numel() for p in getattr(model, part).parameters())
        rows.append(_Setting(part, "parameters", parameters, MODULES))
    return rows


def _planned(plan: TrainingPlan, stated: tuple[str, ...]) -> list[_Setting]:
    return [
        _Setting(_TRAINING, words, getattr(plan, name) if name in stated else _UNKNOWN, METHODS)
        for name, words in _PLAN.items()
    ]


def _written(value: object) -> str:
    """Write a value for people."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return ", ".join(f"{name} {_written(one)}" for name, one in value.items())
    if isinstance(value, list | tuple):
        words = [one for one in value if isinstance(one, str)]
        return " and ".join(words) if words else ", ".join(map(_written, value))
    return "" if value is None else str(value)
