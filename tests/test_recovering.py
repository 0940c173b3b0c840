"""Maps against what is known to lie in sequences."""

import dataclasses

import numpy as np
import pytest

import chatnt
from chatnt.engine import Engine
from chatnt.errors import DataError, TaskError
from chatnt.known_rows import KnownRow, choose_rows
from chatnt.recovering import SITES, find_places
from chatnt.tasks import get_task
from chatnt.tasks.simulation import Element, Simulated
from chatnt.tasks.sources import Example, Splits
from tests.telling import QUESTION, letters, telling_pair

TATA = get_task("promoter_tata")
ENGINE = Engine(*telling_pair())
PLANTED = [
    Simulated(letters(40, i), "promoter", (Element("TATA box", 9, 17), Element("initiator", 30, 37)))
    for i in range(6)
]


def stating(monkeypatch, *texts):
    """Let the pair write these answers in turn, for ever."""
    given = [texts[i % len(texts)] for i in range(1000)]
    monkeypatch.setattr(Engine, "generate", lambda self, asked, **_: [given.pop(0) for _ in asked])


YES, NO = TATA.answers["promoter"].train[0], TATA.answers["not a promoter"].train[0]
FAST = {"gradients": {"method": "gradient_x_input"}, "slopes": {"method": "saliency"}}


def test_a_map_that_marks_the_place_has_all():
    scores = np.array([0, 0, 5, 4, 0, 0, 1, 0.0])
    area, chance, rank, hit = find_places(scores, [(2, 4)], window=2)
    assert (area, chance, rank, hit) == (1, 0.25, 1, True)


def test_areas_and_ranks_are_those_on_paper():
    # From the top: 3 (no), 2 (yes), 1 (yes), 0 (no): precision 1/2 and 2/3 where it finds one.
    area, chance, rank, hit = find_places(np.array([3, 2, 1, 0.0]), [(1, 3)], window=2)
    assert area == pytest.approx((1 / 2 + 2 / 3) / 2)
    assert (chance, rank, hit) == (0.5, 2, False)  # the best window is the first


def test_a_map_without_differences_finds_nothing():
    area, chance, rank, _ = find_places(np.zeros(10), [(4, 6)])
    assert area == pytest.approx(chance) == pytest.approx(0.2)
    assert rank == 9


def test_other_elements_are_neither_hits_nor_misses():
    scores = np.array([9, 9, 5, 4, 0, 0.0])
    area, chance, rank, _ = find_places(scores, [(2, 4)], [(0, 2)])
    assert (area, chance, rank) == (1, 0.5, 1)
    assert find_places(scores, [(2, 4)])[2] == 3


@pytest.mark.parametrize(
    ("window", "place", "hit"), [(3, (2, 6), True), (3, (3, 6), False), (6, (3, 4), True)]
)
def test_the_best_window_lies_within_the_place_or_holds_it(window, place, hit):
    scores = np.array([0, 0, 1, 1, 1, 0, 0, 0.0])
    assert find_places(scores, [place], window=window)[3] == hit


def test_sites_lie_where_the_data_have_them():
    assert SITES["splice_sites_donors"].within(400) == (200, 202)
    assert SITES["splice_sites_acceptors"].within(400) == (198, 200)
    # The start is base 249 of 300; the place begins 40 bases before it, and its last base is 20 before.
    assert SITES["promoter_tata"].within(300) == (209, 230)


