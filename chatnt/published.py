"""The published checkpoint: its tokenizers, and its conversion into a folder of ours."""

from pathlib import Path
from typing import cast

from transformers import AutoTokenizer, LlamaConfig, PreTrainedTokenizerBase, PreTrainedTokenizerFast

from chatnt.dna_tokenizers import kmer_tokenizer
from chatnt.errors import CheckpointError
from chatnt.model import ChatNTConfig, NucleotideTransformerConfig, ResamplerConfig
from chatnt.model.convert import Conversion, convert_jax, convert_torch
from chatnt.processor import ChatNTProcessor


def english_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    """Read LLaMA's tokenizer from a folder, or from ``english_tokenizer`` in it.

    Raises
    ------
    CheckpointError
        If there is none.
    """
    places = [p for p in (folder / "english_tokenizer", folder) if list(p.glob("tokenizer*"))]
    if not places:
        raise CheckpointError(
            f"{folder} has no English tokenizer: neither it nor its english_tokenizer/ holds tokenizer.model "
            "or tokenizer.json."
        )
    alone = [p.name for p in places[0].glob("tokenizer*")] == ["tokenizer.json"]
    if alone:  # without a configuration that names its class
        return PreTrainedTokenizerFast(tokenizer_file=str(places[0] / "tokenizer.json"), eos_token="</s>")
    return AutoTokenizer.from_pretrained(places[0])


def convert(
    source: Path, target: Path, *, tokenizer: Path | None = None, allow_pickle: bool = False
) -> Conversion:
    """Convert the published weights into a folder that `load` reads.

    Parameters
    ----------
    source
        Folder of safetensors files, or ``params.joblib``.
    target
        Folder to write.
    tokenizer
        Folder of the English tokenizer, if it is not beside the weights.
    allow_pickle
        See `chatnt.model.convert.convert_jax`.

    Raises
    ------
    CheckpointError
        If the weights or the tokenizer are missing or of another kind.
    """
    english = english_tokenizer(tokenizer or (source if source.is_dir() else source.parent))
    conversion = convert_torch(source) if source.is_dir() else convert_jax(source, allow_pickle=allow_pickle)
    conversion.save(target)
    published_processor(conversion.config, english).save_pretrained(target)
    return conversion


def published_processor(
    config: ChatNTConfig, tokenizer: PreTrainedTokenizerBase, *, official: bool = False
) -> ChatNTProcessor:
    """Make the processor that goes with the published weights.

    Parameters
    ----------
    config
        Of the converted model.
    tokenizer
        LLaMA's.
    official
        Tokenise DNA exactly as the published code, silent about unknown letters.
    """
    encoder = cast("NucleotideTransformerConfig", config.encoder_config)
    resampler = cast("ResamplerConfig", config.resampler_config)
    decoder = cast("LlamaConfig", config.decoder_config)
    tokenizer.pad_token_id = decoder.pad_token_id
    return ChatNTProcessor(
        tokenizer,
        kmer_tokenizer(),
        latents=resampler.latents,
        vocab_size=decoder.vocab_size,
        format="chatnt",
        keep_placeholder=True,
        max_dna_tokens=encoder.max_length,
        max_tokens=decoder.max_position_embeddings,
        official=official,
    )
