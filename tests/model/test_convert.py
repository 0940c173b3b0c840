"""Published checkpoints of both kinds, written small and read back."""

import json
import sys

import numpy as np
import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save_file

from chatnt.errors import CheckpointError, MissingExtraError
from chatnt.model import ChatNTModel
from chatnt.model.convert import convert_jax, convert_torch, split_rotary_pairs
from chatnt.model.leaves import candidates, canonical_name, leaves
from chatnt.model.norms import set_final_norm_eps
from chatnt.model.official import official_config
from chatnt.model.stored import read_jax
from tests.model.checkpoints import (
    CONFIG,
    dotted_name,
    golden_arrays,
    torch_name,
    torch_tensors,
    write_joblib,
    write_torch,
)
from tests.model.golden_table import (
    DNA_PAD,
    OFFICIAL,
    PARAMS,
    difference,
    expand,
    golden_conversion,
    read_case,
    real_difference,
    unexpanded,
)

FINAL_NORM = "decoder/~/final_RMS_norm::scale"
JAX_NORM = "chat_nt_decoder/llama_decoder/~/final_RMS_norm::scale"
TORCH_NORM = "biobrain_decoder.gpt_model.final_norm.weight"


def golden_difference(model) -> float:
    case = read_case("case_full_two_sequences")
    prompt, dna_ids = expand(case["english_token_ids"]), case["bio_token_ids"]
    with torch.no_grad():
        logits = model(**prompt.inputs(), dna_ids=dna_ids, dna_mask=dna_ids != DNA_PAD).logits
    return real_difference(unexpanded(logits, prompt), case["logits"], prompt)


@pytest.fixture
def arrays():
    return golden_arrays()


@pytest.mark.parametrize("prefix", ["bio_brain", "chat_nt"])
def test_joblib_gives_the_golden_logits(tmp_path, arrays, prefix):
    path = write_joblib(tmp_path / "params.joblib", arrays, prefix)
    assert golden_difference(convert_jax(path, config=CONFIG, allow_pickle=True).model()) < 1e-4


@pytest.mark.parametrize("name", [torch_name, dotted_name])
def test_safetensors_give_the_golden_logits(tmp_path, name):
    folder = write_torch(tmp_path / "released", torch_tensors(name))
    assert golden_difference(convert_torch(folder).model()) < 1e-4


def test_safetensors_without_index(tmp_path):
    folder = write_torch(tmp_path / "released", torch_tensors())
    (folder / "model.safetensors.index.json").unlink()
    assert golden_difference(convert_torch(folder).model()) < 1e-4


@pytest.mark.parametrize("shard_bytes", [100_000, 10**9])
def test_saved_folder_loads(tmp_path, shard_bytes):
    conversion = golden_conversion()
    folder = conversion.save(tmp_path / "ours", shard_bytes=shard_bytes)
    files = sorted(folder.glob("*.safetensors"))
    assert (len(files) == 1) == (shard_bytes == 10**9)
    assert files[0].name == f"model-00001-of-{len(files):05}.safetensors"
    index = json.loads((folder / "model.safetensors.index.json").read_text())
    sizes = {}
    for file in files:
        with safe_open(file, "pt") as tensors:
            sizes[file] = sum(tensors.get_tensor(n).nbytes for n in tensors.keys())  # noqa: SIM118
            assert all(index["weight_map"][n] == file.name for n in tensors.keys())  # noqa: SIM118
            assert sizes[file] <= shard_bytes or len(list(tensors.keys())) == 1
    assert index["metadata"]["total_size"] == sum(sizes.values())
    model = ChatNTModel.from_pretrained(folder)
    assert golden_difference(model) < 1e-4
    assert model.config.decoder_final_norm_eps == 1e-5


def test_state_dict_is_complete():
    ours = {name: tensor.shape for name, tensor in golden_conversion().tensors()}
    assert ours == {name: tensor.shape for name, tensor in golden_conversion().model().state_dict().items()}


