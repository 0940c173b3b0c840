"""Figures as files."""

import pytest

import chatnt
from chatnt.cli import main
from chatnt.errors import DataNotFoundError
from chatnt.figures import FIGURES, Material, save_figures
from chatnt.figures.panels import TWO_COLUMNS, entitle, loose_figure, new_figure

pyplot = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def no_figure_stays_open():
    pyplot.close("all")  # of a test before
    yield
    pyplot.close("all")


def test_each_figure_is_public_and_says_where_its_numbers_come_from():
    for name, figure in FIGURES.items():
        assert getattr(chatnt.figures, name) is figure.draw
        assert any(word in figure.caption for word in ("Published", "Measured", "Live", "published only"))
        assert figure.caption.startswith(("Figure ", "Supplementary "))


def test_figures_are_written_one_after_the_other_with_their_captions(tmp_path):
    first, captions = save_figures(tmp_path / "new" / "folder", ["figure_5"])
    assert [path.name for path in first] == ["figure_5.pdf", "figure_5.png"]
    assert first[0].read_bytes().startswith(b"%PDF")
    assert first[1].read_bytes().startswith(b"\x89PNG")
    assert captions[0].read_text() == f"**figure_5.** {FIGURES['figure_5'].caption}\n"
    assert not pyplot.get_fignums()


def test_the_same_figure_gives_the_same_bytes(tmp_path):
    written = []
    for folder in ("one", "two"):
        paths = next(save_figures(tmp_path / folder, ["figure_5"]))
        written.append([path.read_bytes() for path in paths])
    assert written[0] == written[1]


def test_what_was_drawn_before_a_failure_stays(tmp_path, monkeypatch):
    def fail(material):
        raise RuntimeError

    monkeypatch.setitem(FIGURES, "figure_3", FIGURES["figure_3"]._replace(draw=fail))
    drawn = save_figures(tmp_path, ["figure_5", "figure_3"])
    next(drawn)
    with pytest.raises(RuntimeError):
        next(drawn)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["figure_5.pdf", "figure_5.png"]


def test_a_figure_that_is_not_there_is_named(tmp_path):
    with pytest.raises(DataNotFoundError, match=r"no figure figure_99; there are figure_1, "):
        next(save_figures(tmp_path / "out", ["figure_5", "figure_99"]))
    assert not (tmp_path / "out").exists()


def test_the_command_writes_and_lists(tmp_path, capsys):
    assert main(["figures", "figure_5", "--out", str(tmp_path)]) == 0
    said = capsys.readouterr().out.split()
    assert said == [str(tmp_path / name) for name in ("figure_5.pdf", "figure_5.png", "captions.md")]
    assert main(["figures", "--list"]) == 0
    assert f"figure_5: {FIGURES['figure_5'].caption}" in capsys.readouterr().out
    assert main(["figures", "nothing", "--out", str(tmp_path)]) == 2
    assert "There is no figure nothing" in capsys.readouterr().err


def test_nothing_is_loaded_before_it_is_needed():
    material = Material("no-such-pair")
    with pytest.raises(DataNotFoundError, match="no-such-pair"):
        _ = material.results


def test_panels_of_a_loose_figure():
    figure, axes = loose_figure(3, ["aab", ".c."], polar="b")
    figure.canvas.draw()
    assert figure.get_size_inches().tolist() == [TWO_COLUMNS, 3]
    assert list(axes) == ["a", "b", "c"]
    assert [ax.name for ax in axes.values()] == ["rectilinear", "polar", "rectilinear"]
    widths = [part.bbox.width for part in (axes[letter].figure for letter in "abc")]
    assert widths[0] == pytest.approx(2 * widths[1])
    assert widths[2] == pytest.approx(widths[1], rel=0.01)


def test_a_title_stands_above_a_legend():
    figure, axes = new_figure(3, ["ab"])
    for letter, ax in axes.items():
        ax.plot([0, 1], label="line")
        if letter == "b":
            ax.legend(loc="lower left", bbox_to_anchor=(0, 1))
        entitle(ax, letter, "title")
    figure.canvas.draw()
    tops = [ax._left_title.get_window_extent().y0 for ax in axes.values()]
    assert tops[1] > tops[0]
    assert axes["a"].get_title(loc="left").endswith("title")
