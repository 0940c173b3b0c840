"""The widget of a training in a page, without Jupyter."""

import json

import pytest
from playwright.sync_api import expect

from chatnt.widgets import Training, training
from chatnt.widgets.training_curves import Curves
from tests.browser.shown import watch
from tests.widgets.logs import add, records, run, step

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'


@pytest.fixture
def watching(monkeypatch):
    """Make widgets whose files are looked at when told; they are closed in the end."""
    monkeypatch.setattr(training, "_EVERY", 1000.0)
    made = []

    def make(*args, **kwargs):
        made.append(Training(*args, **kwargs))
        return made[-1]

    yield make
    for one in made:
        one.close()


@pytest.fixture
def folder(tmp_path):
    return run(tmp_path / "first", records(30), events=[("started", 0), ("checkpoint", 20)])


@pytest.fixture
def shown(page_of, watching, folder):
    return page_of(watching(folder))


def chart(shown, title):
    return shown.root.locator("figure").filter(has=shown.page.get_by_role("heading", name=title, exact=True))


def drawn(shown, title):
    """What a chart says that it draws."""
    return chart(shown, title).get_by_role("img").get_attribute("aria-label")


def cells(shown, row):
    return shown.root.locator("tr", has_text=row).first.locator("td").all_inner_texts()


def open_values(shown):
    shown.root.get_by_text("Values as a table").click()


def test_it_tells_how_the_run_stands(shown):
    expect(shown.root.get_by_role("heading", name="first", exact=True)).to_be_visible()
    expect(shown.root.get_by_text("step 30 of 40 · 75 % · 18 s so far · about 6 s left")).to_be_visible()
    expect(shown.status).to_have_text("first: running")
    for title in ("Loss", "Validation", "Learning rate", "Tokens per second", "Norm of the gradient"):
        expect(chart(shown, title)).to_be_visible()


def test_new_points_appear(shown, folder):
    open_values(shown)
    assert cells(shown, "Loss") == ["0.067"]
    add(folder, [step(31, loss=1.5), step(32, loss=1.25)])
    shown.widget.refresh()
    shown.sync()
    expect(shown.root.get_by_text("step 32 of 40")).to_be_visible()
    expect(shown.root.locator("tr", has_text="Loss").locator("td")).to_have_text("1.250")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [600, 1200])
def test_people_who_do_not_see_or_point_can_use_it(page_of, watching, folder, tmp_path, scheme, width):
    other = run(tmp_path / "other", records(10), events=[("started", 0), ("diverged", 10)])
    widget = watching(folder, compare=[other])
    shown = page_of(widget, color_scheme=scheme, viewport={"width": width, "height": 900})
    for folded in shown.root.locator("summary").all():
        folded.click()
    shown.root.get_by_role("button", name="Stop after this step").click()
    shown.axe()


def test_one_click_stops_nothing_two_do(shown, folder):
    keys = shown.page.keyboard
    stop = shown.root.get_by_role("button", name="Stop after this step")
    stop.focus()
    keys.press("Enter")
    expect(shown.root.get_by_text("Stop it? A checkpoint is kept")).to_be_visible()
    expect(shown.root.get_by_role("button", name="Stop", exact=True)).to_be_focused()
    keys.press("Tab")
    keys.press("Enter")
    expect(stop).to_be_focused()
    shown.sync()
    assert shown.sent == []
    assert not (folder / "STOP").exists()
    keys.press("Enter")
    keys.press("Enter")
    shown.sync()
    assert (folder / "STOP").exists()
    expect(shown.root.get_by_text("It stops after this step.")).to_be_visible()
    expect(shown.status).to_have_text("first: stopping after this step")


def test_the_question_stays_while_points_come(shown, folder):
    shown.root.get_by_role("button", name="Stop after this step").click()
    add(folder, [step(31)])
    shown.widget.refresh()
    shown.sync()
    expect(shown.root.get_by_role("button", name="Stop", exact=True)).to_be_focused()


