"""Compare the model with outputs of the published JAX code, case by case.

Run ``python tests/model/golden_table.py`` for a table. The folder with the cases
is ``tests/golden``, or what the environment variable CHATNT_GOLDEN says; all sizes
are read from there.
"""

import dataclasses
import functools
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from transformers.models.llama.modeling_llama import LlamaRotaryEmbedding, apply_rotary_pos_emb
from transformers.utils import logging

from chatnt.model import ChatNTModel
from chatnt.model.convert import Conversion, convert_jax, official_config, split_rotary_pairs
from chatnt.model.nucleotide_transformer import rotary_tables, rotate

FOLDER = Path(os.environ.get("CHATNT_GOLDEN", Path(__file__).parents[1] / "golden"))
PARAMS = [FOLDER / f"params_{part}.npz" for part in ("encoder", "projection", "decoder")]
OFFICIAL = json.loads((FOLDER / "config.json").read_text())
SLOT, WORDS = OFFICIAL["seq_token_id"], OFFICIAL["gpt_config"]["vocab_size"]
ENGLISH_PAD, DNA_PAD = OFFICIAL["english_pad_token_id"], OFFICIAL["bio_pad_token_id"]
LATENTS = OFFICIAL["perceiver_resampler_config"]["resampled_length"]
TOLERANCE, HALF_TOLERANCE = 1e-4, 5e-2
logging.disable_progress_bar()


@functools.cache
def golden_model(half_norms: bool = False) -> ChatNTModel:
    return golden_conversion(half_norms).model()


def golden_conversion(half_norms: bool = False) -> Conversion:
    return convert_jax(PARAMS, config=official_config(OFFICIAL, half_norms=half_norms))


def case_names() -> list[str]:
    return sorted(path.stem for path in FOLDER.glob("case_*.npz"))


def read_case(name: str) -> dict[str, Tensor]:
    with np.load(FOLDER / f"{name}.npz") as arrays:
        tensors = {key: torch.from_numpy(arrays[key]) for key in arrays}
    return {key: t.long() if t.dtype == torch.int32 else t for key, t in tensors.items()}


@dataclasses.dataclass(frozen=True)
class Prompt:
    """What the processor would make of the ids of a case, with `rows` to go back.

    `rows[b, k]` is where token k of the unexpanded prompt went; a placeholder goes
    to its first slot, as in the published clean-up of the logits.
    """

    input_ids: Tensor
    attention_mask: Tensor
    question_ids: Tensor
    question_mask: Tensor
    rows: Tensor
    lengths: list[int]

    def inputs(self) -> dict[str, Tensor]:
        fields = ("input_ids", "attention_mask", "question_ids", "question_mask")
        return {name: getattr(self, name) for name in fields}


def expand(english_ids: Tensor, *, left: bool = False, buffer: bool = False) -> Prompt:
    """Turn each placeholder into its slots and the last word of the table, which is kept.

    `buffer` keeps the padding as if it were text, as the published decoder does.
    """
    expanded, starts, lengths = [], [], []
    for row in english_ids.tolist():
        length = row.index(ENGLISH_PAD) if ENGLISH_PAD in row else len(row)
        lengths.append(length)
        ids, at = [], []
        for token in row if buffer else row[:length]:
            at.append(len(ids))
            ids += [SLOT] * LATENTS + [WORDS - 1] if token == SLOT else [token]
        expanded.append(ids)
        starts.append(at)
    longest = max(map(len, expanded))
    shifts = [longest - len(ids) if left else 0 for ids in expanded]
    pads = [[ENGLISH_PAD] * (longest - len(ids)) for ids in expanded]
    whole = [p + ids if left else ids + p for ids, p in zip(expanded, pads, strict=True)]
    mask = [
        [0] * s + [1] * len(i) + [0] * (longest - s - len(i)) for i, s in zip(expanded, shifts, strict=True)
    ]
    width = max(map(len, starts))
    rows = [[s + x for x in at] + [0] * (width - len(at)) for at, s in zip(starts, shifts, strict=True)]
    return Prompt(
        torch.tensor(whole),
        torch.tensor(mask),
        english_ids.clamp(max=WORDS - 1),
        english_ids != ENGLISH_PAD,
        torch.tensor(rows),
        lengths,
    )


def unexpanded(logits: Tensor, prompt: Prompt) -> Tensor:
    """Pick the rows of the logits that stand for the tokens of the unexpanded prompt."""
    return logits.gather(1, prompt.rows[..., None].expand(-1, -1, logits.shape[-1]))


def difference(ours: Tensor, theirs: Tensor, where: Tensor | None = None) -> float:
    gap = (ours.float() - theirs.float()).abs()
    return float((gap if where is None else gap[where]).max())


