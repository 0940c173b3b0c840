"""A training loop that resumes: the same losses, killed or not."""

import dataclasses
import json
import math
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor, nn
from tqdm.auto import tqdm

from chatnt.errors import CheckpointError


@dataclasses.dataclass(frozen=True)
class TrainingPlan:
    """Say how long and how to train.

    Parameters
    ----------
    steps
        Optimizer steps in all.
    learning_rate
        Peak, reached after `warmup` steps, followed by a cosine to zero.
    weight_decay, clip
        Of AdamW, on matrices only; largest norm of the gradient.
    averaging
        Decay of the moving average of the weights, which is what is kept.
    seed
        Step `i` draws everything from `seed` and `i`, so a run can resume.
    checkpoint_every, validate_every
        In steps.
    bf16
        Compute matrix products in bfloat16; weights stay in float32.
    """

    steps: int
    learning_rate: float = 5e-4
    warmup: int = 100
    weight_decay: float = 0.05
    clip: float = 1.0
    averaging: float = 0.998
    seed: int = 0
    checkpoint_every: int = 100
    validate_every: int = 750
    bf16: bool = False

    def rate(self, step: int) -> float:
        """Return the learning rate of a step."""
        progress = step / self.steps
        return self.learning_rate * min(1, (step + 1) / self.warmup) * (1 + math.cos(math.pi * progress)) / 2


LossesOfStep = Callable[[int], Iterable[tuple[Callable[[], Tensor], float]]]
"""Gives the micro-batches of a step: a function that computes a loss, and its weight."""


