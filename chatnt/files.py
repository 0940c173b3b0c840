"""Files that are there whole or not at all."""

import os
from pathlib import Path


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file, in the place of one that may be there, so that a crash leaves either of them whole."""
    beside = path.with_name(f".{path.name}")
    with open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)


def replace_text(path: Path, text: str) -> None:
    """Write text as `replace_bytes` does."""
    replace_bytes(path, text.encode("utf-8"))
