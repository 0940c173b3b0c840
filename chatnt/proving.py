"""Whether the maps of a task are faithful: deletion and insertion over many sequences."""

import dataclasses
from collections.abc import Mapping
from typing import Any

from tqdm import tqdm

from chatnt.attributing import attribute
from chatnt.attribution import Attribution
from chatnt.calibrating import HasEngine
from chatnt.deletion import SHUFFLED
from chatnt.engine import Engine
from chatnt.faithfulness_result import Faithfulness
from chatnt.known_rows import Data, KnownRow, choose_rows
from chatnt.shuffled_attributions import attribute_shuffled
from chatnt.tasks import Task, get_task
from chatnt.tasks.base import VALUE

ELSEWHERE = "shuffled sequence"
"""A control: the map of a sequence with the same dinucleotides, laid over the real one."""

ONE_SENTENCE = {"sentences": 1}
"""Each label by one sentence, which takes a fraction of the time and gives nearly the same map."""


def faithfulness(  # noqa: PLR0913 - which maps, of what, and how they are tested
    pair: Engine | HasEngine,
    task: Task | str,
    data: Data | None = None,
    *,
    how: Mapping[str, Any] | None = None,
    question: str | None = None,
    label: str | None = None,
    count: int = 20,
    replacement: str = SHUFFLED,
    points: int = 20,
    controls: int = 10,
    shuffles: int = 3,
    batch_size: int = 32,
    seed: int = 0,
    progress: bool = False,
) -> Faithfulness:
    """Delete and insert bases of many sequences in the order of their maps.

    Each map explains the true label, or the number, of a sequence that the pair answers right. Beside the
    controls of `Attribution.faithfulness` stands the map of the shuffled sequence: what is known without
    reading, such as that sites lie in the middle, is in both.

    Parameters
    ----------
    pair
        An assistant or its engine.
    task
        What is asked, or its name.
    data
        Rows with known labels, or all parts of the data, of which the test part is used. Default: simulated.
    how
        Options of `chatnt.attribute`, such as ``{"method": "occlusion", "window": 8}``. Default: integrated
        gradients, and one sentence for each label.
    question
        The wording. Default: the first training wording of the task.
    label
        Take rows of this label alone.
    count
        Sequences, chosen by `seed`.
    replacement, points, controls, shuffles, batch_size
        As in `Attribution.faithfulness`.
    seed
        Of all that is drawn.
    progress
        Show a bar with the time left.

    Returns
    -------
    Faithfulness
        Of all sequences; `Faithfulness.table` compares them pair by pair.

    Raises
    ------
    DataError
        If no row is answered right.
    TaskError
        If the task has no such label, or several that may hold at once.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If a number is out of range, or there is no such method or replacement.

    Examples
    --------
    >>> chatnt.faithfulness(chatnt.load(), "splice_sites_donors").table()  # doctest: +SKIP
    """
    task = get_task(task) if isinstance(task, str) else task
    engine = pair if isinstance(pair, Engine) else pair.engine
    asked = question or task.questions.train[0]
    options = {"batch_size": batch_size, "seed": seed} | ONE_SENTENCE | dict(how or {})
    rows = choose_rows(
        engine, task, data, question=asked, label=label, count=count, seed=seed, batch_size=batch_size
    )
    parts = []
    for i, row in enumerate(tqdm(rows, unit="sequence", disable=not progress)):
        why, other = maps_of(engine, task, row, asked, options, seed=seed + i)
        part = why.faithfulness(
            others={ELSEWHERE: other},
            replacement=replacement,
            points=points,
            controls=controls,
            shuffles=shuffles,
            batch_size=batch_size,
            seed=seed + i,
        )
        parts.append(part)
    told = VALUE if task.scale else label or "the true label"
    return dataclasses.replace(Faithfulness.joined(parts), target=told)


def maps_of(
    engine: Engine, task: Task, row: KnownRow, question: str, how: Mapping[str, Any], *, seed: int
) -> tuple[Attribution, Attribution]:
    """Explain a row, and the row with its dinucleotides shuffled.

    Parameters
    ----------
    engine
        Whose answers.
    task
        What is asked.
    row
        Its label, or the number, is the target.
    question
        The wording.
    how
        Further options of `chatnt.attribute`.
    seed
        Of the shuffling.
    """
    options: dict[str, Any] = {"target": row.target} | dict(how)
    why = attribute(engine, question, row.sequence, task=task, **options)
    return why, attribute_shuffled(engine, why, count=1, task=task, seed=seed)[0]
