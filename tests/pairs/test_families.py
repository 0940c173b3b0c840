"""What the bundled pair learns: every task once, and no question twice."""

from collections import Counter, defaultdict

import pytest

from chatnt.pairs.families import FAMILIES, INVENTED, MEASURED, SAME_QUESTIONS, SIMULATED, YEAST
from chatnt.tasks import get_task, list_task_names


def test_every_task_with_measured_data_has_one_family():
    assert set(Counter(MEASURED).values()) == {1}
    for name in MEASURED:
        assert sum(name in family.tasks for family in FAMILIES) == 1


def test_every_simulated_task_is_a_family_of_its_own():
    assert [family.tasks for family in INVENTED] == [(name,) for name in SIMULATED]


def test_together_they_are_the_whole_catalogue():
    every = [*MEASURED, *SIMULATED, *SAME_QUESTIONS]
    assert len(every) == len(set(every))
    assert set(every) == set(list_task_names())


@pytest.mark.parametrize("name", SAME_QUESTIONS)
def test_what_is_left_out_asks_what_a_measured_task_asks(name):
    left_out, learned = (set(get_task(n).questions.train) for n in (name, name.removesuffix("_revised")))
    assert len(left_out & learned) > 30


def test_no_question_is_asked_by_two_trained_tasks():
    asked = defaultdict(set)
    for name in MEASURED + SIMULATED:
        questions = get_task(name).questions
        for question in questions.train + questions.test:
            asked[" ".join(question.lower().split())].add(name)
    assert {question: names for question, names in asked.items() if len(names) > 1} == {}


@pytest.mark.parametrize("family", FAMILIES + INVENTED, ids=lambda family: family.tasks[0])
def test_a_family_is_shown_as_its_labels_allow(family):
    assert family.sequences >= 1
    for share in (family.alone, family.replaced, family.chimeras, family.lost):
        assert 0 <= share < 1
    tasks = [get_task(name) for name in family.tasks]
    assert not family.turned or all(task.either_strand for task in tasks)
    assert family.kept < min(task.length for task in tasks)


def test_what_is_recalled_is_known_by_the_number_of_its_facts():
    """The encoder is told which sequences are its own wherever a family has as many tasks as facts."""
    assert [f.tasks for f in FAMILIES + INVENTED if len(f.tasks) == len(YEAST)] == [YEAST]
    assert {get_task(name).kind for name in YEAST} == {"binary"}
