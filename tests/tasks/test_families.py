"""What holds for every task that is registered, without naming it."""

import dataclasses
import re
from collections import Counter

import pytest

from chatnt.errors import AnswerError
from chatnt.tasks import PLACEHOLDER, Wordings, all_tasks, get_task

TASKS = all_tasks()
MIN_QUESTIONS = {"train": 24, "test": 10}
MIN_ANSWERS = {"train": 8, "test": 4}
MAX_WORDS_ASKED, MAX_WORDS_SAID = 20, 16

every_task = pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
every_split = pytest.mark.parametrize("split", ["train", "test"])


def template(sentence):
    """Return a sentence without its case, punctuation and numbers."""
    return " ".join(re.sub(r"[^a-z0-9]", " ", re.sub(r"\d+", "0", sentence.lower())).split())


def repeated(wordings):
    """Return the templates that stand more than once in two splits together."""
    seen = Counter(map(template, wordings.train + wordings.test))
    return [text for text, times in seen.items() if times > 1]


def everything_said(task):
    """Yield each label with each sentence that states it."""
    for label, wordings in task.answers.items():
        for sentence in wordings.train + wordings.test:
            yield label, sentence


def test_the_five_tasks_are_there():
    assert [task.name for task in TASKS][:5] == ["promoter_tata", "splice_sites_all", "enhancers", "h3", "h4"]


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("promoter_tata", ("not a promoter", "promoter")),
        ("splice_sites_all", ("acceptor", "donor", "neither")),
        ("enhancers", ("not an enhancer", "enhancer")),
        ("h3", ("no H3 signal", "H3 signal")),
        ("h4", ("no H4 signal", "H4 signal")),
    ],
)
def test_labels_stand_in_the_class_order_of_the_data(name, labels):
    assert get_task(name).labels == labels


@every_task
def test_every_label_has_answers_a_pattern_and_a_caption(task):
    topic, words = task.caption
    assert topic
    assert set(task.answers) == set(task.patterns) == set(words) == set(task.labels)
    assert len(set(words.values())) == len(task.labels)
    assert (task.kind == "binary") == (len(task.labels) == 2)


@every_task
@every_split
def test_questions_are_many_and_short_and_hold_one_placeholder(task, split):
    questions = task.questions.of(split)
    assert len(questions) >= MIN_QUESTIONS[split]
    for question in questions:
        assert question.count(PLACEHOLDER) == 1, question
        assert len(question.split()) <= MAX_WORDS_ASKED, question


@every_task
@every_split
def test_questions_render_to_plain_sentences(task, split):
    for question in task.questions.of(split):
        said = question.replace(PLACEHOLDER, "ACGT")
        assert re.fullmatch(r"[A-Z][A-Za-z0-9 ,.:?'-]*[.?T]", said), said
        assert not re.search(r"  | [,.?]", said), said


@every_task
@every_split
def test_answers_are_many_and_short_and_hold_no_placeholder(task, split):
    for label in task.labels:
        sentences = task.answers[label].of(split)
        assert len(sentences) >= MIN_ANSWERS[split]
        for sentence in sentences:
            assert re.fullmatch(r"[A-Z][A-Za-z0-9 ,:]*\.", sentence), sentence
            assert len(sentence.split()) <= MAX_WORDS_SAID, sentence


@every_task
def test_train_and_test_share_no_template(task):
    assert not repeated(task.questions)
    for label in task.labels:
        assert not repeated(task.answers[label])


def test_a_shared_template_is_seen_behind_case_punctuation_and_numbers():
    assert repeated(Wordings(train=("Is the 500-base <DNA> it?",), test=("is THE 300 base <DNA>, it!",)))


@every_task
def test_no_sentence_states_two_labels(task):
    seen = Counter(template(sentence) for _, sentence in everything_said(task))
    assert max(seen.values()) == 1


@every_task
def test_every_answer_is_read_back(task):
    for label, sentence in everything_said(task):
        assert task.parse(sentence) == label, sentence


@every_task
def test_patterns_alone_read_every_answer(task):
    unlearnt = dataclasses.replace(task, answers={})
    for label, sentence in everything_said(task):
        assert unlearnt.parse(sentence) == label, sentence


