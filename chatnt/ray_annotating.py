"""Annotate a Ray Data dataset, on one machine or a cluster."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from chatnt.annotation_pieces import chunks
from chatnt.annotation_work import Asking, Work
from chatnt.annotations import as_arrow, as_table
from chatnt.conversation import MAX_NEW_TOKENS
from chatnt.devices import own_device
from chatnt.errors import DataError, MissingExtraError
from chatnt.loading import BUNDLED, load
from chatnt.records import BadRecord, read_records

if TYPE_CHECKING:
    import pyarrow
    import ray.data


def annotate_dataset(  # noqa: PLR0913 - what is asked about what, how, and where it runs
    dataset: "ray.data.Dataset",
    questions: str | Sequence[str],
    *,
    pair: str | Path = BUNDLED,
    name: str = "name",
    column: str = "sequence",
    window: int | None = None,
    stride: int | None = None,
    strands: str = "given",
    text: bool = True,
    constrained: bool = False,
    max_new_tokens: int = MAX_NEW_TOKENS,
    batch_size: int = 64,
    errors: str = "report",
    concurrency: int | tuple[int, int] = 1,
    num_cpus: float = 1,
    num_gpus: float = 0,
) -> "ray.data.Dataset":
    """Ask questions about every row of a Ray Data dataset.

    The rows are those of `chatnt.Assistant.annotate`, with the same values. Nothing runs before the result is
    used: written, shown, or gone through.

    Parameters
    ----------
    dataset
        One row for each record. Several actors share its blocks: ``dataset.repartition(100)`` makes more.
    questions, window, stride, strands, text, constrained, max_new_tokens, batch_size
        As in `chatnt.annotating.annotate`.
    pair
        Folder or hub name, as in `chatnt.load`; each actor loads it once. A folder has to be there on
        every machine.
    name, column
        Columns with the names of the records and with their letters. Names are not compared: unlike in a
        file, two records may have the same.
    errors
        ``"report"``: a record that cannot be read is one row with its name and, in ``notes``, the reason;
        ``"raise"``: it ends the run.
    concurrency
        How many actors, or the fewest and the most.
    num_cpus, num_gpus
        What each actor gets, such as ``num_gpus=1``; without a GPU it computes on the processor. Leave
        at least one processor of all to what makes the dataset, or Ray waits for one for ever.

    Returns
    -------
    ray.data.Dataset
        Of `chatnt.annotations.COLUMNS`, with Arrow's types, as in a file in ``.parquet``;
        ``to_pandas().astype(chatnt.annotations.COLUMNS)`` has the types of other tables of annotations. Rows
        of one block keep their order, with what could not be read after the answers; so do blocks if
        ``ray.data.DataContext.get_current().execution_options.preserve_order`` is set.

    Raises
    ------
    DataError
        If `dataset` is none of Ray Data's or lacks a column, or there are no questions.
    MissingExtraError
        If Ray is not installed.
    PlaceholderError
        If a question has not exactly one placeholder.
    UnknownTaskError
        If a question is neither a sentence with a placeholder nor the name of a task.
    ValueError
        If an option is none of those above.

    Notes
    -----
    Whatever goes wrong in an actor comes as Ray's error when the result is used. Tasks that were registered
    in this process are not known to the actors: ask about them in sentences.

    Examples
    --------
    >>> import ray  # doctest: +SKIP
    >>> regions = ray.data.read_parquet("regions/").repartition(100)  # doctest: +SKIP
    >>> found = annotate_dataset(regions, "promoter_tata", concurrency=8, num_gpus=1)  # doctest: +SKIP
    >>> found.write_parquet("answers/")  # doctest: +SKIP
    """
    try:
        import ray.data
    except ImportError as error:
        raise MissingExtraError('Datasets of Ray need Ray: pip install "chatnt[ray]".') from error
    if not isinstance(dataset, ray.data.Dataset):
        raise DataError(
            f"A {type(dataset).__name__} is no dataset of Ray; make one, such as ray.data.from_pandas(table)."
        )
    if not isinstance(pair, str | Path):
        raise ValueError(f"pair={pair!r} is no folder or hub name; save a pair first and give its folder.")
    fewest, most = concurrency if isinstance(concurrency, tuple) else (concurrency, concurrency)
    if not 1 <= fewest <= most:
        raise ValueError(f"concurrency={concurrency!r} must be at least 1, the fewest before the most.")
    asking = Asking(questions, window, stride, strands, text, constrained, batch_size, errors, max_new_tokens)
    schema = dataset.schema(fetch_if_missing=False)
    if schema is not None:
        _check_columns(schema.names, (name, column))
    return dataset.map_batches(
        _Actor,
        fn_constructor_args=(asking, pair, {name: "name", column: "sequence"}, num_gpus > 0),
        batch_size=None,
        batch_format="pandas",
        compute=ray.data.ActorPoolStrategy(min_size=fewest, max_size=most),
        num_cpus=num_cpus,
        num_gpus=num_gpus or None,
    )


class _Actor:
    """Hold a pair in one of Ray's processes."""

    def __init__(self, asking: Asking, pair: str | Path, columns: dict[str, str], on_gpu: bool) -> None:
        chat = load(pair, device_map=own_device() if on_gpu else None)
        self.work, self.columns = Work.of(chat.answerer, asking), columns

    def __call__(self, block: pd.DataFrame) -> "Iterator[pyarrow.Table]":
        """Yield the answers about the records of a block, a chunk at a time."""
        _check_columns(list(block.columns), tuple(self.columns))
        records = pd.DataFrame({to: block[given] for given, to in self.columns.items()})
        records["name"] = records["name"].fillna("")  # its number in the block says nothing of the whole
        for chunk in chunks(self.work.pieces(read_records(records, each_once=False))):
            table, bad = self.work.done(chunk)
            yield as_arrow(pd.concat([table, as_table([_told(each) for each in bad])]))


def _told(bad: BadRecord) -> dict[str, Any]:
    """Return a row that says what could not be read."""
    return {"name": bad.name, "notes": f"could not be read: {bad.reason}"}


def _check_columns(given: Sequence[str], wanted: tuple[str, ...]) -> None:
    missing = [repr(each) for each in wanted if each not in given]
    if missing:
        raise DataError(
            f"The dataset has no column {' and none '.join(missing)}; it has {', '.join(map(str, given))}. "
            "Say with name= and column= where names and sequences stand."
        )
