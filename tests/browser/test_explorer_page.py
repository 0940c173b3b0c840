"""The widget to explore a long sequence in a page, without Jupyter."""

import random

import pytest
from playwright.sync_api import expect

from chatnt.sequence import DNA
from chatnt.widgets import Explorer
from tests.browser.shown import watch
from tests.widgets.scripted_explorer import ScriptedChat

DONORS, ACCEPTORS, ALL = "splice_sites_donors", "splice_sites_acceptors", "splice_sites_all"
HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
LETTERS = "".join(random.Random(1).choices("ACGT", k=3000))


def explorer(**settings):
    given = {"tasks": [DONORS, ACCEPTORS], "stride": 2, "region": (0, 1000)}
    return Explorer(ScriptedChat(), DNA(LETTERS, name="gene"), **(given | settings))


@pytest.fixture
def shown(page_of):
    made = page_of(explorer())
    made.sync()
    return made


def lane(shown, index=0):
    return shown.root.locator(".lane").nth(index)


def drawn(shown, index=0):
    """How many points of a track's canvas are not empty."""
    shown.page.wait_for_timeout(60)
    pixels = "c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
    count = f"c => {pixels}.filter((v, i) => i % 4 === 3 && v).length"
    return lane(shown, index).locator("canvas").evaluate(count)


def test_what_is_seen_is_computed_by_itself(page_of):
    shown = page_of(explorer())
    before = drawn(shown)
    assert shown.sent == [{"type": "look"}]
    shown.sync()
    assert drawn(shown) > before
    assert shown.widget._pixels == lane(shown).bounding_box()["width"]
    assert max(shown.widget.frame()["start"]) < 1000
    expect(shown.root.locator(".head").first).to_contain_text("calibrated · windows of 40")
    expect(shown.root.locator(".head").nth(1)).to_contain_text("not calibrated")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [600, 1200])
def test_people_who_do_not_see_or_point_can_use_it(page_of, scheme, width):
    made = Explorer(
        ScriptedChat(), DNA(LETTERS[:120], name="gene"), tasks=[DONORS, ACCEPTORS], strands="both"
    )
    made.compute(wait=True)
    made.ask(0, 40, DONORS)
    made.explain()
    shown = page_of(made, color_scheme=scheme, viewport={"width": width, "height": 900})
    shown.sync()
    expect(shown.root).to_have_attribute("data-theme", scheme)
    shown.root.locator("summary").first.click()
    shown.axe()
    assert shown.root.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_dragging_pans_and_computes_what_comes_into_sight(shown):
    box = lane(shown).bounding_box()
    y = box["y"] + 30
    shown.page.mouse.move(box["x"] + 900, y)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + 500, y, steps=4)
    shown.page.mouse.move(box["x"] + 300, y, steps=4)
    shown.page.mouse.up()
    shown.sync()
    moved = round(600 * 1000 / box["width"])
    assert shown.widget.region == (moved, 1000 + moved)
    assert max(shown.widget.frame()["start"]) > 1000
    assert "ask" not in [one["type"] for one in shown.sent]


def test_keys_move_zoom_and_go_to_the_ends(shown):
    tracks = shown.root.get_by_role("group", name="Tracks.")
    place = shown.root.get_by_label("Place, such as")
    tracks.focus()
    expected = {"ArrowRight": (150, 1150), "+": (400, 900), "PageDown": (900, 1400), "End": (2500, 3000)}
    expected |= {"-": (2000, 3000), "Home": (0, 1000), "0": (0, 3000)}
    for key, region in expected.items():
        shown.page.keyboard.press(key)
        expect(place).to_have_value("gene:{:,}-{:,}".format(*region))
    shown.sync()
    assert shown.widget.region == (0, 3000)
    frame = shown.root.get_by_role("slider", name="What is seen of the whole")
    frame.focus()
    for key in ("+", "+", "+", "Home"):
        shown.page.keyboard.press(key)
    shown.sync()
    assert shown.widget.region == (0, 375)
    expect(frame).to_have_attribute("aria-valuetext", "0 to 375")
    threshold = shown.root.get_by_label("Threshold of").first
    threshold.press("0")  # is for the field
    shown.sync()
    assert shown.widget.region == (0, 375)


