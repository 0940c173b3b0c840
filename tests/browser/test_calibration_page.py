"""The widget of calibration in a page, without Jupyter."""

import json
import math

import numpy as np
import pytest
import sklearn
from playwright.sync_api import expect
from sklearn import metrics
from sklearn.calibration import calibration_curve

from chatnt.calibration_methods import cross_fit
from chatnt.calibrators import both_ways
from chatnt.predictions import Prediction, as_frame
from chatnt.tasks import get_task
from chatnt.widgets import Calibration
from chatnt.widgets.calibration_numbers import bin_table, measure
from chatnt.widgets.page import single_page
from tests.browser.shown import watch

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
CASES = 1000
CLIP = 1e-9

MEASURE = """
const packed = ({ p, y }) => (
  { p: new DataView(Float64Array.from(p).buffer), y: new DataView(Uint8Array.from(y).buffer) });
globalThis.measured = (cases) => cases.map((one) => {
  const { threshold, bins, strategy } = one;
  const side = readSide(packed(one));
  return { ...measure(side, threshold, bins, strategy), table: binned(side, bins, strategy) };
});
"""
COUNT_LINES = """() => {
  globalThis.lines = 0;
  const { lineTo } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.lineTo = function (...at) { lines += 1; lineTo.apply(this, at); };
}"""


def drawn(count, seed=0):
    rng = np.random.default_rng(seed)
    true = rng.random(count)
    return (rng.random(count) < true).astype(int), true**3 / (true**3 + (1 - true) ** 3)


Y, P = drawn(400)


@pytest.fixture
def shown(page_of):
    return page_of(Calibration(y=Y, p=P, labels=("closed", "open"), task="mine"))


def figure(shown, name):
    return shown.root.locator(".figures div").filter(has_text=name).locator("dd")


def random_cases():
    """Return cases with ties, certainties, empty bins, one class only, and thresholds on probabilities."""
    rng = np.random.default_rng(8)
    for i in range(CASES):
        bins, strategy = int(rng.integers(5, 31)), ("uniform", "quantile")[i % 2]
        count = int(rng.integers(1, 200))
        # Where the position of a quantile is a whole number, the last digit of the share decides.
        while strategy == "quantile" and count > 1 and math.gcd(count - 1, bins) > 1:
            count = int(rng.integers(1, 200))
        p = rng.beta(*rng.uniform(0.2, 3, 2), count)
        if i % 3 == 0:
            p = np.round(p, 1) * 0.997
        if i % 10 == 0:
            p[rng.random(count) < 0.2] = rng.integers(2)
        y = rng.random(count) < (0.0, 1.0, 0.3)[min(2, i % 23)]
        order = np.argsort(p, kind="stable")
        threshold = float(rng.choice(p) if i % 2 else rng.random())
        yield {"p": p[order], "y": y[order], "threshold": threshold, "bins": bins, "strategy": strategy}


def by_scikit_learn(p, y, threshold, bins, strategy):
    """Measure a case with scikit-learn; what has no value is None.

    Not the areas below the curves: for these Python asks scikit-learn, too.
    """
    called = p >= threshold
    precision, recall, f1, _ = metrics.precision_recall_fscore_support(
        y, called, labels=[True], zero_division=np.nan
    )
    tn, fp, fn, tp = metrics.confusion_matrix(y, called, labels=[False, True]).ravel().tolist()
    known = {
        "tp": tp,
        "fp": fp,
        "fn": fn,
        "tn": tn,
        "accuracy": (tp + tn) / len(y),
        "precision": float(precision[0]),
        "recall": float(recall[0]),
        "f1": float(np.nan_to_num(f1[0])),
        "mcc": metrics.matthews_corrcoef(y, called),
        "brier": metrics.brier_score_loss(y, p, labels=[False, True]),
        "log_loss": metrics.log_loss(y, np.clip(p, CLIP, 1 - CLIP), labels=[False, True]),
    }
    curve = calibration_curve(y.astype(int), p, n_bins=bins, strategy=strategy)
    return {name: None if value != value else value for name, value in known.items()}, curve


