"""Questions that tasks are not about."""

from collections import Counter

import pytest

from chatnt.pairs.families import MEASURED, SIMULATED
from chatnt.tasks import get_task, list_task_names
from chatnt.tasks.elsewhere import ELSEWHERE
from chatnt.tasks.elsewhere.foreign import Foreign, displaced, filled, named, spread
from chatnt.tasks.scope_words import words_of

FEW = ("promoter_tata", "splice_sites_all", "enhancers", "h3", "h4")
MANY = MEASURED + SIMULATED
GENOMIC = ("other cells", "other organisms", "other chromatin", "other elements and quantities")
PARTS = [part for parts in ELSEWHERE.subjects.values() for part in parts]


@pytest.mark.parametrize("names", [FEW, MANY, ("h3",), ()])
def test_there_are_enough_and_no_split_shares_one(names):
    others = ELSEWHERE.for_tasks(names)
    assert len(others.train) >= 3000
    assert len(others.test) >= 300
    everything = [question.lower() for question in others.train + others.test]
    assert len(set(everything)) == len(everything)


def test_at_least_half_of_those_for_testing_are_about_genomes():
    asked = set(ELSEWHERE.for_tasks(MANY).test)
    genomic = {q for subject in GENOMIC for part in ELSEWHERE.subjects[subject] for q in part.test}
    assert len(genomic & asked) >= max(100, len(asked) / 2)


def test_no_question_for_testing_has_the_words_of_one_to_learn_from():
    others = ELSEWHERE.for_tasks(MANY)
    learned = {frozenset(Counter(words_of(question)).items()) for question in others.train}
    assert not [q for q in others.test if frozenset(Counter(words_of(q)).items()) in learned]


def test_no_task_asks_what_counts_as_foreign_to_it():
    asked = {}
    for name in list_task_names():
        for question in get_task(name).questions.train + get_task(name).questions.test:
            asked.setdefault(words_of(question), set()).add(name)
    for part in PARTS:
        for question in (*part.train, *part.test):
            for name in asked.get(words_of(question), ()):
                assert part.is_asked_by(name), (name, question)


def test_every_part_that_some_task_asks_names_one():
    for part in PARTS:
        assert not part.asked_by or any(map(part.is_asked_by, list_task_names())), part.asked_by


def test_the_more_tasks_the_fewer_questions_are_foreign():
    few, many = ELSEWHERE.for_tasks(FEW), ELSEWHERE.for_tasks({*FEW, *MANY})
    for split in ("train", "test"):
        assert set(many.of(split)) < set(few.of(split))


def test_what_no_task_asks_is_foreign_to_all():
    assert set(ELSEWHERE.train) == set(ELSEWHERE.for_tasks(list_task_names()).train)


@pytest.mark.parametrize(
    ("question", "names"),
    [
        ("Is <DNA> a promoter?", ("promoter_all", "promoter_all_revised")),
        ("How fast is the RNA <DNA> degraded?", ("rna_degradation_human", "rna_degradation_mouse")),
        ("Is H3K4me1 present in <DNA>?", ("h3k4me1_yeast", "h3k4me1_k562", "h3k4me1_revised")),
    ],
)
def test_a_question_is_foreign_but_to_those_who_ask_it(question, names):
    for name in list_task_names():
        assert (question in ELSEWHERE.for_tasks([name]).train) == (name not in names), name


def test_a_name_that_only_begins_alike_is_another_task():
    part = Foreign(["Is H3 present in <DNA>?"], asked_by=["h3"])
    assert part.is_asked_by("h3")
    assert not part.is_asked_by("h3k4me1_yeast")


def test_displaced_questions_are_about_something_else():
    questions = displaced("h3", [{"yeast": "mouse"}, {"yeast": "fly"}], times=3)
    assert len(set(questions)) == 6
    assert [("mouse" in q, "fly" in q, "yeast" in q) for q in questions] == [(True, False, False)] * 3 + [
        (False, True, False)
    ] * 3


def test_things_are_put_into_frames():
    assert filled(["Why {}?", "Where is {}?"], ["an owl"], times=5) == ("Why an owl?", "Where is an owl?")
    assert all("an owl" in q or "any owl" in q for q in named(["an owl"], "human DNA", times=9))


def test_sentences_are_spread():
    assert spread("abcdef", times=3) == ("a", "c", "e")
    assert spread("abcdef", times=2, start=4) == ("e", "b")
    assert spread("ab", times=9) == ("a", "b")
