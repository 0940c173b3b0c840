"""Checkpoints that are there whole or not at all: tensors and JSON, no pickle."""

import contextlib
import hashlib
import json
import os
import shutil
import types
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from chatnt.errors import CheckpointError

ABOUT = "checkpoint.json"
_FORMAT = 1  # of a checkpoint; raise it when it changes

Tensors = Mapping[str, Mapping[str, Tensor]]
"""Tensors by name, by the file (without ending) that holds them."""

Shapes = Mapping[str, tuple[int, ...]]
"""Shapes of tensors by name."""

_NO_TEXTS: Mapping[str, str] = types.MappingProxyType({})


class Checkpoint(NamedTuple):
    """Hold what a checkpoint says, and where its tensors are."""

    folder: Path
    about: dict

    @property
    def step(self) -> int:
        """Optimizer steps that were done."""
        return self.about["step"]

    def tensors(self, name: str, shapes: "Shapes | None" = None) -> dict[str, Tensor]:
        """Read a file, and check that it holds what is expected.

        Parameters
        ----------
        name
            Of the file, without ending.
        shapes
            Of the tensors that must be there; `None` takes what there is.

        Raises
        ------
        CheckpointError
            Names what is missing, foreign, or of another shape.
        """
        path = self.folder / f"{name}.safetensors"
        read = read_tensors(path)
        if shapes is not None:
            check_shapes(str(path), read, shapes)
        return read

    def check_frozen(self, hashes: Mapping[str, str]) -> None:
        """Check that the weights that stay are the ones that stayed when this was written.

        Raises
        ------
        CheckpointError
            Names the parts that are others.
        """
        noted = self.about["frozen"]
        differ = sorted(p for p in noted.keys() | hashes.keys() if noted.get(p) != hashes.get(p))
        if differ:
            shown = "; ".join(
                f"{part}: {_short(noted.get(part))} there, {_short(hashes.get(part))} here" for part in differ
            )
            raise CheckpointError(
                f"{self.folder} was made with other frozen weights ({shown}); load the pair that the run "
                "began with, or choose another folder."
            )


class Checkpoints:
    """Keep the checkpoints of a run in a folder, the newest few.

    One is written beside its place, flushed to the disk, and renamed: whatever kills the
    process, the last complete checkpoint stays.

    Parameters
    ----------
    folder
        Is made when the first is written.
    keep
        How many stay.
    """

    def __init__(self, folder: str | Path, keep: int = 1) -> None:
        self.folder, self.keep = Path(folder), keep

    def write(
        self, step: int, about: Mapping[str, object], tensors: Tensors, texts: Mapping[str, str] = _NO_TEXTS
    ) -> Path:
        """Write the checkpoint of a step, then remove the oldest.

        Parameters
        ----------
        step
            Optimizer steps done.
        about
            What else there is to know, as JSON has it.
        tensors
            Goes into one file for each name.
        texts
            Further files.

        Raises
        ------
        CheckpointError
            If it cannot be written, for example because the disk is full; earlier ones are intact.
        """
        final = self._place(step)
        if final.exists():  # written by this run, just before it was told to stop
            return final
        with _written_beside(final) as beside:
            for name, values in tensors.items():
                write_tensors(beside / f"{name}.safetensors", values, {"step": step})
            for name, text in texts.items():
                _write_text(beside / name, text)
            files = {path.name: _sha256(path) for path in sorted(beside.iterdir())}
            record = {"format": _FORMAT, "step": step, "files": files, **about}
            _write_text(beside / ABOUT, json.dumps(record, indent=1, sort_keys=True) + "\n")
        for old in self.steps()[: -self.keep]:
            shutil.rmtree(self._place(old))
        return final

    def steps(self) -> list[int]:
        """Return the steps of which there is a checkpoint, in order."""
        return sorted(int(path.name.partition("-")[2]) for path in self.folder.glob("step-*"))

    def last(self) -> Checkpoint | None:
        """Return the newest checkpoint, or `None` if there is none.

        Raises
        ------
        CheckpointError
            If a file of it is missing or is not the one that was written.
        """
        steps = self.steps()
        return self.read(self._place(steps[-1])) if steps else None

    def read(self, folder: Path) -> Checkpoint:
        """Read what a checkpoint says, and check that its files are the ones that were written."""
        try:
            about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise CheckpointError(
                f"{folder / ABOUT} cannot be read ({error}); remove {folder} to go on from an earlier "
                "checkpoint, or to begin anew if there is none."
            ) from error
        if about.get("format") != _FORMAT:
            raise CheckpointError(
                f"{folder} has format {about.get('format')}, expected {_FORMAT}; remove it."
            )
        missing = [name for name in about["files"] if not (folder / name).is_file()]
        changed = [
            name for name, h in about["files"].items() if name not in missing and _sha256(folder / name) != h
        ]
        if missing or changed:
            faults = [f"missing: {', '.join(missing)}"] * bool(missing)
            faults += [f"not the file that was written: {', '.join(changed)}"] * bool(changed)
            raise CheckpointError(f"The checkpoint {folder} is damaged; {'; '.join(faults)}. Remove it.")
        return Checkpoint(folder, about)

    def clear_remains(self) -> None:
        """Remove what a process left that was killed while it wrote."""
        for path in self.folder.glob(".step-*"):
            shutil.rmtree(path)

    def _place(self, step: int) -> Path:
        return self.folder / f"step-{step:08d}"


