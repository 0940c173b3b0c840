"""The picture of a block of a resampler."""

import pytest

from chatnt.plots import resampler
from chatnt.plots.tokens import short
from tests.tiny import DIM, LATENTS, tiny_model

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def told(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def steps(ax):
    """Return the names of the steps from below."""
    places = sorted(patch.get_y() for patch in ax.patches if patch.get_gid() == "step")
    bold = {text.get_position()[1]: text.get_text() for text in ax.texts if text.get_fontweight() == "bold"}
    names = [bold[place] for place in sorted(bold)]
    assert len(names) == len(places)
    return names


def test_steps_are_those_of_the_module():
    module = tiny_model().resampler
    ax = resampler(module)
    assert steps(ax) == ["attend to the DNA", "attend to the question", "feed forward"]
    block = module.blocks[0]
    for part in (block.attend_dna, block.attend_question):
        number = sum(p.numel() for p in part.parameters())
        assert f"{module.config.heads} heads, {short(number)} parameters" in told(ax)
    assert f"{len(module.blocks)} blocks" in told(ax)
    assert {f"{LATENTS} latents × {DIM}", f"{LATENTS} soft tokens × {DIM}"} <= set(told(ax))
    assert f"DNA\npositions\n× {module.config.dna_dim}" in told(ax)


def test_the_order_is_that_of_the_configuration():
    module = tiny_model(question_first=True).resampler
    assert steps(resampler(module)) == ["attend to the question", "attend to the DNA", "feed forward"]


def test_a_resampler_that_does_not_listen_has_no_question():
    ax = resampler(tiny_model(english_aware=False).resampler)
    assert steps(ax) == ["attend to the DNA", "feed forward"]
    assert not [text for text in told(ax) if "question" in text]


def test_it_draws_where_it_is_told():
    _, ax = pyplot.subplots()
    assert resampler(tiny_model().resampler, ax=ax) is ax
