"""Print how many times faster bases are scored than by the plain loops, with the same numbers.

The reference of mutagenesis is one full forward pass for each mutant, with every answer as a row: the
sequence is encoded once for all rows. That of integrated gradients is one pass forward and back for each
step. Ours computes only what a substitution reaches, many mutants at a time, and the answers as a tree over
one prompt. Both run on one core.
"""

import random
import time
from collections.abc import Callable

import numpy as np
import torch
from torch.nn.functional import cross_entropy

import chatnt
from chatnt.assistant import Assistant
from chatnt.attribution import Attribution
from chatnt.conversation import Question, Turn
from chatnt.explained import Explained, Wish
from chatnt.processor import IGNORED

QUESTION, TASK = "Is there a TATA promoter in <DNA>?", "promoter_tata"
LENGTH, GRADIENT_LENGTH, LONGEST, STEPS = 600, 300, 12_000, 32
COUNT, ROUNDS, TOLERANCE = 24, 3, 1e-3
"""Mutants that the plain loop computes, how often both take turns, and how far log-odds may be apart."""


def random_bases(length: int) -> str:
    """Return bases that are the same in every run."""
    return "".join(random.Random(length).choices("ACGT", k=length))


def mutant(text: str, place: int, base: str) -> str:
    """Return a sequence with one base replaced."""
    return text[:place] + base + text[place + 1 :]


@torch.inference_mode()
def one_forward(chat: Assistant, explained: Explained, text: str) -> float:
    """Return the target by one pass of the whole model over prompt and answer, a row for each answer."""
    engine, answers = chat.engine, explained.target.answers
    batch = engine.processor([[Turn(Question.of(QUESTION, text))]] * len(answers), answers=answers)
    labels = batch.pop("labels")
    logits = engine.model(**batch, use_cache=False).logits[:, :-1].float()
    losses = cross_entropy(logits.transpose(1, 2), labels[:, 1:], ignore_index=IGNORED, reduction="none")
    return float(explained.target.reduce(-losses.sum(1)[None]))


def seconds(work: Callable[[], object]) -> tuple[float, object]:
    """Return how long it took, and what came out."""
    start = time.perf_counter()
    found = work()
    return time.perf_counter() - start, found


def mutagenesis(chat: Assistant, sentences: int | None) -> str:
    """Compare for one number of sentences of each label; return a row of the table."""
    text, rng = random_bases(LENGTH), random.Random(0)
    explained = Wish(target="Yes", sentences=sentences).of(chat, QUESTION, text, "", gradients=False)
    places = [(rng.randrange(LENGTH), rng.randrange(4)) for _ in range(COUNT)]
    slow, fast, expected, table = [], [], [], np.zeros((LENGTH, 4))
    for _ in range(ROUNDS):  # in turns, so that both meet the same machine
        taken, values = seconds(
            lambda: [one_forward(chat, explained, mutant(text, i, "ACGT"[k])) for i, k in places]
        )
        slow.append(taken / COUNT)
        taken, found = seconds(
            lambda: chatnt.attribute(
                chat, QUESTION, text, target="Yes", method="in_silico_mutagenesis", sentences=sentences
            )
        )
        assert isinstance(values, list)
        assert isinstance(found, Attribution)
        assert found.tables is not None
        fast.append(taken / (3 * LENGTH))
        expected, table = values, found.tables[0] + found.value
    difference = max(abs(float(table[i, k]) - value) for (i, k), value in zip(places, expected, strict=True))
    if difference > TOLERANCE:
        raise SystemExit(f"The log-odds differ by {difference:.1e}.")
    told = "all" if sentences is None else f"first {sentences}"
    return (
        f"| mutagenesis of {LENGTH} bases, {told} of each label's sentences | {min(slow) / min(fast):.1f} "
        f"| {min(fast) * 3 * LENGTH:.1f} s | {difference:.0e} |"
    )


def gradients(chat: Assistant) -> str:
    """Compare integrated gradients in batches with one step at a time; return a row of the table."""
    text, taken = random_bases(GRADIENT_LENGTH), {1: [], 32: []}
    scores: dict[int, np.ndarray] = {}
    for _ in range(ROUNDS):
        for size, times in taken.items():
            spent, found = seconds(
                lambda size=size: chatnt.attribute(
                    chat, QUESTION, text, target="Yes", steps=STEPS, batch_size=size
                )
            )
            assert isinstance(found, Attribution)
            times.append(spent)
            scores[size] = found.scores[0]
    difference = np.abs(scores[1] - scores[32]).max()
    ratio = min(taken[1]) / min(taken[32])
    return (
        f"| integrated gradients, {STEPS} steps, {GRADIENT_LENGTH} bases | {ratio:.1f} "
        f"| {min(taken[32]):.2f} s | {difference:.0e} |"
    )


def cost_of_a_mutant(chat: Assistant, length: int) -> float:
    """Return seconds for one mutant of a sequence, once what all have in common is computed."""
    text = random_bases(length)
    explained = Wish(target="Yes").of(chat, QUESTION, text, "", gradients=False)
    path = explained.path()
    mutants = [mutant(text, length // 2 + i, base) for i in range(24) for base in "ACGT"]

    @torch.no_grad()
    def work() -> None:
        for start in range(0, len(mutants), 32):
            path.likelihoods([path.reader.features(mutants[start : start + 32])])

    work()
    return min(seconds(work)[0] for _ in range(ROUNDS)) / len(mutants)


def main() -> None:
    """Print the ratios and the largest differences, and fail if the numbers are not the same."""
    torch.set_num_threads(1)
    chat = chatnt.load()
    print("| bundled pair, one core | times as fast as the plain loop | takes | largest difference |")
    print("|---|---:|---:|---:|")
    for sentences in (None, 3, 1):
        print(mutagenesis(chat, sentences))
    print(gradients(chat))
    growth = cost_of_a_mutant(chat, LONGEST) / cost_of_a_mutant(chat, LENGTH)
    print(
        f"\nA mutant of {LONGEST:,} bases takes {growth:.1f} times as long as one of {LENGTH} "
        "(1 if the cost of a map is linear in the length)."
    )


if __name__ == "__main__":
    main()
