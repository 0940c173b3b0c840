"""What holds for every task that is registered, without naming it; then what holds for some."""

import dataclasses
import itertools
import random
import re
import subprocess
import sys
from collections import Counter

import pytest

from chatnt import tasks
from chatnt.errors import AnswerError
from chatnt.tasks import PLACEHOLDER, Wordings, all_tasks, get_task, language
from chatnt.tasks.base import NONE, SOME, VALUE

TASKS = all_tasks()
CLASSIFYING = [task for task in TASKS if task.labels]
ONE_OF = [task for task in CLASSIFYING if task.kind != "multilabel"]
PUBLISHED = [task for task in TASKS if task.record]
BENCHMARK = [t for t in PUBLISHED if {"nt", "nt_revised"} & set(t.record.benchmarks)]
MIN_QUESTIONS = {"train": 25, "test": 10}
MIN_ANSWERS = 8
MAX_WORDS_ASKED, MAX_WORDS_SAID = 30, 20


def each(chosen):
    return pytest.mark.parametrize("task", chosen, ids=lambda task: task.name)


every_task = each(TASKS)
every_split = pytest.mark.parametrize("split", ["train", "test"])


def template(sentence):
    """Return a sentence without its case, punctuation and numbers."""
    return " ".join(re.sub(r"[^a-z0-9]", " ", re.sub(r"\d+", "0", sentence.lower())).split())


def repeated(wordings):
    """Return the templates that stand more than once in two splits together."""
    seen = Counter(map(template, wordings.train + wordings.test))
    return [text for text, times in seen.items() if times > 1]


def frames():
    """Yield the name and the frames of every pair of splits from which tasks are made."""
    for module in (language, *tasks._FAMILIES):
        for name, value in vars(module).items():
            if isinstance(value, Wordings) and any("{" in sentence for sentence in value.train):
                yield f"{module.__name__}.{name}", value


FRAMES = dict(frames())
FRAME_WORDS = {
    word
    for wordings in FRAMES.values()
    for frame in wordings.train + wordings.test
    for word in re.findall(r"[a-z]+", re.sub(r"\{\w+!?\}", " ", frame).lower())
} - {word for task in CLASSIFYING for label in task.labels for word in label.split() if len(word) > 4} | {
    "none"
}


def skeleton(sentence):
    """Return a sentence with a star for what a task is about; articles are left out."""
    words = re.findall(r"<dna>|[\w'.-]*\w", sentence.lower())
    marked = [word if word == "<dna>" or word in FRAME_WORDS else "*" for word in words]
    return " ".join(word for word, _ in itertools.groupby(w for w in marked if w not in ("a", "an")))


def truths(task, key):
    """Return what the sentences of a key of the answers can state, as `parse` returns it."""
    if key == VALUE:
        low, high = task.scale.low, task.scale.high
        values = (low, high, (low + high) / 3, low - 0.456789, high * 1.1, 0.0, -1e-9)
        return [float(task.scale.write(value)) for value in values]
    if key == SOME:
        sizes = range(1, len(task.labels) + 1)
        return [several for size in sizes for several in itertools.combinations(task.labels, size)]
    return [()] if key == NONE else [key]


def said(task, split=None):
    """Yield every truth with every sentence that states it."""
    for key, wordings in task.answers.items():
        sentences = wordings.of(split) if split else wordings.train + wordings.test
        for truth in truths(task, key):
            one = dataclasses.replace(task, answers={key: Wordings(train=sentences, test=())})
            for sentence in sentences:
                alone = dataclasses.replace(one, answers={key: Wordings(train=(sentence,), test=())})
                yield truth, alone.answer(truth, "train", random.Random(0))


def everything(task):
    """Yield every question, with a sequence, and every answer of a task."""
    for question in task.questions.train + task.questions.test:
        yield question.replace(PLACEHOLDER, "ACGT")
    for _, sentence in said(task):
        yield sentence


# ---------------------------------------------------------------- every task


@every_task
def test_every_label_has_answers_a_pattern_and_a_caption(task):
    topic, words = task.caption
    assert topic
    keys = {"regression": {VALUE}, "multilabel": {SOME, NONE}}.get(task.kind, set(task.labels))
    assert set(task.answers) == keys
    assert set(task.patterns) == set(words) == set(task.labels)
    assert len(set(words.values())) == len(task.labels)


@every_task
@every_split
def test_questions_are_many_and_short_and_hold_one_placeholder(task, split):
    questions = task.questions.of(split)
    assert len(set(questions)) == len(questions) >= MIN_QUESTIONS[split]
    for question in questions:
        assert question.count(PLACEHOLDER) == 1, question
        assert len(question.split()) <= MAX_WORDS_ASKED, question


