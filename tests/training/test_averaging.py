"""The moving average of the weights."""

import pytest
import torch
from torch import nn

from chatnt.training.averaging import Average


def test_the_average_is_that_of_the_weights():
    weight = nn.Parameter(torch.tensor([4.0]))
    average = Average({"weight": weight}, decay=0.3)
    expected = 4.0
    for step, value in enumerate([1.0, -2.0, 0.5, 3.0]):
        weight.data.fill_(value)
        average.update(step)
        decay = min(0.3, (step + 1) / (step + 10))
        expected = decay * expected + (1 - decay) * value
    assert average.values["weight"].item() == pytest.approx(expected)


def test_it_takes_the_place_of_the_weights_for_a_while():
    weight = nn.Parameter(torch.tensor([4.0]))
    average = Average({"weight": weight}, decay=0.5)
    weight.data.fill_(1.0)
    with average.in_place():
        assert weight.item() == 4.0
        assert average.values["weight"].item() == 1.0
    assert weight.item() == 1.0
    assert average.values["weight"].item() == 4.0


def test_it_goes_back_when_something_fails():
    weight = nn.Parameter(torch.tensor([4.0]))
    average = Average({"weight": weight}, decay=0.5)
    weight.data.fill_(1.0)
    with pytest.raises(RuntimeError, match="no"), average.in_place():
        raise RuntimeError("no")
    assert weight.item() == 1.0


def test_none_costs_nothing():
    weight = nn.Parameter(torch.tensor([4.0]))
    average = Average({"weight": weight}, decay=0.0)
    weight.data.fill_(1.0)
    average.update(0)
    with average.in_place():
        assert weight.item() == 1.0
    assert average.values == {}
