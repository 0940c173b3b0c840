"""What all widgets share, in Python."""

import json
import threading

import anywidget
import pytest
import traitlets
from matplotlib.figure import Figure

from chatnt import widgets
from chatnt.errors import BusyError, ChatNTError
from chatnt.widgets.base import Widget, message

MAY_REDEFINE = {"close", "_esm", "_css", "_repr_mimebundle_"}
VIEW = "application/vnd.jupyter.widget-view+json"


class Probe(Widget):
    word = traitlets.Unicode("").tag(sync=True)
    _scores = traitlets.Bytes(b"\1").tag(sync=True)

    @message("double")
    def _on_double(self, number):
        return 2 * number

    @message("wait")
    def _on_wait(self):
        self._start(lambda stop: stop.wait(30))

    @message("fail")
    def _on_fail(self, error):
        raise {"ours": ChatNTError("the <reason>"), "other": KeyError("key"), "bare": RuntimeError()}[error]

    def figure(self):
        return Figure(figsize=(1, 1))

    def text(self):
        return f"Probe of {self.word}\nand more"


@pytest.fixture
def probe(monkeypatch):
    made = Probe()
    made.replies = []
    monkeypatch.setattr(made, "send", lambda content, buffers=None: made.replies.append(content))
    yield made
    made.close()


def tell(probe, **content):
    probe._handle_custom_msg(content, [])


def test_a_request_is_answered_with_its_number(probe):
    tell(probe, id="7", type="double", number=4)
    assert probe.replies == [{"type": "reply", "id": "7", "value": 8}]
    tell(probe, type="double", number=4)
    assert len(probe.replies) == 1


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ({"type": "fly"}, "no message of type 'fly'; Probe knows double, fail, stop, wait"),
        ({}, "no message of type None"),
        ({"type": ["a list"]}, "TypeError"),
        ({"type": "double", "no": 1}, "unexpected keyword argument 'no'"),
        ({"type": "fail", "error": "ours"}, "the <reason>"),
        ({"type": "fail", "error": "other"}, "KeyError: 'key'"),
        ({"type": "fail", "error": "bare"}, "RuntimeError"),
    ],
)
def test_what_goes_wrong_is_shown_and_logged(probe, caplog, content, told):
    tell(probe, id=1, **content)
    assert told in probe.error
    assert probe.replies == [{"type": "reply", "id": 1, "error": probe.error}]
    assert caplog.records[0].name == "chatnt.widgets"
    assert probe.status == "idle"


def test_work_runs_stops_and_is_waited_for(probe):
    tell(probe, type="wait")
    assert (probe.status, probe.running) == ("running", True)
    with pytest.raises(BusyError, match="still running"):
        probe._start(lambda stop: None)
    with pytest.raises(TimeoutError, match="still running after"):
        probe.wait(0.01)
    tell(probe, type="stop")
    probe.wait(10)
    assert (probe.status, probe.running) == ("idle", False)


def test_work_that_ends_is_done_and_can_be_followed_by_more(probe):
    seen = []
    for word in ("a", "b"):
        probe._start(lambda stop, word=word: seen.append((word, threading.current_thread().name)))
        probe.wait(10)
        assert probe.status == "done"
    assert seen == [("a", "Probe"), ("b", "Probe")]
    probe.stop()  # nothing to stop
    assert probe.status == "done"


def test_work_that_fails_says_so_to_the_reader_and_to_the_script(probe, caplog):
    def fail(stop):
        raise ChatNTError("no such pair")

    probe._start(fail)
    with pytest.raises(ChatNTError, match="no such pair"):
        probe.wait(10)
    assert (probe.status, probe.error) == ("error", "no such pair")
    probe._start(lambda stop: None)
    probe.wait(10)
    assert (probe.status, probe.error) == ("done", "")


def test_waiting_for_nothing_returns(probe):
    probe.wait(0)


def test_closing_stops(probe):
    ended = threading.Event()
    probe._start(lambda stop: stop.wait(30) and ended.set())
    probe.close()
    assert ended.wait(10)


def test_unknown_arguments_are_an_error():
    with pytest.raises(TypeError, match="colour"):
        Probe(colour="red")
    for wrong in ({"theme": "pink"}, {"palette": "x"}, {"height": -1}):
        with pytest.raises(traitlets.TraitError):
            Probe(**wrong)


def test_a_cell_shows_the_widget_a_picture_and_words(probe, monkeypatch):
    probe.word = "TATA"
    data, metadata = probe._repr_mimebundle_()
    assert data["text/plain"] == "Probe of TATA\nand more"
    assert set(data) == {VIEW, "image/png", "text/plain"}
    assert metadata["image/png"]["alt"] == repr(probe) == "Probe of TATA"
    monkeypatch.setenv("CHATNT_STATIC", "1")
    assert VIEW not in probe._repr_mimebundle_()[0]


def test_without_matplotlib_there_is_no_picture(probe, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    assert set(probe._repr_mimebundle_()[0]) == {VIEW, "text/plain"}


@pytest.mark.parametrize(("name", "start"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml"), ("a.pdf", b"%PDF")])
def test_pictures_are_saved(probe, tmp_path, name, start):
    assert probe.save(tmp_path / name).read_bytes().startswith(start)


def test_the_state_is_saved(probe, tmp_path):
    state = json.loads(probe.save(tmp_path / "a.json").read_text())
    assert state["_scores"] == {"$bytes": "AQ=="}
    assert {"word", "status", "error", "height", "palette", "theme", "_scores"} == set(state)


def test_another_ending_is_an_error(probe, tmp_path):
    with pytest.raises(ValueError, match=r"'.gif'; a widget is saved as .png, .svg, .pdf, .html, .json"):
        probe.save(tmp_path / "a.gif")


@pytest.mark.parametrize("name", widgets.__all__)
def test_a_widget_takes_no_name_that_ipywidgets_needs(name):
    machinery = set(vars(type("Empty", (anywidget.AnyWidget,), {})))
    for cls in (Widget, getattr(widgets, name)):
        own = {key for key in vars(cls) if not key.startswith("__")} - machinery - MAY_REDEFINE
        assert not own & set(dir(anywidget.AnyWidget))
