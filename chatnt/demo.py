"""The main job on a real gene: questions about human beta-globin, on screen and as a page."""

import dataclasses
import html
import random
from importlib.resources import as_file, files
from pathlib import Path
from string import Template

from transformers.utils import logging

from chatnt.assistant import Assistant
from chatnt.conversation import Answer
from chatnt.loading import load
from chatnt.sequence import DNA, read_fasta

TATA_BOX, START, DONOR, ACCEPTOR = (128, 135), 160, 302, 432
"""Positions in the bundled beta-globin record, 0-based and half-open: the TATA box, the start of
transcription, the first base of intron 1, the first base of exon 2 (GenBank U01317)."""

PROMOTER_QUESTION = "Is there a TATA promoter in <DNA>?"
SPLICE_QUESTION = "Which splice site is in <DNA>: a donor, an acceptor or none?"


@dataclasses.dataclass(frozen=True)
class Case:
    """Hold one question of the demo and what is known of its answer.

    Parameters
    ----------
    title
        What the sequence is.
    known
        The public facts, in one line.
    question
        What is asked.
    dna
        The sequence.
    expected
        The label that the facts imply; `None` for a question that should be refused.
    mark
        Start and end of the element in `dna`, to show.
    """

    title: str
    known: str
    question: str
    dna: DNA
    expected: str | None
    mark: tuple[int, int] | None = None


def beta_globin() -> DNA:
    """Return the bundled record: the human HBB gene from promoter to intron 2."""
    with as_file(files("chatnt") / "data" / "human_beta_globin.fa") as path:
        return read_fasta(path)[0]


def window(dna: DNA, centre: int, before: int, after: int) -> DNA:
    """Cut `before` bases before and `after` bases from a centre on, with N beyond the ends.

    Examples
    --------
    >>> window(DNA("ACGT"), 1, before=3, after=2).sequence
    'NNACG'
    """
    start, end = centre - before, centre + after
    inside = dna.sequence[max(0, start) : end]
    missing = max(0, end - len(dna))
    return dataclasses.replace(dna, sequence="N" * max(0, -start) + inside + "N" * missing)


def cases() -> list[Case]:
    """Return the questions of the demo, with and without the element that they ask about."""
    gene = beta_globin()
    promoter = window(gene, START, before=249, after=51)
    shift = 249 - START
    box = (TATA_BOX[0] + shift, TATA_BOX[1] + shift)
    shuffled = "N" * shift + "".join(random.Random(0).sample(promoter.sequence[shift:], 300 - shift))
    return [
        Case(
            "Promoter of HBB",
            f"TATA box CATAAAA {START - TATA_BOX[0]} bases before the start of transcription",
            PROMOTER_QUESTION, promoter, "promoter", box,
        ),
        Case(
            "The same bases in random order",
            "no TATA box in its place, nothing to start from",
            PROMOTER_QUESTION, dataclasses.replace(promoter, sequence=shuffled), "not a promoter",
        ),
        Case(
            "Inside HBB, intron 1 and exon 2",
            "no start of transcription",
            PROMOTER_QUESTION, window(gene, 650, before=249, after=51), "not a promoter",
        ),
        Case(
            "End of exon 1 of HBB",
            "donor site, the GT that begins intron 1 in the middle",
            SPLICE_QUESTION, window(gene, DONOR, before=200, after=200), "donor", (200, 202),
        ),
        Case(
            "Start of exon 2 of HBB",
            "acceptor site, the AG that ends intron 1 before the middle",
            SPLICE_QUESTION, window(gene, ACCEPTOR, before=200, after=200), "acceptor", (198, 200),
        ),
        Case(
            "Middle of intron 1 of HBB",
            "no splice site in the middle",
            SPLICE_QUESTION, window(gene, (DONOR + ACCEPTOR) // 2, before=200, after=200), "neither",
        ),
        Case(
            "A question that the pair was not trained on",
            "it should say so",
            "Which transcription factor binds <DNA>?", promoter, None,
        ),
    ]  # fmt: skip


def run_demo(pair: str = "mini", page: Path | None = None) -> None:
    """Ask all questions, print them with their answers, and write the page if one is named."""
    logging.disable_progress_bar()  # it takes longer to read than the pair to load
    chat = load(pair)
    answered = [(case, chat.ask(case.question, case.dna)) for case in cases()]
    for case, answer in answered:
        print(f"\n{case.title} ({case.known})\n  Q: {case.question}\n  A: {answer!r}")
        print(f"     {verdict(case, answer)[0]}")
    if page is not None:
        page.write_text(render(chat, pair, answered))
        print(f"\nWrote {page}; open it in a browser.")


def verdict(case: Case, answer: Answer) -> tuple[str, bool]:
    """Say in words whether an answer agrees with the facts, and whether it does."""
    if case.expected is None:
        return ("right to refuse", True) if not answer.in_scope else ("wrong: should have refused", False)
    agrees = answer.label == case.expected
    return (f"{'right' if agrees else 'wrong'}: known to be {case.expected}"), agrees


def render(chat: Assistant | str, pair: str, answered: list[tuple[Case, Answer]]) -> str:
    """Return the page as HTML, complete in itself."""
    template = Template((files("chatnt") / "data" / "demo.html").read_text())
    return template.substitute(
        pair=html.escape(f"{pair}: {chat}"),
        sections="\n".join(_section(case, answer) for case, answer in answered),
        right=sum(verdict(case, answer)[1] for case, answer in answered),
        judged=len(answered),
    )


def _section(case: Case, answer: Answer) -> str:
    words, agrees = verdict(case, answer)
    return (
        f"<section><h2>{html.escape(case.title)}</h2>"
        f"<div class='known'>Known: {html.escape(case.known)}.</div>"
        f"<p class='question'>{html.escape(case.question)}</p>"
        f"<p class='answer'>{html.escape(answer.text)}</p>"
        f"{_meter(answer)}<div class='verdict {'right' if agrees else 'wrong'}'>{html.escape(words)}</div>"
        f"<details><summary>{len(case.dna):,} bases</summary><pre>{_marked(case)}</pre></details></section>"
    )


def _meter(answer: Answer) -> str:
    if answer.probability is None:
        return ""
    return (
        f"<div class='meter'><div class='bar'><span style='width:{answer.probability:.0%}'></span></div>"
        f"{html.escape(answer.remark)}</div>"
    )


def _marked(case: Case) -> str:
    letters = case.dna.sequence
    if case.mark is None:
        return letters
    start, end = case.mark
    return f"{letters[:start]}<mark>{letters[start:end]}</mark>{letters[end:]}"
