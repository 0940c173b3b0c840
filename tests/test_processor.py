"""Words and letters in, numbers out."""

import dataclasses
import json

import pytest
import torch
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoProcessor, PreTrainedTokenizerFast

from chatnt.conversation import FORMATS, Question, Turn
from chatnt.dna_tokenizers import kmer_tokenizer, nucleotide_tokenizer
from chatnt.errors import SequenceTooLongError, SlotError
from chatnt.processor import IGNORED, ChatNTProcessor
from chatnt.sequence import NUCLEOTIDES
from tests.tiny import LATENTS, tiny_processor, tiny_tokenizer

SLOT, END, PAD = 2, 1, 0  # ids of the tiny tokenizer
UNK, CLS, N = 0, 3, 4106  # ids of the 6-mer tokenizer


def turns(text, *sequences, answer=None):
    return [Turn(Question.of(text, sequences), answer)]


ONE = turns("Is there a promoter in <DNA>?", "ACGTACGTAC")
TWO = turns("Is <DNA> like <DNA>?", "ACG", "TTTTTTT")
NONE = turns("Who are you?")


@pytest.fixture(scope="module")
def processor():
    return tiny_processor()


@pytest.fixture(scope="module")
def beyond():
    """Like the published one: the placeholder's id lies beyond the tables."""
    tokenizer = sign_tokenizer()
    settings = {"latents": LATENTS, "vocab_size": len(tokenizer), "keep_placeholder": True, "format": "plain"}
    return ChatNTProcessor(tokenizer, nucleotide_tokenizer(), **settings)


def sign_tokenizer(*joined):
    """One token per sign; joined signs are tokens too. There is no placeholder and no padding."""
    signs = dict.fromkeys([*joined, "</s>", *map(chr, range(32, 127)), "\n", "|"])
    tokenizer = Tokenizer(models.WordLevel({sign: i for i, sign in enumerate(signs)}, unk_token=" "))
    pattern = "|".join([*map(escaped, joined), ".|\n"])
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(pattern), "isolated")
    tokenizer.decoder = decoders.Fuse()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>")


def escaped(text):
    return "".join(f"\\{c}" if not c.isalnum() and c != " " else c for c in text)


def rows(tensor, mask):
    """Return what is not padding, row by row."""
    return [row[keep.bool()].tolist() for row, keep in zip(tensor, mask, strict=True)]


@pytest.mark.parametrize("conversation", [ONE, TWO, NONE, turns("<DNA>", "A"), turns("<DNA><DNA>", "A", "C")])
def test_a_placeholder_becomes_its_slots_where_it_stands(processor, conversation):
    ids = processor([conversation])["input_ids"][0].tolist()
    plain = processor.tokenizer(FORMATS["plain"].render(conversation)).input_ids
    assert ids == [i for token in plain for i in ([SLOT] * LATENTS if token == SLOT else [token])]
    assert ids.count(SLOT) == LATENTS * len(conversation[0].question.sequences)


def test_slots_of_earlier_turns_come_first(processor):
    talk = [*turns("What is <DNA>?", "ACGT", answer="A promoter."), *turns("And <DNA>?", "GG")]
    batch = processor([talk])
    assert batch["input_ids"][0].tolist().count(SLOT) == 2 * LATENTS
    assert [row.sum().item() for row in batch["dna_mask"][0]] == [4, 2]
    assert batch["dna_ids"][0, 0].tolist() == [NUCLEOTIDES.index(c) + 1 for c in "ACGT"]


def test_the_row_of_the_placeholder_follows_its_slots_as_published(beyond):
    last = beyond.vocab_size - 1
    slot = beyond.slot_token_id
    assert slot > last
    ids = beyond([TWO])["input_ids"][0].tolist()
    places = [i for i, token in enumerate(ids) if token == slot]
    assert len(places) == 2 * LATENTS
    first, second = places[:LATENTS], places[LATENTS:]
    for group in (first, second):
        assert group == list(range(group[0], group[0] + LATENTS))
        assert ids[group[-1] + 1] == last
    assert [token for token in ids if token > last] == [slot] * 2 * LATENTS


