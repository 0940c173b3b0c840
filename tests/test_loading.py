"""Pairs from folders, from the published layout, and new ones from any two parts."""

import itertools
import json
import random
import re

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModel, AutoModelForCausalLM, BloomConfig, PreTrainedTokenizerFast

import chatnt
from chatnt.answering import STALE
from chatnt.assistant import Assistant
from chatnt.calibration import Calibration
from chatnt.calibrations import Calibrations
from chatnt.conversation import Question, Turn
from chatnt.dna_tokenizers import kmer_tokenizer, nucleotide_tokenizer
from chatnt.errors import CheckpointError
from chatnt.published import convert
from chatnt.tasks import get_task
from chatnt.tasks.examples import Example
from chatnt.tasks.scope import Scope
from tests.model.checkpoints import golden_arrays, torch_tensors, write_joblib, write_torch
from tests.tiny import (
    DIM,
    ENCODER_FAMILIES,
    tiny_decoder_config,
    tiny_encoder_config,
    tiny_pair,
    tiny_resampler_config,
)

DECODERS = ("llama", "gpt2", "gpt_neox")
ASKED, DNA = "Is there a TATA promoter in <DNA>?", "ACGTTGCATA" * 6


def saved(folder, *, scope=None, card="# Card\n"):
    Assistant(*tiny_pair(), scope=scope, card=card).save(folder)
    return folder


@pytest.fixture
def folder(tmp_path):
    return saved(tmp_path / "pair")


def test_a_saved_pair_loads_with_scope_and_card(tmp_path):
    scope = Scope.fit(
        [get_task("promoter_tata"), get_task("enhancers")], ["Is <DNA> green?", "Who?"] * 5, seed=0
    )
    folder = saved(tmp_path / "pair", scope=scope)
    loaded = chatnt.load(folder)
    assert loaded.scope.tasks == ("promoter_tata", "enhancers")
    assert loaded.card() == "# Card\n"
    assert not loaded.model.training


def test_a_folder_may_be_named_by_a_string_and_lie_anywhere(folder, monkeypatch):
    monkeypatch.chdir(folder.parent)
    assert chatnt.load("pair").ask(ASKED, DNA) == chatnt.load(str(folder)).ask(ASKED, DNA)


@pytest.mark.parametrize(("dtype", "expected"), [(None, torch.float32), (torch.float16, torch.float16),
                                                 ("bfloat16", torch.bfloat16)])  # fmt: skip
def test_the_precision_can_be_chosen(folder, dtype, expected):
    assert {p.dtype for p in chatnt.load(folder, dtype=dtype).model.parameters()} == {expected}


