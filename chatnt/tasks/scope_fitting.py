"""Learn which task a question asks about, and from which probability on to believe it."""

import dataclasses
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from chatnt.tasks.base import Task
from chatnt.tasks.scope import Scope, named
from chatnt.tasks.scope_words import ASKING, Lexicon, beginning, is_name, words_of

_Names = tuple[str, ...]
_Words = tuple[str, ...]
_Asked = Sequence[tuple[_Words, int]]  # questions, split into words, and their classes
_PER_TASK = 200  # questions of a task that are looked at; more only take longer
_OFTEN = 0.25  # share of a task's questions
_FOLDS = 5
_THRESHOLDS = np.round(np.arange(0.05, 0.96, 0.01), 2)
_MAX_REFUSED = 0.02  # share of the held-out questions of the tasks

# Chosen on held-out training questions of 47 tasks; 10 to 100, 1 to 6, and 0.3 to 0.7 do equally well.
_INVERSE_PENALTY = 30.0
_EMPHASIS = 3.0  # on the counts, which hold for words that were never seen
_OTHERS = 0.5  # weight of all the other questions; the tasks share the rest
_NEVER = -30.0  # bias of a class without examples
_DIGITS, _BIAS_DIGITS = 1, 3  # of a stored weight, of which a question adds dozens, and of a bias


def fit_scope(tasks: Sequence[Task], others: Sequence[str], seed: int) -> Scope:
    """Do what `Scope.fit` says."""
    if not tasks or not others:
        raise ValueError(f"Got {len(tasks)} tasks and {len(others)} other questions; give some of both.")
    names = tuple(task.name for task in tasks)
    asked = [(words_of(question), i) for i, task in enumerate(tasks) for question in _some(task, seed)]
    asked += [(words_of(question), len(tasks)) for question in others]
    return dataclasses.replace(_fitted(names, asked), threshold=_threshold(names, asked, seed))


def _some(task: Task, seed: int) -> list[str]:
    """Return some training questions, or all."""
    asked = task.questions.train
    return random.Random(f"{seed}/{task.name}").sample(asked, min(_PER_TASK, len(asked)))


def _fitted(names: _Names, asked: _Asked) -> Scope:
    """Fit the regression to questions and their classes; the threshold is left at 0."""
    # New questions may use every word of the tasks. The tasks' own are read as if the words of a single frame
    # were foreign: from these the regression learns how much foreign words tell.
    lexicon, strict = _lexicon(names, asked, frames=1), _lexicon(names, asked, frames=2)
    keys = _keys(names, asked)
    asked = _reaching(names, keys, asked)
    found = [(strict if label < len(names) else lexicon).features(words) for words, label in asked]
    times = Counter(itertools.chain.from_iterable(found))
    features = {name: row for row, name in enumerate(sorted(name for name, n in times.items() if n > 1))}
    emphasis = np.array([_EMPHASIS if name.startswith(("<apart", "<foreign ")) else 1.0 for name in features])
    weights, bias = _regression(_matrix(found, features, emphasis), [label for _, label in asked], len(names))
    weights *= emphasis[:, None]
    # Only differences between classes count; measured from the median most are 0 and need not be stored.
    weights -= np.median(weights, axis=1, keepdims=True)
    return Scope(
        names, keys, lexicon, features, np.round(weights, _DIGITS), np.round(bias, _BIAS_DIGITS), 0.0
    )


def _matrix(found: Sequence[set[str]], features: Mapping[str, int], emphasis: np.ndarray) -> Any:
    """Return a sparse matrix of one row per question."""
    from scipy.sparse import csr_matrix

    rows = [sorted(features[name] for name in present if name in features) for present in found]
    sizes = np.array([len(row) for row in rows])
    columns = np.fromiter(itertools.chain.from_iterable(rows), dtype=int)
    # Long and short questions weigh the same.
    values = emphasis[columns] / np.sqrt(np.repeat(sizes, sizes))
    return csr_matrix((values, columns, np.concatenate([[0], sizes.cumsum()])), (len(rows), len(features)))


def _regression(matrix: Any, labels: Sequence[int], other: int) -> tuple[np.ndarray, np.ndarray]:
    """Return weights of shape (features, classes), and biases; `other` is the last class."""
    from sklearn.linear_model import LogisticRegression

    times = Counter(labels)
    shares = {label: _OTHERS if label == other else (1 - _OTHERS) / other for label in times}
    balanced = {label: share * len(labels) / times[label] for label, share in shares.items()}
    model = LogisticRegression(C=_INVERSE_PENALTY, class_weight=balanced, max_iter=1000)
    model.fit(matrix, labels)
    weights, bias = np.zeros((matrix.shape[1], other + 1)), np.full(other + 1, _NEVER)
    # Of two classes the model keeps only the second: the first is at zero.
    fitted = model.classes_[-len(model.coef_) :]
    bias[model.classes_] = 0.0
    weights[:, fitted], bias[fitted] = model.coef_.T, model.intercept_
    return weights, bias