def test_the_window_on_the_whole_is_dragged(shown):
    strip = shown.root.locator(".overview")
    box = strip.bounding_box()
    shown.page.mouse.move(box["x"] + 10, box["y"] + 20)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + 10 + box["width"] / 3, box["y"] + 20, steps=3)
    shown.page.mouse.up()
    shown.sync()
    assert abs(shown.widget.region[0] - 1000) <= 3
    shown.page.mouse.click(box["x"] + box["width"] - 2, box["y"] + 20)
    shown.sync()
    assert shown.widget.region == (2000, 3000)


def test_a_place_is_typed_and_what_is_none_is_said(shown):
    field = shown.root.get_by_label("Place, such as")
    expect(field).to_have_value("gene:0-1,000")
    field.fill("gene:1,200-1,400")
    field.press("Enter")
    shown.sync()
    assert shown.widget.region == (1200, 1400)
    expect(shown.status).to_contain_text("Now at 1,200 to 1,400.")
    field.fill("2000-9000")
    field.press("Enter")
    shown.sync()
    expect(shown.alert).to_contain_text("not within gene:0-3,000. Positions are 0-based")
    expect(field).to_have_value("2000-9000")
    assert shown.widget.region == (1200, 1400)


def test_a_click_on_a_peak_asks_and_explains(shown):
    shown.widget.compute(wait=True)
    shown.sync()
    peak = shown.widget.peaks().query("task == @ACCEPTORS").iloc[3]
    box = lane(shown, 1).bounding_box()
    shown.page.mouse.click(box["x"] + (peak.start + 21) * box["width"] / 1000, box["y"] + 30)
    shown.sync()
    answer = shown.root.get_by_role("region", name="Answer")
    expect(answer).to_contain_text("It says acceptor site.")
    expect(answer).to_contain_text("acceptor site: 0.90")
    expect(answer).to_contain_text("not calibrated")
    answer.get_by_role("button", name="Explain").click()
    shown.sync()
    expect(answer).to_contain_text("Up speaks for “acceptor site”")
    expect(shown.status).to_contain_text("Explained")
    slider = answer.get_by_role("slider")
    slider.press("Home")
    expect(slider).to_have_value("0")


def test_the_keyboard_alone_asks(shown):
    shown.root.get_by_role("button", name="Ask about the middle of what is seen").first.press("Enter")
    shown.sync()
    assert (shown.widget._asked["start"], shown.widget._asked["task"]) == (480, DONORS)
    row = shown.root.locator(".peaks").get_by_role("button", name="Ask about").first
    row.press("Enter")
    shown.sync()
    assert shown.widget._asked["start"] == shown.widget._peaks[0]["start"]
    shown.root.locator(".peaks").get_by_role("button", name="Show").last.press("Enter")
    shown.sync()
    assert shown.widget.region[0] <= shown.widget._peaks[-1]["start"] < shown.widget.region[1]


def test_tasks_labels_and_thresholds(shown):
    picker = shown.root.get_by_label("Add a task")
    picker.fill("nothing like it")
    picker.press("Enter")
    expect(shown.alert).to_contain_text('has the words "nothing like it"')
    picker.fill("splice three")
    picker.fill(ALL)
    expect(shown.alert).to_be_hidden()
    shown.sync()
    assert shown.widget.tasks == [DONORS, ACCEPTORS, ALL]
    expect(lane(shown, 2)).to_be_visible()
    shown.root.get_by_label("Label of").nth(2).select_option("neither")
    threshold = shown.root.get_by_label("Threshold of").nth(2)
    threshold.fill("0.3")
    threshold.press("Tab")
    shown.sync()
    assert shown.widget.labels == {ALL: "neither"}
    assert shown.widget.thresholds == {ALL: 0.3}
    threshold.fill("7")
    threshold.press("Tab")
    expect(shown.alert).to_contain_text("above 0, and at most 1")
    shown.root.get_by_role("button", name="Take away").first.click()
    shown.sync()
    assert shown.widget.tasks == [ACCEPTORS, ALL]
    expect(shown.root.locator(".lane")).to_have_count(2)


