"""A scope of the many tasks that the bundled pair learns, some of which differ by a word only."""

import pytest

from chatnt.pairs.families import MEASURED, SIMULATED
from chatnt.tasks import get_task
from chatnt.tasks.elsewhere import ELSEWHERE
from chatnt.tasks.scope import Scope

NAMES = MEASURED + SIMULATED
OTHERS = ELSEWHERE.for_tasks(NAMES)
MAX_MISSED, MIN_REFUSED = 0.02, 0.95
MIN_REFUSED_OF_SUBJECT, MAX_MISSED_OF_TASK = 0.9, 0.15
MAX_BYTES = 500_000


@pytest.fixture(scope="module")
def scope():
    return Scope.fit([get_task(name) for name in NAMES], OTHERS.train, seed=0)


def missed(scope, names):
    asked = [(question, name) for name in names for question in get_task(name).questions.test]
    return [question for question, name in asked if scope.match(question).task != name], len(asked)


def test_questions_never_trained_on_are_recognised(scope):
    wrong, asked = missed(scope, NAMES)
    assert asked > 3000
    assert len(wrong) <= MAX_MISSED * asked, wrong


def test_no_task_is_worse_by_far(scope):
    for name in NAMES:
        wrong, asked = missed(scope, [name])
        assert len(wrong) <= MAX_MISSED_OF_TASK * asked, wrong


def test_other_questions_never_trained_on_are_refused(scope):
    taken = [question for question in OTHERS.test if scope.match(question).task]
    assert len(OTHERS.test) >= 300
    assert len(taken) <= (1 - MIN_REFUSED) * len(OTHERS.test), taken


def test_they_are_refused_whatever_makes_them_foreign(scope):
    for subject, parts in ELSEWHERE.subjects.items():
        asked = {question for part in parts for question in part.test} & set(OTHERS.test)
        taken = [question for question in asked if scope.match(question).task]
        assert len(taken) <= (1 - MIN_REFUSED_OF_SUBJECT) * len(asked), (subject, taken)


@pytest.mark.parametrize(
    ("question", "task"),
    [
        ("Is a yeast H3K4me1 signal present in <DNA>?", "h3k4me1_yeast"),
        ("Is a K562 H3K4me1 signal present in <DNA>?", "h3k4me1_revised"),
        ("Is the human DNA <DNA> enriched in H3K4me1 in K562 cells?", "h3k4me1_k562"),
        ("Is a HepG2 H3K4me1 signal present in <DNA>?", None),
        ("Is a yeast H3K27me3 signal present in <DNA>?", None),
        ("Is an enhancer present in <DNA>?", "enhancers"),
        ("Is a cassava enhancer present in <DNA>?", "enhancers_cassava"),
        ("Is a sorghum enhancer present in <DNA>?", None),
        ("Predict the degradation rate of the mouse RNA <DNA>.", "rna_degradation_mouse"),
        ("Predict the degradation rate of the rat RNA <DNA>.", None),
        ("Is a promoter present in the mouse sequence <DNA>?", None),
        ("What is the RNA stability of the 3' UTR segment <DNA>?", "mrna_stability_utr3_mpra"),
        ("What is the RNA stability of the 5' UTR segment <DNA>?", None),
        ("Is <DNA> accessible in HepG2 cells?", "chromatin_accessibility_hepg2"),
        ("Is <DNA> accessible in K562 cells?", None),
    ],
)
def test_one_word_decides(scope, question, task):
    assert scope.match(question).task == task


def test_it_is_stored_in_little_space_and_answers_equally(scope, tmp_path):
    path = tmp_path / "scope.json"
    scope.save(path)
    assert path.stat().st_size <= MAX_BYTES
    loaded = Scope.load(path)
    for question in OTHERS.test + tuple(q for name in NAMES[::7] for q in get_task(name).questions.test):
        assert loaded.match(question) == scope.match(question)
