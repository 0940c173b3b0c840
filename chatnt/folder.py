"""A pair as a folder: model, processor, scope, card, and a list of hashes."""

import hashlib
import json
from pathlib import Path

from chatnt.errors import CheckpointError
from chatnt.model import ChatNTModel
from chatnt.model.stored import read_json
from chatnt.processor import ChatNTProcessor
from chatnt.tasks.scope import Scope

MANIFEST, SCOPE, CARD = "manifest.json", "scope.json", "README.md"


def write_pair(
    folder: str | Path, model: ChatNTModel, processor: ChatNTProcessor, scope: Scope | None, card: str
) -> None:
    """Write a pair; the manifest comes last, so a folder without it is incomplete."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / MANIFEST).unlink(missing_ok=True)
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    if scope is not None:
        scope.save(folder / SCOPE)
    if card:
        (folder / CARD).write_text(card)
    write_manifest(folder)


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
