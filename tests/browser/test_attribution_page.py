"""The widget of an attribution in a page, without Jupyter."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest
from playwright.sync_api import expect

import chatnt
from chatnt.attribution import Attribution as Result
from chatnt.engine import Engine
from chatnt.sequence import DNA
from chatnt.widgets import Attribution
from tests.telling import QUESTION, letters, telling_pair

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
ENGINE = Engine(*telling_pair())
HOW = {"task": "promoter_tata", "target": "Yes", "sentences": 1, "steps": 4}


def result_of(bases, *, seed=0, **about):
    scores = np.random.default_rng(seed).normal(size=bases).astype(np.float32)
    if bases > 60:
        scores[50] = 9.0
    given = {
        "sequences": (DNA(letters(bases, seed), name="toy"),), "scores": (scores,), "question": QUESTION,
        "task": None, "target": "promoter", "against": "not a promoter", "unit": "log-odds (natural log)",
        "method": "saliency", "baseline": "", "value": 2.0,
    }  # fmt: skip
    return Result(**given | about)


@pytest.fixture(scope="module")
def explained():
    return chatnt.attribute(ENGINE, QUESTION, letters(40), **HOW)


@pytest.fixture
def shown(page_of):
    return page_of(Attribution(result_of(300), region=(100, 200)))


def tracks(shown):
    return shown.root.locator(".tracks")


def drawn(shown):
    """How and how much was drawn last."""
    told = tracks(shown).evaluate("node => ({...node.dataset})")
    return told["mode"], int(told["drawn"])


def button(shown, name):
    return shown.root.get_by_role("button", name=name, exact=True)


def filled(shown, y):
    """Columns of the tracks in which something is drawn at one height."""
    read = "(node, y) => [...node.getContext('2d').getImageData(52, y, node.width - 62, 1).data]"
    row = tracks(shown).locator("canvas").evaluate(read, y)
    return [52 + i for i, alpha in enumerate(row[3::4]) if alpha]


def ready(shown):
    expect(tracks(shown)).to_have_attribute("data-mode", re.compile("."))
    return shown


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [600, 1200])
def test_people_who_do_not_see_or_point_can_use_it(page_of, explained, scheme, width):
    view = Attribution(explained, chat=ENGINE, answer="Yes, it is.", compare=result_of(40, delta=9.0))
    view.annotate("mine", 3, 9)
    view.selection = (3, 9)
    view.substitute(5)
    view.wait()
    shown = ready(page_of(view, color_scheme=scheme, viewport={"width": width, "height": 900}))
    expect(shown.root).to_have_attribute("data-theme", scheme)
    for folded in shown.root.locator("summary").all():
        folded.click()
    shown.axe()


@pytest.mark.parametrize(
    ("region", "mode", "count"),
    [((100, 200), "letters", 100), ((0, 400), "bars", 400), ((0, 3000), "pixels", None)],
)
def test_what_is_drawn_hangs_on_the_room(page_of, region, mode, count):
    shown = ready(page_of(Attribution(result_of(3000), region=region)))
    assert drawn(shown)[0] == mode
    assert count in (None, drawn(shown)[1])
    assert drawn(shown)[1] < 2 * 1200


def test_bases_that_have_one_score_together_are_one_block(page_of):
    scores = np.repeat(np.arange(1, 11, dtype=np.float32), 6)
    shown = ready(page_of(Attribution(result_of(60, resolution=6, scores=(scores,)))))
    assert drawn(shown) == ("blocks", 10)
    expect(shown.root.locator(".facts")).to_contain_text("per 6-mer")


def test_keys_zoom_and_move_and_python_follows(shown):
    tracks(shown).focus()
    for key in ("+", "End"):
        shown.page.keyboard.press(key)
    expect(shown.status).to_contain_text("position 299")
    shown.sync()
    assert shown.widget.region == (250, 300)
    for key in ("Home", "-", "0", "ArrowRight"):
        shown.page.keyboard.press(key)
    expect(shown.status).to_contain_text("position 1, ")
    shown.sync()
    assert shown.widget.region == (0, 300)
    score = shown.widget.result.scores[0][1]
    assert shown.status.inner_text().startswith(f"position 1, {letters(300)[1]}, {'+' if score > 0 else '−'}")


def test_keys_select(shown):
    tracks(shown).focus()
    for key in ("Home", "ArrowRight", *["Shift+ArrowRight"] * 4, "Shift+ArrowLeft"):
        shown.page.keyboard.press(key)
    shown.sync()
    assert shown.widget.selection == (1, 5)
    expect(shown.root.locator(".selection")).to_contain_text(letters(300)[1:5])
    shown.page.keyboard.press("Escape")
    shown.sync()
    assert shown.widget.selected_sequence == ""


def test_the_pointer_drags_selects_and_tells(shown):
    box = tracks(shown).bounding_box()
    mouse = shown.page.mouse
    middle = box["y"] + box["height"] / 2
    mouse.move(box["x"] + 600, middle)
    expect(shown.root.locator(".tip")).to_contain_text("position 1")
    mouse.down()
    mouse.move(box["x"] + 400, middle, steps=3)
    mouse.up()
    shown.sync()
    start, end = shown.widget.region
    assert end - start == 100
    assert 110 < start < 130
    shown.page.keyboard.down("Shift")
    mouse.down()
    mouse.move(box["x"] + 500, middle, steps=3)
    mouse.up()
    shown.page.keyboard.up("Shift")
    shown.sync()
    assert 8 <= len(shown.widget.selected_sequence) <= 12
    assert shown.widget.region == (start, end)


def test_only_with_ctrl_the_wheel_zooms(shown):
    tracks(shown).hover()
    shown.page.mouse.wheel(0, -100)
    shown.sync()
    assert shown.widget.region == (100, 200)
    shown.page.keyboard.down("Control")
    shown.page.mouse.wheel(0, -100)
    shown.page.keyboard.up("Control")
    shown.sync()
    start, end = shown.widget.region
    assert 100 < start < end < 200


def test_the_window_is_dragged_resized_and_moved_by_keys(shown):
    window = shown.root.get_by_role("slider")
    box = window.bounding_box()
    mouse = shown.page.mouse
    middle = box["y"] + box["height"] / 2
    mouse.move(box["x"] + box["width"] / 2, middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] / 2 - 900, middle, steps=2)
    mouse.up()
    shown.sync()
    assert shown.widget.region == (0, 100)
    box = window.bounding_box()
    mouse.move(box["x"] + box["width"], middle)
    mouse.down()
    mouse.move(box["x"] + box["width"] * 2, middle, steps=2)
    mouse.up()
    shown.sync()
    assert shown.widget.region[0] == 0
    assert 195 <= shown.widget.region[1] <= 205
    window.focus()
    shown.page.keyboard.press("End")
    shown.sync()
    assert shown.widget.region[1] == 300
    expect(window).to_have_attribute("aria-valuetext", re.compile("to 300 of 300"))


def test_buttons_and_a_field_say_where(shown):
    button(shown, "To the strongest base").click()
    expect(shown.status).to_contain_text("position 50")
    field = shown.root.get_by_role("textbox", name="Bases that are seen")
    field.fill("20 - 80")
    field.press("Enter")
    shown.sync()
    assert shown.widget.region == (20, 80)
    field.fill("80-20")
    field.press("Enter")
    expect(shown.status).to_contain_text("as in 120-180")
    shown.widget.region = (5, 25)
    shown.sync()
    field.blur()
    assert drawn(shown) == ("letters", 20)


def test_highlights_are_turned_off_and_made(page_of):
    view = Attribution(result_of(300), highlight=[])
    view.annotate("mine", 3, 9)
    view.selection = (20, 30)
    shown = page_of(view)
    chip = button(shown, "mine (1)")
    chip.focus()
    shown.page.keyboard.press("Enter")
    expect(chip).to_have_attribute("aria-pressed", "false")
    expect(chip).to_be_focused()
    shown.root.get_by_role("textbox", name="Name of the place").fill("other")
    button(shown, "Mark").click()
    shown.sync()
    expect(button(shown, "other (1)")).to_be_visible()
    assert shown.widget.hidden == ["mine"]
    assert shown.widget.annotations[1] == {"start": 20, "end": 30, "label": "other", "sequence": 0}


def test_another_method_and_a_word_are_picked(page_of, explained):
    shown = page_of(Attribution(explained, chat=ENGINE, answer="Yes, it is."))
    shown.root.get_by_role("combobox", name="Method").select_option("in_silico_mutagenesis")
    shown.sync()
    assert shown.widget.result.tables is not None
    expect(shown.root.get_by_role("combobox", name="Baseline")).to_be_disabled()
    tabs = shown.root.get_by_role("tab")
    assert tabs.all_inner_texts() == ["whole answer: promoter against not a promoter", "Yes,", "it", "is."]
    tabs.first.focus()
    shown.page.keyboard.press("ArrowRight")
    shown.page.keyboard.press("Enter")
    shown.sync()
    expect(tabs.nth(1)).to_have_attribute("aria-selected", "true")
    assert "Yes," in shown.widget.result.target


def test_what_is_computed_is_stopped(page_of, explained):
    view = Attribution(explained, chat=ENGINE)
    view._explain = lambda chat, key, stop: stop.wait(20)
    shown = page_of(view)
    shown.root.get_by_role("combobox", name="Method").select_option("saliency")
    shown.sync(wait=False)
    expect(shown.root.get_by_role("progressbar")).to_be_visible()
    button(shown, "Stop").click()
    shown.sync()
    expect(button(shown, "Stop")).to_be_hidden()
    expect(shown.root.get_by_role("combobox", name="Method")).to_have_value("integrated_gradients")


def test_a_base_is_pressed_and_substituted(page_of, explained):
    shown = page_of(Attribution(explained))
    tracks(shown).focus()
    for key in ("Home", "ArrowRight", "Enter"):
        shown.page.keyboard.press(key)
    shown.sync()
    expect(shown.root.locator(".effects")).to_contain_text(
        re.compile(f"instead of {letters(40)[1]} at 1", re.I)
    )
    expect(shown.status).to_contain_text("Instead of")
    assert len(shown.widget.effects) == 3


def test_without_a_pair_nothing_is_asked_and_it_says_why(shown):
    expect(shown.root.get_by_role("combobox", name="Method")).to_be_disabled()
    expect(shown.root.get_by_text("There is no pair behind this result")).to_be_visible()
    tracks(shown).focus()
    for key in ("Home", "Enter"):
        shown.page.keyboard.press(key)
    assert shown.sent == []


def test_a_million_bases_open(page_of):
    rng = np.random.default_rng(0)
    text = rng.choice(np.frombuffer(b"ACGT", np.uint8), 1_000_000).tobytes().decode()
    scores = rng.normal(size=1_000_000).astype(np.float32)
    scores[250_000] = 50
    shown = ready(page_of(Attribution(result_of(1_000_000, sequences=(DNA(text),), scores=(scores,)))))
    mode, count = drawn(shown)
    assert mode == "pixels"
    assert count < 2 * 1200
    expect(shown.root.locator(".facts")).to_contain_text("kept in blocks of 41 bases")
    high = filled(shown, y=35)  # where only the one base that stands out reaches
    across = tracks(shown).bounding_box()["width"] - 62  # without the margins
    assert 1 <= len(high) <= 2  # a block may lie across two columns
    assert high[0] == pytest.approx(52 + across / 4, abs=1.5)
    shown.widget.region = (500_000, 500_100)
    shown.sync()  # the page asked for each base
    expect(tracks(shown)).to_have_attribute("data-mode", "letters")
    assert drawn(shown) == ("letters", 100)
    expect(shown.root.locator(".facts")).not_to_contain_text("kept")
    assert shown.sent == [{"type": "whole"}]
    tracks(shown).focus()
    shown.page.keyboard.press("ArrowRight")
    expect(shown.status).to_contain_text(f"position 500,051, {text[500_051]}")


def test_a_drag_draws_no_more_than_is_seen(page_of):
    shown = ready(page_of(Attribution(result_of(12_000), region=(5000, 5150))))
    box = tracks(shown).bounding_box()
    before = int(tracks(shown).get_attribute("data-frames"))
    shown.page.mouse.move(box["x"] + 600, box["y"] + 60)
    nodes = shown.page.locator("*").count()
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + 300, box["y"] + 60, steps=20)
    shown.page.mouse.up()
    assert drawn(shown)[1] <= 152
    assert 1 <= int(tracks(shown).get_attribute("data-frames")) - before <= 25
    assert shown.page.locator("*").count() == nodes


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
def test_pictures_are_saved(page_of, kind, tmp_path):
    view = Attribution(result_of(300), region=(100, 160))
    view.annotate(HOSTILE, 110, 120)
    shown = ready(page_of(view))
    with shown.page.expect_download() as download:
        button(shown, f"Save as {kind}").click()
    path = tmp_path / f"x.{kind.lower()}"
    download.value.save_as(path)
    if kind == "PNG":
        assert path.read_bytes().startswith(b"\x89PNG")
    else:
        text = path.read_text()
        assert 50 < text.count('fill-rule="evenodd"') <= 60  # letters that are not too small to be seen
        assert "<img" not in text
        assert set(re.findall(r'(?:fill|stroke)="(.)', text)) == {"#", "n"}  # plain colours and none
        ElementTree.fromstring(text)  # well formed


def test_hostile_texts_are_shown_as_texts(page_of):
    hostile = {
        "question": HOSTILE,
        "target": HOSTILE,
        "unit": HOSTILE,
        "notes": (HOSTILE,),
        "method": HOSTILE,
    }
    two = tuple(DNA(letters(30, i), name=f"{HOSTILE} {i}") for i in range(2))
    scores = (np.ones(30, np.float32), np.ones(30, np.float32))
    view = Attribution(result_of(30, sequences=two, scores=scores, **hostile), answer=HOSTILE)
    view.annotate(HOSTILE, 3, 9)
    shown = ready(page_of(view))
    expect(shown.root.locator("h2")).to_contain_text(HOSTILE)
    shown.set(error=HOSTILE)
    expect(shown.alert).to_contain_text(HOSTILE)
    assert shown.root.locator("img, script").count() == 0
    assert shown.page.title() == "test"
    shown.root.get_by_role("combobox", name="Sequence").select_option("1")
    shown.sync()
    assert shown.widget.sequence == 1


def test_the_end_leaves_nothing(shown):
    assert shown.end() == 0
    expect(shown.root).to_have_count(0)


def test_the_saved_page_shows_each_base_without_python(new_page, tmp_path):
    from tests.browser.shown import watch

    path = Attribution(result_of(60_000), region=(500, 600)).save(tmp_path / "a.html")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    expect(page.locator(".tracks")).to_have_attribute("data-mode", "letters")
    page.get_by_role("button", name="To the strongest base").click()
    expect(page.get_by_role("status")).to_contain_text("position 50, ")
