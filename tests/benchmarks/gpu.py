"""Print how fast a GPU writes answers at the published sizes, and how near that is to what it could do.

Random weights in bfloat16, 32 sequences of 300 bases, 40 words each. The limits: for every word the decoder's
weights and the cache are read from memory once; the prompt's products are computed at the peak of the
data sheet. The ChatNT paper tells 100 s for this on an A100 (80 GB). Without a GPU it says so and ends;
``--tiny`` runs the same code with small parts on the processor, and then the shares mean nothing.
"""

import argparse
import random
import time
from typing import NamedTuple

import torch
from official import QUESTION, SIZES, turn_of, vocabulary
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode
from utilisation import PEAKS

from chatnt.assistant import Assistant
from chatnt.model import ChatNTModel
from chatnt.model.official import official_config
from chatnt.published import published_processor
from chatnt.sequence import DNA

ROWS, LENGTH, WORDS, PUBLISHED_SECONDS = 32, 300, 40, 100
BANDWIDTHS = {"A100": 2.04e12, "H100": 3.35e12, "H200": 4.8e12}
"""Bytes per second, from NVIDIA's data sheets (SXM, 80 GB or more)."""


class Limits(NamedTuple):
    """Hold what a GPU can do at most."""

    bandwidth: float
    peak: float

    @classmethod
    def of(cls, name: str) -> "Limits":
        """Look a GPU up by its name."""
        known = next((gpu for gpu in BANDWIDTHS if gpu in name), None)
        if known is None:
            raise SystemExit(f"The limits of {name} are not known here; add them to BANDWIDTHS and PEAKS.")
        return cls(BANDWIDTHS[known], PEAKS[known])


def random_pair(device: str, sizes: dict | None) -> Assistant:
    """Make a pair of the published form, in bfloat16."""
    config = official_config(sizes)
    config.encoder_config.lm_head = False
    usual = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16)  # never 32 GB of single precision
    try:
        with torch.device(device):
            model = ChatNTModel(config)
    finally:
        torch.set_default_dtype(usual)
    model.requires_grad_(False)  # or operations cannot be counted in inference
    return Assistant(model, published_processor(config, vocabulary(config.get_text_config().vocab_size)))


def asked(chat: Assistant, sequences: list[str], words: int) -> float:
    """Return the seconds that answers take, all in one batch."""
    cuda = chat.model.device.type == "cuda"
    if cuda:
        torch.cuda.synchronize()
    start = time.perf_counter()
    chat.annotate(sequences, QUESTION, batch_size=len(sequences), max_new_tokens=words)
    if cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - start


def operations(chat: Assistant, sequences: list[str]) -> int:
    """Count those of everything before the first word, a multiplication and addition as two."""
    # Attention as plain products, which the counter knows on any device.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        asked(chat, sequences, 1)
    return counter.get_total_flops()


def bytes_read(chat: Assistant, prompt: int) -> float:
    """Return what has to be read for one more word of all rows, in the mean over the answer."""
    decoder, config = chat.model.decoder, chat.model.config.get_text_config()
    table = chat.model.get_input_embeddings().weight.numel()
    weights = sum(p.numel() for p in decoder.parameters()) - table
    position = 2 * config.num_hidden_layers * config.num_key_value_heads * config.head_dim
    return 2 * (weights + ROWS * (prompt + WORDS / 2) * position)


def report(chat: Assistant, limits: Limits) -> float:
    """Measure, print, and return the seconds of everything."""
    rng = random.Random(0)
    sequences = ["".join(rng.choices("ACGT", k=LENGTH)) for _ in range(ROWS)]
    asked(chat, sequences, WORDS)  # the first run is slower
    whole = min(asked(chat, sequences, WORDS) for _ in range(3))
    first = min(asked(chat, sequences, 1) for _ in range(3))
    count = operations(chat, sequences)
    prompt = chat.processor([[turn_of(DNA(sequences[0]))]])["input_ids"].shape[1]
    limit = count / limits.peak + (WORDS - 1) * bytes_read(chat, prompt) / limits.bandwidth
    writing = (whole - first) / (WORDS - 1)
    print("| what | measured | at most | share |")
    print("|---|---:|---:|---:|")
    print(f"| {ROWS} answers of {WORDS} words, seconds | {whole:.2f} | {limit:.2f} | {limit / whole:.0%} |")
    least = bytes_read(chat, prompt) / limits.bandwidth
    print(
        f"| one word of all, milliseconds | {writing * 1e3:.1f} | {least * 1e3:.1f} | {least / writing:.0%} |"
    )
    rate, peak = count / first / 1e12, limits.peak / 1e12
    print(f"| before the first word, TFLOP/s | {rate:.1f} | {peak:.0f} | {rate / peak:.0%} |")
    print(f"\n{ROWS * WORDS / whole:,.0f} words per second.")
    return whole


def main() -> None:
    """Measure on the GPU, or with tiny parts on the processor."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tiny", action="store_true", help="small parts on the processor, to try the code")
    tiny = parser.parse_args().tiny
    if not tiny and not torch.cuda.is_available():
        print("There is no GPU here, so nothing was measured; --tiny tries the code on the processor.")
        return
    name = "tiny parts on the processor" if tiny else torch.cuda.get_device_name()
    limits = Limits.of("A100" if tiny else name)
    chat = random_pair("cpu" if tiny else "cuda", TINY if tiny else None)
    million = sum(p.numel() for p in chat.model.parameters()) / 1e6
    print(f"{name}, {million:,.0f} million parameters, bfloat16, {LENGTH} bases\n")
    whole = report(chat, limits)
    if not tiny:
        print(f"The published {PUBLISHED_SECONDS} s are {PUBLISHED_SECONDS / whole:.0f} times as long.")


def _small(section: dict, **sizes: int) -> dict:
    return {**section, "embed_dim": 64, "ffn_embed_dim": 128, "num_layers": 2, **sizes}


TINY = {
    "nt_config": _small(SIZES["nt_config"], attention_heads=2, key_size=32),
    "perceiver_resampler_config": _small(SIZES["perceiver_resampler_config"], attention_heads=1, key_size=64),
    "gpt_config": _small(SIZES["gpt_config"], num_heads=1, num_kv_heads=1),
}


if __name__ == "__main__":
    main()
