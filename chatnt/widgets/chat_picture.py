"""The picture of a conversation, for places that show no widgets."""

import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from chatnt.plots.canvas import DNA, ENGLISH, FAINT, INK
from chatnt.plots.letters import draw_letters

_TURNS = 4  # questions, the last ones
_WIDTH = 7.5  # inches
_LINE, _GAP, _STRIP = 0.2, 0.17, 1.35  # inches
_LETTERS = 84  # in a line


def draw_chat(messages: Sequence[Mapping[str, Any]]) -> Figure:
    """Draw the last questions and answers, with the letters that decided them.

    Parameters
    ----------
    messages
        As `chatnt.widgets.Chat.messages`.
    """
    shown = messages[-2 * _TURNS :]
    heights = [_height(message) for message in shown]
    total = sum(heights) + _GAP * (len(shown) + 1)
    figure = Figure(figsize=(_WIDTH, max(0.6, total)))
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, _WIDTH)
    axes.set_ylim(max(0.6, total), 0)
    if not shown:
        axes.text(0.25, 0.3, "Nothing was asked yet.", color=INK, fontsize=10, va="center")
    top = _GAP
    for message, height in zip(shown, heights, strict=True):
        _draw(figure, axes, message, top, height, total)
        top += height + _GAP
    return figure


def _lines(message: Mapping[str, Any]) -> list[str]:
    return [part for line in message["text"].split("\n") for part in textwrap.wrap(line, _LETTERS)] or ["…"]


def _remarks(message: Mapping[str, Any]) -> list[str]:
    if message["role"] == "user":
        told = ", ".join(f"{one['name']} ({one['length']:,} bases)" for one in message["sequences"])
    else:
        states = {"stopped": "stopped", "writing": "being written"}
        told = states.get(message["state"]) or message.get("reason") or message.get("remark", "")
    return textwrap.wrap(told, _LETTERS + 14)


def _explained(message: Mapping[str, Any]) -> Mapping[str, Any] | None:
    why = message.get("why")
    return why if why and why["state"] == "done" else None


def _height(message: Mapping[str, Any]) -> float:
    lines = _LINE * (len(_lines(message)) + 0.85 * len(_remarks(message)))
    return lines + 0.16 + (_STRIP if _explained(message) else 0)


def _draw(
    figure: Figure, axes: Axes, message: Mapping[str, Any], top: float, height: float, total: float
) -> None:
    user = message["role"] == "user"
    longest = max(
        map(len, [*_lines(message), *(part[: int(0.86 * len(part))] for part in _remarks(message))])
    )
    why = _explained(message)
    width = _WIDTH - 0.4 if why else min(_WIDTH - 0.4, 0.3 + 0.0785 * longest)
    left = _WIDTH - 0.2 - width if user else 0.2
    notice = message.get("state") == "refused"
    axes.add_patch(
        FancyBboxPatch(
            (left, top), width, height, boxstyle="round,pad=0,rounding_size=0.09", linewidth=0.8,
            facecolor="#e8f1f6" if user else "white", edgecolor=FAINT, linestyle="--" if notice else "-",
        )
    )  # fmt: skip
    y = top + 0.08 + _LINE / 2
    for line in _lines(message):
        axes.text(left + 0.14, y, line, color=INK, fontsize=10, va="center", parse_math=False)
        y += _LINE
    colour = ENGLISH if notice or message.get("reason") else "#64748b"
    for line in _remarks(message):
        axes.text(left + 0.14, y, line, color=colour, fontsize=8, va="center", parse_math=False)
        y += 0.85 * _LINE
    if why:
        low = top + height - 0.34
        place = (0.36 / _WIDTH, 1 - low / total, 1 - 0.72 / _WIDTH, (_STRIP - 0.55) / total)
        _strip(figure.add_axes(place), why)


def _strip(axes: Axes, why: Mapping[str, Any]) -> None:
    scores, start = np.array(why["scores"]), why["start"]
    low, high = min(0.0, float(scores.min())), max(0.0, float(scores.max()))
    for mark in why["marks"]:
        axes.axvspan(mark["start"] - 0.5, mark["end"] - 0.5, color=DNA, alpha=0.12, linewidth=0)
        told = f"{mark['label']} {mark['letters']}"
        middle = (mark["start"] + mark["end"] - 1) / 2
        axes.text(middle, high * 1.08, told, ha="center", fontsize=8, color=INK, clip_on=False)
    places = np.arange(start, start + len(scores))
    draw_letters(axes, why["letters"], places, np.minimum(scores, 0), np.abs(scores))
    axes.set_xlim(start - 0.5, start + len(scores) - 0.5)
    axes.set_ylim(low * 1.05, (high or 1.0) * 1.05)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.set_yticks([])
    axes.tick_params(length=0, colors=INK, labelsize=7)
