"""Write the pages that are made from the code: ``python docs/pages.py``."""

import dataclasses
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pandas as pd

from chatnt.conversation import PLACEHOLDER, Question
from chatnt.evaluation_result import Evaluation
from chatnt.outcomes import METRICS
from chatnt.pair_results import (
    INTERVALS,
    LINEAR,
    ONE_TASK_EACH,
    QUESTION_BLIND,
    QUESTION_ONLY,
    SHUFFLED,
    PairResults,
    results,
)
from chatnt.tasks import Task, all_tasks
from chatnt.tasks.catalogue import list_tasks
from chatnt.tasks.dialogue import Speaker, converse
from chatnt.tasks.examples import Example
from chatnt.tasks.simulation import simulate
from chatnt.training.memory import Pass, training_memory

sys.path.insert(0, str(Path(__file__).parent))  # this is a script, however it is loaded
from trust_tables import calibration_table, other_tables

KINDS = {"single": "One question", "related": "With follow-ups", "several": "Several sequences"}
_SEQUENCES = 8  # simulated of each task, to talk about
_SHOWN = 12  # letters of a sequence
_ROWS = 8  # of a pass, in the table of memory
_LENGTHS = (600, 3000, 12000)
_IN_GIGABYTES = (
    "weights", "gradients", "optimizer", "communication", "activations", "logits", "total",
    "with checkpointing",
)  # fmt: skip
_BESIDE = (LINEAR, ONE_TASK_EACH, QUESTION_BLIND, QUESTION_ONLY, SHUFFLED)
_PUBLISHED = ("chatnt", "published_baseline")
_NUMBERS = ("length", "train", "test", "baseline_result", "chatnt_result")
_BENCHMARKS = {
    "nt": "the benchmark of the Nucleotide Transformer (Supplementary Table 1 of the ChatNT paper)",
    "chatnt": "the benchmark of ChatNT (Supplementary Table 2)",
    "nt_revised": "the revision that replaced the first; its owners ask to use it instead",
}


def tasks_page() -> str:
    """Return the page of all tasks."""
    table = list_tasks()
    counts = "\n".join(
        f"- `{name}`, {len(list_tasks(benchmark=name))} tasks: {what}" for name, what in _BENCHMARKS.items()
    )
    parts = [
        "# The tasks",
        f"The catalogue has {len(table)} tasks. `chatnt.list_tasks()` gives this table as a DataFrame, and "
        'filters: `chatnt.list_tasks(kind="regression", species="human", search="degradation")`. '
        '`chatnt.get_task("promoter_tata")` prints as a card. In a terminal: `chatnt tasks`.',
        "Numbers of sequences and results are those that were published; where no source was at hand, the "
        "place is empty. The benchmarks are",
        counts,
    ]
    for category in dict.fromkeys(table["category"]):
        some = table[table["category"] == category]
        parts += [f"## {(category or 'other').capitalize()}", "### Data and results", _table(some, _FACTS)]
        parts += [
            "### What is asked of what",
            _table(some, _QUESTIONS),
            "### Sources and notes",
            _sources(some),
        ]
    return _page(parts)


_FACTS = [
    "name", "title", "kind", "species", "length", "train", "test", "metric", "baseline", "baseline_result",
    "chatnt_result", "benchmarks", "bundled",
]  # fmt: skip
_QUESTIONS = ["name", "process", "classes", "window"]


def _table(table: pd.DataFrame, columns: Sequence[str]) -> str:
    lines = ["| " + " | ".join(name.replace("_", " ") for name in columns) + " |"]
    lines.append("|" + "|".join("---:" if name in _NUMBERS else "---" for name in columns) + "|")
    for row in table[list(columns)].to_dict("records"):
        lines.append("| " + " | ".join(_cell(name, row[name]) for name in columns) + " |")
    return "\n".join(lines)


def _cell(column: str, value: object) -> str:
    if pd.isna(value):
        return ""
    if column == "name":
        return f"`{value}`"
    if isinstance(value, bool):
        return "yes" if value else ""
    if column in ("length", "train", "test"):
        return f"{value:,}"
    return f"{value:.3f}" if isinstance(value, float) else _plain(str(value))


def _sources(table: pd.DataFrame) -> str:
    lines = []
    for row in table.to_dict("records"):
        told = [row["source"], row["citation"] if row["citation"] != row["source"] else "", row["notes"]]
        lines.append(f"- `{row['name']}`: " + " ".join(_sentence(_plain(text)) for text in told if text))
    return "\n".join(lines)


