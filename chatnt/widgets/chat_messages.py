"""What the page shows of questions and answers, and the whole conversation as text and Markdown."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from chatnt.conversation import Answer
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.widgets.tray import sequence_row

_STATES = {"stopped": "stopped", "writing": "being written"}
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|~&]|^\s*[#+-]", re.MULTILINE)


def question_message(turn: int, text: str, sequences: Sequence[DNA]) -> dict[str, Any]:
    """Return a question as the page shows it."""
    return {"turn": turn, "role": "user", "text": text, "sequences": [sequence_row(dna) for dna in sequences]}


def open_message(turn: int) -> dict[str, Any]:
    """Return an answer of which nothing has been written yet."""
    return {"turn": turn, "role": "assistant", "state": "writing", "text": "", "why": None}


def answer_message(turn: int, answer: Answer, seconds: float) -> dict[str, Any]:
    """Return an answer as the page shows it.

    Parameters
    ----------
    turn
        Its number, from 0.
    answer
        What was answered.
    seconds
        How long it took.
    """
    labels = dict(answer.probabilities)
    return {
        **open_message(turn),
        "state": "done" if answer.in_scope else "refused",
        "text": answer.text,
        "task": answer.task,
        "title": get_task(answer.task).title if answer.task else "",
        "label": answer.label,
        "value": answer.value,
        "estimate": answer.estimate,
        "probability": answer.probability,
        "probabilities": labels,
        "candidates": None if answer.candidates is None else list(answer.candidates),
        "interval": None if answer.interval is None else list(answer.interval),
        "coverage": answer.coverage,
        "calibrated": answer.calibrated,
        "calibration": answer.calibration,
        "abstained": answer.abstained,
        "notes": list(answer.notes),
        "remark": answer.remark,
        "explains": answer.in_scope and bool(answer.question.sequences),
        "seconds": round(seconds, 2),
    }


def transcript(messages: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the lines of a conversation as plain text."""
    for message in messages:
        if message["role"] == "user":
            yield f"You: {message['text']}{_about(message)}"
        else:
            yield f"Answer: {' '.join(part for part in (message['text'], _bracketed(message)) if part)}"
            if told := why_line(message["why"]):
                yield f"  Why: {told}"


def markdown(messages: Sequence[Mapping[str, Any]], pair: str) -> str:
    """Return a conversation in Markdown.

    Parameters
    ----------
    messages
        Questions and answers.
    pair
        Who answered.
    """
    parts = ["# Conversation about DNA", f"Answered by {_escaped(pair)}."]
    for message in messages:
        text = _escaped(message["text"])
        if message["role"] == "user":
            parts.append(f"**{text}**")
            parts += [
                f"- {_escaped(one['name'])}: {one['length']:,} bases, GC {one['gc']:.0%}"
                for one in message["sequences"]
            ]
            continue
        parts.append("\n".join(f"> {line}" for line in (text or "(nothing was written)").split("\n")))
        if told := _bracketed(message):
            parts.append(f"*{_escaped(told[1:-1])}*")
        if told := why_line(message["why"]):
            parts.append(f"Why: {_escaped(told)}")
    return "\n\n".join(parts) + "\n"


def why_line(why: Mapping[str, Any] | None) -> str:
    """Return in one line which bases decided an answer; empty if that was not asked."""
    if why is None or why["state"] != "done":
        return ""
    at = max(range(len(why["scores"])), key=lambda i: abs(why["scores"][i]))
    named = ", ".join(f"{mark['label']} {mark['letters']} at {mark['start']:,}" for mark in why["marks"])
    against = f" against {why['against']}" if why["against"] else ""
    base, place = why["letters"][at], why["start"] + at
    return (
        f"strongest for {why['target']}{against} is {base} at position {place:,} of {why['name']} "
        f"({why['scores'][at]:+.2f}, {why['unit']}){'; found there: ' + named if named else ''}"
    )


def _about(message: Mapping[str, Any]) -> str:
    names = ", ".join(f"{one['name']}, {one['length']:,} bases" for one in message["sequences"])
    return f"  [{names}]" if names else ""


def _bracketed(message: Mapping[str, Any]) -> str:
    told = _STATES.get(message["state"]) or message.get("reason") or message.get("remark", "")
    return f"[{told}]" if told else ""


def _escaped(text: str) -> str:
    """Return a text of a model or a file so that Markdown shows it as it is."""
    return _MARKDOWN.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", text)
