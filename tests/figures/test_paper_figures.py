"""What the figures of scores show."""

import pytest

from chatnt.figures import Material, figure_1, figure_3, figure_4, figure_5
from chatnt.figures.six_tasks import PANELS, conversation_about
from chatnt.standings import compare_means, compare_tasks

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(scope="module")
def material():
    yield Material()
    pyplot.close("all")


def texts(axes):
    return [text.get_text() for text in axes.texts]


def test_tasks_tokens_and_architecture(material):
    tasks, tokens, parts = figure_1(material).axes
    assert sum(int(text) for text in texts(tasks)) == 27
    assert tokens.get_xscale() == "log"
    assert {"encoder", "resampler", "decoder"} <= set(texts(parts))


def test_means_and_rings(material):
    means, rings = figure_3(material).axes
    table = compare_means(material.results)
    assert [bar.get_width() for bar in means.patches] == pytest.approx(table["mean"].tolist())
    ours, chatnt, nt = rings.lines
    assert [line.get_label() for line in (ours, chatnt, nt)] == ["mini", "ChatNT", "NT-Multispecies 2.5B"]
    assert len(ours.get_ydata()) == 18 + 1  # closed
    assert min(ours.get_ydata()) > 0.2


def test_six_tasks(material):
    figure = figure_4(material)
    said = [ax.figure.get_suptitle() for ax in figure.axes]
    for letter, task, text, ax in zip(PANELS, PANELS.values(), said, figure.axes, strict=True):
        assert text.startswith(rf"$\bf{{{letter}}}$")
        if task in ("rna_degradation_mouse", "dna_methylation_hues64"):
            assert "not measured" in text
            assert texts(ax) == ["published only:\nno real data here"]
        else:
            assert f"mini {material.results.scores[task].score:.2f}" in text
            assert ax.images or ax.lines


def test_a_conversation_is_that_of_the_first_row(material):
    you, pair, truth = conversation_about("splice_sites_all", material)
    row = material.results.of("splice_sites_all").iloc[0]
    assert you.startswith("You: ")
    assert pair == f"mini: {row['answer']}"
    assert truth == f"Truth: {row['label']}"


def test_bars_and_boxes(material):
    bars, boxes = figure_5(material).axes
    table = compare_tasks(material.results)
    heights = [bar.get_height() for bar in bars.patches]
    assert sorted(heights) == pytest.approx(sorted(table["value"]))
    assert [label.get_text() for label in boxes.get_xticklabels()] == [
        "all tasks\n(27)", "classification\n(17)", "regression\n(10)",
    ]  # fmt: skip
