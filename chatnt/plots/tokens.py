"""Tokens of DNA and of English, as bars."""

from typing import TYPE_CHECKING, Literal

from chatnt.plots.canvas import DNA, ENGLISH, INK, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_BAR = 0.36  # of the space of a group
_KINDS = (("DNA", DNA), ("English", ENGLISH))
_UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def tokens(
    table: "pd.DataFrame",
    *,
    by: Literal["process", "category", "task"] = "process",
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the tokens of DNA and of English, on a logarithmic scale.

    The figure is like Figure 1b of the ChatNT paper, with our own counts.

    Parameters
    ----------
    table
        Of `chatnt.count_tokens`.
    by
        Column whose values have a pair of bars each: ``"process"``, ``"category"`` or ``"task"``.
        Tasks without the value are together under "other".
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Groups from the most to the fewest tokens of DNA, from above.

    Raises
    ------
    ValueError
        If there is no such grouping, or the table has no counts.
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    de Almeida, Richard et al. (2025), Nature Machine Intelligence, "A multimodal conversational
    agent for DNA, RNA and protein tasks", Fig. 1b.
    """
    names, counts = _sums(table, by)
    ax = new_axes(ax, 7.2, 1.2 + 0.42 * len(names))
    for number, (kind, colour) in enumerate(_KINDS):
        values = counts[kind]
        places = [i + (number - 0.5) * (_BAR + 0.03) for i in range(len(names))]
        label = f"{kind}: {short(sum(values))} in all"
        bars = ax.barh(places, values, height=_BAR, color=colour, label=label)
        ax.bar_label(bars, [short(value) for value in values], padding=3, fontsize=8, color=INK)
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(len(names) - 0.4, -0.6)
    ax.set_xscale("log")
    # Bars of a logarithmic scale have no zero to start from: take a round number below all of them.
    every = [value for values in counts.values() for value in values]
    ax.set_xlim(10.0 ** (len(str(int(min(every)))) - 2), 4 * max(every))
    ax.set_xlabel("tokens (logarithmic scale)", color=INK)
    ax.legend(
        frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2, fontsize=8,
        handlelength=1.2, columnspacing=1.2,
    )  # fmt: skip
    ax.set_title(f"Tokens of DNA and of English by {by}", loc="left", color=INK, pad=28)
    tidy(ax, grid="x")
    return ax


def short(count: float) -> str:
    """Write a large number with three digits.

    Examples
    --------
    >>> [short(n) for n in (361_300_000, 98_000_000, 5_509, 12)]
    ['361 M', '98.0 M', '5.51 k', '12']
    """
    for size, unit in _UNITS:
        if count >= size:
            scaled = count / size
            return f"{scaled:.{max(0, 3 - len(str(int(round(scaled, 1)))))}f} {unit}"
    return f"{count:.0f}"


def _sums(table: "pd.DataFrame", by: str) -> tuple[list[str], dict[str, list[float]]]:
    """Return the names of the groups, most DNA first, and the tokens of each kind in this order."""
    if by not in ("process", "category", "task"):
        raise ValueError(f"by={by!r} is none of 'process', 'category', 'task'.")
    groups: dict[str, list[float]] = {}
    rows = table.loc[table["dna_tokens"].notna()].to_dict("records")
    for row in rows:
        if row["task"] != "all":
            sums = groups.setdefault(row[by] or "other", [0.0, 0.0])
            sums[0] += float(row["dna_tokens"])
            sums[1] += float(row["english_tokens"])
    if not groups:
        raise ValueError("The table has no counts; make one with chatnt.count_tokens(...).")
    names = sorted(groups, key=lambda name: -groups[name][0])
    return names, {kind: [groups[name][i] for name in names] for i, (kind, _) in enumerate(_KINDS)}
