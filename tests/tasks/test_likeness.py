"""Whether a sequence is like those of a task."""

import json
import random

import numpy as np
import pytest

from chatnt.errors import CheckpointError, DataError
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.tasks.clouds import RANDOM
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.likeness import Likeness, random_sequences, some_sequences

RNG = random.Random(0)


def made(weights, count=300, bases=200, rng=RNG):
    return [Example("".join(rng.choices("ACGT", weights, k=bases)), "") for _ in range(count)]


EXAMPLES = {"poor": made((4, 1, 1, 4)), "rich": made((1, 4, 4, 1)), "skewed": made((5, 4, 1, 2))}


@pytest.fixture(scope="module")
def likeness():
    return Likeness.fit(EXAMPLES)


def test_few_of_a_tasks_own_sequences_are_flagged(likeness):
    rng = random.Random(1)
    new = made((4, 1, 1, 4), 1000, rng=rng)
    flagged = sum(bool(likeness.reasons("poor", DNA(e.sequence))) for e in new)
    assert flagged <= 20  # of 1,000: two tests that flag 1 in 200 each, and chance


@pytest.mark.parametrize("unit", ["A", "AC", "ACG", "TATA", "CG"])
def test_repeats_are_unlike_every_task(likeness, unit):
    for task in EXAMPLES:
        assert likeness.reasons(task, DNA((unit * 200)[:200]))


def test_the_sequences_of_another_task_are_recognised(likeness):
    other = likeness.reasons("poor", DNA(EXAMPLES["rich"][0].sequence))
    assert len(other) == 1
    assert "% G+C, the sequences trained on have" in other[0]
    assert all(likeness.reasons("rich", DNA(e.sequence)) for e in EXAMPLES["poor"][:50])


def test_random_bases_are_named_where_they_are_within_reach():
    rng = random.Random(2)
    wide = [Example("".join(rng.choices("ACGT", (w, 1, 1, 1), k=200)), "") for w in [0.2, 6] * 150]
    likeness = Likeness.fit({"wide": wide})
    found = [likeness.reasons("wide", DNA("".join(rng.choices("ACGT", k=200)))) for _ in range(50)]
    named = sum(r == ("composed more like random bases than like the sequences trained on",) for r in found)
    assert named > 40


def test_a_short_sequence_may_deviate_more(likeness):
    long, short = ("".join(["AAAT", "TTAA", "ACAT", "TGTA"] * k) for k in (12, 1))
    assert likeness.pairs.place("poor", *(side[0] for side in _shares(long))).far
    assert not likeness.pairs.place("poor", *(side[0] for side in _shares(short))).far


def _shares(text):
    from chatnt.tasks.ranges import pair_shares

    return pair_shares([text])


def test_length_and_unknown_bases_come_first(likeness):
    found = likeness.reasons("poor", DNA("N" * 300 + "A" * 200))
    assert found[0] == "longer than any sequence trained on (200 bases, this one has 500)"
    assert found[1] == "300 of 500 bases are N or another ambiguity code"
    assert len(found) == 3
    assert likeness.reasons("poor", DNA("N" * 200)) == ("200 of 200 bases are N or another ambiguity code",)


def test_nothing_is_said_of_a_task_that_was_not_described(likeness):
    assert likeness.reasons("h3", DNA("A")) == ()
    assert likeness.reasons(RANDOM, DNA("A")) == ()


def test_columns_of_examples_give_the_same():
    task = get_task("h3")
    rows = [(e.sequence, 0) for e in EXAMPLES["poor"]]
    columns = Likeness.fit({"poor": Examples.of(task, rows)}, seed=4)
    plain = Likeness.fit({"poor": EXAMPLES["poor"]}, seed=4)
    assert columns.pairs.to_json() == plain.pairs.to_json()
    assert columns.ranges["poor"].lengths == plain.ranges["poor"].lengths


def test_all_lengths_are_looked_at_but_few_sequences():
    rows = [*made((1, 1, 1, 1), 400, 100), Example("ACGT" * 50, "")]
    assert Likeness.fit({"one": rows}, most=60).ranges["one"].lengths == (100, 200)
    assert len(some_sequences(rows, 60, 0)) == 60
    assert some_sequences(rows, 60, 0) == some_sequences(rows, 60, 0)
    assert some_sequences(rows, 60, 0) != some_sequences(rows, 60, 1)
    assert list(map(len, random_sequences([3, 7], 0))) == [3, 7]


@pytest.mark.parametrize("rows", [EXAMPLES["poor"][:20], [Example("N" * 50, "")] * 80])
def test_too_few_sequences_are_refused(rows):
    with pytest.raises(DataError, match="one has"):
        Likeness.fit({"one": rows})


