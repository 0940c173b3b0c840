"""How likely a pair finds each answer: probabilities of labels, and a smooth estimate of a number."""

import dataclasses
import itertools

import numpy as np
import torch
from torch import Tensor

from chatnt.tasks import Task
from chatnt.tasks.base import NONE, SOME, VALUE, Truth, enumerated

_MOST_SUBSETS = 16


@dataclasses.dataclass(frozen=True)
class Judge:
    """Turn the likelihoods of answer sentences into probabilities or into a number.

    The outcomes of a task are its labels; if several hold at once, every subset of them; for
    a number, points at equal distances on the task's scale. Each is stated by one sentence or
    several, whose likelihoods are added up; the outcomes then share the whole likelihood.
    For a number the sum of the points, each times its share, is the estimate: unlike the
    written number it does not hang on the most likely first digit.

    Parameters
    ----------
    task
        What is asked.
    outcomes
        What can be true.
    sentences
        Those that state each outcome.
    """

    task: Task
    outcomes: tuple[Truth, ...]
    sentences: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, task: Task, *, sentences: int | None = None, points: int = 41) -> "Judge | None":
        """Make a judge of a task.

        Parameters
        ----------
        task
            Gives the labels or the scale, and the wordings of the answers.
        sentences
            How many of the training sentences of each label, the first ones; default all. A
            number is stated by one, the shortest.
        points
            On the scale of a number.

        Returns
        -------
        Judge or None
            None for more labels at once than there are subsets to go through (four).

        Examples
        --------
        >>> from chatnt.tasks import get_task
        >>> judge = Judge.of(get_task("plant_promoter_leaf"), points=5)
        >>> [sentence for sentence, in judge.sentences]
        ['My prediction is -10.00.', 'My prediction is -5.00.', 'My prediction is 0.00.', \
'My prediction is 5.00.', 'My prediction is 10.00.']
        """
        if task.scale:
            scale, sentence = task.scale, min(task.answers[VALUE].train, key=len)
            written = [scale.write(x) for x in np.linspace(scale.low, scale.high, points).tolist()]
            distinct = tuple(dict.fromkeys(written))
            stated = tuple((sentence.format(value=text),) for text in distinct)
            return cls(task, tuple(map(float, distinct)), stated)
        if task.kind != "multilabel":
            stated = tuple(task.answers[label].train[:sentences] for label in task.labels)
            return cls(task, task.labels, stated)
        if 2 ** len(task.labels) > _MOST_SUBSETS:
            return None
        subsets = [s for n in range(len(task.labels) + 1) for s in itertools.combinations(task.labels, n)]
        stated = tuple(
            tuple(text.format(labels=enumerated(subset)) for text in task.answers[SOME].train[:sentences])
            if subset
            else task.answers[NONE].train[:sentences]
            for subset in subsets
        )
        return cls(task, tuple(subsets), stated)

    @property
    def answers(self) -> list[str]:
        """All sentences, for `chatnt.engine.Engine.score_each`."""
        return [text for texts in self.sentences for text in texts]

    def shares(self, scores: Tensor) -> Tensor:
        """Return the share of each outcome in the likelihood.

        Parameters
        ----------
        scores
            Log-likelihoods of `answers`, of shape (rows, answers).

        Returns
        -------
        Tensor
            Of shape (rows, outcomes); each row adds up to one.
        """
        parts = scores.double().split([len(texts) for texts in self.sentences], dim=1)
        return torch.stack([part.logsumexp(1) for part in parts], dim=1).softmax(1)

    def probabilities(self, scores: Tensor) -> np.ndarray:
        """Return the probability of each label, of shape (rows, labels).

        Raises
        ------
        ValueError
            If the task asks for a number.
        """
        if self.task.scale:
            raise ValueError(f"{self.task.name} asks for a number and has no labels; use `estimates`.")
        shares = self.shares(scores).numpy()
        if self.task.kind != "multilabel":
            return shares
        holds = [[label in outcome for label in self.task.labels] for outcome in self._subsets()]
        return shares @ np.array(holds, float)

    def estimates(self, scores: Tensor) -> np.ndarray:
        """Return the expected number of each row, of shape (rows,).

        Raises
        ------
        ValueError
            If the task does not ask for a number.
        """
        if not self.task.scale:
            raise ValueError(f"{self.task.name} has labels and asks for no number; use `probabilities`.")
        points = np.array([float(point) for point in self.outcomes if isinstance(point, float)])
        return np.round(self.shares(scores).numpy() @ points, self.task.scale.decimals + 1)

    def _subsets(self) -> list[tuple[str, ...]]:
        return [outcome for outcome in self.outcomes if isinstance(outcome, tuple)]
