"""The picture of a calibration, for places that show no widgets."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.metrics import precision_recall_curve, roc_curve

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, tidy
from chatnt.plots.reliability import reliability
from chatnt.widgets.calibration_numbers import Side

_PARTS = 40  # of the histogram
_DASHED = (0, (4, 3))


def draw_calibration(
    title: str,
    label: str,
    sides: Mapping[str, Side],
    tables: Mapping[str, pd.DataFrame],
    measured: Mapping[str, float | int | None],
    *,
    threshold: float,
) -> Figure:
    """Draw the reliability diagram, the histogram, both curves, and the numbers at the threshold.

    Parameters
    ----------
    title
        Of the whole.
    label
        That is looked at.
    sides, tables
        Rows and bins before, and after if there is a method; the last is what is measured.
    measured
        Of the last side.
    threshold
        From which on a row is called positive.
    """
    figure = Figure(figsize=(9.2, 6.4), layout="constrained")
    figure.suptitle(title, color=INK, fontsize=10, parse_math=False)
    grid = figure.add_gridspec(2, 3, height_ratios=(2.2, 1), width_ratios=(1.35, 1, 1))
    diagram, roc, precision = (figure.add_subplot(grid[0, i]) for i in range(3))
    counts, numbers = figure.add_subplot(grid[1, 0]), figure.add_subplot(grid[1, 1:])
    reliability(tables if len(tables) > 1 else next(iter(tables.values())), ax=diagram)
    diagram.set_xlabel("")
    _histogram(counts, list(sides.values())[-1], label)
    for ax in (diagram, counts):
        ax.axvline(threshold, color=INK, linewidth=1, linestyle=_DASHED)
        ax.set_xlim(-0.02, 1.02)
    _curves(roc, precision, list(sides.values()), measured)
    _numbers(numbers, label, measured, threshold)
    return figure


def _histogram(ax: Axes, side: Side, label: str) -> None:
    chances, true = side
    ax.hist(
        [chances[true], chances[~true]],
        bins=np.linspace(0, 1, _PARTS + 1).tolist(),
        stacked=True,
        color=[DNA, FAINT],
        label=[_plain(label), "other rows"],
    )
    ax.set_xlabel("probability", color=INK)
    ax.set_ylabel("rows", color=INK)
    ax.legend(frameon=False, fontsize=8, labelcolor=INK, ncols=2, loc="lower left", bbox_to_anchor=(0, 0.98))
    tidy(ax, grid="y")


def _curves(
    roc: Axes, precision: Axes, sides: list[Side], measured: Mapping[str, float | int | None]
) -> None:
    colours = (ENGLISH, DNA)[-len(sides) :]
    both = measured["auroc"] is not None
    share = float(sides[0][1].mean())
    roc.plot([0, 1], [0, 1], color=FAINT, linewidth=1.2)
    precision.axhline(share, color=FAINT, linewidth=1.2)
    for (chances, true), colour in zip(sides, colours, strict=True):
        if both:
            roc.plot(*roc_curve(true, chances)[:2], color=colour, linewidth=1.6)
        if share:
            found = precision_recall_curve(true, chances)
            precision.plot(found[1][:-1], found[0][:-1], color=colour, linewidth=1.6)
    dot = {
        "marker": "o",
        "markersize": 7,
        "markerfacecolor": "white",
        "markeredgecolor": INK,
        "markeredgewidth": 1.8,
    }
    tn, fp = measured["tn"] or 0, measured["fp"] or 0
    if both and measured["recall"] is not None:
        roc.plot([fp / (fp + tn)], [measured["recall"]], **dot)
    if measured["precision"] is not None and measured["recall"] is not None:
        precision.plot([measured["recall"]], [measured["precision"]], **dot)
    for ax, x, y, name in (
        (roc, "false positive rate", "recall", "auroc"),
        (precision, "recall", "precision", "average_precision"),
    ):
        ax.set(xlim=(-0.03, 1.03), ylim=(-0.03, 1.03), aspect="equal", anchor="N")
        ax.set_xlabel(x, color=INK)
        ax.set_ylabel(y, color=INK)
        what = "area" if name == "auroc" else "average precision"
        ax.set_title(f"{what} {_written(measured[name])}", color=INK, fontsize=9)
        tidy(ax, grid="y")


def _numbers(ax: Axes, label: str, measured: Mapping[str, float | int | None], threshold: float) -> None:
    ax.axis("off")
    rows = [
        [f"at {threshold:g} and above", f"called {label}", "not called so"],
        [f"is {label}", f"{measured['tp']:,}", f"{measured['fn']:,}"],
        ["is not", f"{measured['fp']:,}", f"{measured['tn']:,}"],
    ]
    for i, row in enumerate(rows):
        for text, x, side in zip(row, (0.0, 0.62, 1.0), ("left", "right", "right"), strict=True):
            ax.text(
                x,
                0.95 - 0.15 * i,
                _plain(text),
                ha=side,
                va="top",
                fontsize=9,
                color=INK,
                transform=ax.transAxes,
            )
    names = {"precision": "precision", "recall": "recall", "f1": "F1", "mcc": "MCC", "accuracy": "accuracy"}
    chance = _written(measured["ece_by_chance"])
    told = [
        ", ".join(f"{name} {_written(measured[key])}" for key, name in names.items()),
        f"calibration error {_written(measured['ece'])}, by chance alone about {chance}",
        f"Brier score {_written(measured['brier'])}, log loss {_written(measured['log_loss'])}",
    ]
    for i, text in enumerate(told):
        ax.text(0, 0.42 - 0.15 * i, text, va="top", fontsize=9, color=INK, transform=ax.transAxes)


def _plain(text: str) -> str:
    return text.replace("$", r"\$")


def _written(value: float | int | None) -> str:
    return "–" if value is None else f"{value:.3f}"
