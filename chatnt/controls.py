"""Controls: what a pair answers without its DNA, and what its words cost."""

import random
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.baselines import fit_linear
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.evaluation import score_answers, score_tasks
from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores
from chatnt.pair_results import QUESTION_ONLY, SHUFFLED
from chatnt.predictions import Prediction, as_frame
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.base import Split
from chatnt.tasks.dinucleotides import shuffle_dinucleotides
from chatnt.tasks.sources import Example


def blank_dna(sequence: str, rng: random.Random) -> str:
    """Return as many N: nothing is left but the question and the length."""
    return "N" * len(sequence)


CONTROLS: dict[str, Callable[[str, random.Random], str]] = {
    QUESTION_ONLY: blank_dna,
    SHUFFLED: shuffle_dinucleotides,
}
"""How each control changes a sequence."""


def score_control(  # noqa: PLR0913 - those of `score_tasks`, which it calls
    name: str,
    engine: Engine,
    data: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    *,
    split: str = "test",
    wordings: Split = "test",
    limit: int | None = None,
    seed: int = 0,
    filled: Mapping[str, float] | None = None,
    simulated: Collection[str] = (),
    progress: bool = False,
) -> Scores:
    """Ask the same questions about sequences that say nothing, or only their composition.

    A pair that scores above chance on the first has learned from the question or the length, and on
    the second from single bases and pairs of neighbours.

    Parameters
    ----------
    name
        ``"question only"`` (every base replaced by N) or ``"shuffled DNA"`` (same dinucleotides).
    engine, data, tasks, split, wordings, limit, seed, filled, simulated, progress
        As in `chatnt.evaluation.score_tasks`; with the same `limit` and `seed` it asks
        about the same rows in the same words.

    Raises
    ------
    KeyError
        If there is no such control.
    """
    change, rng = CONTROLS[name], random.Random(f"{seed}/{name}")
    changed = {
        task.name: [Example(change(e.sequence, rng), e.label) for e in data[task.name]] for task in tasks
    }
    return score_tasks(
        engine,
        changed,
        tasks,
        split=split,
        wordings=wordings,
        limit=limit,
        seed=seed,
        sentences=0,
        filled=filled,
        simulated=simulated,
        progress=progress,
    )


def wording_gap(  # noqa: PLR0913 - those of `score_tasks`, which it calls
    engine: Engine,
    data: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    *,
    limit: int | None = None,
    seed: int = 0,
    filled: Mapping[str, float] | None = None,
    progress: bool = False,
) -> pd.DataFrame:
    """Ask about the same rows in wordings that were trained on and in others.

    Parameters
    ----------
    engine, data, tasks, limit, seed, filled, progress
        As in `chatnt.evaluation.score_tasks`.

    Returns
    -------
    DataFrame
        One row per task: ``task``, ``metric``, ``sequences``, ``train`` and ``test`` (the score in the
        wordings of each), and ``gap`` (the first less the second).
    """
    asked: tuple[Split, ...] = ("train", "test")
    train, test = (
        score_tasks(
            engine,
            data,
            tasks,
            split="",
            wordings=wordings,
            limit=limit,
            seed=seed,
            sentences=0,
            filled=filled,
            progress=progress,
        )
        for wordings in asked
    )
    rows = [
        (t.task, t.metric, t.count, t.score, o.score, t.score - o.score)
        for t, o in zip(train.tasks, test.tasks, strict=True)
    ]
    return pd.DataFrame(rows, columns=["task", "metric", "sequences", "train", "test", "gap"])


