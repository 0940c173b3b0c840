"""Print how many times faster files are annotated than by plain loops, with the same answers.

`asked one by one` is `chat.ask` for each sequence and question. `plain batches` is what one would write
first: each question about all sequences in batches, padded and with a cache, by `generate` of transformers;
then each possible answer behind its prompt in batches, for the probability. Nothing is shared: not the DNA
between questions, nor a prompt between its answers. `batches of one question` shares what `annotate`
does, but within one question only. All give the same answers and probabilities. One core; seconds are of
processor time.
"""

import random
import time
from collections.abc import Callable, Iterator

import torch

import chatnt
from chatnt.answer_rows import row_likelihoods
from chatnt.assistant import Assistant
from chatnt.conversation import Answer, Question, Turn
from chatnt.judging import Judge
from chatnt.sequence import DNA

COUNT, LENGTH, SCORED, ROUNDS, BATCH, SENTENCES = 64, 300, 512, 2, 64, 3
TASKS = ("promoter_tata", "promoter_all", "enhancers", "splice_sites_donors", "splice_sites_acceptors")

Found = list[tuple[str, float]]
"""Answers with the calibrated probability of the label that they state."""


def one_by_one(chat: Assistant, sequences: list[str]) -> Found:
    """Ask about every sequence by itself."""
    pairs = [(dna, _question(name), name) for dna in sequences for name in TASKS]
    return [_told(chat.ask(question, dna, task=name)) for dna, question, name in pairs]


@torch.inference_mode()
def plain_batches(chat: Assistant, sequences: list[str]) -> Found:
    """Ask each question in batches that share nothing."""
    found = {name: list(_plainly(chat, name, sequences)) for name in TASKS}
    return [found[name][i] for i in range(len(sequences)) for name in TASKS]


def _plainly(chat: Assistant, name: str, sequences: list[str]) -> Iterator[tuple[str, float]]:
    model, processor, task = chat.model, chat.processor, chatnt.get_task(name)
    judge = Judge.of(task, sentences=SENTENCES)
    assert judge is not None
    settings = {"do_sample": False, "eos_token_id": processor.tokenizer.eos_token_id}
    for start in range(0, len(sequences), BATCH):
        asked = [_asked(name, dna) for dna in sequences[start : start + BATCH]]
        batch = processor(asked)
        ids = model.generate(**batch, **settings, max_new_tokens=64, pad_token_id=processor.pad_token_id)
        texts = [processor.decode(row) for row in ids[:, batch["input_ids"].shape[1] :]]
        scores = []
        for turns in asked:  # as many rows as there are answers is a batch of its own
            rows = processor([turns] * len(judge.answers), answers=judge.answers)
            labels = rows.pop("labels")
            logits = model(**rows, use_cache=False).logits[:, :-1]
            scores.append(row_likelihoods(logits, labels[:, 1:]))
        corrected = chat.calibrations.of(name)["probabilities"].calibrator.apply(
            judge.probabilities(torch.stack(scores))
        )
        for text, row in zip(texts, corrected.tolist(), strict=True):
            yield text, dict(zip(task.labels, row, strict=True))[str(task.parse(text))]


def of_one_question(chat: Assistant, sequences: list[str]) -> Found:
    """Share all but what several questions have in common."""
    found = {}
    for name in TASKS:
        for start in range(0, len(sequences), BATCH):
            some = sequences[start : start + BATCH]
            answers = chat.answerer.answer_each([_asked(name, dna) for dna in some], [name] * len(some))
            found |= {(dna, name): _told(answer) for dna, answer in zip(some, answers, strict=True)}
    return [found[dna, name] for dna in sequences for name in TASKS]


def annotated(chat: Assistant, sequences: list[str]) -> Found:
    """Do it as `annotate` does."""
    table = chat.annotate(sequences, [_question(name) for name in TASKS], window=LENGTH, batch_size=BATCH)
    return list(zip(table["answer"], table["probability"], strict=True))


def _told(answer: Answer) -> tuple[str, float]:
    return answer.text, answer.probability or 0.0


def _question(name: str) -> str:
    return chatnt.get_task(name).questions.train[0]


def _asked(name: str, dna: str) -> list[Turn]:
    return [Turn(Question(_question(name), (DNA(dna),)))]


def seconds(work: Callable[[], Found]) -> tuple[float, Found]:
    """Return the shortest of some times, and what was written."""
    times, found = [], []
    for _ in range(ROUNDS):
        start = time.process_time()
        found = work()
        times.append(time.process_time() - start)
    return min(times), found


def main() -> None:
    """Print ratios, and sequences per second."""
    torch.set_num_threads(1)
    chat, rng = chatnt.load(), random.Random(0)
    sequences = ["".join(rng.choices("ACGT", k=LENGTH)) for _ in range(max(COUNT, SCORED))]
    some = sequences[:COUNT]
    ours, expected = seconds(lambda: annotated(chat, some))
    print(f"{COUNT} sequences of {LENGTH} bases, {len(TASKS)} questions each, answers and probabilities")
    ways = (
        ("asked one by one", one_by_one),
        ("plain batches", plain_batches),
        ("batches of one question", of_one_question),
    )
    for name, work in ways:
        taken, found = seconds(lambda work=work: work(chat, some))
        same = sum(a[0] == b[0] for a, b in zip(found, expected, strict=True)) / len(expected)
        off = max(abs(a[1] - b[1]) for a, b in zip(found, expected, strict=True))
        print(f"  {name}: {taken:.1f} s, annotate {ours:.1f} s: {taken / ours:.1f} times")
        print(f"    {same:.0%} of the answers the same, probabilities within {off:.0e}")
    taken, _ = seconds(
        lambda: chat.annotate(sequences[:SCORED], "promoter_tata", text=False)["answer"].tolist()
    )
    print(f"one task, scored without writing: {SCORED / taken:.0f} sequences per second")


if __name__ == "__main__":
    main()
