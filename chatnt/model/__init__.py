"""Tensors in, tensors out: encoders, resampler, and the pair as one model.

Importing this package registers its models with the Auto classes of transformers.
"""

from transformers import AutoConfig, AutoModel, AutoModelForCausalLM

from chatnt.model.chatnt import ChatNTModel
from chatnt.model.config import ChatNTConfig, ResamplerConfig
from chatnt.model.learning import IGNORED
from chatnt.model.nucleotide_cnn import NucleotideCNN, NucleotideCNNConfig
from chatnt.model.nucleotide_transformer import NucleotideTransformer, NucleotideTransformerConfig
from chatnt.model.resampler import Resampler

__all__ = [
    "IGNORED",
    "ChatNTConfig",
    "ChatNTModel",
    "NucleotideCNN",
    "NucleotideCNNConfig",
    "NucleotideTransformer",
    "NucleotideTransformerConfig",
    "Resampler",
    "ResamplerConfig",
]

for _config, _model in (
    (ChatNTConfig, ChatNTModel),
    (ResamplerConfig, Resampler),
    (NucleotideCNNConfig, NucleotideCNN),
    (NucleotideTransformerConfig, NucleotideTransformer),
):
    AutoConfig.register(_config.model_type, _config)
    AutoModel.register(_config, _model)
AutoModelForCausalLM.register(ChatNTConfig, ChatNTModel)
