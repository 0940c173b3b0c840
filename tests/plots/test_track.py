"""Tracks show what is likely where, on which strand."""

import matplotlib
import pytest

from chatnt.annotations import as_table
from chatnt.errors import DataError
from chatnt.plots import track
from chatnt.tasks import get_task

matplotlib.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")

DONOR, PROMOTER = "splice_sites_donors", "promoter_tata"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def row(start, chance, *, strand="+", task=DONOR, length=None, name="gene"):
    nothing, something = get_task(task).labels
    label, probability = (something, chance) if chance >= 0.5 else (nothing, 1 - chance)
    end = start + (length or get_task(task).length)
    return {
        "name": name, "start": start, "end": end, "strand": strand, "question": task, "task": task,
        "label": label, "probability": probability,
    }  # fmt: skip


def curves(ax):
    return [line.get_xydata().tolist() for line in ax.lines if len(line.get_xdata()) > 2]


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_a_window_stands_at_its_site_as_high_as_its_chance():
    ax = track(as_table([row(i, p, length=400) for i, p in enumerate((0.1, 0.9, 0.2))]))
    (line,) = curves(ax)
    assert line == [pytest.approx(xy) for xy in ((200, 0.08), (201, 0.72), (202, 0.16))]
    assert ax.get_xlabel() == "position in gene"


def test_promoters_stand_at_the_start_and_the_other_strand_is_read_from_its_end():
    table = [row(10 * i, 0.2, task=PROMOTER) for i in range(3)]
    table += [row(10 * i, 0.2, task=PROMOTER, strand="-") for i in range(3)]
    plus, minus = curves(track(as_table(table)))
    assert [x for x, _ in plus] == [249, 259, 269]
    assert [x for x, _ in minus] == [50, 60, 70]  # 300 - 1 - 249
    assert [y for _, y in plus] == pytest.approx([1.16] * 3)  # the first lane is the upper one


def test_lanes_are_named_and_the_likeliest_of_neighbours_is_told():
    chances = [0.1, 0.6, 0.9, 0.7, *[0.1] * 8, 0.55, *[0.1] * 8]
    table = [row(i, p) for i, p in enumerate(chances)]
    ax = track(as_table(table + [row(i, 0.1, strand="-") for i in range(3)]))
    assert [label.get_text() for label in ax.get_yticklabels()] == ["donor site  +", "donor site  -"]
    assert texts(ax) == ["302", "312"]


def test_what_is_known_is_drawn_below():
    ax = track(as_table([row(i, 0.1) for i in range(3)]), marks={"exon 1": (160, 302)})
    assert texts(ax) == ["exon 1"]
    (box,) = [c.get_paths()[0].get_extents() for c in ax.collections if c.get_paths()][-1:]
    assert (box.x0, box.x1, box.y1) == (160, 302, pytest.approx(-0.2))
    assert ax.get_xlim()[0] <= 160


def test_one_of_several_records_is_named():
    table = as_table([row(0, 0.1, name="a"), row(0, 0.9, name="b")])
    assert track(table, name="b").get_xlabel() == "position in b"
    with pytest.raises(ValueError, match="2 records; give name"):
        track(table)
    with pytest.raises(ValueError, match="no record 'c'; there are a, b"):
        track(table, name="c")


def test_tables_without_chances_are_refused():
    number = row(0, 0.1) | {"label": None, "probability": None, "value": 1.0}
    with pytest.raises(ValueError, match="No window of gene"):
        track(as_table([number]))
    with pytest.raises(DataError, match="lacks the columns"):
        track(as_table([row(0, 0.1)]).drop(columns="label"))
