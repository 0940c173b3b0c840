"""Scores in several wordings."""

import dataclasses
import math
import random
from types import SimpleNamespace

import pytest
import torch

import chatnt
from chatnt.engine import Engine
from chatnt.errors import DataError, TaskError, UnknownTaskError
from chatnt.evaluation import predict
from chatnt.metrics import score_predictions
from chatnt.robustness import WordingRobustness, WordingScore, wording_robustness
from chatnt.tasks import get_task
from chatnt.tasks.base import Wordings
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.sources import Splits
from tests.tiny import tiny_pair

TATA, LEAF, MARK = get_task("promoter_tata"), get_task("plant_promoter_leaf"), get_task("h3k4me1_k562")
P, Q = "promoter", "not a promoter"
RNG = random.Random(0)
ROWS = [Example("".join(RNG.choices("ACGT", k=40)), (P, Q)[i % 2]) for i in range(12)]
NUMBERS = [Example("".join(RNG.choices("ACGT", k=40)), i / 10) for i in range(8)]
TRUTH = {e.sequence: e.label for e in ROWS}


class Reader:
    """Answer by what is known of a sequence and by the words of the question."""

    def __init__(self, answer):
        self.answer, self.batches = answer, []

    def read_each(self, conversations):
        return "soft tokens"

    def generate(self, conversations, *, batch_size, soft_tokens, answers=None):
        assert soft_tokens == "soft tokens"
        assert batch_size == len(conversations)
        questions = [turns[-1].question for turns in conversations]
        self.batches.append([(str(q.sequences[0]), q.text) for q in questions])
        return [self.answer(str(q.sequences[0]), q.text) for q in questions]


def asked(reader):
    return [pair for batch in reader.batches for pair in batch]


def right(sequence):
    return "Yes, there is one." if TRUTH[sequence] == P else "No, there is none."


def wrong(sequence):
    return "No, there is none." if TRUTH[sequence] == P else "Yes, there is one."


def of(reader):
    return SimpleNamespace(engine=reader)


def test_a_score_is_that_of_its_wording():
    one = sorted(TATA.questions.test)[0]
    reader = Reader(lambda dna, text: wrong(dna) if text == one else right(dna))
    found = wording_robustness(of(reader), TATA, ROWS, wordings=99)
    scores = {s.question: s.score for s in found.scores}
    assert set(scores) == set(TATA.questions.test)
    assert scores.pop(one) == -1.0
    assert set(scores.values()) == {1.0}
    assert (found.task, found.metric, found.count) == ("promoter_tata", "mcc", 12)
    assert found.spread == 2.0
    assert found.mean == pytest.approx((len(scores) - 1) / (len(scores) + 1))
    assert found.agreement == 0.0


def test_every_row_is_asked_in_every_wording_in_one_batch():
    reader = Reader(lambda dna, text: right(dna))
    found = wording_robustness(of(reader), "promoter_tata", ROWS, wordings=5, batch_size=11, limit=7, seed=1)
    questions = [s.question for s in found.scores]
    assert [len(batch) for batch in reader.batches] == [10, 10, 10, 5]
    assert len(set(asked(reader))) == 35 == len(asked(reader))
    rows = [dna for dna, text in asked(reader) if text == questions[0]]
    assert len(set(rows)) == 7 == found.count
    for text in questions:
        assert [dna for dna, t in asked(reader) if t == text] == rows
        assert text in TATA.questions.test
    assert (found.spread, found.agreement) == (0.0, 1.0)


def test_a_batch_holds_all_wordings_even_if_they_are_more():
    reader = Reader(lambda dna, text: right(dna))
    wording_robustness(of(reader), TATA, ROWS[:3], wordings=10, batch_size=4)
    assert [len(batch) for batch in reader.batches] == [10, 10, 10]


def test_agreement_counts_rows_not_answers():
    questions = sorted(TATA.questions.test)
    odd = {e.sequence for e in ROWS[:3]}
    reader = Reader(lambda dna, text: wrong(dna) if dna in odd and text == questions[0] else right(dna))
    assert wording_robustness(of(reader), TATA, ROWS, wordings=99).agreement == 0.75


def test_training_wordings_are_asked_beside_the_unseen_ones():
    reader = Reader(lambda dna, text: right(dna) if text in TATA.questions.train else "Hm.")
    found = wording_robustness(of(reader), TATA, ROWS, wordings=4, training_wordings=True)
    assert [s.wordings for s in found.scores] == ["test"] * 4 + ["train"] * 4
    assert (found.scores_of("test"), found.scores_of("train")) == ([0.0] * 4, [1.0] * 4)
    assert [s.unparsed for s in found.scores] == [12] * 4 + [0] * 4
    assert (found.mean, found.spread, found.agreement) == (0.0, 0.0, 1.0)
    assert "4 training wordings: mean 1.000" in str(found)


def test_wordings_and_rows_are_those_of_the_seed():
    def chosen(seed):
        reader = Reader(lambda dna, text: right(dna))
        found = wording_robustness(of(reader), TATA, ROWS, wordings=5, limit=6, seed=seed)
        return [s.question for s in found.scores], sorted({dna for dna, _ in asked(reader)})

    assert chosen(1) == chosen(1)
    assert chosen(1)[0] != chosen(2)[0]
    assert chosen(1)[1] != chosen(2)[1]