def test_a_run_that_is_over_cannot_be_stopped(shown, folder):
    run(folder, records(40), events=[("started", 0), ("finished", 40)])
    shown.widget.refresh()
    shown.sync()
    expect(shown.root.locator(".state")).to_have_text("finished")
    assert shown.root.get_by_role("button", name="Stop after this step").count() == 0


def test_tasks_are_chosen(shown):
    assert drawn(shown, "Validation").startswith("Validation: mean ")
    shown.root.get_by_role("button", name="h3").click()
    shown.sync()
    assert shown.widget.tasks == ["mean", "h3"]
    assert "; h3 0.283" in drawn(shown, "Validation")
    shown.root.get_by_role("button", name="mean").click()
    shown.sync()
    assert shown.widget.tasks == ["h3"]
    expect(shown.root.get_by_role("button", name="mean")).to_be_focused()


def test_many_tasks_are_folded_away_and_stay_open(page_of, watching, tmp_path):
    names = [*(f"task_{i}" for i in range(30)), "mean"]
    shown = page_of(watching(run(tmp_path / "many", records(20, names=names))))
    assert drawn(shown, "Validation").startswith("Validation: mean ")
    expect(shown.root.get_by_role("button", name="task_29")).to_be_hidden()
    shown.root.get_by_text("25 more").click()
    shown.root.get_by_role("button", name="task_29").click()
    expect(shown.root.get_by_role("button", name="task_29")).to_be_focused()
    expect(shown.root.get_by_role("button", name="task_28")).to_be_visible()
    shown.sync()
    assert shown.widget.tasks == ["mean", "task_29"]


def test_time_scale_and_smoothing_are_set_by_keys(shown):
    for name in ("Over time", "Logarithmic"):
        shown.root.get_by_role("button", name=name).focus()
        shown.page.keyboard.press("Enter")
        expect(shown.root.get_by_role("button", name=name)).to_have_attribute("aria-pressed", "true")
    slider = shown.root.get_by_role("slider", name="Smoothing")
    slider.focus()
    shown.page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "as it is")
    shown.sync()
    assert (shown.widget.x, shown.widget.log_y, shown.widget.smoothing) == ("time", True, 0)
    shown.widget.smoothing = 50
    shown.sync()
    expect(slider).to_have_attribute("aria-valuetext", "mean over 50 steps")


def test_values_are_read_where_the_pointer_is(shown):
    open_values(shown)
    box = chart(shown, "Loss").get_by_role("img").bounding_box()
    shown.page.mouse.move(box["x"] + 52 + (box["width"] - 64) * 10 / 30, box["y"] + 60)
    expect(shown.root.locator("caption")).to_have_text("Values near step 10")
    assert cells(shown, "Loss") == ["0.200"]
    # All charts follow.
    expect(chart(shown, "Validation").locator(".legend")).to_contain_text("0.393")
    shown.page.mouse.move(2, 2)
    expect(shown.root.locator("caption")).to_have_text("Last values")


def test_values_are_read_by_keys(shown):
    open_values(shown)
    slider = shown.root.get_by_role("slider", name="Read the values at")
    slider.focus()
    shown.page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "step 0")
    assert cells(shown, "Loss") == ["2.000"]
    shown.page.keyboard.press("End")
    expect(slider).to_have_attribute("aria-valuetext", "the end")
    assert cells(shown, "Loss") == ["0.067"]


def test_runs_are_laid_over_each_other_and_hidden(page_of, watching, folder, tmp_path):
    ended = [("started", 0), ("diverged", 10)]
    other = run(tmp_path / "other", records(10), events=ended)
    shown = page_of(watching(folder, compare=[other], smoothing=0))
    assert drawn(shown, "Loss") == "Loss: first 2 to 0.0667; other 2 to 0.2"
    dashes = shown.root.locator(".chip.run line").evaluate_all(
        "all => all.map(x => x.getAttribute('stroke-dasharray'))"
    )
    assert dashes[0] != dashes[1]
    shown.root.get_by_role("button", name="other").click()
    shown.sync()
    assert shown.widget.hidden == ["other"]
    assert drawn(shown, "Loss") == "Loss: first 2 to 0.0667"
    shown.root.get_by_text("What happened").click()
    expect(shown.root.get_by_text("other: diverged at step 10")).to_be_visible()


