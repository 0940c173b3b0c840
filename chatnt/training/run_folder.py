"""The folder of a run: what was trained on what with which versions, and the log."""

import hashlib
import importlib.metadata
import itertools
import json
import platform
from collections.abc import Iterable, Mapping
from typing import Any

from chatnt.errors import TrainingError
from chatnt.files import replace_text
from chatnt.tasks.examples import Examples
from chatnt.training.batches import Source
from chatnt.training.plan import TrainingPlan
from chatnt.training.run_files import RunFiles

PACKAGES = ("chatnt", "torch", "transformers", "accelerate", "peft", "safetensors", "tokenizers", "numpy")
"""Packages whose versions a run notes."""

DRAWN = "how they are drawn"
"""Under which a mixture's batch size, weights, kinds and seed are noted beside its data."""


class RunFolder(RunFiles):
    """Hold the files of a run; the folder is made if it is not there."""

    def begin(self, plan: TrainingPlan, about: Mapping[str, Any]) -> dict:
        """Note what the run is, or check that it is the one that was noted.

        Parameters
        ----------
        plan
            Of the run.
        about
            What else decides the result: ``"data"`` and ``"model"``, as JSON has them.

        Returns
        -------
        dict
            What ``run.json`` says.

        Raises
        ------
        TrainingError
            If the folder holds a run of another plan, other data or another model.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        about = json.loads(json.dumps(about))
        record = {"plan": plan.to_dict(), **about, "versions": versions()}
        if not self.run.exists():
            replace_text(self.run, json.dumps(record, indent=1) + "\n")
            return record
        noted = json.loads(self.run.read_text(encoding="utf-8"))
        differ = [f"{n}: {a!r} there, {b!r} here" for n, (a, b) in plan.differences(noted["plan"]).items()]
        differ += [f"other {name}" for name in about if about[name] != noted.get(name)]
        if differ:
            raise TrainingError(
                f"{self.path} holds another run ({'; '.join(differ)}); choose another folder, or remove it."
            )
        return noted

    def forget_after(self, step: int) -> None:
        """Take out of the log what a killed run did after its checkpoint, and a line half written."""
        if self.log.exists():
            kept = [json.dumps(r) + "\n" for r in self.records() if r["step"] <= step]
            replace_text(self.log, "".join(kept))

    def records(self) -> list[dict]:
        """Return the log; a line that is not whole is left out."""
        if not self.log.exists():
            return []
        lines = self.log.read_text(encoding="utf-8").splitlines()
        return [record for record in map(_parsed, lines) if record is not None]


def versions() -> dict[str, str]:
    """Return the versions of Python and of the packages that decide a run."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def fingerprint(source: Source) -> dict[str, str]:
    """Return hashes of the data that a source draws from.

    Those of each task's sequences and labels for a mixture, and of how they are drawn; for another
    source that of its first batch, unless it has its own `fingerprint()`.
    """
    if hasattr(source, "fingerprint"):
        return dict(source.fingerprint())  # type: ignore[attr-defined]
    if hasattr(source, "datasets"):
        datasets: Mapping[str, Any] = source.datasets  # type: ignore[attr-defined]
        return {name: _hash_of(d.examples) for name, d in datasets.items()} | {DRAWN: _draw(source, datasets)}
    if hasattr(source, "micro_batches"):
        return {}
    return {"first batch": _sha256(repr(row.turns).encode() for row in source.batch(0))}


def _draw(source: Any, datasets: Mapping[str, Any]) -> str:
    """Return a hash of what decides which rows of the data a step has."""
    drawn = [(name, d.seed, d.split, sorted(d.shares.items())) for name, d in datasets.items()]
    # Weights may be a function; what they give at first tells most of them apart.
    shares = [source.shares(step) for step in range(8)] if hasattr(source, "shares") else []
    return _sha256([repr((drawn, shares, source.batch_size, getattr(source, "seed", None))).encode()])


def _hash_of(examples: Any) -> str:
    if isinstance(examples, Examples):
        letters = (sequence + b"\n" for sequence in examples.sequences())
        return _sha256(itertools.chain(letters, [examples.numbers.tobytes()]))
    return _sha256(f"{e.sequence} {e.label}\n".encode() for e in examples)


def _sha256(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()


def _parsed(line: str) -> dict | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and "step" in record else None
