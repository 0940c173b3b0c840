"""Files that are there whole or not at all, and files that hold something else than they should."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatnt.errors import DataError


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Hand out another file to write, which then takes the place of one that may be there.

    A crash leaves either of them whole. If there is no room, what was written is removed.
    """
    beside = path.with_name(f".{path.name}")
    try:
        yield beside
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    os.replace(beside, path)


def replace_bytes(path: Path, content: bytes) -> None:
    """Write a file, in the place of one that may be there, so that a crash leaves either of them whole."""
    with replacing(path) as beside, open(beside, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def replace_text(path: Path, text: str) -> None:
    """Write text as `replace_bytes` does."""
    replace_bytes(path, text.encode("utf-8"))


@contextmanager
def reading_json(path: str | Path, what: str) -> Iterator[Any]:
    """Hand out what a JSON file holds, and tell what the file is no good for if it cannot be used.

    Parameters
    ----------
    path
        Of the file.
    what
        It should hold.

    Raises
    ------
    DataError
        If it is no JSON, or whoever uses it finds something missing or of another kind.
    """
    try:
        yield json.loads(Path(path).read_text(encoding="utf-8"))
    except DataError:
        raise
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise DataError(f"{path} cannot be read as {what}: {error!r}") from error
