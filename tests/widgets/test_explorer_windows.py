"""Windows along a sequence: which are wanted, and what is shown of them."""

import itertools

import numpy as np
import pytest

from chatnt.records import Record
from chatnt.sequence import DNA
from chatnt.widgets.explorer_windows import (
    COARSE,
    NONE,
    Lane,
    count_missing,
    finest_of,
    next_windows,
    steps_of,
)
from chatnt.windows import cut

GROUND = (100, 1137)


def lane(values=None, *, task="t", strand="+", window=40, ground=GROUND):
    made = Lane(task, strand, window, ground)
    for start, chance in (values or {}).items():
        made.add(start, {"notes": None}, {"yes": chance})
    return made


@pytest.mark.parametrize(("window", "stride"), [(40, 10), (40, 7), (41, 1), (5000, 10)])
def test_windows_are_those_of_a_table_of_annotations(window, stride):
    record = Record(DNA("A" * (GROUND[1] - GROUND[0])), *GROUND, "+", "x", 0)
    expected = [(each.start, each.end) for each in cut(record, window, stride)]
    made = lane(window=window)
    assert [(s, s + made.window) for s in made.starts(GROUND, stride)] == expected


def test_a_region_has_the_windows_whose_middles_it_has():
    made, region = lane(), (300, 411)
    expected = [s for s in made.starts(GROUND, 3) if region[0] <= s + 20 < region[1]]
    assert list(made.starts(region, 3)) == expected
    assert len(expected) == 37


def test_steps_get_finer_and_share_their_windows():
    steps = steps_of(GROUND, 10, 10)
    assert steps == [80, 40, 20, 10]
    assert (GROUND[1] - GROUND[0]) / steps[0] <= COARSE
    assert steps_of(GROUND, 10, 20) == [80, 40, 20]
    made = lane()
    for coarse, fine in itertools.pairwise(steps):
        assert set(made.starts(GROUND, coarse)) <= set(made.starts(GROUND, fine))
    assert finest_of(GROUND, 10, 60) == 20
    assert finest_of(GROUND, 10, 10**6) == 10


def test_nothing_is_wanted_twice_and_in_the_end_all_is_there():
    lanes = [lane(task="a"), lane(task="b"), lane(task="c", window=60), lane(task="a", strand="-")]
    lanes[1].add(100, {"notes": None}, {"yes": 0.5})
    seen, steps = [], steps_of(GROUND, 10, 10)
    total = count_missing(lanes, GROUND, 10)
    while todo := next_windows(lanes, GROUND, steps, 8):
        assert len(todo) <= 8
        for one in todo:
            for task in one.tasks:
                seen.append((task, one.strand, one.start))
                (mine,) = [x for x in lanes if (x.task, x.strand) == (task, one.strand)]
                mine.add(one.start, {"notes": None}, {"yes": 0.5})
    assert len(seen) == len(set(seen)) == total
    assert ("b", "+", 100) not in seen
    assert ("a", "+", 100) in seen
    for each in lanes:
        assert each.starts_now() == list(each.starts(GROUND, 10))
    coarse = list(lanes[0].starts(GROUND, steps[0]))
    assert [s for task, strand, s in seen if (task, strand) == ("a", "+")][: len(coarse)] == coarse


def test_bins_hold_the_least_and_the_most():
    rng = np.random.default_rng(0)
    values = {int(s): float(rng.random()) for s in rng.choice(range(100, 1097), 300, replace=False)}
    region, count = (150, 1003), 97
    low, high = lane(values).bins(region, count, "yes")
    for i in range(count):
        inside = [
            v for s, v in values.items()
            if (s + 20 - region[0]) * count // (region[1] - region[0]) == i
        ]  # fmt: skip
        if inside:
            assert low[i] == round(min(inside) * (NONE - 1))
            assert high[i] == round(max(inside) * (NONE - 1))
        else:
            assert low[i] == high[i] == NONE


def test_peaks_are_the_highest_of_their_runs():
    values = {100: 0.6, 110: 0.9, 120: 0.7, 130: 0.2, 140: 0.5, 150: 0.5, 160: 0.5, 300: 0.8, 400: 0.4}
    assert list(lane(values).peaks("yes", 0.5)) == [(110, 0.9, 3), (150, 0.5, 3), (300, 0.8, 1)]
    assert list(lane({100: 0.9, 200: 0.9}).peaks("yes", 0.5)) == [(100, 0.9, 1), (200, 0.9, 1)]
    assert list(lane().peaks("yes", 0.5)) == []
    assert list(lane(values).peaks("other label", 0.5)) == []


def test_a_click_finds_the_highest_window_near_it():
    made = lane({200: 0.2, 210: 0.9, 220: 0.3, 400: 1.0})
    assert made.near(222, 10, "yes") == 210
    assert made.near(600, 10, "yes") == 580
    assert made.near(100, 0, "yes") == 100
    assert made.near(1136, 0, "yes") == 1097


def test_values_follow_what_is_added_and_the_label():
    made = lane({120: 0.2, 100: 0.1})
    assert made.values("yes")[0].tolist() == [100, 120]
    made.add(110, {"notes": "odd; short"}, {"yes": 0.4, "no": 0.6})
    assert made.values("yes")[1].tolist() == [0.1, 0.4, 0.2]
    assert np.isnan(made.values("no")[1]).tolist() == [True, False, True]
    assert made.notes == {"odd": 1, "short": 1}
