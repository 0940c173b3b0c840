"""What it is worth that the resampler hears the question."""

import pytest

from chatnt.figures import Material, supplementary_2
from chatnt.figures.listening import without_question
from chatnt.pair_results import QUESTION_BLIND
from tests.tiny import tiny_model

pyplot = pytest.importorskip("matplotlib.pyplot")


def test_the_figure_shows_modules_tasks_and_means():
    material = Material()
    figure = supplementary_2(material)
    deaf, hearing, tasks, means = figure.axes
    assert [sum(p.get_gid() == "step" for p in ax.patches) for ax in (deaf, hearing)] == [2, 3]
    table = material.results.to_frame().dropna(subset=[QUESTION_BLIND])
    _, before, after = tasks.collections
    assert sorted(before.get_offsets()[:, 0]) == sorted(table[QUESTION_BLIND])
    assert sorted(after.get_offsets()[:, 0]) == sorted(table["score"])
    widths = [patch.get_width() for patch in means.patches]
    names = [name.get_text().replace("\n", " ") for name in means.get_yticklabels()]
    assert dict(zip(names, widths, strict=True))["ChatNT (published)"] == 0.77
    assert (
        dict(zip(names, widths, strict=True))["ChatNT without English-aware projection (published)"] == 0.71
    )
    assert widths[:2] == sorted(widths[:2])
    pyplot.close(figure)


def test_a_resampler_is_made_without_weights_and_without_the_question():
    config = tiny_model(question_first=True).resampler.config
    deaf = without_question(config)
    assert not deaf.config.english_aware
    assert config.english_aware
    assert (deaf.config.latents, deaf.config.dim, len(deaf.blocks)) == (
        config.latents,
        config.dim,
        config.layers,
    )
    assert all(parameter.is_meta for parameter in deaf.parameters())
    assert not any("question" in name for name, _ in deaf.named_parameters())