def test_the_question_holds_no_id_beyond_the_table(beyond):
    batch = beyond([TWO, NONE])
    assert batch["question_ids"].max() == beyond.vocab_size - 1
    assert batch["question_ids"][0].tolist().count(beyond.vocab_size - 1) == 2


def test_without_the_placeholders_row_only_slots_stand_in_its_place(processor):
    text = processor.tokenizer.decode(processor([ONE])["input_ids"][0])
    assert text == "USER: Is there a promoter in <DNA><DNA><DNA>? ASSISTANT:"


TALK = [*turns("What is <DNA>?", "ACGT", answer="Earlier."), *turns("Is it new?")]


@pytest.mark.parametrize(
    ("listens_to", "heard"),
    [
        ("prompt", "USER: What is <DNA>? ASSISTANT: Earlier. USER: Is it new? ASSISTANT:"),
        ("question", "Is it new?"),
    ],
)
@pytest.mark.parametrize("answers", [None, ["A secret."]])
def test_the_question_is_unexpanded_and_without_the_answer(listens_to, heard, answers):
    processor = tiny_processor(listens_to=listens_to)
    batch = processor([TALK], answers=answers)
    assert processor.tokenizer.decode(batch["question_ids"][0]) == heard
    assert batch["question_mask"].all()


@pytest.mark.parametrize("listens_to", ["prompt", "question"])
def test_the_question_does_not_depend_on_the_answer_of_the_last_turn(listens_to):
    processor = tiny_processor(listens_to=listens_to)
    told = [dataclasses.replace(ONE[0], answer="A secret.")]
    first, second = processor([ONE]), processor([told], answers=["Another secret."])
    assert torch.equal(first["question_ids"], second["question_ids"])


def test_prompts_are_padded_on_the_left(processor):
    batch = processor([ONE, TWO, NONE])
    mask = batch["attention_mask"]
    assert (mask.diff(dim=1) >= 0).all()
    assert mask[:, -1].all()
    assert not mask.all()
    assert (batch["input_ids"][mask == 0] == PAD).all()
    alone = [processor([c])["input_ids"][0].tolist() for c in (ONE, TWO, NONE)]
    assert rows(batch["input_ids"], mask) == alone
    assert "labels" not in batch


def test_prompts_with_answers_are_padded_on_the_right(processor):
    answers = ["Yes.", "No, they are not.", "Me."]
    batch = processor([ONE, TWO, NONE], answers=answers)
    mask = batch["attention_mask"]
    assert (mask.diff(dim=1) <= 0).all()
    assert not mask.all()
    assert (batch["input_ids"][mask == 0] == PAD).all()
    assert (batch["labels"][mask == 0] == IGNORED).all()
    for conversation, answer, row in zip(
        (ONE, TWO, NONE), answers, rows(batch["input_ids"], mask), strict=True
    ):
        assert row == processor([conversation], answers=[answer])["input_ids"][0].tolist()


def test_a_tokenizer_without_padding_pads_with_its_end_mark(beyond):
    assert beyond.tokenizer.pad_token_id is None
    batch = beyond([ONE, NONE])
    assert (batch["input_ids"][batch["attention_mask"] == 0] == beyond.tokenizer.eos_token_id).all()
    assert beyond.decode(batch["input_ids"][1]) == "USER: Who are you? ASSISTANT:"


def test_a_tokenizer_without_end_mark_is_an_error():
    tokenizer = tiny_tokenizer()
    tokenizer.eos_token = None
    with pytest.raises(ValueError, match="end mark"):
        ChatNTProcessor(tokenizer, nucleotide_tokenizer())


def test_an_unknown_chat_format_is_an_error():
    with pytest.raises(ValueError, match=r"no chat format 'alpaca'; there are chatml, chatnt, plain\."):
        ChatNTProcessor(tiny_tokenizer(), nucleotide_tokenizer(), format="alpaca")


