"""Attribute the answers about many sequences of a task, as the published analysis does, with a control."""

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from tqdm import tqdm

from chatnt.aggregate import AttributionStudy
from chatnt.attributing import attribute
from chatnt.attribution import Attribution
from chatnt.attribution_batches import SLOPES, slopes_of_each
from chatnt.attribution_maps import Map
from chatnt.attribution_methods import METHODS
from chatnt.attribution_problem import INEXACT
from chatnt.attribution_targets import ANSWER, FIRST_TOKEN, resolve_target
from chatnt.calibrating import HasEngine
from chatnt.deletion import UNKNOWN
from chatnt.engine import Engine
from chatnt.errors import TaskError
from chatnt.study_rows import Data, Draw, StudyRow, study_examples
from chatnt.tasks import Task, get_task
from chatnt.tasks.base import Split

LABEL = "label"
TARGETS = (FIRST_TOKEN, LABEL, ANSWER)
"""What may be explained of each sequence: its answer's first token, its label, or its whole answer."""


class _Plan(NamedTuple):
    """Hold what is the same for every sequence."""

    engine: Engine
    task: Task
    question: str
    target: str
    method: str
    absolute: bool
    sentences: int | None
    batch_size: int
    how: dict[str, Any]


def attribution_study(  # noqa: PLR0913 - what is asked, of what, and how
    pair: Engine | HasEngine,
    task: Task | str,
    data: Data = None,
    *,
    labels: Sequence[str] | None = None,
    per_label: int = 500,
    split: Split = "test",
    correct: bool = True,
    question: str | None = None,
    method: str = "gradient_x_input",
    target: str = FIRST_TOKEN,
    absolute: bool = True,
    baseline: str = UNKNOWN,
    sentences: int | None = None,
    steps: int = 32,
    window: int = 6,
    control: bool = True,
    batch_size: int = 32,
    seed: int = 0,
    progress: bool = False,
) -> AttributionStudy:
    """Score the bases of many sequences of each label of a task.

    The defaults are the recipe of the ChatNT paper: gradient times input of the first token that is
    answered, without signs. ``target="label", absolute=False`` explains how sure the pair is of the label,
    with signs: bases that speak against it are below zero.

    Parameters
    ----------
    pair
        An assistant or its engine; it is left as it is.
    task
        A task with labels of which one holds, or its name.
    data
        Rows with known labels, or all parts of the data; or a folder, ``"hub"`` or ``"simulated"``, as in
        `chatnt.tasks.sources.read_examples`. Default: the folder that the variable ``CHATNT_DATA`` names.
    labels
        Which to study; default all of the task.
    per_label
        Sequences of each, drawn by `seed`. The paper has 500 for splice sites and 200 for TATA promoters.
    split
        Part of the data, unless rows are given.
    correct
        Take only sequences about which the pair's answer states their label.
    question
        With one placeholder. Default: the first of the task's wordings that no pair is trained on.
    method
        Of `chatnt.attribution_methods.METHODS`. Those with one gradient take many sequences in a pass.
    target
        ``"first_token"`` of the pair's answer; ``"label"``, the log-odds of the sequence's label against all
        others; or ``"answer"``, the log-likelihood of the whole answer.
    absolute
        Drop the signs.
    baseline, sentences, steps, window
        As in `chatnt.attribute`.
    control
        Do the same with each sequence's dinucleotides shuffled, for the same target.
    batch_size
        Sequences at a time, which bounds the memory.
    seed
        Draws sequences and shuffles.
    progress
        Show bars with the time left.

    Returns
    -------
    AttributionStudy
        Gives the k-mer spectrum, position weight matrices and mean profiles.

    Raises
    ------
    DataError
        If a label has no sequence, or none that was answered correctly.
    DataNotFoundError
        If there are no data of the task.
    TaskError
        If the task asks for a number or has labels that hold at once, or there is no such label.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If there is no such method or target, or a number is out of range; and what `chatnt.attribute`
        raises.

    References
    ----------
    de Almeida, Richard et al. 2025, A multimodal conversational agent for DNA, RNA and protein tasks,
    Nat. Mach. Intell., Fig. 6 and Methods, "Attribution map calculation".

    Examples
    --------
    >>> study = chatnt.attribution_study(chat, "splice_sites_donors", per_label=200)  # doctest: +SKIP
    >>> study.matrix("donor site")  # doctest: +SKIP
    PositionMatrix(donor site, around the highest 6-mer of the mean: ...)
    """
    task = get_task(task) if isinstance(task, str) else task
    wanted = _checked(task, labels, method, target, per_label=per_label, batch_size=batch_size)
    engine = pair if isinstance(pair, Engine) else pair.engine
    asked = (task.questions.test or task.questions.train)[0] if question is None else question
    plan = _Plan(
        engine=engine,
        task=task,
        question=asked,
        target=target,
        method=method,
        absolute=absolute,
        sentences=sentences,
        batch_size=batch_size,
        how={"baseline": baseline, "steps": steps, "window": window, "seed": seed},
    )
    examples = study_examples(task, data, split, seed)
    draw = Draw(engine, task, asked, per_label, correct, batch_size, seed, progress)
    drawn = {label: draw.of(label, examples) for label in wanted}
    rows = [row for some, _ in drawn.values() for row in some]
    counts = {label: count for label, (_, count) in drawn.items()}
    like = _attributed(plan, rows[0])
    maps, notes = _maps(plan, rows, "sequences", progress)
    study = AttributionStudy(
        task=task.name,
        labels=wanted,
        maps=maps,
        question=asked,
        target=target,
        unit=like.unit,
        method=like.method,
        baseline=like.baseline,
        resolution=like.resolution,
        signed=like.signed,
        asked=counts,
        notes=(*draw.notes(rows, counts), *notes),
    )
    if not control:
        return study
    maps, notes = _maps(plan, [row.shuffled(seed) for row in rows], "shuffled", progress)
    return dataclasses.replace(study, control=dataclasses.replace(study, maps=maps, notes=notes))


