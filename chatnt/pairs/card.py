"""The card of the bundled pair, written from what was measured."""

from collections.abc import Sequence
from importlib.resources import files
from string import Template

from chatnt.model import ChatNTModel
from chatnt.results import Scores
from chatnt.tasks import Task, describe_tasks
from chatnt.train import TrainingPlan

ORIGINS = {
    "promoter_tata": "wds-seu/DeepGene (GUE prom_300_tata), Apache-2.0",
    "splice_sites_all": "wds-seu/DeepGene (GUE splice/reconstructed; its dev part trains), Apache-2.0",
    "enhancers": "feng-123/Enhancer-LSTMAtt, no licence stated; 100 training sequences that are also in the "
    "test set were removed",
    "h3": "ninasachdev/QCB557_project (test), no licence stated, and wds-seu/DeepGene (training, about a "
    "fifth of the published set), Apache-2.0",
    "h4": "ninasachdev/QCB557_project (test), no licence stated, and wds-seu/DeepGene (training, about a "
    "fifth of the published set), Apache-2.0",
}
"""Public repositories that the tables were taken from."""


def write_card(
    model: ChatNTModel,
    tasks: Sequence[Task],
    plan: TrainingPlan,
    *,
    rows: int,
    test: Scores | None,
    validation: Scores,
) -> str:
    """Return the card in Markdown."""
    millions = {
        name: f"{sum(p.numel() for p in part.parameters()) / 1e6:.2f}"
        for name, part in (
            ("encoder", model.encoder),
            ("resampler", model.resampler),
            ("decoder", model.decoder),
            ("size", model),
        )
    }
    template = Template((files("chatnt") / "pairs" / "card_template.md").read_text())
    return template.substitute(
        millions,
        summary=describe_tasks([task.name for task in tasks]),
        test=test.to_markdown() if test else "Not scored yet.\n",
        validation=validation.to_markdown(),
        windows="".join(f"- `{t.name}`: {t.window} ({t.species})\n" for t in tasks),
        longest=f"{model.config.encoder_config.max_length:,}",
        latents=model.config.resampler_config.latents,
        steps=f"{plan.steps:,}",
        rows=rows,
        rate=f"{plan.learning_rate:g}",
        origins="".join(f"- `{t.name}`: {t.source}. Taken from {ORIGINS[t.name]}.\n" for t in tasks),
    )
