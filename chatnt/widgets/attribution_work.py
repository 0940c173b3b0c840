"""What is computed while an attribution is looked at: other methods, words of the answer, substitutions."""

import dataclasses
import re
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from chatnt.attribution import Attribution
from chatnt.conversation import Question, Turn
from chatnt.deletion import SHUFFLED, UNKNOWN, Evaluate

if TYPE_CHECKING:
    from chatnt.calibrating import HasEngine
    from chatnt.engine import Engine

BASELINES = (UNKNOWN, SHUFFLED)
_GIVEN = "given"
_STEPS, _SHUFFLES, _WINDOW = 32, 10, 6  # those of `chatnt.attribute`


class Ended(Exception):
    """Come out of a computation that is not wanted any longer."""


def methods() -> list[dict[str, Any]]:
    """Return the methods that there are, and whether each needs a baseline."""
    from chatnt.attribution_methods import METHODS  # it brings torch

    return [{"name": name, "baseline": method.baseline} for name, method in METHODS.items()]


def method_of(result: Attribution) -> str:
    """Return the name of the method of a result."""
    return str(result.settings.get("method", result.method.partition(",")[0]))


def baseline_of(result: Attribution) -> str:
    """Return which baseline a result has: one of `BASELINES`, or ``"given"``."""
    baseline = result.settings.get("baseline", UNKNOWN)
    return baseline if isinstance(baseline, str) and baseline in BASELINES else _GIVEN


def answer_of(chat: "Engine | HasEngine", result: Attribution) -> str:
    """Return what the pair answers to the question of a result."""
    return _engine(chat).generate([[Turn(Question.of(result.question, result.sequences))]])[0]


def words_of(answer: str) -> list[str]:
    """Return an answer cut into words, each with what is before it."""
    return re.findall(r"\s*\S+", answer)


def explained_anew(
    chat: "Engine | HasEngine",
    result: Attribution,
    method: str,
    baseline: str,
    before: Sequence[str] | None,
    watch: Callable[[int], object],
) -> Attribution:
    """Explain the same answer by another method, or one word of it.

    Parameters
    ----------
    chat
        The pair.
    result
        Says what is asked and what is explained.
    method, baseline
        As `method_of` and `baseline_of` name them.
    before
        Words of the answer, the last of which is explained after the others; None for what `result` explains.
    watch
        Is called before each batch with its rows.
    """
    from chatnt.attributing import attribute  # it brings torch

    settings: dict[str, Any] = {**result.settings, "method": method, "watch": watch}
    if baseline in BASELINES:
        settings["baseline"] = baseline
    if before is None:
        return attribute(chat, result.question, result.sequences, task=result.task, **settings)
    for name in ("answer", "sentences", "calibrated"):
        settings.pop(name, None)
    *others, last = before
    settings |= {"target": "".join(before), "against": "".join(others) or None}
    # The engine alone has no scope, so that words are taken as words and not as labels of a task.
    found = attribute(_engine(chat), result.question, result.sequences, **settings)
    told = f"word {len(before)} of the answer, {last.strip()!r}"
    return dataclasses.replace(found, target=told, against="", unit="log-probability (natural log)")


def rows_of(result: Attribution, method: str, baseline: str) -> int:
    """Return about how many rows a method computes."""
    bases = sum(map(len, result.sequences))
    many = int(result.settings.get("shuffles", _SHUFFLES)) if baseline == SHUFFLED else 1
    steps, window = int(result.settings.get("steps", _STEPS)), int(result.settings.get("window", _WINDOW))
    rows = {
        "integrated_gradients": steps * many,
        "gradient_shap": steps,
        "occlusion": bases * many,
        "feature_ablation": -(-bases // window) * many,
        "in_silico_mutagenesis": 3 * bases,
    }
    return rows.get(method, 1) + many + 1


def watching(stop: threading.Event, expected: int, tell: Callable[[float], object]) -> Callable[[int], None]:
    """Return what counts rows, tells the share that is done, and ends the work when it is to stop.

    Raises
    ------
    Ended
        From what is returned.
    """
    done = 0

    def watch(rows: int) -> None:
        nonlocal done
        if stop.is_set():
            raise Ended
        tell(min(0.99, done / expected))
        done += rows

    return watch


def substitutions(
    result: Attribution, chat: "Engine | HasEngine | None", sequence: int, position: int
) -> dict[str, float]:
    """Return by how much each other base at a place changes the target.

    Parameters
    ----------
    result
        Computes its own target, unless it was read from a file.
    chat
        The pair, for one that was read.
    sequence, position
        Where.

    Raises
    ------
    ValueError
        If there is neither.
    """
    letters = [str(dna) for dna in result.sequences]
    text = letters[sequence]
    others = [base for base in "ACGT" if base != text[position]]
    if result.tables is not None:
        return {base: float(result.tables[sequence][position]["ACGT".index(base)]) for base in others}
    evaluate = result.evaluate or _evaluated(chat, result)
    changed = [text, *(text[:position] + base + text[position + 1 :] for base in others)]
    rows = [[*letters[:sequence], each, *letters[sequence + 1 :]] for each in changed]
    now, *values = evaluate(rows, len(rows)).tolist()
    return {base: value - now for base, value in zip(others, values, strict=True)}


def _evaluated(chat: "Engine | HasEngine | None", result: Attribution) -> Evaluate:
    if chat is None:
        raise ValueError(
            "This attribution was read from a file or copied, so there is no pair to ask about changed "
            "sequences; give chat=..., the pair that answered."
        )
    from chatnt.explained import Wish  # it brings torch
    from chatnt.revaluation import revaluation

    wanted = ("target", "against", "answer", "sentences", "calibrated")
    wish = Wish(
        task=result.task, **{name: result.settings[name] for name in wanted if name in result.settings}
    )
    explained = wish.of(chat, result.question, result.sequences, method_of(result), gradients=False)
    return revaluation(explained.engine, [Turn(explained.asked)], explained.target)


def _engine(chat: Any) -> "Engine":
    return getattr(chat, "engine", chat)
