"""What all widgets share, in a page: a widget made for the test uses each helper."""

import struct

import pytest
import traitlets
from playwright.sync_api import expect

from chatnt.widgets import joining
from chatnt.widgets.base import Widget, message
from tests.browser.chromium import find_chromium

PROBE = """
import { button, calm, copyText, debounced, el, svg, widget } from "./shared.js";
import { drawing, framed, nucleotideColours, numbers, sequenceText } from "./drawing.js";

export default widget("probe", (view) => {
  const seen = { frames: 0 };
  globalThis.probe = { view, seen, el, svg, numbers, sequenceText, nucleotideColours, calm, debounced };
  const picture = drawing(view, { label: "a square", height: 40, draw: (context, width, height) => {
    seen.frames += 1;
    Object.assign(seen, { width, height });
    context.fillStyle = nucleotideColours(view).A;
    context.fillRect(0, 0, width, height);
  } });
  const text = el("textarea", { "aria-label": "text" });
  view.bind("word", (word) => { seen.word = word; });
  view.listen(text, "input", () => view.saveSoon({ word: text.value }));
  view.body.append(picture.node, text,
    button("Double", async () => view.announce(String(await view.request("double", { number: 21 })))),
    button("Fail", () => view.request("fail").catch((error) => { seen.failed = error.message; })),
    button("Stop", () => view.send("stop")),
    button("Bytes", () => view.send("bytes", {}, [new Uint8Array([1, 2, 3]).buffer])));
});
"""


class Probe(Widget):
    word = traitlets.Unicode("").tag(sync=True)
    _scores = traitlets.Bytes(struct.pack("<3f", 0.5, -1, 2)).tag(sync=True)
    got = b""

    @message("double")
    def _on_double(self, number):
        return 2 * number

    @message("fail")
    def _on_fail(self):
        raise ValueError("<b>it failed</b>")

    @message("bytes")
    def _on_bytes(self, buffers):
        self.got = bytes(buffers[0])


@pytest.fixture
def shown(page_of, monkeypatch):
    real = joining.read_static
    monkeypatch.setattr(joining, "read_static", lambda name: PROBE if name == "probe.js" else real(name))
    names = (*joining.SHARED, "probe")
    monkeypatch.setattr(Probe, "_esm", joining.join_modules(names), raising=False)
    monkeypatch.setattr(Probe, "_css", joining.join_styles(names), raising=False)
    return page_of(Probe())


def test_a_request_is_answered(shown):
    shown.root.get_by_role("button", name="Double").click()
    shown.sync()
    expect(shown.status).to_have_text("42")


def test_an_error_is_shown_as_text_and_dismissed(shown):
    shown.root.get_by_role("button", name="Fail").click()
    shown.sync()
    expect(shown.alert).to_contain_text("<b>it failed</b>")
    assert shown.page.evaluate("probe.seen.failed") == "<b>it failed</b>"
    shown.axe()
    shown.root.get_by_role("button", name="Dismiss").click()
    expect(shown.alert).to_be_hidden()
    shown.sync()
    assert shown.widget.error == ""


def test_buffers_reach_python(shown):
    shown.root.get_by_role("button", name="Bytes").click()
    shown.sync()
    assert shown.widget.got == b"\1\2\3"


def test_numbers_are_read_from_bytes(shown):
    assert shown.page.evaluate("[...probe.numbers(model.get('_scores'))]") == [0.5, -1, 2]
    moved = "[...probe.numbers(new DataView(new Uint8Array([9, 0, 0, 128, 63]).buffer, 1, 4))]"
    assert shown.page.evaluate(moved) == [1]
    assert shown.page.evaluate("[...probe.numbers(null)]") == []


def test_a_drawing_is_drawn_at_once_and_anew_with_size_and_theme(shown):
    shown.page.wait_for_timeout(100)
    assert shown.page.evaluate("probe.seen.frames") >= 1
    assert shown.page.evaluate("probe.seen.width") > 500
    shown.page.set_viewport_size({"width": 400, "height": 600})
    shown.page.wait_for_timeout(100)
    assert shown.page.evaluate("probe.seen.width") < 400
    before = shown.page.evaluate("probe.seen.frames")
    shown.set(theme="dark")
    shown.page.wait_for_timeout(100)
    assert shown.page.evaluate("probe.seen.frames") == before + 1
    assert shown.page.evaluate("probe.nucleotideColours(probe.view).A") == "#009E73"