def probe_gap(  # noqa: PLR0913 - two sets of rows, and how they are read
    engine: Engine,
    train: Mapping[str, Sequence[Example]],
    data: Mapping[str, Sequence[Example]],
    tasks: Sequence[Task],
    *,
    limit: int = 4000,
    seed: int = 0,
    batch_size: int = 64,
) -> pd.DataFrame:
    """Compare the written answers with linear models that read the soft tokens.

    What a linear model finds in the soft tokens and the decoder does not write is lost on the
    way through English. The model is `chatnt.baselines.fit_linear` on all soft tokens of a row.

    Parameters
    ----------
    engine
        Whose soft tokens and answers.
    train
        Rows that the linear models are fitted on, by the name of the task, asked in training wordings.
        An encoder knows the rows that it was trained on better than others; validation
        rows make a fairer probe.
    data
        Rows that both are scored on, in test wordings.
    tasks
        Tasks to compare. Of several labels at once each needs a model; such tasks are refused.
    limit
        Most rows of each, chosen by `seed`.
    seed
        Chooses rows and wordings.
    batch_size
        Sequences at a time.

    Returns
    -------
    DataFrame
        One row per task: ``task``, ``metric``, ``fitted`` and ``sequences`` (rows), ``probe`` and
        ``answers`` (scores), and ``gap`` (the first less the second).

    Raises
    ------
    ValueError
        If a task has several labels at once.
    """
    rows = []
    for task in tasks:
        if task.kind == "multilabel":
            raise ValueError(f"{task.name} has several labels at once; a probe is for one label or a number.")
        fit, held = (_some(part[task.name], limit, seed) for part in (train, data))
        known = read_soft_tokens(engine, task, fit, wordings="train", seed=seed, batch_size=batch_size)
        asked = read_soft_tokens(engine, task, held, seed=seed, batch_size=batch_size)
        metric = "pearson" if task.scale else "mcc"
        probe = getattr(score_predictions(task, _probed(task, fit, held, known, asked)), metric)
        score = score_answers(engine, task, held, split="", seed=seed, batch_size=batch_size)
        answers = getattr(score, metric)
        rows.append((task.name, metric, len(fit), len(held), probe, answers, probe - answers))
    return pd.DataFrame(rows, columns=["task", "metric", "fitted", "sequences", "probe", "answers", "gap"])


def read_soft_tokens(
    engine: Engine,
    task: Task,
    examples: Sequence[Example],
    *,
    wordings: Split = "test",
    seed: int = 0,
    batch_size: int = 64,
) -> NDArray[np.float32]:
    """Return the soft tokens of each example, of shape (examples, latents * dim).

    Parameters
    ----------
    engine, task, examples, wordings, seed, batch_size
        As in `chatnt.evaluation.predict`; the questions are the same.
    """
    rng = random.Random(f"{seed}/{task.name}")
    texts = task.questions.of(wordings)
    asked = [[Turn(Question(rng.choice(texts), (DNA(e.sequence),)))] for e in examples]
    parts = []
    for start in range(0, len(asked), batch_size):
        soft = engine.read_each(asked[start : start + batch_size])
        if soft is not None:
            parts.append(soft.float().cpu().flatten(1).numpy())
    return np.concatenate(parts)


def _probed(
    task: Task, fit: Sequence[Example], held: Sequence[Example], known: NDArray, asked: NDArray
) -> pd.DataFrame:
    """Return what a linear model on soft tokens states, as predictions."""
    if task.scale:
        stated = fit_linear(known, np.array([e.label for e in fit], float), asked).tolist()
        rows = [Prediction(task.name, i, parsed_value=x) for i, x in enumerate(stated)]
        return as_frame(row._replace(value=e.label) for row, e in zip(rows, held, strict=True))
    numbers = np.array([task.labels.index(str(e.label)) for e in fit])
    stated = fit_linear(known, numbers, asked).argmax(1).tolist()
    rows = [Prediction(task.name, i, parsed_label=task.labels[n]) for i, n in enumerate(stated)]
    return as_frame(row._replace(label=e.label) for row, e in zip(rows, held, strict=True))


def _some(examples: Sequence[Example], limit: int, seed: int) -> list[Example]:
    chosen = range(len(examples))
    if len(examples) > limit:
        chosen = sorted(random.Random(seed).sample(chosen, limit))
    return [examples[i] for i in chosen]
