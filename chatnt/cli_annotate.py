"""The command ``chatnt annotate``: questions about every record of a file, and a table of the answers."""

import argparse
import sys
import warnings
from pathlib import Path

from chatnt.cli_common import add_bits, add_longest, add_pair, load_pair, positive
from chatnt.errors import DataError
from chatnt.processes import this_process


def add_annotate(commands: "argparse._SubParsersAction") -> None:
    """Add the command."""
    text = "ask about every record of a file, and make a table"
    parser = commands.add_parser(
        "annotate",
        help=text,
        description=f"{text.capitalize()}. Killed and started again in the same way, it goes on. Started by "
        "torchrun or accelerate, several processes share the work, each with its own GPU if there are some.",
        epilog="Example: chatnt annotate regions.fa.gz --ask promoter_tata h3 --out table.tsv --no-text",
    )
    text = "FASTA file (plain or gzip'd; - reads standard input), a folder of them, or a BED file"
    parser.add_argument("source", help=text)
    parser.add_argument(
        "--ask",
        nargs="+",
        required=True,
        metavar="QUESTION",
        help="names of tasks, or questions with one <DNA>",
    )
    parser.add_argument("--genome", metavar="FASTA", help="what the intervals of a BED file refer to")
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="table to write: .tsv, .parquet or .bed (default: printed)"
    )
    parser.add_argument(
        "--window", type=positive, metavar="N", help="longest part to ask about (default: the task's)"
    )
    parser.add_argument(
        "--stride", type=positive, metavar="N", help="bases from window to window (default: the window)"
    )
    text = "ask about the strand as given, or both (default: given)"
    parser.add_argument("--strands", choices=("given", "both"), default="given", help=text)
    parser.add_argument(
        "--no-text",
        dest="text",
        action="store_false",
        help="write no answers, score the labels alone, which is several times faster",
    )
    parser.add_argument("--constrained", action="store_true", help="allow only answers that state something")
    add_longest(parser)
    text = "list records that cannot be read, or stop at the first (default: report)"
    parser.add_argument("--errors", choices=("report", "raise"), default="report", help=text)
    parser.add_argument("--overwrite", action="store_true", help="begin the file anew, whatever is there")
    parser.add_argument(
        "--batch-size", type=positive, default=64, metavar="N", help="windows at a time (default: 64)"
    )
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")
    add_pair(parser)
    add_bits(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from chatnt.annotations import as_tsv

    process = this_process()
    if process.count > 1 and (args.out is None or args.source == "-"):
        missing = (
            "write to a file: name it with --out" if args.out is None else "read a file, not standard input"
        )
        raise DataError(f"{process.count} processes run this together, so they have to {missing}.")
    names = ("out", "genome", "window", "stride", "strands", "text", "constrained", "errors", "overwrite")
    settings = {name: getattr(args, name) for name in names}
    settings |= {"batch_size": args.batch_size, "max_new_tokens": args.max_new_tokens}
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("always", UserWarning)
        try:
            table = load_pair(args.pair, args.decoder_bits, on_gpu=True).annotate(
                args.source, args.ask, progress=process.first and not args.quiet, **settings
            )
        except KeyboardInterrupt:
            raise KeyboardInterrupt(_how_to_go_on(args)) from None
    if not isinstance(table, Path):
        sys.stdout.write(as_tsv(table).decode("utf-8"))
        for bad in table.attrs["bad"]:
            print(f"chatnt: {bad['name']} was left out: {bad['reason']}", file=sys.stderr)
        return
    for warning in told:
        print(f"chatnt: {warning.message}", file=sys.stderr)


def _how_to_go_on(args: argparse.Namespace) -> str:
    if args.out is None:
        return "Nothing was kept; with --out FILE a run that is stopped can go on."
    without = ", without --overwrite," if args.overwrite else ""
    return f"What was written is kept; the same command{without} goes on with {args.out}."
