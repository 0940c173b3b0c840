"""Curves of trainings: the loss, and what was measured on the way."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.outcomes import TrainingLog

LOSS = "loss"
_DASHES = ("-", "--", ":", "-.")  # colour alone tells lines apart for some eyes only
_WINDOWS = 100  # to which the losses of a run are averaged: single steps differ by their rows


def learning(
    logs: "TrainingLog | Mapping[str, TrainingLog]",
    *,
    what: str | Sequence[str] = LOSS,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how a training went, or compare several.

    Parameters
    ----------
    logs
        Of `chatnt.train`, or several by the name that stands in the legend.
    what
        ``"loss"`` (natural log, averaged over a hundredth of the steps), or names of what was
        validated, such as ``"mean"`` or the name of a task.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A line for each training and each name; they also differ by their dashes.

    Raises
    ------
    ValueError
        If none of the trainings has anything of that name.
    MissingExtraError
        If matplotlib is not installed.
    """
    named = dict(logs) if isinstance(logs, Mapping) else {"": logs}
    wanted = [what] if isinstance(what, str) else list(what)
    lines = {
        " ".join(filter(None, (name, w if len(wanted) > 1 or not name else ""))): curve
        for name, log in named.items()
        for w in wanted
        if (curve := _curve(log, w))
    }
    if not lines:
        known = sorted({n for log in named.values() for v in log.validations.values() for n in v})
        raise ValueError(
            f"Nothing was measured as {', '.join(wanted)}; there are {', '.join([LOSS, *known])}."
        )
    ax = new_axes(ax, 6.4, 3.6)
    marker = "" if wanted == [LOSS] else "o"
    for number, (label, (steps, values)) in enumerate(lines.items()):
        dash = _DASHES[number % len(_DASHES)]
        ax.plot(steps, values, dash, label=label, linewidth=1.6, marker=marker, markersize=4)
    ax.set_xlabel("step", color=INK)
    ax.set_ylabel("loss (natural log)" if wanted == [LOSS] else "score on validation", color=INK)
    ax.set_xlim(left=0)
    if len(lines) > 1:
        ax.legend(frameon=False, fontsize=9)
    tidy(ax, grid="y")
    return ax


def _curve(log: "TrainingLog", what: str) -> tuple[list[float], list[float]] | None:
    if what != LOSS:
        points = [(float(step), v[what]) for step, v in sorted(log.validations.items()) if what in v]
    else:
        steps = [(record["step"], record["loss"]) for record in log.records if "loss" in record]
        size = max(1, len(steps) // _WINDOWS)
        parts = [steps[i : i + size] for i in range(0, len(steps), size)]
        points = [tuple(sum(side) / len(part) for side in zip(*part, strict=True)) for part in parts]
    return ([x for x, _ in points], [y for _, y in points]) if points else None
