"""The widget to explore a long sequence, in Python."""

import itertools
import json
import random
import threading

import pytest
import traitlets

import chatnt
from chatnt.annotations import COLUMNS
from chatnt.errors import TaskError, UnknownTaskError
from chatnt.sequence import DNA
from chatnt.widgets import Explorer
from tests.widgets.scripted_explorer import WINDOW, ScriptedChat

DONORS, ACCEPTORS, ALL = "splice_sites_donors", "splice_sites_acceptors", "splice_sites_all"
LETTERS = "".join(random.Random(1).choices("ACGT", k=400))
DNA_ = DNA(LETTERS, name="gene")


def sites(letters, site, strand="+"):
    """Where windows of 40 have a site in the middle, by the starts of the windows on the forward strand."""
    found = []
    for start in range(len(letters) - WINDOW + 1):
        window = letters[start : start + WINDOW]
        if strand == "-":
            window = window[::-1].translate(str.maketrans("ACGT", "TGCA"))
        if window[20:22] == site:
            found.append(start)
    return found


@pytest.fixture
def chat():
    return ScriptedChat()


@pytest.fixture
def explorer(chat):
    return Explorer(chat, DNA_, tasks=[DONORS, ACCEPTORS], stride=1)


@pytest.mark.parametrize("strands", ["+", "-", "both"])
def test_peaks_are_where_the_sites_are(chat, strands):
    explorer = Explorer(chat, DNA_, tasks=[DONORS, ACCEPTORS], stride=1, strands=strands)
    explorer.compute(wait=True)
    peaks = explorer.peaks()
    for task, site in ((DONORS, "GT"), (ACCEPTORS, "AG")):
        for strand in "+-" if strands == "both" else strands:
            mine = peaks[(peaks["task"] == task) & (peaks["strand"] == strand)]
            assert mine["start"].tolist() == sites(LETTERS, site, strand)
    assert (peaks["end"] - peaks["start"] == WINDOW).all()
    assert set(peaks["probability"]) == {0.9}
    assert set(zip(peaks["task"], peaks["calibrated"], strict=True)) == {(DONORS, True), (ACCEPTORS, False)}


def test_nothing_is_computed_twice(explorer, chat):
    explorer.compute((0, 200), wait=True)
    first = len(chat.asked)
    explorer.compute((0, 200), wait=True)
    assert len(chat.asked) == first
    explorer.compute((100, 400), wait=True)
    explorer.stride, explorer.labels = 5, {DONORS: "not a donor site"}
    explorer.compute((0, 400), wait=True)
    assert len(chat.asked) == 2 * (400 - WINDOW + 1)
    assert max(chat.calls) <= 32


def test_the_frame_has_the_columns_of_annotations(explorer):
    explorer.compute((0, 100), wait=True)
    frame = explorer.frame()
    assert list(frame.columns) == list(COLUMNS)
    assert frame["task"].tolist() == [DONORS] * 80 + [ACCEPTORS] * 80
    assert frame["start"].tolist() == list(range(80)) * 2
    assert set(frame["name"]) == {"gene"}
    assert frame["windowed"].all()


def test_a_page_that_looks_has_what_it_sees_computed_coarsely_first(explorer, chat):
    explorer._handle_custom_msg({"type": "look"}, [])
    explorer.wait()
    middles = explorer.frame()["start"][explorer.frame()["task"] == DONORS] + 20
    assert len(middles) == 1 + 360 // 2  # every second base: at most 240 windows of 400 bases
    first = [LETTERS.find(letters) for task, letters in chat.asked if task == DONORS][:12]
    assert {b - a for a, b in itertools.pairwise(first)} == {32}
    explorer.region = (100, 140)
    explorer._handle_custom_msg({"type": "look"}, [])
    explorer.wait()
    assert {80, 81, 119} <= set(explorer.frame()["start"])


def test_without_a_page_nothing_is_computed_by_itself(explorer, chat):
    explorer.region = (10, 60)
    explorer.goto("100-200")
    assert chat.calls == []
    assert not explorer.running


def test_stopping_ends_it_after_the_present_windows(explorer, chat):
    chat.gate = threading.Event()
    explorer._handle_custom_msg({"type": "look"}, [])
    explorer._handle_custom_msg({"type": "stop"}, [])
    chat.gate.set()
    explorer.wait()
    assert len(chat.calls) <= 1
    assert (explorer.status, explorer.live) == ("idle", False)
    explorer.region = (50, 90)
    explorer._handle_custom_msg({"type": "look"}, [])
    assert len(chat.calls) <= 1
    explorer.compute(wait=True)
    assert explorer.status == "done"


def test_an_error_is_shown_and_raised(explorer, chat):
    chat.error = ValueError("no such thing")
    with pytest.raises(ValueError, match="no such thing"):
        explorer.compute(wait=True)
    assert explorer.error == "no such thing"
    chat.error = None
    explorer.compute(wait=True)
    assert explorer.error == ""


def test_asking_and_explaining(explorer, chat):
    with pytest.raises(ValueError, match="call ask"):
        explorer.explain()
    start = sites(LETTERS, "GT")[0]
    answer = explorer.ask(start, start + WINDOW, DONORS)
    assert (answer.label, answer.probability) == ("donor site", 0.9)
    assert str(answer.question.sequences[0]) == LETTERS[start : start + WINDOW]
    why = explorer.explain(method="x")
    assert chat.explained == [{"method": "x"}]
    assert why.scores[0][20] == 2
    assert explorer._why["method"] == "integrated gradients"
    assert len(explorer._why_scores) == 4 * WINDOW
    explorer.ask(0, 40, ACCEPTORS, strand="-")
    assert explorer._why == {}
    assert explorer._asked["strand"] == "-"


