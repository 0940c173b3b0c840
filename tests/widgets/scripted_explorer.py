"""A pair whose answers are known beforehand: a site is where two letters stand in the middle of a window."""

import types

import numpy as np

from chatnt.attribution import Attribution
from chatnt.conversation import Answer, Question
from chatnt.tasks import get_task

TASKS = ("splice_sites_donors", "splice_sites_acceptors", "splice_sites_all", "gfp_fluorescence")
SITES = {"splice_sites_donors": "GT", "splice_sites_acceptors": "AG", "splice_sites_all": "AG"}
WINDOW = 40


class ScriptedChat:
    """Answers at once; `asked` lists every window that was scored, `calls` the sizes of batches."""

    def __init__(self, window=WINDOW):
        known = types.SimpleNamespace(lengths=(window, window))
        self.scope = types.SimpleNamespace(tasks=TASKS)
        self.likeness = types.SimpleNamespace(ranges=dict.fromkeys(TASKS, known))
        self.asked, self.calls = [], []
        self.gate, self.error, self.explained = None, None, []

    @property
    def answerer(self):
        return self

    def answer_each(self, conversations, tasks, *, written):
        assert not written
        self.calls.append(len(conversations))
        if self.gate is not None:
            self.gate.wait(20)
        if self.error is not None:
            raise self.error
        questions = [turns[-1].question for turns in conversations]
        self.asked += [(task, str(q.sequences[0])) for task, q in zip(tasks, questions, strict=True)]
        return [self.answer(task, q) for task, q in zip(tasks, questions, strict=True)]

    def answer(self, task, question):
        letters, labels = str(question.sequences[0]), get_task(task).labels
        middle = len(letters) // 2
        high = 0.9 if letters[middle : middle + 2] == SITES[task] else 0.1
        positive = labels[-1] if len(labels) == 2 else labels[0]
        rest = (1 - high) / (len(labels) - 1)
        chances = {label: high if label == positive else rest for label in labels}
        best = max(chances, key=chances.get)
        notes = ("has an N",) if "N" in letters else ()
        return Answer(
            f"It says {best}.", question, task=task, label=best, probability=chances[best],
            probabilities=chances, calibrated=task == "splice_sites_donors", notes=notes,
        )  # fmt: skip

    def ask(self, question, dna, *, task):
        return self.answer(task, Question(question, (dna,)))

    def explain(self, answer, *, watch=None, **settings):
        self.explained.append(settings)
        if watch is not None:
            watch(1)
        dna = answer.question.sequences[0]
        scores = np.zeros(len(dna), np.float32)
        scores[len(dna) // 2] = 2
        return Attribution(
            (dna,), (scores,), answer.question.text, answer.task, str(answer.label), "else", "log-odds",
            "integrated_gradients", "N", 2.0, 0.0, delta=0.001,
        )  # fmt: skip
