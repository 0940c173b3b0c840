"""What the build puts beside the pages that are written by hand; nothing of it is committed."""

import argparse
import inspect
import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

from chatnt.cli import command_parser

_WIDTH = 100  # of the help, in characters


def copy_notebooks(source: Path, target: Path) -> None:
    """Copy all notebooks of a folder, and leave no others; one that is as it was is not touched."""
    target.mkdir(exist_ok=True)
    for path in set(target.iterdir()) - {target / each.name for each in source.glob("*.ipynb")}:
        path.unlink()
    for path in source.glob("*.ipynb"):
        copy = target / path.name
        if not copy.exists() or copy.read_bytes() != path.read_bytes():
            shutil.copyfile(path, copy)


def write_command_line(path: Path) -> None:
    """Write the page of the command line, if it has changed."""
    page = command_line_page()
    if not path.exists() or path.read_text(encoding="utf-8") != page:
        path.write_text(page, encoding="utf-8")


def command_line_page() -> str:
    """Return the page of the command line: what ``--help`` prints, of the command and of each of its own."""
    parts = [
        "# The command line",
        "`chatnt` comes with the package. A clear error ends it with status 2, one of writing (a full disk) "
        "with 1, Ctrl-C with 130. Guides: [asking](usage.md), [files](annotate.md), [variants](variants.md), "
        "[attribution](attribution.md), [evaluation](evaluation.md), [training](training.md).",
    ]
    with patch.dict(os.environ, COLUMNS=str(_WIDTH)):
        for name, text in _helps(command_parser()):
            parts += [f"## {name}", f"```text\n{text.strip()}\n```"]
    return "\n\n".join(parts) + "\n"


def _helps(parser: argparse.ArgumentParser) -> Iterator[tuple[str, str]]:
    yield parser.prog, parser.format_help()
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                yield from _helps(command)


def listed_names(page: Path) -> list[str]:
    """Return the public names on the page of the API that have a page of their own, in full."""
    return re.findall(r"^   (chatnt\.[\w.]+)$", page.read_text(encoding="utf-8"), re.MULTILINE)


def class_links(names: list[str]) -> dict[str, str]:
    """Return what the short name of each class means, but for widgets, which have the names of results."""
    classes = [name for name in names if re.fullmatch(r"chatnt\.(errors\.|figures\.)?[A-Z]\w+", name)]
    return {name.rpartition(".")[2]: name for name in classes}


def remove_others(folder: Path, names: list[str]) -> None:
    """Remove pages of names that were made by an earlier build and are public no longer."""
    for path in folder.glob("*.rst"):
        if path.stem not in names:
            path.unlink()


def class_signature(_app: object, what: str, _name: str, thing: type, *others: object) -> tuple | None:
    """Tell Sphinx how a widget is made, whose base class says ``(*args, **kwargs)``."""
    if what != "class" or others[1] != "(*args, **kwargs)":
        return None
    own = list(inspect.signature(thing.__init__).parameters.values())[1:]
    return str(inspect.Signature([each.replace(annotation=inspect.Parameter.empty) for each in own])), None
