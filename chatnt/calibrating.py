"""Fit calibrations: score answers of rows with known labels, correct the scores, and measure both."""

import dataclasses
import random
from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from chatnt.calibration import Calibration, MeasuredRows
from chatnt.calibration_methods import METHODS, check_truth, cross_fit, fit_calibrator, method_for
from chatnt.calibrators import Calibrator, both_ways
from chatnt.conformal import COVERAGE, ConformalIntervals, likely_sets, measure_intervals, measure_sets
from chatnt.conversation import Question, Turn
from chatnt.discrimination import measure_discrimination
from chatnt.engine import Engine
from chatnt.errors import DataError
from chatnt.judging import Judge
from chatnt.perplexity import PerplexityJudge
from chatnt.protocols import PROTOCOLS
from chatnt.reliability import measure_calibration, reliability_table
from chatnt.resampling import Estimate
from chatnt.scoring import judge_of, read_shares
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.tasks.base import Split
from chatnt.tasks.sources import Example, Splits
from chatnt.weights import fingerprint


class HasEngine(Protocol):
    """Whatever has an engine, as `chatnt.Assistant` does."""

    @property
    def engine(self) -> Engine:
        """Scores answers."""
        ...


def calibrate(  # noqa: PLR0913 - what is fitted, on what, and how it is asked
    pair: Engine | HasEngine,
    task: Task | str,
    data: Sequence[Example] | Splits,
    *,
    method: str | None = None,
    score: str | None = None,
    protocol: str = "held-out",
    sentences: int | None = None,
    coverage: float = COVERAGE,
    limit: int | None = None,
    seed: int = 0,
    batch_size: int = 64,
    progress: bool = False,
) -> Calibration:
    """Fit what corrects the probabilities of a task, on rows with known labels.

    The DNA and the prompt of each row are read once, and all answer sentences share them. The
    measurements before and after are of the rows that were fitted on, by cross-fitting: each row
    is corrected by what the others say. Only the protocol ``"paper"`` measures test rows.

    Parameters
    ----------
    pair
        An assistant or its engine.
    task
        What is asked, or its name.
    data
        Rows that the pair was not trained on, as many as can be had; or all parts of the data that
        it was trained on, of which the validation part is used.
    method
        One of `chatnt.calibration_methods.METHODS`. Default: ``"platt"`` for two labels or several
        at once, ``"vector"`` for one of several, ``"conformal_intervals"`` for a number.
    score
        One of `chatnt.scoring.SCORES`. Default: ``"likelihood"``.
    protocol
        One of `PROTOCOLS`. ``"paper"`` needs all parts of the data, and changes the defaults of
        `method` and `score` to the paper's.
    sentences
        How many answer sentences of each label are scored; default all: those of training for
        likelihoods, held-out ones for perplexities.
    coverage
        How often conformal sets and intervals are to hold the truth, above 0 and below 1.
    limit
        Most rows to fit on; default all, or as many as the protocol says.
    seed
        Chooses rows, wordings and parts of cross-fitting, and resamples.
    batch_size
        Sequences at a time.
    progress
        Show a bar with the time left.

    Returns
    -------
    Calibration

    Raises
    ------
    DataError
        If there are fewer than 50 rows, only one label or too few of one, a score that is not
        finite, or not the parts that the protocol needs.
    TaskError
        If the method or the score is for other kinds of tasks.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If there is no such method, score or protocol.

    References
    ----------
    de Almeida, Richard et al. 2025, A multimodal conversational agent for DNA, RNA and protein
    tasks, Nat. Mach. Intell., Methods, for the protocol ``"paper"``.

    Examples
    --------
    >>> chatnt.calibrate(chatnt.load(), "promoter_tata", held_out)  # doctest: +SKIP
    Calibration(promoter_tata: platt on likelihood, cross-fitted on 530 held-out examples; ...)
    """
    return calibrate_each(
        pair,
        task,
        data,
        [method],
        score=score,
        protocol=protocol,
        sentences=sentences,
        coverage=coverage,
        limit=limit,
        seed=seed,
        batch_size=batch_size,
        progress=progress,
    )[0]


