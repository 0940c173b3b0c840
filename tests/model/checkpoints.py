"""Small checkpoints with the golden weights, written as the published ones are."""

import json

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from chatnt.model.leaves import canonical_name, leaves
from chatnt.model.official import official_config
from tests.model.golden_table import OFFICIAL, PARAMS

CONFIG = official_config(OFFICIAL)

# Of each part: the beginning, the blocks, and what the last words of a JAX name are called.
ATTENTION = {"query": "w_q", "key": "w_k", "value": "w_v", "mha_output": "output"}
RELEASED = {
    "encoder": ("biobrain_encoder.nt_model.", "attention_blocks.{i}.", {
        "~/embed": "embed_layer", "self_attention_layer_norm": "layer_norm_self_attention",
        "final_layer_norm": "layer_norm_mlp", "emb_layer_norm_after": "lm_head._first_layer_norm",
        "lm_head_fc_1": "lm_head._fc1", "lm_head_layer_norm": "lm_head._second_layer_norm",
        "lm_final_fc": "lm_head._final_fc",
        **{f"self_attention/{a}": f"sa_layer.{b}" for a, b in ATTENTION.items()},
    }),
    "projection": ("projection_model.", "perceiver_resampler.layers.{i}.", {
        "bio_to_english_projection": "bio_projection", "token_embed": "token_embedding",
        "multi_modal_perceiver_resampler": "perceiver_resampler", "final_layer_norm": "norm_mlp",
        **{f"cross_attention_layer_norm_{n}": f"norm_cross_attention_{n}" for n in (1, 2)},
        **{f"cross_attention_1/{a}": f"cross_attention_1.{b}" for a, b in ATTENTION.items()},
        **{f"cross_attention_2/{a}": f"cross_attention_2.{b}" for a, b in ATTENTION.items()},
    }),
    "decoder": ("biobrain_decoder.gpt_model.", "layers.{i}.", {
        "token_embed": "token_embed", "final_RMS_norm": "final_norm", "lm_final_fc": "lm_head.fc",
        "attn_RMS_norm": "attn_norm", "ffn_RMS_norm": "ffn_norm",
        "fc1_linear_glu": "fc1", "fc2_linear": "fc2",
        **{f"{a}_linear": f"self_attn.{a}_linear" for a in ("query", "key", "value", "out")},
    }),
}  # fmt: skip
SUFFIX = {"weight": ".weight", "bias": ".bias", "latents": ".latent_queries"}


def torch_name(leaf) -> str:
    """Name a leaf as the released PyTorch code does, as far as that is known."""
    root, block, words = RELEASED[leaf.part]
    module = leaf.name.partition("::")[0]
    matches = [word for word in words if module == word or module.endswith("/" + word)]
    word = words[max(matches, key=len)] if matches else module.rpartition("/")[2]
    return root + ("" if leaf.layer is None else block.format(i=leaf.layer)) + word + SUFFIX[leaf.param]


def dotted_name(leaf) -> str:
    """Name a leaf as a plain translation of the JAX names would."""
    module = leaf.name.partition("::")[0].partition("/")[2].replace("/~/", "/").removeprefix("~/")
    return f"{leaf.part}.{module.replace('/', '.')}{SUFFIX[leaf.param]}"


def golden_arrays() -> dict[str, np.ndarray]:
    arrays = {}
    for path in PARAMS:
        with np.load(path) as file:
            arrays.update({name: file[name] for name in file})
    return arrays


def write_joblib(path, arrays, prefix="bio_brain"):
    joblib = pytest.importorskip("joblib")
    modules = {}
    for name, array in arrays.items():
        module, _, parameter = name.replace("chat_nt_", f"{prefix}_").partition("::")
        modules.setdefault(module, {})[parameter] = array
    joblib.dump(modules, path)
    return path


def torch_tensors(name=torch_name, dtype=torch.float32) -> dict[str, torch.Tensor]:
    arrays = {canonical_name(key): array for key, array in golden_arrays().items()}
    tensors = {}
    for leaf in leaves(CONFIG):
        array = torch.tensor(arrays[leaf.name])
        tensors[name(leaf)] = (array.T if leaf.flipped else array).contiguous().to(dtype)
    return tensors


def write_torch(folder, tensors, shards=3):
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(OFFICIAL))
    names, places = list(tensors), {}
    for i in range(shards):
        file = f"model-{i + 1:05}-of-{shards:05}.safetensors"
        shard = {name: tensors[name].clone() for name in names[i::shards]}
        save_file(shard, folder / file)
        places.update(dict.fromkeys(names[i::shards], file))
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": places}))
    return folder
