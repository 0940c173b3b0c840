"""From a row for each window to a row for each record."""

import pandas as pd

from chatnt.annotations import COLUMNS
from chatnt.errors import DataError
from chatnt.tasks import Task, get_task

_KEYS = ["name", "question"]


def per_record(table: pd.DataFrame) -> pd.DataFrame:
    """Return the most telling window of each record, for each question.

    Of a task with labels that is the window most likely to hold what is asked about: the least likely
    to have the first label, which says that nothing is there. Of a number it is the highest. Windows
    without a probability or a number count, but are not chosen.

    Parameters
    ----------
    table
        Of `chatnt.annotations.COLUMNS`, as `chat.annotate` or `chatnt.read_annotations` give it.

    Returns
    -------
    DataFrame
        One row for each name and question, in their order: the columns of the chosen window, with
        `mean` (of the numbers of all windows) and `windows` (how many there are).

    Raises
    ------
    DataError
        If it is another table.
    UnknownTaskError
        If a task is not registered.

    Notes
    -----
    The largest of many probabilities is large by chance, too: compare records of about as many windows.

    Examples
    --------
    >>> chatnt.per_record(chat.annotate("genes.fa", "promoter_tata"))  # doctest: +SKIP
    """
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise DataError(f"The table lacks the columns {', '.join(missing)}; give one of chat.annotate.")
    told = [
        _telling(get_task(task) if isinstance(task, str) else None, label, probability, value)
        for task, label, probability, value in zip(
            *(table[name].astype(object) for name in ("task", "label", "probability", "value")), strict=True
        )
    ]
    rows = table.assign(_telling=pd.array(told, dtype="Float64"))
    groups = rows.groupby(_KEYS, sort=False, dropna=False)
    best = groups["_telling"].transform("max")
    chosen = (
        rows.loc[(rows["_telling"] == best).fillna(False) | best.isna()].groupby(_KEYS, sort=False).head(1)
    )
    counts = groups.agg(mean=("value", "mean"), windows=("start", "size")).reset_index()
    found = groups.head(1)[_KEYS].merge(chosen, on=_KEYS).merge(counts, on=_KEYS)
    return found.drop(columns="_telling").loc[:, [*COLUMNS, "mean", "windows"]]


def _telling(task: Task | None, label: object, probability: object, value: object) -> float | None:
    """Return how much a window says that something is there; None if nothing is known."""
    if not pd.isna(value):  # type: ignore[call-overload]
        return float(value)  # type: ignore[arg-type]
    if task is None or pd.isna(label) or pd.isna(probability):  # type: ignore[call-overload]
        return None
    chance = float(probability)  # type: ignore[arg-type]
    return 1 - chance if label == task.labels[0] else chance
