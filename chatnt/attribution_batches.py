"""Slopes of many sequences at once: what `chatnt.attribute` gives one by one, in one pass for a batch."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from chatnt.attributing import over_bases
from chatnt.attribution_methods import method_of
from chatnt.attribution_problem import Problem
from chatnt.attribution_targets import Target
from chatnt.conversation import Question, Turn
from chatnt.differentiable import AnswerPath, in_float32, undisturbed
from chatnt.dna_readers import BaseReader, Reader
from chatnt.engine import Engine
from chatnt.sequence import DNA

SLOPES = ("gradient_x_input", "saliency")
"""Methods that take one gradient, with which as many sequences fit into a pass as into its memory."""


def slopes_of_each(  # noqa: PLR0913 - what is asked, of what, and how
    engine: Engine,
    question: str,
    sequences: Sequence[str],
    target: Target,
    method: str,
    *,
    batch_size: int = 32,
    advance: Callable[[int], object] = lambda done: None,
) -> list[NDArray[np.float32]]:
    """Score the bases of many sequences, each asked about alone.

    Sequences of one length share a pass. Since no row of a batch changes another, the gradient of
    the sum of their targets along one sequence is that of its own target.

    Parameters
    ----------
    engine
        It is left as it is.
    question
        With one placeholder.
    sequences
        Letters.
    target
        Of `chatnt.attribution_targets.resolve_target`; the same for all.
    method
        One of `SLOPES`.
    batch_size
        Sequences at a time.
    advance
        Called with the number of sequences that are done, after each batch.

    Returns
    -------
    list of array
        For each sequence its scores, of shape (bases,), float32.

    Raises
    ------
    MissingExtraError
        If captum is not installed.
    SequenceTooLongError, SlotError
        As `chatnt.engine.Engine.score`.
    """
    found: dict[int, NDArray[np.float32]] = {}
    with undisturbed(engine.model), torch.inference_mode(False), torch.enable_grad():
        model = in_float32(engine.model)

        def path_of(text: str) -> AnswerPath:
            turns = [Turn(Question(question, (DNA(text),)))]
            return AnswerPath(model, engine.processor, turns, target.answers, reach=target.reach)

        for places in _grouped(range(len(sequences)), lambda i: len(sequences[i])):
            reader = path_of(sequences[places[0]]).reader
            # Among 6-mers an N is a token of its own, so that texts of one length may differ in tokens.
            for alike in _grouped(places, lambda i, reader=reader: len(reader.spans(sequences[i]))):
                path = path_of(sequences[alike[0]])
                for start in range(0, len(alike), batch_size):
                    rows = alike[start : start + batch_size]
                    found |= zip(
                        rows, _slopes(path, [sequences[i] for i in rows], target, method), strict=True
                    )
                    advance(len(rows))
    return [found[i] for i in range(len(sequences))]


def _slopes(path: AnswerPath, texts: list[str], target: Target, method: str) -> list[NDArray[np.float32]]:
    def total(*inputs: Tensor) -> Tensor:
        return target.reduce(path.likelihoods((torch.cat(inputs),))).sum()[None]

    inputs = tuple(x.detach()[None] for x in path.reader.features(texts))
    spans = tuple(path.reader.spans(text) for text in texts)
    how = method_of(method)
    with _held(path.reader, texts):
        scores = how.run(
            Problem(
                texts=tuple(texts),
                inputs=inputs,
                baselines=(),
                forward=total,
                features=path.reader.features,
                spans=spans,
                steps=1,
                window=1,
                batch_size=1,
            )
        ).scores
    return [
        over_bases(score, of_each, len(text), shared=how.additive).astype(np.float32)
        for score, of_each, text in zip(scores, spans, texts, strict=True)
    ]


@contextmanager
def _held(reader: Reader, texts: list[str]) -> Iterator[None]:
    """Hold the parts of the encoder that have no gradient at what they are for each of the texts."""
    with ExitStack() as stack:
        for part in reader.without_gradient() if isinstance(reader, BaseReader) else ():
            features = reader.features(texts)
            with torch.no_grad():
                fixed = part(features, torch.ones(features.shape[:2], dtype=torch.bool).to(features.device))
            # The hook must not see a later part's value.
            hook = part.register_forward_hook(lambda *_, fixed=fixed: fixed)
            stack.callback(hook.remove)
        yield


def _grouped(places: Iterable[int], key: Callable[[int], int]) -> list[list[int]]:
    groups = defaultdict(list)
    for i in places:
        groups[key(i)].append(i)
    return list(groups.values())