@every_task
@every_split
def test_questions_are_made_in_enough_ways(task, split):
    assert len({skeleton(question) for question in task.questions.of(split)}) >= MIN_QUESTIONS[split]


@every_task
@every_split
def test_answers_are_many_and_short_and_hold_no_placeholder(task, split):
    for wordings in task.answers.values():
        sentences = wordings.of(split)
        assert len(set(sentences)) == len(sentences) >= MIN_ANSWERS
        for sentence in sentences:
            assert PLACEHOLDER not in sentence
            assert len(sentence.split()) <= MAX_WORDS_SAID, sentence


@every_task
def test_sentences_are_plain(task):
    for sentence in everything(task):
        assert re.fullmatch(r"[A-Z0-9−-][A-Za-z0-9 ,.:?'%()°-]*[.?T]", sentence), sentence
        assert not re.search(r"  | [,.?:]|[{}]|\b(\w+) \1\b", sentence), sentence


def wrong_articles(sentence):
    """Return articles that do not fit the word behind them: by sound, for letters that are spelt out."""
    wrong = []
    for article, word in re.findall(r"\b([Aa]n?) ([\w'-]+)", sentence):
        spelt = re.match(r"[FHLMNRSX](?=[A-Z0-9]|$)|mRNA", word)
        number = re.match(r"8|11\b|18\b", word)
        vowel = re.match(r"[AEIOUaeiou](?!u|ni[^nm])", word) and not re.match(r"one\b|U[A-Z]", word)
        if (article.lower() == "an") != bool(spelt or number or vowel):
            wrong.append(f"{article} {word}")
    return wrong


@every_task
def test_articles_fit(task):
    for sentence in everything(task):
        assert not wrong_articles(sentence), sentence


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("a enhancer", True),
        ("an promoter", True),
        ("a H3 signal", True),
        ("an histone", True),
        ("an eukaryotic DNA", True),
        ("an 18-base or a human one", False),
        ("an H3K4me1 mark in a 300-base sequence, an mRNA or a UTR", False),
    ],
)
def test_a_wrong_article_is_seen(text, wrong):
    assert bool(wrong_articles(text)) == wrong


@pytest.mark.parametrize("name", FRAMES)
def test_train_and_test_share_no_frame(name):
    assert not repeated(FRAMES[name])


@every_task
def test_train_and_test_share_no_sentence(task):
    for wordings in (task.questions, *task.answers.values()):
        assert not repeated(wordings)


@every_task
def test_train_and_test_share_no_skeleton(task):
    for wordings in (task.questions, *task.answers.values()):
        trained = set(map(skeleton, wordings.train))
        assert not [sentence for sentence in wordings.test if skeleton(sentence) in trained]


def test_a_shared_template_is_seen_behind_case_punctuation_and_numbers():
    assert repeated(Wordings(train=("Is the 500-base <DNA> it?",), test=("is THE 300 base <DNA>, it!",)))


def test_a_shared_skeleton_is_seen_behind_the_topic():
    assert skeleton("Is there an enhancer in <DNA>?") == skeleton("Is there a TATA promoter in <DNA>?")
    assert skeleton("Is there an enhancer in <DNA>?") != skeleton("Is there any enhancer in <DNA>?")


@each(ONE_OF)
def test_no_sentence_states_two_labels(task):
    seen = Counter(template(sentence) for _, sentence in said(task))
    assert max(seen.values()) == 1


@every_task
def test_every_answer_is_read_back(task):
    for truth, sentence in said(task):
        assert task.parse(sentence) == truth, sentence


@each(CLASSIFYING)
def test_patterns_alone_read_every_answer(task):
    unlearnt = dataclasses.replace(task, answers={})
    for truth, sentence in said(task):
        assert unlearnt.parse(sentence) == truth, sentence


@each(ONE_OF)
def test_the_first_word_decides_the_label(task):
    # The loss of a model concentrates where the answers part: that is to be the first word.
    openings = {
        label: {re.findall(r"(?:An? )?\w+", sentence)[0].lower() for sentence in (w.train + w.test)}
        for label, w in task.answers.items()
    }
    for one, other in itertools.combinations(openings.values(), 2):
        assert not one & other


@every_task
@pytest.mark.parametrize(
    "answer", ["", "Maybe.", "I cannot tell whether it is.", "I do not know if it is.", "Yes and no.", "ACGT"]
)
def test_an_answer_that_says_neither_is_refused(task, answer):
    if task.kind == "multilabel" and answer == "Yes and no.":
        pytest.skip("it states no label, which is an answer here")
    with pytest.raises(AnswerError):
        task.parse(answer)


