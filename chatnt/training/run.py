"""Train a pair: one call, which can be repeated until it is done."""

import dataclasses
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import torch
from transformers import PrinterCallback, TrainingArguments

from chatnt.errors import TrainingError
from chatnt.model import ChatNTModel
from chatnt.outcomes import TrainingLog
from chatnt.processor import ChatNTProcessor
from chatnt.training.batches import Batches, Source, Transform
from chatnt.training.callbacks import Bar, Board, JsonLines, Recorder, Rhythm, Sink, Stopper
from chatnt.training.checkpoint import read_tensors, replace_tensors
from chatnt.training.diary import Diary
from chatnt.training.frozen import frozen_hashes, prepared
from chatnt.training.plan import TrainingPlan
from chatnt.training.run_folder import RunFolder, fingerprint
from chatnt.training.sharding import Holder, divisible
from chatnt.training.state import fill
from chatnt.training.trainer import PairTrainer, Run, Validate
from chatnt.training.validation import Validation, Writer, through_answers


class Answering(Writer, Holder, Protocol):
    """Writes answers with a model, as `chatnt.engine.Engine` does."""


class Pair(Protocol):
    """What is trained, such as the `Assistant` that `chatnt.load` and `chatnt.pair` return."""

    @property
    def model(self) -> ChatNTModel:
        """The three parts."""
        ...

    @property
    def processor(self) -> ChatNTProcessor:
        """What makes their tensors."""
        ...

    @property
    def engine(self) -> Answering:
        """What writes their answers."""
        ...


def train(  # noqa: PLR0913 - what is trained, on what, how, and what is measured
    pair: Pair,
    mixture: Source,
    plan: TrainingPlan | str = "laptop",
    *,
    folder: str | Path,
    validation: Validation | None = None,
    transform: Transform | None = None,
    progress: bool = True,
) -> TrainingLog:
    """Train a pair, or go on with a training that was interrupted.

    The same call with the same folder goes on from the last checkpoint, and then gives the
    same losses and, on a CPU, the same bytes as a run that nobody interrupted. Started by
    ``accelerate launch`` or ``torchrun``, the processes share the rows of every step.

    Parameters
    ----------
    pair
        An `Assistant`; its weights are changed in place, on the GPU if there is one.
    mixture
        A `Mixture`, or anything that gives rows by step, see `chatnt.training.batches.Source`.
    plan
        How to train, or the name of a plan.
    folder
        Holds checkpoints, log and configuration, see `chatnt.training.run_folder.RunFolder`.
    validation
        Rows of each task to ask while training, for example `InstructionDataset` of examples
        that are not trained on; or a function that returns numbers by name.
    transform
        Changes each row before it is read, such as its sequences: called with the row and a
        generator of random numbers (`random.Random`) that seed, step and row decide.
    progress
        Whether to show a progress bar.

    Returns
    -------
    TrainingLog
        Losses and validations of the whole run, also of its parts before an interruption.

    Raises
    ------
    TrainingError
        If plan and pair do not fit, or the folder holds another run.
    CheckpointError
        If a checkpoint cannot be written or read, or is of other weights.
    DataError
        If a row cannot be trained on.
    DivergedError
        If a loss or a gradient is not a finite number.
    MissingExtraError
        If the plan needs a package that is not installed.

    Examples
    --------
    >>> import chatnt  # doctest: +SKIP
    >>> mixture = chatnt.Mixture(["promoter_tata", "h3"], source="simulated")  # doctest: +SKIP
    >>> chatnt.train(chatnt.load(), mixture, folder="run")  # doctest: +SKIP
    """
    plan = TrainingPlan.named(plan) if isinstance(plan, str) else plan
    home = RunFolder(folder)
    with prepared(pair.model, plan) as weights, _configuration_kept(pair.model):
        with divisible(pair.engine) as model:
            run = Run(
                model=model,
                names=tuple(weights),
                plan=plan,
                folder=home,
                batches=lambda rank, world: Batches(mixture, pair.processor, plan, transform, rank, world),
                frozen=frozen_hashes(pair.model),
            )
            trainer = PairTrainer(run, arguments(plan, home))
            run.validate = _measuring(pair, validation, trainer)
            about = {
                "data": fingerprint(mixture),
                "model": _description(pair.model),
                "frozen": dict(run.frozen),
            }
            saved = trainer.checkpoints.last()
            if saved:
                saved.check_frozen(run.frozen)
            with trainer.accelerator.main_process_first():
                noted = home.begin(plan, about)
            _carry_out(trainer, progress)
        _keep(trainer, pair.model)
    pair.model.eval()
    return TrainingLog(tuple(home.records()), noted)


