"""The picture of an explorer, for places that show no widgets."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from chatnt.plots.canvas import DNA, ENGLISH, INK, tidy
from chatnt.tasks import get_task
from chatnt.widgets.explorer_ground import Ground
from chatnt.widgets.explorer_windows import Lane, Region

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_WIDTH, _LANE, _REST = 7.5, 0.85, 0.8  # inches


def draw_tracks(
    ground: Ground,
    lanes: Sequence[Lane],
    labels: Mapping[str, str],
    thresholds: Mapping[str, float],
    region: Region,
) -> Figure:
    """Draw the probability of each task's label along a region, and mark its peaks.

    Parameters
    ----------
    ground
        What is looked at.
    lanes
        The windows, as far as they are computed.
    labels, thresholds
        By task.
    region
        Start and end of what is drawn.
    """
    count = max(1, len(lanes))
    figure = Figure(figsize=(_WIDTH, _REST + _LANE * count), layout="constrained")
    rows = figure.subplots(count, 1, sharex=True, squeeze=False)[:, 0]
    for axes, lane in zip(rows, lanes, strict=False):
        _draw(axes, lane, labels[lane.task], thresholds[lane.task], region)
    rows[-1].set_xlim(region)
    rows[-1].xaxis.set_major_formatter(FuncFormatter(lambda place, _: f"{place:,.0f}"))
    rows[-1].set_xlabel(
        f"position on {ground.place} (0-based); each window at its middle",
        color=INK,
        fontsize=9,
        parse_math=False,
    )
    return figure


def _draw(axes: "Axes", lane: Lane, label: str, threshold: float, region: Region) -> None:
    starts, chances = lane.values(label)
    middles = starts + lane.window // 2
    axes.fill_between(middles, chances, color=DNA, alpha=0.15, linewidth=0)
    axes.plot(
        middles, chances, color=DNA, linewidth=1.1, marker="." if len(starts) < 60 else "", markersize=3
    )
    axes.axhline(threshold, color=ENGLISH, linewidth=0.9, linestyle=(0, (4, 3)))
    for start, chance, _ in lane.peaks(label, threshold):
        middle = start + lane.window // 2
        if region[0] <= middle < region[1]:
            axes.plot([middle], [min(1.0, chance)], marker="v", markersize=6, color=ENGLISH, clip_on=False)
    axes.set_ylim(0, 1.05)
    axes.set_yticks([0, 0.5, 1])
    calibrated = next((row["calibrated"] for row in lane.rows.values()), None)
    told = {True: "calibrated", False: "not calibrated", None: "nothing computed yet"}[calibrated]
    strand = " (− strand)" if lane.strand == "-" else ""
    axes.set_title(
        f"{get_task(lane.task).title}{strand}: “{label}”, windows of {lane.window} bases, {told}",
        loc="left", fontsize=8, color=INK, parse_math=False,
    )  # fmt: skip
    axes.tick_params(labelsize=8)
    tidy(axes, grid="y")
