"""What test sequences have in common with training sequences, and the scores without those."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from chatnt.metrics import score_predictions
from chatnt.outcomes import Scores
from chatnt.tasks import Task
from chatnt.tasks.examples import Example
from chatnt.tasks.overlap import letters_of, near_rows, reverse_complement
from chatnt.tasks.shared_words import sharing_rows
from chatnt.tasks.sources import Splits

_FEWEST = 10  # rows from which on a score is given


def leakage_table(
    tasks: Sequence[Task],
    splits: Mapping[str, Splits],
    predictions: pd.DataFrame,
    *,
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
    names = [task.name for task in tasks]
    train, test = ({n: getattr(parts, split) for n, parts in splits.items()} for split in ("train", "test"))
    chosen = {name: test[name] for name in names}
    near, overlapping = near_rows(train, chosen, identity), sharing_rows(train, chosen)
    seen = _letters(train)
    before = None if published is None else _letters(published)
    rows = []
    for task in tasks:
        tested = list(letters_of(test[task.name]))
        found = near[task.name]
        any_near = np.asarray(found.to_numpy(bool).any(axis=1))
        rows.append(
            {
                "task": task.name,
                "sequences": len(tested),
                "published": None if before is None else _common(tested, before),
                "exact": _common(tested, seen),
                "near": int(any_near.sum()),
                "share": float(any_near.mean()),
                "near_own": int(np.sum(found[task.name].to_numpy())),
                "overlapping": int(overlapping[task.name].sum()),
                **_scored(task, predictions, [any_near, overlapping[task.name]], scores),
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
