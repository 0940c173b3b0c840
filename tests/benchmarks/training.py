"""Print how many times faster a training step is than the honest naive loop, and what long DNA costs.

The naive loop computes the same loss and the same gradients, but pads all DNA to 2,048 positions
and all English to 1,024 tokens, as the hyper-parameter table of the ChatNT paper has it, computes
the logits of every position, and encodes the DNA of every row. Model, weights, rows and rows per
pass are the same, and the decoder is frozen in both. Dropout is off, or they could not agree.
"""

import json
import math
import os
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import pad
from torch.profiler import ProfilerActivity, profile

import chatnt
from chatnt.conversation import Question, Turn
from chatnt.model import IGNORED, ChatNTModel
from chatnt.sequence import DNA
from chatnt.tasks import get_task
from chatnt.training.batches import Batches, MicroBatch
from chatnt.training.plan import TrainingPlan

POSITIONS, WORDS = 2048, 1024  # of the naive loop
ROWS, PASS = 24, 12
TASKS = ("promoter_tata", "splice_sites_all", "enhancers", "h3")
LENGTHS = (300, 600, 1_200, 2_400, 4_800, 9_600, 12_000)
REPEATS = 3


class Row(NamedTuple):
    """A question about a made-up sequence, and an answer."""

    turns: Sequence[Turn]