def test_the_theme_that_was_asked_for_wins(page_of, shown):
    expect(shown.root).to_have_attribute("data-theme", "light")
    shown.page.emulate_media(color_scheme="dark")
    expect(shown.root).to_have_attribute("data-theme", "dark")
    shown.set(theme="light")
    expect(shown.root).to_have_attribute("data-theme", "light")
    shown.set(theme="auto")
    shown.page.evaluate("document.body.dataset.jpThemeLight = 'true'")
    expect(shown.root).to_have_attribute("data-theme", "light")
    shown.page.evaluate("delete document.body.dataset.jpThemeLight; document.body.className = 'dark'")
    expect(shown.root).to_have_attribute("data-theme", "dark")


def test_typing_is_saved_once_the_reader_pauses(shown):
    shown.root.get_by_role("textbox").press_sequentially("TATA")
    shown.sync()
    assert shown.saved == [{"word": "TATA"}]
    assert shown.widget.word == "TATA"


def test_the_end_saves_what_is_open_and_leaves_nothing(shown):
    shown.root.get_by_role("textbox").press_sequentially("CG")
    assert shown.end() == 0
    assert shown.saved[-1] == {"word": "CG"}


def test_keys_do_not_reach_the_notebook_but_saving_does(shown):
    shown.page.evaluate("globalThis.keys = []; document.addEventListener('keydown', e => keys.push(e.key))")
    shown.root.get_by_role("textbox").focus()
    for key in ("Shift+Enter", "Escape", "ArrowDown", "a", "Control+s"):
        shown.page.keyboard.press(key)
    assert shown.page.evaluate("keys.filter(key => key !== 'Control')") == ["s"]


def test_elements_are_made_of_texts_alone(shown):
    made = "probe.el('p', {title: '<b>', class: 'x'}, '<i>one</i>', null, [2, ['3']]).outerHTML"
    assert shown.page.evaluate(made) == '<p title="&lt;b&gt;" class="x">&lt;i&gt;one&lt;/i&gt;23</p>'
    assert shown.page.evaluate("probe.el('a', {href: 'javascript:alert(1)'}, 'x').outerHTML") == "<a>x</a>"
    told = "(() => { try { probe.el('p', {onclick: 'x'}); } catch (error) { return error.name; } })()"
    assert shown.page.evaluate(told) == "TypeError"
    assert shown.page.evaluate("probe.svg('path').namespaceURI") == "http://www.w3.org/2000/svg"


def test_a_long_sequence_says_how_long_it_is(shown):
    text = "probe.sequenceText('ACGTN'.repeat(1000), {most: 7}).textContent"
    assert shown.page.evaluate(text) == "ACGTNAC… 5,000 bases"


def test_running_shows_and_little_motion_is_respected(shown):
    busy = shown.page.locator(".chatnt > .busy")
    expect(busy).to_be_hidden()
    shown.set(status="running")
    expect(busy).to_be_visible()
    assert not shown.page.evaluate("probe.calm()")
    shown.page.emulate_media(reduced_motion="reduce")
    assert shown.page.evaluate("probe.calm()")


def test_the_height_is_kept(shown):
    shown.set(height=300)
    assert shown.root.bounding_box()["height"] == 300


def test_the_tests_see_errors_and_requests(shown):
    shown.page.evaluate("console.error('said aloud'); setTimeout(() => { throw new Error('thrown'); })")
    shown.page.evaluate("fetch('https://example.org/data').catch(() => {})")
    shown.page.wait_for_timeout(200)
    told, shown.page.wrong = "\n".join(shown.page.wrong), []
    assert "said aloud" in told
    assert "thrown" in told
    assert "violates the following Content Security Policy" in told


@pytest.mark.parametrize(("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)])
def test_without_chromium_tests_are_skipped_but_not_in_ci(monkeypatch, ci, outcome):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("CI", ci)
    with pytest.raises(outcome, match="apt-get install chromium"):
        find_chromium()
