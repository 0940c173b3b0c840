"""A pair as one model: encode the DNA, resample it, fill the slots, decode."""

import inspect
from typing import cast

import torch
from torch import Tensor, nn
from transformers import AutoModel, AutoModelForCausalLM, GenerationMixin, PreTrainedModel
from transformers.modeling_outputs import CausalLMOutputWithPast

from chatnt.errors import SlotError
from chatnt.model.config import ChatNTConfig, ResamplerConfig
from chatnt.model.learning import learn
from chatnt.model.norms import round_norms_to_half, set_final_norm_eps
from chatnt.model.resampler import Resampler


class ChatNTModel(PreTrainedModel, GenerationMixin):
    """Read DNA and English, write English.

    `input_ids` holds the prompt with `config.slot_token_id` once per soft token;
    the model fills these slots and the decoder never learns that there was
    another modality. `generate`, caches, `device_map` and the rest are those of
    transformers.
    """

    config_class = ChatNTConfig
    base_model_prefix = ""
    main_input_name = "input_ids"
    input_modalities = ["dna", "text"]
    supports_gradient_checkpointing = True
    _supports_sdpa = True
    _supports_flash_attn = True
    _supports_attention_backend = True
    _skip_keys_device_placement = ["cache"]

    def __init__(self, config: ChatNTConfig) -> None:
        super().__init__(config)
        self.loss_type = "ForCausalLM"  # tells transformers.Trainer which labels count
        self.encoder = AutoModel.from_config(config.encoder_config)
        self.resampler = Resampler(cast("ResamplerConfig", config.resampler_config))
        self.decoder = AutoModelForCausalLM.from_config(config.decoder_config)
        if config.decoder_final_norm_eps is not None:
            set_final_norm_eps(self.decoder, config.decoder_final_norm_eps)
        if config.half_norms:
            round_norms_to_half(self.encoder)
            round_norms_to_half(self.resampler)
        self.post_init()

    def get_input_embeddings(self) -> nn.Embedding:
        """Return the decoder's table of word embeddings."""
        return cast("nn.Embedding", self.decoder.get_input_embeddings())

    def set_input_embeddings(self, value: nn.Module) -> None:
        """Replace the decoder's table of word embeddings."""
        self.decoder.set_input_embeddings(value)

    def get_output_embeddings(self) -> nn.Module:
        """Return the decoder's last linear layer."""
        return self.decoder.get_output_embeddings()

    def encode(self, dna_ids: Tensor, dna_mask: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Encode every real sequence at its true length, and those that are the same once.

        Parameters
        ----------
        dna_ids, dna_mask
            Tensors of shape (batch, sequences, dna_tokens). A row with fewer
            sequences than others is filled up with fully masked ones.

        Returns
        -------
        dna : Tensor
            Of shape (different sequences, positions, dna_dim), in the order in which
            each first comes.
        mask : Tensor
            Of shape (different sequences, positions).
        which : Tensor
            Of shape (real sequences,): the index of each in `dna`, in reading order.
        """
        present = dna_mask.bool().any(-1)
        ids, mask = dna_ids[present], dna_mask[present].bool()
        longest = int(mask.sum(-1).max())
        ids, mask = ids[:, :longest], mask[:, :longest]
        first, which = distinct_rows(ids.masked_fill(~mask, -1))
        ids, mask = ids[first], mask[first]
        dna = self.encoder(input_ids=ids, attention_mask=mask.long()).last_hidden_state
        # An encoder that pools tells which of its positions are real.
        mask = self.encoder.output_mask(mask) if hasattr(self.encoder, "output_mask") else mask
        return dna, mask, which

    def get_soft_tokens(
        self,
        dna_ids: Tensor,
        dna_mask: Tensor,
        question_ids: Tensor | None = None,
        question_mask: Tensor | None = None,
        *,
        encoded: tuple[Tensor, Tensor, Tensor] | None = None,
    ) -> Tensor:
        """Encode and resample.

        Parameters
        ----------
        dna_ids, dna_mask
            Tensors of shape (batch, sequences, dna_tokens).
        question_ids, question_mask
            Tensors of shape (batch, words).
        encoded
            What `encode` gave for the same DNA.

        Returns
        -------
        Tensor
            Of shape (batch, sequences, latents, dim); zeros for sequences that
            are fully masked.
        """
        present = dna_mask.bool().any(-1)
        config = self.config.resampler_config
        soft = self.latent_zeros(present.shape, dna_ids.device)
        if not present.any():
            return soft
        dna, mask, which = self.encode(dna_ids, dna_mask) if encoded is None else encoded
        rows = present.nonzero()[:, 0]
        if not config.english_aware:
            question_ids = question_mask = None
        question = [None if t is None else t[rows] for t in (question_ids, question_mask)]
        resampled = self.resampler(dna, mask, *question, which=None if len(dna) == len(which) else which)
        return soft.to(resampled).masked_scatter(present[..., None, None], resampled)

    def latent_zeros(self, shape: torch.Size, device: torch.device) -> Tensor:
        """Return zeros of shape (batch, sequences, latents, dim)."""
        config = self.config.resampler_config
        return torch.zeros(*shape, config.latents, config.dim, device=device)

    def fill_slots(self, input_ids: Tensor, soft_tokens: Tensor | None, dna_mask: Tensor | None) -> Tensor:
        """Embed a prompt, soft tokens in their slots.

        Returns
        -------
        Tensor
            Of shape (batch, tokens, dim).

        Raises
        ------
        SlotError
            If a row has not exactly one slot per soft token.
        """
        slots = input_ids == self.config.slot_token_id
        embeds = self.get_input_embeddings()(input_ids.masked_fill(slots, 0))
        wanted = slots.sum(-1)
        given = torch.zeros_like(wanted)
        if soft_tokens is not None:
            present = soft_tokens.new_ones(soft_tokens.shape[:2], dtype=torch.bool)
            if dna_mask is not None:
                present = dna_mask.bool().any(-1)
            given = present.sum(-1) * soft_tokens.shape[2]
        if not torch.equal(wanted, given):
            raise SlotError(
                f"The rows have {wanted.tolist()} slots but {given.tolist()} soft tokens; "
                "give one placeholder per sequence and let the processor expand it."
            )
        if soft_tokens is None:
            return embeds
        filling = soft_tokens[present].to(embeds.device, embeds.dtype)
        return embeds.masked_scatter(slots[..., None], filling)

    def embed_prompts(
        self,
        input_ids: Tensor,
        *,
        dna_ids: Tensor | None = None,
        dna_mask: Tensor | None = None,
        question_ids: Tensor | None = None,
        question_mask: Tensor | None = None,
        soft_tokens: Tensor | None = None,
    ) -> Tensor:
        """Return what the decoder reads, of shape (batch, tokens, dim); parameters as in `forward`.

        Raises
        ------
        SlotError
            If slots and soft tokens do not match.
        """
        if soft_tokens is None and dna_ids is not None:
            dna_mask = torch.ones_like(dna_ids) if dna_mask is None else dna_mask
            soft_tokens = self.get_soft_tokens(dna_ids, dna_mask, question_ids, question_mask)
        return self.fill_slots(input_ids, soft_tokens, dna_mask)

    def forward(  # noqa: PLR0913 - the keywords of transformers
        self,
        input_ids: Tensor | None = None,
        attention_mask: Tensor | None = None,
        *,
        dna_ids: Tensor | None = None,
        dna_mask: Tensor | None = None,
        question_ids: Tensor | None = None,
        question_mask: Tensor | None = None,
        soft_tokens: Tensor | None = None,
        inputs_embeds: Tensor | None = None,
        labels: Tensor | None = None,
        num_items_in_batch: Tensor | int | None = None,
        position_ids: Tensor | None = None,
        logits_to_keep: int | Tensor | None = None,
        **decoder_inputs,
    ) -> CausalLMOutputWithPast:
        """Compute logits, or with labels the loss and only the logits that it needs.

        Parameters
        ----------
        input_ids, attention_mask
            Tensors of shape (batch, tokens); the prompt with its slots.
        dna_ids, dna_mask
            Tensors of shape (batch, sequences, dna_tokens). Without a mask every
            token is read.
        question_ids, question_mask
            Tensors of shape (batch, words); what the resampler listens to.
        soft_tokens
            Tensor of shape (batch, sequences, latents, dim), from
            `get_soft_tokens`, instead of encoding the DNA again.
        inputs_embeds
            Tensor of shape (batch, tokens, dim) instead of all the above.
        labels
            Tensor of shape (batch, tokens), -100 where there is nothing to learn.
        num_items_in_batch
            What the sum over the labels is divided by, where a step has several batches.
            Default: the number of labels, which gives their mean.
        position_ids
            Tensor of shape (batch, tokens), for padding on the left; left out for a
            decoder that takes none.
        logits_to_keep
            How many positions, counted from the last, or which ones get logits; left out for a
            decoder that takes none. Default: all. `generate` asks for the last alone.
        **decoder_inputs
            Caches and switches, handed to the decoder as they are.

        Returns
        -------
        CausalLMOutputWithPast
            `logits` of shape (batch, tokens, vocabulary); with labels of shape (labels,
            vocabulary), those of the positions before each label, and `loss`.

        Raises
        ------
        SlotError
            If slots and soft tokens do not match.
        ValueError
            If there is neither a prompt nor its embedding.
        """
        if inputs_embeds is None:
            if input_ids is None:
                raise ValueError("Give input_ids with the prompt, or inputs_embeds.")
            inputs_embeds = self.embed_prompts(
                input_ids,
                dna_ids=dna_ids,
                dna_mask=dna_mask,
                question_ids=question_ids,
                question_mask=question_mask,
                soft_tokens=soft_tokens,
            )
        taken = inspect.signature(self.decoder.forward).parameters
        for name, value in (("position_ids", position_ids), ("logits_to_keep", logits_to_keep)):
            if value is not None and name in taken:
                decoder_inputs[name] = value
        decoder_inputs |= {"inputs_embeds": inputs_embeds, "attention_mask": attention_mask}
        if labels is None:
            return self.decoder(**decoder_inputs)
        return learn(self.decoder, labels, num_items_in_batch, decoder_inputs)

    @property
    def never_written(self) -> list[int]:
        """Tokens that no answer may hold: the slot, which nothing would fill, and those to be suppressed."""
        slot = self.config.slot_token_id
        slots = {slot} if slot < self.config.get_text_config().vocab_size else set()
        return sorted(slots.union(self.generation_config.suppress_tokens or ()))

    @torch.no_grad()
    def generate(self, inputs: Tensor | None = None, **kwargs):
        """Write answers, as `GenerationMixin.generate` does.

        The DNA is encoded once, before the rows are repeated for beams. The slot
        token is never written, because nothing would fill that slot.
        """
        dna_ids, *question = (kwargs.pop(name, None) for name in ("dna_ids", "question_ids", "question_mask"))
        if kwargs.get("soft_tokens") is None and dna_ids is not None:
            if kwargs.get("dna_mask") is None:
                kwargs["dna_mask"] = torch.ones_like(dna_ids)
            kwargs["soft_tokens"] = self.get_soft_tokens(dna_ids, kwargs["dna_mask"], *question)
        chosen = kwargs.get("generation_config") or self.generation_config
        suppressed = kwargs.get("suppress_tokens") or chosen.suppress_tokens or ()
        kwargs["suppress_tokens"] = sorted({*suppressed, *self.never_written}) or None
        return super().generate(inputs, **kwargs)  # pyright: ignore[reportAttributeAccessIssue]

    def prepare_inputs_for_generation(self, input_ids: Tensor, **kwargs) -> dict:
        """Hand the soft tokens over on the first step only; later ones read the cache."""
        first = kwargs.get("is_first_iteration", False) or not kwargs.get("use_cache", True)
        inputs = super().prepare_inputs_for_generation(  # pyright: ignore[reportAttributeAccessIssue]
            input_ids, **kwargs
        )
        if not first:
            inputs["soft_tokens"] = inputs["dna_mask"] = None
        return inputs


def distinct_rows(table: Tensor) -> tuple[Tensor, Tensor]:
    """Find which rows of a table are the same.

    Parameters
    ----------
    table
        Tensor of shape (rows, columns), integers.

    Returns
    -------
    first : Tensor
        Of shape (distinct rows,): the first place of each, ascending.
    which : Tensor
        Of shape (rows,): each row's index in `first`, so that
        ``table[first][which]`` is `table`.

    Examples
    --------
    >>> first, which = distinct_rows(torch.tensor([[5, 5], [1, 2], [5, 5], [0, 0]]))
    >>> first.tolist(), which.tolist()
    ([0, 1, 3], [0, 1, 0, 2])
    """
    # Not every kind of device can sort rows, and the table is small.
    _, group = torch.unique(table.cpu(), dim=0, return_inverse=True)
    places = torch.arange(len(table))
    first = torch.full((len(table),), len(table)).scatter_reduce(0, group, places, "amin")
    first, order = first.sort()
    first = first[: int(group.max()) + 1]
    return first.to(table.device), order.argsort()[group].to(table.device)