@pytest.mark.parametrize("conversation", [ONE, TWO, NONE, TALK])
@pytest.mark.parametrize("answer", ["Yes.", "", "No, there is none; I looked 3 times."])
def test_only_the_answer_and_its_end_mark_have_labels(processor, conversation, answer):
    batch = processor([conversation], answers=[answer])
    labels, ids = batch["labels"][0].tolist(), batch["input_ids"][0].tolist()
    prompt = processor([conversation])["input_ids"].shape[1]
    assert labels[:prompt] == [IGNORED] * prompt
    assert labels[prompt:] == ids[prompt:]
    assert labels[-1] == END
    assert processor.tokenizer.decode(labels[prompt:-1]) == f" {answer}"


def test_a_token_that_joins_prompt_and_answer_has_a_label():
    joined = sign_tokenizer(": Y", "No")
    processor = ChatNTProcessor(joined, nucleotide_tokenizer(), latents=2, vocab_size=200, format="plain")
    conversations = [turns("<DNA>?", "A")] * 2
    batch = processor(conversations, answers=["Yes", "No"])
    said = [processor.tokenizer.convert_ids_to_tokens(r[r != IGNORED].tolist()) for r in batch["labels"]]
    assert said == [[": Y", "e", "s", "</s>"], [" ", "No", "</s>"]]
    for ids, labels in zip(batch["input_ids"], batch["labels"], strict=True):
        assert torch.equal(ids[labels != IGNORED], labels[labels != IGNORED])


def test_rows_may_have_different_numbers_of_sequences(processor):
    batch = processor([ONE, TWO, NONE])
    mask = batch["dna_mask"]
    assert batch["dna_ids"].shape == mask.shape == (3, 2, 10)
    assert mask.sum(-1).tolist() == [[10, 0], [3, 7], [0, 0]]
    letters = [[NUCLEOTIDES.index(c) + 1 for c in text] for text in ("ACGTACGTAC", "ACG", "TTTTTTT")]
    assert batch["dna_ids"][mask.bool()].tolist() == [i for text in letters for i in text]
    assert (batch["dna_ids"][mask == 0] == processor.dna_tokenizer.pad_token_id).all()
    slots = (batch["input_ids"] == SLOT).sum(1)
    assert slots.tolist() == (mask.any(-1).sum(1) * LATENTS).tolist()


def test_without_dna_there_are_no_tensors_of_dna(processor):
    assert set(processor([NONE, NONE])) == {"input_ids", "attention_mask", "question_ids", "question_mask"}


@pytest.mark.parametrize(
    ("encoder", "fits", "tokens"),
    [("nucleotide_cnn", 128, "129"), ("nucleotide_transformer", 127 * 6, "129")],
)
def test_a_sequence_beyond_the_reach_of_the_encoder_is_an_error(encoder, fits, tokens):
    processor = tiny_processor(encoder)
    assert processor([turns("<DNA>", "A" * fits)])["dna_ids"].shape[-1] == 128
    with pytest.raises(SequenceTooLongError) as caught:
        processor([ONE, turns("<DNA> <DNA>", "A", "A" * (fits + 1))])
    for part in (f"{fits + 1} bases", f"{tokens} tokens", "reads 128", "dna["):
        assert part in str(caught.value)


def test_a_prompt_beyond_the_reach_of_the_decoder_is_an_error():
    processor = tiny_processor()
    size = processor([ONE])["input_ids"].shape[1]
    assert tiny_processor(max_tokens=size)([ONE, NONE])["input_ids"].shape[1] == size
    with pytest.raises(SlotError) as caught:
        tiny_processor(max_tokens=size - 1)([NONE, ONE])
    for part in (f"{size} tokens", f"reads {size - 1}", "shorten"):
        assert part in str(caught.value)


def test_room_for_the_answer_counts():
    size = tiny_processor()([ONE])["input_ids"].shape[1]
    processor = tiny_processor(max_tokens=size + 5)
    assert processor([ONE], room=5)["input_ids"].shape[1] == size
    with pytest.raises(SlotError, match=f"{size} tokens, slots included and the answer needs up to 6"):
        processor([ONE], room=6)


def test_a_prompt_with_its_answer_beyond_the_reach_is_an_error():
    size = tiny_processor()([ONE])["input_ids"].shape[1]
    with pytest.raises(SlotError):
        tiny_processor(max_tokens=size + 1)([ONE], answers=["Yes, there is one."])


