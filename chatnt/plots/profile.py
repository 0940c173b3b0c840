"""Mean scores around a site."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import INK, label_colours, new_axes, tidy

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from chatnt.aggregate import AttributionStudy


_DOTTED = (0, (1, 1.2))


def profile(
    study: "AttributionStudy | pd.DataFrame",
    *,
    site: int = 0,
    scaled: bool = False,
    start: int | None = None,
    end: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the mean score of each label at each position, with its standard error.

    Dotted lines are the shuffled sequences, if there is a control.

    Parameters
    ----------
    study
        Of `chatnt.attribution_study`; or a table of its `profile`, made with the same `site` and `scaled`.
    site, scaled
        As in `chatnt.AttributionStudy.profile`.
    start, end
        Positions to draw, from the site, half-open; default all.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        A line with a band for each label.

    Raises
    ------
    ValueError
        If there is no position from `start` to `end`, or as `chatnt.AttributionStudy.profile`.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.profile(study, site=200, start=-30, end=30)  # doctest: +SKIP
    <Axes: ...>
    """
    import pandas as pd

    table = study if isinstance(study, pd.DataFrame) else study.profile(site=site, scaled=scaled)
    positions = table["position"].to_numpy()
    start = int(positions.min()) if start is None else start
    end = int(positions.max()) + 1 if end is None else end
    shown = table.loc[(positions >= start) & (positions < end)]
    if shown.empty:
        raise ValueError(f"There is no position from {start} to {end}, counted from the site at {site}.")
    ax = new_axes(ax, 7.2, 2.8)
    from matplotlib.lines import Line2D

    counts = {} if isinstance(study, pd.DataFrame) else _counts(study)
    # The last label, which of two is the positive one, lies on top.
    for label, colour in reversed(label_colours(list(dict.fromkeys(table["label"]))).items()):
        rows = shown.loc[shown["label"] == label]
        x, mean, error = (rows[name].to_numpy() for name in ("position", "mean", "standard_error"))
        ax.fill_between(x, mean - error, mean + error, color=colour, alpha=0.25, linewidth=0)
        ax.plot(x, mean, color=colour, linewidth=1.4, label=counts.get(label, label))
        if "control" in rows:
            ax.plot(x, rows["control"], color=colour, linewidth=1.1, linestyle=_DOTTED)
    ax.axhline(0, color=INK, linewidth=0.6)
    if start <= 0 < end and site:
        ax.axvline(0, color=INK, linewidth=0.6, linestyle=(0, (4, 3)))
    ax.set_xlim(start, end - 1)
    ax.set_xlabel("position from the site" if site else "position", color=INK)
    signed = bool((table["mean"] < 0).any()) if isinstance(study, pd.DataFrame) else study.signed
    told = "mean score" if signed else "mean score, without sign"
    unit = "times the mean of its sequence" if scaled else getattr(study, "unit", "")
    ax.set_ylabel(f"{told}\n{unit}".strip(), color=INK, fontsize=8)
    handles, names = ax.get_legend_handles_labels()
    handles, names = handles[::-1], names[::-1]
    if "control" in shown:
        handles.append(Line2D([], [], color=INK, linewidth=1.1, linestyle=_DOTTED))
        names.append("shuffled")
    ax.legend(
        handles, names, frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=4,
        borderaxespad=0.2, fontsize=8,
    )  # fmt: skip
    tidy(ax, grid="y")
    return ax


def _counts(study: "AttributionStudy") -> dict[str, str]:
    return {label: f"{label} ({len(study.of(label)):,})" for label in study.labels}
