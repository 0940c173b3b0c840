"""What must agree in a release: the project, the recipe and environment for conda, the citation."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
CONDA = {
    "torch": "pytorch",
    "huggingface-hub": "huggingface_hub",
    "matplotlib": "matplotlib-base",
    "seaborn": "seaborn-base",
    "ray": "ray-data",
}
"""Names that differ there."""


def read(name):
    return yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))


@pytest.fixture
def recipe():
    return read(".ci/conda/recipe.yaml")


def as_conda(requirements):
    parsed = map(Requirement, requirements)
    return {CONDA.get(one.name, one.name): one.specifier for one in parsed}


def split(lines):
    return {name: SpecifierSet(bounds) for name, _, bounds in (line.partition(" ") for line in lines)}


def test_the_recipe_needs_what_the_project_needs(recipe):
    python, *others = recipe["requirements"]["run"]
    assert split(others) == as_conda(PROJECT["dependencies"])
    lowest = recipe["context"]["python_min"]
    assert PROJECT["requires-python"] == f">={lowest}"
    assert python == "python >=${{ python_min }}"


def test_the_recipe_bounds_what_the_extras_name(recipe):
    extras = [
        one
        for name, some in PROJECT["optional-dependencies"].items()
        if name not in ("dev", "docs")
        for one in some
    ]
    optional = {
        name: bounds
        for name, bounds in as_conda(extras).items()
        if name not in as_conda(PROJECT["dependencies"])
    }
    assert split(recipe["requirements"]["run_constraints"]) == optional


def test_the_recipe_tells_of_the_same_release(recipe):
    assert recipe["context"]["version"] == PROJECT["version"]
    assert recipe["about"]["summary"] == PROJECT["description"]
    assert recipe["about"]["license"] == PROJECT["license"]
    made = dict(line.split(" = ") for line in recipe["build"]["python"]["entry_points"])
    assert made == PROJECT["scripts"]


def test_the_citation_tells_of_the_same_release():
    citation = read("CITATION.cff")
    assert (citation["version"], citation["license"]) == (PROJECT["version"], PROJECT["license"])


def test_the_environment_installs_what_the_makefile_does():
    python, _, others = read("environment.yml")["dependencies"]
    torch = re.search(r"^TORCH \?= (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)[1]
    assert others["pip"] == [torch, "-e ."]
    assert Requirement(torch).specifier.contains("2.13.0")
    versions = [line.rpartition(" ")[2] for line in PROJECT["classifiers"] if re.search(r":: 3\.\d+$", line)]
    allowed = SpecifierSet(python.removeprefix("python"))
    assert [f"3.{minor}" for minor in range(30) if allowed.contains(f"3.{minor}")] == versions


def test_every_extra_is_told_of():
    told = (ROOT / "docs" / "installation.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([a-z]+)` \|", told, re.MULTILINE)
    assert sorted(rows) == sorted(PROJECT["optional-dependencies"])
