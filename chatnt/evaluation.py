"""Score a pair through the answers that it writes in English."""

import functools
import hashlib
import random
from collections.abc import Callable, Collection, Mapping, Sequence
from pathlib import Path

import pandas as pd
from tqdm import tqdm

from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import AnswerError
from chatnt.grammar import possible_answers
from chatnt.judging import Judge
from chatnt.metrics import as_text, score_predictions
from chatnt.outcomes import UNPARSED as UNPARSED
from chatnt.outcomes import Scores, TaskScore
from chatnt.predictions import Prediction, PredictionParts, as_frame
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.base import Split
from chatnt.tasks.sources import Example
from chatnt.weights import fingerprint

Judged = list[float] | float | None
"""Of an answer: the probability of each label, the estimate of a number, or nothing."""


def score_answers(  # noqa: PLR0913 - what is asked, of whom, and how
    engine: Engine,
    task: Task,
    examples: Sequence[Example],
    *,
    split: str,
    wordings: Split = "test",
    seed: int = 0,
    batch_size: int = 64,
    sentences: int = 0,
    filled: float | None = None,
) -> TaskScore:
    """Ask a question about every example and compare what is stated with what is true.

    Parameters
    ----------
    engine, task, examples, wordings, seed, batch_size, sentences
        As in `predict`.
    split
        Name of the part of the data, for the record.
    filled
        As in `chatnt.metrics.score_predictions`.
    """
    predictions = predict(
        engine,
        task,
        examples,
        wordings=wordings,
        seed=seed,
        batch_size=batch_size,
        sentences=sentences,
    )
    return score_predictions(task, predictions, split=split, filled=filled)


def predict(  # noqa: PLR0913 - what is asked, of whom, and how
    engine: Engine,
    task: Task,
    examples: Sequence[Example],
    *,
    rows: Sequence[int] | None = None,
    wordings: Split = "test",
    seed: int = 0,
    batch_size: int = 64,
    sentences: int = 3,
    constrained: bool = False,
    advance: Callable[[int], object] = lambda done: None,
) -> pd.DataFrame:
    """Ask a question about every example, and keep the answer with what is true.

    Parameters
    ----------
    engine
        Writes the answers.
    task
        What is asked.
    examples
        Sequences and their labels.
    rows
        Index of each example in the table that it is from. Default: counted from 0.
    wordings
        Whose question wordings are drawn, one per sequence.
    seed
        Chooses the wordings.
    batch_size
        Sequences at a time; those of similar length go together.
    sentences
        How many sentences of each label are scored for its probability (see
        `chatnt.judging.Judge`); 0 gives neither probabilities nor estimates, in less time.
    constrained
        Let only answers be written that state a label or a number of the task.
    advance
        Called with the number of rows that are done, after each batch.

    Returns
    -------
    DataFrame
        One row per example, in their order; the columns are those of
        `chatnt.predictions.Prediction`.
    """
    rng = random.Random(f"{seed}/{task.name}")
    texts = task.questions.of(wordings)
    asked = [[Turn(Question(rng.choice(texts), (DNA(e.sequence),)))] for e in examples]
    judge = Judge.of(task, sentences=sentences) if sentences else None
    allowed = possible_answers(task) if constrained else None
    numbers = range(len(examples)) if rows is None else rows
    found: dict[int, Prediction] = {}
    order = sorted(range(len(examples)), key=lambda i: len(examples[i].sequence))
    for start in range(0, len(order), batch_size):
        places = order[start : start + batch_size]
        answers = _answers(engine, [asked[i] for i in places], judge, allowed)
        for i, (answer, judged) in zip(places, answers, strict=True):
            found[i] = read_answer(task, numbers[i], examples[i], answer, judged)
        advance(len(places))
    return as_frame([found[i] for i in range(len(examples))])


def score_tasks(  # noqa: PLR0913 - what is asked, of whom, and how
    engine: Engine,
    data: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    *,
    split: str,
    wordings: Split = "test",
    limit: int | None = None,
    seed: int = 0,
    batch_size: int = 64,
    sentences: int = 3,
    filled: Mapping[str, float] | None = None,
    simulated: Collection[str] = (),
    predictions: str | Path | None = None,
    progress: bool = False,
) -> Scores:
    """Score several tasks.

    Parameters
    ----------
    engine
        Writes the answers.
    data
        Examples by the name of the task.
    tasks
        Which to score.
    split, wordings, seed, batch_size, sentences
        As in `score_answers` and `predict`.
    limit
        Most examples per task, chosen by `seed`; all by default.
    filled
        By the name of the task, the number that stands for an answer that states none.
    simulated
        Names of the tasks whose sequences are simulated.
    predictions
        Parquet file to write the prediction of every row to. Until the last task is done
        each has a file of its own beside it. A run that was killed and is started again goes
        on after the last of them, and one that was done asks nothing again, if the same is
        asked of the same weights.
    progress
        Show a bar with the time left.
    """
    found, about = predict_each(
        engine,
        data,
        tasks,
        split=split,
        wordings=wordings,
        limit=limit,
        seed=seed,
        batch_size=batch_size,
        sentences=sentences,
        predictions=predictions,
        progress=progress,
    )
    if predictions is not None:
        PredictionParts(predictions).join(found, about)
    scores = [
        score_predictions(
            task,
            rows,
            split=split,
            filled=(filled or {}).get(task.name),
            simulated=task.name in simulated,
        )
        for task, rows in zip(tasks, found, strict=True)
    ]
    return Scores(tuple(scores), wordings)


