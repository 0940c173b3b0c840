"""The calibrations that a pair keeps: for each task one for probabilities, one for sets or intervals."""

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from chatnt.errors import DataError
from chatnt.files import reading_json

if TYPE_CHECKING:
    from chatnt.calibration import Calibration

_FORMAT = 1  # of the JSON; raise it when it changes

Key = tuple[str, str]
"""A task, and what a calibration of it gives: ``"probabilities"``, ``"sets"`` or ``"intervals"``."""


class Calibrations:
    """Hold calibrations by task, and by what they give.

    What was loaded is made ready when it is asked for, since it needs tables, which take a while
    to import.

    Parameters
    ----------
    found
        Of two for the same task that give the same, the later one stays.
    """

    def __init__(self, found: "Iterable[Calibration]" = ()) -> None:
        self._ready: dict[Key, Calibration] = {}
        self._stored: dict[Key, Any] = {}
        for each in found:
            self._ready[each.task, _gives(each)] = each

    def of(self, task: str) -> "dict[str, Calibration]":
        """Return the calibrations of a task by what they give."""
        return {key[1]: self._get(key) for key in self._keys() if key[0] == task}

    def added(self, calibration: "Calibration") -> "Calibrations":
        """Return these and another, which takes the place of one that gives the same."""
        return Calibrations([*self, calibration])

    def __iter__(self) -> "Iterator[Calibration]":
        return map(self._get, self._keys())

    def __len__(self) -> int:
        return len(self._keys())

    def __repr__(self) -> str:
        tasks = {task for task, _ in self._keys()}
        return f"Calibrations({len(self)} of {len(tasks)} task{'s' * (len(tasks) != 1)})"

    def save(self, path: str | Path) -> None:
        """Write all as JSON, one to a line."""
        rows = [{"task": each.task, "gives": _gives(each), "calibration": each.to_json()} for each in self]
        lines = ",\n".join(json.dumps(row, allow_nan=False) for row in rows)
        text = f'{{"format": {_FORMAT}, "calibrations": [\n{lines}\n]}}\n'
        Path(path).write_text(text, encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Calibrations":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        """
        loaded = cls()
        with reading_json(path, "calibrations") as data:
            if not isinstance(data, Mapping) or data.get("format") != _FORMAT:
                raise DataError(
                    f"{path} holds no calibrations of format {_FORMAT}; fit them again: Assistant.calibrate."
                )
            rows = data["calibrations"]
            loaded._stored = {(row["task"], row["gives"]): row["calibration"] for row in rows}
        return loaded

    def _keys(self) -> list[Key]:
        return list(dict.fromkeys([*self._stored, *self._ready]))

    def _get(self, key: Key) -> "Calibration":
        if key not in self._ready:
            from chatnt.calibration import Calibration

            self._ready[key] = Calibration.from_json(self._stored[key])
        return self._ready[key]


def _gives(calibration: "Calibration") -> str:
    from chatnt.calibration_methods import METHODS

    return METHODS[calibration.method].gives
