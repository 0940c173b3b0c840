"""Print how the cost of answers grows with length, size of a batch and number of questions.

Each curve is fitted by a power of what grows; an exponent of 1 is linear, and less is better. The exponent
of the last step stands beside it, because what is constant flattens the beginning. The bundled pair reads
1,000 bases at most, and longer records in windows; a pair with random weights and an encoder like
Nucleotide Transformer v2 50M, that of `official.py`, reads 12 kb at once. Times are processor seconds of one
core, the shorter of two. With ``--figure FILE`` the curves are drawn, too.
"""

import argparse
import random
import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import torch
from matplotlib import pyplot
from official import random_pair

import chatnt
from chatnt.assistant import Assistant
from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, tidy
from chatnt.tasks import get_task

if TYPE_CHECKING:
    from matplotlib.axes import Axes

ROUNDS, TASK, QUESTION, WINDOW = 2, "promoter_tata", "Is there a TATA promoter in <DNA>?", 300
SHORT, LONG = (150, 300, 600, 1000), (300, 600, 1200, 2400, 4800, 12000)
BATCHES, QUESTIONS = (1, 4, 16, 64, 256), (1, 2, 5, 10, 20)
WRITING = {"scored": False, "written": True}
COLOURS, MARKS = (DNA, ENGLISH, "#7a7a52"), "os^"


class Curve(NamedTuple):
    """Hold what some work costs."""

    axis: str
    name: str
    sizes: Sequence[int]
    seconds: Sequence[float]
    """Processor seconds, for each size."""
    cost: str
    """Of what."""

    @property
    def exponent(self) -> float:
        """The power of the size with which the cost grows."""
        return np.polyfit(np.log(self.sizes), np.log(self.seconds), 1)[0]

    @property
    def last(self) -> float:
        """The same from the size before the last to the last."""
        sizes, seconds = self.sizes[-2:], self.seconds[-2:]
        return float(np.log(seconds[1] / seconds[0]) / np.log(sizes[1] / sizes[0]))


def sequences(count: int, length: int) -> list[str]:
    """Make up DNA, always the same."""
    rng = random.Random(length)
    return ["".join(rng.choices("ACGT", k=length)) for _ in range(count)]


def seconds(work: Callable[[], object]) -> float:
    """Return the shortest of some times."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def of_length(mini: Assistant, large: Assistant) -> Iterator[Curve]:
    """Measure one record of each length."""

    def each(
        chat: Assistant, what: str, lengths: Sequence[int], count: int, **how: int | bool
    ) -> list[float]:
        return [seconds(lambda n=n: chat.annotate(sequences(count, n), what, **how)) / count for n in lengths]

    axis, cost = "bases of a record", "a record"
    whole = each(mini, TASK, SHORT, 64, window=max(SHORT), text=False)
    yield Curve(axis, "bundled pair", SHORT, whole, cost)
    cut = each(mini, TASK, LONG, 8, window=WINDOW, text=False)
    yield Curve(axis, f"bundled pair, windows of {WINDOW}", LONG, cut, cost)
    yield Curve(axis, "6-mer encoder, one word", LONG, each(large, QUESTION, LONG, 2, max_new_tokens=1), cost)


def of_batch(mini: Assistant) -> Iterator[Curve]:
    """Measure one batch of each size."""
    for name, text in WRITING.items():
        taken = [
            seconds(lambda n=n, text=text: mini.annotate(sequences(n, WINDOW), TASK, batch_size=n, text=text))
            for n in BATCHES
        ]
        yield Curve("sequences in a batch", name, BATCHES, taken, "a batch")


def of_questions(mini: Assistant, count: int = 16) -> Iterator[Curve]:
    """Measure sequences about which so many questions are asked, all of one task, since tasks differ."""
    texts = get_task(TASK).questions.train[: max(QUESTIONS)]
    dna = sequences(count, WINDOW)
    for name, text in WRITING.items():
        taken = [
            seconds(lambda n=n, text=text: mini.annotate(dna, texts[:n], window=WINDOW, text=text)) / count
            for n in QUESTIONS
        ]
        yield Curve("questions about a sequence", name, QUESTIONS, taken, "a sequence")


def print_table(curves: Sequence[Curve]) -> None:
    """Print what was measured."""
    print("| what grows | how | processor seconds | exponent | of the last step |")
    print("|---|---|---|---:|---:|")
    for curve in curves:
        points = ", ".join(f"{n:,}: {s:.3g}" for n, s in zip(curve.sizes, curve.seconds, strict=True))
        print(
            f"| {curve.axis} | {curve.name} | for {curve.cost}: {points} "
            f"| {curve.exponent:.2f} | {curve.last:.2f} |"
        )


def draw(curves: Sequence[Curve], path: str) -> None:
    """Draw a panel for each thing that grows."""
    panels = list(dict.fromkeys(curve.axis for curve in curves))
    figure, axes = pyplot.subplots(1, len(panels), figsize=(10.5, 3.6), layout="constrained")
    for ax, axis in zip(axes, panels, strict=True):
        draw_panel(ax, [curve for curve in curves if curve.axis == axis])
    figure.savefig(path, dpi=100)


def draw_panel(ax: "Axes", curves: Sequence[Curve]) -> None:
    """Draw curves on logarithmic axes, and a dashed line that is linear."""
    for curve, colour, mark in zip(curves, COLOURS, MARKS, strict=False):
        label = f"{curve.name}: {curve.exponent:.2f}"
        ax.plot(curve.sizes, curve.seconds, color=colour, marker=mark, markersize=4.5, label=label)
    first = max(curves, key=lambda curve: curve.seconds[-1])
    ends = np.array([first.sizes[0], first.sizes[-1]])
    ax.plot(
        ends, first.seconds[-1] * ends / ends[1], color=INK, linestyle=":", linewidth=1.2, label="linear: 1"
    )
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlabel(first.axis, color=INK)
    ax.set_ylabel(f"processor seconds for {first.cost}", color=INK)
    places = sorted({size for curve in curves for size in (curve.sizes[0], *curve.sizes[-3:])})
    ax.set_xticks(places, [f"{n:,}" for n in places], fontsize=8)
    ax.minorticks_off()
    tidy(ax, grid="y")
    ax.grid(axis="x", color=FAINT, linewidth=0.4)
    low, high = ax.get_ylim()
    ax.set_ylim(low, high * (high / low) ** 0.35)  # room for the legend
    ax.legend(edgecolor="none", fontsize=8, loc="upper left", title="exponent", title_fontsize=8)


def main() -> None:
    """Print the table, and draw it if a file is given."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--figure", metavar="FILE", help="picture to write, PNG or SVG")
    path = parser.parse_args().figure
    torch.set_num_threads(1)
    mini, large = chatnt.load(), random_pair()
    mini.ask(QUESTION, "ACGT" * 75)  # the first run is slower
    curves = [*of_length(mini, large), *of_batch(mini), *of_questions(mini)]
    print_table(curves)
    if path:
        draw(curves, path)


if __name__ == "__main__":
    main()