def calibrate_each(  # noqa: PLR0913 - as `calibrate`
    pair: Engine | HasEngine,
    task: Task | str,
    data: Sequence[Example] | Splits,
    methods: Sequence[str | None],
    *,
    score: str | None = None,
    protocol: str = "held-out",
    sentences: int | None = None,
    coverage: float = COVERAGE,
    limit: int | None = None,
    seed: int = 0,
    batch_size: int = 64,
    progress: bool = False,
) -> list[Calibration]:
    """Fit several methods on the same rows, which are scored once.

    Parameters
    ----------
    pair, task, data, score, protocol, sentences, coverage, limit, seed, batch_size, progress
        As in `calibrate`, which also says what is raised.
    methods
        Each as in `calibrate`.

    Returns
    -------
    list of Calibration
        In the order of the methods.
    """
    if protocol not in PROTOCOLS:
        raise ValueError(f"There is no protocol {protocol!r}; there are {', '.join(PROTOCOLS)}.")
    plan = PROTOCOLS[protocol]
    task = get_task(task) if isinstance(task, str) else task
    names = tuple(method_for(task.kind, method or plan.method) for method in methods)
    judge = judge_of(task, score or plan.score, sentences)
    engine = pair if isinstance(pair, Engine) else pair.engine
    work = _Work(engine, judge, names, coverage, seed, batch_size, progress)
    most = limit if plan.most is None else min(plan.most, limit or plan.most)
    fitted = work.scored(_some(_part(data, plan.fitted, protocol), most, seed), plan.wordings)
    measured = None
    if plan.measured is not None:
        examples = _some(_part(data, plan.measured, protocol), plan.most_measured, seed)
        measured = work.scored(examples, "test")
    about = {
        "task": task.name,
        "kind": task.kind,
        "labels": task.labels,
        "score": score or plan.score,
        "sentences": sentences,
        "protocol": protocol,
        "weights": fingerprint(engine.model),
    }
    return [Calibration(**about, **work.fitted(name, fitted, measured)) for name in names]


def calibrated(
    pair: Engine | HasEngine,
    calibration: Calibration,
    conversations: Sequence[Sequence[Turn]],
    *,
    weights: str | None = None,
    batch_size: int = 64,
) -> NDArray:
    """Score the answers to questions of a task, and correct the scores.

    Parameters
    ----------
    pair
        An assistant or its engine.
    calibration
        Of the task that is asked about.
    conversations
        One list of turns per question; the last turn's answer is judged.
    weights
        Fingerprint of the pair's weights, if it is known already.
    batch_size
        Sequences at a time.

    Returns
    -------
    ndarray
        As `Calibration.apply` gives it.

    Raises
    ------
    CheckpointError
        If the calibration was fitted for other weights.
    """
    engine = pair if isinstance(pair, Engine) else pair.engine
    weights = fingerprint(engine.model) if weights is None else weights
    calibration.check(weights)
    judge = judge_of(get_task(calibration.task), calibration.score, calibration.sentences)
    shares = read_shares(engine, judge, conversations, batch_size=batch_size)
    return calibration.apply(shares, weights=weights)


class _Rows(NamedTuple):
    shares: NDArray[np.float64]
    truth: NDArray


