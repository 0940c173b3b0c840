"""Print how many times faster answers are scored over a shared cache than by one full forward each.

The reference reads the prompt, its DNA and one answer at a time, on the same weights; ours encodes
the DNA and reads the prompt once, and the answers of many prompts share the cache. Both must find
the same log-likelihoods.
"""

import random
import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

import chatnt
from chatnt.conversation import Question, Turn
from chatnt.engine import Engine
from chatnt.judging import Judge
from chatnt.processor import IGNORED
from chatnt.scoring import score_conversations
from chatnt.sequence import DNA

TASK, SENTENCES, TOLERANCE = "promoter_tata", 10, 1e-5
COUNT, ROUNDS = 64, 3
"""Prompts, and how often both ways take turns."""


@torch.inference_mode()
def one_forward_each(engine: Engine, asked: Sequence[list[Turn]], answers: Sequence[str]) -> Tensor:
    """Score each answer of each conversation by a forward pass of its own."""
    scores = torch.empty(len(asked), len(answers))
    for row, turns in enumerate(asked):
        for column, answer in enumerate(answers):
            batch = engine.processor([turns], answers=[answer])
            labels = batch.pop("labels")
            logits = engine.model(**batch, use_cache=False).logits[0, :-1].float()
            scores[row, column] = -cross_entropy(logits, labels[0, 1:], ignore_index=IGNORED, reduction="sum")
    return scores


def seconds(work: Callable[[], Tensor]) -> tuple[float, Tensor]:
    """Return how long it took, and what came out."""
    start = time.perf_counter()
    scores = work()
    return time.perf_counter() - start, scores


def main() -> None:
    """Print the ratio and the largest difference, and fail if the numbers are not the same."""
    engine, task = chatnt.load().engine, chatnt.get_task(TASK)
    judge = Judge.of(task, sentences=SENTENCES)
    assert judge is not None
    assert len(judge.answers) == 2 * SENTENCES
    rng = random.Random(0)
    sequences = ["".join(rng.choices("ACGT", k=task.length)) for _ in range(COUNT)]
    asked = [[Turn(Question(rng.choice(task.questions.train), (DNA(text),)))] for text in sequences]
    slow, fast = [], []
    for _ in range(ROUNDS):  # in turns, so that both meet the same machine
        taken, expected = seconds(lambda: one_forward_each(engine, asked, judge.answers))
        slow.append(taken)
        taken, scores = seconds(lambda: score_conversations(engine, asked, judge.answers))
        fast.append(taken)
    difference = float(((scores - expected).abs() / expected.abs()).max())
    print(f"| {COUNT} prompts of {task.length} bases, 2 × {SENTENCES} answers | times as fast | a second |")
    print("|---|---:|---:|")
    for name, times in (("one full forward each (reference)", slow), ("shared cache", fast)):
        print(f"| {name} | {min(slow) / min(times):.1f} | {COUNT * len(judge.answers) / min(times):,.0f} |")
    print(f"\nLargest relative difference of a log-likelihood: {difference:.1e} (at most {TOLERANCE:.0e})")
    if difference > TOLERANCE:
        raise SystemExit("The log-likelihoods differ.")


if __name__ == "__main__":
    main()