def test_sentences_are_filled_when_they_are_asked_for():
    code = (
        "import chatnt.tasks; from chatnt.tasks.language import _Filled;"
        "made = [w for t in chatnt.tasks.all_tasks() for w in (t.questions, *t.answers.values())];"
        "made = [w for w in made if isinstance(w, _Filled)];"
        "print(len(made), sum('train' in vars(w) or 'test' in vars(w) for w in made))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    lazy, filled = map(int, done.stdout.split())
    assert lazy >= len(BENCHMARK)
    assert filled == 0


# ---------------------------------------------------------------- the catalogue


@each(PUBLISHED)
def test_records_are_complete(task):
    record = task.record
    assert record.process
    assert record.citation
    assert record.notes
    assert (record.result(record.baseline) is not None) == bool(record.benchmarks)
    assert (record.result("ChatNT") is not None) == ("chatnt" in record.benchmarks)
    for published in record.published:
        assert -1 <= published.value <= 1
        assert published.metric
        assert published.source
    for count in (record.train, record.test):
        assert count is None or count > 0
    for file in record.hub:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", file.repository)
        assert {"train", "test"} <= set(file.files)
        assert not file.classes or set(file.classes) <= set(task.labels)


def test_the_benchmarks_have_their_tasks():
    held = Counter(name for task in PUBLISHED for name in task.record.benchmarks)
    assert held["nt"] == held["nt_revised"] == 18
    shared = [t.name for t in PUBLISHED if {"nt", "chatnt"} <= set(t.record.benchmarks)]
    assert sorted(shared) == [
        "enhancers", "enhancers_types", "h3", "h4", "promoter_all", "promoter_no_tata", "promoter_tata",
        "splice_sites_acceptors", "splice_sites_all", "splice_sites_donors",
    ]  # fmt: skip


@each(BENCHMARK)
def test_tasks_of_the_benchmark_lie_on_the_hub_at_a_commit(task):
    record = task.record
    revised = record.benchmarks == ("nt_revised",)
    file = record.hub[0]
    assert file.repository.endswith("_downstream_tasks_revised" if revised else "_downstream_tasks")
    assert re.fullmatch(r"[0-9a-f]{40}", file.revision)
    folder = task.name.removesuffix("_revised").removesuffix("_yeast")
    assert [path.lower() for path in file.files.values()] == [
        f"{folder}/train.parquet", f"{folder}/test.parquet",
    ]  # fmt: skip
    assert record.train > record.test > 0
    assert task.metric == "mcc"
    assert {published.metric for published in record.published} == {"mcc"}


def test_faults_of_the_published_tables_are_noted():
    h3, h4, repeated_row, source = (
        get_task(name).record for name in ("h3", "h4", "h3k4me3_yeast", "h3k79me3_yeast")
    )
    assert (h3.train, h3.test) == (13468, 1497)
    assert (h4.train, h4.test) == (13140, 1461)
    for record in (h3, h4):
        assert any("13140 and 1461" in note for note in record.notes)
    assert repeated_row.train + repeated_row.test == 36799
    assert any(f"{source.train} and {source.test}" in note for note in repeated_row.notes)


# ---------------------------------------------------------------- some tasks


def test_the_five_bundled_tasks_are_there():
    names = [task.name for task in TASKS]
    assert {"promoter_tata", "splice_sites_all", "enhancers", "h3", "h4"} <= set(names)


@pytest.mark.parametrize(
    ("name", "labels"),
    [
        ("promoter_tata", ("not a promoter", "promoter")),
        ("promoter_all", ("not a promoter", "promoter")),
        ("promoter_no_tata_revised", ("not a promoter", "promoter")),
        ("splice_sites_all", ("acceptor", "donor", "neither")),
        ("splice_sites_all_revised", ("neither", "acceptor", "donor")),
        ("splice_sites_donors", ("not a donor site", "donor site")),
        ("splice_sites_acceptors", ("not an acceptor site", "acceptor site")),
        ("enhancers", ("not an enhancer", "enhancer")),
        ("enhancers_types", ("not an enhancer", "weak enhancer", "strong enhancer")),
        ("h3", ("no H3 signal", "H3 signal")),
        ("h4", ("no H4 signal", "H4 signal")),
        ("h4ac", ("no H4ac signal", "H4ac signal")),
        ("h3k79me3_yeast", ("no H3K79me3 signal", "H3K79me3 signal")),
        ("h2afz_revised", ("no H2A.Z signal", "H2A.Z signal")),
    ],
)
def test_labels_stand_in_the_class_order_of_the_data(name, labels):
    assert get_task(name).labels == labels


TOPICS = {"promoter": "promoter|tata", "splice": "donor|acceptor|splice|intron", "enhancers": "enhancer"}


@each(BENCHMARK)
def test_answers_speak_of_the_topic(task):
    family = re.split("_", task.name)[0].replace("h2afz", "h2a.z")
    for _, sentence in said(task):
        assert re.search(TOPICS.get(family, re.escape(family)), sentence, re.IGNORECASE), sentence


WORDS = [
    ("promoter_tata", "TATA"),
    ("promoter_no_tata", "TATA"),
    ("h3", "H3"),
    ("h4", "H4"),
    ("h4ac", "H4ac"),
]


@pytest.mark.parametrize(("name", "word"), WORDS)
@every_split
def test_the_word_that_tells_a_task_from_its_neighbours_is_in_every_question(name, word, split):
    assert all(word in question for question in get_task(name).questions.of(split))


@pytest.mark.parametrize(("name", "cells"), [("h3k4me1_yeast", "yeast"), ("h3k4me1_revised", "K562")])
@every_split
def test_a_mark_that_two_species_have_is_asked_about_with_its_cells(name, cells, split):
    assert all(cells in question for question in get_task(name).questions.of(split))


def test_the_two_histones_differ_by_name_alone():
    h3, h4 = get_task("h3"), get_task("h4")
    assert [question.replace("H3", "H4") for question in h3.questions.train] == list(h4.questions.train)
    assert not set(h3.questions.train) & set(h4.questions.train)


def test_the_revised_benchmark_asks_about_its_own_lengths():
    for task in BENCHMARK:
        for question in task.questions.train + task.questions.test:
            assert all(int(n) == task.length for n in re.findall(r"(\d+)-base", question)), question


@pytest.mark.parametrize(
    ("name", "question"),
    [
        ("promoter_tata", "Is there a TATA promoter in <DNA>?"),
        ("splice_sites_donors", "Is there a donor splice site in <DNA>?"),
        ("splice_sites_acceptors", "Is there an acceptor splice site in <DNA>?"),
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
    ("promoter_no_tata", "This is a promoter without a TATA box.", "promoter"),
    ("promoter_no_tata", "It is a promoter with no TATA box.", "promoter"),
    ("promoter_no_tata", "There is no TATA-less promoter.", "not a promoter"),
    ("promoter_no_tata", "It is not a promoter.", "not a promoter"),
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
    ("splice_sites_donors", "An intron starts here.", "donor site"),
    ("splice_sites_donors", "It is not a donor.", "not a donor site"),
    ("splice_sites_acceptors", "This is a 3' splice site.", "acceptor site"),
    ("enhancers", "It seems to be an enhancer", "enhancer"),
    ("enhancers", "It is not an enhancer", "not an enhancer"),
    ("enhancers_types", "This is a strong enhancer, not a weak one.", "strong enhancer"),
    ("enhancers_types", "It's weak.", "weak enhancer"),
    ("enhancers_types", "There isn't an enhancer here.", "not an enhancer"),
    ("enhancers_types", "None.", "not an enhancer"),
    ("enhancers_types_revised", "It is specific to a tissue.", "tissue-specific enhancer"),
    ("h3", "The histone H3 is depleted.", "no H3 signal"),
    ("h3", "It is bound by histone H3.", "H3 signal"),
    ("h4", "This region is nucleosome-free.", "no H4 signal"),
    ("h4", "There's an H4 nucleosome.", "H4 signal"),
    ("h3k4me3_yeast", "H3K4me3 is depleted here.", "no H3K4me3 signal"),
    ("h3k4me3_yeast", "It carries H3K4me3.", "H3K4me3 signal"),
    ("h2afz_revised", "It carries H2A.Z.", "H2A.Z signal"),
]


@pytest.mark.parametrize(("name", "answer", "label"), UNSEEN)
def test_an_unseen_phrasing_is_read(name, answer, label):
    assert get_task(name).parse(answer) == label


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("splice_sites_all", "A donor and an acceptor."),
        ("splice_sites_all", "Not a donor."),
        ("splice_sites_all", "Donor, acceptor."),
        ("splice_sites_all", "Not an acceptor."),
        ("enhancers_types", "Weak and strong."),
        ("enhancers_types", "Not a strong enhancer."),
        ("enhancers_types", "An enhancer."),
        ("promoter_no_tata", "There is no TATA box."),
        ("h3k4me3_yeast", "It carries H3K4me1."),
    ],
)
def test_an_answer_that_leaves_two_classes_open_is_refused(name, answer):
    with pytest.raises(AnswerError):
        get_task(name).parse(answer)