class Made:
    """The same rows in every step."""

    def __init__(self, rows: int, low: int, high: int, *, questions: int = 1) -> None:
        rng = random.Random(0)
        self.batch_size = rows
        self.rows: list[Row] = []
        for _ in range(rows // questions):
            sequence = DNA("".join(rng.choices("ACGT", k=rng.randint(low, high))))
            for name in rng.sample(TASKS, questions):
                task = get_task(name)
                answer = task.answer(rng.choice(task.labels), "train", rng)
                question = Question(rng.choice(task.questions.train), (sequence,))
                self.rows.append(Row([Turn(question, answer)]))
        rng.shuffle(self.rows)

    def batch(self, step: int) -> list[Row]:
        """Return all rows."""
        return self.rows


class Measured(NamedTuple):
    """What a step costs, and what it gives."""

    seconds: float
    """Of processor time: the machine may be busy with other things."""
    loss: float
    gradient: Tensor


class Bench:
    """A model of the bundled pair's shape with random weights, and both ways to train it."""

    def __init__(self) -> None:
        engine = chatnt.load().engine
        config = engine.model.config
        config.encoder_config.max_length = max(LENGTHS)
        torch.manual_seed(0)
        self.model = ChatNTModel(config).eval()
        self.model.decoder.requires_grad_(False)
        self.processor = engine.processor
        self.processor.max_dna_tokens = max(LENGTHS)

    def ours(self, source: Made) -> float:
        """Train as `chatnt.train` does: sorted by length, at true length."""
        passes = Batches(source, self.processor, TrainingPlan(micro_rows=PASS)).of(0)
        count = sum(some.learned for some in passes)
        return sum(self._back(self.model(**p.inputs, num_items_in_batch=count).loss) for p in passes)

    def naive(self, source: Made, positions: int = POSITIONS, words: int = WORDS) -> float:
        """Train in the order of the rows, padded to a fixed width; 0 for the longest of a pass."""
        parts = [source.rows[i : i + PASS] for i in range(0, len(source.rows), PASS)]
        passes = [
            MicroBatch(
                self.processor([r.turns for r in rows], answers=[str(r.turns[-1].answer) for r in rows])
            )
            for rows in parts
        ]
        count = sum(some.learned for some in passes)
        return sum(
            self._back(self._padded_loss(dict(some.inputs), positions, words, count)) for some in passes
        )

    def _padded_loss(self, batch: dict[str, Tensor], positions: int, words: int, count: int) -> Tensor:
        for name, tensor in batch.items():
            width = positions if name.startswith("dna_") else words
            value = IGNORED if name == "labels" else 0
            batch[name] = pad(tensor, (0, max(0, width - tensor.shape[-1])), value=value)
        model, ids, mask = self.model, batch["dna_ids"][:, 0], batch["dna_mask"][:, 0]
        dna = model.encoder(input_ids=ids, attention_mask=mask).last_hidden_state
        if hasattr(model.encoder, "output_mask"):
            mask = model.encoder.output_mask(mask)
        soft = model.resampler(dna, mask, batch["question_ids"], batch["question_mask"])
        embeds = model.fill_slots(batch["input_ids"], soft[:, None], batch["dna_mask"])
        return model.decoder(
            inputs_embeds=embeds, attention_mask=batch["attention_mask"], labels=batch["labels"],
            num_items_in_batch=count, use_cache=False,
        ).loss  # fmt: skip

    def _back(self, loss: Tensor) -> float:
        loss.backward()
        return loss.item()

    def measured(self, way: Callable[[], float]) -> Measured:
        """Run one step."""
        self.model.zero_grad()
        start = time.process_time()
        loss = way()
        seconds = time.process_time() - start
        gradients = [p.grad.flatten() for p in self.model.parameters() if p.grad is not None]
        return Measured(seconds, loss, torch.cat(gradients))

    def peak(self, way: Callable[[], float]) -> int:
        """Return the most bytes that a step holds at a time beside the weights."""
        self.model.zero_grad()
        with profile(activities=[ProfilerActivity.CPU], profile_memory=True) as trace:
            way()
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "trace.json"
            trace.export_chrome_trace(str(file))
            events = json.loads(file.read_text())["traceEvents"]
        changes = sorted((e["ts"], e["args"]["Bytes"]) for e in events if e.get("name") == "[memory]")
        held = most = 0
        for _, size in changes:
            held += size
            most = max(most, held)
        return most


def compare(bench: Bench, questions: int) -> None:
    """Print one table: the naive loop, what takes part of its waste away, and ours."""
    source, one_pass = (Made(rows, 300, 600, questions=questions) for rows in (ROWS, PASS))
    ways: dict[str, Callable[[Made], float]] = {
        "naive loop": bench.naive,
        "English at true length": lambda rows: bench.naive(rows, words=0),
        "DNA as well": lambda rows: bench.naive(rows, 0, 0),
        "chatnt": bench.ours,
    }
    bench.measured(lambda: bench.ours(source))
    runs: dict[str, list[Measured]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            runs[name].append(bench.measured(lambda way=way: way(source)))
    seconds = {name: statistics.median(run.seconds for run in some) for name, some in runs.items()}
    naive = runs["naive loop"][0]
    print(f"\n{ROWS} samples of 300 to 600 bases, {questions} question(s) about each sequence\n")
    print("| step | samples per second | times as fast | peak MB | loss differs | gradient differs |")
    print("|---|---:|---:|---:|---:|---:|")
    for name, some in runs.items():
        peak = bench.peak(lambda name=name: ways[name](one_pass)) / 1e6
        off = abs(some[0].loss - naive.loss)
        turned = float((some[0].gradient - naive.gradient).norm() / naive.gradient.norm())
        print(
            f"| {name} | {ROWS / seconds[name]:.1f} | {seconds['naive loop'] / seconds[name]:.1f} "
            f"| {peak:,.0f} | {off:.0e} | {turned:.0e} |"
        )


def lengthen(bench: Bench) -> None:
    """Print what a sample costs by its length, and the exponent of a line through the logarithms."""
    print("\n| bases | ms per sample | µs per base | peak MB per sample |")
    print("|---:|---:|---:|---:|")
    sources = {length: Made(4, length, length) for length in LENGTHS}
    bench.measured(lambda: bench.ours(sources[LENGTHS[0]]))
    costs = {}
    for length, source in sources.items():
        runs = [bench.measured(lambda source=source: bench.ours(source)) for _ in range(REPEATS)]
        costs[length] = statistics.median(run.seconds for run in runs) / 4
        peak = bench.peak(lambda source=source: bench.ours(source)) / 4e6
        print(f"| {length:,} | {1e3 * costs[length]:.1f} | {1e6 * costs[length] / length:.1f} | {peak:.1f} |")
    for low in (LENGTHS[0], 1_200):
        some = {math.log(n): math.log(cost) for n, cost in costs.items() if n >= low}
        slope = statistics.linear_regression(list(some), list(some.values())).slope
        print(f"From {low:,} bases on, cost grows with the power {slope:.2f} of the length.")


def main() -> None:
    """Print the tables."""
    os.environ.setdefault("KINETO_LOG_LEVEL", "99")  # the profiler says when it starts and stops
    torch.set_num_threads(1)
    bench = Bench()
    for questions in (1, 4):
        compare(bench, questions)
    lengthen(bench)


if __name__ == "__main__":
    main()