def test_an_empty_folder_says_that_it_waits(page_of, watching, tmp_path):
    (tmp_path / "new").mkdir()
    shown = page_of(watching(tmp_path / "new"))
    expect(shown.root.get_by_text("Nothing is written yet.")).to_be_visible()
    expect(shown.root.locator("figure").first).to_be_hidden()
    run(tmp_path / "new", records(3))
    shown.widget.refresh()
    shown.sync()
    expect(chart(shown, "Loss")).to_be_visible()
    expect(chart(shown, "Validation")).to_be_hidden()
    expect(shown.root.get_by_text("Nothing is written yet.")).to_be_hidden()


def test_a_mean_is_that_over_the_steps_around(shown):
    # The mean over all steps within half the width, as numpy computes it.
    steps, values = list(range(1, 41)), [((7 * i) % 11) / 3 for i in range(40)]
    call = "([step, mean, width]) => smoothed({ step, mean }, width)"
    source = shown.widget._esm.split("/** The mean around each point")[1].split("*/", 1)[1].split("/** ")[0]
    found = shown.page.evaluate(f"given => {{ {source}; return ({call})(given); }}", [steps, values, 6])
    for i in range(5, 35):
        around = values[i - 3 : i + 4]
        assert found[i] == pytest.approx(sum(around) / len(around))


def test_what_is_not_finite_leaves_a_gap_and_is_told(page_of, watching, tmp_path):
    odd = json.loads('[{"step": 2, "loss": NaN, "seconds": 0.5}]')
    assert Curves(odd).broken == [(2, "loss")]
    shown = page_of(watching(run(tmp_path / "odd", [step(1), *odd, step(3)])))
    shown.root.get_by_text("What happened").click()
    expect(shown.root.get_by_text("not finite at step 2 loss")).to_be_visible()


def test_hostile_texts_are_shown_as_texts(page_of, watching, folder):
    widget = watching(folder, compare={HOSTILE: run(folder.parent / "x", records(10, names=(HOSTILE, "h3")))})
    shown = page_of(widget)
    shown.root.get_by_role("button", name=HOSTILE, exact=True).click()
    shown.sync()
    assert HOSTILE in drawn(shown, "Validation")
    failed = [{"step": 3, "event": HOSTILE, "error": HOSTILE}]
    shown.set(_runs=[{**one, "events": failed} for one in widget._runs], error=HOSTILE)
    shown.root.get_by_text("What happened").click()
    open_values(shown)
    expect(shown.alert).to_contain_text(HOSTILE)
    assert shown.root.locator("img, script").count() == 0
    assert shown.page.title() == "test"


def test_the_end_leaves_nothing(shown):
    assert shown.end() == 0
    expect(shown.root).to_have_count(0)


def test_charts_are_drawn_once_for_many_points(shown, folder):
    """However many points come at once, each chart is drawn once a frame."""
    count = "canvas => { canvas.drawings = 0; const c = canvas.getContext('2d'); const clear = c.clearRect;"
    count += "c.clearRect = (...area) => { canvas.drawings += 1; clear.apply(c, area); }; }"
    canvas = chart(shown, "Loss").get_by_role("img")
    canvas.evaluate(count)
    add(folder, [step(i) for i in range(31, 5000)])
    shown.widget.refresh()
    shown.sync()
    shown.page.wait_for_timeout(200)
    assert canvas.evaluate("canvas => canvas.drawings") <= 2
    assert len(shown.widget._points) <= (5 * 2000 + 6) * 5 * 4


def test_a_saved_page_needs_no_python_and_stops_nothing(new_page, watching, folder, tmp_path):
    path = watching(folder).save(tmp_path / "training.html")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    expect(page.get_by_role("heading", name="Loss")).to_be_visible()
    page.get_by_role("button", name="h3").click()
    expect(page.get_by_role("button", name="h3")).to_have_attribute("aria-pressed", "true")
    assert page.get_by_role("button", name="Stop after this step").count() == 0
