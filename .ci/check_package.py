"""Build the sdist and the wheel, install the wheel where nothing else is, and ask it a question.

Usage: python .ci/check_package.py [--torch REQUIREMENT] [--torch-index URL]

The wheel is built from the sdist, as package indices and conda do it.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from pathlib import Path
from zipfile import ZipFile

from packaging.metadata import Metadata

ROOT = Path(__file__).parents[1]
DIST, EMPTY = ROOT / "dist", ROOT / "build" / "wheel-test"
QUESTION = "Which splice site is in <DNA>: a donor, an acceptor or none?"
ANSWER = "Acceptor, this DNA has an acceptor splice site."

ASK = """
import sys
import chatnt
chat = chatnt.load()
print(chatnt.__file__)
print(chat.ask(sys.argv[1], sys.argv[2]).text)
"""

EXTRAS = """
import chatnt
from chatnt.errors import MissingExtraError

chat = chatnt.load()
answer = chat.ask("Is there a TATA promoter in <DNA>?", "ACGT" * 75)
wants = {
    "plots": lambda: chatnt.plots.architecture(chat.model),
    "widgets": lambda: chatnt.widgets.Chat(chat),
    "explain": lambda: chat.explain(answer),
}
for extra, use in wants.items():
    try:
        use()
    except MissingExtraError as error:
        assert f"chatnt[{extra}]" in str(error), error
    else:
        raise AssertionError(f"{extra} works without its packages")
"""
"""What needs an extra says which one."""


def main() -> None:
    """Run all checks; the first that fails ends it with an error."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--torch", default="torch", help="requirement to install first")
    parser.add_argument("--torch-index", help="index to install it from")
    args = parser.parse_args()
    wheel = build()
    check_files(wheel)
    check_metadata(wheel)
    install(wheel, args.torch, args.torch_index)
    check_answers()
    print(f"Package: {wheel.name} answers in an empty environment.")


def step(done: str, started: float) -> None:
    """Say what was done and how long it took."""
    print(f"{time.perf_counter() - started:6.1f} s  {done}", flush=True)


def run(*command: str | Path, **options: object) -> str:
    """Return what a command prints; if it fails, end with all that it said."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]
    if done.returncode:
        sys.exit(f"{' '.join(map(str, command))[:200]}\n{done.stdout}{done.stderr}")
    return done.stdout


def build() -> Path:
    """Build both into ``dist/`` and return the wheel."""
    started = time.perf_counter()
    shutil.rmtree(DIST, ignore_errors=True)
    run(sys.executable, "-m", "build", "--outdir", DIST, ROOT)
    made = {path.suffix: path for path in DIST.iterdir()}
    sizes = ", ".join(f"{path.name} ({path.stat().st_size / 1e6:.1f} MB)" for path in made.values())
    step(f"built {sizes}", started)
    return made[".whl"]


def check_files(wheel: Path) -> None:
    """Compare the files of the wheel with those of the package, and with a wheel built without the sdist."""
    started = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        run(sys.executable, "-m", "build", "--wheel", "--outdir", folder, ROOT)
        direct = names(next(Path(folder).iterdir()))
    found = names(wheel)
    differ(found, direct, "the wheel of the sdist", "the wheel of the tree")
    package = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "chatnt").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    differ({name for name in found if ".dist-info/" not in name}, package, "the wheel", "chatnt/")
    step(f"compared {len(found)} files of both wheels and of chatnt/", started)


def names(wheel: Path) -> set[str]:
    """Return the files in a wheel."""
    return set(ZipFile(wheel).namelist())


def differ(first: set[str], second: set[str], one: str, other: str) -> None:
    """End with the names that only one of two has."""
    if first != second:
        sys.exit(f"Only in {one}: {sorted(first - second)}; only in {other}: {sorted(second - first)}")


def check_metadata(wheel: Path) -> None:
    """Read the metadata as strictly as an index does, and compare it with ``pyproject.toml``."""
    started = time.perf_counter()
    with ZipFile(wheel) as file:
        stored = next(name for name in file.namelist() if name.endswith(".dist-info/METADATA"))
        told = Metadata.from_email(file.read(stored), validate=True)
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert str(told.version) == project["version"], told.version
    assert told.license_expression == project["license"], told.license_expression
    assert set(told.provides_extra or ()) == set(project["optional-dependencies"]), told.provides_extra
    step(f"read metadata {told.metadata_version} of {told.name} {told.version}", started)
    local = re.findall(r"\]\((?!https?://)([^)]+)\)", told.description or "")
    if local:
        print(f"{'note:':>8}  {len(local)} links of README.md are relative: they lead nowhere on an index")


def install(wheel: Path, torch: str, index: str | None) -> None:
    """Make an environment with the wheel and what it depends on, and nothing else."""
    started = time.perf_counter()
    shutil.rmtree(EMPTY, ignore_errors=True)
    run(sys.executable, "-m", "venv", EMPTY)
    pip = (EMPTY / "bin" / "python", "-m", "pip", "--disable-pip-version-check")
    run(*pip, "install", *(("--index-url", index) if index else ()), torch)
    run(*pip, "install", wheel)
    run(*pip, "check")
    step(f"installed {len(run(*pip, 'list', '--format=freeze').split())} packages", started)


def check_answers() -> None:
    """Ask in the empty environment, from a folder with nothing in it and without a network."""
    started = time.perf_counter()
    letters = (
        (ROOT / "chatnt" / "data" / "human_beta_globin.fa").read_text(encoding="utf-8").split("\n", 1)[1]
    )
    dna = letters.replace("\n", "")[232:632]
    python, chatnt = EMPTY / "bin" / "python", EMPTY / "bin" / "chatnt"
    with tempfile.TemporaryDirectory() as home:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "CHATNT"))
        }
        away = {"HOME": home, "HTTPS_PROXY": "http://127.0.0.1:9", "HTTP_PROXY": "http://127.0.0.1:9"}
        options = {"cwd": home, "env": {**kept, **away}}
        told = {
            "chatnt ask": run(chatnt, "ask", QUESTION, "--dna", dna, **options),
            "chatnt.load().ask": run(python, "-c", ASK, QUESTION, dna, **options),
            "chatnt card": run(chatnt, "card", **options),
            "chatnt tasks promoter_tata": run(chatnt, "tasks", "promoter_tata", **options),
        }
        run(python, "-c", EXTRAS, **options)
    wanted = {
        "chatnt ask": ANSWER + "  [acceptor: probability 0.",
        "chatnt.load().ask": f"{EMPTY / 'lib'}",
        "chatnt card": "# The bundled pair `mini`",
        "chatnt tasks promoter_tata": "TATA promoters of human genes",
    }
    for command, start in wanted.items():
        assert told[command].startswith(start), f"{command} printed {told[command]!r}, not {start!r}"
    assert told["chatnt.load().ask"].splitlines()[1] == ANSWER, told["chatnt.load().ask"]
    step(f"asked without the repository: {', '.join(told)}; extras that are missing say so", started)


if __name__ == "__main__":
    main()