def _checked(
    task: Task, labels: Sequence[str] | None, method: str, target: str, **numbers: int
) -> tuple[str, ...]:
    """Return the labels to study, in the order of the task."""
    if task.kind not in ("binary", "multiclass"):
        asks = "asks for a number" if task.scale else "has labels that may hold at once"
        raise TaskError(f"{task.name} {asks}; a study compares labels of which one holds. Name another task.")
    for label in labels or ():
        if label not in task.labels:
            raise TaskError(f"{task.name} has no label {label!r}; there are {', '.join(task.labels)}.")
    for what, given, known in (("method", method, METHODS), ("target", target, TARGETS)):
        if given not in known:
            raise ValueError(f"There is no {what} {given!r}; there are {', '.join(known)}.")
    for name, number in numbers.items():
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")
    if labels is not None and not labels:
        raise ValueError(f"labels is empty; give some of {', '.join(task.labels)}, or leave it out for all.")
    return tuple(label for label in task.labels if labels is None or label in labels)


def _maps(
    plan: _Plan, rows: Sequence[StudyRow], title: str, progress: bool
) -> tuple[tuple[Map, ...], tuple[str, ...]]:
    """Score the bases of every row; return also what holds for all of them."""
    with tqdm(total=len(rows), desc=title, disable=not progress) as bar:
        if plan.method in SLOPES:
            return _together(plan, rows, bar.update)
        found = []
        for row in rows:
            found.append(_attributed(plan, row))
            bar.update()
    shared = [note for note in found[0].notes if all(note in one.notes for one in found)]
    if inexact := sum(_inexact(one) for one in found):
        shared.append(f"the scores of {inexact} of {len(rows)} sequences do not add up; take more steps")
    maps = (
        Map(row.label, row.index, row.sequence, one.scores[0]) for row, one in zip(rows, found, strict=True)
    )
    return tuple(maps), tuple(shared)


def _inexact(found: Attribution) -> bool:
    change = abs(found.value - (found.baseline_value or 0.0))
    return found.delta is not None and abs(found.delta) > max(INEXACT * change, 1e-3)


def _together(
    plan: _Plan, rows: Sequence[StudyRow], advance: Callable[[int], object]
) -> tuple[tuple[Map, ...], tuple[str, ...]]:
    """Score the rows in batches that share a target."""
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for i, row in enumerate(rows):
        groups[row.label, "" if plan.target == LABEL else row.answer].append(i)
    scores = {}
    for (label, answer), places in groups.items():
        name = label if plan.target == LABEL else plan.target
        target = resolve_target(plan.task, name, None, lambda a=answer: a, sentences=plan.sentences)
        found = slopes_of_each(
            plan.engine,
            plan.question,
            [rows[i].sequence for i in places],
            target,
            plan.method,
            batch_size=plan.batch_size,
            advance=advance,
        )
        scores |= zip(places, found, strict=True)
    maps = (
        Map(row.label, row.index, row.sequence, np.abs(scores[i]) if plan.absolute else scores[i])
        for i, row in enumerate(rows)
    )
    return tuple(maps), _attributed(plan, rows[0]).notes


def _attributed(plan: _Plan, row: StudyRow) -> Attribution:
    """Score the bases of one row."""
    return attribute(
        plan.engine,
        plan.question,
        row.sequence,
        task=plan.task,
        target=row.label if plan.target == LABEL else plan.target,
        answer=row.answer,
        method=plan.method,
        absolute=plan.absolute,
        sentences=plan.sentences,
        batch_size=plan.batch_size,
        **plan.how,
    )