def files_of(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_the_manifest_lists_every_file_but_itself_and_the_card(folder):
    listed = json.loads((folder / "manifest.json").read_text())
    assert sorted([*listed, "manifest.json", "README.md"]) == files_of(folder)
    assert {
        "config.json",
        "model.safetensors",
        "processor_config.json",
        "dna_tokenizer/tokenizer.json",
    } <= set(listed)


def test_hidden_files_and_the_card_may_change(folder):
    (folder / ".git").mkdir()
    (folder / ".git" / "index").write_text("one")
    Assistant(*tiny_pair()).save(folder)
    (folder / ".git" / "index").write_text("two")
    (folder / "README.md").write_text("# Another card")
    assert chatnt.load(folder).card() == "# Another card"


@pytest.mark.parametrize(
    "name", ["model.safetensors", "config.json", "tokenizer.json", "dna_tokenizer/tokenizer.json"]
)
def test_a_missing_file_is_named(folder, name):
    (folder / name).unlink()
    with pytest.raises(CheckpointError, match=re.escape(name)):
        chatnt.load(folder)


@pytest.mark.parametrize(
    "name", ["model.safetensors", "tokenizer.json", "dna_tokenizer/tokenizer_config.json"]
)
def test_a_swapped_file_is_named(folder, tmp_path, name):
    other = tmp_path / "other"
    model, processor = tiny_pair("nucleotide_transformer", seed=1)
    processor.tokenizer.add_tokens(["another"])
    Assistant(model, processor).save(other)
    (folder / name).write_bytes((other / name).read_bytes())
    with pytest.raises(CheckpointError, match=rf"not the file that was saved: {re.escape(name)}\."):
        chatnt.load(folder)


def test_all_damage_is_told_at_once(folder):
    (folder / "tokenizer.json").unlink()
    (folder / "generation_config.json").write_text("{}")
    (folder / "processor_config.json").write_text("{}")
    with pytest.raises(
        CheckpointError, match=r"missing: tokenizer\.json; .*generation_config.*processor_config"
    ):
        chatnt.load(folder)


@pytest.mark.parametrize("manifest", [True, False])
@pytest.mark.parametrize("keep", [0, 4, 0.5, -1])
def test_truncated_weights_are_named(folder, manifest, keep):
    path = folder / "model.safetensors"
    content = path.read_bytes()
    path.write_bytes(content[: int(keep * len(content)) if isinstance(keep, float) else keep])
    if not manifest:
        (folder / "manifest.json").unlink()
    with pytest.raises(CheckpointError, match=r"model\.safetensors" if manifest else re.escape(str(folder))):
        chatnt.load(folder)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda tensors: tensors.update({"foreign.weight": torch.zeros(3)}), "left over: foreign.weight"),
        (lambda tensors: tensors.pop("resampler.project.weight"), "missing: resampler.project.weight"),
        (
            lambda tensors: tensors.update({"resampler.project.bias": torch.zeros(DIM + 1)}),
            "of another shape: resampler.project.bias",
        ),
    ],
)
def test_foreign_tensors_are_named(folder, change, told):
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
    (folder / "manifest.json").unlink()
    with pytest.raises(CheckpointError, match=re.escape(told)):
        chatnt.load(folder)


@pytest.mark.parametrize("name", ["manifest.json", "config.json", "scope.json", "processor_config.json"])
def test_a_file_that_is_not_json_is_an_error(tmp_path, name):
    scope = Scope.fit(
        [get_task("promoter_tata"), get_task("enhancers")], ["Is <DNA> green?", "Who?"] * 5, seed=0
    )
    folder = saved(tmp_path / "pair", scope=scope)
    if name != "manifest.json":
        (folder / "manifest.json").unlink()
    (folder / name).write_text("{ not json")
    with pytest.raises(CheckpointError, match=re.escape(str(folder))):
        chatnt.load(folder)


def test_a_save_that_was_interrupted_is_not_taken_for_whole(folder, monkeypatch):
    chat = chatnt.load(folder)
    monkeypatch.setattr("chatnt.folder.write_manifest", lambda folder: None)
    chat.save(folder)
    assert not (folder / "manifest.json").exists()


@pytest.mark.parametrize("name", ["no/such-pair", "InstaDeepAI/ChatNT", "./my pair/", "nowhere", "a/b/c"])
def test_what_is_no_folder_and_not_to_be_had_is_an_error(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CheckpointError, match=re.escape(name)):
        chatnt.load(name)


def test_an_empty_folder_is_an_error(tmp_path):
    with pytest.raises(CheckpointError, match=r"config\.json"):
        chatnt.load(tmp_path)


def test_a_model_that_is_no_pair_is_told_from_one(tmp_path):
    AutoModel.from_config(tiny_encoder_config("bert")).save_pretrained(tmp_path)
    with pytest.raises(CheckpointError, match=r"'bert', not a pair; .*chatnt\.pair"):
        chatnt.load(tmp_path)


# New pairs


def foreign_tokenizer(size=300):
    """Like GPT-2's: every byte a token, no placeholder, no padding; the end mark comes last."""
    letters = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {letter: i for i, letter in enumerate(letters)}
    vocabulary |= {f"<spare {i}>": i for i in range(len(letters), size - 1)} | {"<|end|>": size - 1}
    tokenizer = Tokenizer(models.BPE(vocabulary, []))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="<|end|>")


