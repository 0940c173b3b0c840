"""Load a pair that exists, or make a new, untrained one."""

from importlib.resources import as_file, files
from pathlib import Path

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from transformers import (
    AutoConfig,
    AutoModel,
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedConfig,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from chatnt.assistant import Assistant
from chatnt.dna_tokenizers import kmer_tokenizer, nucleotide_tokenizer
from chatnt.errors import CheckpointError
from chatnt.folder import CARD, MANIFEST, SCOPE, check_manifest
from chatnt.model import ChatNTConfig, ChatNTModel, ResamplerConfig
from chatnt.model.convert import convert_torch
from chatnt.model.stored import read_json
from chatnt.processor import ChatNTProcessor
from chatnt.tasks.scope import Scope

BUNDLED = "mini"
"""Name of the pair that comes with the package."""

DNA_TOKENIZERS = {"nucleotide_cnn": nucleotide_tokenizer, "nucleotide_transformer": kmer_tokenizer}
"""Tokenizers of our own encoders, by model type; others bring theirs."""


def load(
    source: str | Path = BUNDLED,
    *,
    dtype: torch.dtype | str | None = None,
    device_map: str | dict | None = None,
    revision: str | None = None,
) -> Assistant:
    """Load a pair.

    Parameters
    ----------
    source
        ``"mini"``, the bundled pair; a folder that `Assistant.save` wrote; the
        published checkpoint as a folder or hub name (``"InstaDeepAI/ChatNT"``),
        in safetensors; or the hub name of another pair.
    dtype
        Precision of the weights. Default: float32 for the bundled pair, else
        that of the files.
    device_map
        Where the parts go, as in transformers, for example ``"auto"`` (needs accelerate).
    revision
        Branch, tag or commit on the hub.

    Returns
    -------
    Assistant

    Raises
    ------
    CheckpointError
        If there is no such pair, or its files are missing, changed or foreign.
    """
    if str(source) == BUNDLED:
        with as_file(files("chatnt") / "pairs" / BUNDLED) as folder:
            return _from_folder(folder, dtype or torch.float32, device_map)
    folder = Path(source) if Path(source).is_dir() else _downloaded(str(source), revision)
    if read_json(folder / "config.json").get("model_type") == ChatNTConfig.model_type:
        return _from_folder(folder, dtype, device_map)
    return _from_published(folder, dtype)


def _downloaded(name: str, revision: str | None) -> Path:
    try:
        # Neither pickles nor code: only weights, configuration and tokenizers.
        patterns = ["*.json", "*.safetensors", "*.model", "*.txt", "*.md"]
        return Path(snapshot_download(name, revision=revision, allow_patterns=patterns))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise CheckpointError(
            f"There is no pair {name!r}: it is not a folder, and the hub did not give it "
            f"({type(error).__name__}: {str(error).splitlines()[0][:200]}). Give a folder, or {BUNDLED!r}."
        ) from error


def _from_folder(folder: Path, dtype: torch.dtype | str | None, device_map: str | dict | None) -> Assistant:
    if (folder / MANIFEST).exists():
        check_manifest(folder)
    model, info = ChatNTModel.from_pretrained(
        folder,
        dtype=dtype or "auto",
        device_map=device_map,
        output_loading_info=True,
        ignore_mismatched_sizes=True,
    )
    faults = {
        "missing": sorted(info["missing_keys"]),
        "left over": sorted(info["unexpected_keys"]),
        "of another shape": sorted(str(key) for key in info["mismatched_keys"]),
    }
    if any(faults.values()):
        shown = "; ".join(f"{what}: {', '.join(names[:20])}" for what, names in faults.items() if names)
        raise CheckpointError(f"The weights in {folder} do not fit their configuration; {shown}.")
    processor = ChatNTProcessor.from_pretrained(folder)
    scope = Scope.load(folder / SCOPE) if (folder / SCOPE).exists() else None
    card = (folder / CARD).read_text() if (folder / CARD).exists() else ""
    return Assistant(model, processor, scope=scope, card=card)


def _from_published(folder: Path, dtype: torch.dtype | str | None) -> Assistant:
    conversion = convert_torch(folder, dtype=dtype if isinstance(dtype, torch.dtype) else None)
    tokenizer = _english_tokenizer(folder)
    return Assistant(conversion.model(), published_processor(conversion.config, tokenizer))


def _english_tokenizer(folder: Path) -> PreTrainedTokenizerBase:
    places = [p for p in (folder / "english_tokenizer", folder) if list(p.glob("tokenizer*"))]
    if not places:
        raise CheckpointError(
            f"{folder} has no English tokenizer (tokenizer.model or tokenizer.json, there or in english_tokenizer/)."
        )
    return AutoTokenizer.from_pretrained(places[0])


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
    decoder = config.decoder_config
    tokenizer.pad_token_id = decoder.pad_token_id
    return ChatNTProcessor(
        tokenizer,
        kmer_tokenizer(),
        latents=config.resampler_config.latents,
        vocab_size=decoder.vocab_size,
        format="chatnt",
        keep_placeholder=True,
        max_dna_tokens=config.encoder_config.max_length,
        max_tokens=decoder.max_position_embeddings,
        official=official,
    )


def pair(  # noqa: PLR0913 - the parts and their tokenizers
    *,
    encoder: str | Path | PreTrainedConfig,
    decoder: str | Path | PreTrainedConfig,
    dna_tokenizer: PreTrainedTokenizerBase | None = None,
    tokenizer: PreTrainedTokenizerBase | None = None,
    resampler: ResamplerConfig | None = None,
    format: str = "chatnt",
    seed: int = 0,
) -> Assistant:
    """Make a new pair of any encoder with any decoder; its resampler is untrained.

    Parameters
    ----------
    encoder
        Hub name, folder, model type (``"nucleotide_cnn"``) or configuration.
        Names and folders bring their weights, configurations give random ones.
    decoder
        Hub name, folder or configuration of any causal language model.
    dna_tokenizer, tokenizer
        Tokenizers, if the encoder and the decoder do not bring theirs.
    resampler
        Its configuration. Default: 64 latents, 3 layers, as published, at the
        decoder's size.
    format
        Name of the `ChatFormat` that the decoder knows.
    seed
        For random weights.

    Returns
    -------
    Assistant
        To be trained.

    Raises
    ------
    ValueError
        If a tokenizer is needed and not given.
    """
    torch.manual_seed(seed)
    encoder_model = _part(AutoModel, encoder)
    decoder_model = _part(AutoModelForCausalLM, decoder)
    dna_tokenizer = dna_tokenizer or _dna_tokenizer(encoder, encoder_model.config)
    tokenizer = tokenizer or _tokenizer("decoder", decoder)
    text = decoder_model.config.get_text_config()
    resampler = resampler or _default_resampler(encoder_model.config.hidden_size, text)
    processor = ChatNTProcessor(
        tokenizer,
        dna_tokenizer,
        latents=resampler.latents,
        vocab_size=min(resampler.vocab_size, text.vocab_size),
        format=format,
        max_dna_tokens=_longest(encoder_model.config),
        max_tokens=text.max_position_embeddings,
    )
    config = ChatNTConfig(
        encoder_config=encoder_model.config,
        resampler_config=resampler,
        decoder_config=decoder_model.config,
        slot_token_id=processor.slot_token_id,
    )
    model = ChatNTModel(config)
    model.encoder, model.decoder = encoder_model, decoder_model
    return Assistant(model, processor)


def _part(auto: type, part: str | Path | PreTrainedConfig) -> PreTrainedModel:
    if isinstance(part, PreTrainedConfig):
        return auto.from_config(part)
    if str(part) in DNA_TOKENIZERS:
        return auto.from_config(AutoConfig.for_model(str(part)))
    return auto.from_pretrained(part)


def _dna_tokenizer(encoder: str | Path | PreTrainedConfig, config: PreTrainedConfig) -> PreTrainedTokenizerBase:
    if config.model_type in DNA_TOKENIZERS:
        return DNA_TOKENIZERS[config.model_type]()
    return _tokenizer("encoder", encoder)


def _tokenizer(what: str, part: str | Path | PreTrainedConfig) -> PreTrainedTokenizerBase:
    if isinstance(part, PreTrainedConfig):
        name = "dna_tokenizer" if what == "encoder" else "tokenizer"
        raise ValueError(
            f"The {what} is given as a configuration ({part.model_type}), which brings no tokenizer; give {name}=."
        )
    return AutoTokenizer.from_pretrained(part)


def _default_resampler(dna_dim: int, text: PreTrainedConfig) -> ResamplerConfig:
    dim = text.hidden_size
    heads = next(h for h in (32, 16, 8, 4, 2, 1) if dim % h == 0 and dim // h >= min(dim, 16))
    return ResamplerConfig(
        dna_dim=dna_dim, dim=dim, heads=heads, ffn_dim=4 * dim, vocab_size=text.vocab_size
    )


def _longest(config: PreTrainedConfig) -> int:
    return next(
        (n for name in ("max_length", "max_position_embeddings") if (n := getattr(config, name, None))), 2048
    )