def vectors(mean, count=120, dim=6):
    return np.random.default_rng(int(10 * abs(mean))).normal(mean, 1, (count, dim)).astype(np.float32)


@pytest.fixture(scope="module")
def seen(likeness):
    return likeness.with_view({"poor": vectors(0), "rich": vectors(5), f"{RANDOM}, 9": vectors(-5)}, "abc")


def test_the_encoder_is_heard_if_its_weights_are_known(seen):
    dna = DNA(EXAMPLES["poor"][0].sequence)
    assert seen.reasons("poor", dna) == ()
    assert seen.reasons("poor", dna, np.zeros(6), weights="abc") == ()
    far = seen.reasons("poor", dna, np.full(6, 5.0), weights="abc")
    assert far == ("to the encoder more like the sequences of rich",)
    random_like = seen.reasons("poor", dna, np.full(6, -5.0), weights="abc")
    assert random_like == ("to the encoder more like random bases than like the sequences trained on",)
    assert seen.reasons("poor", dna, np.full(6, 5.0), weights="other") == ()
    assert seen.reasons("poor", dna, np.full(6, 5.0)) == ()
    assert seen.reasons("skewed", DNA(EXAMPLES["skewed"][0].sequence), np.full(6, 99.0), weights="abc") == ()


def test_far_from_all_is_said_so(likeness):
    alone = likeness.with_view({"poor": vectors(0)}, "abc")
    dna = DNA(EXAMPLES["poor"][0].sequence)
    assert alone.reasons("poor", dna, np.full(6, 50.0), weights="abc") == (
        "unlike the sequences trained on to the encoder",
    )


def test_the_encoder_is_not_mentioned_beside_plainer_reasons(seen):
    found = seen.reasons("poor", DNA("CG" * 100), np.full(6, 5.0), weights="abc")
    assert len(found) == 1
    assert "G+C" in found[0]


def test_directions_without_variance_say_nothing(likeness):
    one = vectors(0)
    one[:, 0] = 7.0
    alone = likeness.with_view({"poor": one}, "abc")
    assert not alone.view.axes[0].any()
    assert alone.view.axes.shape == (6, 5)
    for wrong in (np.ones((80, 4)), np.full((80, 4), np.nan)):
        with pytest.raises(DataError, match="same for all"):
            likeness.with_view({"poor": wrong}, "abc")


def test_what_was_saved_says_the_same(seen, tmp_path):
    path = tmp_path / "likeness.json"
    seen.save(path)
    assert path.stat().st_size < 20_000
    read = Likeness.load(path)
    assert repr(read) == "Likeness(3 tasks, seen by an encoder)"
    for task, text in (
        ("poor", "CG" * 100),
        ("rich", "ACGT" * 200),
        ("skewed", EXAMPLES["rich"][3].sequence),
    ):
        given = DNA(text), np.full(6, 2.5)
        assert read.reasons(task, *given, weights="abc") == seen.reasons(task, *given, weights="abc")
    again = tmp_path / "again.json"
    read.save(again)
    assert again.read_bytes() == path.read_bytes()


def test_the_same_seed_gives_the_same_bytes(tmp_path):
    files = []
    for i in range(2):
        Likeness.fit(EXAMPLES, seed=5).save(tmp_path / str(i))
        files.append((tmp_path / str(i)).read_bytes())
    assert files[0] == files[1]


def _without(path, name):
    content = json.loads(path.read_text())
    del content[name]
    path.write_text(json.dumps(content))


def _changed(path, change):
    content = json.loads(path.read_text())
    change(content)
    path.write_text(json.dumps(content))


@pytest.mark.parametrize(
    "damage",
    [
        lambda p: p.write_text(p.read_text()[:500]),
        lambda p: p.write_text("[]"),
        lambda p: p.write_bytes(b"\x80\x04"),
        lambda p: _without(p, "pairs"),
        lambda p: _changed(p, lambda c: c.update(format=9)),
        lambda p: _changed(p, lambda c: c["pairs"].pop("poor")),
        lambda p: _changed(p, lambda c: c["ranges"]["poor"]["low"].pop()),
        lambda p: _changed(p, lambda c: c["view"]["axes"].pop()),
        lambda p: _changed(p, lambda c: c["view"]["mean"].__setitem__(0, float("nan"))),
        lambda p: p.unlink(),
    ],
)
def test_a_damaged_or_foreign_file_is_refused(seen, tmp_path, damage):
    path = tmp_path / "likeness.json"
    seen.save(path)
    damage(path)
    with pytest.raises(CheckpointError, match=r"likeness\.json"):
        Likeness.load(path)
