"""How much the score of a task hangs on the words of the question."""

import dataclasses
import html
import json
import math
import random
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd
from tqdm import tqdm

from chatnt.calibrating import HasEngine
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.errors import DataError, TaskError
from chatnt.evaluation import read_answer
from chatnt.files import reading_json
from chatnt.judging import Judge
from chatnt.metrics import score_predictions
from chatnt.outcomes import METRICS
from chatnt.predictions import Prediction, as_frame
from chatnt.sequence import DNA
from chatnt.tasks import Task, get_task
from chatnt.tasks.base import Split
from chatnt.tasks.sources import Example, Splits

_SENTENCES = 3  # of each label, where probabilities are asked for; as many as in an evaluation
_NAMES = {"test": "unseen wordings", "train": "training wordings"}


class WordingScore(NamedTuple):
    """Hold how well a pair does when it is asked in one wording.

    Parameters
    ----------
    question
        The wording.
    wordings
        ``"test"`` if no pair is trained on it, else ``"train"``.
    score
        In the metric of the task.
    unparsed
        Answers that state no label or number.
    """

    question: str
    wordings: str
    score: float
    unparsed: int


@dataclasses.dataclass(frozen=True)
class WordingRobustness:
    """Hold the score of a task in several wordings of its question, on the same rows.

    Attributes
    ----------
    task
        Name of the task.
    metric
        What the scores are: one of `chatnt.outcomes.METRICS`.
    count
        Rows, each of which was asked about in every wording.
    scores
        One for each wording, the unseen ones first.
    agreement
        Share of the rows of which all unseen wordings make the pair state the same label; `None` for
        a number.
    """

    task: str
    metric: str
    count: int
    scores: tuple[WordingScore, ...]
    agreement: float | None = None

    @property
    def spread(self) -> float:
        """The best score less the worst, over the unseen wordings."""
        found = self.scores_of("test")
        return max(found) - min(found)

    @property
    def mean(self) -> float:
        """The mean score over the unseen wordings."""
        return statistics.fmean(self.scores_of("test"))

    def scores_of(self, wordings: Split) -> list[float]:
        """Return the scores in the wordings of ``"test"`` (unseen) or ``"train"``."""
        return [one.score for one in self.scores if one.wordings == wordings]

    @property
    def summary(self) -> str:
        """What was found, in a line for each kind of wordings."""
        lines = []
        for wordings in ("test", "train"):
            if found := self.scores_of(wordings):
                lines.append(
                    f"{len(found)} {_NAMES[wordings]}: mean {statistics.fmean(found):.3f}, "
                    f"{min(found):.3f} to {max(found):.3f}, spread {max(found) - min(found):.3f}"
                )
        head = f"{self.task}: {METRICS[self.metric]} on {self.count:,} rows"
        if self.agreement is not None:
            head += f"; all unseen wordings agree on {self.agreement:.1%} of the rows"
        return "\n".join([head, *lines])

    def to_frame(self) -> pd.DataFrame:
        """Return one row per wording: ``question``, ``wordings``, ``score``, ``unparsed``."""
        return pd.DataFrame(self.scores, columns=list(WordingScore._fields))

    def save(self, path: str | Path) -> None:
        """Write the result as JSON."""
        data = dataclasses.asdict(self) | {"scores": [list(one) for one in self.scores]}
        Path(path).write_text(json.dumps(data, indent=1, allow_nan=False) + "\n", encoding="utf-8")

    @classmethod
    def load(cls, path: str | Path) -> "WordingRobustness":
        """Read what `save` wrote.

        Raises
        ------
        DataError
            If the file holds something else.
        """
        with reading_json(path, "scores in several wordings") as data:
            return cls(scores=tuple(WordingScore(*one) for one in data.pop("scores")), **data)

    def __repr__(self) -> str:
        return (
            f"WordingRobustness({self.task}: {METRICS[self.metric]} {self.mean:.3f}, "
            f"spread {self.spread:.3f} over {len(self.scores_of('test'))} unseen wordings)"
        )

    def __str__(self) -> str:
        rows = [
            f"| {one.question} | {_NAMES[one.wordings]} | {one.score:.3f} | {one.unparsed} |\n"
            for one in self.scores
        ]
        head = f"| question | | {METRICS[self.metric]} | unparsed |\n|---|---|---:|---:|\n"
        return f"{self.summary}\n\n{head}{''.join(rows)}"

    def _repr_html_(self) -> str:
        cells = "".join(
            f"<tr><td style='text-align:left'>{html.escape(one.question)}</td>"
            f"<td>{_NAMES[one.wordings]}</td><td>{one.score:.3f}</td><td>{one.unparsed}</td></tr>"
            for one in self.scores
        )
        told = "<br>".join(html.escape(line) for line in self.summary.splitlines())
        return (
            f"<div>{told}</div><table><thead><tr><th>question</th><th></th><th>{METRICS[self.metric]}</th>"
            f"<th>unparsed</th></tr></thead><tbody>{cells}</tbody></table>"
        )


