"""`transformers.Trainer` with batches that a step decides, and checkpoints without pickle."""

import contextlib
import dataclasses
import hashlib
import json
import math
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR
from transformers import Trainer, TrainerCallback, TrainingArguments

from chatnt.errors import DivergedError
from chatnt.processor import IGNORED
from chatnt.training.averaging import Average
from chatnt.training.batches import Batches, MicroBatch, to_device
from chatnt.training.checkpoint import Checkpoints, replace_tensors
from chatnt.training.frozen import part_of
from chatnt.training.plan import TrainingPlan
from chatnt.training.run_folder import RunFolder
from chatnt.training.state import (
    buffers,
    fill,
    made_optimizer,
    optimizer_tensors,
    restore_optimizer,
    shapes,
    sum_gradients,
    whole,
)

Validate = Callable[[], Mapping[str, float]]
"""Returns what was measured, by name; called with the weights in place that would be kept."""

BatchesOf = Callable[[int, int], Batches]
"""Gives the batches of one process, from its rank and the number of processes."""


@dataclasses.dataclass
class Run:
    """Hold what a `PairTrainer` works with.

    Parameters
    ----------
    model
        Prepared by `chatnt.training.frozen.prepared`.
    names
        Of the parameters that learn.
    plan
        How to train.
    folder
        Where checkpoints go.
    batches
        What is trained on.
    frozen
        Hashes of what stays, which name it in checkpoints.
    validate
        Measures, or `None`.
    """

    model: nn.Module
    names: tuple[str, ...]
    plan: TrainingPlan
    folder: RunFolder
    batches: BatchesOf
    frozen: Mapping[str, str]
    validate: Validate | None = None