def test_folder_with_weights_is_not_overwritten(tmp_path):
    golden_conversion().save(tmp_path)
    with pytest.raises(CheckpointError, match="holds weights already"):
        golden_conversion().save(tmp_path)


def test_precision_is_kept_unless_asked(tmp_path):
    folder = write_torch(tmp_path / "released", torch_tensors(dtype=torch.bfloat16))
    ours = convert_torch(folder).save(tmp_path / "kept")
    assert {t.dtype for _, t in convert_torch(folder).tensors()} == {torch.bfloat16}
    assert ChatNTModel.from_pretrained(ours).dtype == torch.bfloat16
    asked = convert_torch(folder, dtype=torch.float16)
    assert {t.dtype for _, t in asked.tensors()} == {torch.float16}
    assert asked.model().dtype == torch.float16


def test_mixed_precision_is_kept_in_the_file_and_loads_in_the_widest(tmp_path, arrays):
    halved = {n: a.astype(np.float16) if "decoder" in n else a for n, a in arrays.items()}
    np.savez(tmp_path / "params.npz", **halved)
    conversion = convert_jax(tmp_path / "params.npz", config=CONFIG)
    dtypes = {name.partition(".")[0]: tensor.dtype for name, tensor in conversion.tensors()}
    assert dtypes == {"encoder": torch.float32, "resampler": torch.float32, "decoder": torch.float16}
    assert conversion.model().dtype == torch.float32
    assert ChatNTModel.from_pretrained(conversion.save(tmp_path / "ours")).dtype == torch.float32


@pytest.mark.parametrize("suffix", ["joblib", "npz"])
def test_bfloat16_leaves(tmp_path, arrays, suffix):
    ml_dtypes = pytest.importorskip("ml_dtypes")
    norms = {n for n in arrays if "perceiver_layer" in n and "norm" in n}
    mixed = {n: a.astype(ml_dtypes.bfloat16) if n in norms else a for n, a in arrays.items()}
    path = tmp_path / f"params.{suffix}"
    if suffix == "npz":
        np.savez(path, **mixed)
    else:
        write_joblib(path, mixed)
    conversion = convert_jax(path, config=CONFIG, allow_pickle=True)
    assert sum(stored.dtype == torch.bfloat16 for _, stored in conversion.sources) == len(norms)
    state = dict(conversion.tensors())
    for name in norms:
        ours = next(leaf.ours[0] for leaf, _ in conversion.sources if leaf.name == canonical_name(name))
        expected = torch.tensor(mixed[name].astype(np.float32))
        torch.testing.assert_close(state[ours].float(), expected, atol=0, rtol=0)


def test_bfloat16_of_an_npz_needs_no_extra(tmp_path, arrays):
    # What numpy saves of a bfloat16 array: two bytes without a meaning.
    name = next(n for n in arrays if "perceiver_layer_0" in n and "norm" in n)
    exact = torch.tensor(arrays[name]).bfloat16()
    np.savez(tmp_path / "params.npz", **{**arrays, name: exact.view(torch.uint16).numpy().view("V2")})
    conversion = convert_jax(tmp_path / "params.npz", config=CONFIG)
    ours = next(leaf.ours[0] for leaf, _ in conversion.sources if leaf.name == canonical_name(name))
    assert torch.equal(dict(conversion.tensors())[ours], exact)


def test_pickle_is_refused(tmp_path, arrays):
    path = write_joblib(tmp_path / "params.joblib", arrays)
    for read in (read_jax, convert_jax):
        with pytest.raises(CheckpointError, match=r"runs any code.*allow_pickle=True"):
            read(path)


def test_joblib_missing(tmp_path, arrays, monkeypatch):
    path = write_joblib(tmp_path / "params.joblib", arrays)
    monkeypatch.setitem(sys.modules, "joblib", None)
    with pytest.raises(MissingExtraError, match=r"joblib.*chatnt\[convert\]"):
        read_jax(path, allow_pickle=True)


