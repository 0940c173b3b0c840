"""Small runs: a pair, a mixture and a plan that are made in code, the same in every process."""

import dataclasses
import hashlib
import json
import os
import random
import signal
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from chatnt.assistant import Assistant
from chatnt.conversation import Question, Turn
from chatnt.outcomes import TrainingLog
from chatnt.tasks import get_task
from chatnt.tasks.dataset import InstructionDataset
from chatnt.tasks.examples import Example
from chatnt.tasks.mixture import Mixture
from chatnt.training import TrainingPlan, checkpoint, train
from tests.tiny import tiny_pair

TASKS = ("h3", "promoter_tata")
PLAN = TrainingPlan(
    steps=8, warmup=2, learning_rate=0.01, checkpoint_every=3, validate_every=4, micro_rows=3, seed=1
)


def changed(plan=PLAN, **settings) -> TrainingPlan:
    return dataclasses.replace(plan, **settings)


def made_pair(*, dropout: float = 0.2, seed: int = 0, decoder: str = "llama", encoder="nucleotide_cnn"):
    return Assistant(*tiny_pair(encoder, decoder, seed=seed, output_scale=0.1, dropout=dropout))


def made_examples(task: str, number: int, seed: int = 0, low: int = 12, high: int = 60):
    rng = random.Random(f"{task}/{seed}")
    labels = get_task(task).labels
    lengths = [rng.randint(low, high) for _ in range(number)]
    return [
        Example("".join(rng.choices("ACGT", k=length)), labels[i % len(labels)])
        for i, length in enumerate(lengths)
    ]


def made_mixture(*, batch_size: int = 5, tasks=TASKS, number: int = 14, kinds=("single",)) -> Mixture:
    source = {name: {"train": made_examples(name, number), "test": []} for name in tasks}
    return Mixture(tasks, source=source, batch_size=batch_size, kinds=kinds)


def made_validation(number: int = 4):
    return {name: InstructionDataset(name, source=made_examples(name, number, seed=9)) for name in TASKS}


def trained(folder, plan=PLAN, *, pair=None, mixture=None, validation=None, transform=None) -> TrainingLog:
    torch.set_num_threads(1)
    return train(
        pair or made_pair(),
        mixture or made_mixture(),
        plan,
        folder=folder,
        validation=made_validation() if validation is None else validation,
        transform=transform,
        progress=False,
    )


def losses_so_far(folder) -> list[float]:
    """Read the log of a run that goes on; its last line may be half written."""
    lines = (Path(folder) / "log.jsonl").read_text().splitlines(keepends=True)
    records = [json.loads(line) for line in lines if line.endswith("\n")]
    return [record["loss"] for record in records if "loss" in record]


def without_times(log: TrainingLog) -> list[dict]:
    return [{name: v for name, v in record.items() if name != "seconds"} for record in log.records]


def weights_of(pair) -> dict[str, torch.Tensor]:
    return {name: tensor.clone() for name, tensor in pair.model.state_dict().items()}


class Watched:
    """A mixture that calls a function before each batch."""

    def __init__(self, mixture, before) -> None:
        self.mixture, self.before_batch = mixture, before
        self.datasets, self.batch_size = mixture.datasets, mixture.batch_size
        self.seed, self.shares = mixture.seed, mixture.shares

    def batch(self, step: int):
        self.before_batch(step)
        return self.mixture.batch(step)


def train_slowly(folder: str) -> None:
    """For a process that is killed from outside: it takes its time over every step."""
    import time

    trained(folder, mixture=Watched(made_mixture(), lambda step: time.sleep(0.05)))


def train_and_die_writing(folder: str, file: str) -> None:
    """Die in the middle of writing a file of the second checkpoint."""
    write = checkpoint.write_tensors

    def dying(path, tensors, about):
        if path.parent.name == ".step-00000006" and path.name == file:
            path.write_bytes(b"half of it")
            os.kill(os.getpid(), signal.SIGKILL)
        write(path, tensors, about)

    checkpoint.write_tensors = dying
    trained(folder)


def train_and_die_removing(folder: str) -> None:
    """Die while the first checkpoint is removed, after the second was written."""

    def dying(place, *args, **kwargs):
        if Path(place).name == "step-00000003":
            (Path(place) / "weights.safetensors").unlink()
            os.kill(os.getpid(), signal.SIGKILL)
        remove(place, *args, **kwargs)

    remove = checkpoint.shutil.rmtree
    checkpoint.shutil.rmtree = dying
    trained(folder)


class Said:
    """A row without a sequence."""

    def __init__(self, question: str, answer: str) -> None:
        self.turns = (Turn(Question(question), answer),)


def tamper(folder: Path, file: str, change: str) -> None:
    """Change a file of a checkpoint, and note the hash of what it is now."""
    path = folder / f"{file}.safetensors"
    tensors = load_file(path)
    if change == "missing":
        del tensors[min(tensors)]
    else:
        tensors["other"] = torch.zeros(1)
    save_file(tensors, path)
    about = json.loads((folder / checkpoint.ABOUT).read_text())
    about["files"][path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
    (folder / checkpoint.ABOUT).write_text(json.dumps(about))
