"""The picture of a pair's parts."""

import pytest

from chatnt.plots import architecture
from chatnt.plots.architecture import count
from tests.tiny import DIM, LATENTS, tiny_model

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def told(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def slots(ax):
    return [patch for patch in ax.patches if patch.get_gid() == "slot"]


def arrows(ax):
    return [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None) is not None]


@pytest.mark.parametrize("encoder", ["nucleotide_cnn", "nucleotide_transformer", "bert"])
def test_boxes_tell_what_the_modules_are(encoder):
    model = tiny_model(encoder, "gpt2")
    ax = architecture(model)
    lines = told(ax)
    for part in (model.encoder, model.resampler, model.decoder):
        (line,) = [text for text in lines if text.startswith(type(part).__name__)]
        number = sum(p.numel() for p in part.parameters())
        assert line.replace("\n", " ").endswith(count([number]))
    layers = model.decoder.transformer.h
    assert any(f"\n{len(layers)} ×\n{type(layers[0]).__name__}\n" in line for line in lines)
    assert f"positions\n× {model.config.resampler_config.dna_dim}" in lines
    assert f"{LATENTS} ×\n{DIM}" in lines


def test_there_is_a_slot_for_each_latent_or_it_is_said_how_many_are_drawn():
    ax = architecture(tiny_model())
    assert len(slots(ax)) == LATENTS
    assert f"{LATENTS} slots" in told(ax)
    model = tiny_model(latents=20)
    ax = architecture(model)
    assert len(slots(ax)) == 16
    assert "20 slots, 16 drawn" in told(ax)


def test_a_resampler_that_does_not_listen_has_one_arrow_less():
    hearing = architecture(tiny_model())
    deaf = architecture(tiny_model(english_aware=False))
    assert len(arrows(hearing)) == len(arrows(deaf)) + 1


@pytest.mark.parametrize(
    ("number", "words"),
    [(999, "999 parameters"), (1_500, "1.5 thousand parameters"), (8_043_000_000, "8.04 billion parameters")],
)
def test_numbers_have_three_digits(number, words):
    assert count([number]) == words


def test_it_draws_where_it_is_told():
    _, ax = pyplot.subplots()
    assert architecture(tiny_model(), ax=ax) is ax
