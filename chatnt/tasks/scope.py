"""Which task a question asks about, or that it asks about none of them."""

import dataclasses
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from chatnt.errors import CheckpointError
from chatnt.tasks.base import Task
from chatnt.tasks.scope_words import FIRST_ASKING, SLOT, Lexicon, words_of

_FORMAT = 2
_MAX_WORDS = 60  # three times the longest wording: no pair was trained on anything longer
_MAX_UNKNOWN = 0.5  # share of the content words


class ScopeMatch(NamedTuple):
    """Say which task a question asks about.

    Parameters
    ----------
    task
        Name of the task; None if the question is out of scope.
    probability
        Probability, in [0, 1], of the task that the question names, whether or not it
        suffices; 0 if the question names no task or several, or cannot be read.
    """

    task: str | None
    probability: float


@dataclasses.dataclass(frozen=True, eq=False)
class Scope:
    """Recognise the task that a question asks about.

    A question in scope is about one sequence and names the topic of exactly one task.
    Whether it then asks what the task answers, and not where, why or in which other
    organism, a multinomial logistic regression decides on its words, on its neighbouring
    words, on pairs of its content words wherever they stand, and on how many words no task
    has. Out of scope is also a question that is far longer than any wording, or whose
    content words are mostly unknown.

    Parameters
    ----------
    tasks
        Names of the tasks; the last class, after them, is everything else.
    keys
        For each task, words one of which names its topic. Empty if no words are its own.
    lexicon
        Words that the tasks are asked about in.
    features
        Row of `weights` of each feature.
    weights
        Array of shape (features, tasks + 1).
    bias
        Array of shape (tasks + 1,).
    threshold
        Probability from which a task counts as recognised.
    simulated
        Names of the tasks that were learned from simulated sequences alone.

    Examples
    --------
    >>> from chatnt.tasks import get_task
    >>> from chatnt.tasks.elsewhere import ELSEWHERE
    >>> names = ["promoter_tata", "h3"]
    >>> others = ELSEWHERE.for_tasks(names).train
    >>> scope = Scope.fit([get_task(name) for name in names], others, seed=0)
    >>> scope.match("Is there a TATA promoter in <DNA>?").task
    'promoter_tata'
    >>> scope.match("Is there an H3K4me3 signal in <DNA>?").task is None
    True
    """

    tasks: tuple[str, ...]
    keys: tuple[frozenset[str], ...]
    lexicon: Lexicon
    features: Mapping[str, int]
    weights: np.ndarray
    bias: np.ndarray
    threshold: float
    simulated: tuple[str, ...] = ()

    @classmethod
    def fit(cls, tasks: Sequence[Task], others: Sequence[str], seed: int) -> "Scope":
        """Learn a scope from the training questions of tasks and from other questions.

        The threshold is the one that does best on questions held out by cross-validation,
        among those that miss few of the tasks' questions.

        Parameters
        ----------
        tasks
            Their test questions are not looked at.
        others
            Questions that are out of scope: `chatnt.tasks.elsewhere.ELSEWHERE` has some.
        seed
            Decides the folds.

        Raises
        ------
        ValueError
            If there are no tasks or no other questions.
        """
        from chatnt.tasks.scope_fitting import fit_scope  # which makes scopes itself

        return fit_scope(tasks, others, seed)

    def match(self, question: str) -> ScopeMatch:
        """Say which task a question, given with its placeholders, asks about."""
        return self.match_words(words_of(question))

    def match_words(self, words: Sequence[str]) -> ScopeMatch:
        """Say which task a question asks about that `chatnt.tasks.scope_words.words_of` has split."""
        candidates = named(words, self.keys)
        if not candidates or not self._is_readable(words):
            return ScopeMatch(None, 0.0)
        probabilities = self._probabilities(words)
        best = max(candidates, key=probabilities.__getitem__)
        probability = float(probabilities[best])
        return ScopeMatch(self.tasks[best] if probability >= self.threshold else None, probability)

    def save(self, path: str | Path) -> None:
        """Write the scope to a JSON file."""
        content = {
            "format": _FORMAT,
            "tasks": self.tasks,
            "simulated": self.simulated,
            "keys": [sorted(words) for words in self.keys],
            "asking": sorted(self.lexicon.asking),
            "vocabularies": [sorted(words) for words in self.lexicon.vocabularies],
            "threshold": self.threshold,
            "bias": self.bias.tolist(),
            "weights": {name: _sparse(self.weights[row]) for name, row in self.features.items()},
        }
        text = json.dumps(content, ensure_ascii=False, separators=(",", ":"))
        Path(path).write_text(text + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "Scope":
        """Read a scope that `save` wrote, also one of the first format.

        Raises
        ------
        CheckpointError
            If the file cannot be read as a scope.
        """
        try:
            content = json.loads(Path(path).read_text(encoding="utf-8"))
            if content["format"] not in (1, _FORMAT):
                raise ValueError(f"its format is {content['format']!r}, expected {_FORMAT}")
            tasks, rows = tuple(content["tasks"]), content["weights"]
            return cls(
                tasks=tasks,
                keys=tuple(frozenset(words) for words in content["keys"]),
                lexicon=_lexicon(content),
                features={name: row for row, name in enumerate(rows)},
                weights=_weights(content, len(tasks) + 1),
                bias=np.array(content["bias"], dtype=float).reshape(len(tasks) + 1),
                threshold=float(content["threshold"]),
                simulated=tuple(content.get("simulated", ())),
            )
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise CheckpointError(f"Cannot read a scope from {path}: {error!r}.") from error

    def _is_readable(self, words: Sequence[str]) -> bool:
        content = self.lexicon.content(words)
        unknown = sum(word not in self.features for word in content)
        return len(words) <= _MAX_WORDS and bool(content) and unknown <= _MAX_UNKNOWN * len(content)

    def _probabilities(self, words: Sequence[str]) -> np.ndarray:
        rows = [self.features[name] for name in self.lexicon.features(words) if name in self.features]
        # Sorted: a loaded scope sums in the same order as the fitted one.
        logits = self.weights[sorted(rows)].sum(axis=0) / max(len(rows), 1) ** 0.5 + self.bias
        odds = np.exp(logits - logits.max())
        return odds / odds.sum()


def named(words: Sequence[str], keys: Sequence[frozenset[str]]) -> list[int]:
    """Return the tasks that may be meant: none if several are named, or not one sequence is shown."""
    found = [i for i, own in enumerate(keys) if not own.isdisjoint(words)]
    if len(found) > 1 or words.count(SLOT) != 1:
        return []
    return found or [i for i, own in enumerate(keys) if not own]


def _sparse(weights: np.ndarray) -> list[float]:
    """Return the classes whose weights are not 0, each before its weight."""
    return [x for i in np.flatnonzero(weights).tolist() for x in (i, float(weights[i]))]


def _weights(content: Mapping[str, Any], classes: int) -> np.ndarray:
    rows = list(content["weights"].values())
    if content["format"] == 1:
        return np.array(rows, dtype=float).reshape(len(rows), classes)
    weights = np.zeros((len(rows), classes))
    for row, stored in zip(weights, rows, strict=True):
        columns = np.array(stored[::2], dtype=int)
        if (columns < 0).any():
            raise ValueError(f"class {columns.min()}")
        row[columns] = np.array(stored[1::2], dtype=float).reshape(columns.shape)
    return weights


def _lexicon(content: Mapping[str, Any]) -> Lexicon:
    if content["format"] == 1:
        # It does not tell the vocabularies of its tasks apart.
        return Lexicon((frozenset(content["native"]),), FIRST_ASKING)
    vocabularies = tuple(frozenset(words) for words in content["vocabularies"])
    if len(vocabularies) != len(content["tasks"]):
        raise ValueError(f"{len(vocabularies)} vocabularies of {len(content['tasks'])} tasks")
    return Lexicon(vocabularies, frozenset(content["asking"]))