def decoder_config(family):
    """One of them ties its words to its output (gpt2), one has no row for the placeholder (gpt_neox)."""
    tied = {"tie_word_embeddings": True} if family == "gpt2" else {}
    size = 300 if family == "gpt_neox" else 320
    return tiny_decoder_config(family, vocab_size=size, eos_token_id=299, pad_token_id=None, **tied)


def new_pair(encoder, decoder, **settings):
    dna = kmer_tokenizer() if encoder == "nucleotide_transformer" else nucleotide_tokenizer()
    given = {"dna_tokenizer": dna, "tokenizer": foreign_tokenizer(), "format": "plain"}
    return chatnt.pair(
        encoder=tiny_encoder_config(encoder), decoder=decoder_config(decoder), **(given | settings)
    )


def check_that_it_works(chat, folder):
    answer = chat.ask(ASKED, DNA)
    assert answer.in_scope
    assert "".join(chat.stream(ASKED, DNA)) == answer.text
    turns = [Turn(Question.of(ASKED, DNA))]
    scores = chat.engine.score(turns, ["Yes.", "No, there is none."])
    assert torch.isfinite(scores).all()
    chat.save(folder)
    again = chatnt.load(folder)
    assert again.ask(ASKED, DNA) == answer
    assert torch.equal(again.engine.score(turns, ["Yes.", "No, there is none."]), scores)
    assert {n: p.shape for n, p in again.model.named_parameters()} == {
        n: p.shape for n, p in chat.model.named_parameters()
    }


@pytest.mark.parametrize(("encoder", "decoder"), list(itertools.product(ENCODER_FAMILIES, DECODERS)))
def test_any_encoder_pairs_with_any_decoder(tmp_path, encoder, decoder):
    chat = new_pair(encoder, decoder)
    config = chat.model.config
    assert config.encoder_config.model_type == encoder
    assert config.decoder_config.model_type == decoder
    assert (config.resampler_config.latents, config.resampler_config.layers) == (64, 3)
    assert chat.processor.max_tokens == 256
    assert not [n for n, p in chat.model.named_parameters() if p.device.type == "meta"]
    assert not [n for n, b in chat.model.named_buffers() if b.device.type == "meta"]
    check_that_it_works(chat, tmp_path / "pair")


@pytest.mark.parametrize(("encoder", "decoder"), list(itertools.product(ENCODER_FAMILIES, DECODERS)))
def test_parts_may_come_from_folders_with_their_weights_and_tokenizers(tmp_path, encoder, decoder):
    dna_tokenizer = kmer_tokenizer() if encoder == "nucleotide_transformer" else nucleotide_tokenizer()
    torch.manual_seed(5)
    parts = {
        "encoder": AutoModel.from_config(tiny_encoder_config(encoder)),
        "decoder": AutoModelForCausalLM.from_config(decoder_config(decoder)).to(torch.bfloat16),
    }
    for name, part in parts.items():
        part.save_pretrained(tmp_path / name)
    dna_tokenizer.save_pretrained(tmp_path / "encoder")
    foreign_tokenizer().save_pretrained(tmp_path / "decoder")
    chat = chatnt.pair(encoder=tmp_path / "encoder", decoder=str(tmp_path / "decoder"), format="plain")
    for name, part in parts.items():
        inside = getattr(chat.model, name).state_dict()
        assert inside.keys() == part.state_dict().keys()
        assert all(torch.equal(inside[key], tensor) for key, tensor in part.state_dict().items())
    check_that_it_works(chat, tmp_path / "pair")


