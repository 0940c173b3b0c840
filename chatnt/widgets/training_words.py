"""How a run is told, to the page and in words."""

import math
import textwrap

from chatnt.widgets.training_curves import VALIDATION
from chatnt.widgets.training_runs import WatchedRun


def told_run(run: WatchedRun) -> dict[str, object]:
    """Return what the page says of a run beside its curves."""
    left = run.seconds_left()
    return {
        "name": run.name,
        "state": run.state,
        "live": run.folder is not None and not run.over,
        "step": run.curves.step,
        "total": run.total,
        "seconds": round(run.curves.seconds, 1),
        "left": None if left is None else _rounded(left),
        "unread": run.unread,
        "events": run.happened(),
        "checkpoints": run.checkpoints(),
    }


def told_values(run: WatchedRun) -> str:
    """Tell how a run stands, its last values, and what happened, the first line being the sum of it."""
    curves, last = run.curves, run.curves.last()
    if not curves.step:
        return f"{run.name}, {run.state}, nothing is written yet"
    share = f" of {run.total:,} ({100 * curves.step / run.total:.0f} %)" if run.total else ""
    parts = [f"{run.name}, {run.state}", f"step {curves.step:,}{share}"]
    parts += [f"loss {last['loss']:.4f}"] * ("loss" in last)
    left = run.seconds_left()
    parts.append(duration(curves.seconds) if left is None else f"about {duration(left)} left")
    scores = {n.removeprefix(VALIDATION): v for n, v in last.items() if n.startswith(VALIDATION)}
    lines = [", ".join(parts)]
    if scores:
        told = ", ".join(f"{name} {value:.3f}" for name, value in scores.items())
        lines.append(textwrap.fill(f"validation: {told}", 100, break_long_words=False))
    notable = [e for e in run.happened() if e["event"] != "started"]
    lines += [f"step {e['step']:,}: {e['event']} {e['error']}".rstrip() for e in notable]
    if run.unread:
        lines.append(f"{run.unread} lines of its files could not be read")
    return "\n".join(lines)


def duration(seconds: float) -> str:
    """Write a time as people say it: ``8 s``, ``3 min``, ``2 h 5 min``, ``3 d 4 h``."""
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min"
    return f"{hours // 24} d {hours % 24} h"


def _rounded(seconds: float) -> float:
    """Round so that it is not sent anew for every blink."""
    unit = 10.0 ** max(0, math.floor(math.log10(max(seconds, 1))) - 1)
    return round(seconds / unit) * unit