def compare_encoder(name: str) -> Iterator[tuple[str, float]]:
    case, encoder = read_case(name), golden_model().encoder
    real = case["valid_mask"]
    output = encoder(case["tokens"], output_hidden_states=True)
    yield "output", difference(output.last_hidden_state, case["output_embeddings"], real)
    yield "block 1", difference(output.hidden_states[1], case["embeddings_layer1"], real)
    logits = encoder.masked_lm_logits(output.last_hidden_state)[..., : case["mlm_logits"].shape[-1]]
    yield "masked-LM logits", difference(logits, case["mlm_logits"], real)
    length = case["output_row1_unpadded"].shape[1]
    alone = encoder(case["tokens"][1:2, :length]).last_hidden_state
    yield "one row without padding", difference(alone, case["output_row1_unpadded"])


def compare_projection(name: str) -> Iterator[tuple[str, float]]:
    case = read_case(name)
    for suffix in ("", "_with_placeholder"):
        ids = case[f"english_token_ids{suffix}"]
        soft = resample(golden_model(), case["bio_embeddings"], case["bio_token_ids"], ids)
        yield f"soft tokens{suffix.replace('_', ' ')}", difference(soft, case[f"output{suffix}"])


def resample(model: ChatNTModel, dna: Tensor, dna_ids: Tensor, english_ids: Tensor) -> Tensor:
    question = english_ids.clamp(max=WORDS - 1), english_ids != ENGLISH_PAD
    return model.resampler(dna, dna_ids != DNA_PAD, *question)


def compare_decoder(name: str) -> Iterator[tuple[str, float]]:
    case = read_case(name)
    output = golden_model().decoder(case["token_ids"], output_hidden_states=True)
    yield "final embeddings", difference(output.hidden_states[-1], case["final_embeddings"])
    yield "logits", difference(output.logits, case["logits"])


def compare_rotary(name: str) -> Iterator[tuple[str, float]]:
    case = {key: tensor.transpose(1, 2) for key, tensor in read_case(name).items()}
    tables = rotary_tables(*case["enc_q"].shape[-2:], case["enc_q"])
    for key in ("enc_q", "enc_k"):
        yield key, difference(rotate(case[key], *tables), case[f"{key}_rot"])

    def halves(x: Tensor) -> Tensor:  # the features of a head as rows, as in a weight
        return split_rotary_pairs(x.movedim(-1, 0), 1).movedim(0, -1)

    rotary = LlamaRotaryEmbedding(golden_model().config.decoder_config)
    tables = rotary(case["dec_q"], torch.arange(case["dec_q"].shape[2])[None])
    turned = apply_rotary_pos_emb(halves(case["dec_q"]), halves(case["dec_k"]), *tables)
    for key, ours in zip(("dec_q", "dec_k"), turned, strict=True):
        yield key, difference(ours, halves(case[f"{key}_rot"]))


def compare_norm_eps(name: str) -> Iterator[tuple[str, float]]:
    case = read_case(name)
    scaled = set(json.loads((FOLDER / f"{name}.json").read_text())["scaled_by_1e_3"])

    def shrink(stored):
        small = dataclasses.replace(stored, load=lambda: stored.load() * torch.tensor(1e-3))
        return small if stored.name in scaled else stored

    whole = golden_conversion()
    sources = tuple((leaf, shrink(stored)) for leaf, stored in whole.sources)
    model = dataclasses.replace(whole, sources=sources).model()
    output = model.decoder(case["decoder_token_ids"], output_hidden_states=True)
    yield "decoder embeddings", difference(output.hidden_states[-1], case["decoder_final_embeddings"])
    yield "decoder logits", difference(output.logits, case["decoder_logits"])
    tokens = case["encoder_tokens"]
    encoded = model.encoder(tokens).last_hidden_state
    yield "encoder output", difference(encoded, case["encoder_output"], tokens != DNA_PAD)
    inputs = (case[f"projection_{key}"] for key in ("bio_embeddings", "bio_token_ids", "english_token_ids"))
    yield "soft tokens", difference(resample(model, *inputs), case["projection_output"])


def compare_full(name: str) -> Iterator[tuple[str, float]]:
    case, model = read_case(name), golden_model()
    yield from compare_soft_tokens(model, case)
    # The published buffer: padding is text, and the last rows fall out.
    prompt = expand(case["english_token_ids"], buffer=True)
    dna = {"dna_ids": case["bio_token_ids"], "dna_mask": case["bio_token_ids"] != DNA_PAD}
    logits = unexpanded(model(**prompt.inputs(), **dna).logits, prompt)
    kept = logits.shape[1] - LATENTS * case["bio_token_ids"].shape[1]
    yield "logits of the whole buffer", difference(logits[:, :kept], case["logits"][:, :kept])
    for side in ("right", "left"):
        prompt = expand(case["english_token_ids"], left=side == "left")
        logits = unexpanded(model(**prompt.inputs(), **dna, **positions(prompt)).logits, prompt)
        yield f"logits, {side}-padded", real_difference(logits, case["logits"], prompt)


def positions(prompt: Prompt) -> dict[str, Tensor]:
    """Count positions from the first real token, as `generate` does."""
    return {"position_ids": (prompt.attention_mask.cumsum(1) - 1).clamp(min=0)}


def real_difference(logits: Tensor, theirs: Tensor, prompt: Prompt) -> float:
    return max(difference(logits[b, :n], theirs[b, :n]) for b, n in enumerate(prompt.lengths))


