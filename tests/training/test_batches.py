"""Rows as passes of true length."""

import itertools
import random

import pytest
import torch

from chatnt.conversation import Question, Turn
from chatnt.errors import DataError, TrainingError
from chatnt.sequence import DNA
from chatnt.training import TrainingPlan
from chatnt.training.batches import Batches, MicroBatch
from tests.tiny import tiny_processor
from tests.training.runs import made_mixture


class Asked:
    """A row with one question about sequences of given lengths."""

    task = "made"

    def __init__(self, *lengths, answer="Yes.", letter="A"):
        sequences = tuple(DNA(letter * length) for length in lengths)
        text = " and ".join(["<DNA>"] * len(lengths)) or "no sequence"
        self.turns = (Turn(Question(f"Is there a promoter in {text}?", sequences), answer),)


class Listed:
    """A source that gives the same rows in every step."""

    def __init__(self, *rows):
        self.rows = rows
        self.batch_size = len(rows)

    def batch(self, step):
        return list(self.rows)


def passes(source, *, transform=None, rank=0, world=1, step=0, **settings):
    return Batches(source, tiny_processor(), TrainingPlan(**settings), transform, rank, world).of(step)


def dna_lengths(micro):
    return micro.inputs["dna_mask"].sum(-1).flatten().tolist()


def bases(micros):
    return [dna_lengths(micro) for micro in micros]


def test_a_pass_is_as_long_as_its_longest_row_and_no_longer():
    source = Listed(Asked(100), Asked(10), Asked(30), Asked(28), Asked(96))
    micros = passes(source, padding=0.1)
    assert bases(micros) == [[100, 96], [30, 28], [10]]
    assert [m.inputs["dna_ids"].shape for m in micros] == [(2, 1, 100), (2, 1, 30), (1, 1, 10)]


def test_padding_stays_below_its_limit():
    rng = random.Random(0)
    source = Listed(*(Asked(rng.randint(5, 120)) for _ in range(40)))
    for padding in (0.0, 0.1, 0.5):
        micros = passes(source, padding=padding)
        assert sum(m.rows for m in micros) == 40
        for micro in micros:
            mask = micro.inputs["dna_mask"]
            assert 1 - mask.sum() / mask.numel() <= padding + 1e-9
    assert len(passes(source, padding=0.0)) > len(passes(source, padding=0.5))


def test_a_pass_has_so_many_rows_at_most():
    micros = passes(Listed(*[Asked(20, letter=x) for x in "ACGTNRY"]), micro_rows=3)
    assert [m.rows for m in micros] == [3, 3, 1]


def test_a_pass_has_so_many_tokens_at_most_padding_included():
    source = Listed(*[Asked(20 + i) for i in range(7)])
    (one,) = passes(source)
    limit = 3 * (26 + one.inputs["input_ids"].shape[1])
    micros = passes(source, micro_tokens=limit)
    assert [m.rows for m in micros] == [3, 3, 1]
    for micro in micros:
        assert micro.inputs["dna_ids"].numel() + micro.inputs["input_ids"].numel() <= limit
    # A row that is too long for the limit goes alone, and is not cut.
    assert [m.rows for m in passes(source, micro_tokens=1)] == [1] * 7


def test_a_cut_row_is_the_row_read_alone():
    rows = [Asked(100), Asked(10, 40), Asked(30, answer="No, there is none."), Asked()]
    processor = tiny_processor()
    for micro, row in zip(passes(Listed(*rows), micro_rows=1), sorted(rows, key=longest), strict=True):
        alone = processor([row.turns], answers=[row.turns[-1].answer])
        assert set(micro.inputs) == set(alone)
        assert all(torch.equal(micro.inputs[name], alone[name]) for name in alone)


def longest(row):
    return -max((len(s) for s in row.turns[0].question.sequences), default=0)


def test_rows_about_the_same_sequence_stay_together():
    same = [Asked(50, letter="C", answer=a) for a in ("Yes.", "No.", "Maybe.")]
    others = [Asked(50, letter="A"), Asked(50, letter="G"), Asked(50, letter="T")]
    rows = [x for pair in zip(same, others, strict=True) for x in pair]
    letters = [
        sorted(set(m.inputs["dna_ids"][:, 0, 0].tolist())) for m in passes(Listed(*rows), micro_rows=3)
    ]
    (c,) = tiny_processor().dna_tokenizer("C").input_ids
    assert sorted(x for some in letters for x in some) == sorted({x for some in letters for x in some})
    assert [c] in letters


def test_rows_of_two_groups_share_no_pass():
    class Grouped(Listed):
        def group(self, row):
            return len(row.turns[-1].answer)

        def before(self, model, group):
            model.append(group)

    source = Grouped(Asked(20), Asked(20, answer="No."), Asked(20))
    batches = Batches(source, tiny_processor(), TrainingPlan())
    micros = batches.of(0)
    assert [(m.rows, m.group) for m in micros] == [(2, 4), (1, 3)]
    seen = []
    for micro in micros:
        batches.before(seen, micro)
    assert seen == [4, 3]


