"""The command ``chatnt figures``."""

import argparse
from pathlib import Path

from chatnt.cli_common import add_pair


def add_figures(commands: "argparse._SubParsersAction") -> None:
    """Add the command that draws the figures of the paper."""
    figures = commands.add_parser(
        "figures",
        help="draw the figures of the ChatNT paper, as PDF and PNG",
        description="Draw the figures of the ChatNT paper as PDF and PNG: "
        "what is published beside what a pair measures.",
        epilog="Example: chatnt figures --out figures/",
    )
    figures.add_argument("names", nargs="*", metavar="NAME", help="such as figure_3 (default: all)")
    figures.add_argument("--list", action="store_true", help="print the names and captions, and draw nothing")
    figures.add_argument(
        "--out",
        type=Path,
        default=Path("figures"),
        metavar="FOLDER",
        help="where to write (default: figures)",
    )
    figures.add_argument(
        "--data",
        default="simulated",
        metavar="SOURCE",
        help="folder of real sequences, for what is asked live (default: simulated ones)",
    )
    figures.add_argument(
        "--seed", type=int, default=0, metavar="N", help="chooses sequences and wordings (default: 0)"
    )
    figures.add_argument("--whole", action="store_true", help="ask about as many sequences as the paper")
    add_pair(figures)
    figures.set_defaults(run=_figures)


def _figures(args: argparse.Namespace) -> None:
    from chatnt.figures import FIGURES, Material, save_figures

    if args.list:
        print("\n\n".join(f"{name}: {figure.caption}" for name, figure in FIGURES.items()))
        return
    material = Material(args.pair, args.data, args.seed, quick=not args.whole)
    for paths in save_figures(args.out, args.names or None, material=material):
        print(*paths, sep="\n", flush=True)
