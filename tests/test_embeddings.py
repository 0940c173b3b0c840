"""What an encoder says of whole sequences."""

import random
from unittest import mock

import numpy as np
import pytest
import torch

from chatnt.embeddings import _typical, embed, fit_likeness
from chatnt.engine import Engine
from chatnt.errors import DataError, SequenceTooLongError
from chatnt.sequence import DNA
from chatnt.tasks.clouds import RANDOM
from chatnt.tasks.examples import Example
from chatnt.weights import fingerprint
from tests.tiny import ENCODER_FAMILIES, tiny_pair

RNG = random.Random(0)
TEXTS = ["".join(RNG.choices("ACGTN", k=k)) for k in (37, 80, 5, 61, 80, 37)]


@pytest.fixture(scope="module")
def engine():
    return Engine(*tiny_pair())


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_an_embedding_does_not_depend_on_its_batch(encoder):
    engine = Engine(*tiny_pair(encoder))
    together, alone = embed(engine, TEXTS), embed(engine, TEXTS, batch_size=1)
    assert together.shape == (6, 8)
    assert together.dtype == np.float32
    np.testing.assert_allclose(together, alone, atol=1e-5)
    assert len(np.unique(together.round(4), axis=0)) == 6


def test_an_embedding_is_the_mean_over_positions(engine):
    ids = torch.tensor([["ACGTN".index(base) + 1 for base in TEXTS[1]]])
    with torch.no_grad():
        by_hand = engine.model.encoder(input_ids=ids).last_hidden_state.mean(1)
    np.testing.assert_allclose(embed(engine, [DNA(TEXTS[1])]), by_hand, atol=1e-6)


def test_the_same_sequence_is_encoded_once_in_a_batch(engine):
    found = embed(engine, [TEXTS[0], TEXTS[1], TEXTS[0]])
    assert found[0].tolist() == found[2].tolist() != found[1].tolist()


def test_no_sequence_and_too_long_ones(engine):
    assert embed(engine, []).shape == (0, 8)
    with pytest.raises(SequenceTooLongError):
        embed(engine, ["A" * 500])


def made(weights, count):
    return [Example("".join(RNG.choices("ACGT", weights, k=60)), "") for _ in range(count)]


EXAMPLES = {"poor": made((4, 1, 1, 4), 90), "rich": made((1, 4, 4, 1), 90)}
HELD = {"poor": made((4, 1, 1, 4), 60), "rich": made((1, 4, 4, 1), 20), "unknown": made((1, 1, 1, 1), 60)}


def test_without_an_engine_letters_alone_are_described():
    assert fit_likeness(EXAMPLES).view is None


def test_with_an_engine_its_encoder_is_described_too(engine):
    likeness = fit_likeness(EXAMPLES, engine, most=70)
    assert likeness.view is not None
    assert likeness.view.weights == fingerprint(engine.model)
    assert set(likeness.view.clouds.clouds) == {"poor", "rich", f"{RANDOM}, 60"}
    again = fit_likeness(EXAMPLES, engine, most=70)
    assert again.view is not None
    assert again.view.clouds.to_json() == likeness.view.clouds.to_json()


def test_what_is_rare_is_measured_on_held_sequences_where_they_suffice(engine):
    plain, held = fit_likeness(EXAMPLES, engine), fit_likeness(EXAMPLES, engine, held=HELD)
    assert plain.view is not None
    assert held.view is not None
    one, other = plain.view.clouds.clouds, held.view.clouds.clouds
    assert one["poor"].far != other["poor"].far
    assert (one["rich"].far, one["rich"].nearer) == (other["rich"].far, other["rich"].nearer)
    assert set(other) == {"poor", "rich", f"{RANDOM}, 60"}


def test_numbers_that_are_not_finite_are_refused(engine):
    with (
        mock.patch(
            "chatnt.embeddings.embed", lambda engine, texts, progress: np.full((len(texts), 8), np.inf)
        ),
        pytest.raises(DataError, match="finite"),
        np.errstate(invalid="ignore"),
    ):
        fit_likeness(EXAMPLES, engine)


def test_the_encoder_is_mentioned_only_where_nothing_plainer_is_found(engine):
    likeness = fit_likeness(EXAMPLES, engine)
    dna, far, weights = DNA(EXAMPLES["poor"][0].sequence), np.full(8, 1e6), fingerprint(engine.model)
    found = likeness.reasons("poor", DNA("GC" * 30), far, weights=weights)
    assert "G+C" in found[0]
    assert "encoder" not in " ".join(found)
    assert likeness.reasons("poor", dna, far, weights="other") == ()
    assert fit_likeness(EXAMPLES).reasons("poor", dna, far, weights=weights) == ()
    assert "encoder" in likeness.reasons("poor", dna, far, weights=weights)[0]


def test_random_bases_are_of_the_lengths_of_the_tasks():
    assert _typical([400, 170, 200, 206, 300, 6000]) == [170, 206, 300, 400, 6000]