def test_package_of_the_pickle_missing(tmp_path):
    # The reference to a class of a package that is not there.
    (tmp_path / "params.joblib").write_bytes(b"\x80\x04\x8c\x11ml_dtypes_missing\x8c\x08bfloat16\x93.")
    with pytest.raises(MissingExtraError, match="ml_dtypes_missing"):
        read_jax(tmp_path / "params.joblib", allow_pickle=True)


def test_other_unreadable_files(tmp_path):
    joblib = pytest.importorskip("joblib")
    with pytest.raises(CheckpointError, match="no file"):
        read_jax(tmp_path / "absent.npz")
    (tmp_path / "broken.npz").write_bytes(b"broken")
    with pytest.raises(CheckpointError, match=r"broken\.npz"):
        read_jax(tmp_path / "broken.npz")
    (tmp_path / "broken.joblib").write_bytes(b"")
    with pytest.raises(CheckpointError, match=r"broken\.joblib"):
        read_jax(tmp_path / "broken.joblib", allow_pickle=True)
    joblib.dump([1, 2], tmp_path / "list.joblib")
    with pytest.raises(CheckpointError, match="dict of module paths"):
        read_jax(tmp_path / "list.joblib", allow_pickle=True)
    np.savez(tmp_path / "numbers.npz", a=np.arange(3))
    with pytest.raises(CheckpointError, match="a has numbers of type int64"):
        read_jax(tmp_path / "numbers.npz")


def test_incomplete_folders(tmp_path):
    with pytest.raises(CheckpointError, match=r"config\.json"):
        convert_torch(tmp_path)
    folder = write_torch(tmp_path / "released", torch_tensors())
    second = folder / "model-00002-of-00003.safetensors"
    second.write_bytes(b"broken")
    with pytest.raises(CheckpointError, match=r"model-00002.*download"):
        convert_torch(folder)
    second.unlink()
    with pytest.raises(CheckpointError, match="lacks model-00002-of-00003"):
        convert_torch(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match="not JSON"):
        convert_torch(folder)


def remove(tensors, name):
    del tensors[name]
    return f"missing: {FINAL_NORM}"


def cut(tensors, name):
    dim = len(tensors[name])
    tensors[name] = tensors[name][1:]
    return f"wrong shape: {name} is ({dim - 1},), expected ({dim},)"


def add(tensors, name):
    tensors["decoder.mystery.weight"] = tensors[name][:2]
    return "not recognised: decoder.mystery.weight (2,)"


@pytest.mark.parametrize("damage", [remove, cut, add])
def test_damage_to_jax_files_is_named(tmp_path, arrays, damage):
    message = damage(arrays, JAX_NORM)
    np.savez(tmp_path / "params.npz", **arrays)
    with pytest.raises(CheckpointError) as caught:
        convert_jax(tmp_path / "params.npz", config=CONFIG)
    assert message in str(caught.value)


@pytest.mark.parametrize("damage", [remove, cut, add])
def test_damage_to_safetensors_is_named(tmp_path, damage):
    tensors = torch_tensors()
    message = damage(tensors, TORCH_NORM)
    folder = write_torch(tmp_path / "released", tensors)
    with pytest.raises(CheckpointError) as caught:
        convert_torch(folder)
    assert message in str(caught.value)


def test_a_tensor_in_two_shards_is_named(tmp_path):
    folder = write_torch(tmp_path / "released", torch_tensors())
    save_file({TORCH_NORM: torch_tensors()[TORCH_NORM]}, folder / "model-more.safetensors")
    (folder / "model.safetensors.index.json").unlink()
    with pytest.raises(CheckpointError, match=f"there 2 times: {FINAL_NORM}"):
        convert_torch(folder)


def test_duplicates_are_named(tmp_path, arrays):
    doubled = {**arrays, JAX_NORM.replace("chat_nt", "bio_brain"): arrays[JAX_NORM]}
    np.savez(tmp_path / "params.npz", **doubled)
    with pytest.raises(CheckpointError) as caught:
        convert_jax(tmp_path / "params.npz", config=CONFIG)
    assert "there 2 times" in str(caught.value)
    assert "bio_brain_decoder/llama_decoder/~/final_RMS_norm::scale" in str(caught.value)
    tensors = torch_tensors()
    tensors["biobrain_decoder.copy.final_norm.weight"] = tensors[TORCH_NORM].clone()
    with pytest.raises(CheckpointError, match=r"there 2 times.*copy"):
        convert_torch(write_torch(tmp_path / "released", tensors))


