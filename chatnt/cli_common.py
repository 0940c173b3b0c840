"""What the commands of the command line have in common."""

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from chatnt.conversation import MAX_NEW_TOKENS, PLACEHOLDER, Question, references
from chatnt.sequence import DNA

if TYPE_CHECKING:
    from chatnt.assistant import Assistant


def positive(text: str) -> int:
    """Read a whole number from 1 on."""
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no whole number from 1 on")
    return int(text)


def add_pair(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the pair."""
    parser.add_argument(
        "--pair", default="mini", help="folder or hub name of a pair (default: the bundled one)"
    )


def add_bits(parser: argparse.ArgumentParser) -> None:
    """Add the option that holds the decoder in fewer bits."""
    parser.add_argument(
        "--decoder-bits",
        type=int,
        choices=(8, 4),
        help="hold the decoder in so few bits, to save memory (needs chatnt[quantize])",
    )


def add_longest(parser: argparse.ArgumentParser) -> None:
    """Add the option that says how long an answer may be."""
    parser.add_argument(
        "--max-new-tokens",
        type=positive,
        default=MAX_NEW_TOKENS,
        metavar="N",
        help=f"longest answer, in tokens (default: {MAX_NEW_TOKENS})",
    )


def load_pair(pair: str, decoder_bits: int | None = None, *, on_gpu: bool = False) -> "Assistant":
    """Load a pair without a progress bar, perhaps onto this process's own GPU, if there is one."""
    from transformers.utils import logging

    from chatnt.devices import own_device
    from chatnt.loading import load

    logging.disable_progress_bar()  # it takes longer to read than the pair to load
    return load(pair, decoder_bits=decoder_bits, device_map=own_device() if on_gpu else None)


def each_question(text: str, sequences: list[DNA]) -> Iterator[Question]:
    """Yield one question for all sequences, or for each of them if it has one placeholder."""
    if text.count(PLACEHOLDER) == 1 and not references(text) and len(sequences) > 1:
        for dna in sequences:
            yield Question.of(text, dna)
    else:
        yield Question.of(text, sequences)
