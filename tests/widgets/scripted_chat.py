"""A chat that says what a test wants, word by word, and waits where the test wants it to."""

import dataclasses
import threading

import numpy as np

from chatnt.attribution import Attribution
from chatnt.conversation import Answer, Question
from chatnt.dialogue import Conversation
from chatnt.sequence import DNA

HOSTILE = '<img src=x onerror="document.title=1"></script><script>document.title=2</script>'
QUESTION = "Is there a TATA promoter in <DNA>?"
TATA = DNA("GCGC" * 20 + "TATAAAAG" + "GCGC" * 20, name="HBB")
ANSWER = Answer(
    "Yes, there is a TATA promoter.",
    Question(QUESTION, (TATA,)),
    task="promoter_tata",
    label="promoter",
    probability=0.93,
    probabilities={"promoter": 0.93, "not a promoter": 0.07},
    calibrated=True,
    calibration="platt on 566 examples",
    notes=("longer than any sequence trained on",),
)


class ScriptedChat:
    """Say the same to every question.

    Parameters
    ----------
    pieces
        In which the answer is written; default its words.
    answer
        Of which the question and the text are replaced.
    hold
        After how many pieces it waits for `go_on`.
    error
        Raised after the pieces.
    """

    def __init__(self, pieces=None, *, answer=ANSWER, scope=None, hold=None, error=None, why_error=None):
        words = answer.text.split(" ")
        self.pieces = pieces or [f"{word} " for word in words[:-1]] + words[-1:]
        self.answer, self.scope, self.hold = answer, scope, hold
        self.error, self.why_error = error, why_error
        self.go_on, self.reached = threading.Event(), threading.Event()
        self.heard = []

    def conversation(self):
        return Conversation(self._reply, self._write)

    def explain(self, answer):
        if self.why_error:
            raise self.why_error
        sequence = answer.question.sequences[0]
        scores = np.full(len(sequence), 0.01, np.float32)
        at = max(str(sequence).find("TATA"), 0)
        scores[at : at + 8] = 1
        scores[at + 10] = -0.5
        return Attribution(
            (sequence,), (scores,), QUESTION, "promoter_tata", "promoter", "not a promoter", "log-odds",
            "integrated_gradients", "N", value=2.0, notes=("a reason to doubt",),
        )  # fmt: skip

    def _reply(self, turns, _task):
        self.heard.append([turn.question.text for turn in turns])
        return dataclasses.replace(self.answer, text="".join(self.pieces), question=turns[-1].question)

    def _write(self, turns, stop):
        for number, piece in enumerate(self.pieces):
            if number == self.hold:
                self.reached.set()
                assert self.go_on.wait(30)
            if stop is not None and stop.is_set():
                return
            yield piece
        if self.error:
            raise self.error