@pytest.mark.parametrize(("encoder", "decoder"), list(itertools.product(ENCODER_FAMILIES, DECODERS)))
def test_a_step_of_training_with_a_frozen_decoder_moves_encoder_and_resampler_only(encoder, decoder):
    chat = new_pair(encoder, decoder)
    model = chat.model.train()
    model.decoder.requires_grad_(False)
    before = {name: p.detach().clone() for name, p in model.named_parameters()}
    conversations = [[Turn(Question.of(ASKED, letters))] for letters in (DNA, "GGGACCA")]
    batch = chat.processor(conversations, answers=["Yes.", "No, there is none."])
    optimizer = torch.optim.SGD([p for p in model.parameters() if p.requires_grad], lr=1.0)
    losses = []
    for _ in range(2):
        optimizer.zero_grad()
        loss = model(**batch).loss
        loss.backward()
        losses.append(loss.item())
        assert torch.isfinite(loss)
        optimizer.step()
    moved = {n.split(".")[0] for n, p in model.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {"encoder", "resampler"}
    assert all(p.grad is None for p in model.decoder.parameters())
    assert losses[0] != losses[1]


def test_a_decoder_without_a_limit_of_positions_works(tmp_path):
    config = BloomConfig(
        vocab_size=320,
        hidden_size=DIM,
        n_layer=2,
        n_head=2,
        eos_token_id=299,
        bos_token_id=None,
        pad_token_id=None,
    )
    assert not hasattr(config, "max_position_embeddings")
    chat = chatnt.pair(
        encoder=tiny_encoder_config(), decoder=config, tokenizer=foreign_tokenizer(), format="plain"
    )
    assert chat.processor.max_tokens == 2048
    check_that_it_works(chat, tmp_path / "pair")


def test_a_model_type_gives_an_untrained_encoder_of_ours():
    chat = chatnt.pair(
        encoder="nucleotide_cnn", decoder=decoder_config("llama"), tokenizer=foreign_tokenizer()
    )
    assert chat.model.config.encoder_config.model_type == "nucleotide_cnn"
    assert chat.processor.max_dna_tokens == 1024
    assert chat.processor.format == "chatnt"


def test_the_seed_decides_the_weights_and_nothing_else_changes():
    state = torch.random.get_rng_state()
    one, two, other = (
        new_pair("nucleotide_cnn", "llama", seed=seed).model.state_dict() for seed in (1, 1, 2)
    )
    assert torch.equal(torch.random.get_rng_state(), state)
    assert all(torch.equal(one[name], two[name]) for name in one)
    for part in ("encoder", "resampler", "decoder"):
        assert any(not torch.equal(one[name], other[name]) for name in one if name.startswith(part))


def test_the_resampler_can_be_chosen():
    chat = new_pair("nucleotide_cnn", "llama", resampler=tiny_resampler_config(latents=5))
    assert chat.processor.latents == 5
    assert chat.model.resampler.latents.shape == (5, DIM)


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"dim": 32}, "dim=32, expected 16"),
        ({"dna_dim": 9}, "dna_dim=9, expected 8"),
        ({"vocab_size": 100}, "vocab_size=100, expected 320"),
    ],
)
def test_a_resampler_that_does_not_fit_is_an_error(settings, told):
    with pytest.raises(ValueError, match=told):
        new_pair("nucleotide_cnn", "llama", resampler=tiny_resampler_config(**settings))


def test_a_deaf_resampler_needs_no_table_of_words():
    deaf = tiny_resampler_config(english_aware=False, vocab_size=1)
    assert new_pair("nucleotide_cnn", "llama", resampler=deaf).ask(ASKED, DNA).in_scope


def test_the_reach_of_an_encoder_that_skips_positions_is_what_it_can_read():
    from transformers import EsmConfig

    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 12}
    config = EsmConfig(
        vocab_size=16, max_position_embeddings=66, pad_token_id=0, position_embedding_type="absolute", **sizes
    )
    chat = chatnt.pair(
        encoder=config, decoder=decoder_config("llama"), tokenizer=foreign_tokenizer(), format="plain",
        dna_tokenizer=nucleotide_tokenizer(),
    )  # fmt: skip
    reach = chat.processor.max_dna_tokens
    assert chat.ask(ASKED, "A" * reach).in_scope
    assert reach == 65