def compare_soft_tokens(model: ChatNTModel, case: dict[str, Tensor]) -> Iterator[tuple[str, float]]:
    prompt, dna_ids = expand(case["english_token_ids"]), case["bio_token_ids"]
    soft = model.get_soft_tokens(dna_ids, dna_ids != DNA_PAD, prompt.question_ids, prompt.question_mask)
    yield "soft tokens", difference(soft, case["projected_bio_embeddings"])


def compare_default_dtypes(name: str) -> Iterator[tuple[str, float]]:
    case, model = read_case(name), golden_conversion(half_norms=True).model()
    model.decoder.half()
    for module in (*model.encoder.modules(), *model.resampler.modules()):
        if isinstance(module, torch.nn.LayerNorm):  # published in 16 bits too
            module.half().float()
    dna_ids, real = case["bio_token_ids"], case["bio_token_ids"][:, 0] != DNA_PAD
    encoded = model.encoder(dna_ids[:, 0]).last_hidden_state
    yield "encoder output", difference(encoded, case["encoder_output"], real)
    yield from compare_soft_tokens(model, case)
    prompt = expand(case["english_token_ids"])
    dna = {"dna_ids": dna_ids, "dna_mask": dna_ids != DNA_PAD}
    logits = unexpanded(model(**prompt.inputs(), **dna).logits, prompt)
    yield "logits", real_difference(logits, case["logits"], prompt)


def compare_no_dna(name: str) -> Iterator[tuple[str, float]]:
    case = read_case(name)
    yield "logits", difference(golden_model()(case["english_token_ids"]).logits, case["logits"])


def compare_overfull_buffer(name: str) -> Iterator[tuple[str, float]]:
    """The published code cuts the expanded prompt at the buffer; here it keeps its length."""
    case, model = read_case(name), golden_model()
    yield from compare_soft_tokens(model, case)
    prompt, dna_ids = expand(case["english_token_ids"]), case["bio_token_ids"]
    logits = model(**prompt.inputs(), dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD).logits
    # The very last row of a full buffer is a mixture of two there.
    kept = int((prompt.rows[0] < case["english_token_ids"].shape[1] - 1).sum())
    ours = unexpanded(logits, prompt)[:, :kept]
    yield "logits that fit into the buffer", difference(ours, case["logits"][:, :kept])


def compare_generation(name: str) -> Iterator[tuple[str, float]]:
    case = read_case(name)
    for i in sorted(key.removeprefix("tokens_") for key in case if key.startswith("tokens_")):
        for use_cache in (True, False):
            tokens, logits = write(case, i, use_cache=use_cache)
            if not torch.equal(tokens, case[f"tokens_{i}"]):
                yield f"other words {i}: {tokens.tolist()}", float("inf")
            how = "with" if use_cache else "without"
            yield f"step logits {i}, {how} cache", difference(logits, case[f"step_logits_{i}"])


def write(case: dict[str, Tensor], i: str, *, use_cache: bool) -> tuple[Tensor, Tensor]:
    """Write greedily; return the new words of shape (steps) and their logits."""
    prompt, dna_ids = expand(case[f"english_token_ids_{i}"]), case[f"bio_token_ids_{i}"]
    steps = len(case[f"step_logits_{i}"])
    written = golden_model().generate(
        **prompt.inputs(), dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD, max_new_tokens=steps,
        do_sample=False, use_cache=use_cache, output_logits=True, return_dict_in_generate=True,
    )  # fmt: skip
    words = written.sequences[0, prompt.input_ids.shape[1] :]
    return words[: len(case[f"tokens_{i}"])], torch.cat(written.logits)


COMPARISONS = {
    "case_encoder": compare_encoder,
    "case_projection": compare_projection,
    "case_decoder": compare_decoder,
    "case_rotary": compare_rotary,
    "case_norm_eps": compare_norm_eps,
    "case_full_no_dna": compare_no_dna,
    "case_full_overfull_buffer": compare_overfull_buffer,
    "case_full_one_sequence_default_dtypes": compare_default_dtypes,
    "case_generation": compare_generation,
}


def compare(name: str) -> list[tuple[str, float]]:
    """Return what was compared and the largest absolute difference, for a case of the folder."""
    known = COMPARISONS.get(name) or (compare_full if name.startswith("case_full_") else None)
    if known is None:
        raise KeyError(f"{name} of {FOLDER} has no comparison; add one to COMPARISONS.")
    with torch.no_grad():
        return list(known(name))


def tolerance(name: str) -> float:
    return HALF_TOLERANCE if name.endswith("default_dtypes") else TOLERANCE


def table() -> str:
    lines = ["| case | compared | max abs difference | tolerance |", "|---|---|---|---|"]
    for name in case_names():
        for what, gap in compare(name):
            lines.append(f"| {name.removeprefix('case_')} | {what} | {gap:.1e} | {tolerance(name):.0e} |")
    return "\n".join(lines)


if __name__ == "__main__":
    torch.set_num_threads(1)
    sys.stdout.write(table() + "\n")
