"""Questions and answers as speech bubbles, for print."""

import dataclasses
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from chatnt.conversation import Answer, Question
from chatnt.dialogue import Conversation
from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK, new_axes
from chatnt.plots.words import ROOM, inches, line_height, width_of, with_signs, wrapped, write

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from chatnt.tasks.base import Truth

_WIDTH = 3.45  # inches, of a picture of its own
_SIZE, _SMALL = 7.2, 6.6  # points: what is said, and what is remarked
_PAD, _GAP, _APART = 0.06, 0.05, 0.11  # inches: inside a bubble, between two, between two turns
_WIDEST = 0.88  # share of the width that a bubble may take
_MUTED = "#64748b"
_ASKED = "#e8f1f6"

Turns = Conversation | Sequence[Answer]


class _Line(NamedTuple):
    text: str
    size: float
    colour: str
    bold: bool = False


class _Bubble(NamedTuple):
    """Hold what one side says; what has no side is a heading."""

    side: str
    lines: list[_Line]
    doubtful: bool = False

    @property
    def pad(self) -> float:
        return _PAD if self.side else 0.0

    @property
    def height(self) -> float:
        return sum(line_height(line.size) for line in self.lines) + 2 * self.pad

    @property
    def width(self) -> float:
        widest = max(width_of(line.text, line.size, bold=line.bold) for line in self.lines)
        return ROOM * widest + 2 * self.pad + 0.02


def conversation(
    turns: Turns,
    *,
    truths: "Sequence[Truth | None] | None" = None,
    titles: Sequence[str] | None = None,
    ax: "Axes | None" = None,
) -> "Axes":
    """Draw questions to the right and answers to the left, each with what is known of it.

    A short helix stands for a sequence; below a question are name and length of each. Below an answer
    are its probability, whether that is calibrated, and reasons to doubt. Texts are drawn as they are.

    Parameters
    ----------
    turns
        A conversation, or answers of `Assistant.ask`, which need not belong together.
    truths
        What is true, for each turn: a label, labels, a number, or `None` where nobody knows. A label is
        also said to be right or wrong.
    titles
        A heading for each turn.
    ax
        Axes to draw on, tall enough; default those of a new figure of one column and the height needed.

    Returns
    -------
    Axes
        Without axis lines. Their unit is an inch, from the left upper corner.

    Raises
    ------
    ValueError
        If there are no turns, not as many truths or titles, or the axes are not tall enough.
    MissingExtraError
        If matplotlib is not installed.

    References
    ----------
    .. [1] de Almeida B. P. et al. A multimodal conversational agent for DNA, RNA and protein tasks.
       Nature Machine Intelligence 2025, figure 3. https://doi.org/10.1038/s42256-025-01047-1

    Examples
    --------
    >>> talk = chat.conversation().ask("Is there an enhancer in <DNA>?", dna)  # doctest: +SKIP
    >>> chatnt.plots.conversation(talk, truths=["enhancer"])  # doctest: +SKIP
    <Axes: ...>
    """
    if ax is None:
        margin = 0.1  # at most what a layout leaves around axes
        height = conversation_height(turns, _WIDTH - margin, truths=truths, titles=titles)
        ax = new_axes(None, _WIDTH, height + margin)
    ax.set_axis_off()
    width, height = inches(ax)
    bubbles = list(_bubbles(turns, truths, titles, width))
    needed = _stacked(bubbles)
    if needed > height + 0.01:
        raise ValueError(
            f"The conversation needs axes {needed:.2f} inches high, at a width of {width:.2f}; these are "
            f"{height:.2f} inches high. Make them taller, or draw fewer turns."
        )
    ax.set_xlim(0, width)
    ax.set_ylim(height, 0)
    top = 0.0
    for bubble, before in zip(bubbles, [None, *bubbles], strict=False):
        top += _space(before, bubble)
        _draw(ax, bubble, top, width)
        top += bubble.height
    return ax


def conversation_height(
    turns: Turns,
    width: float,
    *,
    truths: "Sequence[Truth | None] | None" = None,
    titles: Sequence[str] | None = None,
) -> float:
    """Return how high axes of a width must be for a conversation, both in inches.

    Raises
    ------
    ValueError
        As `conversation`.
    """
    return _stacked(list(_bubbles(turns, truths, titles, width)))