@pytest.mark.filterwarnings("ignore:A single label was found:UserWarning:sklearn")
def test_the_page_python_and_scikit_learn_agree_on_random_cases(new_page, tmp_path):
    cases = list(random_cases())
    path = tmp_path / "numbers.html"
    path.write_text(single_page("numbers", Calibration._esm, "", {}, model=MEASURE), encoding="utf-8")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    sent = [{**case, "p": case["p"].tolist(), "y": case["y"].astype(int).tolist()} for case in cases]
    found = json.loads(page.evaluate("cases => JSON.stringify(measured(cases))", sent))
    with sklearn.config_context(assume_finite=True, skip_parameter_validation=True):
        for case, told in zip(cases, found, strict=True):
            table = told.pop("table")
            side, how = (case["p"], case["y"]), {"bins": case["bins"], "strategy": case["strategy"]}
            assert told == pytest.approx(measure(side, threshold=case["threshold"], **how), abs=1e-6)
            own = bin_table(side, **how)
            for column in own:
                np.testing.assert_allclose([one[column] for one in table], own[column], atol=1e-6)
            known, (share, mean) = by_scikit_learn(**case)
            assert {name: told[name] for name in known} == pytest.approx(known, abs=1e-6)
            np.testing.assert_allclose([one["accuracy"] for one in table], share, atol=1e-6)
            np.testing.assert_allclose([one["confidence"] for one in table], mean, atol=1e-6)


def test_it_shows_the_numbers_of_python(shown):
    shown.sync()
    found = shown.widget.metrics
    for name, title in {"precision": "Precision", "recall": "Recall", "f1": "F1", "mcc": "MCC"}.items():
        expect(figure(shown, title)).to_have_text(f"{found[name]:.3f}")
    cells = shown.root.get_by_role("table", name="Confusion matrix").locator("td.number").all_inner_texts()
    assert list(map(int, cells)) == [found[name] for name in ("tp", "fn", "fp", "tn")]
    expect(shown.root.get_by_role("img", name=f"calibration error {found['ece']:.3f}")).to_be_visible()
    expect(shown.status).to_have_text(f"400 rows, {Y.sum()} of them open")
    shown.root.get_by_text("The bins as a table").click()
    table = shown.root.get_by_role("table", name="Bins").locator("tbody tr")
    expect(table).to_have_count(len(shown.widget.table()))
    expect(table.last.locator("td").nth(2)).to_have_text(f"{shown.widget.table()['accuracy'].iloc[-1]:.3f}")


def test_the_threshold_slides_with_keys(shown):
    slider = shown.root.get_by_role("slider", name="Threshold")
    slider.focus()
    for key in ("ArrowRight", "ArrowRight", "PageUp"):
        shown.page.keyboard.press(key)
    shown.sync()
    assert shown.widget.threshold == pytest.approx(0.61)
    found = shown.widget.metrics
    told = f"0.610: precision {found['precision']:.3f}, recall {found['recall']:.3f}"
    expect(slider).to_have_attribute("aria-valuetext", told)
    exact = shown.root.get_by_role("spinbutton", name="Threshold, exact")
    exact.fill("0.123")
    shown.sync()
    assert shown.widget.threshold == 0.123
    exact.fill("7")
    shown.sync()
    assert shown.widget.threshold == 0.123
    shown.widget.threshold = 1.0
    shown.sync()
    expect(figure(shown, "Precision")).to_have_text("–")
    expect(slider).to_have_js_property("value", "1")


def test_bins_are_chosen_with_keys(shown):
    shown.root.get_by_role("slider", name="Bins").focus()
    shown.page.keyboard.press("End")
    shown.root.get_by_role("button", name="equal widths").focus()
    shown.page.keyboard.press("Enter")
    expect(shown.root.get_by_role("button", name="equal widths")).to_have_attribute("aria-pressed", "true")
    shown.sync()
    assert (shown.widget.bins, shown.widget.strategy) == (30, "uniform")
    found = shown.widget.metrics
    expect(shown.root.get_by_role("img", name=f"calibration error {found['ece']:.3f}")).to_be_visible()


def test_a_correction_is_shown_beside_what_was(shown):
    quality = shown.root.get_by_role("table", name="Quality of the probabilities")
    expect(quality.get_by_role("columnheader", name="After")).to_be_hidden()
    shown.root.get_by_role("combobox", name="Correction").select_option("temperature")
    shown.sync()
    assert shown.widget.method == "temperature"
    after = cross_fit("temperature", both_ways(P), Y, kind="binary")[:, 1]
    row = quality.get_by_role("row", name="Log loss").locator("td")
    expect(row).to_have_text([f"{metrics.log_loss(Y, p):.3f}" for p in (P, after)])
    expect(shown.root.get_by_text("never by itself")).to_be_visible()
    shown.root.get_by_role("button", name="Compare all corrections").click()
    shown.sync()
    compared = shown.root.get_by_role("table", name="All corrections")
    expect(compared.locator("tbody tr")).to_have_count(len(shown.widget.compare()))
    expect(compared.locator("tr.chosen")).to_contain_text("Temperature scaling")


