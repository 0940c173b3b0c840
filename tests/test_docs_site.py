"""The site: every public name has its page, what the build makes is complete, and code on the pages runs."""

import doctest
import importlib.util
import inspect
import os
import re
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import pytest

import chatnt
from chatnt.attribution_methods import METHODS
from chatnt.cli import command_parser
from chatnt.conversation import FORMATS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PARTS = ("plots", "figures", "widgets")
RUN = ("start", "for_biologists", "for_modellers", "benchmark", "model", "extend")


def loaded():
    spec = importlib.util.spec_from_file_location("build_pages", DOCS / "build_pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = loaded()


@pytest.fixture(scope="module")
def pair():
    return chatnt.load()


def public_names():
    names = {f"chatnt.{name}" for name in chatnt.__all__ if name not in (*PARTS, "errors")}
    for part in PARTS:
        names |= {f"chatnt.{part}.{name}" for name in getattr(chatnt, part).__all__}
    errors = inspect.getmembers(chatnt.errors, inspect.isclass)
    return names | {f"chatnt.errors.{name}" for name, _ in errors}


def test_every_public_name_is_on_the_page_of_the_api_once():
    page = (DOCS / "api.md").read_text(encoding="utf-8")
    listed = Counter(re.findall(r"^(?:   |\.\. py:data:: )(chatnt\.[\w.]+)$", page, re.MULTILINE))
    missing = "docs/api.md lacks these names; put them where they belong"
    assert set(listed) == public_names(), missing
    assert set(listed.values()) == {1}


def test_classes_of_results_are_links_and_widgets_do_not_take_their_names():
    links = PAGES.class_links(PAGES.listed_names(DOCS / "api.md"))
    assert links["Attribution"] == "chatnt.Attribution"
    assert links["SequenceError"] == "chatnt.errors.SequenceError"
    assert links["Material"] == "chatnt.figures.Material"
    assert not {"Chat", "load", "radar"} & set(links)


def test_pages_of_names_that_are_gone_are_removed(tmp_path):
    for name in ("chatnt.load", "chatnt.gone"):
        (tmp_path / f"{name}.rst").write_text("")
    PAGES.remove_others(tmp_path, PAGES.listed_names(DOCS / "api.md"))
    assert [path.stem for path in tmp_path.iterdir()] == ["chatnt.load"]


def test_a_widget_says_how_it_is_made():
    told = PAGES.class_signature(None, "class", "", chatnt.widgets.Chat, None, "(*args, **kwargs)", None)
    assert told[0].startswith("(chat, *, sequences=None")
    assert PAGES.class_signature(None, "class", "", chatnt.DNA, None, "(sequence)", None) is None
    assert PAGES.class_signature(None, "function", "", chatnt.load, None, "(*args, **kwargs)", None) is None


def test_the_page_of_the_command_line_has_the_help_of_every_command():
    page, parser = PAGES.command_line_page(), command_parser()
    (commands,) = [action for action in parser._actions if hasattr(action.choices, "values")]
    assert len(commands.choices) > 8
    sections = dict(part.split("\n", 1) for part in page.split("\n## ")[1:])
    assert list(sections) == ["chatnt", *(f"chatnt {name}" for name in commands.choices)]
    for name, command in commands.choices.items():
        for action in command._actions:
            for option in action.option_strings:
                assert option in sections[f"chatnt {name}"]


def test_the_width_of_a_terminal_changes_nothing():
    wide = PAGES.command_line_page()
    with patch.dict(os.environ, COLUMNS="40"):
        assert PAGES.command_line_page() == wide


def test_notebooks_are_copied_and_old_ones_leave(tmp_path):
    source, target = tmp_path / "notebooks", tmp_path / "docs"
    source.mkdir()
    (source / "a.ipynb").write_text("{}")
    (source / "a.txt").write_text("")
    PAGES.copy_notebooks(source, target)
    (target / "old.ipynb").write_text("{}")
    os.utime(target / "a.ipynb", (0, 0))
    (source / "b.ipynb").write_text("{}")
    PAGES.copy_notebooks(source, target)
    assert sorted(path.name for path in target.iterdir()) == ["a.ipynb", "b.ipynb"]
    assert (target / "a.ipynb").stat().st_mtime == 0  # or Sphinx would read it again
    (source / "a.ipynb").write_text('{"cells": []}')
    PAGES.copy_notebooks(source, target)
    assert (target / "a.ipynb").read_text() == '{"cells": []}'


@pytest.mark.parametrize("name", RUN)
def test_code_on_the_page_runs_and_shows_what_it_says(name, pair, tmp_path, monkeypatch):
    (tmp_path / "chatnt").mkdir()
    (tmp_path / "chatnt" / "data").symlink_to(ROOT / "chatnt" / "data")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(chatnt, "load", lambda: pair)
    page = (DOCS / f"{name}.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(code, {}, f"{name}.md", f"{name}.md", 0)
    told = []
    with patch.dict(METHODS), patch.dict(FORMATS):
        runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.NORMALIZE_WHITESPACE)
        result = runner.run(test, out=told.append)
    assert result.attempted
    assert not result.failed, "".join(told)


def test_the_page_of_citation_says_what_the_file_says():
    file, page = ((path).read_text("utf-8") for path in (ROOT / "CITATION.cff", DOCS / "citation.md"))
    doi, title = (re.search(rf"^    (?:  )?{key}: (.+)$", file, re.M)[1] for key in ("doi", "title"))
    assert f"doi     = {{{doi}}}" in page
    assert f"title   = {{{title}}}" in page
    assert f"version = {{{chatnt.__version__}}}" in page
    assert f"\nversion: {chatnt.__version__}\n" in file