def test_every_method_has_its_map_and_that_of_the_shuffled_sequence(monkeypatch):
    stating(monkeypatch, YES)
    found = chatnt.recovery(
        ENGINE, TATA, PLANTED, methods=FAST, question=QUESTION, count=3, element="TATA box"
    )
    assert found.methods == ("gradients", "slopes")
    assert (found.task, found.place, found.count) == ("promoter_tata", "TATA box", 3)
    frame = found.to_frame()
    assert len(frame) == 2 * 3 * 2
    assert set(frame["chance"]) == {8 / 33}  # the initiator is left out
    row = next(r for r in found.rows if r.method == "gradients" and not r.shuffled and r.sequence == 0)
    rows = choose_rows(ENGINE, TATA, PLANTED, question=QUESTION, label="promoter", count=3)
    why = chatnt.attribute(
        ENGINE, QUESTION, rows[0].sequence, task=TATA, target="promoter", sentences=1, **FAST["gradients"]
    )
    assert row[3:] == find_places(why.scores[0], [(9, 17)], [(30, 37)])
    table = found.table()
    assert list(table["method"]) == ["gradients", "slopes"]
    areas = frame.query("method == 'gradients' and shuffled")["area"]
    assert table["area_shuffled"][0] == pytest.approx(areas.mean())


def test_a_place_can_be_given(monkeypatch):
    stating(monkeypatch, YES)
    rows = Splits([], [], [Example(letters(40, i), "promoter") for i in range(3)])
    found = chatnt.recovery(
        ENGINE, TATA, rows, methods={"gradients": FAST["gradients"]}, place=(3, 5), question=QUESTION
    )
    assert found.place == "bases 3 to 5"
    assert found.count == 3
    assert set(found.to_frame()["chance"]) == {2 / 40}


def test_only_rows_that_are_answered_right_are_taken(monkeypatch):
    stating(monkeypatch, YES, NO, "I am not sure.")
    rows = choose_rows(ENGINE, TATA, PLANTED, question=QUESTION, count=5)
    assert len(rows) == 2
    assert all(isinstance(row, KnownRow) and row.elements for row in rows)
    stating(monkeypatch, NO)
    with pytest.raises(DataError, match="answers right"):
        choose_rows(ENGINE, TATA, PLANTED, question=QUESTION)


def test_rows_are_simulated_where_none_are_given(monkeypatch):
    stating(monkeypatch, YES)
    rows = choose_rows(ENGINE, TATA, None, question=QUESTION, label="promoter", count=3, seed=1)
    again = choose_rows(ENGINE, TATA, None, question=QUESTION, label="promoter", count=3, seed=1)
    assert rows == again
    assert all(row.elements[0].name == "TATA box" for row in rows)


def test_a_number_is_never_wrong():
    leaf = get_task("plant_promoter_leaf")
    (row,) = choose_rows(ENGINE, leaf, [Example(letters(30), 1.5)], question="")
    assert row.target == "value"


@pytest.mark.parametrize(
    ("how", "error", "words"),
    [
        ({"count": 0}, ValueError, "count=0"),
        ({"window": 0}, ValueError, "window=0"),
        ({"label": "enhancer"}, TaskError, "promoter"),
        ({"element": "GC box"}, DataError, "TATA box, initiator"),
        ({"place": (35, 50)}, ValueError, "not within"),
        ({"methods": {"x": {"method": "guess"}}}, ValueError, "no method 'guess'"),
        ({"data": []}, DataError, "no row"),
    ],
)
def test_bad_input_is_told(monkeypatch, how, error, words):
    stating(monkeypatch, YES)
    with pytest.raises(error, match=words):
        chatnt.recovery(ENGINE, TATA, **({"data": PLANTED, "question": QUESTION, "count": 2} | how))


def test_an_unknown_site_is_told(monkeypatch):
    stating(monkeypatch, "Yes")
    h3 = get_task("h3")
    stating(monkeypatch, h3.answers[h3.labels[1]].train[0])
    with pytest.raises(TaskError, match="place="):
        chatnt.recovery(ENGINE, h3, [Example(letters(40), h3.labels[1])])


def test_several_labels_at_once_are_told():
    several = dataclasses.replace(TATA, name="several", kind="multilabel")
    with pytest.raises(TaskError, match="Several labels"):
        choose_rows(ENGINE, several, PLANTED, question=QUESTION)