def arguments(plan: TrainingPlan, folder: RunFolder) -> TrainingArguments:
    """Return what transformers wants to know; what is not said here is ours to do."""
    made = TrainingArguments(
        output_dir=str(folder.path),
        max_steps=plan.steps,
        max_grad_norm=plan.clip,
        seed=plan.seed,
        logging_nan_inf_filter=False,  # a loss that is no number ends the run
        eval_strategy="no",  # `Rhythm` says what is due
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        remove_unused_columns=False,
        ignore_data_skip=True,
        ddp_find_unused_parameters=False,  # gradients are summed when all passes are done
        # Unless it is told so, accelerate lets processes without a GPU train each for itself.
        use_cpu=not torch.accelerator.is_available(),
    )
    if made.n_gpu > 1:
        # One process trains on one GPU; `accelerate launch` starts one for each.
        made._n_gpu = 1
    return made


def _carry_out(trainer: PairTrainer, progress: bool) -> None:
    home, plan = trainer.run.folder, trainer.plan
    first = trainer.is_world_process_zero()
    saved = trainer.checkpoints.last()
    if saved and saved.about["finished"]:
        return
    done = saved.step if saved else 0
    sinks: list[Sink] = []
    if first:
        trainer.checkpoints.clear_remains()
        home.forget_after(done)
        home.stop.unlink(missing_ok=True)  # starting again is a wish to go on
        sinks.append(JsonLines(home.log))
        if plan.tensorboard:
            sinks.append(Board(home.tensorboard, done))
        if progress:
            sinks.append(Bar(home.path.name, plan.steps, done))
    trainer.accelerator.wait_for_everyone()
    recorder = Recorder(trainer, sinks)
    trainer.remove_callback(PrinterCallback)
    trainer.add_callback(Rhythm(trainer))
    trainer.add_callback(recorder)
    diary = Diary(trainer, JsonLines(home.events) if first else None)
    trainer.add_callback(diary)
    try:
        with Stopper(trainer), diary:
            trainer.train(resume_from_checkpoint=str(saved.folder) if saved else None)
    finally:
        recorder.close()


def _keep(trainer: PairTrainer, model: ChatNTModel) -> None:
    """Put the weights that the plan keeps into the model, and into a file."""
    saved = trainer.checkpoints.last()
    if saved is None:
        raise TrainingError("The training ended without a checkpoint.")
    kept = saved.tensors("weights") | saved.tensors("average")
    best = json.loads((saved.folder / "trainer_state.json").read_text(encoding="utf-8"))["best_global_step"]
    if trainer.plan.best and best is not None:
        kept = read_tensors(trainer.run.folder.best / f"step-{best:08d}.safetensors")
    here = {**dict(model.named_parameters()), **dict(model.named_buffers())}
    for name, tensor in kept.items():
        fill(here[name].data, tensor)
    if trainer.is_world_process_zero():
        about = {"step": best if trainer.plan.best and best is not None else saved.step}
        replace_tensors(trainer.run.folder.weights, kept, about)
    trainer.accelerator.wait_for_everyone()


def _measuring(pair: Pair, validation: Validation | None, trainer: PairTrainer) -> Validate | None:
    if validation is None or callable(validation):
        return validation
    accelerator = trainer.accelerator
    # Spread over processes, a model writes only what all of them write.
    alone = trainer.is_fsdp_enabled
    rank, world = (0, 1) if alone else (accelerator.process_index, accelerator.num_processes)
    return lambda: through_answers(pair.engine, validation, rank, world)


@contextmanager
def _configuration_kept(model: ChatNTModel) -> Iterator[None]:
    """Undo that transformers notes in the configuration that no cache is used in training."""
    before = model.config.__dict__.get("use_cache", dataclasses.MISSING)
    try:
        yield
    finally:
        if before is dataclasses.MISSING:
            model.config.__dict__.pop("use_cache", None)
        else:
            model.config.use_cache = before


def _description(model: ChatNTModel) -> dict[str, Any]:
    return json.loads(json.dumps(model.config.to_diff_dict(), default=str, sort_keys=True))
