"""Make the bundled pair, from a folder of data to a folder of the package.

    python -m chatnt.pairs.make_mini --data DATA --out chatnt/pairs/mini

Four trainings follow each other: the decoder on captions, the encoder on labels, the resampler
on where to look, and then encoder and resampler through the frozen decoder. Killed and started
again it goes on where it was. The first two do not need each other: ``--only captions`` and
``--only labels`` make them side by side. ``--blind`` makes the pair whose resampler does not
hear the question.
`chatnt.pairs.judge_mini` scores the pair and writes its card.
"""

import argparse
import dataclasses
import functools
import random
from argparse import Namespace
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast

import torch
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import LlamaConfig

from chatnt.assistant import Assistant
from chatnt.dna_tokenizers import nucleotide_tokenizer
from chatnt.embeddings import fit_likeness
from chatnt.engine import Engine
from chatnt.folder import Beside, write_pair
from chatnt.model import ChatNTConfig, ChatNTModel, NucleotideCNNConfig, Resampler, ResamplerConfig
from chatnt.pairs.families import FAMILIES, INVENTED, MEASURED, SIMULATED, YEAST
from chatnt.pairs.lesson import DNALesson, Shown, gathered
from chatnt.pairs.memory import nucleotide_ids, reference, remembered
from chatnt.pairs.reading import ReadingLesson, train_tokenizer
from chatnt.pairs.warm_up import QUERIES, LabelLesson, WarmUp, label_scores
from chatnt.pairs.where import Looking, WhereLesson
from chatnt.processor import ChatNTProcessor
from chatnt.tasks import Task, get_task
from chatnt.tasks.dataset import InstructionDataset
from chatnt.tasks.elsewhere import ELSEWHERE
from chatnt.tasks.examples import Example, Examples
from chatnt.tasks.scope import Scope
from chatnt.tasks.simulation import simulate
from chatnt.tasks.sources import Splits, read_splits
from chatnt.training.plan import TrainingPlan
from chatnt.training.run import train
from chatnt.training.validation import Validation

LATENTS, DIM, VOCABULARY = 16, 160, 1152
CENTRE = 50
"""Bases on either side of the centre that are also read at their places."""
WORD_LENGTH = 5
"""Bases of the longest words that are counted, as linear models have them."""
SIMULATED_SEQUENCES, SIMULATED_TESTS = 2000, 200
"""Simulated sequences to train and to test each task without measured data."""
INVENTED_PER_STEP = 6
"""Simulated tasks of which a step through English shows a sequence."""
STANDARDISED = 100
"""Sequences of each family that the encoder's motifs are fitted to at the start."""
LIKENED = 500
"""Most sequences per task from which it is learned what its sequences are like."""
LOST_WHERE, LOST = 0.15, 0.05
"""Shares of the words of a question that are left out, while it is learned where to look, and then."""
VALIDATED = 60
"""Most validation sequences per task while training."""

LABELS = TrainingPlan(steps=2000, trained=("encoder", "heads"), learning_rate=1e-3, validate_every=400)
CAPTIONS = TrainingPlan(
    steps=1400, trained=("decoder",), learning_rate=2e-3, averaging=0.99, validate_every=0
)
WHERE = TrainingPlan(
    steps=600, trained=("resampler",), learning_rate=1e-3, warmup=30, averaging=0.98, validate_every=0
)
DNA_PLAN = TrainingPlan(
    steps=1500,
    learning_rate=1e-3,
    rates={"encoder": 3e-4},
    starts={"encoder": 1000},  # until then the resampler has little to say to it
    averaging=0.99,
    validate_every=500,
)


@dataclasses.dataclass
class Learner:
    """Hold what learns before there is a pair, as `chatnt.training.run.Pair` has it."""

    model: nn.Module
    processor: ChatNTProcessor

    @property
    def engine(self) -> "Learner":
        """Who holds the model; nobody asks it anything yet."""
        return self


def read_data(folder: str | None, seed: int) -> dict[str, Splits]:
    """Read the measured tasks, without leaks between any of them, and simulate the others."""
    return read_measured(folder, seed) | {name: simulated(name, seed) for name in SIMULATED}


def read_measured(folder: str | None, seed: int) -> dict[str, Splits]:
    """Read the measured tasks, without leaks between any of them, a tenth set aside."""
    return read_splits([get_task(name) for name in MEASURED], folder, validation=0.1, seed=seed)