def conversations_page() -> str:
    """Return the page of three conversations about each task."""
    parts = [
        "# Conversations",
        "Three conversations about each task, as they are drawn for testing: one question; a question and "
        "what may follow it; one question about several sequences. **The sequences are simulated**, of each "
        f"the first {_SHOWN} bases are shown, and every answer states what is true: no model wrote it.",
    ]
    for task in all_tasks():
        parts += [f"## {_plain(task.title)}", f"`{task.name}`", *_conversations(task)]
    return _page(parts)


def _conversations(task: Task) -> Iterator[str]:
    data = [Example(s.sequence, s.label) for s in simulate(task, _SEQUENCES, split="test", seed=0)]
    source = (Speaker.of(task, "test"), data)
    rng = random.Random(task.name)
    for kind, heading in KINDS.items():
        yield f"**{heading}**"
        for exchange in converse(kind, source, rng.randrange(len(data)), rng):
            asked = _with_sequences(exchange.turn.question)
            yield f"> **Question:** {asked}\n>\n> **Answer:** {_plain(exchange.turn.answer or '')}"


def _with_sequences(question: Question) -> str:
    first, *parts = (_plain(part) for part in question.text.split(PLACEHOLDER))
    shown = (f"`{_short(str(dna))}`" for dna in question.sequences)
    return first + "".join(dna + part for dna, part in zip(shown, parts, strict=True))


def _short(sequence: str) -> str:
    return f"{sequence[:_SHOWN]}… ({len(sequence):,} bases)"


def _plain(text: str) -> str:
    """Escape what Markdown would take for a sign of its own."""
    return re.sub(r"([\\|*_$<>\[\]`~])", r"\\\1", text)


def _sentence(text: str) -> str:
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _page(parts: Sequence[str]) -> str:
    note = "% Made by docs/pages.py from the code; change that, not this."
    return "\n\n".join([note, *parts]) + "\n"


def results_page() -> str:
    """Return the page of what the bundled pair reaches, and what it stands beside."""
    kept = results("mini")
    ends = {row["task"]: row for row in kept.tables[INTERVALS].to_dict("records")}
    scores = [
        dataclasses.replace(
            score,
            available=score.count,
            intervals={score.metric: (ends[score.task]["low"], ends[score.task]["high"])},
        )
        for score in kept.scores.tasks
        if not score.simulated
    ]
    beside = {name: kept.ablations[name] for name in _BESIDE if name in kept.ablations}
    found = Evaluation(tuple(scores), kept.scores.wordings, baselines=beside)
    parts = [
        "# What the bundled pair reaches",
        "Whole test sets, question wordings that it was never trained on, English answers read as labels and "
        'numbers; an answer that states nothing is wrong. `chatnt.results("mini")` holds these numbers, '
        "and the answer to every test row; `chatnt evaluate` measures them again. A star marks published "
        "results that were measured in another way, on other test sequences, or by another metric. "
        "`question-blind` is the pair whose resampler does not hear the question, trained with the same "
        "budget.",
        _score_table(found, list(beside)),
        "## How far its probabilities can be trusted",
        "Fitted on sequences that were not trained on, measured on the test sets: expected calibration error "
        "(15 bins of equal mass) as the pair says it and calibrated, with its 95 % interval, and what it "
        "would be by chance if the probabilities were right; how often sets and "
        "intervals that should hold the truth in 90 % of the sequences do so; the MCC of written "
        "answers and of the likeliest label.",
        calibration_table(kept),
        *other_tables(kept),
        "## Tasks learned from simulated sequences",
        "On simulated test sequences, which says how much of the simulation was learned and nothing of real "
        "ones: " + _simulated_scores(kept) + ".",
    ]
    return _page(parts)


