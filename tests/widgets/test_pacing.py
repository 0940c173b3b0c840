"""What changes often is passed on seldom."""

import threading

from chatnt.widgets.pacing import Paced


def test_values_within_a_pause_are_left_out_but_never_the_last():
    seen, late = [], threading.Event()

    def act(value):
        seen.append(value)
        if value == 99:
            late.set()

    with Paced(act, 0.2) as tell:
        for value in range(100):
            tell(value)
        assert late.wait(10)
    assert seen[0] == 0
    assert seen[-1] == 99
    assert len(seen) < 50
    assert seen == sorted(seen)


def test_after_the_end_nothing_comes():
    seen = []
    with Paced(seen.append, 60) as tell:
        tell("a")
        tell("b")
        timer = tell._timer
    timer.join(10)
    tell._later()
    assert seen == ["a"]