@pytest.mark.parametrize(
    ("missing", "told"),
    [("tokenizer", r"decoder .*give tokenizer="), ("dna_tokenizer", r"encoder .*dna_tokenizer=")],
)
def test_a_configuration_needs_a_tokenizer(missing, told):
    with pytest.raises(ValueError, match=told):
        new_pair("bert", "llama", **{missing: None})


@pytest.mark.parametrize("encoder", ["no/such-encoder", "nucleotide-transformer-v2-50m", "./nowhere"])
def test_an_encoder_that_is_not_to_be_had_is_an_error(encoder):
    with pytest.raises(CheckpointError, match=re.escape(encoder.removeprefix("./"))):
        chatnt.pair(encoder=encoder, decoder=decoder_config("llama"), tokenizer=foreign_tokenizer())


@pytest.mark.parametrize("decoder", ["no/such-decoder", "./nowhere"])
def test_a_decoder_that_is_not_to_be_had_is_an_error(decoder):
    with pytest.raises(CheckpointError, match=re.escape(decoder)):
        chatnt.pair(encoder=tiny_encoder_config(), decoder=decoder)


# A decoder in fewer bits


@pytest.mark.parametrize("dtype", [None, "bfloat16"])
def test_the_decoder_alone_can_be_in_8_bits(folder, dtype):
    pytest.importorskip("torchao")
    whole, fewer = chatnt.load(folder, dtype=dtype), chatnt.load(folder, dtype=dtype, decoder_bits=8)
    assert fewer.model.decoder.model.layers[0].mlp.up_proj.weight.qdata.dtype == torch.int8
    for part in ("encoder", "resampler"):
        kept = getattr(whole.model, part).state_dict()
        assert all(torch.equal(t, kept[name]) for name, t in getattr(fewer.model, part).state_dict().items())
    turns, sentences = [Turn(Question.of(ASKED, DNA))], ["Yes", "No, there is none."]
    scores, expected = (chat.engine.score_each([turns], sentences) for chat in (fewer, whole))
    assert not torch.equal(scores, expected)
    torch.testing.assert_close(scores, expected, rtol=0.02, atol=0)
    assert len(fewer.engine.generate([turns], max_new_tokens=4)) == 1
    assert repr(fewer) == repr(whole)


@pytest.mark.filterwarnings("ignore:In 4 bits, but some layers")
def test_4_bits_are_in_bfloat16():
    pytest.importorskip("torchao")
    chat = chatnt.load(decoder_bits=4)
    assert {p.dtype for p in chat.model.parameters()} == {torch.bfloat16}
    assert chat.model.decoder.model.layers[0].mlp.up_proj.weight.qdata.dtype == torch.uint8
    with pytest.raises(ValueError, match=r"4 bits are computed in bfloat16, not torch\.float32"):
        chatnt.load(dtype="float32", decoder_bits=4)


def test_a_pair_in_fewer_bits_is_not_saved(folder, tmp_path):
    pytest.importorskip("torchao")
    with pytest.raises(CheckpointError, match=r"cannot be saved; keep the pair .* with decoder_bits again"):
        chatnt.load(folder, decoder_bits=8).save(folder)
    assert chatnt.load(folder).ask(ASKED, DNA).in_scope  # what was there is whole


def test_calibrations_of_whole_weights_are_left_aside_and_new_ones_stay_with_the_bits(folder, tmp_path):
    pytest.importorskip("torchao")
    fewer = chatnt.load(folder, decoder_bits=8)
    whole = a_calibration(chatnt.load(folder))
    with pytest.raises(CheckpointError, match="fit it again"):
        fewer.add_calibration(whole)
    fewer.calibrations = Calibrations((whole,))
    assert STALE in fewer.ask(ASKED, DNA, task="promoter_tata").notes
    a_calibration(fewer).save(tmp_path / "fitted.json")
    again = chatnt.load(folder, decoder_bits=8)
    again.add_calibration(Calibration.load(tmp_path / "fitted.json"))
    answer = again.ask(ASKED, DNA, task="promoter_tata", constrained=True)
    assert (answer.calibrated, STALE in answer.notes) == (True, False)


