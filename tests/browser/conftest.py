"""Widgets in Chromium: alone in a page, and in JupyterLab.

Each file of tests has a browser of its own, because Playwright keeps an event loop in the thread while
it runs, beside which no other test could run one. Each process of tests has a JupyterLab of its own: it
is there in three seconds, and two processes that each have one take half the time of one that waits.
"""

import pytest
from playwright.sync_api import sync_playwright

from tests.browser.chromium import ARGUMENTS, find_chromium
from tests.browser.lab import Notebook, Server
from tests.browser.shown import Shown

PATIENCE = 20_000  # milliseconds


@pytest.fixture(scope="module")
def browser():
    """Chromium; where there is none these tests are skipped, but never in CI."""
    path = find_chromium()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield started
        started.close()


@pytest.fixture
def new_page(browser):
    """Make pages; at the end of the test, none may have done what `watch` collects."""
    pages = []

    def make(**options):
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 900}, **options})
        context.set_default_timeout(PATIENCE)
        pages.append(context.new_page())
        return pages[-1]

    yield make
    wrong = [told for page in pages for told in getattr(page, "wrong", [])]
    for page in pages:
        page.context.close()
    assert not wrong, "\n".join(wrong)


@pytest.fixture
def page_of(new_page, tmp_path):
    """Show a widget: ``page_of(widget)`` returns a `tests.browser.shown.Shown`."""
    return lambda widget, **options: Shown(new_page(**options), widget, tmp_path)


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    """A JupyterLab server."""
    server = Server(tmp_path_factory.mktemp("lab"))
    yield server
    server.stop()


@pytest.fixture
def notebook(new_page, request):
    """Open and run a notebook: ``notebook(["code", "code"])`` returns a `tests.browser.lab.Notebook`."""
    server = request.getfixturevalue("lab")  # after the browser, so that no server starts where there is none
    made = []

    def make(cells, **options):
        made.append(
            Notebook(new_page(**{"viewport": {"width": 1400, "height": 1000}, **options}), server, cells)
        )
        return made[-1]

    yield make
    server.shut_kernels()
