"""The command ``chatnt``: ask, annotate, explain, variants, tasks, evaluate, figures, train, and others."""

import argparse
import math
import sys
from pathlib import Path

from chatnt import __version__
from chatnt.cli_annotate import add_annotate
from chatnt.cli_common import add_bits, add_longest, add_pair, each_question, load_pair, positive
from chatnt.cli_explain import add_explain
from chatnt.cli_figures import add_figures
from chatnt.cli_variants import add_variants
from chatnt.conversation import Answer
from chatnt.errors import ChatNTError, DataError, WritingError
from chatnt.processes import this_process
from chatnt.sequence import DNA, read_fasta

_BASELINES = {
    "majority": "majority",
    "linear-models": "linear models",
    "question-only": "question only",
    "shuffled-dna": "shuffled DNA",
}
"""Names of baselines, without blanks, of those of `chatnt.evaluating.BASELINES`."""

_FILTERS = ("kind", "species", "category", "benchmark", "metric")


def main(arguments: list[str] | None = None) -> int:
    """Run the command and return its exit status.

    0; 1 if something could not be written, as on a full disk; 2 after another clear error; 130, as
    shells have it, after Ctrl-C.
    """
    args = command_parser().parse_args(arguments)
    try:
        args.run(args)
    except WritingError as error:
        return _failed(str(error), 1)
    except ChatNTError as error:
        return _failed(str(error), 2)
    except OSError as error:
        return _failed(str(error) if error.filename is None else f"{error.strerror}: {error.filename}", 2)
    except KeyboardInterrupt as stop:
        return _failed(f"Stopped. {stop}", 130)
    return 0


def _failed(reason: str, status: int) -> int:
    print(f"chatnt: {' '.join(reason.split())}", file=sys.stderr)
    return status


def command_parser() -> argparse.ArgumentParser:
    """Return the parser of the command, with those of its own commands."""
    parser = argparse.ArgumentParser(prog="chatnt", description="Ask in English about DNA.")
    parser.add_argument("--version", action="version", version=f"chatnt {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    ask = commands.add_parser(
        "ask",
        help="ask one question",
        description="Ask one question about the records of a FASTA file: with one <DNA>, about each of them.",
        epilog='Example: chatnt ask "Is there a TATA promoter in <DNA>?" --fasta promoters.fa',
    )
    ask.add_argument("question", help="English, with <DNA> or @name where a sequence belongs")
    ask.add_argument(
        "--fasta", metavar="FILE", help="file with the sequences, plain or gzip'd; - reads standard input"
    )
    ask.add_argument("--dna", action="append", default=[], metavar="LETTERS", help="a sequence typed here")
    ask.add_argument("--task", metavar="NAME", help="what the question is about (default: recognised)")
    ask.add_argument(
        "--abstain-below", type=_probability, metavar="P", help='say "I do not know" below this probability'
    )
    ask.add_argument("--constrained", action="store_true", help="allow only answers that state something")
    add_longest(ask)
    add_pair(ask)
    add_bits(ask)
    ask.set_defaults(run=_ask)

    add_annotate(commands)
    add_explain(commands)
    add_variants(commands)

    text = "ask the bundled pair about the human beta-globin gene"
    demo = commands.add_parser("demo", help=text, description=f"{text.capitalize()}.")
    demo.add_argument("--html", type=Path, metavar="FILE", help="also write a page for a browser")
    add_pair(demo)
    demo.set_defaults(run=_demo)

    text = "print what a pair was trained on and how well it does"
    card = commands.add_parser("card", help=text, description=f"{text.capitalize()}.")
    add_pair(card)
    card.set_defaults(run=_card)

    _add_tasks(commands)
    _add_evaluate(commands)
    add_figures(commands)
    _add_train(commands)
    _add_convert(commands)
    return parser


def _add_convert(commands: "argparse._SubParsersAction") -> None:
    text = "convert published weights into a folder that loads fast"
    example = "Example: chatnt convert ChatNT/ chatnt_converted/"
    convert = commands.add_parser("convert", help=text, description=f"{text.capitalize()}.", epilog=example)
    convert.add_argument("source", type=Path, help="folder of safetensors files, or params.joblib")
    convert.add_argument("target", type=Path, help="folder to write")
    convert.add_argument(
        "--tokenizer",
        type=Path,
        metavar="FOLDER",
        help="folder of the English tokenizer (default: beside the weights)",
    )
    convert.add_argument(
        "--allow-pickle",
        action="store_true",
        help="read params.joblib: a pickle can run any code, so allow it only for a file you trust",
    )
    convert.set_defaults(run=_convert)


def _add_tasks(commands: "argparse._SubParsersAction") -> None:
    text = "list the tasks of the catalogue, or print the card of one"
    tasks = commands.add_parser(
        "tasks",
        help=text,
        description=f"{text.capitalize()}.",
        epilog="Example: chatnt tasks --kind regression",
    )
    tasks.add_argument("name", nargs="?", help="name of a task, such as promoter_tata, to print its card")
    for filtered in _FILTERS:
        tasks.add_argument(f"--{filtered}", metavar="NAME", help=f"only tasks of this {filtered}")
    tasks.add_argument("--search", metavar="WORDS", help="only tasks that mention all these words")
    tasks.set_defaults(run=_tasks)