def test_ready_tensors_go_through_as_they_are():
    class Ready:
        def micro_batches(self, step):
            yield MicroBatch({"labels": torch.full((2, 3), step)})
            yield MicroBatch({"labels": torch.full((1, 3), -100)})

    first, second = Batches(Ready(), tiny_processor(), TrainingPlan()).of(7)
    assert (first.rows, first.learned, first.inputs["labels"][0, 0]) == (2, 4, 7)
    assert second.learned == 0


def turns_of(micros):
    """What the rows of passes ask and answer, in numbers."""
    return sorted(
        (ids[m.bool()].tolist(), [letter for letter in dna.flatten().tolist() if letter])
        for micro in micros
        for ids, m, dna in zip(
            micro.inputs["input_ids"], micro.inputs["attention_mask"], micro.inputs["dna_ids"], strict=True
        )
    )


@pytest.mark.parametrize("rows", [None, 5, 3, 8])
def test_processes_share_the_rows_of_a_step(rows):
    mixture = made_mixture(batch_size=5)
    settings = {"rows": rows, "padding": 0.0, "step": 3}
    whole = turns_of(passes(mixture, **settings))
    parts = [turns_of(passes(mixture, rank=rank, world=2, **settings)) for rank in range(2)]
    assert len(whole) == (rows or 5)
    assert sorted(itertools.chain(*parts)) == whole
    assert abs(len(parts[0]) - len(parts[1])) <= 1


def test_rows_of_a_step_are_taken_in_turn():
    mixture = made_mixture(batch_size=5)
    by_batches = [turns_of(passes(mixture, step=s, padding=0.0)) for s in range(3)]
    by_threes = [turns_of(passes(mixture, rows=3, step=s, padding=0.0)) for s in range(5)]
    assert sorted(itertools.chain(*by_threes)) == sorted(itertools.chain(*by_batches))


def test_rows_of_a_step_are_taken_by_tokens():
    mixture = made_mixture(batch_size=5)
    batches = Batches(mixture, tiny_processor(), TrainingPlan(tokens=400, padding=0.0))
    steps, taken = [], []
    for step in range(4):
        taken.append(batches.taken)
        steps.append(batches.of(step))
    totals = [sum(m.tokens for m in micros) for micros in steps]
    rows = [sum(m.rows for m in micros) for micros in steps]
    assert all(300 < total <= 400 for total in totals)
    assert taken == [0, *itertools.accumulate(rows[:-1])]
    # All rows in turn, none twice; and from any step on, once it is told what was taken.
    stream = [turns_of(passes(mixture, rows=1, step=i)) for i in range(sum(rows))]
    assert sorted(itertools.chain(*stream)) == sorted(itertools.chain(*map(turns_of, steps)))
    later = Batches(mixture, tiny_processor(), TrainingPlan(tokens=400, padding=0.0))
    later.taken = taken[2]
    assert turns_of(later.of(2)) == turns_of(steps[2])


def test_a_source_must_tell_its_size_to_be_cut():
    source = Listed(Asked(9))
    del source.batch_size
    with pytest.raises(TrainingError, match="does not tell its batch_size"):
        passes(source, rows=4)
    assert [m.rows for m in passes(source)] == [1]


def marked(row, rng):
    (turn,) = row.turns
    (dna,) = turn.question.sequences
    longer = Question(turn.question.text, (DNA(dna.sequence + rng.choice("ACGT") * 3),))
    return row._replace(exchanges=(row.exchanges[0]._replace(turn=Turn(longer, turn.answer)),))


def test_a_transform_is_decided_by_seed_step_and_row():
    mixture = made_mixture(batch_size=6)
    same = [turns_of(passes(mixture, transform=marked, step=2)) for _ in range(2)]
    assert same[0] == same[1]
    others = [
        turns_of(passes(mixture, step=2)),
        turns_of(passes(mixture, transform=marked, step=3)),
        turns_of(passes(mixture, transform=marked, step=2, seed=1)),
    ]
    assert all(other != same[0] for other in others)
    # However many processes there are.
    parts = [turns_of(passes(mixture, transform=marked, step=2, rank=r, world=3)) for r in range(3)]
    assert sorted(itertools.chain(*parts)) == same[0]


def test_a_row_that_cannot_be_read_is_named():
    source = Listed(Asked(20), Asked(500), Asked(30))
    with pytest.raises(DataError, match=r"Row 1 \(made\) of step 4 .* 500 bases is 500 tokens") as caught:
        passes(source, step=4)
    assert "last checkpoint is intact" in str(caught.value)
    with pytest.raises(DataError, match=r"Row 0 \(made\) of step 0 .* no answer"):
        passes(Listed(Asked(20, answer=None)))
    with pytest.raises(DataError, match=r"Row 1 of step 0 .* 'str' object"):
        passes(Listed(Asked(20), "not a row"))


def test_no_row_is_an_error():
    with pytest.raises(DataError, match="no row for process 1 of 2 in step 0"):
        passes(Listed(Asked(20)), rank=1, world=2)
