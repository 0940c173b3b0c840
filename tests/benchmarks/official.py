"""Print how many times faster questions are answered than by the published inference procedure.

The reference is that procedure, on the modules and the weights of the same pair: one sequence at a time,
its DNA padded to 512 tokens, encoded and resampled once; then for every word the whole decoder again over
an English buffer of 512 tokens that is padded on the right, the soft tokens spliced in anew, no cache, and
logits of all rows, of which the one before the padding is read. Nothing masks that padding; it is behind
whatever is read, so it changes nothing, and the answers must be the same, word for word.

Sizes: an encoder like Nucleotide Transformer v2 50M, the published resampler of 64 latents at the
decoder's size, and a LLaMA-like decoder of 162 million parameters in 12 layers of 768; random weights,
float32. Times are processor seconds of one core, so other work on the machine changes little.
"""

import random
import time
from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from torch import Tensor
from transformers import PreTrainedTokenizerFast

from chatnt.assistant import Assistant
from chatnt.conversation import FORMATS, Question, Turn
from chatnt.model import ChatNTModel
from chatnt.model.official import official_config
from chatnt.published import published_processor
from chatnt.sequence import DNA

QUESTION = "Is there any evidence of an acceptor splice site in this sequence <DNA> ?"
BUFFER, DNA_TOKENS, LENGTH = 512, 512, 300
WORDS, TOGETHER, ALONE = (12, 40), 16, 2
"""Words of an answer; sequences that are asked about at once, and one by one."""

SIZES = {
    "nt_config": {
        "embed_dim": 512, "num_layers": 12, "attention_heads": 16, "key_size": 32, "ffn_embed_dim": 2048,
    },
    "perceiver_resampler_config": {
        "embed_dim": 768, "attention_heads": 12, "key_size": 64, "ffn_embed_dim": 2048,
    },
    "gpt_config": {
        "embed_dim": 768, "ffn_embed_dim": 3072, "num_heads": 12, "num_kv_heads": 12, "num_layers": 12,
        "rope_config": {"max_seq_len": 2048, "dim": 64, "theta": 10000.0},
    },
}  # fmt: skip


def vocabulary(size: int) -> PreTrainedTokenizerFast:
    """Make a tokenizer of `size` words: those of the prompt, and invented ones."""
    words = pre_tokenizers.Whitespace().pre_tokenize_str(FORMATS["chatnt"].render([turn_of(DNA("N"))]))
    known = ["<unk>", "<s>", "</s>", *dict.fromkeys(word for word, _ in words)]
    ids = {word: i for i, word in enumerate([*known, *(f"word{i}" for i in range(len(known), size))])}
    tokenizer = Tokenizer(models.WordLevel(ids, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, unk_token="<unk>", eos_token="</s>")


def turn_of(dna: DNA) -> Turn:
    """Ask about a sequence."""
    return Turn(Question(QUESTION, (dna,)))


def random_pair() -> Assistant:
    """Make the pair, in the form of the published one."""
    config = official_config(SIZES)
    config.encoder_config.lm_head = False
    torch.manual_seed(0)
    processor = published_processor(config, vocabulary(config.get_text_config().vocab_size))
    return Assistant(ChatNTModel(config), processor)


def padded(ids: Tensor, length: int, padding: int) -> Tensor:
    """Fill rows of ids up on the right, to shape (1, length)."""
    return torch.nn.functional.pad(ids, (0, length - ids.shape[-1]), value=padding)


@torch.inference_mode()
def published_procedure(chat: Assistant, dna: DNA, words: int) -> str:
    """Write one answer as the published code does."""
    model, processor = chat.model, chat.processor
    batch = processor([[turn_of(dna)]])
    end, filler = processor.tokenizer.eos_token_id, processor.pad_token_id
    dna_ids = padded(batch["dna_ids"][0], DNA_TOKENS, processor.dna_tokenizer.pad_token_id)
    dna_mask = padded(batch["dna_mask"][0], DNA_TOKENS, 0)
    heard = padded(batch["question_ids"], BUFFER, filler)
    heard_mask = padded(batch["question_mask"], BUFFER, 0)
    vectors = model.encoder(input_ids=dna_ids, attention_mask=dna_mask).last_hidden_state
    soft = model.resampler(vectors, dna_mask, heard, heard_mask)[None]
    first_pad = begin = batch["input_ids"].shape[1]
    buffer = padded(batch["input_ids"], BUFFER, filler)
    for _ in range(words):
        embeds = model.fill_slots(buffer, soft, None)
        logits = model.decoder(inputs_embeds=embeds, use_cache=False).logits
        word = int(logits[0, first_pad - 1].argmax())
        if word == end:
            break
        buffer[0, first_pad] = word
        first_pad += 1
    return processor.decode(buffer[0, begin:first_pad])


class Timed(NamedTuple):
    """Hold processor seconds for each sequence, and the answers."""

    seconds: float
    texts: Sequence[str]

    @classmethod
    def of(cls, work: Callable[[], Sequence[str]]) -> "Timed":
        """Do some work."""
        start = time.process_time()
        texts = work()
        return cls((time.process_time() - start) / len(texts), texts)


def compare(chat: Assistant, sequences: Sequence[DNA], words: int) -> None:
    """Print lines of the table."""
    few = sequences[:ALONE]
    reference = Timed.of(lambda: [published_procedure(chat, dna, words) for dna in few])
    written = {len(text.split()) for text in reference.texts}
    if written != {words}:
        raise SystemExit(f"Answers of {words} words were wanted, but there are some of {written}.")
    print(f"| {words} | published procedure | {reference.seconds:.2f} | 1.0 | |")
    for name, work in (
        ("`ask`", lambda: [chat.ask(QUESTION, dna, max_new_tokens=words).text for dna in few]),
        (
            f"`annotate`, {TOGETHER} sequences",
            lambda: chat.annotate(sequences, QUESTION, max_new_tokens=words)["answer"].tolist(),
        ),
    ):
        ours = Timed.of(work)
        same = sum(a == b for a, b in zip(ours.texts, reference.texts, strict=False))
        ratio = reference.seconds / ours.seconds
        print(f"| {words} | {name} | {ours.seconds:.3f} | {ratio:.1f} | {same} of {len(few)} |")


def main() -> None:
    """Print the table."""
    torch.set_num_threads(1)
    chat, rng = random_pair(), random.Random(0)
    sequences = [DNA("".join(rng.choices("ACGT", k=LENGTH)), name=f"s{i}") for i in range(TOGETHER)]
    published_procedure(chat, sequences[0], 1)  # the first run is slower
    chat.ask(QUESTION, sequences[0], max_new_tokens=1)
    million = sum(p.numel() for p in chat.model.parameters()) / 1e6
    print(f"{LENGTH} bases, {million:.0f} million parameters, float32, one core\n")
    print("| words | way | seconds per sequence | times as fast | same answers |")
    print("|---:|---|---:|---:|---|")
    for words in WORDS:
        compare(chat, sequences, words)


if __name__ == "__main__":
    main()