def wording_robustness(  # noqa: PLR0913 - what is asked, of whom, and how
    pair: Engine | HasEngine,
    task: Task | str,
    data: Sequence[Example] | Splits,
    *,
    wordings: int = 10,
    training_wordings: bool = False,
    limit: int | None = 1000,
    seed: int = 0,
    batch_size: int = 64,
    progress: bool = False,
) -> WordingRobustness:
    """Score a task once for each of several wordings of its question, on the same rows.

    All wordings of a row are asked in one batch, so that its DNA is encoded once. What the resampler
    makes of it is not shared, since the resampler listens to the question.

    Parameters
    ----------
    pair
        An assistant or its engine.
    task
        What is asked, or its name.
    data
        Rows with known labels, or all parts of the data, of which the test part is used.
    wordings
        How many unseen wordings, chosen by `seed`; all of them if the task has no more.
    training_wordings
        Whether to ask in as many wordings of training, too.
    limit
        Most rows, chosen by `seed`; `None` is all.
    seed
        Chooses wordings and rows.
    batch_size
        Answers at a time; all wordings of a row go together, even if they are more.
    progress
        Show a bar with the time left.

    Returns
    -------
    WordingRobustness

    Raises
    ------
    DataError
        If there are no rows.
    TaskError
        If the task has fewer than two unseen wordings.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If fewer than two wordings are asked for.

    References
    ----------
    de Almeida, Richard et al. 2025, A multimodal conversational agent for DNA, RNA and protein
    tasks, Nat. Mach. Intell., Supplementary Information, robustness to the question.

    Examples
    --------
    >>> chatnt.wording_robustness(chatnt.load(), "promoter_tata", data)  # doctest: +SKIP
    WordingRobustness(promoter_tata: MCC 0.830, spread 0.011 over 10 unseen wordings)
    """
    task = get_task(task) if isinstance(task, str) else task
    engine = pair if isinstance(pair, Engine) else pair.engine
    examples = _rows(task, data.test if isinstance(data, Splits) else data, limit, seed)
    questions = _questions(task, wordings, training_wordings, seed)
    found = _asked(engine, task, examples, [text for text, _ in questions], batch_size, progress)
    scores, metric = [], task.metric
    for (text, kind), predictions in zip(questions, found, strict=True):
        score = score_predictions(task, as_frame(predictions))
        metric = score.metric
        scores.append(WordingScore(text, kind, score.score, score.unparsed))
    unseen = [rows for (_, kind), rows in zip(questions, found, strict=True) if kind == "test"]
    agreement = None if task.scale else _agreement(unseen)
    return WordingRobustness(task.name, metric, len(examples), tuple(scores), agreement)


def _rows(task: Task, data: Sequence[Example], limit: int | None, seed: int) -> list[Example]:
    if not len(data):
        raise DataError(f"There are no rows of {task.name} to ask about; give at least one.")
    chosen = range(len(data))
    if limit is not None and limit < len(data):
        chosen = sorted(random.Random(f"{seed}/{task.name}/rows").sample(chosen, limit))
    # Of similar length, so that little is padded; a metric does not hang on the order.
    return sorted((data[i] for i in chosen), key=lambda example: len(example.sequence))


def _questions(task: Task, wordings: int, training: bool, seed: int) -> list[tuple[str, Split]]:
    if wordings < 2:
        raise ValueError(f"wordings={wordings}: a spread is between two wordings or more.")
    unseen = sorted(set(task.questions.test))
    if len(unseen) < 2:
        raise TaskError(
            f"{task.name} has {len(unseen)} unseen wordings of its question; a spread needs two or more."
        )
    rng = random.Random(f"{seed}/{task.name}")
    chosen = rng.sample(unseen, min(wordings, len(unseen)))
    questions: list[tuple[str, Split]] = [(text, "test") for text in chosen]
    if training:
        known = sorted(set(task.questions.train))
        for text in rng.sample(known, min(len(chosen), len(known))):
            questions.append((text, "train"))
    return questions


def _asked(
    engine: Engine,
    task: Task,
    examples: Sequence[Example],
    questions: Sequence[str],
    batch_size: int,
    progress: bool,
) -> list[list[Prediction]]:
    """Return the predictions of all rows, for each question."""
    judge = Judge.of(task, sentences=_SENTENCES) if task.metric == "auroc" else None
    found: list[list[Prediction]] = [[] for _ in questions]
    size = max(1, batch_size // len(questions))
    with tqdm(total=len(examples), unit="row", disable=not progress) as bar:
        for start in range(0, len(examples), size):
            some = examples[start : start + size]
            # One batch, in which the model encodes every sequence once however often it comes.
            asked = [[Turn(Question(text, (DNA(e.sequence),)))] for e in some for text in questions]
            soft_tokens = engine.read_each(asked)
            texts = engine.generate(asked, batch_size=len(asked), soft_tokens=soft_tokens)
            chances = None
            if judge is not None:
                scores = engine.score_each(asked, judge.answers, soft_tokens=soft_tokens)
                chances = judge.probabilities(scores).tolist()
            for i, text in enumerate(texts):
                row, question = divmod(i, len(questions))
                judged = None if chances is None else chances[i]
                found[question].append(read_answer(task, start + row, some[row], text, judged))
            bar.update(len(some))
    return found


def _agreement(found: Sequence[Sequence[Prediction]]) -> float:
    """Return the share of rows of which all questions have the same label stated."""
    alike = [len({p.parsed_label for p in of_row}) == 1 for of_row in zip(*found, strict=True)]
    return math.fsum(alike) / len(alike)
