"""Which device a process computes on; GPUs are stood in for."""

import pytest
import torch

from chatnt.cli_common import load_pair
from chatnt.devices import own_device


@pytest.fixture
def two_gpus(monkeypatch):
    """Stand in for a machine with two GPUs."""
    monkeypatch.delenv("ACCELERATE_USE_CPU", raising=False)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)


@pytest.mark.parametrize(("local_rank", "device"), [(None, "cuda:0"), ("1", "cuda:1"), ("2", "cuda:0")])
def test_each_process_has_its_own_gpu(two_gpus, monkeypatch, local_rank, device):
    if local_rank is None:
        monkeypatch.delenv("LOCAL_RANK", raising=False)
    else:
        monkeypatch.setenv("LOCAL_RANK", local_rank)
    assert own_device() == device


def test_gpus_are_left_aside_where_that_is_told(two_gpus, monkeypatch):
    monkeypatch.setenv("ACCELERATE_USE_CPU", "True")
    assert own_device() == "cpu"


def test_without_a_gpu_it_is_the_processor(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert own_device() == "cpu"


def test_a_command_that_uses_a_gpu_puts_the_pair_there(two_gpus, monkeypatch):
    monkeypatch.setenv("LOCAL_RANK", "1")
    given = []
    monkeypatch.setattr("chatnt.loading.load", lambda pair, **settings: given.append(settings["device_map"]))
    load_pair("a pair", on_gpu=True)
    load_pair("a pair")
    assert given == ["cuda:1", None]
