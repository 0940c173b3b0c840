"""Measure a pair through the English answers that it writes."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
from accelerate.utils import gather_object
from sklearn.metrics import matthews_corrcoef

from chatnt.conversation import Turn
from chatnt.errors import AnswerError, TrainingError
from chatnt.tasks.dataset import Row

Validation = Mapping[str, Sequence[Row]] | Callable[[], Mapping[str, float]]
"""Rows to ask, by the name under which they count; or a function that returns what it measured."""


class Writer(Protocol):
    """Writes answers, as `chatnt.engine.Engine` does."""

    def generate(self, conversations: Sequence[Sequence[Turn]]) -> list[str]:
        """Write the answer of each conversation's last turn."""
        ...


def through_answers(
    writer: Writer, rows: Mapping[str, Sequence[Row]], rank: int = 0, world: int = 1
) -> dict[str, float]:
    """Ask the last question of each row, and compare what the answers state with what is true.

    Parameters
    ----------
    writer
        Writes the answers.
    rows
        By name.
    rank, world
        Of this process; each asks its part, and all return the same.

    Returns
    -------
    dict
        For each name the Matthews correlation, the Pearson correlation where the answers are
        numbers, or the share of right answers where they are neither labels nor numbers; and
        their ``"mean"``. An answer that states nothing is wrong, and 0 among numbers.

    Raises
    ------
    TrainingError
        If there is nothing to ask.
    """
    asked = [(name, row) for name, some in rows.items() for row in some]
    if not asked:
        raise TrainingError("There are no rows to validate with; give some, or no validation.")
    mine = asked[rank::world]
    texts = writer.generate([_question(row) for _, row in mine])
    stated = [_stated(row, text) for (_, row), text in zip(mine, texts, strict=True)]
    if world > 1:
        parts = gather_object([(rank, stated)])
        stated = [None] * len(asked)
        for part, values in parts:
            stated[part::world] = values
    found: dict[str, float] = {}
    for name in rows:
        pairs = [(r.truth, s) for (n, r), s in zip(asked, stated, strict=True) if n == name]
        found[name] = _agreement(*map(list, zip(*pairs, strict=True)))
    return found | {"mean": float(np.mean(list(found.values())))}


def _question(row: Row) -> list[Turn]:
    *before, last = row.turns
    return [*before, Turn(last.question)]


def _stated(row: Row, text: str) -> Any:
    try:
        return row.exchanges[-1].parse(text)
    except AnswerError:
        return None


def _agreement(truth: list, stated: list) -> float:
    if all(isinstance(t, str) for t in truth):
        return float(matthews_corrcoef(truth, [s if isinstance(s, str) else "" for s in stated]))
    if all(isinstance(t, float) for t in truth):
        values = [s if isinstance(s, float) else 0.0 for s in stated]
        flat = np.ptp(values) == 0 or np.ptp(truth) == 0
        return 0.0 if flat else float(np.corrcoef(truth, values)[0, 1])
    return float(np.mean([t == s for t, s in zip(truth, stated, strict=True)]))
