"""Keep what takes long to compute, so that nothing is computed twice."""

import json
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TypeVar

import pandas as pd
from torch import nn

from chatnt.outcomes import Scores
from chatnt.weights import fingerprint

Found = TypeVar("Found")


class Keeper:
    """Hold a folder with a file for each thing that was computed of some weights.

    Parameters
    ----------
    folder
        Is made if it is not there.
    model
        What the things are computed of: other weights have files of their own. `None` for
        what depends on data alone.
    only
        Names of what may be computed here; what else is not there yet is `None`. Empty: all.
    """

    def __init__(self, folder: Path, model: nn.Module | None, only: Collection[str] = ()) -> None:
        self.folder = folder / ("data" if model is None else fingerprint(model)[:12])
        self.only = frozenset(only)

    def kept(
        self,
        name: str,
        make: Callable[[], Found],
        write: Callable[[Found, Path], Any],
        read: Callable[[Path], Found],
    ) -> Found | None:
        """Return what is kept under a name, or compute and keep it."""
        path = self.folder / name.replace(" ", "_")
        if path.is_file():
            return read(path)
        if self.only and name not in self.only:
            return None
        made = make()
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_name(f".{path.name}")
        write(made, unfinished)
        unfinished.replace(path)
        return made

    def scores(self, name: str, make: Callable[[], Scores]) -> Scores | None:
        """Return the kept scores of a run, or score and keep it."""
        return self.kept(name, make, _write_scores, _read_scores)

    def table(self, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame | None:
        """Return a kept table, or make and keep it."""
        return self.kept(name, make, pd.DataFrame.to_parquet, pd.read_parquet)


def _write_scores(scores: Scores, path: Path) -> None:
    path.write_text(json.dumps(scores.to_json()) + "\n", encoding="utf-8")


def _read_scores(path: Path) -> Scores:
    return Scores.from_json(json.loads(path.read_text(encoding="utf-8")))
