"""Print how long `import chatnt` takes beside `import torch`, each in a fresh process."""

import statistics
import subprocess
import sys
import time

REPEATS = 5


def seconds(statement: str) -> float:
    """Return the median time of a fresh process that runs a statement."""
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", statement], check=True)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    """Time both imports, less the start of Python itself."""
    start = seconds("pass")
    chatnt, torch = (max(seconds(f"import {name}") - start, 1e-4) for name in ("chatnt", "torch"))
    print(f"import chatnt / import torch = {chatnt / torch:.3f} ({chatnt:.3f} s / {torch:.3f} s)")


if __name__ == "__main__":
    main()
