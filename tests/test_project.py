"""What holds for the tree as a whole."""

import re
import socket
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import chatnt

ROOT = Path(__file__).parents[1]
HEAVY = {"torch", "transformers", "sklearn", "pandas", "scipy", "matplotlib", "captum", "ipywidgets"}
MAX_NEW_MODULES = 150
MAX_TEXT_BYTES = 5_000_000


def modules_after(statement):
    """Return the names of all modules that a fresh process has loaded."""
    code = f"import sys; {statement}; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_import_is_light():
    new = modules_after("import chatnt") - modules_after("pass")
    assert not new & HEAVY
    assert len(new) < MAX_NEW_MODULES, sorted(new)


def test_the_version_is_told_once():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert chatnt.__version__ == declared


@pytest.fixture(scope="module")
def texts():
    """Map the path of every text file of the project to its text."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout: no list of the project's files")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    paths = [path for path in map(ROOT.joinpath, listed.stdout.split("\0")[:-1]) if path.is_file()]
    found = {}
    for path in paths:
        content = path.read_bytes()
        if b"\0" not in content and len(content) < MAX_TEXT_BYTES:
            found[str(path.relative_to(ROOT))] = content.decode(errors="replace")
    return found


def lines_with(pattern, texts):
    return [
        f"{path}:{number}: {line.strip()[:120]}"
        for path, text in texts.items()
        for number, line in enumerate(text.splitlines(), start=1)
        if re.search(pattern, line)
    ]


def test_no_remote_code_is_trusted(texts):
    assert not lines_with(r"trust_remote_code\W{0,3}\s*[=:]\s*" + "True", texts)


def test_no_path_of_one_machine(texts):
    places = "|".join(("root", "work", "opt", "home", "Users", "scratch"))
    assert not lines_with(rf"(?<![\w.~/:$}}-])(?:[A-Z]:\\Users\\|/(?:{places})/)\w", texts)


@pytest.mark.parametrize("address", [("192.0.2.1", 443), ("example.org", 80)])
def test_tests_reach_no_network(address):
    with pytest.raises(BaseException, match="tests run without a network"):
        socket.create_connection(address, timeout=1)
