"""The widget of an attribution, in Python."""

import dataclasses
import threading

import numpy as np
import pytest
import traitlets

import chatnt
from chatnt import attribution_problem
from chatnt.attribution import Attribution as Result
from chatnt.attribution_methods import METHODS
from chatnt.conversation import Answer, Question
from chatnt.engine import Engine
from chatnt.errors import BusyError
from chatnt.sequence import DNA
from chatnt.widgets import Attribution, attribution_state, attribution_work
from tests.telling import QUESTION, letters, telling_pair

TEXT = letters(40)
ENGINE = Engine(*telling_pair())
HOW = {"task": "promoter_tata", "target": "Yes", "sentences": 1, "steps": 4}


def result_of(bases, *, seed=0, **about):
    rng = np.random.default_rng(seed)
    given = {
        "sequences": (DNA(letters(bases, seed), name="toy"),),
        "scores": (rng.normal(size=bases).astype(np.float32),),
        "question": QUESTION, "task": None, "target": "promoter", "against": "not a promoter",
        "unit": "log-odds (natural log)", "method": "saliency", "baseline": "", "value": 2.0,
    }  # fmt: skip
    return Result(**given | about)


@pytest.fixture(scope="module")
def result():
    return chatnt.attribute(ENGINE, QUESTION, TEXT, **HOW)


def test_what_is_seen_is_set_and_read():
    view = Attribution(result_of(300), region=(10, 60))
    assert view.region == (10, 60)
    view.region, view.selection = (0, 300), (3, 9)
    assert view.selected_sequence == letters(300)[3:9]
    view.selection = (0, 0)
    assert view.selected_sequence == ""
    with pytest.raises(traitlets.TraitError, match="from 5 to 301 of 300"):
        view.region = (5, 301)
    with pytest.raises(traitlets.TraitError, match="from 9 to 9"):
        view.selection = (9, 9)
    assert view.region == (0, 300)


def test_the_strongest_bases_are_those_of_the_result():
    shown = result_of(300)
    view = Attribution(shown, highlight=[])
    at = int(np.abs(shown.scores[0]).argmax())
    view.annotate("mine", at, at + 1)
    top = view.top(4)
    assert top["position"].tolist() == np.argsort(-np.abs(shown.scores[0]))[:4].tolist()
    assert top["annotation"][0] == "mine"
    assert top["base"][0] == letters(300)[at]
    assert len(view.top(1000)) == 300
    with pytest.raises(ValueError, match="at least 1"):
        view.top(0)


@pytest.mark.parametrize(
    ("label", "start", "end", "told"), [(" ", 0, 1, "empty"), ("a", 3, 3, "no base"), ("a", 290, 301, "300")]
)
def test_a_place_that_is_none_is_an_error(label, start, end, told):
    view = Attribution(result_of(300))
    with pytest.raises(ValueError, match=told):
        view.annotate(label, start, end)
    assert view.annotations == []


def test_elements_are_highlighted_where_chance_makes_them_rarely():
    dna = DNA("GC" * 30 + "TATAAAAG" + "GC" * 30)
    found = Attribution(result_of(128, sequences=(dna,)))._places
    expected = chatnt.find_elements(dna, threshold=1e-3)
    assert [(each["label"], each["start"], each["end"]) for each in found] == [
        (each.label, each.start, each.end) for each in expected
    ]
    assert "TATA box" in {each["label"] for each in found}
    assert Attribution(result_of(20_001))._places == []  # long ones only when asked
    assert [p["label"] for p in Attribution(result_of(20_001), highlight=expected)._places] == [
        each.label for each in expected
    ]


def test_only_so_many_highlights_are_shown_and_it_says_so():
    places = [attribution_state.Own(f"x{i}", i, i + 1, 0, bed_score=i) for i in range(1010)]
    view = Attribution(result_of(1100), highlight=places)
    assert view._more_places == 10
    assert [place["start"] for place in view._places] == list(range(10, 1010))


def test_the_state_holds_the_scores():
    first, second = result_of(300), result_of(300, seed=1)
    view = Attribution(first, compare=second)
    assert np.array_equal(
        np.frombuffer(view._data, "<f4"), np.concatenate([first.scores[0], second.scores[0]])
    )
    assert [track["block"] for track in view._tracks] == [1, 1]
    tables = (np.arange(1200, dtype=np.float32).reshape(300, 4),)
    mutated = Attribution(result_of(300, tables=tables))
    assert np.array_equal(np.frombuffer(mutated._data, "<f4")[300:], np.arange(1200))