def a_calibration(chat):
    labels = get_task("promoter_tata").labels
    held = [Example("".join(random.Random(i).choices("ACGT", k=60)), labels[i % 2]) for i in range(60)]
    return chat.calibrate("promoter_tata", held, sentences=1)


@pytest.mark.parametrize(("source", "bits"), [("nowhere", 7), ("mini", 5)])
def test_other_bits_are_refused_before_anything_is_read(source, bits):
    with pytest.raises(ValueError, match=f"decoder_bits={bits}: give 8 or 4"):
        chatnt.load(source, decoder_bits=bits)


# The published layout


def small_tokenizer(folder):
    """As many words as the golden decoder's table has rows."""
    signs = ["<unk>", "<s>", "</s>", *map(chr, range(33, 127))]
    tokenizer = Tokenizer(models.WordLevel({s: i for i, s in enumerate(signs)}, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split("", "isolated")
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))


@pytest.fixture
def published(tmp_path):
    folder = write_torch(tmp_path / "released", torch_tensors())
    small_tokenizer(folder / "english_tokenizer")
    return folder


QUESTION = [Turn(Question.of("<DNA>?", "ACGTACGTAC"))]


def test_the_published_checkpoint_loads(published):
    chat = chatnt.load(published)
    processor = chat.processor
    assert (processor.keep_placeholder, processor.listens_to, processor.format) == (True, "prompt", "chatnt")
    assert processor.slot_token_id == chat.model.config.slot_token_id == 97
    assert processor.vocab_size == 97
    assert processor.max_tokens == 128
    # The published template is longer than this small decoder reads, so its words are left out.
    processor.format = "plain"
    scores = chat.engine.score(QUESTION, ["Yes", "No"])
    assert torch.isfinite(scores).all()
    assert len(chat.engine.generate([QUESTION], max_new_tokens=4)) == 1


@pytest.mark.parametrize(("dtype", "expected"), [("float16", torch.float16), (torch.bfloat16, torch.bfloat16),
                                                 ("auto", torch.float32)])  # fmt: skip
def test_the_precision_of_the_published_checkpoint_can_be_chosen(published, dtype, expected):
    assert chatnt.load(published, dtype=dtype).model.dtype == expected


def test_the_published_checkpoint_needs_its_tokenizer(published):
    (published / "english_tokenizer" / "tokenizer.json").unlink()
    with pytest.raises(CheckpointError, match="no English tokenizer"):
        chatnt.load(published)


@pytest.mark.parametrize("device_map", ["auto", {"": "cpu"}])
def test_only_a_converted_pair_is_divided(published, device_map):
    with pytest.raises(ValueError, match="chatnt convert"):
        chatnt.load(published, device_map=device_map)


def test_the_published_checkpoint_goes_to_one_device(published):
    assert {p.device.type for p in chatnt.load(published, device_map="meta").model.parameters()} == {"meta"}


@pytest.mark.parametrize("kind", ["torch", "jax"])
def test_a_converted_checkpoint_loads(published, tmp_path, kind, monkeypatch):
    target = tmp_path / "converted"
    if kind == "torch":
        convert(published, target)
    else:
        from tests.model.checkpoints import CONFIG

        monkeypatch.setattr("chatnt.model.convert.official_config", lambda *_: CONFIG)
        path = write_joblib(tmp_path / "params.joblib", golden_arrays())
        convert(path, target, tokenizer=published / "english_tokenizer", allow_pickle=True)
    given, again = chatnt.load(published), chatnt.load(target)
    given.processor.format = again.processor.format = "plain"
    assert again.processor.to_dict() == given.processor.to_dict()
    assert torch.allclose(
        again.engine.score(QUESTION, ["Yes", "No"]), given.engine.score(QUESTION, ["Yes", "No"]), atol=1e-5
    )
