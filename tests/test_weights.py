"""Weights are told apart, and told again only when they have changed."""

from unittest import mock

import torch

from chatnt import weights
from chatnt.weights import Fingerprint, fingerprint


def made(seed=0):
    torch.manual_seed(seed)
    return torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))


def test_the_same_weights_have_the_same_fingerprint_and_others_another():
    first = fingerprint(made())
    assert fingerprint(made()) == first
    changes = (
        lambda model: model[0].weight.data[1, 2].mul_(1 + 1e-6),
        lambda model: model[1].running_mean.add_(1e-3),  # a buffer
        lambda model: model.to(torch.bfloat16),
    )
    others = set()
    for change in changes:
        model = made()
        with torch.no_grad():
            change(model)
        others.add(fingerprint(model))
    assert len(others | {first}) == len(changes) + 1


def test_a_fingerprint_is_computed_once_until_something_changes():
    model = made()
    known = Fingerprint(model)
    with mock.patch.object(weights, "fingerprint", wraps=fingerprint) as computed:
        first = known()
        assert (known(), computed.call_count) == (first, 1)
        with torch.no_grad():
            model[0].bias.add_(1.0)  # in place, as an optimiser does it
        assert (known() == fingerprint(model), computed.call_count) == (True, 2)
        model.half()
        assert (known() == fingerprint(model), computed.call_count) == (True, 3)
        model[0].bias = torch.nn.Parameter(torch.zeros(4, dtype=torch.float16))
        assert (known() == fingerprint(model), computed.call_count) == (True, 4)
