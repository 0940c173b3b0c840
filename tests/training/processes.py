"""What one of several processes does: train on its part, and note what it saw, wrote and ended with.

Run by ``torchrun -m tests.training.processes FOLDER NOTES [DIE_AT]``, or started by a test.
"""

import hashlib
import json
import os
import signal
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch.distributed.tensor import DTensor

from chatnt.assistant import Assistant
from chatnt.training import checkpoint
from tests.tiny import tiny_pair
from tests.training import runs

PLAN = runs.changed(
    steps=5, checkpoint_every=2, validate_every=3, micro_rows=2, learning_rate=0.003, keep=2, warmup=1
)
"""Five rows a step: of two processes one has three rows in two passes, the other two in one."""


def made_pair() -> Assistant:
    """Without dropout, of which every process draws its own."""
    return Assistant(*tiny_pair(seed=0))


STOP_AT = 2
"""The step, from 0, in which the second process asks for a stop, if it shall."""


class Noted:
    """A mixture that notes which rows were asked for, and may end its process, or ask the run to stop."""

    def __init__(self, mixture, die_at: int | None = None, stop: Path | None = None) -> None:
        self.mixture, self.die_at, self.stop, self.seen = mixture, die_at, stop, {}
        self.datasets, self.batch_size = mixture.datasets, mixture.batch_size

    def shard(self, rank: int, world: int) -> "Noted":
        self.mixture = self.mixture.shard(rank, world)
        return self

    def batch(self, step: int):
        if step == self.die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if step == STOP_AT and self.stop:
            self.stop.touch()
        rows = self.mixture.batch(step)
        self.seen[step] = [str(row.turns[0].question.sequences[0]) for row in rows]
        return rows


def watch_writing(folder: str) -> list[str]:
    """Return a list that will hold what this process writes below a folder."""
    written: list[str] = []

    def note(event, arguments) -> None:
        opened = (
            event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
        )
        if (opened or event in ("os.rename", "os.remove", "os.rmdir")) and folder in str(arguments[0]):
            written.append(f"{event} {arguments[0]}")

    def saving(tensors, path, **settings) -> None:  # Python's own watch does not see it
        written.append(f"save {path}")
        save_file(tensors, path, **settings)

    sys.addaudithook(note)
    checkpoint.save_file = saving
    return written


def work(folder: str, notes: str, die_at: int | None = None, *, stops: bool = False) -> None:
    """Train, then write what this process knows into a file of its own."""
    rank = int(os.environ["RANK"])
    written = watch_writing(folder)
    pair, shares = made_pair(), []
    stop = Path(folder, "STOP") if stops and rank == 1 else None
    mixture = Noted(runs.made_mixture(), die_at, stop)

    def look(*_) -> dict[str, float]:
        shares.append(share_held(pair.model))
        return {"mean": 0.5}

    log = runs.trained(folder, PLAN, pair=pair, mixture=mixture, validation=look)
    weights = pair.model.state_dict()
    digest = hashlib.sha256(b"".join(weights[name].numpy().tobytes() for name in sorted(weights)))
    told = {
        "losses": log.losses,
        "seen": mixture.seen,
        "written": written,
        "weights": digest.hexdigest(),
        "held": shares[-1] if shares else None,
    }
    Path(notes, f"{rank}.json").write_text(json.dumps(told))
    torch.distributed.destroy_process_group()


def share_held(model) -> dict[str, float]:
    """Return which share of the numbers of each part this process holds."""
    shares = {}
    for part in ("encoder", "resampler", "decoder"):
        weights = list(getattr(model, part).parameters())
        here = sum((w.to_local() if isinstance(w, DTensor) else w).numel() for w in weights)
        shares[part] = here / sum(weight.numel() for weight in weights)
    return shares


def one_of(
    rank: int, world: int, port: int, folder: str, notes: str, *, divided: bool = False, stops: bool = False
) -> None:
    """Be what ``torchrun`` starts."""
    os.environ |= {
        "RANK": str(rank), "LOCAL_RANK": str(rank), "WORLD_SIZE": str(world), "LOCAL_WORLD_SIZE": str(world),
        "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port),
    }  # fmt: skip
    if divided:
        divide_on_cpu()
    work(folder, notes, stops=stops)


def divide_on_cpu() -> None:
    """Let accelerate divide a model among processes on CPUs.

    It does so on accelerators only, and elsewhere it ignores the wish without a word; PyTorch
    does it anywhere. So it is told that the processes have accelerators.
    """
    from accelerate.state import PartialState
    from accelerate.utils import DistributedType

    os.environ |= {
        "ACCELERATE_USE_FSDP": "true", "FSDP_VERSION": "2", "FSDP_AUTO_WRAP_POLICY": "TRANSFORMER_BASED_WRAP",
    }  # fmt: skip
    made = PartialState.__init__

    def told(self, *arguments, **settings) -> None:
        made(self, *arguments, **settings)
        self.distributed_type = DistributedType.MULTI_XPU

    PartialState.__init__ = told


if __name__ == "__main__":
    first_time = os.environ["TORCHELASTIC_RESTART_COUNT"] == "0"
    dies = len(sys.argv) > 3 and first_time and os.environ["RANK"] == "0"
    work(sys.argv[1], sys.argv[2], int(sys.argv[3]) if dies else None)
