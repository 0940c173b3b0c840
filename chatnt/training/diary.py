"""What happens to a run: when it began, wrote a checkpoint, and how it ended."""

import time
from types import TracebackType
from typing import Any

from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

from chatnt.errors import DivergedError
from chatnt.training.callbacks import Sink
from chatnt.training.trainer import PairTrainer


class Diary(TrainerCallback):
    """Note events as they happen; around the training, also how it ends.

    An event has the `step` after which it was, its name as `event`, the `time` in seconds since 1970,
    and, if an error ended the run, what it says as `error`. The names are ``"started"``,
    ``"checkpoint"``, ``"finished"``, ``"stopped"``, ``"diverged"`` (a number was not finite) and
    ``"failed"``.

    Parameters
    ----------
    trainer
        Whose events they are.
    sink
        Who gets them; `None` in all processes but the first.
    """

    def __init__(self, trainer: PairTrainer, sink: Sink | None) -> None:
        self.trainer, self.sink = trainer, sink

    def note(self, event: str, **more: str) -> None:
        """Note an event."""
        if self.sink:
            step = self.trainer.state.global_step
            self.sink.write({"step": step, "event": event, "time": round(time.time(), 3), **more})

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Note that it begins, or goes on."""
        self.note("started")

    def on_save(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **kwargs: Any
    ) -> None:
        """Note a checkpoint."""
        self.note("checkpoint")

    def __enter__(self) -> "Diary":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            done = self.trainer.finished or self.trainer.state.global_step >= self.trainer.plan.steps
            self.note("finished" if done else "stopped")
        else:
            event = "diverged" if issubclass(kind, DivergedError) else "failed"
            self.note(event, error=str(error) or kind.__name__)
        if self.sink:
            self.sink.close()