def _reaching(names: _Names, keys: Sequence[frozenset[str]], asked: _Asked) -> _Asked:
    """Return the questions that the keys leave to the regression, so that it learns from these alone."""
    reaching = [(words, label) for words, label in asked if named(words, keys)]
    return reaching if any(label == len(names) for _, label in reaching) else asked


def _lexicon(names: _Names, asked: _Asked, frames: int) -> Lexicon:
    """Return for each task its names, its frequent words, and those of so many frames or more."""
    content = Lexicon((), ASKING).content
    vocabularies = []
    for i in range(len(names)):
        own = [words for words, label in asked if label == i]
        times, framed = Counter(), defaultdict(set)
        for words in own:
            for word in set(content(words)):
                times[word] += 1
                framed[word].add(beginning(words))
        often = {word for word, n in times.items() if n >= _OFTEN * len(own) or is_name(word)}
        vocabularies.append(frozenset(often | {word for word in times if len(framed[word]) >= frames}))
    return Lexicon(tuple(vocabularies), ASKING)


def _keys(names: _Names, asked: _Asked) -> tuple[frozenset[str], ...]:
    """Return for each task the words that name its topic.

    These are words that no other task's questions have: the one that all of the task's
    questions have, and if there is none, those that many have, if together they are in all.
    """
    content = Lexicon((), ASKING).content
    contents = [[set(content(words)) for words, label in asked if label == i] for i in range(len(names) + 1)]
    others = Counter(itertools.chain.from_iterable(contents.pop()))
    tasks = Counter(word for own in contents for word in set().union(*own))
    keys = []
    for own in contents:
        times = Counter(word for words in own for word in words if tasks[word] == 1)
        always = [word for word, n in times.items() if n == len(own)]
        often = {word for word, n in times.items() if n >= _OFTEN * len(own)}
        if always:
            keys.append(frozenset({min(always, key=lambda word: (others[word], word))}))
        else:
            keys.append(frozenset(often if all(often & words for words in own) else ()))
    return tuple(keys)


def _threshold(names: _Names, asked: _Asked, seed: int) -> float:
    """Return the (middle) threshold with the best mean of recognised and of refused questions.

    It may refuse few of the tasks' questions, if any threshold does so. Other questions that
    name no task are left out: whatever the threshold is, they are refused.
    """
    rng = np.random.default_rng(seed)
    reaching = set(_reaching(names, _keys(names, asked), asked))
    inside = np.array([label < len(names) for _, label in asked])
    outside = np.array([pair in reaching for pair in asked]) & ~inside
    right, probabilities = _held_out(names, asked, rng)
    passed = probabilities[:, None] >= _THRESHOLDS
    score = (passed & right[:, None])[inside].mean(axis=0) + (~passed)[outside].mean(axis=0)
    lenient = (~passed)[inside].mean(axis=0) <= _MAX_REFUSED
    if lenient.any():
        score[~lenient] = 0.0
    best = _THRESHOLDS[np.isclose(score, score.max())]
    return float(best[len(best) // 2])


def _held_out(names: _Names, asked: _Asked, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Return whether a scope fitted without its fold finds a question's task, and how surely, for each.

    Held out together are questions of the tasks that begin alike, since new wordings will
    begin in another way, and other questions that share their rarest word, since they will
    be about something else. Others that begin like the held-out ones are not learned from
    either: they would teach that whoever begins so asks about something else.
    """
    inside = np.array([label < len(names) for _, label in asked])
    begun = _folds([beginning(words) for words, _ in asked], rng)
    rare = _folds(_rarest([words for words, _ in asked]), rng)
    right, probabilities = np.zeros(len(asked), dtype=bool), np.zeros(len(asked))
    for fold in range(_FOLDS):
        learned = [asked[i] for i in np.flatnonzero((begun != fold) & (inside | (rare != fold))).tolist()]
        # Of very few questions none can be spared.
        scope = _fitted(names, learned if len({label for _, label in learned}) > 1 else asked)
        for i in np.flatnonzero(np.where(inside, begun, rare) == fold).tolist():
            words, label = asked[i]
            task, probabilities[i] = scope.match_words(words)
            right[i] = label < len(names) and task == names[label]
    return right, probabilities


def _folds(keys: Sequence[str], rng: np.random.Generator) -> np.ndarray:
    number = {key: i for i, key in enumerate(sorted(set(keys)))}
    return rng.permutation(len(number))[[number[key] for key in keys]] % _FOLDS


def _rarest(questions: Sequence[_Words]) -> list[str]:
    """Return the rarest word of each question."""
    times = Counter(itertools.chain.from_iterable(map(set, questions)))
    return [min(words, key=lambda word: (times[word], word), default="") for words in questions]
