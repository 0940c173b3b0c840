"""Make the bundled pair, from a folder of data to a folder of the package.

    python -m chatnt.pairs.make_mini --data DATA --out chatnt/pairs/mini

Killed and started again it goes on where it was. The test sets are scored only with
``--score-test``, once, at the end.
"""

import argparse
from pathlib import Path

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from safetensors.torch import load_file, save_file
from transformers import LlamaConfig

from chatnt.dna_tokenizers import nucleotide_tokenizer
from chatnt.engine import Engine
from chatnt.evaluate import evaluate
from chatnt.model import ChatNTConfig, ChatNTModel, NucleotideCNNConfig, ResamplerConfig
from chatnt.pairs.lesson import DNALesson
from chatnt.pairs.reading import ReadingLesson, train_tokenizer
from chatnt.processor import ChatNTProcessor
from chatnt.tasks import Task, get_task
from chatnt.tasks.sources import read_splits
from chatnt.train import Trainer, TrainingPlan

TASKS = ("promoter_tata", "splice_sites_all", "enhancers", "h3", "h4")
LATENTS, DIM, VOCABULARY = 16, 160, 1024


def new_processor(tasks: list[Task], folder: Path) -> ChatNTProcessor:
    """Learn the vocabulary, or take it from `folder` if that is done."""
    if (folder / "processor_config.json").exists():
        return ChatNTProcessor.from_pretrained(folder)
    processor = ChatNTProcessor(
        train_tokenizer(tasks, VOCABULARY),
        nucleotide_tokenizer(),
        latents=LATENTS,
        vocab_size=VOCABULARY,
        format="plain",
        listens_to="question",
        max_dna_tokens=1024,
        max_tokens=512,
    )
    processor.save_pretrained(folder)
    return processor


def new_model(processor: ChatNTProcessor, seed: int) -> ChatNTModel:
    """Build the untrained model."""
    tokenizer = processor.tokenizer
    config = ChatNTConfig(
        encoder_config=NucleotideCNNConfig(dropout=0.2),
        resampler_config=ResamplerConfig(
            dna_dim=128, dim=DIM, latents=LATENTS, layers=3, heads=4, ffn_dim=320, vocab_size=VOCABULARY,
            question_first=True, output_scale=0.02, dropout=0.1,
        ),
        decoder_config=LlamaConfig(
            vocab_size=VOCABULARY, hidden_size=DIM, intermediate_size=432, num_hidden_layers=4,
            num_attention_heads=4, num_key_value_heads=4, max_position_embeddings=512, tie_word_embeddings=True,
            pad_token_id=tokenizer.pad_token_id, eos_token_id=tokenizer.eos_token_id, bos_token_id=None,
        ),
        slot_token_id=processor.slot_token_id,
    )  # fmt: skip
    torch.manual_seed(seed)
    return ChatNTModel(config)


def teach_reading(model: ChatNTModel, processor: ChatNTProcessor, tasks: list[Task], plan: TrainingPlan, work: Path) -> None:
    """Train the decoder on captions, or take it from `work` if that is done."""
    done = work / "decoder.safetensors"
    if not done.exists():
        model.requires_grad_(False)
        model.decoder.requires_grad_(True)
        with sdpa_kernel(SDPBackend.MATH):
            Trainer(model, ReadingLesson(model, processor, tasks).losses, plan, work / "reading").run()
        # Words tied to the output are one tensor under two names.
        tensors = {k: v.contiguous() for k, v in model.decoder.state_dict().items() if k != "lm_head.weight"}
        save_file(tensors, done)
    model.decoder.load_state_dict(load_file(done), strict=False)
    size = model.get_input_embeddings().weight.detach().pow(2).mean().sqrt()
    model.resampler.scale.data.fill_(size)


def main() -> None:
    """Run the recipe."""
    args = _arguments()
    torch.set_num_threads(args.threads)
    tasks = [get_task(name) for name in TASKS]
    splits = read_splits(tasks, args.data, validation=0.1, seed=args.seed)
    processor = new_processor(tasks, args.work / "processor")
    model = new_model(processor, args.seed).to(args.device)
    reading = TrainingPlan(args.reading_steps, learning_rate=2e-3, averaging=0.99, seed=args.seed, bf16=args.bf16)
    teach_reading(model, processor, tasks, reading, args.work)
    model.requires_grad_(True)
    model.decoder.requires_grad_(False)
    lesson = DNALesson(model, processor, {n: s.train for n, s in splits.items()}, tasks, seed=args.seed)
    plan = TrainingPlan(args.steps, learning_rate=args.learning_rate, seed=args.seed, bf16=args.bf16)
    engine = Engine(model, processor)
    held = {n: s.validation for n, s in splits.items()}


    def validate() -> dict[str, float]:
        scores = evaluate(engine, held, tasks, split="validation", wordings="train")
        return {t.task: round(t.mcc, 4) for t in scores.tasks}

    # On a CPU the fused attention is slower backwards than the plain one at these sizes.
    with sdpa_kernel(SDPBackend.MATH):
        Trainer(model, lesson.losses, plan, args.work / "training").run(validate)
    model.save_pretrained(args.out)
    processor.save_pretrained(args.out)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", help="folder of the data; default the variable CHATNT_DATA")
    parser.add_argument("--out", type=Path, default=Path("chatnt/pairs/mini"))
    parser.add_argument("--work", type=Path, default=Path("runs/mini"), help="checkpoints and logs")
    parser.add_argument("--steps", type=int, default=9000)
    parser.add_argument("--reading-steps", type=int, default=1200)
    parser.add_argument("--learning-rate", type=float, default=7e-4)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--bf16", action="store_true", help="matrix products in bfloat16")
    parser.add_argument("--seed", type=int, default=0)
    return parser.parse_args()


if __name__ == "__main__":
    main()