def simulated(name: str, seed: int) -> Splits:
    """Return simulated sequences of a task, a tenth of the training ones set aside."""
    task = get_task(name)
    made = [(s.sequence, s.label) for s in simulate(name, SIMULATED_SEQUENCES, seed=seed)]
    tested = [(s.sequence, s.label) for s in simulate(name, SIMULATED_TESTS, split="test", seed=seed)]
    aside = len(made) // 10
    return Splits(*(Examples.of(task, rows) for rows in (made[aside:], made[:aside], tested)))


def new_processor(tasks: list[Task], folder: Path) -> ChatNTProcessor:
    """Learn the vocabulary, or take it from `folder` if that is done."""
    if not (folder / "processor_config.json").exists():
        made = ChatNTProcessor(
            train_tokenizer(tasks, VOCABULARY),
            nucleotide_tokenizer(),
            latents=LATENTS,
            vocab_size=VOCABULARY,
            format="plain",
            listens_to="question",
            max_dna_tokens=12288,
            max_tokens=512,
        )
        made.save_pretrained(folder)
    # Read in either case: what was read before is written with other settings than what was not.
    return ChatNTProcessor.from_pretrained(folder)


def encoder_config(tasks: int) -> dict[str, Any]:
    """Return the settings of an encoder for so many tasks."""
    return {
        "dropout": 0.2, "motifs": 384, "summary_positions": True, "place_positions": False,
        "centre": CENTRE, "glimpses": QUERIES * tasks, "word_length": WORD_LENGTH,
    }  # fmt: skip


def new_model(processor: ChatNTProcessor, *, words: int, bases: int, seed: int) -> ChatNTModel:
    """Build the untrained model.

    Parameters
    ----------
    processor
        Its tokenizers.
    words
        How many the encoder recalls.
    bases
        Length of the reference.
    seed
        Of the weights.
    """
    tokenizer = processor.tokenizer
    config = ChatNTConfig(
        encoder_config=NucleotideCNNConfig(
            references=1, reference_length=bases, recalled_words=words, recalled_facts=len(YEAST),
            **encoder_config(len(MEASURED + SIMULATED)),
        ),
        resampler_config=ResamplerConfig(
            dna_dim=128, dim=DIM, latents=LATENTS, layers=3, heads=4, ffn_dim=320, vocab_size=VOCABULARY,
            question_first=True, output_scale=0.02, dropout=0.1,
        ),
        decoder_config=LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=DIM, intermediate_size=432, num_hidden_layers=4,
            num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512,
            tie_word_embeddings=True, pad_token_id=tokenizer.pad_token_id,
            eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
        ),
        slot_token_id=processor.slot_token_id,
    )  # fmt: skip
    torch.manual_seed(seed)
    return ChatNTModel(config)


def prepared_model(
    processor: ChatNTProcessor, examples: Mapping[str, Sequence[Example]], seed: int
) -> ChatNTModel:
    """Build the model, and give its encoder what it recalls, its reference, and motifs at a fair size."""
    yeast = next(family for family in FAMILIES if family.tasks == YEAST)
    words, facts = remembered(yeast, gathered(yeast, examples)[1])
    bases = reference([example.sequence for example in examples["gfp_fluorescence"]])
    model = new_model(processor, words=len(words), bases=len(bases), seed=seed)
    encoder = model.encoder
    encoder.recall.words.copy_(words)
    encoder.recall.facts.copy_(facts)
    encoder.variants.references[0].copy_(bases)
    rng = random.Random(seed)
    kinds = [kind for kind in range(len(FAMILIES)) for _ in range(STANDARDISED)]
    texts = [rng.choice(examples[FAMILIES[kind].tasks[0]]).sequence[:1024] for kind in kinds]
    encoder.standardise(nucleotide_ids(texts), torch.tensor(kinds))
    return model


def teach(
    model: ChatNTModel, processor: ChatNTProcessor, splits: Mapping[str, Splits], args: Namespace
) -> None:
    """Teach a pair, part by part; see the top of this file."""
    examples = {name: parts.train for name, parts in splits.items()}
    know = {"recalled": YEAST, "seed": args.seed}
    if args.only != "labels":
        captions = ReadingLesson(model, processor, [get_task(name) for name in splits], seed=args.seed)
        _train(Assistant(model, processor), captions, CAPTIONS, args, "captions")
    if args.only != "captions":
        _teach_labels(model, processor, splits, args, know)
    if args.only:
        return
    if args.blind:
        make_blind(model, args.seed)
    else:
        everything = [get_task(name) for name in (*MEASURED, *SIMULATED)]
        where = WhereLesson(processor, everything, lost=LOST_WHERE, seed=args.seed)
        _train(Learner(Looking(model), processor), where, WHERE, args, "where")
    size = model.get_input_embeddings().weight.detach().pow(2).mean().sqrt()
    model.resampler.scale.data.fill_(size)
    lesson = DNALesson(
        processor,
        examples,
        FAMILIES,
        invented=INVENTED,
        invented_per_step=INVENTED_PER_STEP,
        lost=LOST,
        **know,
    )
    name = "dna-blind" if args.blind else "dna"
    _train(Assistant(model, processor), lesson, DNA_PLAN, args, name, _validation(splits, args.seed))


