"""The command ``chatnt explain``: which bases decide an answer."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, cast

from chatnt.cli_common import add_bits, add_pair, each_question, load_pair, positive
from chatnt.errors import ChatNTError, DataError
from chatnt.sequence import read_fasta

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from chatnt.assistant import Assistant
    from chatnt.attribution import Attribution
    from chatnt.conversation import Question

_TABLES = {".tsv": "\t", ".csv": ","}
_PICTURES = (".png", ".svg", ".pdf")
_SINGLE = (".npz", *_PICTURES)
"""Files that hold one question."""
_MOST = 150
"""Bases whose letters can be read in a picture."""


def add_explain(commands: "argparse._SubParsersAction") -> None:
    """Add the command."""
    text = "score how much each base of a sequence speaks for an answer"
    explain = commands.add_parser(
        "explain",
        help=text,
        description=f"{text.capitalize()}; with one <DNA>, for each record of a FASTA file.",
        epilog='Example: chatnt explain "Is there a TATA promoter in <DNA>?" promoter.fa --out why.png',
    )
    explain.add_argument("question", help="English, with <DNA> or @name where a sequence belongs")
    explain.add_argument("fasta", help="file with the sequences, plain or gzip'd; - reads standard input")
    explain.add_argument(
        "--target",
        metavar="NAME",
        help="what to explain: a label, Yes, No, answer, first_token or value (default: what is answered)",
    )
    explain.add_argument("--against", metavar="NAME", help="another label (default: all others)")
    _add_method(explain)
    explain.add_argument("--task", metavar="NAME", help="what the question is about (default: recognised)")
    explain.add_argument(
        "--calibrated", action="store_true", help="explain the calibrated probability, not log-odds"
    )
    explain.add_argument(
        "--start", type=int, default=0, metavar="N", help="first base of a picture, from 0 (default: 0)"
    )
    explain.add_argument(
        "--end", type=int, metavar="N", help="base behind the last of a picture (default: the end)"
    )
    explain.add_argument(
        "--out", type=Path, metavar="FILE", help="to write: .tsv, .csv, .bedgraph, .npz, .png, .svg or .pdf"
    )
    add_pair(explain)
    add_bits(explain)
    explain.set_defaults(run=_explain)


def _add_method(explain: argparse.ArgumentParser) -> None:
    explain.add_argument(
        "--method",
        default="integrated_gradients",
        metavar="NAME",
        help="such as in_silico_mutagenesis (default: integrated_gradients)",
    )
    explain.add_argument(
        "--baseline",
        default="N",
        metavar="NAME",
        help="what bases are compared with: N, shuffled or letters (default: N)",
    )
    explain.add_argument(
        "--steps",
        type=positive,
        default=32,
        metavar="N",
        help="of integrated gradients, from the baseline to the sequence (default: 32)",
    )
    explain.add_argument(
        "--window",
        type=positive,
        default=6,
        metavar="N",
        help="bases that occlusion and ablation take away at once (default: 6)",
    )


def _explain(args: argparse.Namespace) -> None:
    questions = list(each_question(args.question, read_fasta(args.fasta)))
    _check(args.out, len(questions))
    chat = load_pair(args.pair, args.decoder_bits)
    found = []
    for question in questions:
        found.append(_explained(chat, question, args))
        if len(questions) > 1:
            print(f"{found[-1].names[0]}\t", end="")
        print(repr(found[-1]))
    if args.out:
        _write(args.out, found, args.start, args.end)


def _explained(chat: "Assistant", question: "Question", args: argparse.Namespace) -> "Attribution":
    from chatnt.attributing import attribute

    try:
        return attribute(
            chat,
            question,
            target=args.target,
            against=args.against,
            method=args.method,
            baseline=args.baseline,
            task=args.task,
            calibrated=args.calibrated,
            steps=args.steps,
            window=args.window,
        )
    except ValueError as error:
        if isinstance(error, ChatNTError):
            raise
        raise DataError(str(error)) from error


def _check(out: Path | None, questions: int) -> None:
    """Refuse a file that cannot be written, before the work."""
    if out is None:
        return
    known = (*_TABLES, ".bedgraph", *_SINGLE)
    if out.suffix not in known:
        raise DataError(f"--out {out}: the ending must be one of {', '.join(known)}.")
    if out.suffix in _SINGLE and questions > 1:
        raise DataError(
            f"--out {out}: {questions} records are explained, and such a file holds one; give "
            "one record, or write .tsv or .bedgraph."
        )
    out.parent.mkdir(parents=True, exist_ok=True)


def _write(out: Path, found: "Sequence[Attribution]", start: int, end: int | None) -> None:
    if out.suffix in _TABLES:
        import pandas as pd

        table = pd.concat([each.to_frame() for each in found], ignore_index=True)
        table.to_csv(out, sep=_TABLES[out.suffix], index=False)
    elif out.suffix == ".bedgraph":
        out.write_text("".join(each.to_bedgraph() for each in found), encoding="utf-8")
    elif out.suffix == ".npz":
        found[0].save(out)
    else:
        _draw(out, found[0], start, end)


def _draw(out: Path, attribution: "Attribution", start: int, end: int | None) -> None:
    """Draw the first sequence, of a long one the part around the strongest base unless a part is named."""
    from chatnt.plots import logo

    length = len(attribution.sequences[0])
    if end is None and start == 0 and length > _MOST:
        strongest = int(abs(attribution.scores[0]).argmax())
        start = min(max(0, strongest - _MOST // 2), length - _MOST)
        end = start + _MOST
    ax = logo(attribution, start=start, end=end)
    cast("Figure", ax.figure).savefig(out, dpi=150)
