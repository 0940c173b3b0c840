"""The perplexity-based classifier of the ChatNT paper, as described there and in the usual way."""

import dataclasses
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from chatnt.errors import TaskError
from chatnt.tasks import Task
from chatnt.tasks.base import Split

_LARGEST = 700.0  # exponent of a number that a float still holds


def printed_logits(likelihoods: NDArray, tokens: NDArray) -> NDArray:
    """Return the mean perplexity of sentences, of shape (rows,), which the paper uses as a logit.

    It falls where the sentences become likelier, so that the probability that it gives to a label
    falls too, and its scale is arbitrary. Calibration turns it around and stretches it.

    Parameters
    ----------
    likelihoods
        Log-likelihoods of shape (rows, sentences), natural log.
    tokens
        How many tokens each sentence has, of shape (sentences,).

    References
    ----------
    de Almeida, Richard et al. 2025, A multimodal conversational agent for DNA, RNA and protein
    tasks, Nat. Mach. Intell., Methods, on the confidence of answers.

    Examples
    --------
    >>> printed_logits(np.log([[0.25, 0.5]]), np.array([2, 1])).round(6).tolist()
    [2.0]
    """
    return np.exp(np.minimum(-likelihoods / tokens, _LARGEST)).mean(1)


def usual_logits(likelihoods: NDArray, tokens: NDArray) -> NDArray:
    """Return minus the logarithm of the perplexity of sentences as one text, of shape (rows,).

    It is the mean log-likelihood of their tokens, which rises where they become likelier. The
    probabilities of labels are then in inverse proportion to their perplexities.

    Parameters
    ----------
    likelihoods, tokens
        As in `printed_logits`.

    References
    ----------
    Jelinek et al. 1977, Perplexity, a measure of the difficulty of speech recognition tasks,
    J. Acoust. Soc. Am. 62:S63.

    Examples
    --------
    >>> np.exp(-usual_logits(np.log([[0.25, 0.5]]), np.array([2, 1]))).round(6).tolist()
    [2.0]
    """
    return likelihoods.sum(1) / tokens.sum()


FORMULAS: dict[str, Callable[[NDArray, NDArray], NDArray]] = {
    "perplexity_printed": printed_logits,
    "perplexity": usual_logits,
}
"""How perplexities become logits, by name."""


@dataclasses.dataclass(frozen=True)
class PerplexityJudge:
    """Turn the perplexities of answer sentences into probabilities of labels.

    Every label is stated by as many sentences. Unlike the shares of `chatnt.judging.Judge` the
    probabilities do not say how likely an answer of the label is: a token of a long sentence
    counts less than one of a short sentence, and sentences are averaged instead of added up.

    Parameters
    ----------
    task
        What is asked.
    sentences
        Those that state each label.
    formula
        One of `FORMULAS`.
    """

    task: Task
    sentences: tuple[tuple[str, ...], ...]
    formula: str = "perplexity"

    @classmethod
    def of(
        cls,
        task: Task,
        *,
        formula: str = "perplexity",
        sentences: int | None = None,
        wordings: Split = "test",
    ) -> "PerplexityJudge":
        """Make a judge of a task.

        Parameters
        ----------
        task
            Gives the labels and the wordings of the answers.
        formula
            One of `FORMULAS`.
        sentences
            How many of each label, the first ones; default as many as each label has.
        wordings
            Whose answer sentences; those of ``"test"`` are never trained on.

        Raises
        ------
        TaskError
            If the task has not one label of several, or a label has no such sentences.
        ValueError
            If there is no such formula.

        Examples
        --------
        >>> from chatnt.tasks import get_task
        >>> PerplexityJudge.of(get_task("promoter_tata"), sentences=1).answers
        ['No, there is no promoter with a TATA box in this DNA.', \
'Yes, there is a promoter with a TATA box in this DNA.']
        """
        if formula not in FORMULAS:
            raise ValueError(f"There is no formula {formula!r}; there are {', '.join(FORMULAS)}.")
        if task.kind not in ("binary", "multiclass"):
            raise TaskError(
                f"{task.name} is {task.kind}; perplexities are compared where one of several labels is true."
            )
        stated = [task.answers[label].of(wordings) for label in task.labels]
        most = min(map(len, stated)) if sentences is None else sentences
        short = [label for label, texts in zip(task.labels, stated, strict=True) if len(texts) < most]
        if short or most < 1:
            raise TaskError(
                f"{task.name} cannot be judged by {most} {wordings} sentences of each label; there are "
                f"{min(map(len, stated))} for {', '.join(short or task.labels)}."
            )
        return cls(task, tuple(texts[:most] for texts in stated), formula)

    @property
    def answers(self) -> list[str]:
        """All sentences, for `chatnt.engine.Engine.score_each`."""
        return [text for texts in self.sentences for text in texts]

    def probabilities(self, scores: ArrayLike, tokens: Sequence[int]) -> NDArray[np.float64]:
        """Return the softmax of the logits of the labels, of shape (rows, labels).

        Parameters
        ----------
        scores
            Log-likelihoods of `answers`, of shape (rows, answers), natural log.
        tokens
            How many tokens each of them has, the end mark included.
        """
        given, counts = np.asarray(scores, float), np.asarray(tokens, float)
        ends = np.cumsum([len(texts) for texts in self.sentences])[:-1]
        parts = zip(np.split(given, ends, axis=1), np.split(counts, ends), strict=True)
        logits = np.stack([FORMULAS[self.formula](part, own) for part, own in parts], axis=1)
        shares = np.exp(logits - logits.max(1, keepdims=True))
        return shares / shares.sum(1, keepdims=True)
