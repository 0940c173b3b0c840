"""A file that is written in numbered parts, by one process or several, and loses nothing when they die."""

import dataclasses
import errno
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from chatnt.errors import DataError, WritingError
from chatnt.files import replace_bytes, replace_text

_NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_WAIT = 0.2  # seconds between looks for what other processes write


@dataclasses.dataclass
class Progress:
    """Say what is to be written, how many parts are joined, the bytes of each file, and whether all is."""

    plan: Mapping[str, Any]
    joined: int = 0
    sizes: dict[str, int] = dataclasses.field(default_factory=dict)
    finished: bool = False


class Parts:
    """Write parts in any order, and join them in theirs.

    Each part is a file of its own until all before it are there; then it is appended. What is
    appended counts only when it has been noted: a process that dies in between appends
    it again, at the same place.

    Parameters
    ----------
    files
        What is written in each part, by name: the files that parts are joined to.
    plan
        What the parts are made from, of values that JSON holds. Parts of another plan are refused.
    main
        The file that all this is for; what is noted stands beside it. It may be one of `files`, or
        made of them when they are whole.
    rank, world_size
        Which process this is, of how many. The first one joins.
    overwrite
        Begin anew whatever is there; by one process alone.

    Raises
    ------
    DataError
        If there is a file that was not written in this way, or by another plan, and it is not to be
        overwritten; or if several processes are to overwrite.
    WritingError
        Here and later, if there is no room, or the folder cannot be written to. What was written
        before stays whole, and another start goes on from it.
    """

    def __init__(
        self,
        files: Mapping[str, Path],
        plan: Mapping[str, Any],
        *,
        main: Path,
        rank: int = 0,
        world_size: int = 1,
        overwrite: bool = False,
    ) -> None:
        self.files, self.main, self.rank, self.world_size = dict(files), main, rank, world_size
        self.about = self.main.with_name(f"{self.main.name}.run.json")
        self.folder = self.main.with_name(f"{self.main.name}.parts")
        self.plan = json.loads(json.dumps(plan))
        if overwrite and world_size > 1:
            raise DataError(
                f"Several processes cannot overwrite {self.main}; remove it and {self.about} first."
            )
        with _writing(self.main):
            self.progress = self._found(overwrite) or (self._begun() if rank == 0 else self._waited())

    @property
    def finished(self) -> bool:
        """Whether all parts are joined."""
        return self.progress.finished

    def missing(self, number: int) -> bool:
        """Return whether a part is this process's to write."""
        if self.finished or number % self.world_size != self.rank or self._path(number).is_file():
            return False
        # Another process may have joined it meanwhile.
        return number >= (self.progress if self.rank == 0 else self._noted() or self.progress).joined

    def write(self, number: int, contents: Mapping[str, bytes]) -> None:
        """Keep a part, and append it if its turn has come."""
        lengths = json.dumps({name: len(contents[name]) for name in self.files})
        whole = b"".join([lengths.encode(), b"\n", *(contents[name] for name in self.files)])
        with _writing(self.main):
            self.folder.mkdir(parents=True, exist_ok=True)
            replace_bytes(self._path(number), whole)
            if self.rank == 0:
                self._join()

    def finish(self, count: int, close: Callable[[], None] | None = None) -> None:
        """Join all parts; the first process waits for those of the others.

        Parameters
        ----------
        count
            How many parts there are.
        close
            Makes the main file of the joined ones, if it is none of them.
        """
        if self.rank or self.finished:
            return
        with _writing(self.main):
            self._join()
            while self.progress.joined < count:
                time.sleep(_WAIT)
                self._join()
            shutil.rmtree(self.folder, ignore_errors=True)
            if close is not None:
                close()
            self.progress.finished = True
            self._note(self.progress)

    def _found(self, overwrite: bool) -> Progress | None:
        """Return how far this plan is already."""
        found = self._noted()
        if overwrite or (found is None and (self.rank or not self.main.exists())):
            return None
        if found is None:
            raise DataError(f"{self.main} is there already; give another file, or overwrite=True.")
        if found.plan != self.plan:
            differences = _differences(found.plan, self.plan)
            raise DataError(
                f"{self.main} is of another run, which differs in {differences}; give another file, or "
                "overwrite=True."
            )
        if self.rank == 0 and not found.finished:
            self._cut(found)
        return found

    def _begun(self) -> Progress:
        fresh = Progress(self.plan, sizes=dict.fromkeys(self.files, 0))
        self.main.parent.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.folder, ignore_errors=True)
        self._note(fresh)  # before the files: without it they would seem to be somebody else's
        self._cut(fresh)
        return fresh

    def _waited(self) -> Progress:
        """Wait until the first process has begun."""
        while (found := self._noted()) is None:
            time.sleep(_WAIT)
        return found

    def _cut(self, found: Progress) -> None:
        """Take off what was appended and not noted."""
        for name, path in self.files.items():
            if found.sizes[name] > (path.stat().st_size if path.is_file() else 0):
                raise DataError(
                    f"{path} is shorter than it was, so it cannot be gone on with; give another file, or "
                    "overwrite=True."
                )
            with path.open("ab") as file:
                file.truncate(found.sizes[name])

    def _noted(self) -> Progress | None:
        return (
            Progress(**json.loads(self.about.read_text(encoding="utf-8"))) if self.about.is_file() else None
        )

    def _note(self, progress: Progress) -> None:
        replace_text(self.about, json.dumps(dataclasses.asdict(progress), indent=1) + "\n")

    def _join(self) -> None:
        """Append the parts whose turn has come."""
        while (path := self._path(self.progress.joined)).is_file():
            for name, content in _contents(path):
                with self.files[name].open("ab") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                self.progress.sizes[name] += len(content)
            self.progress.joined += 1
            self._note(self.progress)
            path.unlink()

    def _path(self, number: int) -> Path:
        return self.folder / f"{number:012d}"


@contextmanager
def _writing(main: Path) -> Iterator[None]:
    """Tell what stops the writing, and how to go on."""
    try:
        yield
    except OSError as error:
        what = f"{error.strerror or error}" + (f" ({error.filename})" if error.filename else "")
        remedy = "Make room" if error.errno in _NO_ROOM else "Give another file, or make this one writable"
        raise WritingError(
            f"{main} cannot be written: {what}. What was written before is kept. {remedy}; started again "
            "in the same way, and without overwriting, the run goes on."
        ) from error


def _contents(path: Path) -> Iterator[tuple[str, bytes]]:
    head, _, rest = path.read_bytes().partition(b"\n")
    start = 0
    for name, length in json.loads(head).items():
        yield name, rest[start : start + length]
        start += length


def _differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> str:
    return ", ".join(name for name in {**one, **other} if one.get(name) != other.get(name))
