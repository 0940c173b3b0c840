"""What happens beside the steps: schedule, stopping, log, progress bar, TensorBoard."""

import json
import signal
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any, Protocol

from tqdm.auto import tqdm
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from chatnt.errors import CheckpointError, MissingExtraError
from chatnt.training.trainer import PairTrainer

MEASURED = "eval_"
"""Stands before the names of what was measured, in the logs of transformers."""


class Rhythm(TrainerCallback):
    """Say what is due, as the plan wants it: thawing, averaging, validation, checkpoints, the end.

    Parameters
    ----------
    trainer
        Whose plan it is.
    """

    def __init__(self, trainer: PairTrainer) -> None:
        self.trainer = trainer

    def on_step_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Let those parts learn whose time has come."""
        if self.trainer.plan.starts:
            self.trainer.thaw()

    def on_optimizer_step(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Take the new weights into the average."""
        self.trainer.average.update(state.global_step)

    def on_step_end(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Say what is due after a step."""
        plan, step = self.trainer.plan, state.global_step
        last = step >= plan.steps
        control.should_log = True
        control.should_evaluate = last or (plan.validate_every > 0 and step % plan.validate_every == 0)
        control.should_save = last or step % plan.checkpoint_every == 0
        if self.trainer.told_to_stop and not last:
            control.should_save = control.should_training_stop = True

    def on_evaluate(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Stop after as many validations without a better one as the plan allows."""
        plan = self.trainer.plan
        if plan.patience is not None and plan.validate_every and state.best_global_step is not None:
            without = (state.global_step - state.best_global_step) / plan.validate_every
            if without >= plan.patience:
                self.trainer.finished = control.should_training_stop = control.should_save = True


class Sink(Protocol):
    """Takes the records of a run, one for each step and one for each validation."""

    def write(self, record: Mapping[str, Any]) -> None:
        """Take a record."""
        ...

    def close(self) -> None:
        """Finish."""
        ...


class Recorder(TrainerCallback):
    """Make records of what transformers logs, and hand them to sinks; in the first process only.

    A record has the `step`, counted from 1, and either `loss` (mean over the predicted tokens,
    natural log), `learning_rate`, `gradient_norm` (before clipping), `rows`, `tokens` (of
    English, slots included) and `seconds`; or `validation`, by name.

    Parameters
    ----------
    trainer
        Whose records they are.
    sinks
        Who gets them.
    """

    def __init__(self, trainer: PairTrainer, sinks: list[Sink]) -> None:
        self.trainer, self.sinks = trainer, sinks
        self._since = time.perf_counter()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: dict[str, float] | None = None,
        **kwargs: Any,
    ) -> None:
        """Make a record, unless it is the summary at the end."""
        del state.log_history[:]  # it would grow with every step
        record = self._record(state.global_step, logs or {})
        if record and state.is_world_process_zero:
            for sink in self.sinks:
                sink.write(record)

    def _record(self, step: int, logs: Mapping[str, float]) -> dict[str, Any]:
        measured = {n.removeprefix(MEASURED): v for n, v in logs.items() if n.startswith(MEASURED)}
        now = time.perf_counter()
        seconds, self._since = round(now - self._since, 4), now
        if measured:
            return {"step": step, "validation": measured, "seconds": seconds}
        if "loss" not in logs:
            return {}
        rates = {"learning_rate": logs["learning_rate"], "gradient_norm": float(logs["grad_norm"])}
        return {"step": step, "loss": logs["loss"], **rates, **self.trainer.facts, "seconds": seconds}

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Start the clock."""
        self._since = time.perf_counter()

    def close(self) -> None:
        """Close the sinks."""
        for sink in self.sinks:
            sink.close()


class JsonLines:
    """Add records to a file, one line each, at once."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = open(path, "a", encoding="utf-8")  # noqa: SIM115 - closed by close()

    def write(self, record: Mapping[str, Any]) -> None:
        """Add a line."""
        try:
            self._file.write(json.dumps(record) + "\n")
            self._file.flush()
        except OSError as error:
            raise CheckpointError(f"{self.path} cannot be written: {error.strerror}.") from error

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Bar:
    """Show steps, loss and validation as a progress bar, in a notebook or a terminal."""

    def __init__(self, name: str, total: int, done: int) -> None:
        self._bar = tqdm(total=total, initial=done, desc=name, unit="step", mininterval=1)
        self._shown: dict[str, str] = {}

    def write(self, record: Mapping[str, Any]) -> None:
        """Move the bar on."""
        numbers = record.get("validation") or {"loss": record["loss"]}
        shown = {"mean": numbers["mean"]} if "mean" in numbers else numbers
        self._shown |= {name: f"{value:.3f}" for name, value in shown.items()}
        self._bar.set_postfix(self._shown, refresh=False)
        if "loss" in record:
            self._bar.update()

    def close(self) -> None:
        """Leave the bar as it is."""
        self._bar.close()


class Board:
    """Write numbers for TensorBoard.

    Raises
    ------
    MissingExtraError
        If tensorboard is not installed.
    """

    def __init__(self, folder: Path, done: int) -> None:
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ImportError as error:
            raise MissingExtraError(
                "The plan wants a log for TensorBoard: pip install 'chatnt[tensorboard]'."
            ) from error
        # What a killed run wrote after its checkpoint is hidden.
        self._writer = SummaryWriter(str(folder), purge_step=done + 1)

    def write(self, record: Mapping[str, Any]) -> None:
        """Write each number of a record."""
        group = "validation" if "validation" in record else "training"
        for name, value in record.get("validation", record).items():
            if name != "step":
                self._writer.add_scalar(f"{group}/{name}", value, record["step"])

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()


class Stopper:
    """Have a checkpoint written when the system asks the process to end (SIGTERM).

    So do cluster schedulers before they take a machine away. Only in the main thread, where
    Python delivers signals.
    """

    def __init__(self, trainer: PairTrainer) -> None:
        self.trainer = trainer
        self._before: Any = None

    def __enter__(self) -> "Stopper":
        if threading.current_thread() is threading.main_thread():
            self._before = signal.signal(signal.SIGTERM, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._before is not None:
            signal.signal(signal.SIGTERM, self._before)
            if self.trainer.told_to_end:
                signal.raise_signal(signal.SIGTERM)

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.trainer.asked_to_end = True