def test_every_offender_is_named(tmp_path):
    tensors = torch_tensors()
    gone = [name for name in tensors if "layers.1.self_attn" in name]
    for name in gone:
        del tensors[name]
    with pytest.raises(CheckpointError) as caught:
        convert_torch(write_torch(tmp_path / "released", tensors))
    assert len(gone) == 4
    assert str(caught.value).count("missing: decoder/gpt_decoder_layer_1/~/self_attn") == len(gone)


def test_name_map(tmp_path):
    def strange(name):
        return name.replace("layer_norm_self_attention", "first_thing").replace("final_norm", "last_thing")

    tensors = {strange(name): tensor for name, tensor in torch_tensors().items()}
    tensors["biobrain_decoder.rotary.inv_freq"] = torch.zeros(3)
    folder = write_torch(tmp_path / "released", tensors)
    with pytest.raises(CheckpointError, match="first_thing"):
        convert_torch(folder)
    norm = "encoder/attention_layer_{i}/~/self_attention_layer_norm"
    name_map = {
        "biobrain_encoder.nt_model.attention_blocks.{i}.first_thing.weight": f"{norm}::scale",
        "biobrain_encoder.nt_model.attention_blocks.{i}.first_thing.bias": f"{norm}::offset",
        "biobrain_decoder.gpt_model.last_thing.weight": JAX_NORM,
        "biobrain_decoder.rotary.inv_freq": None,
    }
    assert golden_difference(convert_torch(folder, name_map=name_map).model()) < 1e-4


def test_published_names_of_the_published_sizes_are_understood():
    published = leaves(official_config())
    for name in (torch_name, dotted_name):
        for leaf in published:
            assert candidates(name(leaf), published) == [leaf]


def test_published_leaf_counts():
    parts = [leaf.part for leaf in leaves(official_config())]
    assert {p: parts.count(p) for p in parts} == {"encoder": 415, "projection": 82, "decoder": 259}


def test_encoder_head_can_be_left_out():
    config = official_config(OFFICIAL)
    config.encoder_config.lm_head = False
    conversion = convert_jax(PARAMS, config=config)
    assert not any("lm_head" in name for name, _ in conversion.tensors() if name.startswith("encoder"))
    assert golden_difference(conversion.model()) < 1e-4


def test_rotary_pairs_become_halves():
    weight = torch.arange(2 * 6 * 1).reshape(12, 1)  # 2 heads of 6
    assert split_rotary_pairs(weight, 2).flatten().tolist() == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11]


def test_other_architectures_are_refused():
    other = {**OFFICIAL, "gpt_config": {**OFFICIAL["gpt_config"], "norm_type": "layer_norm"}}
    other["nt_config"] = {**OFFICIAL["nt_config"], "key_size": 5}
    with pytest.raises(CheckpointError) as caught:
        official_config(other)
    assert "gpt_config.norm_type is 'layer_norm'" in str(caught.value)
    assert "nt_config.embed_dim" in str(caught.value)


def test_final_norm_must_be_where_llama_has_it():
    class Decoder(torch.nn.Module):
        base_model = None

    with pytest.raises(ValueError, match="Decoder has no final norm"):
        set_final_norm_eps(Decoder(), 1e-5)


def test_weights_are_the_golden_ones(arrays):
    state = dict(golden_conversion().tensors())
    glu = torch.tensor(arrays["chat_nt_decoder/llama_decoder/gpt_decoder_layer_0/~/fc1_linear_glu::w"]).T
    gate, up = (state[f"decoder.model.layers.0.mlp.{name}_proj.weight"] for name in ("gate", "up"))
    assert difference(torch.cat([gate, up]), glu) == 0
