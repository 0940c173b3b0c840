"""The methods give what can be computed on paper."""

import builtins
from unittest import mock

import numpy as np
import pytest
import torch

from chatnt.attribution_methods import METHODS, Problem
from chatnt.errors import MissingExtraError, SequenceError

TEXT = "ACGTTNCA"
WEIGHTS = torch.randn(8, 4, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
TABLE = torch.cat([torch.eye(4), torch.full((1, 4), 0.25)]).double()


def features(texts):
    return torch.stack([TABLE[["ACGTN".index(base) for base in text]] for text in texts])


def linear(x):
    return (x * WEIGHTS).sum((1, 2))


def both(x):
    """An A at place 0 and a C at place 6."""
    return x[:, 0, 0] * x[:, 6, 1]


def problem(forward, *, texts=(TEXT,), baselines=None, **settings):
    usual = {"steps": 16, "window": 1, "batch_size": 5}
    return Problem(
        texts=texts,
        inputs=tuple(features([text]) for text in texts),
        baselines=tuple(baselines or [tuple(features(["N" * len(text)]) for text in texts)]),
        forward=forward,
        features=features,
        spans=tuple([(i, i + 1) for i in range(len(text))] for text in texts),
        **(usual | settings),
    )


def run(name, forward, **settings):
    found = METHODS[name].run(problem(forward, **settings))
    return found.scores[0], found


HERE = (features([TEXT])[0] * WEIGHTS).sum(1).numpy()
MEAN = WEIGHTS.mean(1).numpy()
KNOWN = np.array([base != "N" for base in TEXT])


def test_gradient_x_input_of_a_linear_target_is_its_weights():
    np.testing.assert_allclose(run("gradient_x_input", linear)[0], HERE)


def test_saliency_is_the_steepest_slope():
    np.testing.assert_allclose(run("saliency", linear)[0], WEIGHTS.abs().amax(1))


def test_integrated_gradients_of_a_linear_target_are_differences_from_the_baseline():
    scores, found = run("integrated_gradients", linear)
    np.testing.assert_allclose(scores, HERE - MEAN, atol=1e-12)
    assert found.delta == pytest.approx(0, abs=1e-12)


def test_integrated_gradients_of_two_bases_that_need_each_other_share_the_gain():
    # On the way both shares are 1/4 + 3t/4; the integral of 3/4 (1/4 + 3t/4) is 15/32 for each.
    scores, found = run("integrated_gradients", both)
    np.testing.assert_allclose(scores, [15 / 32, 0, 0, 0, 0, 0, 15 / 32, 0], atol=1e-12)
    assert scores.sum() == pytest.approx(1 - 1 / 16)
    assert found.delta == pytest.approx(0, abs=1e-12)


def test_several_baselines_are_averaged_and_the_worst_error_is_told():
    def steep(x):
        return torch.tanh(9 * linear(x))

    alone = [
        run("integrated_gradients", steep, baselines=[(features([text]),)], steps=4)
        for text in ("TTTTACGT", "NNNNNNNN")
    ]
    both_ways = [(features([text]),) for text in ("TTTTACGT", "NNNNNNNN")]
    scores, found = run("integrated_gradients", steep, baselines=both_ways, steps=4)
    np.testing.assert_allclose(scores, (alone[0][0] + alone[1][0]) / 2)
    assert found.delta == max((each.delta for _, each in alone), key=abs) != 0


def test_occlusion_is_the_mean_loss_of_the_windows_of_a_base():
    given = features([TEXT])
    losses = []
    for start in range(6):
        changed = given.clone()
        changed[:, start : start + 3] = 0.25
        losses.append((both(given) - both(changed)).item())
    expected = [np.mean(losses[max(0, i - 2) : i + 1]) for i in range(8)]
    for size in (1, 4, 100):
        np.testing.assert_allclose(run("occlusion", both, window=3, batch_size=size)[0], expected)


def test_occlusion_of_single_bases_of_a_linear_target_is_exact():
    np.testing.assert_allclose(run("occlusion", linear)[0], HERE - MEAN, atol=1e-12)


def test_a_window_cannot_be_longer_than_a_sequence():
    with pytest.raises(
        SequenceError, match="window=6 is longer than a sequence of 1 base; give a smaller one"
    ):
        run("occlusion", lambda x: x.sum((1, 2)), texts=("A",), window=6)


def test_mutagenesis_gives_each_substitution_and_the_mean_loss():
    for size in (1, 7, 100):
        scores, found = run("in_silico_mutagenesis", linear, batch_size=size)
        changes = (WEIGHTS.numpy() - HERE[:, None]) * KNOWN[:, None]
        np.testing.assert_allclose(found.tables[0], changes, rtol=1e-6, atol=1e-7)
        np.testing.assert_allclose(scores, (HERE * 4 - MEAN * 4) / 3 * KNOWN, atol=1e-12)
        assert found.per_base


@pytest.mark.parametrize("name", METHODS)
def test_of_several_sequences_each_gets_its_own_scores(name):
    def of_the_second(x, y):
        return (y * WEIGHTS[:3]).sum((1, 2))

    alone = run(name, lambda y: of_the_second(None, y), texts=("ACG",))[0]
    found = METHODS[name].run(
        problem(lambda x, y: of_the_second(x, y) + x.sum((1, 2)) * 0, texts=(TEXT, "ACG"))
    )
    assert [len(scores) for scores in found.scores] == [8, 3]
    np.testing.assert_allclose(found.scores[0], 0, atol=1e-12)
    np.testing.assert_allclose(found.scores[1], alone)


def test_without_captum_mutagenesis_is_left():
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("captum"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    with mock.patch.object(builtins, "__import__", without):
        for name in METHODS.keys() - {"in_silico_mutagenesis"}:
            with pytest.raises(MissingExtraError, match=r"pip install \"chatnt\[explain\]\""):
                run(name, linear)
        run("in_silico_mutagenesis", linear)
