"""Folders of runs as `chatnt.train` leaves them, made by hand."""

import json
import math


def lines(records):
    return "".join(json.dumps(record) + "\n" for record in records)


def step(number, **more):
    return {
        "step": number, "loss": 2 / number, "learning_rate": 1e-3, "gradient_norm": 1.5, "rows": 4,
        "tokens": 100, "seconds": 0.5, **more,
    }  # fmt: skip


def records(steps, every=10, names=("mean", "h3")):
    """One for each step, and one for each validation."""
    made = []
    for number in range(1, steps + 1):
        made.append(step(number))
        if number % every == 0:
            scores = {name: 1 - math.exp(-number / (20 + 10 * i)) for i, name in enumerate(names)}
            made.append({"step": number, "validation": scores, "seconds": 1.0})
    return made


def run(folder, some, *, total=40, events=(("started", 0),)):
    """Write a run: its records, how many steps are planned, and events as names with steps."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "run.json").write_text(json.dumps({"plan": {"steps": total}}))
    (folder / "log.jsonl").write_text(lines(some))
    noted = [{"step": number, "event": event, "time": 0.0} for event, number in events]
    (folder / "events.jsonl").write_text(lines(noted))
    return folder


def add(folder, some):
    with open(folder / "log.jsonl", "a") as log:
        log.write(lines(some))
