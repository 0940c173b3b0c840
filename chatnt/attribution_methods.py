"""How scores are found: gradients, occlusion and mutagenesis, by Captum where it has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.attribution_problem import Found, Method, Problem
from chatnt.differentiable import Inputs
from chatnt.errors import MissingExtraError, SequenceError

BASES = "ACGT"


def gradient_x_input(problem: Problem) -> Found:
    """Multiply the gradient by the input: the slope of the target along the base that is there.

    For tokens it is the gradient along the token's one-hot vector, times that vector, as in the ChatNT
    paper: the embedding is linear in it.

    References
    ----------
    de Almeida, Richard et al. 2025, A multimodal conversational agent for DNA, RNA and protein tasks,
    Nat. Mach. Intell., Methods, "Attribution map calculation"; Simonyan et al. 2014, Deep Inside
    Convolutional Networks, section 3; Captum, `InputXGradient`.
    """
    found = _captum().InputXGradient(problem.forward).attribute(_leaves(problem.inputs))
    return Found([_numpy(x.sum(-1)[0]) for x in found])


def saliency(problem: Problem) -> Found:
    """Take the largest absolute slope of a position over its bases, or over the entries of its vector.

    It is never negative, and says how much could change at a position, not what the base that
    is there does.

    References
    ----------
    Simonyan et al. 2014, Deep Inside Convolutional Networks, section 3.1; Captum, `Saliency`.
    """
    found = _captum().Saliency(problem.forward).attribute(_leaves(problem.inputs), abs=True)
    return Found([_numpy(x.amax(-1)[0]) for x in found])


def integrated_gradients(problem: Problem) -> Found:
    """Integrate the gradient on the straight way from each baseline; scores are means over the baselines.

    They add up to the target less its mean over the baselines; `delta` is the largest error of this.

    References
    ----------
    Sundararajan et al. 2017, Axiomatic Attribution for Deep Networks, sections 3 and 5; Captum,
    `IntegratedGradients`, with Gauss-Legendre nodes.
    """
    method = _captum().IntegratedGradients(problem.forward)
    parts, deltas = [], []
    for baseline, other in zip(problem.baselines, problem.others, strict=True):
        found = method.attribute(
            _leaves(problem.inputs),
            baselines=baseline,
            n_steps=problem.steps,
            internal_batch_size=problem.batch_size,
        )
        parts.append([_numpy(x.sum(-1)[0]) for x in found])
        # Captum's convergence delta, which would run both ends once more.
        deltas.append(_total(parts[-1]) - (problem.value - other))
    return Found(_means(parts), delta=max(deltas, key=abs))


def gradient_shap(problem: Problem) -> Found:
    """Take the mean gradient at random points between random baselines and the sequence.

    It is what integrated gradients from all baselines would give, as a mean of samples, whose error falls
    with the root of their number; `delta` tells how far the scores are from adding up.

    References
    ----------
    Lundberg and Lee 2017, A Unified Approach to Interpreting Model Predictions; Erion et al. 2021, Improving
    performance of deep learning models with axiomatic attribution priors and expected gradients, Nat. Mach.
    Intell. 3:620; Captum, `GradientShap`.
    """
    method = _captum().GradientShap(problem.forward)
    baselines = tuple(map(torch.cat, zip(*problem.baselines, strict=True)))
    parts, counts = [], []
    with _drawing(problem.seed):
        for start in range(0, problem.steps, problem.batch_size):
            counts.append(min(problem.batch_size, problem.steps - start))
            found = method.attribute(
                _leaves(problem.inputs), baselines=baselines, n_samples=counts[-1], stdevs=0.0
            )
            parts.append([_numpy(x.sum(-1)[0]) for x in found])
    scores = [np.average(each, axis=0, weights=counts) for each in zip(*parts, strict=True)]
    return Found(scores, delta=_total(scores) - (problem.value - float(np.mean(problem.others))))


def occlusion(problem: Problem) -> Found:
    """Put each window of a baseline in place of the bases; a base gets the mean loss of its windows.

    References
    ----------
    Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, section 4.2; Captum,
    `Occlusion`.
    """
    method = _captum().Occlusion(problem.forward)
    shapes, parts = _windows(problem), []
    for baseline in problem.baselines:
        with torch.no_grad():
            found = method.attribute(
                problem.inputs,
                sliding_window_shapes=shapes,
                baselines=baseline,
                perturbations_per_eval=problem.batch_size,
            )
        # The same value stands in all channels of a position.
        parts.append([_numpy(x[0, :, 0]) for x in found])
    return Found(_means(parts))


def feature_ablation(problem: Problem) -> Found:
    """Put a baseline in place of each of the windows that lie side by side; all of it have what is lost.

    A window is as long as a motif may be. Unlike in `occlusion` none overlaps another, so there are
    fewer of them, and where they begin matters.

    References
    ----------
    Zeiler and Fergus 2014, Visualizing and Understanding Convolutional Networks, section 4.2; Captum,
    `FeatureAblation`.
    """
    method = _captum().FeatureAblation(problem.forward)
    masks, blocks, first = [], [], 0
    for (width, _), x in zip(_windows(problem), problem.inputs, strict=True):
        numbers = torch.arange(x.shape[1], device=x.device) // width + first
        masks.append(numbers[None, :, None].expand(1, -1, x.shape[2]))
        blocks.append(width)
        first = int(numbers[-1]) + 1
    parts = []
    for baseline in problem.baselines:
        with torch.no_grad():
            found = method.attribute(
                problem.inputs,
                baselines=baseline,
                feature_mask=tuple(masks),
                perturbations_per_eval=problem.batch_size,
            )
        parts.append([_numpy(x[0, :, 0]) for x in found])
    return Found(_means(parts), block=max(blocks))


def in_silico_mutagenesis(problem: Problem) -> Found:
    """Substitute each base by the three others; a base gets the mean loss by its substitutions.

    Letters that are not A, C, G or T are left as they are and get zero.

    References
    ----------
    Zhou and Troyanskaya 2015, Predicting effects of noncoding variants with deep learning-based sequence
    model, Nat. Methods 12:931, "In silico saturated mutagenesis".
    """
    tables = []
    with torch.no_grad():
        for which, text in enumerate(problem.texts):
            table = np.zeros((len(text), 4), np.float64)
            places = [(i, k) for i, base in enumerate(text) if base in BASES for k in _others(base)]
            for some in _batches(places, problem.batch_size):
                mutants = [text[:i] + BASES[k] + text[i + 1 :] for i, k in some]
                rows = [x.expand(len(some), -1, -1) for x in problem.inputs]
                rows[which] = problem.features(mutants)
                table[tuple(zip(*some, strict=True))] = _numpy(problem.forward(*rows)) - problem.value
            tables.append(table)
    scores = [-table.sum(1) / 3 for table in tables]
    return Found(scores, tables=[table.astype(np.float32) for table in tables], per_base=True)


METHODS = {
    "gradient_x_input": Method(gradient_x_input, gradients=True, baseline=False, additive=True),
    "saliency": Method(saliency, gradients=True, baseline=False, additive=False, signed=False),
    "integrated_gradients": Method(integrated_gradients, gradients=True, baseline=True, additive=True),
    "gradient_shap": Method(gradient_shap, gradients=True, baseline=True, additive=True),
    "occlusion": Method(occlusion, gradients=False, baseline=True, additive=False),
    "feature_ablation": Method(feature_ablation, gradients=False, baseline=True, additive=False),
    "in_silico_mutagenesis": Method(in_silico_mutagenesis, gradients=False, baseline=False, additive=False),
}
"""The methods by name."""

REFUSED = {
    "deep_lift": (
        "DeepLIFT has no rules for attention, layer norms and gated layers, of which these models are made: "
        "what Captum gives for the bundled pair misses the change that it should add up to by more than that "
        "change itself on 13 of 15 sequences"
    ),
}
"""Methods that would be wrong here, and why."""


def method_of(name: str) -> Method:
    """Return a method.

    Raises
    ------
    ValueError
        If there is none of that name, or it does not fit these models.
    """
    if name in REFUSED:
        raise ValueError(f"{REFUSED[name]}. Take 'gradient_shap' or 'integrated_gradients' instead.")
    if name not in METHODS:
        raise ValueError(f"There is no method {name!r}; there are {', '.join(METHODS)}.")
    return METHODS[name]


def _captum() -> ModuleType:
    try:
        from captum import attr
    except ImportError as error:
        raise MissingExtraError(
            'This method needs captum, which is not installed: pip install "chatnt[explain]". '
            "Without it there is in_silico_mutagenesis."
        ) from error
    return attr


@contextmanager
def _drawing(seed: int) -> Iterator[None]:
    """Seed what Captum draws from, and leave it as it was."""
    state = np.random.get_state()  # noqa: NPY002 - Captum draws from it
    try:
        np.random.seed(seed)  # noqa: NPY002
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            yield
    finally:
        np.random.set_state(state)  # noqa: NPY002


def _total(scores: list[NDArray[np.float64]]) -> float:
    return float(sum(x.sum() for x in scores))


def _leaves(inputs: Inputs) -> Inputs:
    return tuple(x.detach().clone().requires_grad_() for x in inputs)


def _numpy(x: Tensor) -> NDArray[np.float64]:
    return x.detach().double().cpu().numpy()


def _means(parts: list[list[NDArray[np.float64]]]) -> list[NDArray[np.float64]]:
    return [np.mean(each, axis=0) for each in zip(*parts, strict=True)]


def _windows(problem: Problem) -> tuple[tuple[int, int], ...]:
    """Return the shape of the window on each sequence, in positions and all channels."""
    shapes = []
    for text, spans, x in zip(problem.texts, problem.spans, problem.inputs, strict=True):
        if problem.window > len(text):
            raise SequenceError(
                f"window={problem.window} is longer than a sequence of {len(text)} "
                f"base{'s' * (len(text) != 1)}; give a smaller one, such as window=1."
            )
        widest = max(end - start for start, end in spans)
        shapes.append((min(-(-problem.window // widest), x.shape[1]), x.shape[2]))
    return tuple(shapes)


def _others(base: str) -> list[int]:
    return [k for k, other in enumerate(BASES) if other != base]


def _batches(places: list[tuple[int, int]], size: int) -> Iterator[list[tuple[int, int]]]:
    for start in range(0, len(places), size):
        yield places[start : start + size]
