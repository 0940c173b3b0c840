"""The notebooks as they are committed: executed, plain to read, and without the state of a machine."""

import ast
import importlib.util
import json
import re
from pathlib import Path

import pytest

import chatnt

nbformat = pytest.importorskip("nbformat")

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARAMETERS = ["QUICK", "SEED", "PAIR", "SOURCE"]
MOST_BYTES, MOST_LINES = 1_500_000, 5
WIDGET = "application/vnd.jupyter.widget-view+json"
MACHINE = r"(?<![\w.~/:$}+-])(?:[A-Z]:\\Users\\|/(?:home|opt|root|tmp|Users|work)/)\w"
each = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def read(path):
    return nbformat.read(path, as_version=4)


def code_cells(path):
    return [cell for cell in read(path).cells if cell.cell_type == "code"]


def tree_of(path):
    lines = "\n".join(cell.source for cell in code_cells(path)).splitlines()
    return ast.parse("\n".join(line for line in lines if not line.startswith("%")))


def foreign(tree):
    """Return what code takes from chatnt that is not a public name."""
    parts = {"plots": chatnt.plots.__all__, "widgets": chatnt.widgets.__all__, "errors": dir(chatnt.errors)}
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "chatnt":
            found.append(f"from {node.module} import")
        if isinstance(node, ast.Import):
            found += [
                a.name
                for a in node.names
                if a.name.startswith("chatnt.") or (a.name, bool(a.asname)) == ("chatnt", True)
            ]
        if isinstance(node, ast.Attribute):
            dotted = ast.unparse(node).split(".")
            if dotted[0] == "chatnt" and len(dotted) == 2 and dotted[1] not in chatnt.__all__:
                found.append(".".join(dotted))
            if dotted[0] == "chatnt" and len(dotted) == 3 and dotted[2] not in parts.get(dotted[1], dotted):
                found.append(".".join(dotted))
    return found


def long_functions(tree):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
    return [n for n in ast.walk(tree) if isinstance(n, kinds) and n.end_lineno - n.lineno >= MOST_LINES]


def test_each_figure_is_drawn_by_a_notebook():
    drawn = {
        node.attr for path in NOTEBOOKS for node in ast.walk(tree_of(path)) if isinstance(node, ast.Attribute)
    }
    assert set(chatnt.figures.FIGURES) <= drawn


@pytest.mark.parametrize(
    "path", [p for p in NOTEBOOKS if p.stem in chatnt.figures.FIGURES], ids=lambda p: p.stem
)
def test_a_notebook_of_a_figure_ends_in_it(path):
    assert f"chatnt.figures.{path.stem}(" in code_cells(path)[-1].source
    assert any("image/png" in output.get("data", {}) for output in code_cells(path)[-1].outputs)


@each
def test_it_is_valid_and_small(path):
    nbformat.validate(read(path))
    assert path.stat().st_size < MOST_BYTES


@each
def test_parameters_come_first(path):
    first, *others = code_cells(path)
    assert first.metadata.get("tags") == ["parameters"]
    assert not any("parameters" in cell.metadata.get("tags", []) for cell in others)
    assert [node.targets[0].id for node in ast.parse(first.source).body] == PARAMETERS
    assert first.source.splitlines() == ["QUICK = True", "SEED = 0", 'PAIR = "mini"', 'SOURCE = "simulated"']


@each
def test_it_was_executed_once_from_top_to_bottom(path):
    cells = code_cells(path)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    outputs = [output for cell in cells for output in cell.outputs]
    assert any("image/png" in output.get("data", {}) for output in outputs)
    assert not [output for output in outputs if output.output_type == "error"]


@each
def test_it_holds_no_state_of_a_machine(path):
    notebook = read(path)
    assert set(notebook.metadata) == {"kernelspec", "language_info"}
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.get("name") == "stderr"]
    assert not [output for output in outputs if WIDGET in output.get("data", {})]
    assert not re.findall(MACHINE, json.dumps([notebook.cells], ensure_ascii=False))


@each
def test_it_takes_only_public_names_and_has_no_long_function(path):
    tree = tree_of(path)
    assert not foreign(tree)
    assert not long_functions(tree)


@each
def test_it_says_what_it_shows_and_what_not(path):
    notes = [cell.source for cell in read(path).cells if cell.cell_type == "markdown"]
    assert notes[0].startswith("# ")
    assert notes[-1].startswith("## What this shows, and what it does not\n")


def test_names_that_are_not_public_are_found():
    assert foreign(ast.parse("import chatnt\nchatnt.load().ask('')\nchatnt.plots.radar(t)")) == []
    bad = ["from chatnt.plots import radar", "import chatnt.engine", "chatnt.engine", "chatnt.plots.canvas"]
    assert foreign(ast.parse("\n".join([*bad, "import chatnt as c"]))) == [
        "from chatnt.plots import", "chatnt.engine", "chatnt", "chatnt.engine", "chatnt.plots.canvas",
    ]  # fmt: skip
    assert long_functions(ast.parse("def f():\n" + "    f()\n" * 5))
    assert not long_functions(ast.parse("def f():\n" + "    f()\n" * 4))


def test_what_belongs_to_a_machine_is_taken_away():
    spec = importlib.util.spec_from_file_location("write_notebooks", ROOT / ".ci" / "write_notebooks.py")
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    v4 = nbformat.v4
    view = v4.new_output("display_data", {WIDGET: {"model_id": "x"}})
    bar = v4.new_output("display_data", {WIDGET: {"model_id": "x"}, "text/plain": "0%"})
    both = v4.new_output("display_data", {WIDGET: {"model_id": "x"}, "text/html": "a widget"})
    said = [v4.new_output("stream", name=name, text=name) for name in ("stderr", "stdout")]
    cell = v4.new_code_cell("1", outputs=[view, bar, both, *said], metadata={"execution": {}, "tags": ["a"]})
    notebook = v4.new_notebook(
        cells=[cell], metadata={"widgets": {}, "language_info": {"name": "python", "version": "3.99"}}
    )
    script.strip(notebook)
    assert "widgets" not in notebook.metadata
    assert notebook.metadata.language_info == {"name": "python"}
    assert [output.get("data") or output.text for output in cell.outputs] == [
        {"text/html": "a widget"},
        "stdout",
    ]
    assert cell.metadata == {"tags": ["a"]}
