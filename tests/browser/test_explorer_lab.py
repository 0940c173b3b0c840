"""The widget to explore a long sequence in JupyterLab."""

import inspect

from playwright.sync_api import expect

from tests.widgets import scripted_explorer

CELLS = [
    inspect.getsource(scripted_explorer),
    "from chatnt.widgets import Explorer\n"
    "explorer = Explorer(ScriptedChat(), 'ACGTTGCA' * 200, tasks=['splice_sites_donors'], stride=1)\n"
    "explorer",
]


def test_scroll_ask_explain_and_reload(notebook):
    book = notebook(CELLS)
    root = book.page.locator(".chatnt-explorer")
    expect(root.get_by_text("Peaks: ")).to_be_visible()
    book.kernel_until("print(explorer.status, len(explorer.frame()) > 190)", "done True")
    field = root.get_by_label("Place, such as")
    field.fill("400-500")
    field.press("Enter")
    book.kernel_until("print(explorer.region)", "(400, 500)")
    root.get_by_role("group", name="Tracks.").focus()
    book.page.keyboard.press("ArrowRight")  # would move the notebook, if it had it
    book.kernel_until("print(explorer.region)", "(415, 515)")
    root.locator(".lane").first.click()
    expect(root.locator(".said")).to_contain_text("It says")
    root.get_by_role("button", name="Explain").click()
    expect(root.get_by_text("Up speaks for")).to_be_visible()
    book.reload()
    expect(root.get_by_text("Up speaks for")).to_be_visible()
    expect(root.get_by_label("Place, such as")).to_have_value("sequence:415-515")
