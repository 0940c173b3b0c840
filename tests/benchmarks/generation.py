"""Print how many times faster answers are written than by the published loop.

The reference does what the published inference code does, on the same weights: one
sequence at a time, the whole decoder again for every word, no cache; the soft tokens are
computed once. It must write the same answers.
"""

import random
import time
from collections.abc import Callable

import torch

import chatnt
from chatnt.conversation import Question, Turn
from chatnt.sequence import DNA

COUNT, WORDS = 32, 24


def published_loop(engine, conversation: list[Turn]) -> str:
    """Write one answer, the whole prompt again for every word."""
    model, processor = engine.model, engine.processor
    batch = processor([conversation])
    ids, end = batch["input_ids"], processor.tokenizer.eos_token_id
    with torch.no_grad():
        names = ("dna_ids", "dna_mask", "question_ids", "question_mask")
        soft = model.get_soft_tokens(*(batch[name] for name in names))
        written: list[int] = []
        while len(written) < WORDS:
            logits = model(
                input_ids=ids, soft_tokens=soft, dna_mask=batch["dna_mask"], use_cache=False
            ).logits
            word = int(logits[0, -1].argmax())
            if word == end:
                break
            written.append(word)
            ids = torch.cat([ids, torch.tensor([[word]])], dim=1)
    return processor.decode(written)


def seconds(work: Callable[[], list[str]]) -> tuple[float, list[str]]:
    """Return the shorter of two times, and what was written."""
    times = []
    for _ in range(2):
        start = time.perf_counter()
        texts = work()
        times.append(time.perf_counter() - start)
    return min(times), texts


def main() -> None:
    """Print a table of ratios."""
    engine = chatnt.load().engine
    rng = random.Random(0)
    asked = [
        [Turn(Question("Is there a TATA promoter in <DNA>?", (DNA("".join(rng.choices("ACGT", k=300))),)))]
        for _ in range(COUNT)
    ]
    reference, expected = seconds(lambda: [published_loop(engine, turns) for turns in asked])
    print(f"| {COUNT} answers about 300 bases | times as fast | same answers |")
    print("|---|---:|---|")
    print("| published loop (reference) | 1.0 | |")
    for name, size in (("cache, one at a time", 1), ("cache, batches of 32", 32)):
        taken, texts = seconds(
            lambda size=size: engine.generate(asked, batch_size=size, max_new_tokens=WORDS)
        )
        print(f"| {name} | {reference / taken:.1f} | {texts == expected} |")


if __name__ == "__main__":
    main()
