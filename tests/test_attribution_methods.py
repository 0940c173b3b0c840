"""The methods give what can be computed on paper."""

import builtins
from unittest import mock

import numpy as np
import pytest
import torch

from chatnt.attribution_methods import METHODS, method_of
from chatnt.attribution_problem import Problem
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


def test_gradient_shap_of_a_linear_target_is_exact_whatever_is_drawn():
    for size in (1, 5, 100):
        scores, found = run("gradient_shap", linear, batch_size=size, seed=size)
        np.testing.assert_allclose(scores, HERE - MEAN, atol=1e-12)
        assert found.delta == pytest.approx(0, abs=1e-12)


def test_gradient_shap_comes_near_to_integrated_gradients_and_is_seeded():
    scores, found = run("gradient_shap", both, steps=4000, batch_size=500)
    np.testing.assert_allclose(scores, [15 / 32, 0, 0, 0, 0, 0, 15 / 32, 0], atol=0.02)
    assert found.delta == pytest.approx(scores.sum() - 15 / 16)
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - it is to be left as it was
    first, again, other = (run("gradient_shap", both, steps=7, seed=seed)[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert not np.allclose(first, other)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_gradient_shap_draws_from_all_baselines():
    baselines = [(features([text]),) for text in ("TTTTACGT", "NNNNNNNN")]
    scores, _ = run("gradient_shap", linear, baselines=baselines, steps=4000, batch_size=1000)
    ends = np.mean([(WEIGHTS * (features([TEXT])[0] - b[0][0])).sum(1).numpy() for b in baselines], axis=0)
    np.testing.assert_allclose(scores, ends, atol=0.15)


def test_ablation_gives_each_window_its_loss():
    given = features([TEXT])
    losses = []
    for start in (0, 3, 6):
        changed = given.clone()
        changed[:, start : start + 3] = 0.25
        losses.append((both(given) - both(changed)).item())
    for size in (1, 2, 100):
        scores, found = run("feature_ablation", both, window=3, batch_size=size)
        np.testing.assert_allclose(scores, np.repeat(losses, 3)[:8], atol=1e-12)
        assert found.block == 3


def test_windows_of_two_sequences_are_taken_away_one_by_one():
    problem_of_two = problem(lambda x, y: both(x) * y[:, 0, 0], texts=(TEXT, "AC"), window=2)
    found = METHODS["feature_ablation"].run(problem_of_two)
    np.testing.assert_allclose(found.scores[0], [0.75, 0.75, 0, 0, 0, 0, 0.75, 0.75])
    np.testing.assert_allclose(found.scores[1], [0.75, 0.75])


def test_deep_lift_is_refused_with_the_reason():
    with pytest.raises(ValueError, match=r"DeepLIFT has no rules for attention.*Take 'gradient_shap'"):
        method_of("deep_lift")


def test_on_a_network_known_on_paper_all_is_as_captum_gives_it():
    """A rectified sum: y = max(0, A at 0 + C at 6 - 1), from a baseline with neither."""
    attr = pytest.importorskip("captum.attr")

    def net(x):
        return torch.relu(x[:, 0, 0] + x[:, 6, 1] - 1)

    nothing = (torch.zeros(1, 8, 4, dtype=torch.float64),)
    usual = {"baselines": [nothing], "steps": 200}
    x = features([TEXT])
    theirs = attr.IntegratedGradients(net)
    expected, delta = theirs.attribute(
        x.clone().requires_grad_(), baselines=nothing[0], n_steps=200, return_convergence_delta=True
    )
    scores, found = run("integrated_gradients", net, **usual)
    np.testing.assert_allclose(scores, expected.sum(-1)[0].detach(), atol=1e-12)
    assert found.delta == pytest.approx(float(delta), abs=1e-9)
    # Half of the way is dead; the rest has the slope 1 in both: each base has a half.
    np.testing.assert_allclose(scores[[0, 6]], 0.5, atol=0.01)
    scores, _ = run("gradient_x_input", net)
    np.testing.assert_allclose(scores, [1, 0, 0, 0, 0, 0, 1, 0])
    np.testing.assert_allclose(
        scores, attr.InputXGradient(net).attribute(x.requires_grad_()).sum(-1)[0].detach()
    )
    # Without either base nothing is left of 1; both alone lose it all.
    scores, _ = run("occlusion", net, baselines=[nothing])
    np.testing.assert_allclose(scores, [1, 0, 0, 0, 0, 0, 1, 0])
    scores, found = run("in_silico_mutagenesis", net)
    np.testing.assert_allclose(scores, [1, 0, 0, 0, 0, 0, 1, 0])


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
