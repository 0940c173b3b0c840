"""A pair may be asked by several threads at once, and an interrupted question leaves it as it was."""

import os
import random
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from chatnt.assistant import Assistant
from tests.test_answering import same
from tests.test_assistant import ASKED
from tests.test_assistant import parts as parts  # a fixture
from tests.test_assistant import scope as scope  # a fixture
from tests.test_verdicts import SPLICES
from tests.test_verdicts import fitted as fitted  # a fixture

RNG = random.Random(11)
SEQUENCES = ["".join(RNG.choices("ACGT", k=RNG.randrange(80, 400))) for _ in range(12)]
ROOT = str(Path(__file__).parents[1])


@pytest.fixture
def chat(parts, scope, fitted):
    chat = Assistant(*parts, scope=scope)
    for name in ("platt", "vector", "sets"):
        chat.add_calibration(fitted[name])
    return chat


def test_threads_get_the_answers_that_one_gets(chat):
    asked = [(question, dna) for dna in SEQUENCES for question in (ASKED, SPLICES)]
    expected = [chat.ask(*each) for each in asked]
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda each: chat.ask(*each), asked * 2))
    for one, other in zip(found, expected * 2, strict=True):
        same(one, other)


def test_threads_may_ask_score_and_annotate_side_by_side(chat):
    expected = chat.annotate(SEQUENCES, [ASKED, SPLICES], text=False, batch_size=5)
    with ThreadPoolExecutor(3) as pool:
        tables = [
            pool.submit(chat.annotate, SEQUENCES, [ASKED, SPLICES], text=False, batch_size=5)
            for _ in range(3)
        ]
        answers = [pool.submit(chat.ask, ASKED, dna) for dna in SEQUENCES]
    for table in tables:
        found = table.result()
        assert found["label"].tolist() == expected["label"].tolist()
        assert found["probability"].tolist() == pytest.approx(expected["probability"].tolist(), abs=1e-5)
    assert [answer.result().question.sequences[0].sequence for answer in answers] == SEQUENCES


SCRIPT = """
import os, signal, sys, threading
import chatnt
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it may be ignored
chat = chatnt.load(sys.argv[1])
chat.model.generation_config.max_new_tokens = 64
dna = sys.argv[2]
before = chat.ask("Is there a TATA promoter in <DNA>?", dna)
steps = []
forward = chat.model.decoder.forward
def counted(*args, **kwargs):
    steps.append(1)
    if len(steps) == 3:
        os.kill(os.getpid(), signal.SIGINT)
    return forward(*args, **kwargs)
chat.model.decoder.forward = counted
try:
    chat.ask("Is there a TATA promoter in <DNA>?", dna)
except KeyboardInterrupt:
    taken = len(steps)
    chat.model.decoder.forward = forward
    after = chat.ask("Is there a TATA promoter in <DNA>?", dna)
    print(taken, after.text == before.text, after.probability == before.probability)
"""


def test_an_interrupt_stops_within_one_token_and_leaves_the_pair_usable(chat, tmp_path):
    """As Ctrl-C in a terminal or a cell does."""
    chat.save(tmp_path / "pair")
    command = [sys.executable, "-c", SCRIPT, str(tmp_path / "pair"), SEQUENCES[0]]
    environment = os.environ | {"PYTHONPATH": ROOT}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.stdout.split(), done.returncode) == (["3", "True", "True"], 0), done.stderr
