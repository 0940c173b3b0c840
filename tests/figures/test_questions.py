"""What can be asked."""

import pytest

from chatnt.figures import Material, supplementary_5
from chatnt.figures.questions import examples_of
from chatnt.tasks import get_task
from chatnt.tasks.catalogue import list_tasks

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def material():
    return Material()


def test_there_is_a_question_for_each_of_the_27_tasks(material):
    figure = supplementary_5(material)
    assert [ax.get_title(loc="left").split("  ")[1] for ax in figure.axes] == ["DNA", "RNA", "proteins"]
    signs = [sum(line.get_gid() == "strand" for line in ax.lines) for ax in figure.axes]
    assert signs == [2 * 21, 2 * 3, 2 * 3]
    assert figure.get_size_inches()[1] <= 9.4
    pyplot.close(figure)


def test_answers_are_those_of_the_tasks_in_words_of_the_test(material):
    facts = list_tasks(benchmark="chatnt").set_index("title")["name"]
    for category in ("transcriptomics", "proteomics"):
        for row in examples_of(material, category).to_dict("records"):
            task = get_task(facts[row["task"]])
            assert row["question"] in task.questions.test
            task.parse(row["answer"])
