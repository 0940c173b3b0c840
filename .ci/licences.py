"""Print the licence of everything that chatnt depends on, and what needs it.

Usage: python .ci/licences.py

Read from what is installed beside this Python. Fails if a licence is not stated, or if what a user
installs is under one that binds those who pass chatnt on, and no exception is written down here.
"""

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

CORE = "core"
WORKSHOP = {"dev", "docs"}  # nothing of these is imported by chatnt, or installed by a user
ABSENT = "not installed"
GPU = r"(nvidia|cuda)-"  # what PyTorch's builds for GPUs bring along, under NVIDIA's own terms
COPYLEFT = r"\b(A?GPL|SSPL)|Affero|(?<!Lesser )General Public License|Non-?Commercial"
STATED = r"\b(MIT|BSD|Apache|ISC|MPL|Mozilla|PSF|Python Software Foundation|Zlib|CC0|BSL|HPND|Public Domain)"
EXCEPTIONS = {
    "axe-playwright-python": ("MIT", "its metadata name none; it comes with the text of the MIT licence"),
    "docutils": ("Public Domain AND BSD", "GPL only for a mode of Emacs, which its wheel does not have"),
    "torchao": ("BSD-3-Clause", "its metadata name none; it comes with the text of the BSD licence"),
}
"""What is not stated, or not as it is, with the reason."""


def main() -> int:
    """Print the table and return the exit status."""
    needed = closure()
    rows = [(name, version, ", ".join(sorted(by, key=order)), licence)
            for name, by in sorted(needed.items()) for version, licence in [told(name)]]  # fmt: skip
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for *texts, licence in rows:
        print(*(text.ljust(width) for text, width in zip(texts, widths, strict=True)), licence, sep="  ")
    wrong = [problem for name, *_, licence in rows if (problem := trouble(name, licence, needed[name]))]
    absent = [name for name, *_, licence in rows if licence == ABSENT]
    own = [name for name, *_, licence in rows if re.match(GPU, name) and not re.search(STATED, licence)]
    print("\n".join(wrong) or f"Licences: {len(rows) - len(absent) - len(own)} packages fit Apache-2.0.")
    print("Under NVIDIA's own terms:", ", ".join(own) or "none")
    print("Not installed here, and not looked at:", ", ".join(absent) or "none")
    return bool(wrong)


def order(extra: str) -> tuple[bool, str]:
    """Sort the core first."""
    return extra != CORE, extra


def closure() -> dict[str, set[str]]:
    """Map every package that is needed, directly or not, to what needs it: the core or an extra."""
    extras = distribution("chatnt").metadata.get_all("Provides-Extra") or []
    needed: dict[str, set[str]] = {}
    for extra in [CORE, *extras]:
        found: set[tuple[str, str]] = set()
        todo = [("chatnt", "" if extra == CORE else extra)]
        while todo:
            for one in requirements(*todo.pop()):
                if one not in found:
                    found.add(one)
                    todo.append(one)
        for name in {name for name, _ in found}:
            if CORE not in needed.get(name, ()):
                needed.setdefault(name, set()).add(extra)
    return needed


def requirements(name: str, extra: str) -> Iterator[tuple[str, str]]:
    """Yield what a package, or one extra of it, needs on this machine, as name and extra."""
    try:
        declared = distribution(name).requires or []
    except PackageNotFoundError:
        return
    for requirement in map(Requirement, declared):
        if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
            needed = canonicalize_name(requirement.name)
            yield from ((needed, part) for part in ("", *requirement.extras))


def told(name: str) -> tuple[str, str]:
    """Return the version of a package and its licence, as its metadata state it."""
    try:
        found = distribution(name)
    except PackageNotFoundError:
        return "-", ABSENT
    licence = EXCEPTIONS[name][0] if name in EXCEPTIONS else stated(found)
    return found.version, licence


def stated(found: Distribution) -> str:
    """Return the expression, else the classifiers, else the first line of the old field."""
    metadata = found.metadata
    if expression := metadata.get("License-Expression"):
        return expression
    classifiers = [line for line in metadata.get_all("Classifier") or [] if line.startswith("License :: ")]
    if classifiers:
        return ", ".join(line.rpartition(" :: ")[2] for line in classifiers)
    return (metadata.get("License") or "").strip().partition("\n")[0]


def trouble(name: str, licence: str, by: set[str]) -> str:
    """Return what is wrong with a licence, or nothing."""
    if licence == ABSENT:
        return f"{name} is needed and not installed" if CORE in by else ""
    if re.match(GPU, name):
        return ""
    if re.search(COPYLEFT, licence) and not by <= WORKSHOP:
        return f"{name}: {licence} does not go with Apache-2.0"
    if not re.search(STATED, licence) and not re.search(COPYLEFT, licence):
        return f"{name}: licence {licence!r} is not known; look, and write an exception into .ci/licences.py"
    return ""


if __name__ == "__main__":
    sys.exit(main())
