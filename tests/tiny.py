"""Tiny parts with random weights, made in code: no test needs a network or a download."""

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import (
    BertConfig,
    GPT2Config,
    GPTNeoXConfig,
    LlamaConfig,
    PreTrainedConfig,
    PreTrainedTokenizerFast,
    Qwen2Config,
)

from chatnt.conversation import PLACEHOLDER
from chatnt.dna_tokenizers import kmer_tokenizer, nucleotide_tokenizer
from chatnt.model import (
    ChatNTConfig,
    ChatNTModel,
    NucleotideCNNConfig,
    NucleotideTransformerConfig,
    ResamplerConfig,
)
from chatnt.processor import ChatNTProcessor

DIM = 16
"""Size of the decoder's vectors, and so of the soft tokens."""

LATENTS = 3
"""Slots per sequence; odd, so that nothing fits by accident."""

DECODER_FAMILIES = ("llama", "gpt2", "gpt_neox", "qwen2")
ENCODER_FAMILIES = ("nucleotide_cnn", "nucleotide_transformer", "bert")

TEXTS = (
    "USER: Is there a TATA promoter in ? ASSISTANT: Yes, there is a TATA promoter in this sequence.",
    "USER: Which splice site does contain? ASSISTANT: No, there is no splice site. 0123456789",
)
"""What the vocabulary of `tiny_tokenizer` is learned from."""


def tiny_cnn_config(**settings) -> NucleotideCNNConfig:
    """Nucleotides in, one vector of 8 per 4 bases out; no dropout."""
    sizes = {
        "stem_dim": 8, "stem_width": 5, "stride": 4, "dim": 8, "width": 3, "dilations": [1, 2],
        "max_length": 128, "dropout": 0.0,
    }  # fmt: skip
    return NucleotideCNNConfig(**(sizes | settings))


def tiny_nt_config(**settings) -> NucleotideTransformerConfig:
    """6-mers in (the whole vocabulary), one vector of 8 per token out."""
    sizes = {"dim": 8, "layers": 2, "heads": 2, "ffn_dim": 12, "max_length": 64}
    return NucleotideTransformerConfig(**(sizes | settings))


def tiny_bert_config(**settings) -> BertConfig:
    """Nucleotides in, vectors of 8 out: an encoder of transformers that is not ours."""
    sizes = {
        "vocab_size": 16, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
        "intermediate_size": 12, "max_position_embeddings": 128, "pad_token_id": 0,
        "hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0,
    }  # fmt: skip
    return BertConfig(**(sizes | settings))


def tiny_encoder_config(family: str = "nucleotide_cnn", **settings) -> PreTrainedConfig:
    """One of `ENCODER_FAMILIES`."""
    make = {
        "nucleotide_cnn": tiny_cnn_config,
        "nucleotide_transformer": tiny_nt_config,
        "bert": tiny_bert_config,
    }
    return make[family](**settings)


def tiny_decoder_config(family: str = "llama", *, vocab_size: int = 320, **settings) -> PreTrainedConfig:
    """One of `DECODER_FAMILIES`: two layers of 16, no dropout, ids 0 padding and 1 end."""
    ids = {"vocab_size": vocab_size, "pad_token_id": 0, "eos_token_id": 1, "bos_token_id": None}
    common = {
        "hidden_size": DIM, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 24,
        "max_position_embeddings": 256,
    }  # fmt: skip
    if family == "gpt2":
        sizes = {"n_embd": DIM, "n_layer": 2, "n_head": 2, "n_positions": 256}
        dropout = {"resid_pdrop": 0.0, "embd_pdrop": 0.0, "attn_pdrop": 0.0}
        return GPT2Config(**(ids | sizes | dropout | settings))
    if family == "gpt_neox":
        return GPTNeoXConfig(**(ids | common | settings))
    make = {"llama": LlamaConfig, "qwen2": Qwen2Config}[family]
    return make(**(ids | common | {"num_key_value_heads": 1} | settings))


def tiny_resampler_config(**settings) -> ResamplerConfig:
    """Three latents of 16 in two blocks, for encoders of 8."""
    sizes = {
        "dna_dim": 8, "dim": DIM, "latents": LATENTS, "layers": 2, "heads": 2, "ffn_dim": 24,
        "vocab_size": 320,
    }  # fmt: skip
    return ResamplerConfig(**(sizes | settings))


def tiny_tokenizer(texts=TEXTS, vocab_size: int = 320) -> PreTrainedTokenizerFast:
    """Byte-level BPE that reads any text; padding is id 0, the end mark 1, ``<DNA>`` 2."""
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<pad>", "</s>", PLACEHOLDER],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(list(texts), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        extra_special_tokens=[PLACEHOLDER],
        model_input_names=["input_ids", "attention_mask"],
    )


def tiny_processor(encoder: str = "nucleotide_cnn", *, texts=TEXTS, **settings) -> ChatNTProcessor:
    """For an encoder of `ENCODER_FAMILIES`; plain format, the resampler listens to the question."""
    dna_tokenizer = kmer_tokenizer() if encoder == "nucleotide_transformer" else nucleotide_tokenizer()
    usual = {
        "latents": LATENTS, "vocab_size": 320, "format": "plain", "listens_to": "question",
        "max_dna_tokens": 128, "max_tokens": 256,
    }  # fmt: skip
    return ChatNTProcessor(tiny_tokenizer(texts), dna_tokenizer, **(usual | settings))


def tiny_config(
    encoder: str = "nucleotide_cnn", decoder: str = "llama", *, slot_token_id: int = 2, **resampler
) -> ChatNTConfig:
    """Configuration of the whole; further settings are the resampler's."""
    return ChatNTConfig(
        encoder_config=tiny_encoder_config(encoder),
        resampler_config=tiny_resampler_config(**resampler),
        decoder_config=tiny_decoder_config(decoder),
        slot_token_id=slot_token_id,
    )


def tiny_model(
    encoder: str = "nucleotide_cnn", decoder: str = "llama", *, seed: int = 0, **settings
) -> ChatNTModel:
    """In evaluation mode; further settings as in `tiny_config`."""
    torch.manual_seed(seed)
    return ChatNTModel(tiny_config(encoder, decoder, **settings)).eval()


def tiny_pair(
    encoder: str = "nucleotide_cnn", decoder: str = "llama", *, seed: int = 0, **resampler
) -> tuple[ChatNTModel, ChatNTProcessor]:
    """Model and processor that fit together; the same weights for the same seed."""
    processor = tiny_processor(encoder)
    model = tiny_model(encoder, decoder, seed=seed, slot_token_id=processor.slot_token_id, **resampler)
    return model, processor