@every_task
def test_the_first_word_decides_the_label(task):
    # The loss of a model concentrates where the answers part: that is to be the first word.
    openings = {
        label: {re.findall(r"(?:An? )?\w+", sentence)[0].lower() for sentence in (w.train + w.test)}
        for label, w in task.answers.items()
    }
    for label, words in openings.items():
        for other, others in openings.items():
            assert label == other or not words & others


@every_task
def test_answers_speak_of_the_topic_alone(task):
    known = {
        "promoter_tata": "tata",
        "splice_sites_all": "donor|acceptor|splice|intron",
        "enhancers": "enhancer",
    }
    topic = known.get(task.name, task.name)
    for _, sentence in everything_said(task):
        assert re.search(topic, sentence, re.IGNORECASE), sentence


@pytest.mark.parametrize(("name", "word"), [("promoter_tata", "TATA"), ("h3", "H3"), ("h4", "H4")])
@every_split
def test_the_word_that_tells_a_task_from_its_neighbours_is_in_every_question(name, word, split):
    assert all(word in question for question in get_task(name).questions.of(split))


def test_the_two_histones_differ_by_name_alone():
    h3, h4 = get_task("h3"), get_task("h4")
    assert [question.replace("H3", "H4") for question in h3.questions.train] == list(h4.questions.train)
    assert not set(h3.questions.train) & set(h4.questions.train)


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("promoter_tata", "Is there a TATA promoter in <DNA>?"),
        ("splice_sites_all", "Is there a donor splice site in <DNA>?"),
        ("splice_sites_all", "Is there an acceptor splice site in <DNA>?"),
        ("enhancers", "Is there an enhancer in <DNA>?"),
    ],
)
def test_the_question_of_the_readme_is_kept_for_testing(name, question):
    assert question in get_task(name).questions.test


UNSEEN = [
    ("promoter_tata", "Yes.", "promoter"),
    ("promoter_tata", "No", "not a promoter"),
    ("promoter_tata", "There isn't one", "not a promoter"),
    ("promoter_tata", "It lacks a TATA box.", "not a promoter"),
    ("promoter_tata", "This looks like a strong promoter.", "promoter"),
    ("promoter_tata", "No doubt, this is a TATA promoter.", "promoter"),
    ("splice_sites_all", "It has no donor and no acceptor.", "neither"),
    ("splice_sites_all", "There is no donor or acceptor here.", "neither"),
    ("splice_sites_all", "It doesn't contain a splice site.", "neither"),
    ("splice_sites_all", "None.", "neither"),
    ("splice_sites_all", "Yes, a donor.", "donor"),
    ("splice_sites_all", "No, but there is an acceptor.", "acceptor"),
    ("splice_sites_all", "No, this is an acceptor instead of a donor.", "acceptor"),
    ("splice_sites_all", "Not a donor but an acceptor.", "acceptor"),
    ("splice_sites_all", "It is a donor rather than an acceptor.", "donor"),
    ("splice_sites_all", "A donor, not an acceptor splice site.", "donor"),
    ("enhancers", "It seems to be an enhancer", "enhancer"),
    ("enhancers", "It is not an enhancer", "not an enhancer"),
    ("h3", "The histone H3 is depleted.", "no H3 signal"),
    ("h3", "It is bound by histone H3.", "H3 signal"),
    ("h4", "This region is nucleosome-free.", "no H4 signal"),
    ("h4", "There's an H4 nucleosome.", "H4 signal"),
]


@pytest.mark.parametrize(("name", "answer", "label"), UNSEEN)
def test_an_unseen_phrasing_is_read(name, answer, label):
    assert get_task(name).parse(answer) == label


@every_task
@pytest.mark.parametrize(
    "answer", ["", "Maybe.", "I cannot tell whether it is.", "I do not know if it is.", "Yes and no.", "ACGT"]
)
def test_an_answer_that_says_neither_is_refused(task, answer):
    with pytest.raises(AnswerError):
        task.parse(answer)


@pytest.mark.parametrize(
    "answer", ["A donor and an acceptor.", "Not a donor.", "Donor, acceptor.", "Not an acceptor."]
)
def test_a_splice_answer_that_leaves_two_classes_open_is_refused(answer):
    with pytest.raises(AnswerError):
        get_task("splice_sites_all").parse(answer)
