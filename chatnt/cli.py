"""The command ``chatnt``: ask, demo, card, convert."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

from chatnt.conversation import PLACEHOLDER, Answer, Question
from chatnt.errors import ChatNTError
from chatnt.sequence import DNA, read_fasta


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status: 0, or 2 after a clear error."""
    args = _parser().parse_args(arguments)
    try:
        return args.run(args) or 0
    except (ChatNTError, FileNotFoundError) as error:
        print(f"chatnt: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="chatnt", description="Ask in English about DNA.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser(
        "ask",
        help="ask one question",
        description="Ask one question about the records of a FASTA file.",
        epilog='Example: chatnt ask "Is there a TATA promoter in <DNA>?" --fasta promoters.fa',
    )
    ask.add_argument("question", help="English, with <DNA> or @name where a sequence belongs")
    ask.add_argument("--fasta", help="file with the sequences, plain or gzip'd; - reads standard input")
    ask.add_argument("--dna", action="append", default=[], metavar="LETTERS", help="a sequence typed here")
    _add_pair(ask)
    ask.set_defaults(run=_ask)

    demo = commands.add_parser("demo", help="ask the bundled pair about the human beta-globin gene")
    demo.add_argument("--html", type=Path, metavar="FILE", help="also write a page for a browser")
    _add_pair(demo)
    demo.set_defaults(run=_demo)

    card = commands.add_parser("card", help="print what a pair was trained on and how well it does")
    _add_pair(card)
    card.set_defaults(run=_card)

    convert = commands.add_parser("convert", help="convert published weights into a folder that loads fast")
    convert.add_argument("source", type=Path, help="folder of safetensors files, or params.joblib")
    convert.add_argument("target", type=Path, help="folder to write")
    convert.add_argument(
        "--allow-pickle",
        action="store_true",
        help="read params.joblib, which is a pickle: it can run any code, so allow it only for a file you trust",
    )
    convert.set_defaults(run=_convert)
    return parser


def _add_pair(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--pair", default="mini", help="folder or hub name of a pair (default: the bundled one)")


def _ask(args: argparse.Namespace) -> None:
    from chatnt.loading import load

    sequences = [DNA(letters) for letters in args.dna]
    if args.fasta:
        sequences += read_fasta(args.fasta)
    questions = list(_questions(args.question, sequences))
    chat = load(args.pair)
    for question in questions:
        _print(chat.ask(question.text, question.sequences), named=len(questions) > 1)


def _questions(text: str, sequences: list[DNA]) -> Iterator[Question]:
    """One question for all sequences, or for each of them if it has one placeholder."""
    if text.count(PLACEHOLDER) == 1 and "@" not in text and len(sequences) > 1:
        for dna in sequences:
            yield Question.of(text, dna)
    else:
        yield Question.of(text, sequences)


def _print(answer: Answer, *, named: bool) -> None:
    if named:
        dna = answer.question.sequences[0]
        print(f"{dna.name or dna.sequence[:12]}\t", end="")
    print(repr(answer))


def _demo(args: argparse.Namespace) -> None:
    from chatnt.demo import run_demo

    run_demo(args.pair, args.html)


def _card(args: argparse.Namespace) -> None:
    from chatnt.loading import load

    print(load(args.pair).card())


def _convert(args: argparse.Namespace) -> None:
    from chatnt.model.convert import convert_jax, convert_torch

    if args.source.is_dir():
        conversion = convert_torch(args.source)
    else:
        conversion = convert_jax(args.source, allow_pickle=args.allow_pickle)
    print(f"Wrote {conversion.save(args.target)}")


if __name__ == "__main__":
    sys.exit(main())