def _add_evaluate(commands: "argparse._SubParsersAction") -> None:
    text = "score the answers of a pair on test sequences"
    evaluate = commands.add_parser(
        "evaluate",
        help=text,
        description=f"{text.capitalize()}, beside simple baselines and published results.",
        epilog="Example: chatnt evaluate promoter_tata h3 --data DATA --baselines majority question-only "
        "--out scores.json",
    )
    evaluate.add_argument(
        "tasks", nargs="*", metavar="TASK", help="names of tasks (default: all that the pair was trained on)"
    )
    evaluate.add_argument(
        "--data",
        metavar="FOLDER",
        help="a folder for each task, with test.tsv.gz; or hub, or simulated (default: CHATNT_DATA)",
    )
    evaluate.add_argument(
        "--split", choices=("test", "train"), default="test", help="sequences to score on (default: test)"
    )
    text = "most sequences per task, or all (default: 5000)"
    evaluate.add_argument("--limit", type=_limit, default=5000, metavar="N", help=text)
    evaluate.add_argument(
        "--seed", type=int, default=0, metavar="N", help="chooses sequences and wordings (default: 0)"
    )
    evaluate.add_argument(
        "--baselines",
        nargs="*",
        choices=(*_BASELINES, "all"),
        default=["majority"],
        metavar="NAME",
        help="to compare with: majority, linear-models (fitted on the training sequences), question-only "
        "and shuffled-dna (which ask the pair once more), or all (default: majority)",
    )
    evaluate.add_argument(
        "--predictions",
        type=Path,
        metavar="FILE",
        help="Parquet file for every answer; a run that was killed goes on from it (default: beside --out)",
    )
    evaluate.add_argument("--out", type=Path, metavar="FILE", help="JSON file for the scores")
    evaluate.add_argument(
        "--batch-size", type=positive, default=64, metavar="N", help="sequences at a time (default: 64)"
    )
    evaluate.add_argument(
        "--constrained", action="store_true", help="allow only answers that state something"
    )
    evaluate.add_argument("--quiet", action="store_true", help="show no progress bar")
    add_pair(evaluate)
    add_bits(evaluate)
    evaluate.set_defaults(run=_evaluate)


def _probability(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 < value <= 1:
        raise argparse.ArgumentTypeError(f"{text!r} is no probability above 0 and at most 1")
    return value


def _limit(text: str) -> int | None:
    return None if text == "all" else positive(text)


def _add_train(commands: "argparse._SubParsersAction") -> None:
    text = "train a pair by a plan, or go on with a training that was interrupted"
    train = commands.add_parser(
        "train", help=text, description=f"{text.capitalize()}.", epilog="Example: chatnt train plan.toml"
    )
    train.add_argument("plan", type=Path, help="TOML file with pair, data and plan")
    train.add_argument("--quiet", action="store_true", help="show no progress bar")
    train.set_defaults(run=_train)


def _ask(args: argparse.Namespace) -> None:
    sequences = [DNA(letters) for letters in args.dna]
    if args.fasta:
        sequences += read_fasta(args.fasta)
    questions = list(each_question(args.question, sequences))
    chat = load_pair(args.pair, args.decoder_bits)
    for question in questions:
        answer = chat.ask(
            question.text,
            question.sequences,
            task=args.task,
            abstain_below=args.abstain_below,
            constrained=args.constrained,
            max_new_tokens=args.max_new_tokens,
        )
        _print(answer, named=len(questions) > 1)


def _print(answer: Answer, *, named: bool) -> None:
    if named:
        dna = answer.question.sequences[0]
        print(f"{dna.name or dna.sequence[:12]}\t", end="")
    print(repr(answer))


def _demo(args: argparse.Namespace) -> None:
    from chatnt.demo import run_demo

    run_demo(args.pair, args.html)


def _card(args: argparse.Namespace) -> None:
    print(load_pair(args.pair).card())


def _tasks(args: argparse.Namespace) -> None:
    from chatnt.tasks import get_task
    from chatnt.tasks.catalogue import list_tasks

    if args.name:
        print(get_task(args.name))
        return
    wanted = {name: getattr(args, name) for name in (*_FILTERS, "search")}
    table = list_tasks(**wanted)
    columns = ["name", "kind", "species", "length", "metric", "title"]
    rows = [columns, *table[columns].astype(str).to_numpy().tolist()]
    widths = [max(len(row[i]) for row in rows) for i in range(len(columns))]
    for row in rows:
        print("  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip())


def _evaluate(args: argparse.Namespace) -> None:
    from chatnt.evaluating import evaluate

    predictions = args.predictions
    if args.out:
        if args.out.suffix == ".parquet":
            raise DataError(f"--out {args.out}: the scores are JSON; name a file such as scores.json.")
        args.out.parent.mkdir(parents=True, exist_ok=True)  # not after an hour of work
        predictions = predictions or args.out.with_suffix(".parquet")
    baselines = [name for name in _BASELINES if "all" in args.baselines or name in args.baselines]
    found = evaluate(
        load_pair(args.pair, args.decoder_bits),
        args.tasks or None,
        split=args.split,
        data=args.data,
        limit=args.limit,
        seed=args.seed,
        baselines=[_BASELINES[name] for name in baselines],
        predictions=predictions,
        batch_size=args.batch_size,
        constrained=args.constrained,
        progress=not args.quiet,
    )
    if args.out:
        found.save(args.out)
    print(found)


def _train(args: argparse.Namespace) -> None:
    from chatnt.plan_file import PlanFile

    log = PlanFile.read(args.plan).train(progress=not args.quiet)
    if this_process().first:
        print(log)


def _convert(args: argparse.Namespace) -> None:
    from chatnt.published import convert

    convert(args.source, args.target, tokenizer=args.tokenizer, allow_pickle=args.allow_pickle)
    print(f"Wrote {args.target}; load it with --pair {args.target}")


if __name__ == "__main__":
    sys.exit(main())
