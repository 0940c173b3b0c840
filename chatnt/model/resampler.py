"""The English-aware Perceiver resampler: DNA vectors and a question in, soft tokens out."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention
from transformers import PreTrainedModel, initialization

from chatnt.model.config import ResamplerConfig


class Material(NamedTuple):
    """Hold what the latents attend to; those of several rows may attend to the same."""

    vectors: Tensor
    mask: Tensor
    which: Tensor | None = None
    """Of shape (batch,), each row's index in `vectors` and `mask`; by default its own."""


class CrossAttention(nn.Module):
    """Attend from latents to a material and other latents; biases everywhere, no rotary embedding."""

    def __init__(self, config: ResamplerConfig) -> None:
        super().__init__()
        self.heads = config.heads
        self.query = nn.Linear(config.dim, config.dim)
        self.key = nn.Linear(config.dim, config.dim)
        self.value = nn.Linear(config.dim, config.dim)
        self.output = nn.Linear(config.dim, config.dim)

    def forward(self, x: Tensor, material: Material, latents: Tensor) -> Tensor:
        query = self._split(self.query(x))
        key, value = map(self._split, self._keys_and_values(material, latents))
        mask = material.mask if material.which is None else material.mask[material.which]
        mask = torch.cat([mask, mask.new_ones(latents.shape[:2])], dim=1)
        attended = scaled_dot_product_attention(query, key, value, attn_mask=mask[:, None, None])
        return self.output(attended.transpose(1, 2).flatten(2))

    def weights(self, x: Tensor, material: Material, latents: Tensor) -> Tensor:
        """Return how much each latent attends to each position of the material, and not to other latents.

        Returns
        -------
        Tensor
            Of shape (batch, heads, latents, positions).
        """
        query, key = self._split(self.query(x)), self._split(self._keys_and_values(material, latents)[0])
        fit = query @ key.transpose(-1, -2) / query.shape[-1] ** 0.5
        mask = material.mask if material.which is None else material.mask[material.which]
        mask = torch.cat([mask, mask.new_ones(latents.shape[:2])], dim=1)[:, None, None]
        weights = fit.float().masked_fill(~mask, torch.finfo(torch.float32).min).softmax(-1)
        return weights[..., : weights.shape[-1] - latents.shape[1]]

    def _keys_and_values(self, material: Material, latents: Tensor) -> list[Tensor]:
        layers = self.key, self.value
        if material.which is None:
            context = torch.cat([material.vectors, latents], dim=1)
            return [layer(context) for layer in layers]
        # DNA may be long: what is shared is computed before it is spread over the rows.
        shared = [layer(material.vectors).index_select(0, material.which) for layer in layers]
        return [torch.cat([s, layer(latents)], dim=1) for s, layer in zip(shared, layers, strict=True)]

    def _split(self, x: Tensor) -> Tensor:
        return x.unflatten(-1, (self.heads, -1)).transpose(1, 2)


class ResamplerBlock(nn.Module):
    """Let the latents attend to the DNA, to the question, and think.

    The context of both attentions is the material followed by the latents as
    they entered the block, not normalised, as in the published code.
    """

    def __init__(self, config: ResamplerConfig) -> None:
        super().__init__()
        self.question_first = config.question_first
        self.norm_dna = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        self.attend_dna = CrossAttention(config)
        if config.english_aware:
            self.norm_question = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
            self.attend_question = CrossAttention(config)
        self.norm_ffn = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
        self.fc1 = nn.Linear(config.dim, config.ffn_dim)
        self.fc2 = nn.Linear(config.ffn_dim, config.dim)
        self.dropout = nn.Dropout(config.dropout)

    def forward(self, x: Tensor, dna: Material, question: Material | None) -> Tensor:
        entered = x
        steps = [(self.norm_dna, self.attend_dna, dna)]
        if question is not None:
            steps.append((self.norm_question, self.attend_question, question))
        for norm, attend, material in reversed(steps) if self.question_first else steps:
            x = x + attend(norm(x), material, entered)
        return x + self.fc2(self.dropout(nn.functional.gelu(self.fc1(self.norm_ffn(x)))))


@contextmanager
def looking(resampler: "Resampler") -> Iterator[list[Tensor]]:
    """Collect where the latents look in the DNA while a resampler runs.

    Yields
    ------
    list of Tensor
        After each run, one for each block, as `CrossAttention.weights` returns it.
    """
    found: list[Tensor] = []
    blocks = cast("Iterable[ResamplerBlock]", resampler.blocks)
    hooks = [
        block.attend_dna.register_forward_pre_hook(
            lambda layer, inputs: found.append(cast("CrossAttention", layer).weights(*inputs))
        )
        for block in blocks
    ]
    try:
        yield found
    finally:
        for hook in hooks:
            hook.remove()


class Resampler(PreTrainedModel):
    """Turn DNA vectors of any number into a fixed number of soft tokens.

    References
    ----------
    de Almeida et al. (2025), Nature Machine Intelligence, Methods, "English-aware
    projection"; Alayrac et al. (2022), Flamingo, section 2.1.
    """

    config_class = ResamplerConfig
    main_input_name = "dna"
    _no_split_modules = ["ResamplerBlock"]

    def __init__(self, config: ResamplerConfig) -> None:
        super().__init__(config)
        self.project = nn.Linear(config.dna_dim, config.dim)
        self.latents = nn.Parameter(torch.randn(config.latents, config.dim))
        self.blocks = nn.ModuleList(ResamplerBlock(config) for _ in range(config.layers))
        if config.english_aware:
            self.words = nn.Embedding(config.vocab_size, config.dim)
        if config.output_scale is not None:
            self.norm_output = nn.LayerNorm(config.dim, eps=config.layer_norm_eps)
            self.scale = nn.Parameter(torch.tensor(float(config.output_scale)))
        self.post_init()

    @torch.no_grad()
    def _init_weights(self, module: nn.Module) -> None:
        super()._init_weights(module)
        # Nothing normalises what is attended to, so vectors must start at unit size: with the
        # usual 0.02 every attention starts uniform, and stays so for thousands of steps.
        if isinstance(module, nn.Linear):
            initialization.normal_(module.weight, std=module.in_features**-0.5)
        elif isinstance(module, nn.Embedding):
            initialization.normal_(module.weight, std=1.0)

    def forward(
        self,
        dna: Tensor,
        dna_mask: Tensor,
        question_ids: Tensor | None = None,
        question_mask: Tensor | None = None,
        which: Tensor | None = None,
    ) -> Tensor:
        """Make the soft tokens.

        Parameters
        ----------
        dna
            Tensor of shape (sequences, positions, dna_dim), the encoder's vectors.
        dna_mask
            Tensor of shape (sequences, positions), true where there is DNA.
        question_ids, question_mask
            Tensors of shape (batch, words); the prompt without the answer.
            Ignored without `english_aware`.
        which
            Tensor of shape (batch,): the index of each row's sequence, where several rows
            are about the same. Default: each row has its own.

        Returns
        -------
        Tensor
            Of shape (batch, latents, dim).

        Raises
        ------
        ValueError
            If the resampler listens to a question and none is given.
        """
        question = None
        if self.config.english_aware:
            if question_ids is None or question_mask is None:
                raise ValueError(
                    "This resampler listens to the question: give question_ids and question_mask."
                )
            question = Material(self.words(question_ids), question_mask.bool())
        material = Material(self.project(dna), dna_mask.bool(), which)
        x = self.latents.expand(len(dna if which is None else which), -1, -1)
        for block in self.blocks:
            x = block(x, material, question)
        return x if self.config.output_scale is None else self.norm_output(x) * self.scale
