"""Load a pair that exists, or make a new, untrained one."""

from importlib.resources import as_file, files
from pathlib import Path
from typing import cast

import torch
from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError
from torch import nn
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
from chatnt.folder import MANIFEST, check_manifest, read_beside
from chatnt.model import ChatNTConfig, ChatNTModel, Resampler, ResamplerConfig
from chatnt.model.bits import check_bits, quantize_decoder
from chatnt.model.convert import convert_torch
from chatnt.model.hub import load_encoder
from chatnt.model.stored import read_json, read_safetensors
from chatnt.processor import ChatNTProcessor
from chatnt.published import english_tokenizer, published_processor

BUNDLED = "mini"
"""Name of the pair that comes with the package."""

DNA_TOKENIZERS = {"nucleotide_cnn": nucleotide_tokenizer, "nucleotide_transformer": kmer_tokenizer}
"""Tokenizers of our own encoders, by model type; others bring theirs."""


_DIVIDING = ("auto", "balanced", "balanced_low_0", "sequential")  # as transformers calls them


def load(
    source: str | Path = BUNDLED,
    *,
    dtype: torch.dtype | str | None = None,
    decoder_bits: int | None = None,
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
        Precision of the weights. Default: bfloat16 with 4 `decoder_bits`, else float32 for
        the bundled pair and that of the files for others.
    decoder_bits
        8 or 4: hold the decoder's linear layers in so few bits, see
        `chatnt.model.bits.quantize_decoder`. Such a pair can be asked, but neither trained
        nor saved, and calibrations of the whole weights are left aside. Default: as `dtype` says.
    device_map
        Where the parts go, as in transformers, for example ``"cuda:1"`` or ``"auto"``. Default: the
        CPU. The published checkpoint goes to one device, before it is converted.
    revision
        Branch, tag or commit on the hub.

    Returns
    -------
    Assistant

    Raises
    ------
    CheckpointError
        If there is no such pair, its files are missing, changed or foreign, or its decoder
        has no layers that can be in fewer bits.
    MissingExtraError
        If the decoder is to be in fewer bits, and torchao is not installed.
    ValueError
        If `device_map` divides a checkpoint that is not converted, there are no such
        `decoder_bits`, or 4 are asked for in another precision than bfloat16.

    Examples
    --------
    >>> import chatnt  # doctest: +SKIP
    >>> chatnt.load("InstaDeepAI/ChatNT", dtype="bfloat16", decoder_bits=8)  # doctest: +SKIP
    """
    if decoder_bits is None:
        return _load(source, dtype, device_map, revision)
    check_bits(decoder_bits)
    if decoder_bits == 4 and dtype is None:
        dtype = torch.bfloat16
    chat = _load(source, dtype, device_map, revision)
    quantize_decoder(chat.model.decoder, decoder_bits)
    return chat


def _load(
    source: str | Path,
    dtype: torch.dtype | str | None,
    device_map: str | dict | None,
    revision: str | None,
) -> Assistant:
    if str(source) == BUNDLED:
        with as_file(files("chatnt") / "pairs" / BUNDLED) as folder:
            return _from_folder(folder, dtype or torch.float32, device_map)
    folder = Path(source) if Path(source).is_dir() else _downloaded(str(source), revision)
    config = read_json(folder / "config.json")
    if config.get("model_type") == ChatNTConfig.model_type:
        return _from_folder(folder, dtype, device_map)
    if "gpt_config" not in config:
        raise CheckpointError(
            f"{folder} holds a model of type {config.get('model_type')!r}, not a pair; to make a pair of it, "
            "use chatnt.pair(encoder=..., decoder=...)."
        )
    if isinstance(device_map, dict) or device_map in _DIVIDING:
        raise ValueError(
            f"device_map={device_map!r} divides a pair, which needs a converted one; run `chatnt convert` on "
            "the checkpoint first, or name one device."
        )
    chat = _from_published(folder, dtype)
    cast("nn.Module", chat.model).to(device_map or "cpu")
    return chat


def _downloaded(name: str, revision: str | None) -> Path:
    try:
        # Neither pickles nor code: only weights, configuration and tokenizers.
        patterns = ["*.json", "*.safetensors", "*.model", "*.txt", "*.jinja", "*.md"]
        return Path(snapshot_download(name, revision=revision, allow_patterns=patterns))
    except (LocalEntryNotFoundError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise CheckpointError(
            f"There is no pair {name!r}: it is not a folder, and the hub did not give it "
            f"({_first_line(error)}). Give a folder, or {BUNDLED!r}."
        ) from error


def _first_line(error: Exception) -> str:
    return f"{type(error).__name__}: {(str(error).splitlines() or [''])[0][:200]}"


def _from_folder(folder: Path, dtype: torch.dtype | str | None, device_map: str | dict | None) -> Assistant:
    if (folder / MANIFEST).exists():
        check_manifest(folder)
    try:
        model = _model(folder, dtype, device_map)
        processor = ChatNTProcessor.from_pretrained(folder)
    except CheckpointError:
        raise
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"The pair in {folder} cannot be read: {_first_line(error)}") from error
    beside = read_beside(folder)
    return Assistant(
        model,
        processor,
        scope=beside.scope,
        card=beside.card,
        calibrations=beside.calibrations,
        likeness=beside.likeness,
    )


def _model(folder: Path, dtype: torch.dtype | str | None, device_map: str | dict | None) -> ChatNTModel:
    loaded = ChatNTModel.from_pretrained(
        folder,
        dtype=dtype or "auto",
        device_map=device_map,
        output_loading_info=True,
        ignore_mismatched_sizes=True,
    )
    model, info = cast("tuple[ChatNTModel, dict]", loaded)
    faults = {
        "missing": sorted(info["missing_keys"]),
        "left over": sorted(info["unexpected_keys"]),
        "of another shape": sorted(str(key[0]) for key in info["mismatched_keys"]),
    }
    if any(faults.values()):
        shown = "; ".join(f"{what}: {', '.join(names[:20])}" for what, names in faults.items() if names)
        raise CheckpointError(f"The weights in {folder} do not fit their configuration; {shown}.")
    if dtype is None:
        _restore_precision(model.decoder, folder)
    return model


def _restore_precision(decoder: PreTrainedModel, folder: Path) -> None:
    """Give a decoder the precision of its file; transformers loads all parts in that of the encoder."""
    stored = {tensor.dtype for tensor in read_safetensors(folder) if tensor.name.startswith("decoder.")}
    if len(stored) == 1:
        # Not decoder.to(...), which would also round the table of rotary angles.
        for tensor in decoder.state_dict(keep_vars=True).values():
            if tensor.is_floating_point():
                tensor.data = tensor.data.to(*stored)


def _from_published(folder: Path, dtype: torch.dtype | str | None) -> Assistant:
    tokenizer = english_tokenizer(folder)
    if isinstance(dtype, str):
        dtype = None if dtype == "auto" else cast("torch.dtype", getattr(torch, dtype))
    conversion = convert_torch(folder, dtype=dtype)
    return Assistant(conversion.model(), published_processor(conversion.config, tokenizer))


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
        It is held in float32, because it is to be trained.
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
    CheckpointError
        If there is no such encoder or decoder.
    ValueError
        If a tokenizer is needed and not given, has no end mark, if there is no
        such format, or if the resampler does not fit between the encoder and
        the decoder.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        encoder_model, decoder_model = _encoder(encoder), _decoder(decoder)
        resampler = resampler or _default_resampler(encoder_model, decoder_model)
        _check_fit(resampler, _default_resampler(encoder_model, decoder_model))
        resampler_model = Resampler(resampler)
    dna_tokenizer = dna_tokenizer or _dna_tokenizer(encoder, encoder_model.config)
    processor = ChatNTProcessor(
        tokenizer or _tokenizer("decoder", decoder),
        dna_tokenizer,
        latents=resampler.latents,
        vocab_size=_words(decoder_model).num_embeddings,
        format=format,
        max_dna_tokens=_longest(encoder_model.config),
        max_tokens=_longest(decoder_model.config.get_text_config()),
    )
    config = ChatNTConfig(
        encoder_config=encoder_model.config,
        resampler_config=resampler,
        decoder_config=decoder_model.config,
        slot_token_id=processor.slot_token_id,
    )
    with torch.device("meta"):  # the parts are there already, and may be large
        model = ChatNTModel(config)
    model.encoder, model.resampler, model.decoder = encoder_model, resampler_model, decoder_model
    return Assistant(model, processor)


def _encoder(part: str | Path | PreTrainedConfig) -> PreTrainedModel:
    if str(part) in DNA_TOKENIZERS:
        part = AutoConfig.for_model(str(part))
    return (AutoModel.from_config(part) if isinstance(part, PreTrainedConfig) else load_encoder(part)).float()


def _decoder(part: str | Path | PreTrainedConfig) -> PreTrainedModel:
    if isinstance(part, PreTrainedConfig):
        return AutoModelForCausalLM.from_config(part)
    try:
        return AutoModelForCausalLM.from_pretrained(part)
    except (OSError, SafetensorError) as error:
        raise CheckpointError(f"There is no decoder {str(part)!r}: {_first_line(error)}") from error


def _check_fit(given: ResamplerConfig, fitting: ResamplerConfig) -> None:
    wrong = [
        f"{name}={getattr(given, name)}, expected {getattr(fitting, name)}"
        for name in ("dna_dim", "dim", *(["vocab_size"] if given.english_aware else []))
        if getattr(given, name) != getattr(fitting, name)
    ]
    if wrong:
        raise ValueError(f"The resampler does not fit between encoder and decoder: {'; '.join(wrong)}.")


def _dna_tokenizer(
    encoder: str | Path | PreTrainedConfig, config: PreTrainedConfig
) -> PreTrainedTokenizerBase:
    if config.model_type in DNA_TOKENIZERS:
        return DNA_TOKENIZERS[config.model_type]()
    return _tokenizer("encoder", encoder)


def _tokenizer(what: str, part: str | Path | PreTrainedConfig) -> PreTrainedTokenizerBase:
    if isinstance(part, PreTrainedConfig):
        name = "dna_tokenizer" if what == "encoder" else "tokenizer"
        raise ValueError(
            f"The {what} is given as a configuration ({part.model_type}), which brings no tokenizer; "
            f"give {name}=."
        )
    return AutoTokenizer.from_pretrained(part)


def _words(decoder: PreTrainedModel) -> nn.Embedding:
    # Its table, not its configuration: the names and even the sizes there differ from family to family.
    return cast("nn.Embedding", decoder.get_input_embeddings())


def _default_resampler(encoder: PreTrainedModel, decoder: PreTrainedModel) -> ResamplerConfig:
    words = _words(decoder)
    dim = words.embedding_dim
    heads = next(h for h in (32, 16, 8, 4, 2, 1) if dim % h == 0 and dim // h >= min(dim, 16))
    return ResamplerConfig(
        dna_dim=encoder.config.hidden_size,
        dim=dim,
        heads=heads,
        ffn_dim=4 * dim,
        vocab_size=words.num_embeddings,
    )


def _longest(config: PreTrainedConfig) -> int:
    """Return the most tokens that a part reads; 2048 for one that names no limit."""
    names = ("max_length", "max_position_embeddings", "n_positions", "max_seq_len")
    longest = next((n for name in names if (n := getattr(config, name, None))), 2048)
    # These count positions from the padding's id plus one, so some rows of the table are spare.
    offset = config.model_type in ("camembert", "esm", "roberta", "xlm-roberta")
    return longest - (config.pad_token_id + 1 if offset else 0)
