"""The widget of tasks, in Python."""

import json

import pytest
import traitlets

import chatnt
from chatnt.errors import DataNotFoundError, UnknownTaskError
from chatnt.outcomes import Scores
from chatnt.pair_results import PairResults
from chatnt.tasks import list_task_names
from chatnt.widgets import Tasks


def test_it_filters_as_the_catalogue_does():
    browser = Tasks(query="histone", filters={"species": ["yeast"], "kind": ["binary"]})
    expected = chatnt.list_tasks(search="histone", species="yeast", kind="binary")
    assert browser.frame().equals(expected)
    browser.query, browser.filters = "", {"kind": ["regression", "multiclass"]}
    assert browser.frame().equals(chatnt.list_tasks(kind=["regression", "multiclass"]))
    browser.query = "there is no such task"
    assert browser.frame().empty


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({"colour": ["red"]}, "no filter 'colour'; there are kind"),
        ({"kind": ["red"]}, "kind 'red'; there are"),
    ],
)
def test_a_filter_that_fits_nothing_is_an_error(filters, told):
    with pytest.raises(traitlets.TraitError, match=told):
        Tasks(filters=filters)


def test_a_task_is_selected_by_its_name():
    browser = Tasks()
    assert browser.task is None
    browser.select("h3")
    assert browser.task is chatnt.get_task("h3")
    with pytest.raises(UnknownTaskError, match="promoter_tata"):
        browser.select("promoter_tat")
    assert browser.selected == "h3"
    browser.selected = "of the page"
    assert "No task is named" in browser.error


@pytest.mark.parametrize("name", list_task_names())
def test_every_task_is_told(name):
    detail = Tasks(name)._detail
    assert detail["name"] == name
    assert all(detail[part] for part in ("title", "questions", "answers", "results", "sources", "code"))
    assert len(detail["examples"]) == 3
    assert json.dumps(detail, allow_nan=False)


def test_own_and_published_results_stand_side_by_side():
    results = Tasks("promoter_tata")._detail["results"]
    own = chatnt.results("mini").scores["promoter_tata"].score
    assert [(one["model"], one["own"]) for one in results[:3]] == [
        ("mini", True), ("ChatNT", False), ("NT", False)
    ]  # fmt: skip
    assert results[0]["value"] == own
    assert all(one["note"] for one in results)


def test_another_pair_may_have_scored_nothing():
    browser = Tasks("promoter_tata", results=PairResults("own", Scores((), "")))
    assert browser._detail["results"][0]["model"] == "ChatNT"
    assert browser._detail["results"][0]["comparable"]


def test_the_code_runs_up_to_the_pair():
    code = Tasks("promoter_tata")._detail["code"]
    before, _, after = code.partition("chat = ")
    space = {}
    exec(before, space)
    assert len(space["dna"]) == 300
    assert repr(space["task"].questions.train[0]) in after


def test_examples_are_drawn_the_same_for_a_seed():
    browser = Tasks("promoter_tata")
    first = browser.examples()
    browser.draw(2)
    other = browser.examples()
    assert len(other) == 2
    assert other != first[:2]
    browser.draw(seed=0)
    assert [str(dna) for dna, _ in browser.examples()] == [str(dna) for dna, _ in first]
    assert {label for _, label in first} <= set(browser.task.labels)
    with pytest.raises(ValueError, match="call select"):
        Tasks().draw()


def test_real_examples_are_drawn_on_demand(tmp_path):
    (tmp_path / "h3").mkdir()
    rows = [f"{'ACGT'[i] * 20}\t{i % 2}" for i in range(4)]
    (tmp_path / "h3" / "test.tsv").write_text("\n".join(["sequence\tlabel", *rows]) + "\n")
    browser = Tasks("h3", data=tmp_path)
    assert browser.examples() == []
    browser._handle_custom_msg({"type": "examples", "count": 3}, [])
    browser.wait()
    assert len(browser.examples()) == 3
    assert "of 4" in browser._detail["examples"][0]["origin"]
    browser.select("h4")
    with pytest.raises(DataNotFoundError):
        browser.draw()


def test_questions_go_where_they_are_asked():
    asked = []
    browser = Tasks("promoter_tata")
    with pytest.raises(ValueError, match="Nobody listens"):
        browser.ask()
    browser.on_ask(lambda question, dna: asked.append((question, dna)))
    assert browser.can_ask
    browser.ask()
    browser.ask("Is <DNA> one?", example=0)
    assert asked[0] == (browser.task.questions.train[0], None)
    assert asked[1][0] == "Is <DNA> one?"
    assert len(asked[1][1]) == 300
    with pytest.raises(ValueError, match="no example 3; 3 are shown"):
        browser.ask(example=3)


def test_words_and_a_picture_without_a_front_end(tmp_path):
    browser = Tasks(query="splice")
    assert browser.text().startswith("Tasks: ")
    assert "splice_sites_all" in browser.text()
    assert repr(browser) == browser.text().splitlines()[0]
    names = [label.get_text() for label in browser.figure().axes[0].get_yticklabels()]
    assert [name.rpartition("[")[2] for name in names] == [f"{n}]" for n in browser.frame()["name"]][:14]
    browser.select("h3")
    assert "histone H3" in browser.text()
    browser.query = "nothing at all"
    browser.save(tmp_path / "empty.svg")
