"""What windows along a sequence hold, as tracks in the manner of a genome browser."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes, tidy

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pandas as pd
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

_HIGH = 0.8  # of a lane, so that lanes stay apart
_STRANDS = {"+": DNA, "-": ENGLISH}


def track(
    table: "pd.DataFrame",
    *,
    name: str | None = None,
    marks: "Mapping[str, tuple[int, int]] | None" = None,
    threshold: float = 0.5,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how likely each window along one record is to hold what is asked about.

    Parameters
    ----------
    table
        Of `chat.annotate` or `chatnt.read_annotations`, about tasks with labels.
    name
        Of the record. Default: the only one of the table.
    marks
        What is known, such as exons: start and end by name, 0-based and half-open; drawn below the tracks.
    threshold
        Windows at least as likely have a dot, and the likeliest of neighbouring ones its position.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A lane for each question and strand. A window stands at the site that its task asks about: the
        start of transcription for promoters, otherwise its middle, which for splice sites is the first base
        behind the border of exon and intron. Blue is the forward strand, orange the other.

    Raises
    ------
    DataError
        If the table is none of annotations.
    UnknownTaskError
        If a task is not registered.
    ValueError
        If there is no such record, several and no name, or no window with a label and a probability.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> table = chat.annotate("gene.fa", "splice_sites_donors", stride=1, text=False)  # doctest: +SKIP
    >>> chatnt.plots.track(table, marks={"exon 1": (160, 302)})  # doctest: +SKIP
    <Axes: ...>
    """
    rows = _rows(table, name)
    lanes = [lane for _, lane in rows.groupby(["question", "strand"], sort=False)]
    strands = [str(lane["strand"].iloc[0]) for lane in lanes]
    ax = new_axes(ax, 9.0, 0.9 + 0.55 * len(lanes) + 0.45 * bool(marks))
    lows = range(len(lanes) - 1, -1, -1)
    for low, strand, lane in zip(lows, strands, lanes, strict=True):
        _lane(ax, lane.sort_values("site"), low, _STRANDS.get(strand, INK), threshold)
    _marks(ax, marks or {})
    told = [f"{_told(lane)}  {strand}" for strand, lane in zip(strands, lanes, strict=True)]
    ax.set_yticks([low + _HIGH / 2 for low in lows], told)
    ends = [end for mark in (marks or {}).values() for end in mark]
    ax.set_xlim(min([*rows["site"], *ends]) - 4, max([*rows["site"], *ends]) + 4)
    ax.set_ylim(-0.8 if marks else -0.1, len(lanes) + 0.15)
    ax.set_xlabel(f"position in {rows['name'].iloc[0]}", color=INK)
    tidy(ax, grid="x")
    return ax


def _rows(table: "pd.DataFrame", name: str | None) -> "pd.DataFrame":
    """Return the windows of one record that have a chance, with the place of each."""
    from chatnt.record_summary import chances
    from chatnt.tasks import get_task
    from chatnt.variant_windows import anchor

    rows = table.assign(chance=chances(table))
    known = list(rows["name"].dropna().unique())
    if name is None and len(known) != 1:
        raise ValueError(f"The table has {len(known)} records; give name=... to draw one of them.")
    if name is not None and name not in known:
        raise ValueError(f"The table has no record {name!r}; there are {', '.join(map(str, known[:10]))}.")
    rows = rows[(rows["name"] == (name or known[0])) & rows["chance"].notna()]
    if rows.empty:
        raise ValueError(
            f"No window of {name or known[0]} has a label with a probability; ask a task with labels."
        )
    sites = []
    columns = (rows[column] for column in ("task", "start", "end", "strand"))
    for task, start, end, strand in zip(*columns, strict=True):
        at = anchor(get_task(task), end - start)
        sites.append(end - 1 - at if strand == "-" else start + at)
    return rows.assign(site=sites)


def _lane(ax: "Axes", lane: "pd.DataFrame", low: int, colour: str, threshold: float) -> None:
    x = lane["site"].to_numpy(float)
    chance = lane["chance"].to_numpy(float)
    y = low + _HIGH * chance
    ax.axhline(low, color=INK, linewidth=0.6)
    ax.axhline(low + _HIGH * threshold, color=FAINT, linewidth=0.6, linestyle=(0, (3, 2)))
    ax.fill_between(x, low, y, color=colour, alpha=0.35, linewidth=0)
    ax.plot(x, y, color=colour, linewidth=0.9)
    high = chance >= threshold
    ax.scatter(x[high], y[high], s=9, color=colour, linewidths=0, zorder=3)
    for run in _runs(high):
        best = max(run, key=chance.__getitem__)
        if len(run) < len(x) // 4:
            ax.annotate(
                f"{x[best]:.0f}", (x[best], y[best]), (4, 0), textcoords="offset points", fontsize=7,
                color=INK, va="center",
            )  # fmt: skip


def _runs(high: "NDArray[np.bool_]") -> list[list[int]]:
    """Return the numbers of neighbouring windows that are high, run by run."""
    runs: list[list[int]] = []
    for i, one in enumerate(high):
        if one and runs and runs[-1][-1] == i - 1:
            runs[-1].append(i)
        elif one:
            runs.append([i])
    return runs


def _marks(ax: "Axes", marks: "Mapping[str, tuple[int, int]]") -> None:
    for name, (start, end) in marks.items():
        ax.broken_barh([(start, end - start)], (-0.6, 0.4), color=FAINT, linewidth=0)
        ax.text((start + end) / 2, -0.4, name, ha="center", va="center", fontsize=7.5, color=INK)
    if marks:
        low, high = min(s for s, _ in marks.values()), max(e for _, e in marks.values())
        ax.plot([low, high], [-0.4, -0.4], color=FAINT, linewidth=1.2, zorder=0.5)


def _told(lane: "pd.DataFrame") -> str:
    """Return what a lane shows: the label that is not nothing, if there is one; else the task."""
    from chatnt.tasks import get_task

    task = get_task(lane["task"].iloc[0])
    something = [label for label in task.labels if label != task.nothing]
    return something[0] if len(something) == 1 else task.title