class Trainer:
    """Train the parameters of a model that are not frozen.

    Parameters
    ----------
    model
        Its parameters with `requires_grad` are trained.
    losses
        Gives the micro-batches of a step; must depend on the step only.
    plan
        How to train.
    folder
        Holds ``checkpoint.safetensors`` (replaced atomically) and ``log.jsonl``.
        If it has a checkpoint, training goes on from there, and so does the log.

    Raises
    ------
    CheckpointError
        If the checkpoint is of another run, or cannot be read.
    """

    def __init__(
        self, model: nn.Module, losses: LossesOfStep, plan: TrainingPlan, folder: str | Path
    ) -> None:
        self.model, self.losses, self.plan, self.folder = model, losses, plan, Path(folder)
        self.weights = {n: p for n, p in model.named_parameters() if p.requires_grad}
        self.average = {n: p.detach().clone() for n, p in self.weights.items()}
        matrices = [p for p in self.weights.values() if p.ndim > 1]
        others = [p for p in self.weights.values() if p.ndim <= 1]
        groups = [
            {"params": matrices, "weight_decay": plan.weight_decay},
            {"params": others, "weight_decay": 0},
        ]
        self.optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.98))
        self.step = 0
        self.folder.mkdir(parents=True, exist_ok=True)
        if self._checkpoint.exists():
            self._resume()
        self._forget_later_steps()

    def run(self, validate: Callable[[], dict[str, float]] | None = None) -> None:
        """Train to the last step, then leave the averaged weights in the model.

        Parameters
        ----------
        validate
            Called with the averaged weights in place; what it returns is logged.

        Raises
        ------
        FloatingPointError
            If a loss is not finite; the last checkpoint is from before.
        """
        plan = self.plan
        with tqdm(total=plan.steps, initial=self.step, desc=self.folder.name, mininterval=5) as bar:
            while self.step < plan.steps:
                record = {"step": self.step, "loss": self._train_step()}
                self.step += 1
                last = self.step == plan.steps
                if validate and (self.step % plan.validate_every == 0 or last):
                    record |= self._validated(validate)
                    tqdm.write(json.dumps(record))
                self._log(record)
                if self.step % plan.checkpoint_every == 0 or last:
                    self._save()
                bar.set_postfix(loss=f"{record['loss']:.3f}")
                bar.update()
        self._swap()

    def _train_step(self) -> float:
        torch.manual_seed(self.plan.seed * 1_000_003 + self.step)
        self.model.train()
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate(self.step)
        total = 0.0
        for loss_of, weight in self.losses(self.step):
            with torch.autocast(self._device.type, dtype=torch.bfloat16, enabled=self.plan.bf16):
                loss = loss_of() * weight
            loss.backward()
            total += loss.item()
        if not math.isfinite(total):
            raise FloatingPointError(
                f"The loss of step {self.step} is {total}; the last checkpoint is intact."
            )
        nn.utils.clip_grad_norm_(self.weights.values(), self.plan.clip)
        self.optimizer.step()
        self.optimizer.zero_grad()
        # The average follows quickly at first, so that it is of use from the start.
        decay = min(self.plan.averaging, (self.step + 1) / (self.step + 10))
        for name, weight in self.weights.items():
            self.average[name].lerp_(weight.detach(), 1 - decay)
        return total

    @property
    def _device(self) -> torch.device:
        return next(self.model.parameters()).device

    @property
    def _checkpoint(self) -> Path:
        return self.folder / "checkpoint.safetensors"

    @property
    def _log_file(self) -> Path:
        return self.folder / "log.jsonl"

    def _swap(self) -> None:
        for name, weight in self.weights.items():
            kept = weight.detach().clone()
            weight.data.copy_(self.average[name])
            self.average[name] = kept

    def _validated(self, validate: Callable[[], dict[str, float]]) -> dict[str, float]:
        self._swap()
        self.model.eval()
        try:
            return validate()
        finally:
            self._swap()

    def _log(self, record: dict) -> None:
        with open(self._log_file, "a") as log:
            log.write(json.dumps(record) + "\n")

    def _forget_later_steps(self) -> None:
        """Take out of the log what a killed run did after its checkpoint, and a line half written."""
        if not self._log_file.exists():
            return
        kept = {}
        for line in self._log_file.read_text().splitlines():
            try:
                step = json.loads(line)["step"]
            except ValueError:
                continue
            if step < self.step:
                kept[step] = line + "\n"
        partial = self._log_file.with_suffix(".partial")
        partial.write_text("".join(kept.values()))
        os.replace(partial, self._log_file)

    def _save(self) -> None:
        tensors = {}
        for name, weight in self.weights.items():
            state = self.optimizer.state[weight]
            tensors |= {
                f"weight/{name}": weight.detach(),
                f"average/{name}": self.average[name],
                f"mean/{name}": state["exp_avg"],
                f"square/{name}": state["exp_avg_sq"],
            }
        partial = self._checkpoint.with_suffix(".partial")
        metadata = {"step": str(self.step), "plan": json.dumps(dataclasses.asdict(self.plan))}
        save_file({k: v.contiguous() for k, v in tensors.items()}, partial, metadata=metadata)
        os.replace(partial, self._checkpoint)

    def _resume(self) -> None:
        try:
            saved = safe_open(self._checkpoint, "pt", device=str(self._device))
        except SafetensorError as error:
            raise CheckpointError(f"{self._checkpoint} cannot be read; remove it: {error}") from error
        with saved:
            self._check_same_run(saved)
            self.step = int(saved.metadata()["step"])
            for name, weight in self.weights.items():
                weight.data.copy_(saved.get_tensor(f"weight/{name}"))
                self.average[name].copy_(saved.get_tensor(f"average/{name}"))
                self.optimizer.state[weight] = {
                    "step": torch.tensor(float(self.step)),
                    "exp_avg": saved.get_tensor(f"mean/{name}"),
                    "exp_avg_sq": saved.get_tensor(f"square/{name}"),
                }

    def _check_same_run(self, saved: safe_open) -> None:
        here = {f"weight/{n}": list(w.shape) for n, w in self.weights.items()}
        there = {n: saved.get_slice(n).get_shape() for n in saved.keys() if n.startswith("weight/")}  # noqa: SIM118
        differ = sorted(n for n in here.keys() | there.keys() if here.get(n) != there.get(n))
        plan = (saved.metadata() or {}).get("plan", "null")
        if differ or json.loads(plan) != dataclasses.asdict(self.plan):
            raise CheckpointError(
                f"{self._checkpoint} is of another run (plan {plan}, tensors that differ: "
                f"{', '.join(differ[:5]) or 'none'}); choose another folder or remove it."
            )
