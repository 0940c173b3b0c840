"""Texts measured and broken into lines."""

import itertools

import pytest

from chatnt.plots.words import ROOM, STRAND, line_height, width_of, with_signs, wrapped, write

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture
def ax():
    figure, ax = pyplot.subplots()
    yield ax
    pyplot.close(figure)


def test_a_width_is_that_of_the_drawn_text(ax):
    for text in ("Is there a promoter?", "x$y_{2}$", "WWWiii"):
        drawn = ax.text(0, 0, text, fontsize=40, parse_math=False)
        box = drawn.get_window_extent(ax.figure.canvas.get_renderer())
        assert width_of(text, 40) == pytest.approx(box.width / ax.figure.dpi, rel=0.05)
    assert width_of("promoter", 8, bold=True) > width_of("promoter", 8)
    assert width_of(f"a{STRAND}b", 8) > width_of("ab", 8) + 0.2
    assert line_height(10) > 10 / 72


def test_lines_are_as_long_as_they_can_be():
    text = "one two three four five six seven"
    lines = wrapped(text, 0.9, 8)
    assert " ".join(lines) == text
    assert len(lines) > 1
    for line, after in itertools.pairwise(lines):
        assert width_of(line, 8) <= 0.9
        assert ROOM * width_of(f"{line} {after.split()[0]}", 8) > 0.9
    assert wrapped("", 1, 8) == [""]
    assert wrapped(" a \n b\t", 1, 8) == ["a b"]


def test_a_word_that_is_too_long_is_broken_and_nothing_is_lost():
    lines = wrapped(f"an {'ACGT' * 40} end", 1, 8)
    assert "".join(lines).replace(" ", "") == f"an{'ACGT' * 40}end"
    assert all(width_of(line, 8) <= 1 for line in lines)
    assert wrapped("WW", 0.01, 8) == ["W", "W"]


def test_a_sign_stands_for_each_sequence_alone():
    assert with_signs("Is <DNA> like <DNA>?") == f"Is {STRAND} like {STRAND}?"
    assert STRAND not in with_signs(f"no {STRAND}")


def test_texts_are_drawn_beside_the_signs(ax):
    write(ax, 1, 2, f"Is {STRAND}?", 8, "black")
    assert [text.get_text() for text in ax.texts] == ["Is ", "?"]
    assert not any(text.get_parse_math() for text in ax.texts)
    first, last = ax.texts
    strands = [line for line in ax.lines if line.get_gid() == "strand"]
    assert len(strands) == 2
    for strand in strands:
        assert first.get_position()[0] < min(strand.get_xdata())
        assert max(strand.get_xdata()) < last.get_position()[0]
