"""The catalogue as the widget of tasks shows it: rows of a table, and the details of one task."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from chatnt.literature import published_beside, published_numbers
from chatnt.outcomes import Scores, TaskScore
from chatnt.tasks import Task, all_tasks
from chatnt.tasks.base import NONE, SOME, VALUE
from chatnt.tasks.card import as_words, notes
from chatnt.tasks.catalogue import list_tasks, species_of
from chatnt.tasks.examples import Example
from chatnt.tasks.simulation import simulate
from chatnt.tasks.sources import read_examples

SIMULATED = "simulated"
_WORDINGS = 10  # that are shown
FILTERS = ("kind", "category", "species")
"""What tasks are filtered by; a task can have several values of each."""


class Drawn(NamedTuple):
    """Hold an example and where it is from."""

    example: Example
    origin: str


def catalogue_rows(scores: Scores | None) -> list[dict[str, Any]]:
    """Return one row per task, as the page lists, searches and filters them.

    Parameters
    ----------
    scores
        Of a pair; its score stands in the row of the task, and whether it is of simulated sequences.
    """
    tasks = {task.name: task for task in all_tasks()}
    own = {score.task: score for score in scores.tasks} if scores else {}
    table = list_tasks()
    return [
        {
            "name": row["name"],
            "title": row["title"],
            "kind": [row["kind"]],
            "category": [row["category"] or "other"],
            "species": species_of(tasks[row["name"]]),
            "length": tasks[row["name"]].length,
            "score": own[row["name"]].score if row["name"] in own else None,
            "simulated": row["name"] in own and own[row["name"]].simulated,
            "text": " ".join(value for value in row.values() if isinstance(value, str)).lower(),
        }
        for row in table.to_dict("records")
    ]


def matching(
    rows: Sequence[Mapping[str, Any]], query: str, filters: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return the names of the rows that hold all words of a query and one value of each filter."""
    words = query.lower().split()
    return [
        str(row["name"])
        for row in rows
        if all(word in str(row["text"]) for word in words)
        and all(set(values) & set(row[name]) for name, values in filters.items())
    ]


def draw_examples(task: Task, source: str | Path, count: int, seed: int) -> list[Drawn]:
    """Draw test sequences of a task.

    Parameters
    ----------
    task
        Whose.
    source
        ``"simulated"``, or a folder of real data as `chatnt.tasks.sources.read_examples` reads it.
    count, seed
        How many, and of which draw.

    Raises
    ------
    DataNotFoundError
        If the folder has no data of this task.
    """
    if source == SIMULATED:
        made = simulate(task, count, split="test", seed=seed)
        return [Drawn(Example(one.sequence, one.label), SIMULATED) for one in made]
    real = read_examples(task, "test", source)
    rows = random.Random(seed).sample(range(len(real)), min(count, len(real)))
    return [Drawn(real[row], f"test sequence {row + 1:,} of {len(real):,}") for row in rows]


def details(task: Task, scores: Scores | None, pair: str, drawn: Sequence[Drawn]) -> dict[str, object]:
    """Return what the page shows of one task.

    Parameters
    ----------
    task
        Which.
    scores, pair
        Of the pair that is shown beside published models, and its name.
    drawn
        Examples.
    """
    record = task.record
    sources = [task.source, record.citation if record else ""]
    return {
        "name": task.name,
        "title": task.title,
        "description": task.window,
        "chips": _chips(task),
        "questions": task.questions.train[:_WORDINGS],
        "wordings": len(task.questions.train),
        "answers": _answers(task),
        "results": _results(task, scores, pair),
        "examples": [
            {"sequence": one.sequence, "label": as_words(task, one.label), "origin": origin}
            for one, origin in drawn
        ],
        "sources": list(dict.fromkeys(text for text in sources if text)),
        "notes": list(notes(task)),
        "code": code_for(task),
    }


def code_for(task: Task) -> str:
    """Return the lines of Python that ask what a task is about."""
    return (
        "import chatnt\n\n"
        f"task = chatnt.get_task({task.name!r})\n"
        f"dna = chatnt.DNA(chatnt.simulate(task, 1)[0].sequence)  # or chatnt.read_fasta(...)\n"
        "chat = chatnt.load()\n"
        f"chat.ask({task.questions.train[0]!r}, dna)"
    )


def _chips(task: Task) -> list[str]:
    record = task.record
    counts = [(record.train, "to train"), (record.test, "to test")] if record else []
    strand = ["either strand"] if task.either_strand else []
    return [
        task.kind,
        task.species,
        f"{task.length:,} bases",
        *strand,
        *(f"{count:,} {purpose}" for count, purpose in counts if count is not None),
    ]


def _answers(task: Task) -> list[dict[str, str]]:
    if task.scale:
        scale = task.scale
        label = f"{scale.low:g} to {scale.high:g}"
        return [{"label": label, "sentence": f"{scale.quantity}; {task.answers[VALUE].train[0]}"}]
    if task.kind == "multilabel":
        some, none = task.answers[SOME].train[0], task.answers[NONE].train[0]
        return [
            *({"label": label, "sentence": some} for label in task.labels),
            {"label": "none", "sentence": none},
        ]
    return [{"label": label, "sentence": task.answers[label].train[0]} for label in task.labels]


def _results(task: Task, scores: Scores | None, pair: str) -> list[dict[str, object]]:
    """Return the pair's own result, ChatNT's, the specialised model's, and others, the best first."""
    own = scores[task.name] if scores and task.name in scores else None
    first = ["ChatNT", *([task.record.baseline] if task.record and task.record.baseline else [])]
    bars = [
        {
            "model": row["model"],
            "metric": row["metric"],
            "value": row["value"],
            "comparable": row["comparable"],
            "note": row["source"] if row["comparable"] else row["reason"],
            "own": False,
        }
        for row in _published(task, own).sort_values("value", ascending=False).to_dict("records")
    ]
    by_name = {model: place for place, model in enumerate(first)}
    bars.sort(key=lambda bar: (by_name.get(bar["model"], len(first)), bar["metric"] != task.metric))
    return [*([_own(own, pair)] if own else []), *bars]


def _published(task: Task, own: TaskScore | None) -> pd.DataFrame:
    if own is not None:
        return published_beside(Scores((own,), ""))
    numbers = published_numbers()
    return numbers.loc[numbers["task"] == task.name]


def _own(score: TaskScore, pair: str) -> dict[str, object]:
    told = "scored on simulated sequences" if score.simulated else f"{score.count:,} test sequences"
    return {
        "model": pair,
        "metric": score.metric,
        "value": score.score,
        "comparable": not score.simulated,
        "note": told,
        "own": True,
    }
