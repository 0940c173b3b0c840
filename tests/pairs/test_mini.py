"""The bundled pair: what it promises, and that it keeps it."""

from pathlib import Path

import pytest
import torch
from safetensors import safe_open

import chatnt
from chatnt.conversation import Turn
from chatnt.folder import check_manifest
from chatnt.tasks import get_task
from chatnt.tasks.elsewhere import ELSEWHERE
from chatnt.tasks.scope import Scope

FOLDER = Path(chatnt.__file__).parent / "pairs" / "mini"
MAX_PARAMETERS, MAX_BYTES = 10_000_000, 25 * 1024 * 1024
MIN_RECOGNISED, MIN_REFUSED = 0.97, 0.95
DNA = "GCCAGTCTGAATTGGCACAGTACCTATAAAAGGCAGCGTCTGGCAACGTA" * 6
ASKED = "Is there a TATA promoter in <DNA>?"

pytestmark = pytest.mark.skipif(
    not (FOLDER / "config.json").exists(), reason="the bundled pair is not made yet"
)


@pytest.fixture(scope="module")
def chat():
    return chatnt.load()


def test_it_is_small(chat):
    assert sum(p.numel() for p in chat.model.parameters()) <= MAX_PARAMETERS
    assert sum(p.stat().st_size for p in FOLDER.rglob("*") if p.is_file()) <= MAX_BYTES


def test_it_computes_in_single_precision(chat):
    assert {weight.dtype for weight in chat.model.parameters()} == {torch.float32}
    # What an encoder recalls are numbers of words, and counts.
    buffers = {buffer.dtype for buffer in chat.model.buffers()}
    assert {dtype for dtype in buffers if dtype.is_floating_point} <= {torch.float32}


def test_its_files_are_those_that_were_written():
    check_manifest(FOLDER)


def test_its_weights_hold_no_code():
    weights = list(FOLDER.glob("*.safetensors"))
    assert weights
    for path in weights:
        with safe_open(path, "pt") as file:
            assert list(file.keys())
    assert not [p for p in FOLDER.rglob("*") if p.suffix in {".bin", ".pt", ".pkl", ".joblib", ".py"}]


def test_its_card_tells_what_it_is_for_and_where_its_data_come_from(chat):
    card = chat.card()
    assert repr(card) == (FOLDER / "README.md").read_text()
    assert "research" in card.lower()
    for origin in ("EPDnew", "Ensembl", "Oubounyt"):
        assert origin in card


@pytest.mark.parametrize(
    ("question", "task"),
    [
        (ASKED, "promoter_tata"),
        ("Which splice site is in <DNA>: a donor, an acceptor or none?", "splice_sites_all"),
        ("Is there an enhancer in <DNA>?", "enhancers"),
    ],
)
def test_it_answers_what_it_was_trained_on(chat, question, task):
    answer = chat.ask(question, DNA)
    assert answer.in_scope
    assert answer.task == task
    assert answer.label is not None
    assert 0 <= answer.probability <= 1


@pytest.mark.parametrize(
    "question",
    ["What is the capital of France? <DNA>", "Which transcription factor binds <DNA>?", "Is <DNA> a poem?"],
)
def test_it_refuses_what_it_was_not_trained_on(chat, question):
    answer = chat.ask(question, DNA)
    assert not answer.in_scope
    assert answer.probability is None


def test_it_refuses_a_question_without_dna(chat):
    assert not chat.ask("What is a TATA promoter?").in_scope


@pytest.mark.parametrize(
    "question", [ASKED, "Is there an enhancer in <DNA>?", "What is the capital of France? <DNA>"]
)
def test_the_pieces_of_a_stream_are_the_answer(chat, question):
    assert "".join(chat.stream(question, DNA)) == chat.ask(question, DNA).text


def test_two_runs_give_the_same_bytes(chat):
    question = chatnt.Question.of(ASKED, DNA)
    first, second = (pair.ask(ASKED, DNA) for pair in (chat, chatnt.load()))
    assert first == second
    assert repr(first).encode() == repr(second).encode()
    turns = [[Turn(question)], ["Yes.", "No."]]
    scores = [pair.engine.score(*turns).numpy().tobytes() for pair in (chat, chatnt.load())]
    assert scores[0] == scores[1]


def test_its_scope_recognises_new_wordings_and_refuses_what_is_about_nothing_of_it():
    scope = Scope.load(FOLDER / "scope.json")
    asked = [(q, name) for name in scope.tasks for q in get_task(name).questions.test]
    missed = [question for question, name in asked if scope.match(question).task != name]
    others = ELSEWHERE.for_tasks(scope.tasks).test
    taken = [question for question in others if scope.match(question).task]
    assert 1 - len(missed) / len(asked) >= MIN_RECOGNISED, missed
    assert 1 - len(taken) / len(others) >= MIN_REFUSED, taken
    # The README tells these numbers.
    readme = " ".join((FOLDER.parents[2] / "README.md").read_text(encoding="utf-8").split())
    refused = len(others) - len(taken)
    assert f"Of {len(others)} such questions that it had not seen it refused {refused}" in readme
    assert f"of {len(asked):,} new wordings of its own tasks it missed {len(missed)}." in readme


def test_its_measured_tasks_are_calibrated_and_the_simulated_ones_are_not(chat):
    measured = {score.task for score in chatnt.results("mini").scores.tasks if not score.simulated}
    calibrated = {each.task for each in chat.calibrations}
    assert calibrated <= measured
    assert len(calibrated) >= len(measured) - 1  # one may have too few validation sequences
    for each in chat.calibrations:
        each.check(chat.fingerprint())
    answer = chat.ask(ASKED, DNA)
    assert answer.calibrated
    assert "platt on" in answer.calibration
    assert not chat.ask(ASKED, DNA, task=chat.scope.simulated[0]).calibrated


def test_a_number_of_it_has_an_interval(chat):
    answer = chat.ask("What is the promoter strength of <DNA> in tobacco leaves?", DNA[:170])
    low, high = answer.interval
    assert low < answer.estimate < high
    assert answer.coverage == 0.9


@pytest.mark.parametrize(
    ("sequence", "told"), [("AC" * 150, "neighbouring"), (DNA[:80], "shorter"), ("N" * 300, "N")]
)
def test_it_notices_sequences_unlike_those_of_its_training(chat, sequence, told):
    assert told in " ".join(chat.ask(ASKED, sequence).notes)
