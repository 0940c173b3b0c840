"""Every notebook as it is committed, opened in JupyterLab."""

import shutil

import nbformat
import pytest

from tests.browser.lab import PATIENCE, ROOT, Opened
from tests.browser.shown import watch

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
PARAMETERS = "True 0 mini simulated"

RENDERED = """([cells, texts]) => {
  const shown = jupyterapp.shell.currentWidget.content.node;
  const images = [...shown.querySelectorAll('img')];
  return shown.querySelectorAll('.jp-Cell').length === cells
    && shown.querySelectorAll('.jp-MarkdownCell .jp-RenderedMarkdown > *:first-child').length === texts
    && images.every(image => image.complete);
}"""
WIDTHS = "images => images.map(image => image.naturalWidth)"


@pytest.fixture(scope="module")
def page(browser, request):
    """JupyterLab, in which one notebook after the other is opened and closed."""
    server = request.getfixturevalue("lab")  # after the browser, so that no server starts where there is none
    for path in NOTEBOOKS:
        shutil.copy(path, server.notebooks)
    context = browser.new_context(viewport={"width": 1400, "height": 1000})
    made = context.new_page()
    watch(made, server.is_local)
    made.goto(f"{server.url}/lab?reset", wait_until="domcontentloaded")
    made.wait_for_function("() => window.jupyterapp?.restored.then(() => true)", timeout=1000 * PATIENCE)
    yield made
    context.close()
    server.shut_kernels()


@pytest.fixture
def opened(page, lab):
    """Open a notebook; at the end it is closed, and the page may have done nothing that `watch` collects."""
    books = []

    def show(path):
        books.append(Opened(page, lab, path.name))
        books[-1].show()
        return books[-1]

    yield show
    wrong = page.wrong[:]
    for book in books:
        book.close()  # a page with many kernels becomes slow
    page.wrong.clear()
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_it_opens_whole_and_without_an_error(opened, path):
    cells = nbformat.read(path, as_version=4).cells
    page = opened(path).page
    texts = sum(cell.cell_type == "markdown" for cell in cells)
    page.wait_for_function(RENDERED, arg=[len(cells), texts], timeout=1000 * PATIENCE)
    pictures = [
        output
        for cell in cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {}) and "text/html" not in output.data  # which comes first
    ]
    shown = page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")
    assert shown.locator(".jp-RenderedImage img").count() == len(pictures) > 0
    assert all(shown.locator("img").evaluate_all(WIDTHS))
    for kind in ("error", "stderr"):
        assert shown.locator(f"[data-mime-type='application/vnd.jupyter.{kind}']").count() == 0
    assert page.locator(".jp-Dialog").count() == 0


def test_its_first_cell_runs(opened):
    path = ROOT / "notebooks" / "quickstart.ipynb"
    cells = nbformat.read(path, as_version=4).cells
    book = opened(path)
    book.run(next(number for number, cell in enumerate(cells) if cell.cell_type == "code"))
    assert book.kernel_eval("print(QUICK, SEED, PAIR, SOURCE)").strip() == PARAMETERS
