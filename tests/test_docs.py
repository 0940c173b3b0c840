"""The pages of the documentation: those made from the code are up to date, and code on them runs."""

import dataclasses
import doctest
import importlib.util
import re
import tomllib
from pathlib import Path

import pytest

from chatnt import tasks as registry
from chatnt.plan_file import Data, PlanFile
from chatnt.tasks import all_tasks
from chatnt.training import TrainingPlan

DOCS = Path(__file__).parents[1] / "docs"


def loaded():
    spec = importlib.util.spec_from_file_location("pages", DOCS / "pages.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGES = loaded()


@pytest.mark.parametrize("name", PAGES.PAGES)
def test_a_made_page_is_what_the_code_says(name):
    told = "docs/{} is not what the code says now; make it again: python docs/pages.py"
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES.PAGES[name](), told.format(name)


def test_every_task_is_on_the_pages():
    table, talks = PAGES.tasks_page(), PAGES.conversations_page()
    parts = {part.split("`")[1]: part for part in talks.split("\n## ")[1:]}
    assert list(parts) == [task.name for task in all_tasks()]
    for name, part in parts.items():
        assert table.count(f"| `{name}` |") == 2
        assert table.count(f"- `{name}`: ") == 1
        for heading in PAGES.KINDS.values():
            assert part.count(f"**{heading}**") == 1
        assert part.count("**Question:**") == part.count("**Answer:**") >= 3


def test_markdown_signs_of_texts_are_escaped():
    assert PAGES._plain("a|b <DNA> *c* $d$") == r"a\|b \<DNA\> \*c\* \$d\$"


def test_every_page_is_in_the_table_of_contents():
    trees = re.findall(r"^```\{toctree\}\n(.*?)^```", (DOCS / "index.md").read_text("utf-8"), re.M | re.S)
    listed = [line for tree in trees for line in tree.split("\n\n", 1)[1].split()]
    assert len(listed) == len(set(listed))
    assert set(listed) == {path.stem for path in DOCS.glob("*.md")} - {"index"} | {"command_line"}


def test_the_tutorial_of_own_tasks_runs_as_it_stands(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_TASKS", dict(registry._TASKS))
    page = (DOCS / "own_task.md").read_text(encoding="utf-8")
    full = next(toml for toml in re.findall(r"^```toml\n(.*?)^```", page, re.M | re.S) if "_k562" in toml)
    (tmp_path / "silencers_k562.toml").write_text(full, encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL))
    test = doctest.DocTestParser().get_doctest(code, {}, "own_task.md", "own_task.md", 0)
    told = []
    result = doctest.DocTestRunner(verbose=False).run(test, out=told.append)
    assert result.attempted > 10
    assert not result.failed, "".join(told)


def test_the_page_of_training_has_every_setting_and_a_plan_that_can_be_read(tmp_path):
    page = (DOCS / "training.md").read_text(encoding="utf-8")
    settings = re.findall(r"^\| `(\w+)` \|.*\|.*\|.*\|$", page, re.MULTILINE)
    assert settings[: len(dataclasses.fields(TrainingPlan))] == [
        f.name for f in dataclasses.fields(TrainingPlan)
    ]
    (toml,) = re.findall(r"^```toml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    (tmp_path / "plan.toml").write_text(toml, encoding="utf-8")
    file = PlanFile.read(tmp_path / "plan.toml")
    assert (file.plan.steps, file.data.batch_size, file.pair) == (20, 24, "mini")
    assert {f.name for f in dataclasses.fields(Data)} == set(tomllib.loads(toml)["data"])


def test_the_page_of_training_has_the_numbers_of_the_plans():
    page = (DOCS / "training.md").read_text(encoding="utf-8")
    for name in ("steps", "learning_rate", "weight_decay", "averaging", "warmup", "clip", "validate_every"):
        row = next(line for line in page.splitlines() if line.startswith(f"| `{name}` |"))
        shown = [float(cell) for cell in row.split("|")[2:4]]
        assert shown == [getattr(TrainingPlan.named(plan), name) for plan in ("laptop", "paper")], name
