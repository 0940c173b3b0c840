"""Print how long a fresh process takes to its first answer, step by step, and how much memory it needs.

The reference is a process that only imports torch and transformers, without which nothing of the kind runs.
The median of some processes on one core each, Python's own start included, with files that were read before.
"""

import json
import os
import statistics
import subprocess
import sys
import time
from typing import NamedTuple

REPEATS = 5
LIBRARIES = "import torch, transformers"
PACKAGE = "import chatnt"
ANSWER = """
import json, resource, time
start = time.perf_counter()
import chatnt
imported = time.perf_counter()
chat = chatnt.load()
loaded = time.perf_counter()
print(chat.ask("Is there a TATA promoter in <DNA>?", "ACGT" * 75), flush=True)
answered = time.perf_counter()
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**10
print(json.dumps([imported - start, loaded - imported, answered - loaded, peak]))
"""


class Process(NamedTuple):
    """Hold what processes took, in the median."""

    wall: float
    processor: float
    told: list[float]
    """What they printed in their last line, if that is a list."""

    @classmethod
    def of(cls, script: str) -> "Process":
        """Run a script several times."""
        runs = [_run(script) for _ in range(REPEATS)]
        middles = [statistics.median(column) for column in zip(*runs, strict=True)]
        return cls(middles[0], middles[1], middles[2:])


def _run(script: str) -> list[float]:
    before, start = os.times(), time.perf_counter()
    one_core = {**os.environ, "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, env=one_core
    )
    wall, after = time.perf_counter() - start, os.times()
    processor = after.children_user + after.children_system - before.children_user - before.children_system
    lines = done.stdout.splitlines()
    return [wall, processor, *(json.loads(lines[-1]) if lines else ())]


def main() -> None:
    """Print the table."""
    python, package, libraries, answer = map(Process.of, ("pass", PACKAGE, LIBRARIES, ANSWER))
    print("| a fresh process | seconds | processor seconds |")
    print("|---|---:|---:|")
    for name, process in (
        ("Python alone", python),
        (f"`{PACKAGE}`", package),
        (f"`{LIBRARIES}`", libraries),
        ("the first answer, all in all", answer),
    ):
        print(f"| {name} | {process.wall:.2f} | {process.processor:.2f} |")
    imported, loaded, answered, peak = answer.told
    print(
        f"\n`{PACKAGE}` by itself: {package.processor - python.processor:.2f} processor seconds. The first "
        f"answer is {answer.processor / libraries.processor:.2f} times the two libraries: {imported:.2f} s "
        f"to import, {loaded:.2f} s to load with them, {answered:.2f} s to answer; "
        f"{peak:,.0f} MiB of memory at most."
    )


if __name__ == "__main__":
    main()
