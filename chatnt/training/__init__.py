"""Train pairs: plans, batches, checkpoints, and the loop of transformers between them."""

from chatnt.training.plan import LoRA, TrainingPlan
from chatnt.training.run import train

__all__ = ["LoRA", "TrainingPlan", "train"]
