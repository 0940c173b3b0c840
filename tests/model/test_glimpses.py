"""What an encoder's own queries find."""

import pytest
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
    for i, name in enumerate(glimpses.names):
        said = torch.nn.functional.gelu(same[0, 0] @ glimpses.own[i] * Glimpses.GAIN + glimpses.bias[i])
        torch.testing.assert_close(seen[0, i], glimpses.spelled(said) + name)


@torch.no_grad()
def test_a_query_finds_the_position_that_fits_it():
    glimpses = Glimpses(tiny_cnn_config(glimpses=1))
    dim = glimpses.names.shape[1]
    x = torch.randn(1, 5, dim)
    glimpses.queries.copy_(1000 * x[0, 3:4])
    mask = torch.ones(1, 5, dtype=torch.bool)
    best = (x[0] @ x[0, 3]).argmax()
    alone = glimpses(x[:, best : best + 1], mask[:, :1])
    torch.testing.assert_close(glimpses(x, mask), alone)


@torch.no_grad()
def test_queries_that_say_the_same_are_spelled_alike():
    """Whoever has learned to read one glimpse can read the others: they differ by their names."""
    glimpses = Glimpses(tiny_cnn_config(glimpses=2))
    for own in (glimpses.own, glimpses.bias, glimpses.queries):
        own[1] = own[0]
    one, other = glimpses(torch.randn(1, 5, 8), torch.ones(1, 5, dtype=torch.bool))[0] - glimpses.names
    torch.testing.assert_close(one, other)


@torch.no_grad()
def test_a_query_says_as_many_numbers_as_it_is_given():
    glimpses = Glimpses(tiny_cnn_config(glimpses=3, glimpse_said=5))
    assert glimpses.own.shape == (3, 8, 5)
    assert glimpses(torch.randn(2, 4, 8), torch.ones(2, 4, dtype=torch.bool)).shape == (2, 3, 8)


def test_an_encoder_without_glimpses_has_none():
    encoder = encoder_with(glimpses=0)
    assert encoder.glimpses is None
    assert encoder(ids_of(8)).last_hidden_state.shape[1] == encoder.output_mask(ids_of(8) != 0).shape[1]


@torch.no_grad()
def test_without_places_as_many_positions_are_handed_over_of_any_sequence():
    settings = {"summary_positions": True, "motifs": 4, "centre": 3}
    encoder, whole = encoder_with(place_positions=False, **settings), encoder_with(**settings)
    ids = ids_of(17, 40)
    found = encoder(ids).last_hidden_state
    assert found.shape[1] == encoder.output_mask(ids != 0).shape[1] == 2 + 3
    assert encoder.output_mask(ids != 0).all()
    torch.testing.assert_close(found, whole(ids).last_hidden_state[:, -5:])


@torch.no_grad()
def test_loud_glimpses_are_turned_down_until_their_names_are_heard():
    encoder = encoder_with(motifs=4)
    encoder.glimpses.own[1] *= 1000
    ids = ids_of(*range(20, 40))
    names, before = encoder.glimpses.names, encoder(ids).last_hidden_state[:, -3:]
    encoder.balance_glimpses(ids, range(1, 2))
    after = encoder(ids).last_hidden_state[:, -3:]
    loud = (after[:, 1] - names[1]).std(0).norm()
    torch.testing.assert_close(loud, torch.tensor(Glimpses.LOUDNESS))
    assert (before[:, 1] - names[1]).std(0).norm() > 10 * loud
    # What it says stays the same, and so does what others say.
    torch.testing.assert_close(
        after[:, 1] - names[1], (before[:, 1] - names[1]) * encoder.glimpses.loudness[1]
    )
    torch.testing.assert_close(after[:, [0, 2]], before[:, [0, 2]])


@torch.no_grad()
def test_quiet_glimpses_are_left_as_they_are():
    """What says next to nothing of its sequences is not to be made louder."""
    encoder = encoder_with()
    encoder.glimpses.own *= 1e-3
    encoder.balance_glimpses(ids_of(*range(20, 40)), range(3))
    assert encoder.glimpses.loudness.tolist() == [1, 1, 1]


def test_without_glimpses_there_is_nothing_to_balance():
    with pytest.raises(ValueError, match="has no glimpses"):
        encoder_with(glimpses=0).balance_glimpses(ids_of(8), range(1))


def test_an_encoder_that_hands_nothing_over_is_refused():
    with pytest.raises(ValueError, match="nothing is handed over"):
        encoder_with(glimpses=0, place_positions=False)
