"""The k-mers on which the highest scores of many sequences lie."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import FAINT, INK, label_colours, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from chatnt.aggregate import AttributionStudy

_THICK = 0.72  # of all bars of a k-mer, in rows


def kmer_spectrum(  # noqa: PLR0913 - how k-mers are taken and drawn
    study: "AttributionStudy | pd.DataFrame",
    *,
    most: int = 10,
    k: int = 6,
    top: int = 5,
    step: int | None = None,
    pooled: bool = False,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw how often k-mers are among the highest of their sequences, for each label.

    A line across a bar is the count in shuffled sequences, if there is a control and it is not zero.

    Parameters
    ----------
    study
        Of `chatnt.attribution_study`; or a table of its `spectrum`, made with the same `k, top`.
    most
        K-mers of each label, the most frequent ones.
    k, top, step, pooled
        As in `chatnt.AttributionStudy.spectrum`.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        The k-mers of the last label come first, then those of the others.

    Raises
    ------
    ValueError
        If `most` is below 1, or as `chatnt.AttributionStudy.spectrum`.
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    de Almeida, Richard et al. 2025, Nat. Mach. Intell., "A multimodal conversational agent for DNA, RNA and
    protein tasks", Fig. 6b-d.

    Examples
    --------
    >>> chatnt.plots.kmer_spectrum(study)  # doctest: +SKIP
    <Axes: ...>
    """
    import numpy as np
    import pandas as pd

    if most < 1:
        raise ValueError(f"most={most}: expected at least 1 k-mer of each label.")
    if isinstance(study, pd.DataFrame):
        table = study
    else:
        table = study.spectrum(k=k, top=top, step=step, pooled=pooled)
    colours = label_colours(list(dict.fromkeys(table["label"])))
    groups = _groups(table, list(colours), most)
    names = [name for group in groups.values() for name in group]
    places = np.arange(len(names)) + np.repeat(
        np.arange(len(groups)) * 0.6, [len(g) for g in groups.values()]
    )
    ax = new_axes(ax, 5.6, 1.3 + 0.24 * len(names))
    height = _THICK / len(colours)
    for number, (label, colour) in enumerate(colours.items()):
        rows = table.loc[table["label"] == label].set_index("kmer").reindex(names)
        at = places + (number - (len(colours) - 1) / 2) * height
        ax.barh(at, rows["count"].fillna(0), height=0.9 * height, color=colour, label=label)
        if "control" in rows:
            some = (rows["control"] > 0).to_numpy()  # a line at zero would be lost in the axis
            ends = (at - 0.45 * height)[some], (at + 0.45 * height)[some]
            told = "shuffled" if number == len(colours) - 1 else "_shuffled"  # which legends leave out
            ax.vlines(rows["control"][some], *ends, color=INK, linewidth=1.8, label=told)
    ax.set_yticks(places, names, family="monospace", fontsize=8)
    ax.set_ylim(places[-1] + 0.7, -0.7)
    for group in list(groups.values())[:-1]:
        ax.axhline(places[len(group) - 1] + 0.8, color=FAINT, linewidth=0.8)
    ax.set_xlim(left=0)
    ax.xaxis.get_major_locator().set_params(integer=True)  # type: ignore[union-attr]
    ax.set_xlabel(f"count among the {top} highest {k}-mers of each sequence", color=INK)
    handles, told = ax.get_legend_handles_labels()
    bars_first = sorted(range(len(told)), key=lambda i: told[i] == "shuffled")
    ax.legend(
        [handles[i] for i in bars_first], [told[i] for i in bars_first], frameon=False, loc="lower left",
        bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.2, fontsize=8,
    )  # fmt: skip
    tidy(ax, grid="x")
    return ax


def _groups(table: "pd.DataFrame", labels: list[str], most: int) -> dict[str, list[str]]:
    """Return the k-mers to draw for each label; one that is frequent for several stands once."""
    found: dict[str, list[str]] = {}
    taken: set[str] = set()
    for label in labels:
        names = table.loc[table["label"] == label, "kmer"].head(most)
        if fresh := [name for name in names if name not in taken]:
            found[label] = fresh
            taken |= set(fresh)
    return found
