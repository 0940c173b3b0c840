"""Conversations with a pair as figures."""

import dataclasses

import pytest

import chatnt
from chatnt.figures import Material, figure_2, supplementary_1
from chatnt.figures.conversations import CLASSES, NUMBERS, TURNS, UNTAUGHT, Talk
from chatnt.figures.panels import TWO_COLUMNS
from chatnt.tasks import get_task

pyplot = pytest.importorskip("matplotlib.pyplot")
HIGHEST = 9.4


@pytest.fixture(scope="module")
def material():
    return Material()


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def told(figure):
    return [text.get_text() for ax in figure.axes for text in ax.texts]


def count(figure, side):
    return sum(patch.get_gid() == side for ax in figure.axes for patch in ax.patches)


def test_figure_2_asks_each_question(material):
    figure = figure_2(material)
    number = len(TURNS) + len(CLASSES) + len(NUMBERS) + 1
    assert count(figure, "question") == count(figure, "answer") == number
    lines = told(figure)
    assert "outside the tasks of this pair" in lines
    assert "HBB, 300 bases" in lines
    assert "right: neither" in lines
    assert sum(line.startswith("truth: ") for line in lines) == len(NUMBERS)
    width, height = figure.get_size_inches()
    assert (width, height <= HIGHEST) == (TWO_COLUMNS, True)
    letters = [ax.get_title(loc="left").partition("}")[0][-1] for ax in figure.axes]
    assert letters == list("abcd")
    first = chatnt.InstructionDataset("h3", split="test", source="simulated", seed=0).examples[0]
    answer = material.chat.ask(CLASSES["h3"], first.sequence)
    assert answer.text in lines


def test_supplementary_1_asks_about_each_process(material):
    figure = supplementary_1(material)
    processes = {get_task(name).record.process for name in material.chat.scope.tasks}
    assert count(figure, "question") == len(processes)
    assert processes <= set(told(figure))
    assert figure.get_size_inches()[1] <= HIGHEST


def test_questions_are_about_the_tasks_they_stand_for(material):
    for task, question in (CLASSES | NUMBERS).items():
        assert material.chat.ask(question, "ACGT" * 50).task == task
    assert not material.chat.ask(UNTAUGHT, "ACGT" * 50).in_scope


def test_a_panel_is_as_high_as_it_needs(material):
    answer = material.chat.ask(UNTAUGHT, "ACGT" * 50)
    talk = Talk("", [answer], [None])
    longer = Talk("", [dataclasses.replace(answer, text=answer.text * 2)], [None])
    assert talk.height < longer.height
    assert Talk("title", [answer], [None]).height > talk.height
