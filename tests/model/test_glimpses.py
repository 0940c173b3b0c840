"""What an encoder's own queries find."""

import torch

from chatnt.model import NucleotideCNN
from chatnt.model.glimpses import Glimpses
from tests.tiny import tiny_cnn_config


def encoder_with(glimpses=3, **settings):
    torch.manual_seed(0)
    return NucleotideCNN(tiny_cnn_config(glimpses=glimpses, **settings)).eval()


def ids_of(*lengths):
    generator = torch.Generator().manual_seed(1)
    ids = torch.zeros(len(lengths), max(lengths), dtype=torch.long)
    for row, length in zip(ids, lengths, strict=True):
        row[:length] = torch.randint(1, 5, (length,), generator=generator)
    return ids


@torch.no_grad()
def test_glimpses_are_the_last_positions():
    encoder = encoder_with()
    ids = ids_of(30)
    whole = encoder(ids).last_hidden_state
    mask = encoder.output_mask(ids != 0)
    assert whole.shape[1] == mask.shape[1]
    places = whole[:, :-3]
    torch.testing.assert_close(whole[:, -3:], encoder.glimpses(places, mask[:, :-3]))


@torch.no_grad()
def test_a_glimpse_does_not_see_padding():
    encoder = encoder_with(summary_positions=True, motifs=4)
    ids = ids_of(17, 40)
    together, alone = encoder(ids).last_hidden_state, encoder(ids[:1, :17]).last_hidden_state
    torch.testing.assert_close(together[:1, -3:], alone[:, -3:])


@torch.no_grad()
def test_what_all_positions_agree_on_is_seen_under_each_name():
    glimpses = Glimpses(tiny_cnn_config(glimpses=4))
    dim = glimpses.names.shape[1]
    same = torch.randn(dim).expand(1, 6, dim)
    seen = glimpses(same, torch.ones(1, 6, dtype=torch.bool))
    torch.testing.assert_close(seen[0], glimpses.value(same[0, :1]) + glimpses.names)


@torch.no_grad()
def test_a_query_finds_the_position_that_fits_it():
    glimpses = Glimpses(tiny_cnn_config(glimpses=1))
    dim = glimpses.names.shape[1]
    for layer in (glimpses.key, glimpses.value):
        layer.weight.copy_(torch.eye(dim))
        layer.bias.zero_()
    x = torch.randn(1, 5, dim)
    glimpses.queries.copy_(1000 * x[0, 3:4])
    found = glimpses(x, torch.ones(1, 5, dtype=torch.bool))
    best = (x[0] @ x[0, 3]).argmax()
    torch.testing.assert_close(found[0, 0], x[0, best] + glimpses.names[0])


def test_an_encoder_without_glimpses_has_none():
    encoder = encoder_with(glimpses=0)
    assert encoder.glimpses is None
    assert encoder(ids_of(8)).last_hidden_state.shape[1] == encoder.output_mask(ids_of(8) != 0).shape[1]
