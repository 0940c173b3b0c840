"""From a row for each window to a row for each record."""

import pandas as pd

from chatnt.annotations import COLUMNS
from chatnt.errors import DataError
from chatnt.tasks import get_task

_KEYS = ["name", "question"]


def per_record(table: pd.DataFrame) -> pd.DataFrame:
    """Return the most telling window of each record, for each question.

    Of a task with labels that is the window most likely to hold what is asked about, by the `chances` of
    all. Of a number it is the highest. Windows without a probability or a number count, but are not
    chosen.

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
    told = chances(table).fillna(table["value"].astype("Float64"))
    rows = table.assign(_telling=told)
    groups = rows.groupby(_KEYS, sort=False, dropna=False)
    best = groups["_telling"].transform("max")
    chosen = (
        rows.loc[(rows["_telling"] == best).fillna(False) | best.isna()].groupby(_KEYS, sort=False).head(1)
    )
    counts = groups.agg(mean=("value", "mean"), windows=("start", "size")).reset_index()
    found = groups.head(1)[_KEYS].merge(chosen, on=_KEYS).merge(counts, on=_KEYS)
    return found.drop(columns="_telling").loc[:, [*COLUMNS, "mean", "windows"]]


def chances(table: pd.DataFrame) -> pd.Series:
    """Return how likely each window is to hold what is asked about.

    Parameters
    ----------
    table
        As for `per_record`.

    Returns
    -------
    Series
        The probability of what is stated; or, where that says that nothing is there, of anything else.
        Missing where nothing is stated, or a number.

    Raises
    ------
    DataError, UnknownTaskError
        As `per_record`.
    """
    if missing := [name for name in COLUMNS if name not in table.columns]:
        raise DataError(f"The table lacks the columns {', '.join(missing)}; give one of chat.annotate.")
    absent = {name: get_task(name).nothing for name in table["task"].dropna().unique()}
    told: list[float | None] = []
    columns = (table[name].astype(object) for name in ("task", "label", "probability"))
    for task, label, probability in zip(*columns, strict=True):
        known = not any(map(pd.isna, (task, label, probability)))
        chance = float(probability) if known else None
        told.append(1 - chance if chance is not None and label == absent[task] else chance)
    return pd.Series(told, index=table.index, dtype="Float64")
