"""The configuration of a pair: encoder, resampler and decoder."""

from typing import cast

from transformers import AutoConfig, PreTrainedConfig
from transformers.configuration_utils import SubConfigSpec


class ResamplerConfig(PreTrainedConfig):
    """Hold the sizes and the settings of a `Resampler`.

    Parameters
    ----------
    dna_dim
        Size of the encoder's vectors.
    dim
        Size of the soft tokens, which is the decoder's embedding size.
    latents
        Soft tokens per sequence.
    layers, heads, ffn_dim
        Blocks, attention heads and inner size of the feed-forward part.
    vocab_size
        Rows of the resampler's own table of English tokens.
    english_aware
        Whether the latents listen to the question; `False` gives the ablation
        of the paper.
    question_first
        Whether a block attends to the question before the DNA. The published
        model attends to the DNA first.
    output_scale
        Where the learned size of the soft tokens starts, after a final
        LayerNorm. `None`, as in the published model, leaves them as they are.
    dropout
        Share dropped in the feed-forward part while training.

    References
    ----------
    de Almeida et al. (2025), Nature Machine Intelligence, Methods, "English-aware
    projection".
    """

    model_type = "chatnt_resampler"
    base_config_key = "resampler_config"

    dna_dim: int = 1024
    dim: int = 4096
    latents: int = 64
    layers: int = 3
    heads: int = 32
    ffn_dim: int = 11008
    vocab_size: int = 32000
    english_aware: bool = True
    question_first: bool = False
    output_scale: float | None = None
    dropout: float = 0.0
    layer_norm_eps: float = 1e-5

    def __post_init__(self, **kwargs) -> None:
        super().__post_init__(**kwargs)
        if self.dim % self.heads:
            raise ValueError(f"dim={self.dim} cannot be divided among heads={self.heads}")


class ChatNTConfig(PreTrainedConfig):
    """Hold the configuration of a pair.

    Parameters
    ----------
    encoder_config, resampler_config, decoder_config
        The three parts, as configurations or as their dicts.
    slot_token_id
        Id that marks a slot in `input_ids`; soft tokens replace it, so it needs
        no row in the decoder's table.
    decoder_final_norm_eps
        Epsilon of the decoder's final norm where it differs from that of its
        layers. The published model has 1e-5 there and 1e-6 in the layers.
        `None` leaves the decoder as its own configuration says.
    half_norms
        Whether every LayerNorm of encoder and resampler rounds its output to
        float16, as in the default run of the published code, where it costs
        about 0.04 on logits of size 5. Only for comparison with that run.
    """

    model_type = "chatnt"
    sub_configs_defaults = {
        "encoder_config": SubConfigSpec(config_class=AutoConfig, model_type="nucleotide_transformer"),
        "resampler_config": SubConfigSpec(config_class=ResamplerConfig),
        "decoder_config": SubConfigSpec(config_class=AutoConfig, model_type="llama"),
    }

    encoder_config: dict | PreTrainedConfig | None = None
    resampler_config: dict | ResamplerConfig | None = None
    decoder_config: dict | PreTrainedConfig | None = None
    slot_token_id: int = 32000
    decoder_final_norm_eps: float | None = None
    half_norms: bool = False
    tie_word_embeddings: bool = False

    def get_text_config(self, *args, **kwargs) -> PreTrainedConfig:
        """Return the decoder's configuration, which generation and caches read."""
        return cast("PreTrainedConfig", self.decoder_config)
