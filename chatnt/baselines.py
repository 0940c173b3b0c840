"""Linear baselines: one small model per task, for the floor that a pair must stand above."""

import itertools
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression, Ridge

from chatnt.metrics import as_text, score_predictions
from chatnt.outcomes import Scores
from chatnt.predictions import Prediction, as_frame
from chatnt.tasks import Task
from chatnt.tasks.examples import Example
from chatnt.tasks.overlap import letters_of
from chatnt.tasks.sources import Splits

LENGTHS = (3, 4, 5)
"""Of the counted words."""

REACH = 50
"""Bases that are read on either side of the centre."""

STRENGTHS = (1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1.0)
"""Inverse penalties to choose from."""

_HELD = 5  # every fifth row chooses the penalty
_STEPS = 300  # of the solver: a penalised model is near its end after some dozens
_BASES = np.full(256, 4, np.uint8)
_BASES[list(b"ACGT")] = range(4)


def count_words(examples: Sequence[Example], *, either_strand: bool) -> NDArray[np.float32]:
    """Return how often each word of 3 to 5 bases occurs: the square root of its share of all of its length.

    The square root makes the counts of rare and of frequent words about equally noisy.

    Parameters
    ----------
    examples
        Of any lengths. Words with other letters than A, C, G and T are left out.
    either_strand
        Whether both strands are counted.

    Returns
    -------
    ndarray
        Of shape (examples, 1344), in alphabetical order for each length.
    """
    counts = np.zeros((len(examples), sum(4**n for n in LENGTHS)), np.float32)
    back = [_reversed_words(n) for n in LENGTHS]
    for row, letters in zip(counts, letters_of(examples), strict=True):
        bases = _BASES[np.frombuffer(letters, np.uint8)].astype(np.int64)
        at = 0
        for n, other in zip(LENGTHS, back, strict=True):
            places = max(len(bases) - n + 1, 0)
            words = sum(bases[i : i + places] % 4 * 4 ** (n - 1 - i) for i in range(n))
            whole = np.logical_and.reduce([bases[i : i + places] < 4 for i in range(n)])
            found = np.bincount(np.asarray(words)[whole], minlength=4**n).astype(np.float32)
            found = found + found[other] if either_strand else found
            row[at : at + 4**n] = np.sqrt(found / max(found.sum(), 1))
            at += 4**n
    return counts