@pytest.mark.parametrize("both", [False, True])
def test_long_ones_do_not_bloat_the_notebook_and_come_when_asked(both):
    shown = result_of(60_001)
    view = Attribution(shown, compare=result_of(50_000, seed=1) if both else None)
    assert 100_000 < len(view._data) <= attribution_state.SAVED
    assert all(track["letters"] == "" for track in view._tracks)
    block = view._tracks[0]["block"]
    count = -(-60_001 // block)
    low, high = np.frombuffer(view._data, "<f4")[: 2 * count].reshape(2, count)
    assert low[-1] == shown.scores[0][(count - 1) * block :].min()
    assert high[3] == shown.scores[0][3 * block : 4 * block].max()
    sent = []
    view.send = lambda content, buffers=None: sent.append((content, buffers))
    view._handle_custom_msg({"type": "whole"}, [])
    ((content, buffers),) = sent
    assert content == {"type": "whole", "sequence": 0}
    assert buffers[0].decode() == letters(60_001)
    assert np.array_equal(np.frombuffer(buffers[1 + both], "<f4"), shown.scores[0])
    page = view._page_state()
    assert page["_tracks"][0]["letters"] == letters(60_001)
    assert len(page["_data"]) == 4 * (60_001 + 50_000 * both)


def test_of_several_sequences_one_is_shown():
    two = result_of(
        30,
        sequences=(DNA(letters(30), name="a"), DNA(letters(20, 1), name="b")),
        scores=(np.zeros(30, np.float32), np.ones(20, np.float32)),
    )
    view = Attribution(two)
    view.selection = (20, 30)
    view.sequence = 1
    assert view.region == (0, 20)
    assert view.selection == (0, 0)
    assert view._tracks[0]["name"] == "b"
    with pytest.raises(traitlets.TraitError, match="none of the 2"):
        view.sequence = 2
    with pytest.raises(ValueError, match="1 sequence"):
        Attribution(result_of(30), compare=two)


@pytest.mark.parametrize(
    ("about", "told"),
    [
        ({"resolution": 1}, "per base"),
        ({"resolution": 6}, "per 6-mer"),
        ({"resolution": 6, "method": "occlusion"}, "per window of 6 bases"),
    ],
)
def test_it_says_what_a_score_was_computed_for(about, told):
    view = Attribution(result_of(30, **about))
    assert view._tracks[0]["covers"] == told
    assert told in view.text()


@pytest.mark.parametrize(("delta", "much"), [(0.1, False), (-0.3, True)])
def test_scores_that_do_not_add_up_are_marked(delta, much):
    assert attribution_state.INEXACT == attribution_problem.INEXACT
    told = Attribution(result_of(30, delta=delta, value=2.0, baseline_value=-2.0))._tracks[0]["delta"]
    assert told == {"value": delta, "share": abs(delta) / 4, "much": much}
    assert Attribution(result_of(30))._tracks[0]["delta"] is None


def test_another_method_is_computed_in_the_background(result):
    view = Attribution(result, chat=ENGINE)
    view._handle_custom_msg(
        {"type": "recompute", "method": "in_silico_mutagenesis", "baseline": "N", "word": -1}, []
    )
    view.wait()
    expected = chatnt.attribute(ENGINE, QUESTION, TEXT, **HOW | {"method": "in_silico_mutagenesis"})
    assert np.allclose(view.result.scores[0], expected.scores[0], atol=1e-5)
    assert view._choices["method"] == "in_silico_mutagenesis"
    assert view._tracks[0]["table"]
    first = view.result
    view.recompute("integrated_gradients")
    view.wait()
    assert view.result is result  # it was there
    view.recompute("in_silico_mutagenesis")
    view.wait()
    assert view.result is first
    view.recompute("integrated_gradients", baseline="shuffled")
    view.wait()
    assert "shuffles" in view.result.baseline
    assert 0 < view.progress < 1


def test_a_word_of_the_answer_is_explained_after_those_before_it(result):
    answer = Answer("Yes, it is.", Question.of(QUESTION, TEXT))
    view = Attribution(result, chat=ENGINE, answer=answer)
    assert view._choices["words"] == ["Yes,", " it", " is."]
    view.recompute("in_silico_mutagenesis", word=1)
    view.wait()
    expected = chatnt.attribute(
        ENGINE, QUESTION, TEXT, target="Yes, it", against="Yes,", method="in_silico_mutagenesis"
    )
    assert np.allclose(view.result.scores[0], expected.scores[0], atol=1e-5)
    assert view._choices["word"] == 1
    view.recompute("integrated_gradients", word=-1)
    view.wait()
    assert view.result is result
    with pytest.raises(ValueError, match="no word 3; the answer has 3"):
        view.recompute(word=3)


def test_the_answer_is_asked_for(result):
    view = Attribution(result, chat=ENGINE)
    assert view._choices["words"] == []
    view.read_answer()
    view.wait()
    text = "".join(view._choices["words"])
    assert ENGINE.generate([[chatnt.conversation.Turn(Question.of(QUESTION, TEXT))]])[0].startswith(text)


def test_a_computation_is_stopped(result, monkeypatch):
    view = Attribution(result, chat=ENGINE)
    begun = threading.Event()
    real = attribution_work.watching

    def slow(stop, expected, tell):
        watch = real(stop, expected, tell)

        def one(rows):
            begun.set()
            stop.wait(20)
            watch(rows)

        return one

    monkeypatch.setattr(attribution_work, "watching", slow)
    view.recompute("in_silico_mutagenesis")
    assert begun.wait(20)
    with pytest.raises(BusyError):
        view.recompute("saliency")
    view._handle_custom_msg({"type": "stop"}, [])
    view.wait()
    assert view.status == "idle"
    assert view.error == ""
    assert view.result is result


def test_without_a_pair_it_says_what_to_do(result):
    view = Attribution(result)
    assert not view._choices["chat"]
    for act in (view.recompute, view.read_answer):
        with pytest.raises(ValueError, match="give chat="):
            act()
    view = Attribution(result, chat=ENGINE)
    with pytest.raises(ValueError, match="no method 'magic'; there are gradient_x_input"):
        view.recompute("magic")
    with pytest.raises(ValueError, match="no baseline 'zeros'"):
        view.recompute(baseline="zeros")


def test_every_method_can_be_picked():
    assert [each["name"] for each in attribution_work.methods()] == list(METHODS)


@pytest.mark.parametrize("source", ["evaluate", "chat", "tables"])
def test_substitutions_are_those_of_mutagenesis(result, source, tmp_path):
    mutated = chatnt.attribute(ENGINE, QUESTION, TEXT, **HOW | {"method": "in_silico_mutagenesis"})
    result.save(tmp_path / "a.npz")
    loaded = Result.load(tmp_path / "a.npz")
    view = {
        "evaluate": lambda: Attribution(result),
        "chat": lambda: Attribution(dataclasses.replace(loaded, settings=result.settings), chat=ENGINE),
        "tables": lambda: Attribution(mutated),
    }[source]()
    view._handle_custom_msg({"type": "substitute", "position": 7}, [])
    view.wait()
    row = dict(zip("ACGT", mutated.tables[0][7].tolist(), strict=True))
    del row[TEXT[7]]
    assert view.effects == pytest.approx(row, abs=1e-4)
    assert Attribution(loaded)._choices["substitutes"] is False
    with pytest.raises(ValueError, match="no position 40"):
        view.substitute(40)


def test_substitutions_need_a_pair(result, tmp_path):
    result.save(tmp_path / "a.npz")
    view = Attribution(Result.load(tmp_path / "a.npz"))
    view.substitute(3)
    with pytest.raises(ValueError, match="read from a file"):
        view.wait()
    assert view.effects == {}


def test_rows_are_about_as_many_as_are_computed(result):
    for method in ("integrated_gradients", "in_silico_mutagenesis", "occlusion", "feature_ablation"):
        seen = []
        chatnt.attribute(ENGINE, QUESTION, TEXT, **HOW | {"method": method, "watch": seen.append})
        assert sum(seen) == pytest.approx(attribution_work.rows_of(result, method, "N"), rel=0.3), method


def test_words_and_a_picture_without_a_front_end(tmp_path):
    tables = (np.ones((300, 4), np.float32),)
    view = Attribution(result_of(300, delta=0.01, baseline_value=0.0), compare=result_of(250, tables=tables))
    text = view.text()
    assert text.startswith("Attribution of toy: 300 bases; promoter against not a promoter")
    assert "Compared with: 250 bases" in text
    assert len(view.figure().axes) >= 5
    start, end = attribution_state.best_window(view.result.scores[0], 120)
    sums = [np.abs(view.result.scores[0][i : i + 120]).sum() for i in range(181)]
    assert (start, end) == (int(np.argmax(sums)), int(np.argmax(sums)) + 120)
    view.region = (30, 60)
    view.annotate("mine", 40, 44)
    picture = view.figure()
    assert picture.axes[1].get_xlim() == (29.5, 59.5)
    assert "mine" in [told.get_text() for told in picture.axes[1].texts]
    view.hidden = ["mine"]
    assert "mine" not in [told.get_text() for told in view.figure().axes[1].texts]
    view.save(tmp_path / "x.svg")
    assert (tmp_path / "x.svg").read_text().startswith("<?xml")


def test_a_very_short_sequence_is_shown():
    view = Attribution(result_of(1))
    assert view.region == (0, 1)
    view.figure()
    assert "1 base;" in view.text()


def test_an_unknown_keyword_is_an_error():
    with pytest.raises(TypeError, match="colour"):
        Attribution(result_of(3), colour="red")
