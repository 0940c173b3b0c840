"""Where the files of a run are; for those who only look on, without the loop that writes them."""

from pathlib import Path


class RunFiles:
    """Name the files of a run.

    ``run.json`` what it is · ``log.jsonl`` a line per step · ``events.jsonl`` when it began, wrote a
    checkpoint and ended · ``checkpoints/`` · ``best/`` · ``tensorboard/`` · ``weights.safetensors`` what
    was learned, when it is done · ``STOP`` if there is one, the run stops after its step.

    Parameters
    ----------
    folder
        Of the run.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder)
        self.run, self.log = self.path / "run.json", self.path / "log.jsonl"
        self.events, self.stop = self.path / "events.jsonl", self.path / "STOP"
        self.checkpoints, self.best = self.path / "checkpoints", self.path / "best"
        self.tensorboard, self.weights = self.path / "tensorboard", self.path / "weights.safetensors"