def mark_centre(examples: Sequence[Example]) -> NDArray[np.float32]:
    """Return which base stands at each place around the centre, of shape (examples, 400)."""
    return _one_hot(examples, 2 * REACH, lambda length: length // 2 - REACH)


def mark_bases(examples: Sequence[Example]) -> NDArray[np.float32]:
    """Return which base stands at each place, of shape (examples, 4 * longest); shorter ones end in zeros."""
    return _one_hot(examples, max(map(len, letters_of(examples)), default=0), lambda length: 0)


def features_of(task: Task) -> str:
    """Return which features suit a task.

    ``"centre"`` for splice sites and signals of polyadenylation, which stand at the centre of the
    sequence; ``"bases"`` for variants of one protein; ``"words"`` for all others.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> [features_of(get_task(name)) for name in ("splice_sites_all", "gfp_fluorescence", "h3")]
    ['centre', 'bases', 'words']
    """
    if task.name.startswith(("splice_sites", "polya_")):
        return "centre"
    return "bases" if task.name.startswith("gfp_") else "words"


def fit_linear(known: NDArray, truth: NDArray, asked: NDArray) -> NDArray:
    """Fit a linear model, with the penalty that suits held-out rows.

    Features are centred and divided by one number, so that together they vary by one.

    Parameters
    ----------
    known, asked
        Features of the rows to fit and of those to predict, of shape (rows, features).
    truth
        Of the rows to fit: class numbers (logistic regression), or floats (ridge regression).

    Returns
    -------
    ndarray
        The probability of each class, of shape (asked rows, classes up to the last one seen), or the
        expected numbers, of shape (asked rows,).
    """
    mean = known.mean(0)
    spread = float((known - mean).std()) or 1.0  # of features that never vary
    known, asked = (known - mean) / spread, (asked - mean) / spread
    fit = _fit_numbers if truth.dtype.kind == "f" else _fit_labels
    held = np.arange(len(known)) % _HELD == _HELD - 1
    losses = [
        _loss(truth[held], fit(known[~held], truth[~held], strength, known[held])) for strength in STRENGTHS
    ]
    return fit(known, truth, STRENGTHS[int(np.argmin(losses))], asked)


def linear_baseline(
    task: Task,
    train: Sequence[Example],
    test: Sequence[Example],
    *,
    features: str | None = None,
) -> pd.DataFrame:
    """Fit a linear model on the training rows of one task and let it predict the test rows.

    Logistic regression for labels (one for each, where several hold at once), ridge regression for
    numbers (`fit_linear`). Every fifth training row chooses the penalty; then the model is
    fitted on all of them. Nothing is random.

    Parameters
    ----------
    task
        What the labels are of.
    train, test
        Rows without common sequences.
    features
        ``"words"``, ``"centre"`` or ``"bases"``; default `features_of`.

    Returns
    -------
    DataFrame
        As `chatnt.predictions.as_frame`, with empty answers.

    Raises
    ------
    ValueError
        If there are no such features, fewer than 10 training rows, or only one label in them.
    """
    reading = features_of(task) if features is None else features
    if reading not in _FEATURES:
        raise ValueError(f"There are no features {reading!r}; there are {', '.join(_FEATURES)}.")
    if len(train) < 2 * _HELD:
        raise ValueError(f"{task.name} has {len(train)} training rows; give at least {2 * _HELD}.")
    known, asked = (_FEATURES[reading](task, part) for part in (train, test))
    width = max(known.shape[1], asked.shape[1])  # of bases, the longest sequence may be in either
    known, asked = (np.pad(part, ((0, 0), (0, width - part.shape[1]))) for part in (known, asked))
    if task.scale:
        values = np.array([e.label for e in train], float)
        stated = fit_linear(known, values, asked)
        rows = [
            Prediction(task.name, i, value=float(e.label), parsed_value=s)  # type: ignore[arg-type]
            for i, (e, s) in enumerate(zip(test, stated.tolist(), strict=True))
        ]
        return as_frame(rows)
    flags = np.array([[_holds(e, label) for label in task.labels] for e in train])
    one_each = task.kind != "multilabel"
    if one_each and len(set(flags.argmax(1).tolist())) < 2:
        raise ValueError(f"The training rows of {task.name} all have the same label; give others too.")
    chances = (
        fit_linear(known, flags.argmax(1), asked)
        if one_each
        else np.stack([fit_linear(known, flag.astype(int), asked)[:, -1] for flag in flags.T], 1)
    )
    return as_frame(_labelled(task, i, e, c) for i, (e, c) in enumerate(zip(test, chances, strict=True)))


def linear_baselines(
    tasks: Sequence[Task], splits: Mapping[str, Splits], *, simulated: Collection[str] = ()
) -> tuple[Scores, pd.DataFrame]:
    """Fit a linear model for each task and score it on the test rows.

    Parameters
    ----------
    tasks
        Which.
    splits
        By the name of the task; training and validation rows are fitted, test rows scored.
    simulated
        Names of the tasks whose sequences are simulated, for the record.

    Returns
    -------
    scores : Scores
    predictions : DataFrame
        Of all tasks.
    """
    frames = []
    for task in tasks:
        parts = splits[task.name]
        frames.append(linear_baseline(task, [*parts.train, *parts.validation], parts.test))
    scores = [
        score_predictions(task, frame, simulated=task.name in simulated)
        for task, frame in zip(tasks, frames, strict=True)
    ]
    return Scores(tuple(scores), ""), pd.concat(frames, ignore_index=True)


_FEATURES: dict[str, Callable[[Task, Sequence[Example]], NDArray[np.float32]]] = {
    "words": lambda task, examples: count_words(examples, either_strand=task.either_strand),
    "centre": lambda task, examples: mark_centre(examples),
    "bases": lambda task, examples: mark_bases(examples),
}


def _loss(truth: NDArray, stated: NDArray) -> float:
    if stated.ndim == 1:
        return float(((truth - stated) ** 2).mean())
    chances = stated[np.arange(len(truth)), truth.astype(int)]
    return float(-np.log(np.maximum(chances, 1e-12)).mean())


def _fit_numbers(known: NDArray, truth: NDArray, strength: float, asked: NDArray) -> NDArray:
    # In single precision words that always come together make the equations ill-conditioned.
    return Ridge(1 / strength).fit(known.astype(float), truth).predict(asked)


def _fit_labels(known: NDArray, truth: NDArray, strength: float, asked: NDArray) -> NDArray:
    """Return the probability of each class, of shape (rows, classes up to the last one seen)."""
    classes = np.unique(truth)
    chances = np.zeros((len(asked), int(truth.max()) + 1))
    if len(classes) == 1:
        chances[:, classes] = 1.0
        return chances
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # see _STEPS
        model = LogisticRegression(C=strength, max_iter=_STEPS, tol=1e-3).fit(known, truth)
    chances[:, classes] = model.predict_proba(asked)
    return chances


def _holds(example: Example, label: str) -> bool:
    return label in example.label if isinstance(example.label, tuple) else label == example.label


def _labelled(task: Task, row: int, example: Example, chances: NDArray) -> Prediction:
    shares = np.pad(chances, (0, len(task.labels) - len(chances)))
    said = Prediction(task.name, row, as_text(example.label), probabilities=shares.tolist())
    if task.kind == "multilabel":
        return said._replace(parsed_label=as_text(tuple(itertools.compress(task.labels, shares > 0.5))))
    best = int(shares.argmax())
    return said._replace(parsed_label=task.labels[best], probability=float(shares[best]))


def _one_hot(examples: Sequence[Example], width: int, start: Callable[[int], int]) -> NDArray[np.float32]:
    marks = np.zeros((len(examples), width, 5), np.float32)
    for row, letters in zip(marks, letters_of(examples), strict=True):
        first = start(len(letters))
        places = np.arange(max(first, 0), min(first + width, len(letters)))
        row[places - first, _BASES[np.frombuffer(letters, np.uint8)[places]]] = 1
    return marks[:, :, :4].reshape(len(examples), -1)


def _reversed_words(length: int) -> NDArray[np.int64]:
    """Return the number of the reverse complement of each word."""
    words = np.arange(4**length)
    digits = [words // 4**i % 4 for i in range(length)]  # the last base first
    return sum((3 - digit) * 4 ** (length - 1 - i) for i, digit in enumerate(digits))  # type: ignore[return-value]
