"""Pictures of studies: k-mer spectra, logos in bits, profiles and score maps."""

import dataclasses

import numpy as np
import pytest

from chatnt.plots import kmer_spectrum, motif, profile, score_map
from chatnt.plots.canvas import label_colours
from chatnt.plots.letters import COLOURS
from chatnt.position_matrix import PositionMatrix
from tests.studies import AT, LENGTH, PLANTED, planted_study

pyplot = pytest.importorskip("matplotlib.pyplot")
colours = pytest.importorskip("matplotlib.colors")
STUDY = planted_study()


@pytest.fixture(autouse=True)
def _close():
    yield
    pyplot.close("all")


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_the_planted_kmer_has_the_longest_bar():
    ax = kmer_spectrum(STUDY, most=3)
    names = [text.get_text() for text in ax.get_yticklabels()]
    assert names[0] == PLANTED
    assert len(names) == len(set(names)) <= 6
    site, other = ax.containers
    assert (site.get_label(), site[0].get_width(), other[0].get_width()) == ("site", 12, 0)
    assert legend(ax)[:2] == ["site", "no site"]
    ax.figure.canvas.draw()


def test_lines_are_the_counts_of_the_control():
    shuffled = dataclasses.replace(STUDY, control=dataclasses.replace(STUDY, control=None))  # the same again
    ax = kmer_spectrum(shuffled, most=2)
    site = next(c for c in ax.collections if c.get_label() == "_shuffled")
    assert site.get_segments()[0][0][0] == 12
    assert legend(ax) == ["site", "no site", "shuffled"]
    assert legend(kmer_spectrum(planted_study(control=False))) == ["site", "no site"]


def test_letters_share_the_bits_of_their_position():
    matrix = PositionMatrix.of(["GT"] * 30 + ["GC"] * 10, start=5)
    ax = motif(matrix, site=5)
    bits, boxes = matrix.bits(), {}
    for drawing in ax.collections:
        (path,) = drawing.get_paths()
        corners = np.concatenate(path.to_polygons(closed_only=False))
        boxes[colours.to_hex(drawing.get_facecolor()[0])] = corners
    top = boxes[COLOURS["T"].lower()]
    tall = top[top[:, 0] > 0.5]  # at position 1
    assert tall[:, 1].max() == pytest.approx(bits[1].sum(), abs=1e-3)
    assert tall[:, 1].min() == pytest.approx(bits[1, 1], abs=1e-3)  # C lies below
    assert boxes[COLOURS["G"].lower()][:, 1].max() == pytest.approx(bits[0, 2], abs=1e-3)
    assert ax.get_ylim() == (0, 2)
    assert ax.get_xlabel() == "position from the site"
    assert ax.get_title(loc="left") == "position matrix (40 sequences)"


def test_lines_are_the_means_of_the_labels():
    ax = profile(STUDY, site=AT, start=-5, end=10)
    line = next(one for one in ax.lines if str(one.get_label()).startswith("site"))
    assert line.get_xdata().tolist() == list(range(-5, 10))
    np.testing.assert_allclose(line.get_ydata()[5:11], 6.5, rtol=1e-6)
    assert legend(ax) == ["site (12)", "no site (12)", "shuffled"]
    assert ax.get_ylabel() == "mean score\nlog-odds"
    plain = profile(planted_study(control=False, signed=False), scaled=True)
    assert legend(plain) == ["site (12)", "no site (12)"]
    assert plain.get_ylabel() == "mean score, without sign\ntimes the mean of its sequence"


def test_rows_of_a_map_fall_from_the_strongest():
    ax = score_map(STUDY, site=AT, start=-4, end=8)
    (image,) = ax.images
    shown = image.get_array()
    assert shown.shape == (12, 12)
    assert shown[:, 4].tolist() == list(range(12, 0, -1))
    assert image.get_extent() == [-4.5, 7.5, 12, 0]
    assert image.norm.vmin == -image.norm.vmax
    assert ax.get_title(loc="left") == "site (12 sequences)"
    plain = score_map(planted_study(signed=False), "no site", scaled=True)
    assert plain.images[0].norm.vmin == 0
    np.testing.assert_allclose(plain.images[0].get_array(), 1, rtol=1e-6)


@pytest.mark.parametrize("draw", [kmer_spectrum, profile, score_map])
def test_axes_may_be_given(draw):
    ax = pyplot.subplots()[1]
    assert draw(STUDY, ax=ax) is ax
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: kmer_spectrum(STUDY, most=0), "most=0"),
        (lambda: profile(STUDY, start=60), "no position from 60 to 50"),
        (lambda: profile(STUDY, site=LENGTH), "site=50"),
        (lambda: score_map(STUDY, start=-1), "no base from -1 to 50 from the site at 0 of 50"),
        (lambda: score_map(STUDY, "both"), "no label 'both'"),
        (lambda: label_colours("abcdef"), "There are 6 labels, but 5 colours"),
    ],
)
def test_what_cannot_be_drawn_is_told(call, told):
    with pytest.raises(ValueError, match=told):
        call()
