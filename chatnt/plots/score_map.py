"""The scores of many sequences as one heat map."""

from typing import TYPE_CHECKING

from chatnt.plots.canvas import DNA, ENGLISH, INK, new_axes, tidy

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.aggregate import AttributionStudy

_COVERED = 99.5  # percent of the scores that the colours tell apart: one spike would leave all others pale


def score_map(  # noqa: PLR0913 - what part is drawn, and where
    study: "AttributionStudy",
    label: str | None = None,
    *,
    site: int = 0,
    scaled: bool = False,
    start: int | None = None,
    end: int | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw the scores of the sequences of one label, a row for each.

    Parameters
    ----------
    study
        Of `chatnt.attribution_study`.
    label
        Default: the last, which of two is the positive one.
    site, scaled
        As in `chatnt.AttributionStudy.profile`.
    start, end
        Positions to draw, from the site, half-open; default all.
    ax
        Axes to draw on; default those of a new figure.

    Returns
    -------
    Axes
        Rows from the largest sum of what is drawn, without signs, down to the smallest. With
        signs, blue speaks for the target and orange against it; without, the darker, the more.

    Raises
    ------
    ValueError
        If there is no such label or no position from `start` to `end`, or the sequences
        differ in length.
    MissingExtraError
        If matplotlib is not installed.

    Examples
    --------
    >>> chatnt.plots.score_map(study, site=200, start=-50, end=50)  # doctest: +SKIP
    <Axes: ...>
    """
    import numpy as np

    from chatnt.attribution_maps import aligned

    label = study.labels[-1] if label is None else label
    scores = aligned(study.of(label), scaled=scaled)
    first = 0 if start is None else site + start
    last = scores.shape[1] if end is None else site + end
    if not 0 <= first < last <= scores.shape[1]:
        raise ValueError(
            f"There is no base from {first - site} to {last - site} from the site at {site} of "
            f"{scores.shape[1]:,} bases; give start and end within them."
        )
    shown = scores[:, first:last]
    shown = shown[np.argsort(-np.abs(shown).sum(1), kind="stable")]
    limit = float(np.percentile(np.abs(shown), _COVERED)) or 1.0
    ax = new_axes(ax, 7.2, 3.4)
    from matplotlib.colors import LinearSegmentedColormap

    ways = (ENGLISH, "white", DNA) if study.signed else ("white", DNA, "#0b2533")
    colours = LinearSegmentedColormap.from_list("scores", ways)
    low = -limit if study.signed else 0.0
    left, right = first - site - 0.5, last - site - 0.5
    image = ax.imshow(
        shown, aspect="auto", cmap=colours, vmin=low, vmax=limit, interpolation="nearest",
        extent=(left, right, len(shown), 0),
    )  # fmt: skip
    bar = ax.figure.colorbar(image, ax=ax, pad=0.01, aspect=30, extend="both" if study.signed else "max")
    bar.set_label("times the mean of its sequence" if scaled else study.unit, color=INK, fontsize=8)
    bar.outline.set_visible(False)  # type: ignore[operator]
    bar.ax.tick_params(colors=INK, labelsize=8, length=0)
    ax.set_xlabel("position from the site" if site else "position", color=INK)
    ax.set_ylabel("sequences", color=INK)
    ax.set_title(f"{label} ({len(shown):,} sequences)", color=INK, fontsize=9, loc="left")
    tidy(ax, grid="y")
    ax.grid(visible=False)
    return ax
