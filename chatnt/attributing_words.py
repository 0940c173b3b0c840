"""Find out which words of a question decide an answer."""

import re
from collections.abc import Sequence

import torch

from chatnt.attribution_methods import METHODS
from chatnt.attribution_parts import PartAttribution
from chatnt.calibrating import HasEngine
from chatnt.conversation import Question, Turn
from chatnt.differentiable import undisturbed
from chatnt.engine import Engine
from chatnt.explained import Explained, Wish
from chatnt.part_results import allowed, at_least_one, engine_of, problem_of, result_of, run
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.word_reading import WordPath, words_of

LEAVE_OUT = "leave_out"
"""The method for words that asks again without each of them."""

_BY_GRADIENTS = tuple(name for name, method in METHODS.items() if method.gradients)


def attribute_words(  # noqa: PLR0913 - what is asked, what is explained, and how
    pair: Engine | HasEngine,
    question: str | Question,
    sequences: DNA | str | Sequence[DNA | str] = (),
    *,
    target: str | None = None,
    against: str | None = None,
    method: str = LEAVE_OUT,
    task: Task | str | None = None,
    answer: str | None = None,
    sentences: int | None = None,
    calibrated: bool = False,
    steps: int = 32,
    batch_size: int = 32,
    seed: int = 0,
) -> PartAttribution:
    """Score how much each word of the question speaks for an answer.

    A pair reads the question twice, in the resampler and in the decoder; a word's score is the sum of both.

    Parameters
    ----------
    pair, question, sequences, target, against, task, answer, sentences, calibrated, batch_size, seed
        As in `chatnt.attribute`.
    method
        ``"leave_out"``: what is lost where the question is asked without the word; or one with gradients
        of `chatnt.attribution_methods.METHODS`, with padding as a baseline.
    steps
        Of integrated gradients; samples of GradientSHAP.

    Returns
    -------
    PartAttribution
        Of words and other signs, in order.

    Raises
    ------
    ChatNTError, ValueError
        As `chatnt.attribute`; ``SlotError`` also if the pair's decoder cannot read vectors in place of words.

    Examples
    --------
    >>> question = "Is there a TATA promoter in <DNA>?"  # doctest: +SKIP
    >>> chatnt.attribute_words(chat, question, dna, target="Yes")  # doctest: +SKIP
    PartAttribution(7 words; promoter against not a promoter, log-odds (natural log) 2.31; leave_out; ...)
    """
    if method != LEAVE_OUT:
        allowed(method, (LEAVE_OUT, *_BY_GRADIENTS), "words")
    wish = Wish(
        target=target, against=against, task=task, answer=answer, sentences=sentences, calibrated=calibrated
    )
    at_least_one(steps=steps, batch_size=batch_size)
    with undisturbed(engine_of(pair).model):
        explained = wish.of(pair, question, sequences, method, gradients=method != LEAVE_OUT)
        text = explained.asked.text
        names = tuple(text[start:end] for start, end in words_of(text))
        if method == LEAVE_OUT:
            value, scores = _left_out(explained)
            return result_of("word", names, explained, method, "", value=value, scores=scores)
        with torch.inference_mode(False):
            path = WordPath(explained.path(), explained.engine.processor, Turn(explained.asked))
            blank = path.blank()
        problem = problem_of(
            path.inputs,
            (blank,),
            lambda *x: explained.target.reduce(path.forward(*x)),
            steps=steps,
            batch_size=batch_size,
            seed=seed,
        )
        found, ends = run(METHODS[method], problem)
        scores = path.over_words([torch.as_tensor(x) for x in found.scores])
        baseline = "padding" if METHODS[method].baseline else ""
        return result_of("word", names, explained, method, baseline, **ends, scores=scores, delta=found.delta)


def _left_out(explained: Explained) -> tuple[float, list[float]]:
    """Return the target for the question, and what it loses without each word."""

    def asked(text: str) -> float:
        path = explained.path(Question(text, explained.asked.sequences))
        return float(explained.target.reduce(path.likelihoods(path.inputs())))

    text = explained.asked.text
    with torch.inference_mode(False), torch.no_grad():
        value = asked(text)
        without = [re.sub(r" +", " ", text[:start] + text[end:]).strip() for start, end in words_of(text)]
        return value, [value - asked(each) for each in without]
