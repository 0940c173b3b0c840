"""Print what a training step of the published sizes computes and, on a GPU, how much of its peak is used.

The operations are counted on shapes alone, without weights: forward and backward, the decoder
frozen. The step that is timed is of the same shapes with random weights.
"""

import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor
from torch._subclasses import FakeTensorMode
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.flop_counter import FlopCounterMode

from chatnt.model import IGNORED, ChatNTConfig, ChatNTModel
from chatnt.model.official import official_config

PEAKS = {"A100": 312e12, "H100": 989e12, "H200": 989e12}
"""Dense bfloat16 operations per second, from NVIDIA's data sheets (SXM)."""


class Shape(NamedTuple):
    """Of one sample."""

    dna: int
    """Tokens of DNA: 2,048 are 12 kb, 101 are 600 bases."""
    english: int
    """Tokens of the decoder, slots included."""
    heard: int
    """Tokens of the question that the resampler listens to."""
    answer: int
    """Tokens to learn."""


OURS = Shape(dna=101, english=75 + 64 + 15, heard=75, answer=15)
LONG = OURS._replace(dna=2048)
NAIVE = Shape(dna=2048, english=1024, heard=1024, answer=1024)  # pads, with logits everywhere
ROWS = 32


def operations(model: ChatNTModel, shape: Shape) -> int:
    """Count the floating-point operations of one sample, a multiplication and addition as two."""

    def ones(length: int) -> Tensor:
        return torch.ones((1, length), dtype=torch.long)

    # Attention as plain products, which the counter knows on any device.
    with FlopCounterMode(display=False) as counter, sdpa_kernel(SDPBackend.MATH):
        vectors = model.encoder(input_ids=ones(shape.dna)).last_hidden_state
        mask = ones(vectors.shape[1])
        soft = model.resampler(vectors, mask, ones(shape.heard), ones(shape.heard))
        words = model.get_input_embeddings()(ones(shape.english - soft.shape[1]))
        model.decoder(
            inputs_embeds=torch.cat([soft, words], dim=1), attention_mask=ones(shape.english),
            logits_to_keep=shape.answer, use_cache=False,
        ).logits.sum().backward()  # fmt: skip
    return counter.get_total_flops()


def batch_of(config: ChatNTConfig, shape: Shape, device: str) -> dict[str, Tensor]:
    """Make up `ROWS` samples, no two with the same DNA."""
    latents = config.resampler_config.latents
    dna = torch.randint(10, config.encoder_config.vocab_size, (ROWS, 1, shape.dna), device=device)
    words = torch.randint(10, config.decoder_config.vocab_size, (ROWS, shape.english), device=device)
    ids = words.clone()
    ids[:, 5 : 5 + latents] = config.slot_token_id
    labels = torch.full_like(words, IGNORED)
    labels[:, -shape.answer :] = words[:, -shape.answer :]
    question = words[:, : shape.heard]
    return {
        "input_ids": ids, "attention_mask": torch.ones_like(ids), "labels": labels, "dna_ids": dna,
        "question_ids": question, "question_mask": torch.ones_like(question),
    }  # fmt: skip


def seconds(config: ChatNTConfig, shape: Shape, device: str, wait: Callable[[], object]) -> float:
    """Return the median time of a step: forward, backward and Adam, in bfloat16."""
    torch.manual_seed(0)
    with torch.device(device):
        model = ChatNTModel(config).train()
    model.decoder.requires_grad_(False).to(torch.bfloat16)
    optimizer = torch.optim.Adam([p for p in model.parameters() if p.requires_grad], lr=3e-5, fused=True)
    batch = batch_of(config, shape, device)
    if device == "cuda":
        torch.cuda.reset_peak_memory_stats()  # without the decoder's weights before they were halved
    times = []
    for _ in range(8):
        wait()
        start = time.perf_counter()
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = model(**batch).loss
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        wait()
        times.append(time.perf_counter() - start)
    return statistics.median(times[3:])


def main() -> None:
    """Print the table, and the use of the GPU if there is one."""
    config = official_config()
    with FakeTensorMode():  # tensors with a shape and no content
        model = ChatNTModel(config)
        model.decoder.requires_grad_(False)
        counts = {name: operations(model, s) for name, s in (("n", NAIVE), ("long", LONG), ("short", OURS))}
    print("| training step at the published sizes, per sample | TFLOP | to the naive loop |")
    print("|---|---:|---:|")
    print(f"| DNA padded to 2,048 tokens, English to 1,024, all logits | {counts['n'] / 1e12:.2f} | 1 |")
    print(f"| 12 kb, true length | {counts['long'] / 1e12:.2f} | 1/{counts['n'] / counts['long']:.1f} |")
    print(
        f"| 600 bases, true length | {counts['short'] / 1e12:.2f} | 1/{counts['n'] / counts['short']:.1f} |"
    )
    if not torch.cuda.is_available():
        print("\nThere is no GPU here, so how much of its peak is used was not measured.")
        return
    name = torch.cuda.get_device_name()
    taken = seconds(config, OURS, "cuda", torch.cuda.synchronize)
    rate = ROWS * counts["short"] / taken
    peak = next((peak for gpu, peak in PEAKS.items() if gpu in name), None)
    share = "of a peak that is not known here" if peak is None else f"{rate / peak:.0%} of its peak"
    memory = torch.cuda.max_memory_allocated() / 2**30
    print(
        f"\n{name}, {ROWS} samples of 600 bases a step: {ROWS / taken:.1f} samples per second, "
        f"{rate / 1e12:.0f} TFLOP/s, {share}; {memory:.0f} GiB."
    )


if __name__ == "__main__":
    main()
