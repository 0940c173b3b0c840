"""The widget of calibration in JupyterLab."""

from playwright.sync_api import expect

CELLS = [
    "import chatnt\n"
    "from chatnt.widgets import Calibration\n"
    "shown = Calibration(chatnt.results('mini'), task='promoter_tata')\n"
    "shown"
]


def test_slide_correct_and_reload(notebook):
    book = notebook(CELLS)
    root = book.page.locator(".chatnt-calibration")
    expect(root.get_by_role("status")).to_have_text("611 rows, 297 of them promoter")
    slider = root.get_by_role("slider", name="Threshold")
    slider.press("PageUp")
    book.kernel_until("print(round(shown.threshold, 3))", "0.6")
    root.get_by_role("combobox", name="Correction").select_option("platt")
    book.kernel_until("print(shown.method, len(shown._after['p']))", f"platt {611 * 8}")
    expect(root.get_by_text("never by itself")).to_be_visible()
    recall = root.locator(".figures div").filter(has_text="Recall").locator("dd")
    book.kernel_until("print(f\"{shown.metrics['recall']:.3f}\")", recall.inner_text())
    root.get_by_role("combobox", name="Task").select_option("splice_sites_all")
    expect(root.get_by_role("status")).to_contain_text("of them acceptor")
    book.reload()
    expect(root.get_by_role("status")).to_contain_text("of them acceptor")
    expect(root.get_by_role("slider", name="Threshold")).to_have_js_property("value", "0.6")
