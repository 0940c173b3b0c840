"""Which of several processes this one is."""

from chatnt.processes import Process, this_process


def test_one_process_is_the_first_of_one(monkeypatch):
    for name in ("RANK", "WORLD_SIZE", "LOCAL_RANK"):
        monkeypatch.delenv(name, raising=False)
    assert this_process() == Process(rank=0, count=1, local_rank=0)
    assert this_process().first


def test_a_launcher_tells_which_it_is(monkeypatch):
    for name, value in {"RANK": "5", "WORLD_SIZE": "8", "LOCAL_RANK": "1"}.items():
        monkeypatch.setenv(name, value)
    assert this_process() == Process(rank=5, count=8, local_rank=1)
    assert not this_process().first
