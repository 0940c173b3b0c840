"""Bands behind letters: where they are, and names that do not cover one another."""

import itertools

import numpy as np
import pytest

from chatnt.attribution import Attribution
from chatnt.elements import Element
from chatnt.peaks import Peak
from chatnt.plots import logo
from chatnt.sequence import DNA

pyplot = pytest.importorskip("matplotlib.pyplot")
colors = pytest.importorskip("matplotlib.colors")


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def why(size=60):
    scores = (np.linspace(-1, 2, size, dtype=np.float32), np.ones(2, np.float32))
    return Attribution(
        (DNA("ACGT" * (size // 4), name="one"), DNA("AC", name="two")), scores, "Is <DNA> like <DNA>?", None,
        "Yes", "No", "log-odds", "integrated_gradients", "N", 1.0, delta=0.01,
    )  # fmt: skip


def element(start, end, name="donor splice site", sequence=0, core=None):
    return Element(sequence, start, end, "+", name, "A" * (end - start), 9.0, 1e-4, core)


def peak(start, end, side="supports", elements=()):
    return Peak(0, start, end, side, "A" * (end - start), start, 1.0, 1.0, 1.0, 1e-4, 1e-3, elements)


def bands(ax):
    """Return left and right ends and colours of what is shaded."""
    return [(p.get_x(), p.get_x() + p.get_width(), colors.to_hex(p.get_facecolor())) for p in ax.patches]


def test_bands_cover_the_bases():
    ax = logo(why(), highlight=[peak(10, 20), peak(30, 40, "opposes"), element(45, 54)])
    spans, shades = [b[:2] for b in bands(ax)], [b[2] for b in bands(ax)]
    assert spans == [(9.5, 19.5), (29.5, 39.5), (44.5, 53.5)]
    assert len(set(shades)) == 3
    assert all(p.get_zorder() < ax.collections[0].get_zorder() for p in ax.patches)


def test_bases_that_never_differ_are_darker():
    donor = element(10, 19, core=(13, 15))
    for place in (donor, peak(12, 17, elements=(element(9, 14, "initiator"), donor))):
        ax = logo(why(), highlight=[place])
        whole, core = ax.patches
        assert (core.get_x(), core.get_width()) == (12.5, 2)
        assert core.get_alpha() > whole.get_alpha()


def test_what_is_not_drawn_has_no_band():
    places = [element(0, 5), element(40, 45), element(0, 2, sequence=1), element(19, 22)]
    ax = logo(why(), start=20, end=30, highlight=places)
    assert [b[:2] for b in bands(ax)] == [(18.5, 21.5)]
    assert ax.get_xlim() == (19.5, 29.5)
    assert len(ax.texts) == 1


@pytest.mark.parametrize("width", [9, 5])
def test_names_cover_neither_one_another_nor_letters(width):
    figure, ax = pyplot.subplots(figsize=(width, 2.4), layout="constrained")
    starts = (0, 6, 9, 30, 33, 51)
    logo(why(), ax=ax, highlight=[element(i, i + 9) for i in starts])
    figure.canvas.draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert len(boxes) == len(starts)
    for one, other in itertools.combinations(boxes, 2):
        assert not one.overlaps(other)
    highest = ax.transData.transform((0, 2.0))[1]  # the tallest letter
    inside = ax.get_window_extent()
    for box in boxes:
        assert box.y0 >= highest - 1
        assert box.y1 <= inside.y1 + 1
        assert inside.x0 - 1 <= box.x0
        assert box.x1 <= inside.x1 + 1


def test_peaks_without_a_name_take_no_room():
    plain, shaded = logo(why()), logo(why(), highlight=[peak(3, 9)])
    assert shaded.get_ylim() == plain.get_ylim()
    assert not shaded.texts
    assert shaded.get_title(loc="left") == plain.get_title(loc="left")
    named = logo(why(), highlight=[peak(3, 9, elements=(element(3, 9, "TATA box"),))])
    assert [text.get_text() for text in named.texts] == ["TATA box"]
    assert max(named.get_yticks()) <= plain.get_ylim()[1]
