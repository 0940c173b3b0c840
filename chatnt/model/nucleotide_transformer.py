"""The Nucleotide Transformer v2 encoder, which reads DNA in 6-mers."""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, scaled_dot_product_attention, silu
from transformers import PreTrainedConfig, PreTrainedModel
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.modeling_outputs import BaseModelOutput

ROTARY_BASE = 10000.0


class NucleotideTransformerConfig(PreTrainedConfig):
    """Hold the sizes of a `NucleotideTransformer`; the defaults are those of the 500M model.

    Parameters
    ----------
    dim
        Size of the vectors.
    layers, heads, ffn_dim
        Blocks, attention heads and inner size of the gated feed-forward part.
    vocab_size
        Tokens of the 6-mer vocabulary.
    pad_token_id
        Id of the padding.
    max_length
        Longest sequence of the training, in tokens with ``<cls>``. Positions
        are rotary, so the model computes longer ones too.
    layer_norm_eps
        Added to the variance in every LayerNorm.
    lm_head
        Whether the model keeps the head of its masked-language-model training.
        A pair does not use it, but the published checkpoint holds it.
    """

    model_type = "nucleotide_transformer"

    dim: int = 1024
    layers: int = 29
    heads: int = 16
    ffn_dim: int = 4096
    vocab_size: int = 4107
    pad_token_id: int | None = 1
    max_length: int = 2048
    layer_norm_eps: float = 1e-5
    lm_head: bool = False

    def __post_init__(self, **kwargs) -> None:
        super().__post_init__(**kwargs)
        if self.dim % (2 * self.heads):
            raise ValueError(
                f"dim={self.dim} cannot be divided among heads={self.heads} of an even size, "
                "which the rotary embedding needs"
            )

    @property
    def hidden_size(self) -> int:
        """Size of the output vectors, under the name that transformers uses."""
        return self.dim


