"""The pair as one model."""

import copy
import functools
import importlib.util
from unittest import mock

import pytest
import torch
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    Gemma2Config,
    Trainer,
    TrainingArguments,
)

from chatnt.conversation import Question, Turn
from chatnt.errors import SlotError
from chatnt.model import ChatNTConfig, ChatNTModel
from chatnt.sequence import DNA
from tests.tiny import DECODER_FAMILIES, DIM, ENCODER_FAMILIES, LATENTS, tiny_model, tiny_pair

SLOT = 2
ONE, TWO, NONE = (
    ("Is <DNA> new?", "ACGTTTAGGC"),
    ("<DNA> or <DNA>?", "GGGTACCA", "TTTTTACGACGACGA"),
    ("Hello?",),
)


def conversation(text, *sequences):
    return [Turn(Question(text, tuple(map(DNA, sequences))))]


def batch_of(processor, *questions, answers=None):
    return processor([conversation(*q) for q in questions], answers=answers)


def grown(model):
    """Make weights so large that everything shows in the output."""
    generator = torch.Generator().manual_seed(5)
    with torch.no_grad():
        for parameter in model.parameters():
            if parameter.ndim > 1:
                parameter.normal_(std=0.3, generator=generator)
    return model


@pytest.fixture(scope="module")
def llama():
    model, processor = tiny_pair()
    return grown(model), processor


@pytest.fixture
def pair(llama):
    model, processor = llama
    return copy.deepcopy(model), processor


def everywhere(model, batch):
    """The logits of every position, of shape (batch, tokens, vocabulary)."""
    return model(**{name: tensor for name, tensor in batch.items() if name != "labels"}).logits


def gradients(model, loss):
    """Of every parameter that has one."""
    model.zero_grad()
    loss.backward()
    return {n: p.grad.clone() for n, p in model.named_parameters() if p.grad is not None}


def checkpoint(model):
    """Turn gradient checkpointing on, which was renamed during version 5 of transformers."""
    getattr(model, "activation_checkpointing_enable", model.gradient_checkpointing_enable)()


def count_calls(module):
    return mock.patch.object(module, "forward", wraps=module.forward)


@torch.no_grad()
def test_each_slot_gets_its_own_soft_token(pair):
    model, _ = pair
    table = model.get_input_embeddings().weight
    ids = torch.tensor([[7, SLOT, SLOT, SLOT, 8, SLOT, SLOT, SLOT], [9, 10, SLOT, SLOT, SLOT, 11, 12, 13]])
    soft = torch.arange(2 * 2 * LATENTS * DIM, dtype=torch.float).reshape(2, 2, LATENTS, DIM)
    dna_mask = torch.tensor([[[1, 1], [1, 0]], [[1, 1], [0, 0]]])
    embeds = model.fill_slots(ids, soft, dna_mask)
    # Hand-made: words from the table, soft tokens in reading order.
    first = [table[7], *soft[0, 0], table[8], *soft[0, 1]]
    second = [table[9], table[10], *soft[1, 0], table[11], table[12], table[13]]
    torch.testing.assert_close(embeds, torch.stack([torch.stack(first), torch.stack(second)]), rtol=0, atol=0)
    given = model(input_ids=ids, soft_tokens=soft, dna_mask=dna_mask).logits
    torch.testing.assert_close(given, model.decoder(inputs_embeds=embeds).logits, rtol=0, atol=0)


