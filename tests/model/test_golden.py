"""The model gives what the published JAX code gives."""

import pytest
import torch

from chatnt.errors import SlotError
from tests.model.golden_table import (
    DNA_PAD,
    ENGLISH_PAD,
    LATENTS,
    SLOT,
    WORDS,
    case_names,
    compare,
    difference,
    expand,
    golden_conversion,
    golden_model,
    read_case,
    real_difference,
    table,
    tolerance,
    unexpanded,
)


@pytest.mark.parametrize("name", case_names())
def test_case(name):
    too_far = [(what, gap) for what, gap in compare(name) if not gap < tolerance(name)]
    assert not too_far


def test_there_are_cases():
    assert len(case_names()) >= 10


def test_table_has_a_line_per_comparison():
    assert len(table().splitlines()) > len(case_names()) + 2


def test_comparisons_notice_a_wrong_epsilon():
    case = read_case("case_decoder")
    model = golden_conversion().model()
    model.decoder.model.norm.variance_epsilon = 1.0
    with torch.no_grad():
        assert difference(model.decoder(case["token_ids"]).logits, case["logits"]) > tolerance("case_decoder")


def test_overfull_buffer_is_not_cut():
    case = read_case("case_full_overfull_buffer")
    buffer = case["english_token_ids"].shape[1]
    prompt, dna_ids = expand(case["english_token_ids"]), case["bio_token_ids"]
    assert prompt.input_ids.shape[1] > buffer
    with torch.no_grad():
        logits = golden_model()(**prompt.inputs(), dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD).logits
    assert logits.shape[1] == prompt.input_ids.shape[1]
    assert logits[0, -1].abs().max() > 0  # where the published code gives zeros


def test_soft_tokens_ignore_padding_of_dna_and_question():
    case, model = read_case("case_full_one_sequence"), golden_model()
    ids, dna_ids = case["english_token_ids"][1:], case["bio_token_ids"][1:]
    words, bases = int((ids != ENGLISH_PAD).sum()), int((dna_ids != DNA_PAD).sum())
    dna_mask = dna_ids != DNA_PAD
    question = ids.clamp(max=WORDS - 1)
    with torch.no_grad():
        padded = model.get_soft_tokens(dna_ids, dna_mask, question, ids != ENGLISH_PAD)
        cut = model.get_soft_tokens(
            dna_ids[..., :bases], dna_mask[..., :bases], question[:, :words], ids[:, :words] != ENGLISH_PAD
        )
    assert difference(padded, cut) < 1e-4


def test_cached_generation_equals_the_uncached_one_in_a_left_padded_batch():
    case, model = read_case("case_full_one_sequence"), golden_model()
    prompt, dna_ids = expand(case["english_token_ids"], left=True), case["bio_token_ids"]
    written = [
        model.generate(
            **prompt.inputs(), dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD, max_new_tokens=6,
            do_sample=False, use_cache=use_cache, output_logits=True, return_dict_in_generate=True,
        )
        for use_cache in (True, False)
    ]  # fmt: skip
    assert torch.equal(written[0].sequences, written[1].sequences)
    assert difference(torch.stack(written[0].logits), torch.stack(written[1].logits)) < 1e-4


def test_cached_steps_equal_one_pass():
    case, model = read_case("case_full_two_sequences"), golden_model()
    prompt = expand(case["english_token_ids"][:1])
    dna_ids = case["bio_token_ids"][:1]
    inputs = prompt.inputs()
    dna = {"dna_ids": dna_ids, "dna_mask": dna_ids != DNA_PAD}
    extra = torch.tensor([[5, 7, 9]]) % WORDS
    longer = torch.cat([inputs["input_ids"], extra], dim=1)
    with torch.no_grad():
        first = model(**inputs, **dna, use_cache=True)
        step = model(extra, cache=first.cache).logits
        whole = model(**{**inputs, "input_ids": longer, "attention_mask": None}, **dna).logits
    assert difference(step, whole[:, -extra.shape[1] :]) < 1e-4


def test_slots_and_soft_tokens_must_match():
    case = read_case("case_full_one_sequence")
    prompt, dna_ids = expand(case["english_token_ids"]), case["bio_token_ids"]
    without = prompt.input_ids.masked_fill(prompt.input_ids == SLOT, 0)
    with pytest.raises(SlotError, match=str(LATENTS)):
        golden_model()(
            **{**prompt.inputs(), "input_ids": without}, dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD
        )


def test_bfloat16_is_close():
    case, model = read_case("case_full_one_sequence"), golden_conversion().model().bfloat16()
    prompt, dna_ids = expand(case["english_token_ids"]), case["bio_token_ids"]
    with torch.no_grad():
        logits = model(**prompt.inputs(), dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD).logits
    assert logits.dtype == torch.bfloat16
    assert real_difference(unexpanded(logits, prompt), case["logits"], prompt) < 0.3


def test_half_norms_come_closer_to_the_published_default_run():
    name = "case_full_one_sequence_default_dtypes"
    case = read_case(name)
    dna_ids, real = case["bio_token_ids"], case["bio_token_ids"][:, 0] != DNA_PAD
    gaps = []
    for half_norms in (False, True):
        encoder = golden_conversion(half_norms).model().encoder
        for module in encoder.modules():
            if isinstance(module, torch.nn.LayerNorm):
                module.half().float()
        with torch.no_grad():
            gaps.append(difference(encoder(dna_ids[:, 0]).last_hidden_state, case["encoder_output"], real))
    assert gaps[1] < gaps[0]