def _teach_labels(
    model: ChatNTModel,
    processor: ChatNTProcessor,
    splits: Mapping[str, Splits],
    args: Namespace,
    know: Mapping[str, Any],
) -> None:
    examples = {name: parts.train for name, parts in splits.items()}
    torch.manual_seed(args.seed)  # whatever was trained or read before, heads begin alike
    heads = WarmUp(model.encoder, FAMILIES + INVENTED)
    labels = LabelLesson(examples, FAMILIES, invented=INVENTED, **know)
    aside = {name: list(parts.validation)[: 5 * VALIDATED] for name, parts in splits.items()}
    scored = functools.partial(label_scores, heads, FAMILIES + INVENTED, aside)
    _train(Learner(heads, processor), labels, LABELS, args, "labels", scored)
    for name, place in heads.places.items():
        texts = [example.sequence for example in list(examples[name])[:STANDARDISED]]
        model.encoder.balance_glimpses(nucleotide_ids(texts), range(QUERIES * place, QUERIES * (place + 1)))


def make_blind(model: ChatNTModel, seed: int) -> None:
    """Give a model a new resampler that does not hear the question: the ablation of the paper."""
    config = model.config.resampler_config
    config.english_aware = False
    torch.manual_seed(seed)
    model.resampler = Resampler(config)


def _validation(splits: Mapping[str, Splits], seed: int) -> Validation:
    asked = {}
    for name, parts in splits.items():
        most = VALIDATED if name in MEASURED else VALIDATED // 5
        asked[name] = InstructionDataset(name, "train", list(parts.validation)[:most], seed)
    return asked


def _train(
    learner: Learner | Assistant,
    lesson: LabelLesson | ReadingLesson | WhereLesson | DNALesson,
    plan: TrainingPlan,
    args: Namespace,
    name: str,
    validation: Validation | None = None,
) -> None:
    steps = max(1, round(plan.steps * args.scale))
    plan = dataclasses.replace(plan, steps=steps, seed=args.seed, bf16=args.bf16)
    # At these sizes the fused attention is slower backwards than the plain one on a CPU.
    with sdpa_kernel(SDPBackend.MATH):
        train(learner, lesson, plan, folder=args.work / name, validation=validation)  # type: ignore[arg-type]
    # Or the next training would begin as the last pass ended.
    Shown(alone=0.0).prepare(cast("nn.Module", learner.model.encoder))


def make(splits: Mapping[str, Splits], args: Namespace) -> None:
    """Make the pair of some data, or go on making it."""
    tasks = [get_task(name) for name in splits]
    processor = new_processor(tasks, args.work / "processor")
    model = prepared_model(processor, {name: parts.train for name, parts in splits.items()}, args.seed)
    teach(model, processor, splits, args)
    if args.only:
        return
    others = ELSEWHERE.for_tasks(splits).train
    scope = dataclasses.replace(Scope.fit(tasks, others, seed=args.seed), simulated=SIMULATED)
    train = {name: parts.train for name, parts in splits.items()}
    aside = {name: parts.validation for name, parts in splits.items()}
    likeness = fit_likeness(train, Engine(model, processor), held=aside, most=LIKENED, seed=args.seed)
    write_pair(args.out, model, processor, Beside(scope, likeness=likeness))


def main() -> None:
    """Run the recipe."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    make(read_data(args.data, args.seed), args)


def _arguments() -> Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--out", type=Path, default=Path("chatnt/pairs/mini"))
    parser.add_argument("--work", type=Path, default=Path("runs/mini"), help="checkpoints and logs")
    parser.add_argument("--only", choices=("captions", "labels"), help="make this training alone")
    parser.add_argument("--blind", action="store_true", help="let the resampler not hear the question")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the steps of each training")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--bf16", action="store_true", help="matrix products in bfloat16")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