def _score_table(found: Evaluation, beside: Sequence[str]) -> str:
    heads = ["task", "rows", "metric", "score", "95 % interval", "ChatNT", "specialised", *beside, "unparsed"]
    lines = ["| " + " | ".join(heads) + " |", "|---|---:|---" + "|---:" * (len(heads) - 3) + "|"]
    for row in found.to_frame().to_dict("records"):
        star = "" if row["comparable"] else "\\*"
        cells = [
            f"`{row['task']}`", f"{row['count']:,}", METRICS[row["metric"]], f"**{row['score']:.3f}**",
            f"{row['low']:.3f} to {row['high']:.3f}",
            *(f"{_number(row[name])}{star}" if _number(row[name]) else "" for name in _PUBLISHED),
            *(_number(row[name]) for name in beside), str(row["unparsed"]),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _simulated_scores(kept: PairResults) -> str:
    return ", ".join(
        f"{score.task} {score.score:.2f} ({METRICS[score.metric]})"
        for score in kept.scores.tasks
        if score.simulated
    )


def _number(value: float | None) -> str:
    return "" if value is None or pd.isna(value) else f"{value:.3f}"


def memory_page() -> str:
    """Return the page of the memory that training takes at the published sizes."""
    rows = Pass(rows=_ROWS)
    table = training_memory(size=rows)
    alone = table[table["sharding"] == "none"]
    parts = [
        "# Memory for training",
        "What one GPU holds while the published model is trained with the plan `paper`: encoder "
        "(Nucleotide Transformer v2 500M) and resampler learn, the decoder (7 billion parameters) is "
        f"frozen. One pass has {rows.rows} rows, each with a sequence of {rows.bases} bases, "
        f"{rows.prompt} tokens of prompt, {rows.answer} of answer and 64 slots; how many passes a step adds "
        "up makes no difference. Numbers are gigabytes (10⁹ bytes). `chatnt.training_memory(...)` computes "
        "this table for any pair, plan and size.",
        "**These numbers are computed, not measured on a GPU.** The model runs forward and backward on "
        "tensors that have a shape but no content, and whatever is alive at the same time is added up. The "
        "tests compare this with what PyTorch's allocator hands out on a CPU for three small pairs, with and "
        "without bf16 and checkpointing (they agree within 10 % for a tiny pair, where masks count, and "
        "within 2 % for the others), and with the growth of a whole process (within 10 %). Not counted: the "
        "CUDA context, gaps in the allocator, buffers of the communication library. Leave room for them.",
        "## One GPU",
        _gigabytes(alone.drop(columns=["gpus", "sharding", "communication", "averages"])),
        "- **bf16**: matrix products are in bfloat16. The frozen decoder is stored in bfloat16, what learns "
        "in float32; among the activations are 16-bit copies of the weights that learn.\n"
        "- **checkpointing**: activations inside a layer are computed twice instead of kept.\n"
        "- **logits** are a part of the activations. They are computed where an answer is learned, and "
        "nowhere else.",
        "## Several GPUs",
        "`ddp` keeps everything on every GPU, and buckets of gradients beside it (communication). `fsdp2` "
        "divides weights, gradients and moments; what is whole for a while is under communication, as an "
        "upper bound that adds the worst moment of the weights to the worst moment of the gradients.",
        _gigabytes(table[table["gpus"] > 1].drop(columns=["averages", "logits"])),
        "## Longer sequences",
        "Activations of one row, which grow as a line with rows and with length. Float32, one GPU:",
        _lengths(),
    ]
    return _page(parts)


def _gigabytes(table: pd.DataFrame) -> str:
    heads = list(table.columns)
    lines = ["| " + " | ".join(heads) + " |", "|" + "|".join(_alignment(name) for name in heads) + "|"]
    for row in table.to_dict("records"):
        lines.append("| " + " | ".join(_amount(name, row[name]) for name in heads) + " |")
    return "\n".join(lines)


def _alignment(name: str) -> str:
    return "---" if name in ("sharding", "dtype", "checkpointing") else "---:"


def _amount(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value / 1e9:.2f}" if name in _IN_GIGABYTES else str(value)


def _lengths() -> str:
    rows = []
    for bases in _LENGTHS:
        table = training_memory(size=Pass(bases=bases), gpus=[1], dtypes=["float32"])
        kept, twice = table["activations"]
        rows.append({"bases": f"{bases:,}", "activations": kept, "with checkpointing": twice})
    return _gigabytes(pd.DataFrame(rows))


PAGES = {
    "tasks.md": tasks_page,
    "conversations.md": conversations_page,
    "memory.md": memory_page,
    "results.md": results_page,
}
"""What makes each page."""


if __name__ == "__main__":
    for name, make in PAGES.items():
        Path(__file__).with_name(name).write_text(make(), encoding="utf-8")