def check_shapes(where: str, found: Mapping[str, Tensor], expected: Shapes) -> None:
    """Check that tensors are those expected.

    Raises
    ------
    CheckpointError
        Names what is missing, foreign, or of another shape.
    """
    both = expected.keys() & found.keys()
    faults = {
        "missing": sorted(expected.keys() - found.keys()),
        "foreign": sorted(found.keys() - expected.keys()),
        "of another shape": sorted(name for name in both if tuple(found[name].shape) != expected[name]),
    }
    if any(faults.values()):
        shown = "; ".join(
            f"{what}: {', '.join(names[:10])}{' and more' * (len(names) > 10)}"
            for what, names in faults.items()
            if names
        )
        raise CheckpointError(f"{where} is not of this model and plan; {shown}.")


def read_tensors(path: Path) -> dict[str, Tensor]:
    """Read a file of tensors.

    Raises
    ------
    CheckpointError
        If it is not there, or is no such file.
    """
    try:
        return load_file(path)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"{path} cannot be read: {error}") from error


def write_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, object]) -> None:
    """Write tensors into a file, and wait until the disk has them.

    The same tensors give the same bytes.

    Raises
    ------
    OSError
        If it cannot be written.
    """
    # One entry: several would stand in the header in any order.
    metadata = {"chatnt": json.dumps(about, sort_keys=True)}
    try:
        save_file({n: t.detach().cpu().contiguous() for n, t in tensors.items()}, path, metadata=metadata)
    except SafetensorError as error:
        raise OSError(str(error)) from error
    _flush(path)


def replace_tensors(path: Path, tensors: Mapping[str, Tensor], about: Mapping[str, object]) -> None:
    """Write tensors into a file that is there whole or not at all.

    Raises
    ------
    CheckpointError
        If it cannot be written; what was there stays.
    """
    beside = path.with_name(f".{path.name}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with _explained(path):
        try:
            write_tensors(beside, tensors, about)
            os.replace(beside, path)
        finally:
            beside.unlink(missing_ok=True)
        _flush(path.parent)


@contextlib.contextmanager
def _written_beside(final: Path) -> Iterator[Path]:
    beside = final.with_name(f".{final.name}")
    with _explained(final):
        try:
            shutil.rmtree(beside, ignore_errors=True)
            beside.mkdir(parents=True)
            yield beside
            _flush(beside)
            os.rename(beside, final)
            _flush(final.parent)
        finally:
            shutil.rmtree(beside, ignore_errors=True)


@contextlib.contextmanager
def _explained(path: Path) -> Iterator[None]:
    try:
        yield
    except CheckpointError:
        raise
    except OSError as error:
        reason = error.strerror or str(error)
        raise CheckpointError(
            f"{path} could not be written: {reason}. Earlier checkpoints are intact; "
            "make room or mend the disk, and start the run again: it goes on from there."
        ) from error


def _write_text(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    _flush(path)


def _flush(path: Path) -> None:
    # A rename may reach the disk before the content does, unless it was flushed; so may folders.
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _short(digest: str | None) -> str:
    return f"SHA-256 {digest[:12]}" if digest else "nothing frozen"