def test_strands_and_steps_are_chosen(shown):
    shown.root.get_by_label("Strands").select_option("both")
    shown.root.get_by_label("Step", exact=True).select_option("50")
    shown.sync()
    assert (shown.widget.strands, shown.widget.stride) == ("both", 50)
    expect(shown.root.locator(".lane")).to_have_count(4)
    expect(shown.root.locator(".head").nth(1)).to_contain_text("(− strand)")


def test_it_can_be_stopped_and_told_not_to_begin(shown):
    shown.root.get_by_role("button", name="Compute what is seen as I scroll").click()
    before = len(shown.widget.frame())
    shown.root.get_by_role("button", name="Show the whole").click()
    shown.sync()
    assert (shown.widget.live, len(shown.widget.frame())) == (False, before)
    shown.root.get_by_role("button", name="Compute all windows").click()
    shown.sync()
    assert len(shown.widget.frame()) == 2 * (1 + (3000 - 40) // 2)
    shown.set(status="running", _progress={"done": 10, "left": 1200, "seconds": 2})
    expect(shown.root.get_by_text("1,200 windows left, about 4 min")).to_be_visible()
    shown.root.get_by_role("button", name="Stop").click()
    assert shown.sent[-1] == {"type": "stop"}


def test_letters_are_drawn_only_of_what_is_seen(page_of):
    shown = page_of(explorer(region=(500, 600)))
    shown.sync()
    tracks = shown.root.locator(".tracks")
    expect(tracks).to_have_attribute("data-letters", "100")
    assert shown.widget._letters == LETTERS[400:700]
    shown.widget.region = (0, 3000)
    shown.sync()
    shown.page.evaluate("model.send({type: 'look'})")
    shown.sync()
    expect(tracks).to_have_attribute("data-letters", "0")
    assert shown.widget._letters == ""


def test_peaks_are_copied_where_the_clipboard_is_closed(shown):
    shown.page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    shown.root.get_by_role("button", name="Copy the peaks").click()
    expect(shown.status).to_contain_text("Ctrl+C")
    lines = shown.page.evaluate("getSelection().toString()").strip().split("\n")
    assert lines[0].split("\t") == [
        "name",
        "start",
        "end",
        "strand",
        "task",
        "label",
        "probability",
        "windows",
    ]
    assert len(lines) == 1 + len(shown.widget._peaks)


def test_hostile_texts_are_shown_as_texts(page_of):
    made = Explorer(ScriptedChat(), DNA(LETTERS[:200], name=HOSTILE), tasks=[DONORS])
    made.ask(0, 40, DONORS)
    shown = page_of(made)
    shown.sync()
    evil = made._asked | {"text": HOSTILE, "label": HOSTILE, "notes": [HOSTILE], "title": HOSTILE}
    peak = {"start": 1, "end": 41, "strand": "+", "task": HOSTILE, "label": HOSTILE, "probability": 0.9}
    lanes = [made._lanes[0] | {"title": HOSTILE, "task": HOSTILE, "labels": [HOSTILE], "notes": [HOSTILE]}]
    shown.set(_asked=evil, _peaks=[peak], _peak_count=1, _lanes=lanes, error=HOSTILE)
    expect(shown.root.locator(".said")).to_have_text(HOSTILE)
    expect(shown.root.locator(".head strong")).to_have_text(HOSTILE)
    expect(shown.alert).to_contain_text(HOSTILE)
    assert shown.root.locator("img, script").count() == 0
    assert shown.page.title() == "test"


def test_the_end_leaves_nothing(shown):
    assert shown.end() == 0
    expect(shown.root).to_have_count(0)


def test_the_saved_page_shows_the_tracks_without_python(new_page, tmp_path):
    made = explorer()
    made.compute(wait=True)
    path = made.save(tmp_path / "explorer.html")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    expect(page.locator(".lane")).to_have_count(2)
    expect(page.locator(".peaks tbody tr")).to_have_count(60)
    assert page.get_by_role("button", name="Ask").count() == 0
