"""The heat map of substitutions: every cell in its place and colour."""

import numpy as np
import pytest

import chatnt
from chatnt.attribution import Attribution
from chatnt.sequence import DNA

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
from matplotlib import pyplot  # noqa: E402
from matplotlib.colors import to_rgb  # noqa: E402


def substituted(text="ACGTNACG", *, against="not a promoter", seed=0):
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(len(text), 4)).astype(np.float32)
    for i, base in enumerate(text):
        table[i, ["ACGT".index(base)] if base in "ACGT" else slice(None)] = 0
    return Attribution(
        sequences=(DNA(text, name="here"),), scores=(-table.sum(1) / 3,), question="Is <DNA> one?",
        task="promoter_tata", target="promoter", against=against, unit="log-odds (natural log)",
        method="in_silico_mutagenesis", baseline="", value=1.25, tables=(table,),
    )  # fmt: skip


@pytest.fixture(autouse=True)
def closed():
    yield
    pyplot.close("all")


def test_cells_are_the_table_and_colours_are_centred_at_zero():
    why = substituted()
    ax = chatnt.plots.mutations(why, start=2, end=7)
    (image,) = ax.images
    np.testing.assert_array_equal(image.get_array(), why.tables[0][2:7].T)
    low, high = image.get_clim()
    assert -low == high == pytest.approx(np.abs(why.tables[0][2:7]).max())
    np.testing.assert_allclose(image.to_rgba(0.0)[:3], to_rgb("#F7F7F7"), atol=0.01)
    red, _, blue = image.to_rgba(high)[:3]
    assert blue > red
    red, _, blue = image.to_rgba(low)[:3]
    assert red > blue
    assert image.get_extent() == [1.5, 6.5, 3.5, -0.5]
    assert [tick.get_text() for tick in ax.get_yticklabels()] == list("ACGT")


def test_the_bases_that_are_there_stand_above_and_are_marked():
    ax = chatnt.plots.mutations(substituted(), start=2, end=7)
    above = {round(text.get_position()[0]): text.get_text() for text in ax.texts}
    assert above == {2: "G", 3: "T", 4: "N", 5: "A", 6: "C"}
    (dots,) = ax.collections
    assert dots.get_offsets().tolist() == [[2, 2], [3, 3], [5, 0], [6, 1]]  # none for N


def test_the_caption_names_task_target_and_value():
    ax = chatnt.plots.mutations(substituted())
    told = ax.get_title(loc="left")
    assert told == "promoter_tata: promoter against not a promoter; every substitution, 1.25 as it is"
    alone = chatnt.plots.mutations(substituted(against=""))
    assert alone.get_title(loc="left").startswith("promoter_tata: promoter; every")
    assert ax.get_xlabel() == "position in here"


def test_long_windows_have_no_letters_and_given_axes_are_used():
    _, given = pyplot.subplots()
    ax = chatnt.plots.mutations(substituted("ACGT" * 40), ax=given)
    assert ax is given
    assert not ax.texts
    assert not ax.collections


def test_nothing_changes_is_drawn_too():
    why = substituted("NNN")
    ax = chatnt.plots.mutations(why)
    assert ax.images[0].get_clim() == (-1, 1)
    ax.figure.canvas.draw()


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"sequence": 1}, "sequence=1 is none of the 1"),
        ({"sequence": -1}, "sequence=-1 is none"),
        ({"start": 5, "end": 5}, "no base from 5 to 5 of 8"),
        ({"end": 9}, "no base from 0 to 9 of 8"),
    ],
)
def test_bad_input_is_told(how, told):
    with pytest.raises(ValueError, match=told):
        chatnt.plots.mutations(substituted(), **how)


def test_other_methods_have_no_substitutions():
    import dataclasses

    why = dataclasses.replace(substituted(), tables=None, method="occlusion")
    with pytest.raises(
        ValueError, match='by occlusion has no substitutions; make one with method="in_silico'
    ):
        chatnt.plots.mutations(why)
