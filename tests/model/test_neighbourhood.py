"""Sequences that differ in a few bases: the same numbers as from the encoder itself."""

import pytest
import torch

from chatnt.model import ChatNTModel
from chatnt.model.neighbourhood import Neighbourhood
from chatnt.model.nucleotide_cnn import NucleotideCNN
from tests.telling import letters, remembering_pair
from tests.tiny import tiny_cnn_config, tiny_config

SUMMARIES = {"motifs": 6, "motif_width": 5, "word_length": 4, "centre": 3, "summary_positions": True}
KINDS = {
    "places": {},
    "summaries": SUMMARIES,
    "summaries alone": SUMMARIES | {"place_positions": False},
    "glimpses": {"glimpses": 3, "glimpse_said": 4},
    "glimpses alone": SUMMARIES | {"glimpses": 3, "place_positions": False, "summary_positions": False},
    "long strides": {"stride": 7, "stem_width": 3, "dilations": [4]},
}


def encoder_of(**settings) -> NucleotideCNN:
    torch.manual_seed(0)
    return ChatNTModel(tiny_config(encoder_config=tiny_cnn_config(**settings))).encoder.eval()


def one_hot(*texts):
    table = {"A": [1, 0, 0, 0], "C": [0, 1, 0, 0], "G": [0, 0, 1, 0], "T": [0, 0, 0, 1], "N": [0.25] * 4}
    return torch.tensor([[table[c] for c in text] for text in texts], dtype=torch.float32)


def same(encoder, text, *others):
    """Compare with the encoder itself."""
    bases = one_hot(*others)
    found = Neighbourhood(encoder, one_hot(text)).encode(bases)
    with torch.no_grad():
        expected = encoder.encode_bases(bases, torch.ones(bases.shape[:2])).last_hidden_state
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-5)
    return found


@pytest.mark.parametrize("length", [1, 2, 5, 16, 61, 128])
@pytest.mark.parametrize("kind", KINDS)
def test_substitutions_are_encoded_as_by_the_encoder(kind, length):
    encoder, text = encoder_of(**KINDS[kind]), letters(length)
    for place in {0, 1 % length, length // 2, length - 1}:
        mutants = [text[:place] + base + text[place + 1 :] for base in "ACGTN"]
        found = same(encoder, text, *mutants)
        assert (found[0] - found[2]).abs().max() > 1e-3  # A and G are told apart


@pytest.mark.parametrize("kind", KINDS)
def test_rows_may_differ_in_several_places(kind):
    encoder, text = encoder_of(**KINDS[kind]), letters(90)
    windows = [text[:i] + "NNNNNN" + text[i + 6 :] for i in range(30, 50)]
    same(encoder, text, *windows)
    same(encoder, text, letters(90, 1), letters(90, 2))  # everywhere


def test_what_is_the_same_is_not_computed_again():
    encoder, text = encoder_of(**SUMMARIES), letters(40)
    near = Neighbourhood(encoder, one_hot(text))
    encoder.stem.register_forward_pre_hook(lambda *_: pytest.fail("the encoder ran again"))
    found = near.encode(one_hot(text, text))
    assert found.data_ptr() == near.known.data_ptr()


def test_variants_and_recalled_words_change_with_the_bases():
    text = letters(120)
    model, _ = remembering_pair(text)
    for place in (0, 5, 60, 119):
        mutants = [text[:place] + base + text[place + 1 :] for base in "ACGT"]
        same(model.encoder, text, *mutants)


def test_little_is_computed_for_long_sequences():
    encoder, text = encoder_of(max_length=6000), letters(6000)
    near, seen = Neighbourhood(encoder, one_hot(text)), []
    for block in encoder.blocks:
        block.mix.register_forward_hook(lambda layer, inputs, output: seen.append(output.shape[1]))
    same_place = text[:3000] + ("A" if text[3000] != "A" else "C") + text[3001:]
    near.encode(one_hot(same_place, text))
    assert max(seen) <= 10  # of 1,500
