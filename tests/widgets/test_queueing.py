"""A long job in pieces, and what is done in between."""

import threading

import pytest

from chatnt.widgets.queueing import QueueingWidget


class Counting(QueueingWidget):
    def __init__(self):
        self.left, self.done, self.told = [], [], []
        self.gate = threading.Event()
        self.gate.set()
        super().__init__()

    def _next(self):
        return self.left[:2]

    def _do(self, piece):
        self.gate.wait(20)
        if "bad" in piece:
            raise ValueError("a bad piece")
        del self.left[:2]
        self.done += piece
        return len(piece)

    def _progressed(self, done, seconds):
        self.told.append(done)


def test_a_job_is_done_in_pieces_and_what_is_urgent_comes_between():
    job = Counting()
    job.left = [1, 2, 3, 4, 5]
    job.gate.clear()
    job._soon()
    job._soon(lambda _stop: job.done.append("urgent"))
    job.gate.set()
    job.wait()
    assert sorted(map(str, job.done)) == ["1", "2", "3", "4", "5", "urgent"]
    assert job.done.index("urgent") <= 2
    assert job.told[-1] == 5
    assert job.status == "done"


def test_it_starts_again_after_its_end_its_stop_and_an_error():
    job = Counting()
    job.left = [1]
    job._soon()
    job.wait()
    job.left = ["bad"]
    job._soon()
    with pytest.raises(ValueError, match="a bad piece"):
        job.wait()
    assert job.status == "error"
    job.left, job.done = [1, 2, 3, 4], []
    job.gate.clear()
    job._soon()
    job.stop()
    job.gate.set()
    job.wait()
    assert job.done == [1, 2]
    assert job.status == "idle"
    job._soon(lambda _stop: job.done.append("urgent"))
    job.wait()
    assert job.done == [1, 2, "urgent", 3, 4]


def test_many_threads_may_ask_for_something():
    job = Counting()
    for _ in range(20):
        threads = [
            threading.Thread(target=job._soon, args=(lambda _stop: job.done.append("urgent"),))
            for _ in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    job.wait()
    assert len(job.done) == 160
    assert job.error == ""
