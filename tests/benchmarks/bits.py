"""Print what fewer bits cost in accuracy, and what they save in memory and time.

The first table asks the bundled pair about measured test rows (the folder that CHATNT_DATA names), in each
precision the same rows in the same words. The second runs a decoder of 162 million random weights: 8 prompts
of 256 tokens, then 16 words each, one at a time. One core; times are those of the process.
"""

import os
import sys
import time
import warnings
from collections.abc import Iterator

import numpy as np
import pandas as pd
import torch
from torch import nn
from transformers import AutoModelForCausalLM, LlamaConfig

import chatnt
from chatnt.model.bits import quantize_decoder
from chatnt.weights import stored_tensors

TASKS = ("promoter_all", "promoter_tata", "splice_sites_all", "enhancers", "h3")
LIMIT = 300
PRECISIONS = {
    "float32": (torch.float32, None),
    "bfloat16": (torch.bfloat16, None),
    "float32, 8 bits": (torch.float32, 8),
    "bfloat16, 8 bits": (torch.bfloat16, 8),
    "bfloat16, 4 bits": (torch.bfloat16, 4),
}
SIZES = {
    "vocab_size": 32000, "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
    "num_attention_heads": 12, "max_position_embeddings": 1024,
}  # fmt: skip
ROWS, PROMPT, WORDS = 8, 256, 16


def megabytes(model: nn.Module) -> float:
    """Return what the weights of a model take, a weight that is used twice once."""
    stored = [each for p in model.parameters() for _, each in stored_tensors("", p)]
    return sum(each.nbytes for each in stored) / 1e6


def score(name: str) -> tuple[pd.DataFrame, pd.Series, float, float]:
    """Return predictions, MCC by task, seconds, and megabytes of the decoder."""
    dtype, bits = PRECISIONS[name]
    chat = chatnt.load(dtype=dtype, decoder_bits=bits)
    start = time.process_time()
    found = chatnt.evaluate(chat, TASKS, limit=LIMIT, baselines=(), resamples=0)
    taken = time.process_time() - start
    table = found.metrics()
    scores = table[table["metric"] == "mcc"].set_index("task")["value"]
    return found.predictions, scores, taken, megabytes(chat.model.decoder)


def accuracy() -> Iterator[str]:
    """Yield the rows of the first table."""
    reference, first = score("float32"), None
    for name in PRECISIONS:
        given, scores, taken, size = reference if name == "float32" else score(name)
        first = taken if first is None else first
        labels = [each["parsed_label"].astype(object).fillna("") for each in (given, reference[0])]
        same = (labels[0] == labels[1]).mean()
        pairs = zip(given["probabilities"], reference[0]["probabilities"], strict=True)
        off = np.array([np.abs(np.asarray(a) - np.asarray(b)).max() for a, b in pairs])
        cells = [f"{scores[task]:.3f}" for task in TASKS] + [f"{scores.mean():.3f}", f"{same:.1%}"]
        yield row(
            name, *cells, f"{off.max():.3f}", f"{off.mean():.4f}", f"{size:.1f}", f"{first / taken:.2f}"
        )


def row(*cells: str) -> str:
    """Return a row of a table in Markdown."""
    return f"| {' | '.join(cells)} |"


@torch.inference_mode()
def speed(decoder: nn.Module) -> tuple[float, float]:
    """Return tokens per second of prompts and of words."""
    generator = torch.Generator().manual_seed(0)
    ids = torch.randint(SIZES["vocab_size"], (ROWS, PROMPT), generator=generator)
    start = time.process_time()
    said = decoder(input_ids=ids, use_cache=True, logits_to_keep=1)
    middle = time.process_time()
    for _ in range(WORDS):
        word = said.logits[:, -1].argmax(-1, keepdim=True)
        said = decoder(input_ids=word, cache=said.cache, use_cache=True)
    end = time.process_time()
    return ROWS * PROMPT / (middle - start), ROWS * WORDS / (end - middle)


def sizes() -> Iterator[str]:
    """Yield the rows of the second table."""
    first = None
    for name, (dtype, bits) in PRECISIONS.items():
        torch.manual_seed(0)
        decoder = AutoModelForCausalLM.from_config(LlamaConfig(**SIZES)).eval().to(dtype)
        if bits:
            quantize_decoder(decoder, bits)
        best = np.max([speed(decoder) for _ in range(2)], axis=0)
        size = megabytes(decoder)
        first = (*best, size) if first is None else first
        yield row(
            name,
            f"{size:.0f}",
            f"{size / first[2]:.2f}",
            *(f"{value:.0f} ({value / known:.2f})" for value, known in zip(best, first[:2], strict=True)),
        )


def main() -> None:
    """Print both tables."""
    torch.set_num_threads(1)
    warnings.filterwarnings("ignore", "In 4 bits, but some layers")
    if "CHATNT_DATA" in os.environ:
        print(row("bundled pair", *TASKS, "mean MCC", "same labels", "largest difference",
                  "mean difference", "MB", "speed"))  # fmt: skip
        print("|---" + "|---:" * (len(TASKS) + 6) + "|")
        for line in accuracy():
            print(line, flush=True)
    else:
        print("Without CHATNT_DATA there are no measured rows.", file=sys.stderr)
    print("\n" + row("162 million weights", "MB", "to float32", "prompt tokens/s (ratio)", "words/s (ratio)"))
    print("|---" + "|---:" * 4 + "|")
    for line in sizes():
        print(line, flush=True)


if __name__ == "__main__":
    main()