class SelfAttention(nn.Module):
    """Attend among the tokens of a sequence, with biases and rotary positions."""

    def __init__(self, config: NucleotideTransformerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(config.dim, config.dim)
        self.key = nn.Linear(config.dim, config.dim)
        self.value = nn.Linear(config.dim, config.dim)
        self.output = nn.Linear(config.dim, config.dim)

    def forward(self, x: Tensor, mask: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        query, key, value = (self._split(layer(x)) for layer in (self.query, self.key, self.value))
        query, key = rotate(query, *rotary), rotate(key, *rotary)
        attended = scaled_dot_product_attention(query, key, value, attn_mask=mask)
        return self.output(attended.transpose(1, 2).flatten(2))

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class TransformerBlock(GradientCheckpointingLayer):
    """Add attention and a SwiGLU feed-forward part, each after a LayerNorm."""

    def __init__(self, config: NucleotideTransformerConfig) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        self.attention = SelfAttention(config)
        self.norm_ffn = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        # The first half of the outputs gates the second.
        self.fc1 = nn.Linear(config.dim, 2 * config.ffn_dim, bias=False)
        self.fc2 = nn.Linear(config.ffn_dim, config.dim, bias=False)

    def forward(self, x: Tensor, mask: Tensor, rotary: tuple[Tensor, Tensor]) -> Tensor:
        x = x + self.attention(self.norm_attention(x), mask, rotary)
        gate, up = self.fc1(self.norm_ffn(x)).chunk(2, dim=-1)
        return x + self.fc2(silu(gate) * up)


class MaskedLMHead(nn.Module):
    """Guess masked tokens from the encoder's output."""

    def __init__(self, config: NucleotideTransformerConfig) -> None:
        super().__init__()
        self.fc = nn.Linear(config.dim, config.dim)
        self.norm = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        self.output = nn.Linear(config.dim, config.vocab_size)

    def forward(self, x: Tensor) -> Tensor:
        return self.output(self.norm(gelu(self.fc(x))))


class NucleotideTransformer(PreTrainedModel):
    """Read DNA in 6-mers and give one vector per token.

    A pre-norm Transformer with rotary positions. The output is that of the last
    block after the LayerNorm with which the masked-LM head begins, which is what
    a pair's resampler was trained on. Padding is never attended to, so a
    sequence gives the same vectors alone and in a batch.

    References
    ----------
    Dalla-Torre et al. (2024), Nature Methods, "Nucleotide Transformer", Methods;
    Su et al. (2021), RoFormer, section 3.2 (rotary positions).
    """

    config_class = NucleotideTransformerConfig
    base_model_prefix = "nucleotide_transformer"
    main_input_name = "input_ids"
    supports_gradient_checkpointing = True
    _no_split_modules = ["TransformerBlock"]
    _supports_sdpa = True

    def __init__(self, config: NucleotideTransformerConfig) -> None:
        super().__init__(config)
        self.tokens = nn.Embedding(config.vocab_size, config.dim)
        self.blocks = nn.ModuleList(TransformerBlock(config) for _ in range(config.layers))
        self.norm = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        if config.lm_head:
            self.lm_head = MaskedLMHead(config)
        self.post_init()

    def get_input_embeddings(self) -> nn.Embedding:
        """Return the table of token embeddings."""
        return self.tokens

    def set_input_embeddings(self, value: nn.Embedding) -> None:
        """Replace the table of token embeddings."""
        self.tokens = value

    def forward(
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        *,
        inputs_embeds: Tensor | None = None,
        output_hidden_states: bool = False,
    ) -> BaseModelOutput:
        """Encode sequences.

        Parameters
        ----------
        input_ids
            Tensor of shape (batch, tokens), padded on the right with
            `config.pad_token_id`.
        attention_mask
            Tensor of shape (batch, tokens), true where there is a token.
            Default: wherever `input_ids` is not padding.
        inputs_embeds
            Tensor of shape (batch, tokens, dim) instead of `input_ids`, as
            attribution methods need; give `attention_mask` with it if rows are padded.
        output_hidden_states
            Whether to return what goes into each block and comes out of the last.

        Returns
        -------
        BaseModelOutput
            `last_hidden_state` of shape (batch, tokens, dim), meaningless where
            there is padding; `hidden_states`, if asked, `layers + 1` such
            tensors, the last one before the final LayerNorm.

        Raises
        ------
        ValueError
            Unless exactly one of `input_ids` and `inputs_embeds` is given.
        """
        if (input_ids is None) == (inputs_embeds is None):
            raise ValueError("Give either input_ids or inputs_embeds, not both and not neither.")
        x = self.tokens(input_ids) if inputs_embeds is None else inputs_embeds
        mask = self._real_tokens(x, input_ids) if attention_mask is None else attention_mask.bool()
        mask = mask[:, None, None]
        rotary = rotary_tables(x.shape[1], self.config.dim // self.config.heads, x)
        states = [x]
        for block in self.blocks:
            x = block(x, mask, rotary)
            if output_hidden_states:
                states.append(x)
        return BaseModelOutput(
            last_hidden_state=self.norm(x), hidden_states=tuple(states) if output_hidden_states else None
        )

    def _real_tokens(self, x: Tensor, input_ids: Tensor | None) -> Tensor:
        if input_ids is None:
            return torch.ones(x.shape[:2], dtype=torch.bool, device=x.device)
        return input_ids != self.config.pad_token_id

    def masked_lm_logits(self, last_hidden_state: Tensor) -> Tensor:
        """Score every token of the vocabulary at every position.

        Parameters
        ----------
        last_hidden_state
            Tensor of shape (batch, tokens, dim), the output of `forward`.

        Returns
        -------
        Tensor
            Of shape (batch, tokens, vocab_size).

        Raises
        ------
        ValueError
            If the model was made without its head.
        """
        if not self.config.lm_head:
            raise ValueError(
                "This encoder has no masked-LM head: make it with lm_head=True in its configuration."
            )
        return self.lm_head(last_hidden_state)


def rotary_tables(tokens: int, dim: int, like: Tensor) -> tuple[Tensor, Tensor]:
    """Compute the cosines and sines of the rotary embedding.

    They are computed at every pass and not kept in buffers, because models are
    created without memory and then filled from a file that holds weights only.

    Parameters
    ----------
    tokens
        Positions, counted from 0.
    dim
        Size of a head.
    like
        Tensor that gives device and precision; the angles themselves are always
        computed in float32.

    Returns
    -------
    tuple of Tensor
        Two, of shape (tokens, dim).
    """
    exponents = torch.arange(0, dim, 2, device=like.device, dtype=torch.float32) / dim
    positions = torch.arange(tokens, device=like.device, dtype=torch.float32)
    angles = torch.outer(positions, ROTARY_BASE**-exponents)
    angles = torch.cat([angles, angles], dim=-1)
    return angles.cos().to(like.dtype), angles.sin().to(like.dtype)


def rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """Turn each pair of entries (i, i + dim / 2) of `x`, of shape (..., tokens, dim), by its angle."""
    first, second = x.chunk(2, dim=-1)
    return x * cos + torch.cat([-second, first], dim=-1) * sin
