"""Find out how an answer changes from one allele to another, and which bases it hangs on."""

import dataclasses
from collections.abc import Iterator
from functools import partial

import numpy as np

from chatnt.allele_scores import AlleleScorer, Pair
from chatnt.attributing import attribute
from chatnt.attribution import Attribution
from chatnt.attribution_methods import METHODS
from chatnt.attribution_question import recognised_task
from chatnt.comparison import Comparison, StrandEffect
from chatnt.conversation import Question
from chatnt.errors import SequenceError, TaskError
from chatnt.sequence import DNA, as_dna
from chatnt.tasks import Task

_MAPS = ("reference_map", "alternative_map", "shares")


def compare(  # noqa: PLR0913 - what is asked, of what, and how
    pair: Pair,
    question: str,
    reference: DNA | str,
    alternative: DNA | str,
    *,
    target: str | None = None,
    against: str | None = None,
    task: Task | str | None = None,
    both_strands: bool = False,
    maps: bool = True,
    method: str = "integrated_gradients",
    sentences: int | None = None,
    steps: int = 32,
    batch_size: int = 32,
) -> Comparison:
    """Ask the same of a reference and of an alternative, and compare.

    Parameters
    ----------
    pair
        An assistant.
    question
        English, with one ``<DNA>``.
    reference, alternative
        One sequence each. For an insertion or deletion they may differ in length; to see the variant and
        not a shift of the site, keep the site where the task has it (`chatnt.Assistant.variants` does).
    target, against
        As in `chatnt.attribute`. Default: the number of a task that asks for one; of two labels the
        second, which says that something is there; of more labels the one whose log-odds change most.
    task
        What the question asks, or its name. Default: what the pair's scope recognises.
    both_strands
        Ask about the reverse complements, too.
    maps
        Also find out which bases speak for the target in both, and which share the change.
    method
        Of the maps, see `chatnt.attribute`.
    sentences
        How many training sentences of each label are scored; default all.
    steps
        Of integrated gradients.
    batch_size
        Sequences at a time.

    Returns
    -------
    Comparison

    Raises
    ------
    MissingExtraError
        If the method needs captum, which is not installed; leave the maps out with ``maps=False``.
    OutOfScopeError
        If the pair was not trained on such questions, and no task is named.
    PlaceholderError
        If the question has not one placeholder.
    SequenceError
        If a sequence is not DNA or RNA, there are several where one is wanted, both are the same, or one is
        too long for the encoder.
    TaskError
        If the target is none of the task, or the task is not known.
    UnknownTaskError
        If there is no task of that name.
    ValueError
        If there is no such method, or a number is out of range.

    Examples
    --------
    >>> mutant = promoter[:218] + "G" + promoter[219:]  # doctest: +SKIP
    >>> chat.compare("Is there a TATA promoter in <DNA>?", promoter, mutant)  # doctest: +SKIP
    """
    if method not in METHODS:
        raise ValueError(f"There is no method {method!r}; there are {', '.join(METHODS)}.")
    counted = 1 if sentences is None else sentences
    for name, number in (("batch_size", batch_size), ("sentences", counted), ("steps", steps)):
        if number < 1:
            raise ValueError(f"{name}={number} must be at least 1.")
    alleles = _two(reference, alternative)
    known = recognised_task(pair, Question(question, alleles[:1]), task, needed=True)
    if known is None:
        raise TaskError("The pair does not recognise tasks; name what the question asks with task=...")
    scorer = AlleleScorer(
        pair, known, question, target=target, against=against, sentences=sentences, batch_size=batch_size
    )
    strands, which = _effects(scorer, alleles, "+-" if both_strands else "+")
    wanted = scorer.targets[which]
    calibration = "" if scorer.calibration is None else scorer.calibration.summary
    found = Comparison(
        question, known.name, wanted.name, wanted.against, wanted.unit, *alleles, strands, calibration,
        notes=scorer.notes,
    )  # fmt: skip
    if not maps:
        return found
    about = partial(
        attribute,
        pair,
        question,
        target=wanted.name,
        against=against,
        method=method,
        task=known,
        sentences=sentences,
        steps=steps,
        batch_size=batch_size,
    )
    drawn = [about(each) for each in alleles]
    if len(alleles[0]) == len(alleles[1]) and METHODS[method].baseline:
        drawn.append(about(alleles[1], baseline=alleles[0], window=1))
    notes = (*scorer.notes, *_doubts(drawn))
    return dataclasses.replace(found, **dict(zip(_MAPS, drawn, strict=False)), notes=notes)


def _two(reference: DNA | str, alternative: DNA | str) -> tuple[DNA, DNA]:
    """Return the alleles, of which there is one each."""
    for name, given in (("reference", reference), ("alternative", alternative)):
        if not isinstance(given, DNA | str):
            several = f" with {len(given)} entries" if isinstance(given, list | tuple) else ""
            raise SequenceError(
                f"The {name} is a {type(given).__name__}{several}, expected one sequence, as DNA or letters; "
                "compare one pair of alleles at a time."
            )
    alleles = as_dna(reference), as_dna(alternative)
    if str(alleles[0]) == str(alleles[1]):
        raise SequenceError(
            f"The reference and the alternative are the same {len(alleles[0]):,} bases, so nothing can "
            "change; give two that differ."
        )
    return alleles


def _effects(
    scorer: AlleleScorer, alleles: tuple[DNA, DNA], strands: str
) -> tuple[tuple[StrandEffect, ...], int]:
    """Return the effects on each strand, and which target they are about."""
    read = [[dna if s == "+" else dna.reverse_complement() for dna in alleles] for s in strands]
    found = scorer([str(dna) for both in read for dna in both])
    scores = found.scores.reshape(len(read), 2, -1)
    which = int(np.abs(scores[0, 1] - scores[0, 0]).argmax())
    labels = scorer.task.labels
    chances = [dict(zip(labels, row, strict=False)) for row in found.chances.tolist()]
    effects = [
        StrandEffect(strand, *scores[i, :, which].tolist(), *chances[2 * i : 2 * i + 2])
        for i, strand in enumerate(strands)
    ]
    return tuple(effects), which


def _doubts(maps: list[Attribution]) -> Iterator[str]:
    """Yield each reason to doubt the maps once."""
    for note in dict.fromkeys(note for each in maps for note in each.notes):
        yield f"maps: {note}"
