"""How the trainings of the bundled pair went, as a table that is kept with it."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from chatnt.outcomes import TrainingLog

LOSS, SECONDS = "loss", "seconds"
WINDOW = 50
"""Steps whose losses are averaged."""


def learning_table(runs: Path, names: Iterable[str]) -> pd.DataFrame:
    """Return the learning curves of some trainings in long form.

    Parameters
    ----------
    runs
        Folder of the folders of the trainings.
    names
        Of the trainings; those that are not there are left out.

    Returns
    -------
    DataFrame
        ``training``, ``step``, ``what`` and ``value``: the loss every 50 steps, averaged over
        these; what was validated, by its name; and the seconds that had passed until then.
    """
    rows = [
        (name, *point)
        for name in names
        if (runs / name / "run.json").is_file()
        for point in _points(TrainingLog.load(runs / name))
    ]
    return pd.DataFrame(rows, columns=["training", "step", "what", "value"])


def _points(log: TrainingLog) -> Iterable[tuple[int, str, float]]:
    losses: list[float] = []
    seconds = 0.0
    last = max((record["step"] for record in log.records), default=0)
    for record in log.records:
        if "loss" not in record:
            continue
        losses.append(record["loss"])
        seconds += record.get("seconds", 0.0)
        if record["step"] % WINDOW == 0 or record["step"] == last:
            yield record["step"], LOSS, round(sum(losses) / len(losses), 4)
            yield record["step"], SECONDS, round(seconds, 1)
            losses.clear()
    for step, measured in log.validations.items():
        yield from ((step, name, round(value, 4)) for name, value in measured.items())
