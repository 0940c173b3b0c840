"""Fail if a file of the package is over 350 lines, or a function body over 50.

A docstring is not counted as body.
"""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

MAX_FILE, MAX_BODY = 350, 50


def offences(path: Path) -> Iterator[str]:
    """Yield one line of text for each limit that a file breaks."""
    text = path.read_text(encoding="utf-8")
    lines = len(text.splitlines())
    if lines > MAX_FILE:
        yield f"{path}: {lines} lines, at most {MAX_FILE}"
    if path.suffix != ".py":
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            body = node.body[1:] if ast.get_docstring(node) is not None else node.body
            size = node.end_lineno - body[0].lineno + 1 if body else 0
            if size > MAX_BODY:
                yield f"{path}:{node.lineno}: {node.name}() has a body of {size} lines, at most {MAX_BODY}"


def main() -> int:
    """Check ``chatnt/`` and return the exit status."""
    package = Path("chatnt")
    found = [
        text
        for path in sorted(package.rglob("*.py")) + sorted(package.rglob("*.js"))
        for text in offences(path)
    ]
    print("\n".join(found) or "Size gate: all files and functions are small enough.")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
