"""The command ``chatnt variants``: the effects of the variants of a VCF file as a table."""

import argparse
import itertools
import sys
from contextlib import nullcontext
from pathlib import Path

from chatnt.cli_common import add_bits, add_pair, load_pair, positive


def add_variants(commands: "argparse._SubParsersAction") -> None:
    """Add the command."""
    text = "say what the variants of a VCF file change"
    parser = commands.add_parser(
        "variants",
        help=text,
        description="Say what the variants of a VCF file change: ask about windows around each of them, once "
        "with the reference and once with the alternative.",
        epilog="Example: chatnt variants calls.vcf.gz --genome hg38.fa --tasks splice_sites_donors "
        "splice_sites_acceptors --out effects.tsv",
    )
    parser.add_argument(
        "vcf", help="file with the variants, plain, gzip'd or bgzip'd; - reads standard input"
    )
    parser.add_argument("--genome", required=True, metavar="FASTA", help="what the variants were called on")
    parser.add_argument(
        "--tasks",
        nargs="+",
        required=True,
        metavar="TASK",
        help="names of tasks, or questions with one <DNA>",
    )
    parser.add_argument(
        "--target", metavar="LABEL", help="what is followed (default: that something is there)"
    )
    text = (
        "places of the variant, in bases downstream of the site that a task asks about, or of the middle of "
        "the window (default: those that matter for the task)"
    )
    parser.add_argument("--at", nargs="+", type=int, metavar="N", help=text)
    parser.add_argument("--strands", choices=("both", "+", "-"), default="both", help="default: both")
    text = (
        "which window gives the row: that with the largest change, that with the likeliest site, or all of "
        "them (default: changed)"
    )
    parser.add_argument("--keep", choices=("changed", "strongest", "all"), default="changed", help=text)
    text = (
        "stop at a variant that does not fit the genome or cannot be read, or list it with the reason "
        "(default: raise)"
    )
    parser.add_argument("--errors", choices=("raise", "skip"), default="raise", help=text)
    parser.add_argument(
        "--length", type=positive, metavar="N", help="bases of a window (default: as the pair learned)"
    )
    parser.add_argument(
        "--batch-size", type=positive, default=64, metavar="N", help="sequences at a time (default: 64)"
    )
    parser.add_argument("--out", type=Path, metavar="FILE", help="TSV file for the table (default: printed)")
    parser.add_argument("--quiet", action="store_true", help="show no progress bar")
    add_pair(parser)
    add_bits(parser)
    parser.set_defaults(run=_run)


def _run(args: argparse.Namespace) -> None:
    from chatnt.variant_effects import as_table, iter_effects

    parts = iter_effects(
        load_pair(args.pair, args.decoder_bits),
        args.vcf,
        genome=args.genome,
        tasks=args.tasks,
        target=args.target,
        at=args.at,
        strands=args.strands,
        length=args.length,
        keep=args.keep,
        errors=args.errors,
        batch_size=args.batch_size,
        progress=not args.quiet,
    )
    if args.out:
        args.out.parent.mkdir(parents=True, exist_ok=True)  # not after an hour of work
    with args.out.open("w", encoding="utf-8") if args.out else nullcontext(sys.stdout) as out:
        # Without variants there is no part, but still a table.
        first = next(parts, as_table(()))
        for number, part in enumerate(itertools.chain([first], parts)):
            part.to_csv(out, sep="\t", index=False, header=number == 0, float_format="%.6g")
            out.flush()  # what is done is not lost
