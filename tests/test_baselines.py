"""Linear models on simple features."""

import dataclasses
import itertools
import random
from collections import Counter

import numpy as np
import pytest

from chatnt.baselines import (
    REACH,
    count_words,
    features_of,
    linear_baseline,
    linear_baselines,
    mark_bases,
    mark_centre,
)
from chatnt.metrics import score_predictions
from chatnt.tasks import all_tasks, get_task
from chatnt.tasks.examples import Example
from chatnt.tasks.sources import Splits

H3, SPLICE, LEAF, GFP = (
    get_task(name) for name in ("h3", "splice_sites_all", "plant_promoter_leaf", "gfp_fluorescence")
)
WORDS = ["".join(word) for n in (3, 4, 5) for word in itertools.product("ACGT", repeat=n)]


def drawn(length, rng, letters="ACGT"):
    return "".join(rng.choices(letters, k=length))


def other_strand(text):
    return text[::-1].translate(str.maketrans("ACGT", "TGCA"))


def test_words_are_counted_as_roots_of_shares_of_those_of_their_length():
    text = drawn(80, random.Random(0)) + "N" + drawn(20, random.Random(1))
    counts = count_words([Example(text, ""), Example("AC", "")], either_strand=False)
    for n in (3, 4, 5):
        found = Counter(text[i : i + n] for i in range(len(text) - n + 1))
        found = {word: times for word, times in found.items() if "N" not in word}
        expected = {word: (times / sum(found.values())) ** 0.5 for word, times in found.items()}
        row = dict(zip(WORDS, counts[0].tolist(), strict=True))
        assert {w: x for w, x in row.items() if x and len(w) == n} == pytest.approx(expected)
    assert not counts[1].any()


def test_both_strands_are_the_same_where_either_may_be_read():
    text = drawn(60, random.Random(2))
    both = [Example(text, ""), Example(other_strand(text), "")]
    counts = count_words(both, either_strand=True)
    np.testing.assert_allclose(counts[0], counts[1], rtol=1e-6)
    forward = count_words(both, either_strand=False)
    assert not np.allclose(forward[0], forward[1])
    np.testing.assert_allclose(counts[0] ** 2, (forward**2).mean(0), atol=1e-7)


def test_bases_around_the_centre_are_marked():
    text = drawn(2 * REACH + 40, random.Random(3))
    marks = mark_centre([Example(text, ""), Example("ACGN", "")]).reshape(2, 2 * REACH, 4)
    assert "".join("ACGT"[i] for i in marks[0].argmax(1)) == text[20 : 20 + 2 * REACH]
    short = marks[1, REACH - 2 : REACH + 2]
    assert short.tolist() == [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    assert marks[1].sum() == 3


def test_all_bases_are_marked():
    assert mark_bases([Example("AT", ""), Example("C", "")]).tolist() == [
        [1, 0, 0, 0, 0, 0, 0, 1], [0, 1, 0, 0, 0, 0, 0, 0],
    ]  # fmt: skip


def test_every_task_has_features():
    found = {task.name: features_of(task) for task in all_tasks()}
    assert found["polya_pas_human"] == found["splice_sites_donors"] == "centre"
    assert found["gfp_fluorescence"] == "bases"
    assert found["promoter_tata"] == found["polyadenylation_human"] == "words"


def composed(task, count, seed):
    """Every label has its own letters, and some of the others'."""
    rng = random.Random(seed)
    letters = ("AAACGT", "CCCAGT", "GGGACT")
    labels = [task.labels[i % len(task.labels)] for i in range(count)]
    return [Example(drawn(60, rng, letters[task.labels.index(label)]), label) for label in labels]


@pytest.mark.parametrize(("task", "features"), [(H3, None), (SPLICE, "words")])
def test_a_linear_model_learns_what_words_show(task, features):
    train, test = composed(task, 150, 0), composed(task, 60, 1)
    rows = linear_baseline(task, train, test, features=features)
    score = score_predictions(task, rows)
    assert score.mcc > 0.8
    assert score.auroc > 0.95
    assert rows["label"].tolist() == [e.label for e in test]
    assert rows["probabilities"].map(sum).tolist() == pytest.approx([1] * 60, abs=1e-4)
    assert rows["probability"].tolist() == rows["probabilities"].map(max).tolist()
    assert (rows["answer"] == "").all()


def test_a_linear_model_learns_nothing_where_there_is_nothing():
    rng = random.Random(4)
    noise = [Example(drawn(60, rng), rng.choice(H3.labels)) for _ in range(400)]
    score = score_predictions(H3, linear_baseline(H3, noise[:200], noise[200:]))
    assert abs(score.mcc) < 0.25


def test_numbers_are_learned_from_bases():
    rng = random.Random(5)
    texts = [drawn(30, rng) for _ in range(300)]
    examples = [Example(text, 1.0 + 0.5 * text[3:13].count("A")) for text in texts]
    rows = linear_baseline(GFP, examples[:240], examples[240:])
    assert score_predictions(GFP, rows).pearson > 0.95


def test_labels_that_hold_at_once_have_a_model_each():
    task = dataclasses.replace(
        SPLICE, name="tissues", kind="multilabel", labels=("root", "leaf"), metric="f1"
    )
    rng = random.Random(6)
    examples = []
    for i in range(200):
        held = tuple(label for j, label in enumerate(task.labels) if i >> j & 1)
        letters = "ACGT" + "AAA" * ("root" in held) + "CCC" * ("leaf" in held)
        examples.append(Example(drawn(80, rng, letters), held))
    score = score_predictions(task, linear_baseline(task, examples[:150], examples[150:]))
    assert score.f1 > 0.8
    assert score.auroc > 0.9


def test_several_tasks_give_scores_and_predictions():
    train, held, test = composed(H3, 60, 0), composed(H3, 20, 2), composed(H3, 20, 1)
    scores, rows = linear_baselines([H3], {"h3": Splits(train, held, test)}, simulated=["h3"])
    assert (scores["h3"].count, scores["h3"].simulated, scores.wordings) == (20, True, "")
    assert scores["h3"].mcc == score_predictions(H3, rows).mcc


def test_two_fits_give_the_same():
    train, test = composed(H3, 60, 0), composed(H3, 20, 1)
    assert linear_baseline(H3, train, test).equals(linear_baseline(H3, train, test))


@pytest.mark.parametrize(
    ("train", "features", "message"),
    [
        (composed(H3, 60, 0), "pixels", "there are words, centre, bases"),
        (composed(H3, 9, 0), None, "9 training rows; give at least 10"),
        ([Example("ACGTA", "H3 signal")] * 20, None, "all have the same label"),
    ],
)
def test_what_cannot_be_fitted_is_told(train, features, message):
    with pytest.raises(ValueError, match=message):
        linear_baseline(H3, train, composed(H3, 4, 1), features=features)
