"""What test sequences have in common with training sequences, and the scores without those."""

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores
from chatnt.tasks import Task
from chatnt.tasks.examples import Example
from chatnt.tasks.overlap import letters_of, near_rows, reverse_complement
from chatnt.tasks.shared_words import sharing_rows
from chatnt.tasks.sources import Splits

_FEWEST = 10  # rows from which on a score is given


@dataclasses.dataclass(frozen=True, eq=False)
class Alike:
    """Say which test sequences are like training sequences, by the name of the task.

    Attributes
    ----------
    near, near_own
        Whether each has a near match in the training set of any task, and of its own task; of
        shape (sequences,).
    overlapping
        Whether each shares a word of 32 bases with any training sequence.
    """

    near: Mapping[str, NDArray[np.bool_]]
    near_own: Mapping[str, NDArray[np.bool_]]
    overlapping: Mapping[str, NDArray[np.bool_]]

    def save(self, path: str | Path) -> None:
        """Write it to a file of NumPy arrays."""
        fields = dataclasses.fields(self)
        arrays = {f"{f.name}/{task}": rows for f in fields for task, rows in getattr(self, f.name).items()}
        with open(path, "wb") as file:
            np.savez_compressed(file, **arrays)  # type: ignore[arg-type]

    @classmethod
    def load(cls, path: str | Path) -> "Alike":
        """Read what `save` wrote."""
        parts: dict[str, dict[str, NDArray[np.bool_]]] = {f.name: {} for f in dataclasses.fields(cls)}
        with np.load(path, allow_pickle=False) as arrays:
            for key in arrays:
                field, _, task = key.partition("/")
                parts[field][task] = arrays[key]
        return cls(**parts)


def find_alike(tasks: Sequence[Task], splits: Mapping[str, Splits], identity: float = 0.8) -> Alike:
    """Compare the test sequences of some tasks with the training sequences of all, on both strands.

    Parameters
    ----------
    tasks
        Whose test sequences.
    splits
        Training and test sequences by the name of the task.
    identity
        Of a near match, see `chatnt.tasks.overlap.near_matches`.
    """
    train = {name: parts.train for name, parts in splits.items()}
    test = {task.name: splits[task.name].test for task in tasks}
    near = near_rows(train, test, identity)
    return Alike(
        {name: np.asarray(found.to_numpy(bool).any(axis=1)) for name, found in near.items()},
        {name: found[name].to_numpy(bool) for name, found in near.items()},
        sharing_rows(train, test),
    )


def leakage_table(  # noqa: PLR0913 - what was asked, and what is known of the rows
    tasks: Sequence[Task],
    splits: Mapping[str, Splits],
    predictions: pd.DataFrame,
    *,
    alike: Alike | None = None,
    scores: Scores | None = None,
    published: Mapping[str, Sequence[Example]] | None = None,
    identity: float = 0.8,
) -> pd.DataFrame:
    """Count test sequences that are in, nearly in, or overlap the training set of any task.

    Tasks share sequences, so each test set is compared with the training sets of all of `splits`,
    on both strands. Then the score is computed from the rows alone that have no near match, and from
    those alone that share no word of 32 bases with any training sequence: of windows of one
    genome that overlap by half, identity counts one half only.

    Parameters
    ----------
    tasks
        Tasks to report.
    splits
        What was trained on (``train``) and scored (``test``), by the name of the task.
    predictions
        As `chatnt.predictions.as_frame` gives them; ``row`` counts in ``test``.
    alike
        What `find_alike` found of these tasks, which takes long. Default: it is called.
    scores
        The scores of these predictions, which say what stands for a number that was not stated.
    published
        The training tables as they were before test sequences were taken out.
    identity
        Of a near match, see `chatnt.tasks.overlap.near_matches`.

    Returns
    -------
    DataFrame
        One row per task: ``task``, ``sequences`` (in the test set), ``published`` (of these, how many
        are in a training table of any task as published; missing if those are not given),
        ``exact`` (in a training set as used), ``near`` and ``share`` (with a near match in a training set of
        any task), ``near_own`` (in that of the same task), ``overlapping`` (that share a word),
        ``metric``, ``score``; ``left`` (rows that were scored and have no near match) and
        ``score_without``, the score of these; ``apart`` (rows that share no word) and
        ``score_apart``, the score of these. A score of fewer than 10 rows is missing.

    Raises
    ------
    ValueError
        If a prediction is of a row that the test set does not have.
    """
    alike = find_alike(tasks, splits, identity) if alike is None else alike
    seen = _letters({name: parts.train for name, parts in splits.items()})
    before = None if published is None else _letters(published)
    rows = []
    for task in tasks:
        tested = list(letters_of(splits[task.name].test))
        near, overlapping = alike.near[task.name], alike.overlapping[task.name]
        rows.append(
            {
                "task": task.name,
                "sequences": len(tested),
                "published": None if before is None else _common(tested, before),
                "exact": _common(tested, seen),
                "near": int(near.sum()),
                "share": float(near.mean()),
                "near_own": int(alike.near_own[task.name].sum()),
                "overlapping": int(overlapping.sum()),
                **_scored(task, predictions, [near, overlapping], scores),
            }
        )
    frame = pd.DataFrame(rows)
    return frame.astype({"published": "Int64", "score": float, "score_without": float, "score_apart": float})


def _scored(
    task: Task, predictions: pd.DataFrame, alike: Sequence[np.ndarray], scores: Scores | None
) -> dict[str, object]:
    """Return the score of all predictions, and of those of rows that are alike in neither way."""
    own = predictions.loc[predictions["task"] == task.name]
    rows = own["row"].to_numpy(int)
    if len(rows) and rows.max() >= len(alike[0]):
        raise ValueError(
            f"The predictions of {task.name} name row {rows.max()}, but its test set has {len(alike[0])} "
            "sequences; give the data that were scored."
        )
    filled = scores[task.name].filled if scores and task.name in scores else None
    parts = [own, *(own.loc[~flags[rows]] for flags in alike)]
    found = [score_predictions(task, part, filled=filled) if len(part) >= _FEWEST else None for part in parts]
    metric = found[0].metric if found[0] else task.metric
    whole, without, apart = (getattr(score, metric) if score else None for score in found)
    return {
        "metric": metric,
        "score": whole,
        "left": len(parts[1]),
        "score_without": without,
        "apart": len(parts[2]),
        "score_apart": apart,
    }


def _letters(examples: Mapping[str, Sequence[Example]]) -> set[bytes]:
    return {sequence for part in examples.values() for sequence in letters_of(part)}


def _common(tested: Sequence[bytes], seen: set[bytes]) -> int:
    return sum(sequence in seen or reverse_complement(sequence) in seen for sequence in tested)
