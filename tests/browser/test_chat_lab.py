"""The widget of a chat in JupyterLab."""

from playwright.sync_api import expect

CELLS = [
    """from chatnt.widgets import Chat
from tests.widgets.scripted_chat import TATA, ScriptedChat

script = ScriptedChat(hold=2)
talk = Chat(script, sequences=TATA)
talk""",
]


def test_ask_stop_why_and_reload(notebook):
    book = notebook(CELLS)
    root = book.page.locator(".chatnt-chat")
    field = root.get_by_role("textbox", name="Question")
    field.press_sequentially("Is there a TATA promoter in <DNA>?")
    field.press("Enter")
    answer = root.get_by_role("article", name="Answer").last
    expect(answer.locator(".said")).to_have_text("Yes, there")
    field.press("Escape")
    book.kernel_until("print(talk.status)", "stopping")
    book.kernel_eval("script.go_on.set()")
    expect(answer.locator(".ended")).to_have_text("stopped")
    book.kernel_eval("script.hold = None")
    answer.get_by_role("button", name="Ask again").click()
    expect(answer).to_contain_text("promoter 0.93")
    answer.get_by_role("button", name="Why?").click()
    expect(answer.locator(".letters .name")).to_have_text("TATA box TATAAAAG")
    field.press_sequentially("one")
    field.press("Shift+Enter")  # would run the cell, if the notebook had it
    field.press_sequentially("two")
    book.kernel_until("print(repr(talk.draft))", r"'one\ntwo'")
    book.reload()
    expect(answer.locator(".letters .name")).to_have_text("TATA box TATAAAAG")
    expect(root.get_by_role("textbox", name="Question")).to_have_value("one\ntwo")


def test_a_file_goes_in_parts_and_a_name_of_it_is_asked_about(notebook, tmp_path):
    path = tmp_path / "large.fa"
    path.write_text("".join(f">r{n}\n{'ACGT' * 2500}\n" for n in range(900)))
    book = notebook([CELLS[0].replace("hold=2", "")])
    root = book.page.locator(".chatnt-chat")
    root.locator("input[type=file]").set_input_files(path)
    book.kernel_until("print(talk._count)", "901")
    expect(root.locator(".line")).to_have_text("900 sequences were added.")
    field = root.get_by_role("textbox", name="Question")
    field.press_sequentially("Is there a TATA promoter in @r8")
    root.locator(".names [role=option]").first.wait_for()
    field.press("Enter")
    field.press_sequentially("?")
    field.press("Enter")
    expect(root.get_by_role("article", name="Question")).to_contain_text("r8 · 10,000 bases")
    expect(root.get_by_role("article", name="Answer")).to_contain_text("promoter 0.93")
