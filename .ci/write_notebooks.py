"""Execute notebooks and write them back as they are committed: with outputs, without the state of a machine.

Usage: python .ci/write_notebooks.py [notebook ...]; without names, all of notebooks/.
"""

import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
WIDGET = "application/vnd.jupyter.widget-view+json"
"""A view without its state shows nothing; the page or the picture beside it stays."""

SECONDS = 120  # for one cell


def main(names: list[str]) -> None:
    """Write each notebook, and print how long it took."""
    for path in [Path(name) for name in names] or sorted(NOTEBOOKS.glob("*.ipynb")):
        notebook = nbformat.read(path, as_version=4)
        started = time.perf_counter()
        NotebookClient(notebook, timeout=SECONDS, kernel_name="python3", record_timing=False).execute()
        strip(notebook)
        nbformat.validate(notebook)
        nbformat.write(notebook, path)
        print(f"{path.name}: {time.perf_counter() - started:.0f} s, {path.stat().st_size / 1e3:.0f} kB")


def strip(notebook: NotebookNode) -> None:
    """Take away what belongs to one run on one machine, in place.

    These are the state of widgets and views of it, versions of the kernel, and what libraries write to
    stderr, such as progress bars and the places of files.
    """
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook.metadata = nbformat.from_dict({"kernelspec": kernel, "language_info": {"name": "python"}})
    for number, cell in enumerate(notebook.cells):
        cell.id = f"cell-{number}"
        if cell.cell_type == "code":
            cell.metadata.pop("execution", None)
            cell.outputs = [output for output in map(_stripped, cell.outputs) if output is not None]


def _stripped(output: NotebookNode) -> NotebookNode | None:
    if output.get("name") == "stderr":
        return None
    if output.get("data", {}).pop(WIDGET, None) is not None and set(output.data) <= {"text/plain"}:
        return None  # without its state it is no more than a name, such as that of a progress bar
    return output


if __name__ == "__main__":
    main(sys.argv[1:])