class PairTrainer(Trainer):
    """Train a pair.

    What differs from `transformers.Trainer`:

    - A step's rows come from `Batches.of`, which is decided by seed and step, so nothing is
      skipped to resume. One item of the data loader is a whole optimizer step, as several
      passes through the model, as many as the rows need.
    - Before each pass the random numbers (dropout) are set from seed, step and pass, so a run
      that was killed and resumed draws the same ones.
    - The loss is the mean over all predicted tokens of the step, of all passes and processes.
    - Checkpoints hold what learns, in safetensors and JSON.
    - A loss or a gradient that is not finite stops the run before it changes a weight.

    Parameters
    ----------
    run
        What to train, and on what.
    arguments
        See `chatnt.training.run.arguments`.
    callbacks
        As of transformers.
    """

    def __init__(
        self, run: Run, arguments: TrainingArguments, callbacks: list[TrainerCallback] | None = None
    ) -> None:
        self.run, self.plan = run, run.plan
        self.checkpoints = Checkpoints(run.folder.checkpoints, run.plan.keep)
        self.facts: dict[str, float] = {}
        self.asked_to_end = self.told_to_end = self.told_to_stop = self.finished = False
        self._average: Average | None = None
        super().__init__(run.model, arguments, callbacks=callbacks)
        self.batches = run.batches(self.accelerator.process_index, self.accelerator.num_processes)

    # Data

    def get_train_dataloader(self) -> Any:
        """Return what gives the passes of each step: one item is one optimizer step."""
        return _Steps(self)

    # One optimizer step

    def training_step(
        self, model: nn.Module, inputs: Any, num_items_in_batch: Tensor | int | None = None
    ) -> Tensor:
        """Go forward and backward through all passes of a step; return its loss."""
        micros = self._balanced(inputs)
        counts = torch.tensor([[m.learned, m.rows, m.tokens] for m in micros]).sum(0).tolist()
        learned, rows, tokens = self._summed(torch.tensor(counts)).tolist()
        self.facts = {"rows": rows, "tokens": tokens}
        model.train()
        total = torch.zeros((), device=self.args.device)
        spread = self.is_fsdp_enabled
        for i, micro in enumerate(micros):
            # A model in one piece sums its gradients at the end, whatever was in the passes; one
            # that is spread over processes does it with each pass, to hold no gradient whole.
            with contextlib.nullcontext() if spread else self.accelerator.no_sync(model):
                total += self._pass(model, micro, i, max(1, learned))
        if self.accelerator.num_processes > 1 and not spread:
            sum_gradients(self.weights().values())
        # All processes stop after the same step, whichever of them was asked to.
        wished = self.is_world_process_zero() and self.run.folder.stop.exists()
        asked = torch.tensor([self.asked_to_end, wished]).to(total)
        total, *asked = self._summed(torch.cat([total[None], asked]))
        self.told_to_end, self.told_to_stop = bool(asked[0]), any(asked)
        self._check_finite("loss", total.item())
        return total

    def _pass(self, model: nn.Module, micro: MicroBatch, number: int, learned: int) -> Tensor:
        self._seed(number)
        self.batches.before(self.accelerator.unwrap_model(model), micro)
        inputs = to_device(micro, self.args.device)
        with self.autocast_smart_context_manager():
            loss = model(**inputs, num_items_in_batch=learned).loss
        # The loss is divided by the tokens of all processes, which sum their gradients; those of
        # a spread model average them.
        scale = self.accelerator.num_processes if self.is_fsdp_enabled else 1
        if loss.requires_grad:  # there is nothing to learn from words alone if the decoder is frozen
            self.accelerator.backward(loss * scale)
        return loss.detach()

    def _seed(self, number: int) -> None:
        place = f"{self.plan.seed}/{self.state.global_step}/{self.accelerator.process_index}/{number}"
        digest = hashlib.sha256(place.encode()).digest()
        torch.manual_seed(int.from_bytes(digest[:7], "big"))

    def _balanced(self, micros: list[MicroBatch]) -> list[MicroBatch]:
        """Give every process the same number of passes if each of them needs all processes."""
        if not self.is_fsdp_enabled or self.accelerator.num_processes == 1:
            return micros
        counts = self.accelerator.gather(torch.tensor([len(micros)], device=self.args.device))
        return [_silenced(micros[-1])] * (int(cast("Tensor", counts).max()) - len(micros)) + micros

    def _summed(self, values: Tensor) -> Tensor:
        """Add up over processes."""
        if self.accelerator.num_processes == 1:
            return values
        return cast("Tensor", self.accelerator.reduce(values.to(self.args.device), "sum"))

    def autocast_smart_context_manager(self, cache_enabled: bool | None = True) -> Any:
        """Compute in bfloat16 if the plan says so; accelerate would do it for generated answers too."""
        return torch.autocast(self.args.device.type, torch.bfloat16, enabled=self.plan.bf16)

    def _get_grad_norm(self, model: nn.Module, grad_norm: Tensor | float | None = None) -> Any:
        # The last that is called before the weights change.
        norm = super()._get_grad_norm(model, grad_norm)
        self._check_finite("norm of the gradient", float(cast("float", norm)))
        return norm

    def _check_finite(self, what: str, value: float) -> None:
        if not math.isfinite(value):
            raise DivergedError(
                f"The {what} of step {self.state.global_step + 1} is {value}. No weight was changed by this "
                "step, and the last checkpoint is intact. Lower the learning rate, warm up longer, or look "
                "for an extreme value in the data; then begin in another folder."
            )

    # What changes the weights

    def weights(self) -> dict[str, nn.Parameter]:
        """Return what learns, by name."""
        parameters = dict(self.accelerator.unwrap_model(self.model).named_parameters())
        return {name: parameters[name] for name in self.run.names}

    @property
    def average(self) -> Average:
        """The average of the weights, which begins with the weights as they are."""
        if self._average is None:
            self._average = Average(self.weights(), self.plan.averaging)
        return self._average

    def create_optimizer(self, model: nn.Module | None = None) -> Optimizer:
        """Make the optimizer of the plan."""
        if self.optimizer is None:
            self.optimizer = made_optimizer(self.plan, self.weights())
        return self.optimizer

    def create_scheduler(self, num_training_steps: int, optimizer: Optimizer | None = None) -> Any:
        """Make the schedule of the plan."""
        if self.lr_scheduler is None:
            self.lr_scheduler = LambdaLR(
                cast("Optimizer", optimizer or self.optimizer), self.plan.share_of_rate
            )
            self._created_lr_scheduler = True
        return self.lr_scheduler

    def thaw(self) -> None:
        """Let those parts learn whose time has come."""
        for name, weight in self.weights().items():
            weight.requires_grad_(self.state.global_step >= self.plan.starts.get(part_of(name), 0))

    # Validation and checkpoints

    def evaluate(self, *args: Any, **kwargs: Any) -> dict[str, float]:
        """Measure with the weights that would be kept, log it, and note the best."""
        if self.run.validate is None:
            return {}
        cast("nn.Module", self.model).eval()
        with self.average.in_place():
            measured = {name: float(value) for name, value in self.run.validate().items()}
            value, best = measured.get(self.plan.metric), self.state.best_metric
            if value is not None and (best is None or value > best):
                self.state.best_metric, self.state.best_global_step = value, self.state.global_step
                if self.plan.best:
                    self.save_weights(self.best_weights())
        self.log({f"eval_{name}": value for name, value in measured.items()})
        self.control = self.callback_handler.on_evaluate(self.args, self.state, self.control, measured)
        return measured

    def best_weights(self) -> Path:
        """Return where the weights of the best validation are."""
        return self.run.folder.best / f"step-{self.state.best_global_step or 0:08d}.safetensors"

    def save_weights(self, path: Path) -> None:
        """Write what learns, as it is in the model now."""
        tensors = self._learned()
        if self.is_world_process_zero():
            replace_tensors(path, tensors, {"step": self.state.global_step})
        self.accelerator.wait_for_everyone()

    def load_weights(self, tensors: Mapping[str, Tensor]) -> None:
        """Put weights from `save_weights` into the model."""
        here = {**self.weights(), **self._buffers()}
        for name, tensor in tensors.items():
            fill(here[name].data, tensor)

    def _buffers(self) -> dict[str, Tensor]:
        parts = {part_of(name) for name in self.run.names}
        return buffers(self.accelerator.unwrap_model(self.model), parts)

    def _learned(self) -> dict[str, Tensor]:
        return {name: whole(tensor) for name, tensor in {**self.weights(), **self._buffers()}.items()}

    def _save_checkpoint(self, model: nn.Module, trial: Any) -> None:
        optimizer = cast("Optimizer", self.optimizer)
        tensors = {
            "weights": self._learned(),
            "average": {name: whole(value) for name, value in self.average.values.items()},
            "optimizer": optimizer_tensors(optimizer, self.weights()),
        }
        if self.is_world_process_zero():
            schedule = cast("LambdaLR", self.lr_scheduler).state_dict()
            finished = self.finished or self.state.global_step >= self.plan.steps
            about = {
                "plan": self.plan.to_dict(),
                "frozen": dict(self.run.frozen),
                "schedule": schedule,
                "finished": finished,
                "taken": self.batches.taken,
            }
            # Its epoch is counted from where the process began.
            share = {"epoch": self.state.global_step / self.plan.steps}
            state = json.dumps(dataclasses.asdict(self.state) | share, indent=1, sort_keys=True)
            texts = {"trainer_state.json": state}
            self.checkpoints.write(self.state.global_step, about, tensors, texts)
            # Only now: the checkpoint before this one may have named another.
            for path in set(self.run.folder.best.glob("*.safetensors")) - {self.best_weights()}:
                path.unlink()
        self.accelerator.wait_for_everyone()

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: nn.Module | None = None) -> None:
        saved = self.checkpoints.read(Path(resume_from_checkpoint))
        self.load_weights(saved.tensors("weights", shapes({**self.weights(), **self._buffers()})))

    def _load_optimizer_and_scheduler(self, checkpoint: str | None) -> None:
        if checkpoint is None:
            return
        saved = self.checkpoints.read(Path(checkpoint))
        for name, tensor in saved.tensors("average", shapes(self.average.values)).items():
            fill(self.average.values[name], tensor)
        optimizer, scheduler = cast("Optimizer", self.optimizer), cast("LambdaLR", self.lr_scheduler)
        self.batches.taken = saved.about["taken"]
        restore_optimizer(optimizer, self.weights(), saved)
        scheduler.load_state_dict(saved.about["schedule"])
        for group, rate in zip(optimizer.param_groups, scheduler.get_last_lr(), strict=True):
            group["lr"] = rate

    def _prepare_for_training(
        self, max_steps: int, train_dataloader: Any, resume_from_checkpoint: Any
    ) -> Any:
        # Only afterwards are the weights where they are trained, perhaps spread over processes.
        prepared = super()._prepare_for_training(max_steps, train_dataloader, resume_from_checkpoint)
        _ = self.average
        return prepared

    def _load_rng_state(self, checkpoint: str | None) -> None:
        """Do nothing: random numbers are set before every pass."""

    def floating_point_ops(self, inputs: Any) -> int:
        """Return 0: transformers' estimate is for one transformer, not for three parts."""
        return 0


class _Steps:
    """Give the passes of each step; without a length, so that transformers goes by steps alone."""

    def __init__(self, trainer: PairTrainer) -> None:
        self.trainer = trainer

    def __iter__(self) -> Iterator[list[MicroBatch]]:
        # Asked when the loop begins: then the trainer knows from where it goes on.
        for step in range(self.trainer.state.global_step, self.trainer.plan.steps):
            yield self.trainer.batches.of(step)


def _silenced(micro: MicroBatch) -> MicroBatch:
    """Return a pass in which nothing is learned."""
    return MicroBatch(
        {**micro.inputs, "labels": torch.full_like(micro.inputs["labels"], IGNORED)}, micro.group
    )