def test_a_click_asks_the_highest_window_near_it_while_it_computes_on(explorer, chat):
    start = sites(LETTERS, "GT")[2]
    explorer.compute(wait=True)
    message = {"type": "ask", "task": DONORS, "strand": "+", "at": start + 21, "within": 1}
    explorer._handle_custom_msg(message, [])
    explorer.wait()
    assert (explorer._asked["start"], explorer._asked["label"]) == (start, "donor site")
    explorer._handle_custom_msg({"type": "explain"}, [])
    explorer.wait()
    assert explorer._why["target"] == "donor site"


@pytest.mark.parametrize(
    ("trait", "value", "message"),
    [
        ("region", (10, 500), "not within gene:0-400"),
        ("region", (20, 10), "not before its end"),
        ("tasks", ["gfp_fluorescence"], "asks for a number"),
        ("tasks", ["splice"], "No task is named"),
        (
            "tasks",
            [t["name"] for t in chatnt.list_tasks(kind="binary").head(9).to_dict("records")],
            "at most 8",
        ),
        ("labels", {DONORS: "x"}, "no label 'x'; it has not a donor site"),
        ("thresholds", {DONORS: 0}, "must be above 0"),
        ("thresholds", {DONORS: 1.5}, "at most 1"),
        ("stride", 0, "stride"),
    ],
)
def test_what_cannot_be_set(explorer, trait, value, message):
    before = getattr(explorer, trait)
    with pytest.raises((traitlets.TraitError, TaskError, UnknownTaskError), match=message):
        setattr(explorer, trait, value)
    assert getattr(explorer, trait) == before


def test_what_cannot_be_asked(explorer):
    with pytest.raises(ValueError, match="not within"):
        explorer.ask(390, 430, DONORS)
    with pytest.raises(TaskError, match="asks for a number"):
        explorer.ask(0, 40, "gfp_fluorescence")
    with pytest.raises(ValueError, match="is no place"):
        explorer.goto("there")
    with pytest.raises(TypeError):
        Explorer(ScriptedChat(), DNA_, colour="red")


def test_labels_and_thresholds_choose_what_is_a_peak(explorer):
    explorer.tasks = [ALL]
    explorer.compute(wait=True)
    assert len(explorer.peaks()) == len(sites(LETTERS, "AG"))
    assert set(explorer.peaks()["label"]) == {"acceptor"}
    explorer.thresholds = {ALL: 0.95}
    assert explorer.peaks().empty
    assert explorer._peaks == []
    explorer.labels, explorer.thresholds = {ALL: "neither"}, {ALL: 0.4}
    assert set(explorer.peaks()["probability"]) == {0.45}


def test_usual_tasks_and_the_bundled_gene():
    explorer = Explorer(ScriptedChat())
    assert explorer.tasks == [DONORS, ACCEPTORS]
    assert explorer.region == (0, 703)
    assert [one["name"] for one in explorer._known] == [DONORS, ACCEPTORS, ALL]


def test_an_interval_of_a_genome_keeps_its_positions():
    genome = {"chr1": "A" * 1000 + LETTERS + "A" * 1000}
    explorer = Explorer(ScriptedChat(), genome=genome, interval="chr1:1000-1400:-", tasks=[DONORS], stride=1)
    explorer.compute(wait=True)
    expected = [1000 + start for start in sites(LETTERS, "GT", "-")]
    assert explorer.strands == "-"
    assert explorer.peaks()["start"].tolist() == expected


def test_a_million_bases_send_no_more_than_what_is_seen(chat):
    length = 1_000_000
    text = "".join(random.Random(0).choices("ACGT", k=1000)) * (length // 1000)
    explorer = Explorer(chat, DNA(text, name="long"), tasks=[DONORS], stride=1, region=(500_000, 500_200))
    explorer._handle_custom_msg({"type": "look"}, [])
    explorer.wait()
    explorer.region = (0, length)
    explorer._handle_custom_msg({"type": "look"}, [])
    explorer.wait()
    assert len(chat.asked) < 500
    sizes = [len(v) for v in (explorer._bins, explorer._overview, explorer._letters)]
    assert sum(sizes) < 20_000
    assert len(json.dumps([explorer._lanes, explorer._peaks, explorer._seen])) < 20_000
    assert explorer._letters == ""


def test_words_and_a_picture_without_a_front_end(explorer, tmp_path):
    assert "call compute(wait=True)" in explorer.text()
    explorer.compute((0, 200), wait=True)
    explorer.region = (0, 200)
    assert repr(explorer) == explorer.text().splitlines()[0]
    assert repr(explorer).startswith("Explorer: gene:0-200, 2 tasks, 360 windows, ")
    axes = explorer.figure().axes
    assert [ax.get_title(loc="left").split(":")[0] for ax in axes] == [
        chatnt.get_task(name).title for name in (DONORS, ACCEPTORS)
    ]
    assert "not calibrated" in axes[1].get_title(loc="left")
    middles = explorer.frame()["start"][:180] + 20
    assert axes[0].lines[0].get_xdata().tolist() == middles.tolist()
    assert axes[1].get_xlim() == (0, 200)
    explorer.save(tmp_path / "x.svg")
    explorer.tasks = []
    explorer.save(tmp_path / "none.png")


def test_notes_are_told_with_how_many_windows_have_them(chat):
    explorer = Explorer(chat, "N" + LETTERS[:99], tasks=[DONORS], stride=1)
    explorer.compute(wait=True)
    (lane,) = explorer._lanes
    assert lane["notes"] == ["has an N (1 window)"]
    assert lane["computed"] == 61
