"""The widget of tasks in a page, without Jupyter."""

import dataclasses

import pytest
from playwright.sync_api import expect

from chatnt import tasks as registry
from chatnt.widgets import Tasks

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'


@pytest.fixture
def shown(page_of):
    return page_of(Tasks("promoter_tata"))


def row(shown, name):
    return shown.root.locator(f'tr[data-name="{name}"]')


def test_it_lists_the_catalogue_and_shows_a_task(shown):
    expect(shown.root.locator("tr[data-name]")).to_have_count(55)
    expect(shown.status).to_have_text("55 tasks")
    expect(shown.root.get_by_role("heading", name="TATA promoters of human genes")).to_be_visible()
    expect(row(shown, "promoter_tata")).to_have_attribute("aria-selected", "true")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [600, 1200])
def test_people_who_do_not_see_or_point_can_use_it(page_of, scheme, width):
    shown = page_of(
        Tasks("promoter_tata", chat=Chat()), color_scheme=scheme, viewport={"width": width, "height": 900}
    )
    expect(shown.root).to_have_attribute("data-theme", scheme)
    for folded in shown.root.locator("summary").all():
        folded.click()
    shown.axe()


def test_typing_filters_and_python_agrees(shown):
    shown.root.get_by_role("searchbox").fill("Splice DONOR")
    expect(shown.status).to_contain_text("of 55 tasks")
    shown.sync()
    assert shown.widget.query == "Splice DONOR"
    names = [one.get_attribute("data-name") for one in shown.root.locator("tr[data-name]").all()]
    assert names == shown.widget.frame()["name"].tolist()
    assert 0 < len(names) < 10


def test_chips_filter_and_keep_the_focus(shown):
    chip = shown.root.get_by_role("button", name="yeast", exact=True)
    chip.focus()
    shown.page.keyboard.press("Enter")
    expect(chip).to_have_attribute("aria-pressed", "true")
    expect(chip).to_be_focused()
    shown.sync()
    assert shown.widget.filters == {"species": ["yeast"]}
    assert shown.root.locator("tr[data-name]").count() == len(shown.widget.frame())
    chip.click()
    shown.sync()
    assert shown.widget.filters == {}


def test_nothing_found_says_what_to_do(shown):
    shown.root.get_by_role("searchbox").fill("qqq")
    expect(shown.root.get_by_text("No task fits.")).to_be_visible()
    expect(shown.status).to_have_text("0 of 55 tasks")


def test_arrows_move_and_enter_selects(shown):
    row(shown, "promoter_tata").focus()
    for key in ("End", "ArrowUp", "Home", "ArrowDown", "Enter"):
        shown.page.keyboard.press(key)
    second = shown.widget.frame()["name"][1]
    expect(row(shown, second)).to_be_focused()
    expect(row(shown, second)).to_have_attribute("aria-selected", "true")
    shown.sync()
    assert shown.widget.selected == second
    expect(shown.root.locator(".detail h2")).to_have_text(shown.widget.task.title)
    assert shown.root.locator('tr[tabindex="0"]').count() == 1


def test_python_selects_and_searches(shown):
    shown.widget.select("h3")
    shown.widget.query = "histone"
    shown.sync()
    expect(shown.root.get_by_role("searchbox")).to_have_value("histone")
    expect(shown.root.locator(".detail h2")).to_have_text(shown.widget.task.title)
    expect(row(shown, "h3")).to_have_attribute("aria-selected", "true")


def test_other_examples_are_drawn(shown):
    before = shown.root.locator(".example").all_inner_texts()
    shown.root.get_by_role("button", name="Draw others").click()
    shown.sync()
    expect(shown.status).to_have_text("Other examples were drawn.")
    assert shown.root.locator(".example").all_inner_texts() != before
    assert len(before) == 3


class Chat:
    """What the widget of a chat offers."""

    def __init__(self):
        self.filled = []

    def fill(self, question, dna):
        self.filled.append((question, dna))


def test_ask_in_chat_about_an_example(page_of):
    chat = Chat()
    shown = page_of(Tasks("promoter_tata", chat=chat))
    shown.root.locator(".example").nth(1).get_by_role("button", name="Ask in chat").click()
    shown.sync()
    ((question, dna),) = chat.filled
    assert question == shown.widget.task.questions.train[0]
    assert str(dna) == str(shown.widget.examples()[1][0])
    expect(shown.status).to_contain_text("Asked: ")


def test_nobody_to_ask_no_button(shown):
    assert shown.root.get_by_role("button", name="Ask in chat").count() == 0


def test_copy_code_where_the_clipboard_is_closed(shown):
    shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    shown.root.get_by_role("button", name="Copy code").click()
    expect(shown.status).to_contain_text("Ctrl+C")
    assert shown.page.evaluate("getSelection().toString()").strip() == shown.widget._detail["code"]


def test_hostile_texts_are_shown_as_texts(page_of, monkeypatch):
    known = registry.get_task("promoter_tata")
    task = dataclasses.replace(
        known, name="hostile", title=HOSTILE, window=HOSTILE, source=HOSTILE, record=None
    )
    monkeypatch.setitem(registry._TASKS, "hostile", task)
    shown = page_of(Tasks("hostile"))
    expect(shown.root.locator(".detail h2")).to_have_text(HOSTILE)
    shown.set(error=HOSTILE)
    expect(shown.alert).to_contain_text(HOSTILE)
    assert shown.root.locator("img, script").count() == 0
    assert shown.page.title() == "test"


def test_the_end_leaves_nothing(shown):
    assert shown.end() == 0
    expect(shown.root).to_have_count(0)


def test_the_saved_page_shows_every_task_without_python(new_page, tmp_path):
    from tests.browser.shown import watch

    path = Tasks("promoter_tata").save(tmp_path / "tasks.html")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    page.locator('tr[data-name="h3"]').click()
    expect(page.locator(".detail h2")).to_have_text(registry.get_task("h3").title)
    assert page.get_by_role("button", name="Draw others").count() == 0
