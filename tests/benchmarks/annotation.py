"""Print how many times faster files are annotated than by plain loops, with the same answers.

`asked one by one` is `chat.ask` for each sequence and question. `plain batches` asks each question about
all sequences in batches, padded and with a cache, but encodes the DNA for every question anew, and once more
to score the answers. Both write the same answers and the same probabilities as `annotate`. One core.
"""

import random
import time
from collections.abc import Callable

import torch

import chatnt
from chatnt.answering import Answerer
from chatnt.assistant import Assistant
from chatnt.conversation import Question, Turn
from chatnt.sequence import DNA

COUNT, LENGTH, SCORED, ROUNDS = 48, 300, 512, 2
QUESTIONS = (
    "Is there a TATA promoter in <DNA>?",
    "Is there a promoter in <DNA>?",
    "Is there an enhancer in <DNA>?",
    "Is there a donor splice site in <DNA>?",
    "Is there an acceptor splice site in <DNA>?",
)


def one_by_one(chat: Assistant, sequences: list[str]) -> list[str]:
    """Ask about every sequence by itself."""
    return [chat.ask(question, dna).text for dna in sequences for question in QUESTIONS]


def plain_batches(chat: Assistant, sequences: list[str], size: int = 64) -> list[str]:
    """Ask each question in batches that share nothing with those of the others."""
    texts: dict[tuple[str, str], str] = {}
    for question in QUESTIONS:
        for start in range(0, len(sequences), size):
            some = sequences[start : start + size]
            asked = [[Turn(Question(question, (DNA(dna),)))] for dna in some]
            written = chat.engine.generate(asked, batch_size=size)
            _scored(chat.answerer, asked)
            texts |= {(dna, question): text for dna, text in zip(some, written, strict=True)}
    return [texts[dna, question] for dna in sequences for question in QUESTIONS]


def _scored(answerer: Answerer, asked: list[list[Turn]]) -> None:
    answerer.answer_each(asked, written=False)


def annotated(chat: Assistant, sequences: list[str]) -> list[str]:
    """Do it as `annotate` does."""
    return chat.annotate(sequences, list(QUESTIONS), window=LENGTH)["answer"].tolist()


def seconds(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    """Return the shortest of some times, and what was written."""
    times, texts = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        texts = work()
        times.append(time.perf_counter() - start)
    return min(times), texts


def main() -> None:
    """Print ratios, and sequences per second."""
    torch.set_num_threads(1)
    chat, rng = chatnt.load(), random.Random(0)
    sequences = ["".join(rng.choices("ACGT", k=LENGTH)) for _ in range(max(COUNT, SCORED))]
    some = sequences[:COUNT]
    ours, expected = seconds(lambda: annotated(chat, some))
    print(f"{COUNT} sequences of {LENGTH} bases, {len(QUESTIONS)} questions each, answers written")
    for name, work in (("asked one by one", one_by_one), ("plain batches", plain_batches)):
        taken, texts = seconds(lambda work=work: work(chat, some))
        same = sum(a == b for a, b in zip(texts, expected, strict=True)) / len(expected)
        print(
            f"  {name}: {taken:.1f} s, annotate {ours:.1f} s: {taken / ours:.1f} times; {same:.0%} the same"
        )
    taken, _ = seconds(
        lambda: chat.annotate(sequences[:SCORED], "promoter_tata", text=False)["answer"].tolist()
    )
    print(f"one task, scored without writing: {SCORED / taken:.0f} sequences per second")


if __name__ == "__main__":
    main()
