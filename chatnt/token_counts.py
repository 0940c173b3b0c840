"""How many tokens of DNA and of English the instruction data hold."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
from transformers import PreTrainedTokenizerBase

from chatnt.conversation import PLACEHOLDER
from chatnt.dna_tokenizers import kmer_text
from chatnt.errors import DataNotFoundError
from chatnt.processor import ChatNTProcessor
from chatnt.tasks import Task, all_tasks, get_task
from chatnt.tasks.base import Split
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.simulation import ORIGIN, simulate
from chatnt.tasks.sources import read_examples

ALL = "all"
"""Name of the last row, which adds up the others."""

_BUNDLED = Path(__file__).parent / "pairs" / "mini"
_COLUMNS = [
    "task", "category", "process", "counted", "sequences", "scaled_to", "dna_per_sequence",
    "english_per_sequence", "dna_tokens", "english_tokens",
]  # fmt: skip
_WHOLE = ("counted", "sequences", "dna_tokens", "english_tokens")


def count_tokens(  # noqa: PLR0913 - what is read, how much of it, and by which tokenizers
    tasks: Sequence[Task | str] | None = None,
    *,
    source: "str | Path | pd.DataFrame | None" = None,
    split: Split = "train",
    limit: int = 1000,
    seed: int = 0,
    dna_tokenizer: PreTrainedTokenizerBase | None = None,
    tokenizer: PreTrainedTokenizerBase | None = None,
) -> pd.DataFrame:
    """Count the tokens of DNA and of English in the data of tasks.

    Some examples of each task are drawn, a question and an answer are drawn for each, and the
    tokens are scaled to all sequences of the task. What a decoder's chat format adds, the
    placeholder and the tokenizers' special tokens are not counted.

    Parameters
    ----------
    tasks
        Tasks or their names; default all, of which those without data have no counts.
    source
        As in `chatnt.tasks.sources.read_examples`.
    split
        Whose sequences and wordings are counted.
    limit
        Examples that are counted of each task.
    seed
        Draws examples and wordings.
    dna_tokenizer, tokenizer
        Of an encoder and of a decoder; default those of the bundled pair. With
        `chatnt.dna_tokenizers.kmer_tokenizer` DNA is counted as the ChatNT paper counts it.

    Returns
    -------
    DataFrame
        One row per task and a last one, `ALL`, that adds them up: ``task, category, process, counted``
        (examples looked at), ``sequences`` (how many the tokens are scaled to), ``scaled_to``
        (``"benchmark"``: what the catalogue says; ``"data"``: what the source holds;
        ``"sample"``: the examples that were looked at, as simulation has no end;
        ``"no data"``), ``dna_per_sequence, english_per_sequence`` (means), ``dna_tokens, english_tokens``.

    Raises
    ------
    ValueError
        If `limit` is below 1.
    DataNotFoundError
        If a task that is named, or every task, has no data at the source.

    References
    ----------
    de Almeida, Richard et al. (2025), Nature Machine Intelligence, "A multimodal conversational
    agent for DNA, RNA and protein tasks", Fig. 1b.

    Examples
    --------
    >>> table = count_tokens(["h3"], source="simulated", limit=10)
    >>> table[["task", "counted", "dna_per_sequence"]].values.tolist()
    [['h3', 10, 500.0], ['all', 10, 500.0]]
    """
    if limit < 1:
        raise ValueError(f"limit={limit} counts nothing; give at least 1.")
    dna_tokenizer, tokenizer = _tokenizers(dna_tokenizer, tokenizer)
    chosen = all_tasks() if tasks is None else [get_task(t) if isinstance(t, str) else t for t in tasks]
    rows, absent = [], []
    for task in chosen:
        try:
            examples = _examples(task, split, source, limit, seed)
        except DataNotFoundError as error:
            if tasks is not None:
                raise
            absent.append(error)
            rows.append(_facts(task) | {"scaled_to": "no data", "counted": 0})
            continue
        rng = random.Random(f"{task.name} {seed}")
        some = [examples[i] for i in sorted(rng.sample(range(len(examples)), min(limit, len(examples))))]
        means = (_dna_mean(some, dna_tokenizer), _english_mean(task, some, split, tokenizer, rng))
        rows.append(_facts(task) | _scaled(task, split, len(some), len(examples), source) | _means(*means))
    if absent and len(absent) == len(chosen):
        raise absent[-1]
    return _table(rows)


def _examples(
    task: Task, split: Split, source: "str | Path | pd.DataFrame | None", limit: int, seed: int
) -> Examples:
    if isinstance(source, str) and source == ORIGIN:
        made = simulate(task, limit, split=split, seed=seed)  # no more than are counted: each takes time
        return Examples.of(task, ((one.sequence, one.label) for one in made))
    return read_examples(task, split, source, seed=seed)


def _tokenizers(
    dna: PreTrainedTokenizerBase | None, english: PreTrainedTokenizerBase | None
) -> tuple[PreTrainedTokenizerBase, PreTrainedTokenizerBase]:
    if dna is not None and english is not None:
        return dna, english
    bundled = ChatNTProcessor.from_pretrained(_BUNDLED)
    return dna or bundled.dna_tokenizer, english or bundled.tokenizer


def _facts(task: Task) -> dict[str, object]:
    record = task.record
    return {
        "task": task.name,
        "category": record.category if record else "",
        "process": record.process if record else "",
    }


def _means(dna: float, english: float) -> dict[str, object]:
    return {"dna_per_sequence": dna, "english_per_sequence": english}


def _dna_mean(examples: Sequence[Example], tokenizer: PreTrainedTokenizerBase) -> float:
    return _mean_length([kmer_text(e.sequence) for e in examples], tokenizer)


def _english_mean(
    task: Task,
    examples: Sequence[Example],
    split: Split,
    tokenizer: PreTrainedTokenizerBase,
    rng: random.Random,
) -> float:
    questions = [rng.choice(task.questions.of(split)).replace(PLACEHOLDER, "") for _ in examples]
    answers = [task.answer(e.label, split, rng) for e in examples]
    return _mean_length(questions, tokenizer) + _mean_length(answers, tokenizer)


def _mean_length(texts: list[str], tokenizer: PreTrainedTokenizerBase) -> float:
    # No truncation, and no word about texts that are longer than a model reads: they are only counted.
    rows = tokenizer(texts, add_special_tokens=False, truncation=False, verbose=False).input_ids
    return sum(map(len, rows)) / len(rows)


def _scaled(task: Task, split: Split, counted: int, there: int, source: object) -> dict[str, object]:
    published = getattr(task.record, split, None)
    if published is not None:
        return {"counted": counted, "sequences": published, "scaled_to": "benchmark"}
    if isinstance(source, str) and source == ORIGIN:
        return {"counted": counted, "sequences": counted, "scaled_to": "sample"}
    return {"counted": counted, "sequences": there, "scaled_to": "data"}


def _table(rows: list[dict[str, object]]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=_COLUMNS).astype({"sequences": "float64"})
    for what in ("dna", "english"):
        table[f"{what}_per_sequence"] = table[f"{what}_per_sequence"].astype("float64")
        table[f"{what}_tokens"] = (table[f"{what}_per_sequence"] * table["sequences"]).round()
    sums = {name: math.fsum(table[name].dropna().tolist()) for name in _WHOLE}
    means = {
        f"{what}_per_sequence": sums[f"{what}_tokens"] / sums["sequences"] for what in ("dna", "english")
    }
    total = {"task": ALL, "category": "", "process": "", "scaled_to": ""} | sums | means
    table.loc[len(table)] = [total[name] for name in _COLUMNS]
    return table.astype(dict.fromkeys(_WHOLE, "Int64"))
