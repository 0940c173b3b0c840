"""Tiny pairs whose answers hang on their DNA more than those of `tests.tiny`."""

import random

import torch

from chatnt.model import ChatNTModel
from chatnt.model.summaries import hashed_words
from chatnt.processor import ChatNTProcessor
from tests.tiny import tiny_cnn_config, tiny_config, tiny_pair, tiny_processor

QUESTION = "Is there a TATA promoter in <DNA>?"


def letters(length: int, seed: int = 0) -> str:
    return "".join(random.Random(seed).choices("ACGT", k=length))


def telling_pair(
    encoder: str = "nucleotide_cnn", decoder: str = "llama", *, loud: float = 4, **resampler
) -> tuple[ChatNTModel, ChatNTProcessor]:
    """With weights `loud` times as large: scores are far above rounding, but slopes get rough."""
    model, processor = tiny_pair(encoder, decoder, **resampler)
    return _louder(model, loud), processor


def remembering_pair(text: str, *, loud: float = 4) -> tuple[ChatNTModel, ChatNTProcessor]:
    """Its encoder has a reference of which `text` is a variant, and recalls some of its words."""
    torch.manual_seed(0)
    processor = tiny_processor()
    config = tiny_config(slot_token_id=processor.slot_token_id)
    sizes = {"references": 1, "reference_length": len(text), "recalled_words": 3, "recalled_facts": 2}
    config.encoder_config = tiny_cnn_config(**sizes)
    model = ChatNTModel(config).eval()
    encoder = model.encoder
    bases = encoder.bases[torch.tensor(processor.dna_tokenizer([text]).input_ids)]
    hashes, kept = hashed_words(bases, torch.ones(1, len(text), dtype=torch.bool))
    with torch.no_grad():
        encoder.variants.references[0] = bases[0].roll(7, 0)  # most bases are replaced
        encoder.variants.references[0, 10:] = bases[0, 10:]  # but these are not
        encoder.variants.effects.normal_()
        encoder.recall.words.copy_(hashes[kept].unique()[:3])
        encoder.recall.facts.copy_(torch.tensor([[[1, -1], [1, 1]]]))
    return _louder(model, loud), processor


def _louder(model: ChatNTModel, loud: float) -> ChatNTModel:
    with torch.no_grad():
        for part in (model.resampler, model.decoder):
            for weight in part.parameters():
                if weight.ndim == 2:
                    weight.mul_(loud)
    return model