@torch.no_grad()
@pytest.mark.parametrize("question", [ONE, TWO])
def test_the_parts_run_one_after_the_other(pair, question):
    model, processor = pair
    batch = batch_of(processor, question)
    embeds = model.get_input_embeddings()(batch["input_ids"])
    for i, sequence in enumerate(question[1:]):
        ids = torch.tensor([processor.dna_tokenizer(sequence).input_ids])
        dna = model.encoder(ids).last_hidden_state
        mask = torch.ones(dna.shape[:2])
        soft = model.resampler(dna, mask, batch["question_ids"], batch["question_mask"])[0]
        places = (batch["input_ids"][0] == SLOT).nonzero()[:, 0]
        assert len(places) == LATENTS * (len(question) - 1)
        embeds[0, places[i * LATENTS : (i + 1) * LATENTS]] = soft
    inputs = {name: tensor for name, tensor in batch.items() if name != "attention_mask"}
    torch.testing.assert_close(model.embed_prompts(**inputs), embeds, atol=1e-5, rtol=1e-5)
    expected = model.decoder(inputs_embeds=embeds).logits
    torch.testing.assert_close(model(**batch).logits, expected, atol=1e-4, rtol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
def test_rows_of_different_shape_are_answered_as_if_alone(encoder, decoder):
    model, processor = tiny_pair(encoder, decoder)
    grown(model)
    questions = (ONE, TWO, NONE)
    answers = ["Yes.", "No, it is not.", "Hi."]
    logits = everywhere(model, batch_of(processor, *questions, answers=answers))
    for row, (question, answer) in enumerate(zip(questions, answers, strict=True)):
        expected = everywhere(model, batch_of(processor, question, answers=[answer]))[0]
        torch.testing.assert_close(logits[row, : len(expected)], expected, atol=2e-4, rtol=2e-4)


@torch.no_grad()
def test_dna_and_question_reach_the_answer(pair):
    model, processor = pair
    logits = [
        model(**batch_of(processor, question)).logits[0, -1]
        for question in (ONE, (ONE[0], "TTTTTTTTTT"), ("Was <DNA> new?", ONE[1]))
    ]
    assert (logits[0] - logits[1]).abs().max() > 1e-3
    assert (logits[0] - logits[2]).abs().max() > 1e-3


@pytest.mark.parametrize(
    ("slots", "sequences", "message"),
    [(2, 1, r"\[2\] slots but \[3\]"), (6, 1, r"\[6\] slots but \[3\]"), (3, 0, r"\[3\] slots but \[0\]")],
)
def test_slots_that_do_not_match_are_an_error_with_both_counts(pair, slots, sequences, message):
    model, processor = pair
    inputs = dict(batch_of(processor, ONE)) if sequences else {}
    inputs["input_ids"] = torch.tensor([[7] + [SLOT] * slots])
    inputs["attention_mask"] = torch.ones_like(inputs["input_ids"])
    for call in (model, functools.partial(model.generate, max_new_tokens=2)):
        with pytest.raises(SlotError, match=message):
            call(**inputs)


def test_equal_totals_do_not_hide_rows_that_differ(pair):
    model, _ = pair
    ids = torch.tensor([[7, *[SLOT] * 6], [7] * 7])  # all slots in one row
    with pytest.raises(SlotError, match=r"\[6, 0\] slots but \[3, 3\]"):
        model(input_ids=ids, soft_tokens=torch.zeros(2, 1, LATENTS, DIM))


def test_a_prompt_is_needed(pair):
    with pytest.raises(ValueError, match="input_ids"):
        pair[0]()


@torch.no_grad()
def test_without_a_mask_all_dna_is_read(pair):
    model, processor = pair
    batch = batch_of(processor, ONE)
    expected = model(**batch).logits
    written = model.generate(**batch, max_new_tokens=3, do_sample=False)
    del batch["dna_mask"]
    torch.testing.assert_close(model(**batch).logits, expected)
    assert torch.equal(model.generate(**batch, max_new_tokens=3, do_sample=False), written)


@torch.no_grad()
@pytest.mark.parametrize("settings", [{}, {"num_beams": 3}, {"num_beams": 2, "num_return_sequences": 2}])
@pytest.mark.parametrize("questions", [(ONE,), (TWO, ONE, NONE)], ids=len)
def test_dna_is_encoded_once_per_generation(pair, questions, settings):
    model, processor = pair
    batch = batch_of(processor, *questions)
    with count_calls(model.encoder) as encoder, count_calls(model.resampler) as resampler:
        written = model.generate(**batch, max_new_tokens=5, do_sample=False, **settings)
    assert encoder.call_count == resampler.call_count == 1
    # Every sequence of the batch, not repeated for beams.
    assert len(encoder.call_args.kwargs["input_ids"]) == sum(len(q) - 1 for q in questions)
    assert len(written) == len(questions) * settings.get("num_return_sequences", 1)


def greedy(model, inputs, tokens):
    """Write without `generate`: the whole prompt anew for every token."""
    inputs = dict(inputs)
    soft = model.get_soft_tokens(
        *(inputs.pop(name) for name in ("dna_ids", "dna_mask", "question_ids", "question_mask"))
    )
    for _ in range(tokens):
        logits = model(**inputs, soft_tokens=soft).logits[:, -1]
        logits[:, SLOT] = -torch.inf
        inputs["input_ids"] = torch.cat([inputs["input_ids"], logits.argmax(-1, keepdim=True)], dim=1)
        mask = inputs["attention_mask"]
        inputs["attention_mask"] = torch.cat([mask, mask.new_ones(len(mask), 1)], dim=1)
    return inputs["input_ids"]


@torch.no_grad()
@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
def test_generation_is_greedy_search_with_and_without_a_cache(decoder):
    model, processor = tiny_pair(decoder=decoder)
    batch = batch_of(processor, TWO)
    settings = {"max_new_tokens": 8, "min_new_tokens": 8, "do_sample": False, "eos_token_id": None}
    expected = greedy(grown(model), batch, 8)
    assert model.generate(**batch, **settings).tolist() == expected.tolist()
    assert model.generate(**batch, **settings, use_cache=False).tolist() == expected.tolist()


@torch.no_grad()
@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
def test_writing_computes_logits_of_the_last_position_alone(decoder):
    model, processor = tiny_pair(decoder=decoder)
    seen = []
    head = model.get_output_embeddings()
    head.register_forward_hook(lambda _, inputs, logits: seen.append(logits.shape[1]))
    model.generate(**batch_of(processor, TWO), max_new_tokens=3, min_new_tokens=3, do_sample=False)
    assert seen == [1, 1, 1]


@torch.no_grad()
def test_rows_generate_as_if_alone(pair):
    model, processor = pair
    settings = {"max_new_tokens": 6, "min_new_tokens": 6, "do_sample": False}
    together = model.generate(**batch_of(processor, ONE, TWO, NONE), **settings)[:, -6:]
    for row, question in zip(together, (ONE, TWO, NONE), strict=True):
        alone = model.generate(**batch_of(processor, question), **settings)[0, -6:]
        assert row.tolist() == alone.tolist()


@torch.no_grad()
def test_beams_find_what_is_at_least_as_likely(pair):
    model, processor = pair
    batch = batch_of(processor, TWO, ONE)

    def likelihood(written):
        """Sum over the new tokens, natural log."""
        repeated = {k: v for k, v in batch.items() if k not in ("input_ids", "attention_mask")}
        new = written.shape[1] - batch["input_ids"].shape[1]
        mask = torch.cat([batch["attention_mask"], torch.ones(2, new, dtype=torch.long)], dim=1)
        logits = model(input_ids=written, attention_mask=mask, **repeated).logits[:, -new - 1 : -1]
        logits[..., SLOT] = -torch.inf
        return logits.log_softmax(-1).gather(2, written[:, -new:, None]).sum(1)[:, 0]

    settings = {"max_new_tokens": 5, "min_new_tokens": 5, "do_sample": False}
    one = likelihood(model.generate(**batch, **settings))
    # As many beams as words in the first step: the best of all pairs of words at least.
    many = likelihood(model.generate(**batch, **settings, num_beams=60))
    assert (many >= one - 1e-4).all()
    assert many.sum() > one.sum()


@torch.no_grad()
def test_the_slot_token_is_never_written(pair):
    model, processor = pair
    batch = batch_of(processor, ONE)
    # A decoder that would write nothing but slots.
    real = model.decoder.lm_head.forward

    def loves_slots(x):
        logits = real(x)
        logits[..., SLOT] += 1e4
        return logits

    with mock.patch.object(model.decoder.lm_head, "forward", loves_slots):
        assert model(**batch).logits[0, -1].argmax() == SLOT
        for settings in ({}, {"num_beams": 2}, {"suppress_tokens": None}, {"suppress_tokens": [7]}):
            written = model.generate(**batch, max_new_tokens=4, do_sample=False, **settings)
            new = written[0, batch["input_ids"].shape[1] :].tolist()
            assert new
            assert SLOT not in new
    written = model.generate(**batch, max_new_tokens=1, do_sample=False)[0, -1].item()
    others = model.generate(**batch, max_new_tokens=1, do_sample=False, suppress_tokens=[written])
    assert others[0, -1] != written  # tokens that the caller forbids stay forbidden


@torch.no_grad()
def test_a_slot_token_beyond_the_table_is_not_looked_up(pair):
    _, processor = pair
    beyond = tiny_model(slot_token_id=32000)
    within = tiny_model(slot_token_id=SLOT)
    assert (beyond.never_written, within.never_written) == ([], [SLOT])
    batch = batch_of(processor, ONE)
    expected = within(**batch).logits
    written = within.generate(**batch, max_new_tokens=3, do_sample=False)[:, -3:]
    batch["input_ids"] = batch["input_ids"].masked_fill(batch["input_ids"] == SLOT, 32000)
    torch.testing.assert_close(beyond(**batch).logits, expected)
    assert torch.equal(beyond.generate(**batch, max_new_tokens=3, do_sample=False)[:, -3:], written)


def full_loss(model, batch, count=None):
    """The loss from the logits of every position, divided by `count` or by the number of labels."""
    labels = batch["labels"][:, 1:]
    scores = everywhere(model, batch)[:, :-1].float().log_softmax(-1)
    places = (labels != -100).nonzero().tolist()
    return -torch.stack([scores[r, t, labels[r, t]] for r, t in places]).sum() / (count or len(places))


ANSWERS = ["Yes.", "No, there is no such thing.", "Hi."]


@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
@pytest.mark.parametrize("checkpointing", [False, True])
@pytest.mark.parametrize("count", [None, 50, torch.tensor(50)], ids=["mean", "number", "tensor"])
def test_the_loss_is_that_of_all_logits(decoder, checkpointing, count):
    model, processor = tiny_pair(decoder=decoder)
    grown(model).train()
    if checkpointing:
        checkpoint(model)
    batch = batch_of(processor, ONE, TWO, NONE, answers=ANSWERS)
    loss = model(**batch, num_items_in_batch=count).loss
    expected = full_loss(model, batch, count)
    torch.testing.assert_close(loss, expected, rtol=0, atol=1e-6 * expected.item())
    computed, all_logits = gradients(model, loss), gradients(model, expected)
    assert computed.keys() == all_logits.keys()
    for name, gradient in computed.items():
        torch.testing.assert_close(gradient, all_logits[name], rtol=1e-4, atol=1e-5)


def test_micro_batches_sum_to_the_batch(pair):
    model, processor = pair
    batch = batch_of(processor, ONE, TWO, NONE, answers=ANSWERS)
    count = (batch["labels"] != -100).sum()
    together = gradients(model, model(**batch).loss)
    parts = [{name: tensor[rows] for name, tensor in batch.items()} for rows in ([0, 2], [1])]
    apart = gradients(model, sum(model(**part, num_items_in_batch=count).loss for part in parts))
    for name, gradient in together.items():
        torch.testing.assert_close(apart[name], gradient, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
def test_logits_are_computed_for_labels_alone(decoder):
    model, processor = tiny_pair(decoder=decoder)
    batch = batch_of(processor, ONE, TWO, NONE, answers=ANSWERS)
    labels = batch["labels"]
    seen = []
    handle = model.get_output_embeddings().register_forward_hook(lambda *args: seen.append(args[-1].shape))
    output = model(**batch)
    handle.remove()
    assert seen == [((labels != -100).sum(), 320)]
    expected = everywhere(model, batch)[:, :-1][labels[:, 1:] != -100]
    torch.testing.assert_close(output.logits, expected)
    # Once over, the decoder gives all logits again.
    assert everywhere(model, batch).shape == (*labels.shape, 320)


def test_a_decoder_keeps_what_it_does_to_its_logits():
    """Gemma 2 caps them behind its last layer."""
    model, processor = tiny_pair()
    sizes = {name: getattr(model.config.decoder_config, name) for name in ("vocab_size", "hidden_size")}
    layers = {"num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1, "head_dim": 8}
    capped = Gemma2Config(**sizes, **layers, intermediate_size=24, final_logit_softcapping=0.5)
    model.config.decoder_config = capped
    model = grown(ChatNTModel(model.config))
    batch = batch_of(processor, ONE, TWO, answers=ANSWERS[:2])
    output = model(**batch)
    assert output.logits.abs().max() <= 0.5
    torch.testing.assert_close(output.loss, full_loss(model, batch), rtol=1e-6, atol=0)


def test_without_any_label_there_is_nothing_to_learn(pair):
    """A process may get no row of the last batch; it must still take part in the step."""
    model, processor = pair
    batch = batch_of(processor, ONE, answers=["Yes."])
    batch["labels"][:] = -100
    computed = gradients(model, model(**batch, num_items_in_batch=7).loss)
    assert model.encoder.stem.weight.grad is not None
    assert all(gradient.eq(0).all() for gradient in computed.values())


SHARED = (TWO, ONE, ("Was <DNA> or <DNA>?", TWO[2], ONE[1]), ("Why <DNA>?", ONE[1]), ("<DNA>?", ONE[1] + "A"))
"""Seven sequences, four of them different; one is the beginning of another."""


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_rows_about_one_sequence_share_its_encoding(encoder):
    model, processor = tiny_pair(encoder)
    grown(model)
    batch = batch_of(processor, *SHARED, answers=["Yes."] * len(SHARED))
    with count_calls(model.encoder) as calls:
        shared = gradients(model, model(**batch).loss)
    assert len(calls.call_args.kwargs["input_ids"]) == 4
    anew = (torch.arange(7), torch.arange(7))
    with (
        mock.patch("chatnt.model.chatnt.distinct_rows", return_value=anew),
        count_calls(model.encoder) as calls,
    ):
        loss = model(**batch).loss
    assert len(calls.call_args.kwargs["input_ids"]) == 7
    torch.testing.assert_close(model(**batch).loss, loss, rtol=1e-6, atol=0)
    each = gradients(model, loss)
    assert any(name.startswith("encoder.") for name in each)
    for name, gradient in each.items():
        torch.testing.assert_close(shared[name], gradient, rtol=1e-4, atol=1e-5)


def test_what_is_masked_makes_no_difference_between_sequences():
    ids = torch.tensor([[[5, 6, 7]], [[5, 6, 1]], [[5, 6, 7]]])
    model, _ = tiny_pair("nucleotide_transformer")
    mask = torch.tensor([[[1, 1, 0]], [[1, 1, 0]], [[1, 1, 1]]])
    dna, real, which = model.encode(ids, mask)
    assert which.tolist() == [0, 0, 1]  # in the order in which each first comes
    assert model.encode(ids[[2, 0, 1]], mask[[2, 0, 1]])[2].tolist() == [0, 1, 1]
    assert real.tolist() == [[True, True, False], [True, True, True]]
    assert not torch.allclose(dna[0, :2], dna[1, :2])


@torch.no_grad()
@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
@pytest.mark.parametrize("auto", [AutoModel, AutoModelForCausalLM])
@pytest.mark.parametrize("settings", [{}, {"output_scale": 0.1, "question_first": True}], ids=["", "scaled"])
def test_saving_and_loading(tmp_path, encoder, auto, settings):
    model, processor = tiny_pair(encoder, **settings)
    grown(model)
    batch = batch_of(processor, ONE, TWO)
    model.save_pretrained(tmp_path)
    loaded, info = auto.from_pretrained(tmp_path, output_loading_info=True)
    assert isinstance(loaded, ChatNTModel)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    assert not info["mismatched_keys"]
    torch.testing.assert_close(loaded(**batch).logits, model(**batch).logits, rtol=0, atol=0)
    config = AutoConfig.from_pretrained(tmp_path)
    assert isinstance(config, ChatNTConfig)
    for part in ("encoder_config", "resampler_config", "decoder_config"):
        assert type(getattr(config, part)) is type(getattr(model.config, part))
    assert config.resampler_config.to_dict().items() >= settings.items()


@torch.no_grad()
@pytest.mark.parametrize("decoder", ["llama", "gpt2"])
def test_words_tied_to_the_output_stay_tied(tmp_path, decoder):
    model, processor = tiny_pair(decoder=decoder)
    config = model.config
    config.decoder_config.tie_word_embeddings = True
    model = ChatNTModel(config).eval()
    model.save_pretrained(tmp_path)
    loaded, info = ChatNTModel.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert loaded.get_output_embeddings().weight is loaded.get_input_embeddings().weight
    batch = batch_of(processor, ONE)
    torch.testing.assert_close(loaded(**batch).logits, model(**batch).logits, rtol=0, atol=0)


@torch.no_grad()
@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_half_precision(tmp_path, encoder):
    model, processor = tiny_pair(encoder)
    batch = batch_of(processor, ONE, TWO)
    exact = model(**batch).logits
    model.save_pretrained(tmp_path)
    loaded = AutoModelForCausalLM.from_pretrained(tmp_path, dtype=torch.bfloat16)
    assert {p.dtype for p in loaded.parameters()} == {torch.bfloat16}
    logits = loaded(**batch).logits
    assert logits.dtype == torch.bfloat16
    torch.testing.assert_close(logits.float(), exact, atol=0.03, rtol=0)
    assert loaded.generate(**batch, max_new_tokens=2, do_sample=False).shape[0] == 2


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_gradient_checkpointing_gives_the_same_gradients(encoder):
    model, processor = tiny_pair(encoder)
    grown(model).train()
    batch = batch_of(processor, ONE, TWO, answers=["Yes.", "No."])
    computed = []
    for checkpointing in (False, True):
        if checkpointing:
            checkpoint(model)
            assert model.decoder.model.layers[0].gradient_checkpointing
        with count_calls(model.decoder.model.layers[0].mlp) as layer:
            computed.append(gradients(model, model(**batch).loss))
        # Computed once more on the way back.
        assert layer.call_count == 1 + checkpointing
    plain, checkpointed = computed
    assert plain.keys() == checkpointed.keys()
    assert any(name.startswith("encoder.") for name in plain)
    for name in plain:
        torch.testing.assert_close(checkpointed[name], plain[name])


def test_a_frozen_decoder_still_teaches_the_encoder(pair):
    model, processor = pair
    model.decoder.requires_grad_(False)
    model(**batch_of(processor, ONE, answers=["Yes."])).loss.backward()
    assert model.encoder.stem.weight.grad.abs().max() > 0
    assert model.resampler.latents.grad.abs().max() > 0
    assert all(p.grad is None for p in model.decoder.parameters())


def kept_by(module, run):
    """Bytes of the tensors, weights aside, that autograd keeps for the way back from a run of a module."""
    weights = {p.untyped_storage().data_ptr() for p in module.parameters()}
    inside, kept = [], {}

    def keep(tensor):
        storage = tensor.untyped_storage()
        if inside and storage.data_ptr() not in weights:
            kept[storage.data_ptr()] = storage.nbytes(), tensor  # held, so that no address is used twice
        return tensor

    before = module.register_forward_pre_hook(lambda *_: inside.append(1))
    after = module.register_forward_hook(lambda *_: inside.clear())
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        run()
    before.remove(), after.remove()
    return sum(size for size, _ in kept.values())


def test_a_frozen_decoder_keeps_nothing_for_its_weights(pair):
    model, processor = pair
    batch = batch_of(processor, ONE, TWO, answers=ANSWERS[:2])
    layer = model.decoder.model.layers[0].mlp
    rows = batch["input_ids"].numel() * 4
    trained = kept_by(layer, lambda: model(**batch))
    model.decoder.requires_grad_(False)
    frozen = kept_by(layer, lambda: model(**batch))
    inner = model.config.decoder_config.intermediate_size
    # The way back through silu(gate) * up needs gate, silu(gate) and up; weights would need
    # what goes into both linear layers as well.
    assert frozen == rows * 3 * inner
    assert trained == frozen + rows * (DIM + inner)


@pytest.mark.parametrize("accumulation", [1, 3])
def test_the_trainer_of_transformers_gets_the_loss_of_the_whole_step(tmp_path, pair, accumulation):
    pytest.importorskip("accelerate")
    model, processor = pair
    rows = [(ONE, "Yes."), (TWO, "No, there is no such thing."), (ONE, "Hi.")]

    def collated(rows):
        return dict(batch_of(processor, *(q for q, _ in rows), answers=[a for _, a in rows]))

    expected = model(**collated(rows)).loss.item()
    plan = TrainingArguments(
        str(tmp_path), max_steps=1, per_device_train_batch_size=3 // accumulation, report_to="none",
        gradient_accumulation_steps=accumulation, logging_steps=1, save_strategy="no", use_cpu=True,
        remove_unused_columns=False, disable_tqdm=True, dataloader_pin_memory=False,
    )  # fmt: skip
    trainer = Trainer(model, plan, train_dataset=rows, data_collator=collated)
    trainer.train()
    assert trainer.state.log_history[0]["loss"] == pytest.approx(expected, rel=1e-4)


@torch.no_grad()
@pytest.mark.skipif(importlib.util.find_spec("accelerate") is None, reason="accelerate is not installed")
@pytest.mark.parametrize("device_map", ["cpu", {"encoder": "cpu", "resampler": "cpu", "decoder": "cpu"}])
def test_device_map(tmp_path, pair, device_map):
    model, processor = pair
    model.save_pretrained(tmp_path)
    loaded = ChatNTModel.from_pretrained(tmp_path, device_map=device_map)
    batch = batch_of(processor, ONE, TWO)
    torch.testing.assert_close(loaded(**batch).logits, model(**batch).logits, rtol=0, atol=0)
    settings = {"max_new_tokens": 3, "do_sample": False}
    assert torch.equal(loaded.generate(**batch, **settings), model.generate(**batch, **settings))


@torch.no_grad()
def test_the_ablation_does_not_hear_the_question():
    model, processor = tiny_pair(english_aware=False)
    grown(model)
    batch = batch_of(processor, TWO, ONE)
    soft = model.get_soft_tokens(batch["dna_ids"], batch["dna_mask"])
    other = model.get_soft_tokens(
        batch["dna_ids"], batch["dna_mask"], batch["question_ids"] + 1, batch["question_mask"]
    )
    torch.testing.assert_close(soft, other, rtol=0, atol=0)


@torch.no_grad()
def test_soft_tokens_of_rows_without_dna_are_zero(pair):
    model, processor = pair
    batch = batch_of(processor, TWO, ONE)
    names = ("dna_ids", "dna_mask", "question_ids", "question_mask")
    soft = model.get_soft_tokens(*(batch[name] for name in names))
    assert soft.shape == (2, 2, LATENTS, DIM)
    assert soft[1, 1].eq(0).all()
    assert soft[[0, 0, 1], [0, 1, 0]].abs().amax(dim=(1, 2)).gt(0).all()
    nothing = model.get_soft_tokens(batch["dna_ids"], torch.zeros_like(batch["dna_mask"]))
    assert nothing.eq(0).all()
