"""Questions and answers as a table of sentences."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from chatnt.plots.canvas import FAINT, INK, new_axes
from chatnt.plots.words import inches, line_height, with_signs, wrapped, write

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

_WIDTH = 7.09  # inches, of a picture of its own
_SIZE = 6.6  # points
_BETWEEN = 0.12  # inches between columns
_PAD = 0.02  # inches above and below a row
_COLUMNS = {"task": 0.23, "question": 0.45, "answer": 0.32}
"""Columns, and their shares of the width."""


class _Row(NamedTuple):
    cells: list[list[str]]
    bold: bool

    @property
    def height(self) -> float:
        return max(map(len, self.cells)) * line_height(_SIZE) + 2 * _PAD


def question_table(table: "pd.DataFrame", *, ax: "Axes | None" = None) -> "Axes":
    """Draw one question and one answer for each task, in words.

    Parameters
    ----------
    table
        With the columns ``task, question, answer``; a sign stands for each ``<DNA>``.
    ax
        Axes to draw on, tall enough; default those of a new figure.

    Returns
    -------
    Axes
        Without axis lines. Their unit is an inch, from the left upper corner.

    Raises
    ------
    ValueError
        If a column is missing, there are no rows, or the axes are not tall enough.
    MissingExtraError
        If matplotlib is not installed.
    """
    if ax is None:
        margin = 0.1  # at most what a layout leaves around axes
        ax = new_axes(None, _WIDTH, table_height(table, _WIDTH - margin) + margin)
    ax.set_axis_off()
    width, height = inches(ax)
    rows = list(_rows(table, width))
    needed = sum(row.height for row in rows)
    if needed > height + 0.01:
        raise ValueError(
            f"The table needs axes {needed:.2f} inches high, at a width of {width:.2f}; these are "
            f"{height:.2f} inches high. Make them taller, or draw fewer rows."
        )
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    top = 0.0
    for row in rows:
        ax.axhline(top + row.height, color=INK if row.bold else FAINT, linewidth=0.6, clip_on=False)
        left = 0.0
        for lines, share in zip(row.cells, _COLUMNS.values(), strict=True):
            for i, line in enumerate(lines):
                y = top + _PAD + (i + 0.5) * line_height(_SIZE)
                write(ax, left, y, line, _SIZE, INK, bold=row.bold)
            left += share * width
        top += row.height
    return ax


def table_height(table: "pd.DataFrame", width: float) -> float:
    """Return how high axes of a width must be for a table, both in inches.

    Raises
    ------
    ValueError
        As `question_table`.
    """
    return sum(row.height for row in _rows(table, width))


def _rows(table: "pd.DataFrame", width: float) -> Iterator[_Row]:
    missing = [name for name in _COLUMNS if name not in table]
    if missing or table.empty:
        raise ValueError(
            f"The table has no {'column ' + ', '.join(missing) if missing else 'rows'}; it needs a row for "
            f"each task with the columns {', '.join(_COLUMNS)}."
        )
    widths = [share * width - _BETWEEN for share in _COLUMNS.values()]
    yield _Row([[name] for name in _COLUMNS], bold=True)
    for record in table[list(_COLUMNS)].itertuples(index=False):
        cells = [wrapped(with_signs(str(text)), w, _SIZE) for text, w in zip(record, widths, strict=True)]
        yield _Row(cells, bold=False)