def test_tasks_and_labels_are_chosen(page_of):
    rows = [
        Prediction(name, i, label=get_task(name).labels[i % 2], probabilities=p)
        for name, p in (("h3", [0.2, 0.8]), ("splice_sites_all", [0.2, 0.5, 0.3]))
        for i in range(4)
    ]
    shown = page_of(Calibration(as_frame([*rows, Prediction("meltome", 0, value=50.0)])))
    expect(shown.root.get_by_role("combobox", name="Label")).to_be_hidden()
    shown.root.get_by_role("combobox", name="Task").select_option("splice_sites_all")
    shown.sync()
    shown.root.get_by_role("combobox", name="Label").select_option("donor")
    shown.sync()
    assert (shown.widget.task, shown.widget.label) == ("splice_sites_all", "donor")
    expect(shown.status).to_have_text("4 rows, 2 of them donor")
    shown.root.get_by_text("1 task not shown: why").click()
    expect(shown.root.get_by_text("meltome: it asks for a number")).to_be_visible()
    few = shown.root.get_by_role("combobox", name="Correction").locator("option", has_text="needs 50")
    expect(few).to_have_count(2)
    assert all(option.is_disabled() for option in few.all())


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [600, 1200])
def test_people_who_do_not_see_or_point_can_use_it(page_of, scheme, width):
    widget = Calibration(y=Y, p=P, method="platt")
    widget._on_compare()
    widget.wait()
    shown = page_of(widget, color_scheme=scheme, viewport={"width": width, "height": 900})
    expect(shown.root).to_have_attribute("data-theme", scheme)
    for folded in shown.root.locator("summary").all():
        folded.click()
    expect(shown.root.get_by_role("table", name="Bins").locator("tbody tr").first).to_be_visible()
    shown.axe()
    assert shown.root.evaluate("node => node.scrollWidth <= node.clientWidth")


def test_the_pictures_are_drawn(shown):
    inked = """canvas => new Set(new Uint32Array(
        canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data.buffer)).size"""
    shown.page.wait_for_timeout(200)
    pictures = shown.root.locator("canvas").all()
    assert len(pictures) == 4
    assert all(picture.evaluate(inked) > 10 for picture in pictures)


@pytest.mark.parametrize("y", [[0, 0, 0], [1, 1, 1]])
def test_one_class_only(page_of, y):
    shown = page_of(Calibration(y=y, p=[0.2, 0.5, 0.5]))
    row = shown.root.get_by_role("row", name="Area under ROC").locator("td")
    expect(row).to_have_text(["–"])
    expect(figure(shown, "MCC")).to_have_text("0.000")


def test_a_hundred_thousand_rows_are_not_drawn_one_by_one(page_of):
    y, p = drawn(100_000)
    shown = page_of(Calibration(y=y, p=p))
    shown.page.evaluate(COUNT_LINES)
    shown.root.get_by_role("slider", name="Threshold").press("ArrowRight")
    shown.sync()
    expect(shown.root.get_by_role("slider", name="Threshold")).to_have_js_property("value", "0.505")
    assert 0 < shown.page.evaluate("lines") < 4000
    assert shown.root.locator("*").count() < 300


def test_hostile_texts_are_shown_as_texts(page_of):
    shown = page_of(Calibration(y=Y, p=P, labels=("no", HOSTILE), task=HOSTILE))
    expect(shown.status).to_contain_text(HOSTILE)
    expect(shown.root.get_by_role("columnheader", name="called").first).to_contain_text(HOSTILE)
    assert shown.root.locator("img, script").count() == 0
    assert shown.page.title() == "test"


def test_the_end_leaves_nothing(shown):
    assert shown.end() == 0


def test_the_saved_page_slides_without_python(new_page, tmp_path):
    widget = Calibration(y=Y, p=P, method="platt")
    path = widget.save(tmp_path / "calibration.html")
    page = new_page()
    watch(page, lambda url: url == path.as_uri())
    page.goto(path.as_uri())
    page.get_by_role("slider", name="Threshold").fill("0.25")
    widget.threshold = 0.25
    recall = page.locator(".figures div").filter(has_text="Recall").locator("dd")
    expect(recall).to_have_text(f"{widget.metrics['recall']:.3f}")
    expect(page.get_by_role("combobox", name="Correction")).to_be_disabled()
    assert page.get_by_role("button", name="Compare all corrections").count() == 0