@pytest.mark.parametrize(
    ("dna", "normal", "official"),
    [
        ("ACGTACRYACGTAC", [CLS, 728, N, N, 728], [CLS, 728, UNK, 728]),
        ("acgtac", [CLS, 728], [CLS, 728]),
        ("ACGUAC", [CLS, 728], [CLS, 728]),
        ("ACGNAC", [CLS, 4102, 4104, 4105, N, 4102, 4104], [CLS, 4102, 4104, 4105, N, 4102, 4104]),
    ],
)
def test_ambiguity_codes_are_read_as_n_unless_the_official_way_is_asked(dna, normal, official):
    for expected, mode in ((normal, False), (official, True)):
        processor = tiny_processor("nucleotide_transformer", official=mode)
        assert processor([turns("<DNA>", dna)])["dna_ids"][0, 0].tolist() == expected


def test_a_tokenizer_of_letters_keeps_ambiguity_codes(processor):
    ids = processor([turns("<DNA>", "acguRN")])["dna_ids"][0, 0].tolist()
    assert ids == [NUCLEOTIDES.index(c) + 1 for c in "ACGTRN"]


SETTINGS = {
    "latents": 5, "vocab_size": 123, "format": "chatml", "keep_placeholder": True, "listens_to": "question",
    "max_dna_tokens": 77, "max_tokens": 88, "official": True,
}  # fmt: skip


@pytest.mark.parametrize("load", [ChatNTProcessor.from_pretrained, AutoProcessor.from_pretrained])
@pytest.mark.parametrize("changed", [{}, SETTINGS, *({k: v} for k, v in SETTINGS.items())])
def test_saving_and_loading_restores_every_setting(tmp_path, load, changed):
    given = ChatNTProcessor(tiny_tokenizer(), kmer_tokenizer(), **changed)
    given.save_pretrained(tmp_path)
    restored = load(tmp_path)
    assert type(restored) is ChatNTProcessor
    for name in SETTINGS:
        assert getattr(restored, name) == getattr(given, name), name
        if name in changed:
            assert getattr(restored, name) == changed[name]
    assert restored.dna_tokenizer("ACGTACGNN").input_ids == given.dna_tokenizer("ACGTACGNN").input_ids
    assert restored.tokenizer("Is <DNA>?").input_ids == given.tokenizer("Is <DNA>?").input_ids
    for side in ("pad_token_id", "slot_token_id"):
        assert getattr(restored, side) == getattr(given, side)


def test_every_setting_of_the_constructor_is_written(tmp_path):
    tiny_processor().save_pretrained(tmp_path)
    written = json.loads((tmp_path / "processor_config.json").read_text())
    assert written.keys() == SETTINGS.keys() | {"processor_class"}


def test_a_loaded_processor_makes_the_same_tensors(tmp_path, beyond):
    beyond.save_pretrained(tmp_path)
    restored = ChatNTProcessor.from_pretrained(tmp_path)
    for answers in (None, ["Yes.", "No."]):
        given, again = (p([ONE, TWO], answers=answers) for p in (beyond, restored))
        assert given.keys() == again.keys()
        assert all(torch.equal(given[name], again[name]) for name in given)


def test_the_placeholder_is_one_token_for_a_tokenizer_that_did_not_know_it():
    tokenizer = sign_tokenizer()
    tokenizer.add_special_tokens({"extra_special_tokens": [AddedToken("<|im_end|>", special=True)]})
    assert len(tokenizer("<DNA>").input_ids) == 5
    processor = ChatNTProcessor(tokenizer, nucleotide_tokenizer(), format="plain")
    assert processor.tokenizer("<DNA>").input_ids == [processor.slot_token_id]
    # Its other special tokens are still special.
    assert {"<|im_end|>", "<DNA>"} <= set(processor.tokenizer.all_special_tokens)
    assert processor.decode(processor.tokenizer("a<|im_end|><DNA>b").input_ids) == "ab"


def test_decoding_leaves_special_tokens_and_outer_space_out(processor):
    ids = processor.tokenizer("<pad>  Yes, <DNA>there is. </s><pad>").input_ids
    assert processor.decode(ids) == "Yes, there is."
