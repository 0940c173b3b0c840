"""The picture of trainings, for places that show no widgets."""

from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from chatnt.outcomes import TrainingLog
from chatnt.plots.canvas import INK
from chatnt.plots.learning import LOSS, learning


def draw_runs(logs: Mapping[str, TrainingLog], names: Sequence[str], title: str, *, log_y: bool) -> Figure:
    """Draw the losses of runs, and beside them what was validated.

    Parameters
    ----------
    logs
        By the names in the legend; those without a step are left out.
    names
        Of what was validated.
    title
        Above the picture.
    log_y
        Whether losses are drawn on a logarithmic scale.
    """
    begun = {name: log for name, log in logs.items() if log.losses}
    measured = {name: log for name, log in begun.items() if log.validations}
    figure = Figure(figsize=(9.0, 3.4), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=10, parse_math=False)
    left, right = figure.subplots(1, 2)
    if begun:
        learning(_alone(begun), what=LOSS, ax=left)
        left.set_yscale("log" if log_y else "linear")
    else:
        _say(left, "no step is done yet")
    if measured and names:
        learning(_alone(measured), what=names, ax=right)
    else:
        _say(right, "nothing was validated yet")
    return figure


def _alone(logs: dict[str, TrainingLog]) -> Mapping[str, TrainingLog] | TrainingLog:
    return logs if len(logs) > 1 else next(iter(logs.values()))


def _say(axes: Axes, text: str) -> None:
    axes.set_axis_off()
    axes.text(0.5, 0.5, text, ha="center", va="center", color=INK, fontsize=10)
