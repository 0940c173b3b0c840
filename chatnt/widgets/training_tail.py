"""A file of JSON lines that another process adds to, read as it grows."""

import json
import os
from pathlib import Path
from typing import Any, BinaryIO

_CHUNK = 8 << 20  # bytes that are read at once
_MEMORY = 256  # bytes by which a file is known again


class Tail:
    """Read the lines of a file as they come.

    A line that is not yet ended is left for the next time. One that is no JSON object with a `step`
    is counted in `unread`. If the file was cut, or another one is in its place, it is read anew.

    Parameters
    ----------
    path
        Of the file, which may not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.unread = 0
        self._inode, self._offset, self._last = 0, 0, b""

    def read(self) -> tuple[list[dict[str, Any]], bool]:
        """Return the new records, and whether those before them are to be forgotten."""
        try:
            file = open(self.path, "rb")  # noqa: SIM115 - the next line closes it
        except FileNotFoundError:
            return [], self._forget()
        with file:
            inode = os.fstat(file.fileno()).st_ino
            forgotten = not self._is_known(file, inode) and self._forget()
            self._inode = inode
            file.seek(self._offset)
            records: list[dict[str, Any]] = []
            while whole := self._whole_lines(file):
                records += self._parsed(whole)
        return records, forgotten

    def _is_known(self, file: BinaryIO, inode: int) -> bool:
        if not self._offset:
            return True
        if inode != self._inode:
            return False
        file.seek(self._offset - len(self._last))
        return file.read(len(self._last)) == self._last

    def _forget(self) -> bool:
        before, self._offset, self._last, self.unread = self._offset, 0, b"", 0
        return before > 0

    def _whole_lines(self, file: BinaryIO) -> list[bytes]:
        chunk = file.read(_CHUNK)
        end = chunk.rfind(b"\n") + 1
        file.seek(self._offset + end)
        self._offset += end
        self._last = chunk[max(0, end - _MEMORY) : end] or self._last
        return chunk[:end].splitlines()

    def _parsed(self, lines: list[bytes]) -> list[dict[str, Any]]:
        parsed = [record for record in map(_parse, lines) if record is not None]
        self.unread += len(lines) - len(parsed)
        return parsed


def _parse(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except ValueError:
        return None
    return record if isinstance(record, dict) and isinstance(record.get("step"), int) else None