def test_numbers_are_compared_by_their_correlation():
    value = {e.sequence: e.label for e in NUMBERS}
    texts = sorted(LEAF.questions.test)
    reader = Reader(
        lambda dna, text: f"My prediction is {-value[dna] if text == texts[0] else value[dna]:.2f}."
    )
    found = wording_robustness(of(reader), LEAF, NUMBERS, wordings=999)
    scores = {s.question: s.score for s in found.scores}
    assert scores.pop(texts[0]) == pytest.approx(-1)
    assert min(scores.values()) == pytest.approx(1)
    assert (found.metric, found.agreement) == ("pearson", None)
    assert str(found).startswith("plant_promoter_leaf: Pearson on 8 rows\n")
    assert "Pearson" in found._repr_html_()


def test_the_test_part_of_all_parts_is_used():
    parts = (
        Examples.of(TATA, [(e.sequence, e.label) for e in rows]) for rows in (ROWS[:4], ROWS[4:6], ROWS[6:])
    )
    reader = Reader(lambda dna, text: right(dna))
    wording_robustness(of(reader), TATA, Splits(*parts), wordings=2)
    assert {dna for dna, _ in asked(reader)} == {e.sequence for e in ROWS[6:]}


class _Counting(Engine):
    def __init__(self):
        super().__init__(*tiny_pair())
        self.encoded = 0
        self.model.encoder.register_forward_hook(self._count)

    def _count(self, module, inputs, output):
        self.encoded += len(output.last_hidden_state)


def test_the_dna_of_a_row_is_encoded_once_and_answers_are_those_of_each_wording_alone():
    torch.manual_seed(0)
    engine = _Counting()
    found = wording_robustness(engine, TATA, ROWS[:4], wordings=3, batch_size=6)
    assert engine.encoded == 4
    for one in found.scores:
        task = dataclasses.replace(TATA, questions=Wordings((), (one.question,)))
        alone = score_predictions(TATA, predict(engine, task, ROWS[:4], sentences=0))
        assert (one.score, one.unparsed) == (alone.score, alone.unparsed)


def test_a_task_that_is_judged_by_probabilities_gets_them():
    rows = [Example(e.sequence, MARK.labels[i % 2]) for i, e in enumerate(ROWS[:6])]
    engine = Engine(*tiny_pair())
    found = wording_robustness(engine, MARK, rows, wordings=2)
    assert found.metric == "auroc"
    task = dataclasses.replace(MARK, questions=Wordings((), (found.scores[1].question,)))
    alone = score_predictions(MARK, predict(engine, task, rows))
    assert found.scores[1].score == pytest.approx(alone.score)


def test_bad_input_is_refused():
    reader = of(Reader(lambda dna, text: right(dna)))
    with pytest.raises(DataError, match="no rows of promoter_tata"):
        wording_robustness(reader, TATA, [])
    with pytest.raises(ValueError, match="wordings=1"):
        wording_robustness(reader, TATA, ROWS, wordings=1)
    with pytest.raises(UnknownTaskError):
        wording_robustness(reader, "promoter_tatta", ROWS)
    task = dataclasses.replace(TATA, questions=Wordings(TATA.questions.train, TATA.questions.test[:1]))
    with pytest.raises(TaskError, match="1 unseen wordings"):
        wording_robustness(reader, task, ROWS)


RESULT = WordingRobustness(
    "promoter_tata",
    "mcc",
    1234,
    (
        WordingScore("A <DNA>?", "test", 0.8, 1),
        WordingScore("B <DNA>?", "test", 0.7, 0),
        WordingScore("C <DNA>?", "train", 0.9, 0),
    ),
    0.955,
)


def test_a_result_can_be_read():
    assert (RESULT.spread, RESULT.mean) == (pytest.approx(0.1), pytest.approx(0.75))
    assert repr(RESULT) == (
        "WordingRobustness(promoter_tata: MCC 0.750, spread 0.100 over 2 unseen wordings)"
    )
    lines = str(RESULT).splitlines()
    assert lines[0] == "promoter_tata: MCC on 1,234 rows; all unseen wordings agree on 95.5% of the rows"
    assert lines[1] == "2 unseen wordings: mean 0.750, 0.700 to 0.800, spread 0.100"
    assert "| A <DNA>? | unseen wordings | 0.800 | 1 |" in lines
    markup = RESULT._repr_html_()
    assert "A &lt;DNA&gt;?" in markup
    assert "<DNA>" not in markup
    frame = RESULT.to_frame()
    assert frame.columns.tolist() == ["question", "wordings", "score", "unparsed"]
    assert frame["score"].tolist() == [0.8, 0.7, 0.9]


def test_a_result_is_saved_and_loaded(tmp_path):
    path = tmp_path / "wordings.json"
    RESULT.save(path)
    assert WordingRobustness.load(path) == RESULT
    for text in ("[]", "{", '{"scores": [[1]]}'):
        path.write_text(text)
        with pytest.raises(DataError, match=r"wordings\.json"):
            WordingRobustness.load(path)


def test_the_function_is_public():
    assert chatnt.wording_robustness is wording_robustness
    assert math.isfinite(RESULT.spread)