def _stacked(bubbles: Sequence[_Bubble]) -> float:
    spaces = (_space(before, after) for before, after in zip([None, *bubbles], bubbles, strict=False))
    return sum(spaces) + sum(bubble.height for bubble in bubbles)


def _space(before: _Bubble | None, after: _Bubble) -> float:
    if before is None:
        return 0.0
    return _APART if before.side == "answer" else _GAP


def _bubbles(
    turns: Turns,
    truths: "Sequence[Truth | None] | None",
    titles: Sequence[str] | None,
    width: float,
) -> Iterator[_Bubble]:
    answers = turns.answers if isinstance(turns, Conversation) else tuple(turns)
    if not answers:
        raise ValueError("There is no turn to draw; ask a question first.")
    for name, some in (("truths", truths), ("titles", titles)):
        if some is not None and len(some) != len(answers):
            raise ValueError(f"There are {len(answers)} turns, but {len(some)} {name}; give one for each.")
    inside = _WIDEST * width - 2 * _PAD - 0.02
    asked: Question | None = None
    for i, answer in enumerate(answers):
        if titles is not None:
            yield _Bubble("", _lines(titles[i], width, _SIZE, INK, bold=True))
        told = _about(answer.question, asked)
        asked = answer.question
        lines = _lines(with_signs(answer.question.text), inside, _SIZE, INK)
        yield _Bubble("question", [*lines, *_lines(told, inside, _SMALL, _MUTED)])
        yield _Bubble("answer", list(_said(answer, truths[i] if truths else None, inside)), _doubtful(answer))


def _about(question: Question, before: Question | None) -> str:
    if not question.sequences:
        return ""
    if before is not None and question.sequences == before.sequences:
        return "about the same"
    return "; ".join(", ".join([*filter(None, [s.name]), f"{len(s):,} bases"]) for s in question.sequences)


def _said(answer: Answer, truth: "Truth | None", width: float) -> Iterator[_Line]:
    yield from _lines(answer.text, width, _SIZE, INK)
    remark = dataclasses.replace(answer, calibration="").remark  # how it was calibrated is no matter of print
    yield from _lines(remark, width, _SMALL, ENGLISH if _doubtful(answer) else _MUTED)
    if truth is not None:
        told, right = _judged(answer, truth)
        yield from _lines(told, width, _SMALL, ENGLISH if right is False else DNA, bold=True)


def _judged(answer: Answer, truth: "Truth") -> tuple[str, bool | None]:
    """Return what is said of the truth, and whether the answer is right, where it can be."""
    if isinstance(truth, tuple):
        return f"truth: {', '.join(truth) or 'none'}", None
    if not isinstance(truth, str):
        return f"truth: {truth:g}", None
    if answer.label is None:
        return f"truth: {truth}", None
    right = answer.label == truth
    return (f"right: {truth}" if right else f"wrong: the truth is {truth}"), right


def _doubtful(answer: Answer) -> bool:
    return not answer.in_scope or answer.abstained


def _lines(text: str, width: float, size: float, colour: str, *, bold: bool = False) -> list[_Line]:
    return [_Line(line, size, colour, bold) for line in wrapped(text, width, size, bold=bold) if line]


def _draw(ax: "Axes", bubble: _Bubble, top: float, width: float) -> None:
    from matplotlib.patches import FancyBboxPatch

    asked = bubble.side == "question"
    left = width - bubble.width if asked else 0.0
    if bubble.side:
        style = "round,pad=0,rounding_size=0.06"
        ax.add_patch(
            FancyBboxPatch(
                (left, top), bubble.width, bubble.height, boxstyle=style, linewidth=0.7, gid=bubble.side,
                facecolor=_ASKED if asked else "white", edgecolor=_ASKED if asked else FAINT,
                linestyle="--" if bubble.doubtful else "-", clip_on=False,
            )
        )  # fmt: skip
    y = top + bubble.pad
    for line in bubble.lines:
        high = line_height(line.size)
        write(ax, left + bubble.pad, y + high / 2, line.text, line.size, line.colour, bold=line.bold)
        y += high
