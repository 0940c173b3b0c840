"""Teach a small decoder to read its slots, before it meets DNA.

A decoder that never saw a meaningful slot learns to ignore the slots, and once
it is frozen nothing can be said to it through them. So it is first taught with
captions: the slots hold the word embeddings of facts such as "TATA box : present",
at random places and sizes and under noise, and the answer must follow the fact that the
question asks about. A large instruction-tuned model can read already.
"""

import hashlib
import random
from collections.abc import Sequence

import torch
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from chatnt.conversation import PLACEHOLDER, Question, Turn
from chatnt.model import ChatNTModel
from chatnt.processor import ChatNTProcessor
from chatnt.sequence import DNA
from chatnt.tasks import Task
from chatnt.tasks.base import Truth
from chatnt.tasks.captions import caption
from chatnt.training.batches import MicroBatch

NOT_READ = DNA("N")  # stands where a sequence belongs; its slots are overwritten


_WORDS = r" ?[A-Za-z][A-Za-z0-9]*(?:\.[A-Za-z]+)*|[0-9]| ?[^\sA-Za-z0-9]+|\s"
"""Names and signs, each with the space before it; single digits; spaces."""


def train_tokenizer(tasks: Sequence[Task], vocab_size: int = 1024) -> PreTrainedTokenizerFast:
    """Learn a byte-level BPE vocabulary from the training wordings.

    Digits of numbers are tokens of their own. Names such as H3K4me1 are not taken apart: who
    listens to a question as a bag of words could not tell H3K4me1 from H3K14ac by its letters.
    """
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(_WORDS), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size,
        special_tokens=["<pad>", "</s>", PLACEHOLDER],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(_corpus(tasks), trainer)
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="<pad>",
        eos_token="</s>",
        extra_special_tokens=[PLACEHOLDER],
        model_input_names=["input_ids", "attention_mask"],
    )


def _corpus(tasks: Sequence[Task]) -> list[str]:
    texts = []
    for task in tasks:
        # As a prompt, and as the resampler hears it.
        texts += [text for q in task.questions.train for text in (f"USER: {q} ASSISTANT:", q)]
        texts += [f" {a}" for wordings in task.answers.values() for a in wordings.train]
        texts += [caption(task, label) for label in task.labels or _ends(task)]
    return texts


def _ends(task: Task) -> tuple[float, float]:
    if task.scale is None:
        raise ValueError(f"{task.name} has neither labels nor a scale, so there is nothing to read of it.")
    return task.scale.low, task.scale.high