@dataclasses.dataclass(frozen=True)
class _Work:
    """Hold what stays the same from one part of the data to the next."""

    engine: Engine
    judge: Judge | PerplexityJudge
    methods: tuple[str, ...]
    coverage: float
    seed: int
    batch_size: int
    progress: bool

    @property
    def told(self) -> dict[str, Any]:
        points = self.judge.outcomes if isinstance(self.judge, Judge) and self.judge.task.scale else ()
        return {"kind": self.judge.task.kind, "coverage": self.coverage, "points": points}

    def scored(self, examples: Sequence[Example], wordings: Split) -> _Rows:
        """Score rows, if there are enough of each label, which is known before anything is scored."""
        task = self.judge.task
        truth = _truth(task, examples)
        try:
            for method in self.methods:
                truth = check_truth(method, task.kind, truth, labels=len(task.labels))
        except DataError as error:
            names = ", ".join(f"class {i} is {label!r}" for i, label in enumerate(task.labels))
            raise DataError(f"{task.name} cannot be calibrated. {error} {names}".rstrip()) from error
        rng = random.Random(f"{self.seed}/{task.name}")
        texts = task.questions.of(wordings)
        asked = [[Turn(Question(rng.choice(texts), (DNA(e.sequence),)))] for e in examples]
        how = {"batch_size": self.batch_size, "progress": self.progress}
        return _Rows(read_shares(self.engine, self.judge, asked, **how), truth)

    def fitted(self, method: str, rows: _Rows, measured: _Rows | None) -> dict[str, Any]:
        """Fit a method and measure it, on the same rows by cross-fitting if there are no others."""
        calibrator = fit_calibrator(method, *rows, **self.told)
        if measured is None:
            measured, corrected = rows, cross_fit(method, *rows, **self.told, seed=self.seed)
        else:
            corrected = calibrator.apply(measured.shares)
        return {
            "method": method,
            "count": len(rows.truth),
            "measured": len(measured.truth),
            "calibrator": calibrator,
            **_measurements(self, method, calibrator, measured, corrected),
        }


def _measurements(
    work: _Work, method: str, calibrator: Calibrator, rows: _Rows, corrected: NDArray
) -> dict[str, Any]:
    """Return measurements before and after, by the names of the fields of `Calibration`."""
    gives, (raw, truth) = METHODS[method].gives, rows
    if gives == "sets":
        plain = likely_sets(raw, work.coverage)
        return {"before": measure_sets(plain, truth), "after": measure_sets(corrected, truth)}
    if gives == "intervals" and isinstance(calibrator, ConformalIntervals):
        plain = dataclasses.replace(calibrator, margin=0.0).apply(raw)
        return {"before": measure_intervals(plain, truth), "after": measure_intervals(corrected, truth)}
    kept = MeasuredRows(raw, corrected, truth)
    if work.judge.task.kind == "multilabel":  # each label of each row is one case
        raw, corrected, truth = both_ways(raw.ravel()), both_ways(corrected.ravel()), truth.ravel()
    sides = {"before": raw, "after": corrected}
    tables = {when: reliability_table(chances, truth) for when, chances in sides.items()}
    errors = {when: _errors(chances, truth, work.seed) for when, chances in sides.items()}
    return errors | {"tables": tables, "rows": kept}


def _errors(chances: NDArray, truth: NDArray, seed: int) -> dict[str, Estimate]:
    return measure_calibration(chances, truth, seed=seed) | measure_discrimination(chances, truth, seed=seed)


def _truth(task: Task, examples: Sequence[Example]) -> NDArray:
    """Return class numbers, whether each label holds, or measured values."""
    if task.scale:
        return np.array([e.label for e in examples], float)
    if task.kind == "multilabel":
        held = [set(e.label) if isinstance(e.label, tuple) else {e.label} for e in examples]
        return np.array([[label in names for label in task.labels] for names in held], int)
    return np.array([task.labels.index(str(e.label)) for e in examples], int)


def _part(data: Sequence[Example] | Splits, part: str, protocol: str) -> Sequence[Example]:
    if isinstance(data, Splits):
        return getattr(data, part)
    if PROTOCOLS[protocol].measured is not None:
        raise DataError(
            f"The protocol {protocol!r} needs the training and the test part of the data; give the "
            "chatnt.tasks.sources.Splits that the pair was trained on."
        )
    return data


def _some(examples: Sequence[Example], most: int | None, seed: int) -> Sequence[Example]:
    if most is None or most >= len(examples):
        return examples
    return [examples[i] for i in sorted(random.Random(seed).sample(range(len(examples)), most))]
