"""The widget of an attribution in JupyterLab."""

import re

from playwright.sync_api import expect

CELL = """
import numpy as np
from chatnt.attribution import Attribution as Result
from chatnt.sequence import DNA
from chatnt.widgets import Attribution

bases = 60_000
letters = DNA("ACGT" * (bases // 4), name="toy")
scores = np.zeros(bases, np.float32)
scores[::7], scores[30_000] = -0.1, 1.0
count = lambda rows, batch_size: np.array([float(row[0][30_002] == "G") for row in rows])
result = Result(
    sequences=(letters,), scores=(scores,), question="Is <DNA> one?", task=None, target="yes", against="no",
    unit="count", method="saliency", baseline="", value=1.0, evaluate=count,
)
view = Attribution(result)
view
"""


def test_zoom_select_substitute_and_reload(notebook):
    book = notebook([CELL])
    root = book.page.locator(".chatnt-attribution")
    tracks = root.locator(".tracks")
    expect(tracks).to_have_attribute("data-mode", "pixels")
    root.get_by_role("button", name="To the strongest base").click()  # each base came as bytes
    expect(tracks).to_have_attribute("data-mode", "letters")
    book.kernel_until("print(view.region)", "(29960, 30041)")
    tracks.focus()
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Enter"):  # which the notebook would take
        book.page.keyboard.press(key)
    book.kernel_until("print(view.selected_sequence)", "ACG")
    book.kernel_until("print(view.effects)", "{'A': -1.0, 'C': -1.0, 'T': -1.0}")
    box = root.get_by_role("slider").bounding_box()
    middle = box["y"] + box["height"] / 2
    book.page.mouse.move(box["x"] + box["width"] / 2, middle)
    book.page.mouse.down()
    book.page.mouse.move(box["x"] + box["width"] / 2 + 100, middle, steps=3)
    book.page.mouse.up()
    book.kernel_until("print(view.region[0] > 32_000, view.region[1] - view.region[0])", "True 81")
    assert book.page.evaluate("jupyterapp.shell.currentWidget.content.widgets.length") == 1
    book.theme(dark=True)
    expect(root).to_have_attribute("data-theme", "dark")
    book.kernel_eval("view.region = 100, 200")
    book.reload()
    expect(root.get_by_role("slider")).to_have_attribute("aria-valuetext", re.compile("bases 100 to 200"))
    expect(tracks).to_have_attribute("data-mode", "letters")
    expect(root.locator(".selection")).to_contain_text("ACG")
