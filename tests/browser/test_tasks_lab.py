"""The widget of tasks in JupyterLab."""

from playwright.sync_api import expect

from chatnt.widgets import Tasks

CELLS = ["from chatnt.widgets import Tasks\nbrowser = Tasks()\nbrowser"]


def test_search_select_and_reload(notebook):
    book = notebook(CELLS)
    root = book.page.locator(".chatnt-tasks")
    expect(root.get_by_role("status")).to_have_text("55 tasks")
    search = root.get_by_role("searchbox")
    search.press_sequentially("donor")
    book.kernel_until("print(browser.query)", "donor")
    search.press("Shift+Enter")  # would run the cell, if the notebook had it
    root.get_by_role("row", name="splice_sites_donors").first.click()
    expect(root.get_by_role("heading", name="Splice donors of many species")).to_be_visible()
    book.kernel_until("print(browser.selected)", "splice_sites_donors")
    assert book.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == 1
    book.reload()
    expect(root.get_by_role("heading", name="Splice donors of many species")).to_be_visible()
    expect(root.get_by_role("searchbox")).to_have_value("donor")


def test_the_styles_of_the_notebook_leave_it_as_it_is(notebook, page_of):
    places = "nodes => nodes.map(node => [node.tagName, node.offsetWidth, node.offsetHeight])"
    elements = ".chatnt :is(h2, h3, p, dt, dd, ul, li, pre, code, td, th, button, summary, input)"
    book = notebook([*CELLS, "browser.select('h3'); browser.theme = 'light'"])
    root = book.page.locator(".chatnt-tasks")
    expect(root.get_by_role("heading", name="Histone H3 in yeast")).to_be_visible()
    width = root.bounding_box()["width"]
    alone = page_of(Tasks("h3", theme="light"), viewport={"width": round(width) + 48, "height": 900})
    assert alone.root.bounding_box()["width"] == width
    for shown in (root, alone.root):
        shown.evaluate(
            "node => { node.style.fontFamily = 'sans-serif'; node.style.setProperty('--code', 'monospace'); }"
        )
    assert book.page.locator(elements).evaluate_all(places) == alone.page.locator(elements).evaluate_all(
        places
    )


def test_it_follows_the_theme(notebook):
    book = notebook(CELLS)
    root = book.page.locator(".chatnt-tasks")
    background = "node => getComputedStyle(node).backgroundColor"
    book.theme(dark=False)  # a theme stays from one notebook to the next
    expect(root).to_have_attribute("data-theme", "light")
    light = root.evaluate(background)
    book.theme(dark=True)
    expect(root).to_have_attribute("data-theme", "dark")
    assert root.evaluate(background) != light
    book.kernel_eval("browser.theme = 'light'")
    expect(root).to_have_attribute("data-theme", "light")
    assert root.evaluate(background) == "rgb(255, 255, 255)"