class ReadingLesson:
    """Make batches of captions in slots, questions and answers.

    Parameters
    ----------
    model, processor
        The pair whose decoder is taught.
    tasks
        What the captions are about.
    batch_size
        Rows per step.
    seed
        With the number of the step, decides everything.
    """

    def __init__(
        self,
        model: ChatNTModel,
        processor: ChatNTProcessor,
        tasks: Sequence[Task],
        *,
        batch_size: int = 64,
        seed: int = 0,
    ) -> None:
        self.model, self.processor, self.tasks = model, processor, tuple(tasks)
        self.batch_size, self.seed = batch_size, seed

    def micro_batches(self, step: int) -> list[MicroBatch]:
        """Return the one pass of a step, as `chatnt.training.batches.Source` has it."""
        rng = random.Random(f"{self.seed}/{step}")
        rows = [self._row(rng, two_turns=step % 4 == 0) for _ in range(self.batch_size)]
        batch = self.processor([turns for turns, _, _ in rows], answers=[answer for _, answer, _ in rows])
        soft = torch.stack([torch.stack([self._slots(fact, rng) for fact in facts]) for _, _, facts in rows])
        ids, labels = batch["input_ids"], batch["labels"].clone()
        # The words of the prompt are learned too, at no cost; slots have nothing to predict.
        prompt = (labels == -100) & batch["attention_mask"].bool() & (ids != self.model.config.slot_token_id)
        labels[prompt] = ids[prompt]
        mask = batch["attention_mask"]
        return [MicroBatch({"input_ids": ids, "attention_mask": mask, "soft_tokens": soft, "labels": labels})]

    def fingerprint(self) -> dict[str, str]:
        """Return a hash of what is read about."""
        names = repr(([task.name for task in self.tasks], self.batch_size, self.seed))
        return {"captions": hashlib.sha256(names.encode()).hexdigest()}

    def _row(self, rng: random.Random, *, two_turns: bool) -> tuple[list[Turn], str, list[list]]:
        turns, facts, answer = [], [], ""
        for _ in range(1 + two_turns):
            task = rng.choice(self.tasks)
            # Evidence between two answers teaches how sure to be, and keeps the way to learn smooth.
            truth, other = _two_truths(task, rng)
            words, others = self._words(task, truth), self._words(task, other)
            share = rng.choice([1.0, 1.0, rng.uniform(0.5, 1)])
            if len(words) != len(others):
                share = 1.0  # they cannot be mixed, and evidence for one must not get the other's answer
            answer = task.answer(truth if rng.random() < share else other, "train", rng)
            turns.append(Turn(Question(rng.choice(task.questions.train), (NOT_READ,)), answer))
            facts.append(self._facts(task, (words, others, share), rng))
        return turns, answer, facts

    def _facts(self, task: Task, asked: tuple[list[int], list[int], float], rng: random.Random) -> list:
        """Return what is asked about, and facts of other tasks beside it as far as there are slots."""
        facts = [asked]
        free = self.processor.latents - len(asked[0])
        for distractor in rng.sample(self.tasks, min(rng.randint(0, 2), len(self.tasks))):
            words = self._words(distractor, _two_truths(distractor, rng)[0])
            if distractor is not task and len(words) <= free:
                facts.append((words, words, 1.0))
                free -= len(words)
        rng.shuffle(facts)
        return facts

    def _words(self, task: Task, truth: Truth) -> list[int]:
        words = self.processor.tokenizer(caption(task, truth)).input_ids
        if len(words) > self.processor.latents:
            raise ValueError(
                f"The caption {caption(task, truth)!r} of {task.name} has {len(words)} tokens and there are "
                f"{self.processor.latents} slots; shorten it, or give the pair more latents."
            )
        return words

    def _slots(self, facts: list, rng: random.Random) -> Tensor:
        """Lay facts into the slots of one sequence: Tensor of shape (latents, dim)."""
        table = self.model.get_input_embeddings().weight
        size = table.detach().pow(2).mean().sqrt()
        generator = torch.Generator().manual_seed(rng.getrandbits(60))
        noise = torch.randn(self.processor.latents, table.shape[1], generator=generator).to(table)
        slots = noise * size * rng.uniform(0, 0.6)
        words = torch.cat([_embedded(table, *fact) for fact in facts])
        start = rng.randint(0, self.processor.latents - len(words))
        padded = torch.nn.functional.pad(words, (0, 0, start, self.processor.latents - len(words) - start))
        return slots + padded * rng.uniform(0.5, 2)


def _embedded(table: Tensor, words: list[int], others: list[int], share: float) -> Tensor:
    """Embed words; where the share is less than one, as a mixture with as many others."""
    if share == 1:
        return table[words]
    return share * table[words] + (1 - share) * table[others]


def _two_truths(task: Task, rng: random.Random) -> tuple[Truth, Truth]:
    """Draw two answers of a task; numbers are written with as many letters, so that they can be mixed."""
    if task.scale is None:
        truth, other = rng.sample(task.labels, 2)
        return truth, other
    low, high = _ends(task)
    truth = rng.uniform(low, high)
    wanted = len(task.scale.write(truth))
    others = [rng.gauss(truth, (high - low) / 10) for _ in range(20)]
    fitting = [n for n in others if low <= n <= high and len(task.scale.write(n)) == wanted]
    return truth, fitting[0] if fitting else truth
