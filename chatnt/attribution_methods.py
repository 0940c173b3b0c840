"""How scores are found: gradients, occlusion and mutagenesis, by Captum where it has them."""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.differentiable import Inputs
from chatnt.errors import MissingExtraError, SequenceError

BASES = "ACGT"


@dataclasses.dataclass(frozen=True)
class Problem:
    """Hold what a method needs.

    Attributes
    ----------
    texts
        The letters of each sequence.
    inputs
        What the encoder computes with, in one row.
    baselines
        One or several of the same shapes.
    forward
        Makes the target, of shape (rows,), of inputs with any number of rows.
    features
        Makes inputs of letters: Tensor of shape (texts, positions, channels).
    spans
        The bases of each position of each sequence, 0-based and half-open.
    steps
        Of an integral.
    window
        Bases that are taken away at once.
    batch_size
        Rows at a time.
    """

    texts: tuple[str, ...]
    inputs: Inputs
    baselines: tuple[Inputs, ...]
    forward: Callable[..., Tensor]
    features: Callable[[Sequence[str]], Tensor]
    spans: tuple[list[tuple[int, int]], ...]
    steps: int
    window: int
    batch_size: int


@dataclasses.dataclass(frozen=True)
class Found:
    """Hold what a method gives.

    Attributes
    ----------
    scores
        Of each sequence, an array of shape (positions,), or (bases,) with `per_base`.
    delta
        How far the scores are from adding up, for methods that promise it.
    tables
        Of each sequence, of shape (bases, 4): the change of the target by each substitution.
    per_base
        Whether scores are of bases, whatever the encoder reads.
    """

    scores: list[NDArray[np.float64]]
    delta: float | None = None
    tables: list[NDArray[np.float32]] | None = None
    per_base: bool = False


@dataclasses.dataclass(frozen=True)
class Method:
    """Describe a method.

    Attributes
    ----------
    run
        Finds the scores.
    gradients
        Whether it needs gradients, which some parts of an encoder do not have.
    baseline
        Whether it compares with a baseline.
    additive
        Whether its scores are shares of a sum, so that the bases of a token share the token's.
    signed
        Whether its scores say which way a base moves the target.
    """

    run: Callable[[Problem], Found]
    gradients: bool
    baseline: bool
    additive: bool
    signed: bool = True


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
    for baseline in problem.baselines:
        found, delta = method.attribute(
            _leaves(problem.inputs),
            baselines=baseline,
            n_steps=problem.steps,
            internal_batch_size=problem.batch_size,
            return_convergence_delta=True,
        )
        parts.append([_numpy(x.sum(-1)[0]) for x in found])
        deltas.append(float(delta))
    return Found(_means(parts), delta=max(deltas, key=abs))


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
        value = float(problem.forward(*problem.inputs))
        for which, text in enumerate(problem.texts):
            table = np.zeros((len(text), 4), np.float64)
            places = [(i, k) for i, base in enumerate(text) if base in BASES for k in _others(base)]
            for some in _batches(places, problem.batch_size):
                mutants = [text[:i] + BASES[k] + text[i + 1 :] for i, k in some]
                rows = [x.expand(len(some), -1, -1) for x in problem.inputs]
                rows[which] = problem.features(mutants)
                table[tuple(zip(*some, strict=True))] = _numpy(problem.forward(*rows)) - value
            tables.append(table)
    scores = [-table.sum(1) / 3 for table in tables]
    return Found(scores, tables=[table.astype(np.float32) for table in tables], per_base=True)


METHODS = {
    "gradient_x_input": Method(gradient_x_input, gradients=True, baseline=False, additive=True),
    "saliency": Method(saliency, gradients=True, baseline=False, additive=False, signed=False),
    "integrated_gradients": Method(integrated_gradients, gradients=True, baseline=True, additive=True),
    "occlusion": Method(occlusion, gradients=False, baseline=True, additive=False),
    "in_silico_mutagenesis": Method(in_silico_mutagenesis, gradients=False, baseline=False, additive=False),
}
"""The methods by name."""


def _captum() -> ModuleType:
    try:
        from captum import attr
    except ImportError as error:
        raise MissingExtraError(
            'This method needs captum, which is not installed: pip install "chatnt[explain]". '
            "Without it there is in_silico_mutagenesis."
        ) from error
    return attr


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
