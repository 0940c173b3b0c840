"""A pair as a folder: model, processor, what lies beside them, and a list of hashes."""

import dataclasses
import hashlib
import json
import warnings
from pathlib import Path

from chatnt.calibrations import Calibrations
from chatnt.errors import CheckpointError
from chatnt.model import ChatNTModel
from chatnt.model.bits import in_fewer_bits
from chatnt.model.stored import read_json
from chatnt.processor import ChatNTProcessor
from chatnt.tasks.likeness import Likeness
from chatnt.tasks.scope import Scope

MANIFEST, SCOPE, CARD = "manifest.json", "scope.json", "README.md"
CALIBRATIONS, LIKENESS = "calibrations.json", "likeness.json"


class Card(str):
    """A model card: Markdown that a notebook shows as such."""

    def __repr__(self) -> str:
        return str(self)

    def _repr_markdown_(self) -> str:
        return str(self)


@dataclasses.dataclass(frozen=True)
class Beside:
    """Hold what a pair knows besides its weights and words, each of which it may lack.

    Attributes
    ----------
    scope
        Recognises what a question asks about.
    card
        In Markdown.
    calibrations
        What corrects its probabilities.
    likeness
        What the sequences that it was trained on are like.
    """

    scope: Scope | None = None
    card: str = ""
    calibrations: Calibrations = dataclasses.field(default_factory=Calibrations)
    likeness: Likeness | None = None


def write_pair(
    folder: str | Path, model: ChatNTModel, processor: ChatNTProcessor, beside: Beside | None = None
) -> None:
    """Write a pair; the manifest comes last, so a folder without it is incomplete.

    Raises
    ------
    CheckpointError
        If the pair is in fewer bits than its weights were; nothing is written.
    """
    if in_fewer_bits(model):
        raise CheckpointError(
            "The decoder is in fewer bits, and what was rounded off cannot be saved; keep the pair that it "
            "was loaded from and load that with decoder_bits again. Calibrations can be saved by themselves."
        )
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    beside = beside or Beside()
    if beside.scope is not None:
        beside.scope.save(folder / SCOPE)
    if beside.calibrations:
        beside.calibrations.save(folder / CALIBRATIONS)
    if beside.likeness is not None:
        beside.likeness.save(folder / LIKENESS)
    if beside.card:
        (folder / CARD).write_text(beside.card, encoding="utf-8")
    write_manifest(folder)


def write_decoder(folder: str | Path, model: ChatNTModel, processor: ChatNTProcessor) -> None:
    """Write a pair's decoder and its tokenizer, as transformers writes them."""
    model.decoder.save_pretrained(folder)
    processor.tokenizer.save_pretrained(folder)
    eps = model.config.decoder_final_norm_eps
    if eps is not None:
        warnings.warn(
            f"The last norm of this pair's decoder adds {eps:g} to a variance, which the files of a plain "
            "decoder cannot say: what is loaded from them differs from the pair in the last digits.",
            stacklevel=3,
        )


def read_beside(folder: Path) -> Beside:
    """Read what lies in a pair's folder besides model and processor."""
    scope, card, fitted, likeness = (folder / name for name in (SCOPE, CARD, CALIBRATIONS, LIKENESS))
    return Beside(
        Scope.load(scope) if scope.exists() else None,
        card.read_text(encoding="utf-8") if card.exists() else "",
        Calibrations.load(fitted) if fitted.exists() else Calibrations(),
        Likeness.load(likeness) if likeness.exists() else None,
    )


def write_manifest(folder: Path) -> None:
    """List the files that make the pair, with their hashes; the card may be edited."""
    files = {p.relative_to(folder): p for p in sorted(folder.rglob("*")) if p.is_file()}
    # Hidden files are not ours: a folder may be a git checkout.
    hashes = {
        name.as_posix(): _sha256(path)
        for name, path in files.items()
        if name.name not in (MANIFEST, CARD) and not any(part.startswith(".") for part in name.parts)
    }
    (folder / MANIFEST).write_text(json.dumps(hashes, indent=1) + "\n")


def check_manifest(folder: Path) -> None:
    """Check that all files of a pair are there and are the ones that were written.

    Raises
    ------
    CheckpointError
        Names every file that is missing or was changed.
    """
    hashes = read_json(folder / MANIFEST)
    missing = [name for name in hashes if not (folder / name).is_file()]
    changed = [n for n, h in hashes.items() if n not in missing and _sha256(folder / n) != h]
    if missing or changed:
        faults = [f"missing: {', '.join(missing)}"] * bool(missing)
        faults += [f"not the file that was saved: {', '.join(changed)}"] * bool(changed)
        raise CheckpointError(
            f"The pair in {folder} is damaged; {'; '.join(faults)}. "
            "Copy the whole folder again, or save the pair anew."
        )


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