def predict_each(  # noqa: PLR0913 - what is asked, of whom, and how
    engine: Engine,
    data: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    *,
    split: str,
    wordings: Split = "test",
    limit: int | None = None,
    seed: int = 0,
    batch_size: int = 64,
    sentences: int = 3,
    constrained: bool = False,
    predictions: str | Path | None = None,
    progress: bool = False,
    title: str = "",
) -> tuple[list[pd.DataFrame], dict[str, dict[str, str]]]:
    """Predict the rows of several tasks, each kept in a file as soon as it is done.

    Two processes that go through the tasks in opposite orders share the work: what one has
    kept the other does not ask again.

    Parameters
    ----------
    engine, data, tasks, split, wordings, limit, seed, batch_size, sentences, progress
        As in `score_tasks`.
    constrained
        As in `predict`.
    predictions
        As in `score_tasks`; the files of the tasks are not joined.
    title
        Stands before the name of the task where progress is shown.

    Returns
    -------
    predictions : list of DataFrame
        Of each task.
    about : dict
        How they were made, by the name of the task.
    """
    asking = {"wordings": wordings, "seed": seed, "sentences": sentences}
    ask = functools.partial(predict, engine, **asking, batch_size=batch_size, constrained=constrained)
    how = {"split": split, **{name: str(value) for name, value in asking.items()}}
    if constrained:
        how["constrained"] = "yes"
    chosen = {task.name: chosen_rows(len(data[task.name]), limit, seed) for task in tasks}
    parts = None
    if predictions is not None:
        parts = PredictionParts(predictions)
        how["weights"] = fingerprint(engine.model)
    found, about = [], {}
    with tqdm(total=sum(map(len, chosen.values())), unit="row", disable=not progress) as bar:
        for task in tasks:
            bar.set_description(f"{title}{task.name}")
            rows = chosen[task.name]
            examples = [data[task.name][i] for i in rows]
            about[task.name] = {**how, "data": _digest(examples)}
            kept = parts.get(task.name, about[task.name]) if parts else None
            if kept is None:
                kept = ask(task, examples, rows=rows, advance=bar.update)
                if parts:
                    parts.put(task.name, kept, about[task.name])
            else:
                bar.update(len(rows))
            found.append(kept)
    return found, about


def _answers(
    engine: Engine, asked: Sequence[Sequence[Turn]], judge: Judge | None, allowed: Sequence[str] | None
) -> list[tuple[str, Judged]]:
    """Return each answer, and the probabilities of the labels or the estimate of the number."""
    write = functools.partial(engine.generate, asked, batch_size=len(asked), answers=allowed)
    if judge is None:
        return [(text, None) for text in write()]
    soft_tokens = engine.read_each(asked)
    texts = write(soft_tokens=soft_tokens)
    scores = engine.score_each(asked, judge.answers, soft_tokens=soft_tokens)
    judged = judge.estimates(scores) if judge.task.scale else judge.probabilities(scores)
    return list(zip(texts, judged.tolist(), strict=True))


def read_answer(task: Task, row: int, example: Example, answer: str, judged: Judged = None) -> Prediction:
    """Read what an answer states, and put it beside what is true of a row."""
    try:
        stated = task.parse(answer)
    except AnswerError:
        stated = None
    said = Prediction(task.name, row, answer=answer)
    if task.scale:
        return said._replace(value=example.label, parsed_value=stated, estimate=judged)
    label = None if stated is None else as_text(stated)
    probability = None
    if isinstance(judged, list) and task.kind != "multilabel" and label is not None:
        probability = judged[task.labels.index(label)]
    return said._replace(
        label=as_text(example.label),
        parsed_label=label,
        probabilities=judged,
        probability=probability,
    )


def chosen_rows(count: int, limit: int | None, seed: int) -> Sequence[int]:
    """Return the indices of at most `limit` of so many rows, drawn by `seed` and in rising order."""
    if limit is None or limit >= count:
        return range(count)
    return sorted(random.Random(seed).sample(range(count), limit))


def _digest(examples: Sequence[Example]) -> str:
    digest = hashlib.sha256()
    for example in examples:
        digest.update(f"{example.sequence} {example.label!r}\n".encode())
    return digest.hexdigest()
