"""What a pair answers without its DNA."""

import dataclasses
import itertools
import random
from collections import Counter
from unittest import mock

import numpy as np
import pandas as pd
import pytest
import torch

from chatnt.controls import CONTROLS, probe_gap, read_soft_tokens, score_control, wording_gap
from chatnt.engine import Engine
from chatnt.evaluation import score_tasks
from chatnt.tasks import get_task
from chatnt.tasks.examples import Example
from tests.tiny import DIM, LATENTS, tiny_pair

TATA, LEAF = get_task("promoter_tata"), get_task("plant_promoter_leaf")
P, Q = "promoter", "not a promoter"
RNG = random.Random(0)
DATA = {
    TATA.name: [Example("".join(RNG.choices("ACGT", k=40)), (P, Q)[i % 2]) for i in range(12)],
    LEAF.name: [Example("".join(RNG.choices("ACGT", k=40)), RNG.random()) for _ in range(8)],
}


class Reader:
    """Answer by the letters, and remember what was asked."""

    def __init__(self):
        self.asked = []

    def generate(self, conversations, *, batch_size, answers=None):
        questions = [turns[-1].question for turns in conversations]
        self.asked += questions
        return [
            "No, there is none." if "N" in str(q.sequences[0]) else "Yes, there is one." for q in questions
        ]


def sequences(questions):
    return [str(q.sequences[0]) for q in questions]


def test_controls_ask_the_same_about_changed_dna():
    reader, plain = Reader(), Reader()
    score_tasks(plain, DATA, [TATA], split="test", limit=9, seed=2, sentences=0)
    scores = {name: score_control(name, reader, DATA, [TATA], limit=9, seed=2) for name in CONTROLS}
    assert list(scores) == ["question only", "shuffled DNA"]
    blank, shuffled = reader.asked[:9], reader.asked[9:]
    assert [q.text for q in blank] == [q.text for q in shuffled] == [q.text for q in plain.asked]
    assert sequences(blank) == ["N" * 40] * 9
    for before, after in zip(sequences(plain.asked), sequences(shuffled), strict=True):
        assert before != after
        assert Counter(itertools.pairwise(before)) == Counter(itertools.pairwise(after))
    stated = {name: scores[name][TATA.name].confusion[P] for name in scores}
    assert set(stated["question only"]) == {Q}
    assert set(stated["shuffled DNA"]) == {P}


def test_the_wording_gap_is_of_the_same_rows():
    class Partial(Reader):
        """Understand only wordings that were trained on."""

        def generate(self, conversations, *, batch_size, answers=None):
            super().generate(conversations, batch_size=batch_size)
            return [
                (
                    "Yes, there is one."
                    if truth[str(t[-1].question.sequences[0])] == P
                    else "No, there is none."
                )
                if t[-1].question.text in TATA.questions.train
                else "Hm."
                for t in conversations
            ]

    truth = {e.sequence: e.label for e in DATA[TATA.name]}
    reader = Partial()
    table = wording_gap(reader, DATA, [TATA])
    assert table.to_dict("records") == [
        {"task": TATA.name, "metric": "mcc", "sequences": 12, "train": 1.0, "test": 0.0, "gap": 1.0}
    ]
    assert sequences(reader.asked[:12]) == sequences(reader.asked[12:])


@pytest.fixture(scope="module")
def engine():
    return Engine(*tiny_pair())


def test_soft_tokens_are_those_of_each_row(engine):
    rows = read_soft_tokens(engine, TATA, DATA[TATA.name], batch_size=5)
    assert rows.shape == (12, LATENTS * DIM)
    assert rows.dtype == np.float32
    alone = read_soft_tokens(engine, TATA, DATA[TATA.name], batch_size=1)
    np.testing.assert_allclose(rows, alone, atol=1e-5)


def test_a_probe_finds_what_the_soft_tokens_hold(engine):
    def read_each(conversations):
        letters = [str(turns[-1].question.sequences[0]) for turns in conversations]
        rng = np.random.default_rng(len(letters))
        soft = rng.normal(size=(len(letters), 1, LATENTS, DIM)) * 0.1
        soft[:, 0, 0, 0] = [text.count("A") for text in letters]
        return torch.tensor(soft)

    rng = random.Random(1)
    texts = ["".join(rng.choices(letters, k=40)) for letters in ["AAAC", "ACCC"] * 100]
    labels = [Example(text, P if text.count("A") > 20 else Q) for text in texts]
    numbers = [Example(text, text.count("A") / 10) for text in texts]
    train = {TATA.name: labels[:150], LEAF.name: numbers[:150]}
    held = {TATA.name: labels[150:], LEAF.name: numbers[150:]}
    with (
        mock.patch.object(engine, "read_each", read_each),
        mock.patch.object(engine, "generate", lambda asked, **how: ["Hm."] * len(asked)),
    ):
        table = probe_gap(engine, train, held, [TATA, LEAF], limit=100).set_index("task")
    assert (table["fitted"].tolist(), table["sequences"].tolist()) == ([100, 100], [50, 50])
    assert table["metric"].tolist() == ["mcc", "pearson"]
    assert table["probe"].min() > 0.7
    assert table["answers"].tolist() == [0, 0]
    pd.testing.assert_series_equal(table["gap"], table["probe"], check_names=False)


def test_several_labels_at_once_have_no_probe(engine):
    task = dataclasses.replace(TATA, kind="multilabel")
    with pytest.raises(ValueError, match="several labels at once"):
        probe_gap(engine, DATA, DATA, [task])
