"""Whether maps hang on what a pair has learned."""

import copy
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import spearmanr
from tqdm import tqdm

from chatnt.attributing import attribute
from chatnt.attribution import Attribution
from chatnt.calibrating import HasEngine
from chatnt.engine import Engine
from chatnt.known_rows import Data, KnownRow, choose_rows
from chatnt.proving import ONE_SENTENCE
from chatnt.randomising import put_back, shuffle_weights, stages
from chatnt.sanity_result import MODES, Mode, Sanity, Similarity
from chatnt.tasks import Task, get_task


def sanity(  # noqa: PLR0913 - which maps, of what, and how weights are changed
    pair: Engine | HasEngine,
    task: Task | str,
    data: Data | None = None,
    *,
    how: Mapping[str, Any] | None = None,
    modes: Collection[Mode] = MODES,
    label: str | None = None,
    question: str | None = None,
    count: int = 5,
    batch_size: int = 32,
    seed: int = 0,
    progress: bool = False,
) -> Sanity:
    """Put the weights of a pair in disorder, stage by stage, and see whether its maps change.

    Parameters
    ----------
    pair
        An assistant or its engine. It is left as it is: a copy is changed.
    task
        What is asked, or its name.
    data
        Rows with known labels, or all parts of the data, of which the test part is used. Default: simulated.
    how
        Options of `chatnt.attribute`. Default: integrated gradients, and one sentence for each label.
    modes
        ``"cascading"``: all stages from the answer down to one; ``"independent"``: each stage alone.
    label
        Take rows of this label alone.
    question
        The wording. Default: the first training wording of the task.
    count
        Sequences that the pair answers right, chosen by `seed`.
    batch_size
        Changed sequences at a time.
    seed
        Of all that is drawn.
    progress
        Show a bar with the time left.

    Returns
    -------
    Sanity

    Raises
    ------
    DataError
        If no row is answered right.
    TaskError
        If the task has no such label, or several that may hold at once.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If there is no such mode or method, or a number is out of range.

    References
    ----------
    Adebayo et al. 2018, Sanity checks for saliency maps, section 3. Weights are put in another order
    there too, or drawn anew; here their order alone is changed, see `chatnt.randomising.shuffle_weights`.

    Examples
    --------
    >>> chatnt.sanity(chatnt.load(), "splice_sites_donors").table()  # doctest: +SKIP
    """
    if not modes or set(modes) - set(MODES):
        raise ValueError(f"modes={list(modes)}: give {' or '.join(map(repr, MODES))}, or both.")
    task = get_task(task) if isinstance(task, str) else task
    engine = pair if isinstance(pair, Engine) else pair.engine
    asked = question or task.questions.train[0]
    rows = choose_rows(
        engine, task, data, question=asked, label=label, count=count, seed=seed, batch_size=batch_size
    )
    options = {"batch_size": batch_size, "seed": seed} | ONE_SENTENCE | dict(how or {})

    def maps(of: Engine) -> list[Attribution]:
        return [_map(of, task, row, asked, options) for row in rows]

    true, found = maps(engine), []
    other = Engine(copy.deepcopy(engine.model), engine.processor)
    weights = stages(other.model)
    with tqdm(total=len(weights) * len(set(modes)), unit="stage", disable=not progress) as bar:
        for mode in (each for each in MODES if each in modes):
            for depth, stage in enumerate(_disordered(weights, mode, seed), start=1):
                for i, (one, changed) in enumerate(zip(true, maps(other), strict=True)):
                    alike = _alike(one.scores, changed.scores)
                    found.append(Similarity(mode, depth, stage, i, *alike))
                bar.update()
    return Sanity(task.name, true[0].how, len(rows), tuple(found))


def _map(engine: Engine, task: Task, row: KnownRow, question: str, how: Mapping[str, Any]) -> Attribution:
    options: dict[str, Any] = {"target": row.target} | dict(how)
    return attribute(engine, question, row.sequence, task=task, **options)


def _disordered(weights: Mapping[str, list], mode: str, seed: int) -> Iterator[str]:
    """Yield the stages; at each, its weights are in disorder, and behind the last all are as they were."""
    kept = [weight for group in weights.values() for weight in group]
    with put_back(kept):
        for stage, group in weights.items():
            if mode == "cascading":
                shuffle_weights(group, f"{seed}/{stage}")
                yield stage
            else:
                with put_back(group):
                    shuffle_weights(group, f"{seed}/{stage}")
                    yield stage


def _alike(one: Sequence[NDArray], other: Sequence[NDArray]) -> tuple[float, float]:
    first, second = np.concatenate(list(one)), np.concatenate(list(other))
    return _correlation(first, second), _correlation(np.abs(first), np.abs(second))


def _correlation(one: NDArray, other: NDArray) -> float:
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(spearmanr(one, other)[0])  # type: ignore[arg-type]
