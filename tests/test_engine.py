"""Answers in batches, in pieces, and their likelihood."""

import itertools
import threading
from unittest import mock

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import PreTrainedTokenizerFast

from chatnt.conversation import Question, Turn
from chatnt.dna_tokenizers import nucleotide_tokenizer
from chatnt.engine import Engine
from chatnt.errors import AnswerError, SequenceTooLongError, SlotError
from chatnt.processor import ChatNTProcessor
from tests.tiny import DECODER_FAMILIES, LATENTS, tiny_model, tiny_pair

CONVERSATIONS = [
    [Turn(Question.of("Is there a TATA promoter in <DNA>?", "ACGTTGCA" * 9))],
    [Turn(Question.of("Which?", []))],
    [Turn(Question.of("Is <DNA> like <DNA>?", ["ACGT", "TTTTTTGACA" * 6]))],
    [
        Turn(Question.of("Is there a promoter in <DNA>?", "GGGACCA"), "No, there is none."),
        Turn(Question.of("Which splice site does <DNA> contain?", "CATTTGCA")),
    ],
    [Turn(Question.of("<DNA>", "A"))],
]
ANSWERS = ["Yes.", "No, there is no TATA promoter in this sequence.", "", "Nein: ÄÖ 23", "Yes."]


@pytest.fixture(scope="module", params=DECODER_FAMILIES)
def engine(request):
    return lively(tiny_pair(decoder=request.param))


@pytest.fixture(scope="module")
def llama():
    return lively(tiny_pair())


def lively(pair):
    """Make the random weights of a pair large, so that its answers differ from prompt to prompt."""
    torch.manual_seed(3)
    model, processor = pair
    with torch.no_grad():
        for weight in model.decoder.parameters():
            if weight.ndim > 1:
                weight.normal_(std=0.4)
        model.resampler.latents.normal_()
    return Engine(model, processor)


def test_answers_do_not_depend_on_the_batch(engine):
    alone = [engine.generate([c], max_new_tokens=20)[0] for c in CONVERSATIONS]
    assert len(set(alone)) == len(alone)  # else the order could not be seen
    for size in (2, 3, 32):
        assert engine.generate(CONVERSATIONS, max_new_tokens=20, batch_size=size) == alone


@pytest.mark.parametrize("order", list(itertools.permutations(range(3)))[1:])
def test_answers_come_in_the_order_of_the_questions(llama, order):
    chosen = [CONVERSATIONS[i] for i in order]
    straight = llama.generate(CONVERSATIONS[:3], max_new_tokens=8)
    assert llama.generate(chosen, max_new_tokens=8, batch_size=2) == [straight[i] for i in order]


def test_no_question_has_no_answer(llama):
    assert llama.generate([]) == []


@pytest.mark.parametrize("conversation", CONVERSATIONS)
@pytest.mark.parametrize("tokens", [1, 7, 40])
def test_the_pieces_of_a_stream_are_the_answer(engine, conversation, tokens):
    pieces = list(engine.stream(conversation, max_new_tokens=tokens))
    assert "".join(pieces) == engine.generate([conversation], max_new_tokens=tokens)[0]
    assert all(pieces)


def scripted(engine, words, stop_after=None, go_on=None):
    """Let the decoder write given words, whatever it is asked; after some tokens it may wait for an event."""
    ids = engine.processor.tokenizer(words, add_special_tokens=False).input_ids
    step = itertools.count()
    real = engine.model.decoder.forward

    def forward(*args, **kwargs):
        i = next(step)
        if i == stop_after:
            assert go_on.wait(timeout=60)
        out = real(*args, **kwargs)
        out.logits[:, -1] = -1e9
        out.logits[:, -1, ids[i] if i < len(ids) else engine.processor.tokenizer.eos_token_id] = 0
        return out

    return mock.patch.object(engine.model.decoder, "forward", forward)


@pytest.mark.parametrize(
    "text",
    [
        " Yes, there is one.",
        "  two  spaces\n  and lines\n",
        "Ähnlich – ja 漢字 ok",
        "",
        " ",
        "x",
        "a\tb\n\nc",
    ],
)
def test_a_stream_gives_whole_words(llama, text):
    with scripted(llama, text):
        pieces = list(llama.stream(CONVERSATIONS[0], max_new_tokens=64))
    assert "".join(pieces) == text.strip()
    assert all(piece.endswith(" ") for piece in pieces[:-1])
    assert len(pieces) >= len(text.split()) / 2 or "\n" in text


def test_the_first_words_come_before_the_last_are_written(llama):
    go_on = threading.Event()
    with scripted(llama, " one two three four five", stop_after=12, go_on=go_on):
        pieces = llama.stream(CONVERSATIONS[0])
        assert next(pieces) == "one "
        assert not go_on.is_set()
        go_on.set()
        assert "".join(pieces) == "two three four five"


def test_the_end_mark_and_what_follows_are_no_part_of_an_answer(llama):
    with scripted(llama, " Yes, there is."):
        assert llama.generate(CONVERSATIONS[:1]) == ["Yes, there is."]


def test_a_tokenizer_without_padding_adds_nothing_to_the_shorter_answer(llama):
    tokenizer = whole_words("one", "two", "three", "<DNA>")  # id 0 is a word
    assert tokenizer.pad_token_id is None
    processor = ChatNTProcessor(
        tokenizer, nucleotide_tokenizer(), latents=LATENTS, vocab_size=320, format="plain"
    )
    engine = Engine(tiny_model(slot_token_id=processor.slot_token_id), processor)
    real = engine.model.decoder.forward
    step = itertools.count(1)

    def forward(*args, **kwargs):
        out = real(*args, **kwargs)
        written = next(step)
        out.logits[:, -1] = -1e9
        for row in range(2):  # one word, then three
            out.logits[row, -1, tokenizer.eos_token_id if written > 1 + 2 * row else 1] = 0
        return out

    with mock.patch.object(engine.model.decoder, "forward", forward):
        assert engine.generate([[Turn(Question("one"))], [Turn(Question("two"))]]) == ["two", "two two two"]


def whole_words(*words):
    vocabulary = {word: i for i, word in enumerate([*words, "</s>", "<unk>"])}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<unk>"))
    tokenizer.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    return PreTrainedTokenizerFast(tokenizer_object=tokenizer, eos_token="</s>", unk_token="<unk>")


class _BreakdownError(Exception):
    pass


@pytest.mark.parametrize("error", [_BreakdownError("broken"), KeyboardInterrupt(), RuntimeError("shape")])
@pytest.mark.parametrize("good_tokens", [0, 8])
def test_an_error_while_writing_reaches_the_reader(llama, error, good_tokens):
    step = itertools.count()
    with scripted(llama, " one two three four five six"):
        real = llama.model.decoder.forward

        def forward(*args, **kwargs):
            if next(step) >= good_tokens:
                raise error
            return real(*args, **kwargs)

        with mock.patch.object(llama.model.decoder, "forward", forward), pytest.raises(type(error)) as caught:
            list(llama.stream(CONVERSATIONS[0]))
    assert caught.value is error
    assert list(llama.stream(CONVERSATIONS[0], max_new_tokens=2))  # and the next one works


def test_writing_stops_when_nobody_reads_on(llama):
    go_on, before = threading.Event(), set(threading.enumerate())
    with scripted(llama, " one two three" * 5, stop_after=12, go_on=go_on):
        pieces = llama.stream(CONVERSATIONS[0])
        next(pieces)
        pieces.close()
        with mock.patch.object(llama.model.decoder, "forward", wraps=llama.model.decoder.forward) as called:
            go_on.set()
            for thread in set(threading.enumerate()) - before:
                thread.join(timeout=60)
                assert not thread.is_alive()
    assert called.call_count <= 1


def test_a_stream_that_is_stopped_ends_before_the_next_token(llama):
    stop, text = threading.Event(), " one two three" * 5
    tokens = llama.processor.tokenizer(text, add_special_tokens=False).input_ids
    with scripted(llama, text):
        pieces = llama.stream(CONVERSATIONS[0], stop=stop)
        first = next(pieces)
        stop.set()
        rest = "".join(pieces)
    assert first == "one "
    assert text.strip().startswith(first + rest)
    stopped = threading.Event()
    stopped.set()
    with scripted(llama, text):
        assert list(llama.stream(CONVERSATIONS[0], stop=stopped)) == []
    with scripted(llama, text):
        assert "".join(llama.stream(CONVERSATIONS[0], stop=threading.Event())) == text.strip()
    assert len(tokens) > 15


@pytest.mark.parametrize("run", ["generate", "stream", "score"])
def test_a_sequence_that_is_too_long_is_told(llama, run):
    conversation = [Turn(Question.of("Is <DNA> long?", "A" * 129))]
    with pytest.raises(SequenceTooLongError, match="129 bases"):
        run_all(llama, run, conversation)


def run_all(engine, run, conversation):
    if run == "score":
        return engine.score(conversation, ["Yes."])
    return list(engine.generate([conversation]) if run == "generate" else engine.stream(conversation))


@pytest.mark.parametrize("run", ["generate", "stream", "score"])
def test_a_question_that_is_too_long_is_told(llama, run):
    with pytest.raises(SlotError, match="this pair reads 256"):
        run_all(llama, run, [Turn(Question("word " * 10_000))])


def test_the_answer_must_fit_behind_the_prompt(engine):
    conversation = CONVERSATIONS[0]
    prompt = engine.processor([conversation])["input_ids"].shape[1]
    fits = engine.processor.max_tokens - prompt
    assert engine.generate([conversation], max_new_tokens=fits)
    with pytest.raises(SlotError, match=f"needs up to {fits + 1}"):
        engine.generate([conversation], max_new_tokens=fits + 1)


@torch.no_grad()
def likelihood(engine, conversation, answer):
    """Score one answer in one pass over all of its tokens, without a cache."""
    batch = engine.processor([conversation], answers=[answer])
    labels = batch.pop("labels")[0]
    logits = engine.model(**batch, use_cache=False).logits[0]
    chances = torch.log_softmax(logits.double(), dim=-1)
    return sum(float(chances[i - 1, token]) for i, token in enumerate(labels.tolist()) if token != -100)


@pytest.mark.parametrize("conversation", CONVERSATIONS)
def test_a_score_is_the_likelihood_of_the_whole_answer(engine, conversation):
    scores = engine.score(conversation, ANSWERS)
    expected = [likelihood(engine, conversation, answer) for answer in ANSWERS]
    assert scores.tolist() == pytest.approx(expected, rel=1e-4, abs=1e-3)
    assert scores.max() < 0
    for answer, score in zip(ANSWERS, scores, strict=True):
        assert engine.score(conversation, [answer]).item() == pytest.approx(score.item(), rel=1e-4, abs=1e-3)


def test_a_score_looks_at_the_dna(llama):
    texts = ["ACGTTGCA" * 9, "GGGACCA"]
    scores = [llama.score([Turn(Question.of("Which is <DNA>?", text))], ["Yes."]).item() for text in texts]
    assert scores[0] != pytest.approx(scores[1], abs=1e-3)


def test_the_end_mark_is_part_of_the_score(llama):
    end = llama.processor.tokenizer.eos_token_id
    with mock.patch.object(llama.model.decoder, "forward", _never(llama.model.decoder.forward, end)):
        assert llama.score(CONVERSATIONS[0], ["Yes."]).item() < -1e6


def _never(real, token):
    def forward(*args, **kwargs):
        out = real(*args, **kwargs)
        out.logits[..., token] = -1e9
        return out

    return forward


def test_a_score_counts_an_answer_whose_start_is_joined_with_the_prompt(llama):
    """The last sign of the prompt and the first of the answer are one token here."""
    vocabulary = {sign: i for i, sign in enumerate(["<pad>", "</s>", "<DNA>", *"USERAIT:Yeson. ", ": Yes"])}
    vocabulary = {token: i for i, token in enumerate(dict.fromkeys(vocabulary))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="<pad>"))
    tokenizer.pre_tokenizer = pre_tokenizers.Split(_joined(), "isolated")
    tokenizer.decoder = decoders.Fuse()
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="<pad>", eos_token="</s>")
    processor = ChatNTProcessor(fast, nucleotide_tokenizer(), latents=LATENTS, vocab_size=320, format="plain")
    engine = Engine(tiny_model(slot_token_id=processor.slot_token_id), processor)
    conversation = [Turn(Question.of("so <DNA>", "ACGT"))]
    prompt = processor([conversation])["input_ids"][0].tolist()
    full = processor([conversation], answers=["Yes."])["input_ids"][0].tolist()
    assert prompt[-1] == vocabulary[":"]
    assert full[len(prompt) - 1] == vocabulary[": Yes"]
    scores = engine.score(conversation, ["Yes.", "no."])
    expected = [likelihood(engine, conversation, answer) for answer in ("Yes.", "no.")]
    assert scores.tolist() == pytest.approx(expected, rel=1e-4)
    each = engine.score_each(
        [conversation] * 2, ["Yes.", "no."], soft_tokens=engine.read_each([conversation] * 2)
    )
    torch.testing.assert_close(each, scores.expand(2, -1))
    with mock.patch.object(
        engine.model.decoder, "forward", _never(engine.model.decoder.forward, vocabulary[": Yes"])
    ):
        assert engine.score(conversation, ["Yes."]).item() < -1e6


def _joined():
    from tokenizers import Regex

    return Regex(": Yes|.")


def test_no_answers_cannot_be_scored(llama):
    with pytest.raises(AnswerError, match="at least one"):
        llama.score(CONVERSATIONS[0], [])


def test_the_placeholder_is_never_written(engine):
    slot = engine.processor.slot_token_id
    real = engine.model.decoder.forward

    def forward(*args, **kwargs):
        out = real(*args, **kwargs)
        out.logits[..., slot] = 1e4  # it would like to write nothing else
        return out

    expected = [engine.generate([c], max_new_tokens=6) for c in CONVERSATIONS]
    with mock.patch.object(engine.model.decoder, "forward", forward):
        for conversation, answer in zip(CONVERSATIONS, expected, strict=True):
            assert engine.generate([conversation], max_new_tokens=6) == answer
            assert "".join(engine.stream(conversation, max_new_tokens=6)) == answer[0]


def test_several_conversations_are_scored_as_each_alone(engine):
    alone = torch.stack([engine.score(c, ANSWERS) for c in CONVERSATIONS])
    together = engine.score_each(CONVERSATIONS, ANSWERS, batch_size=2 * len(ANSWERS))
    assert together.shape == (len(CONVERSATIONS), len(ANSWERS))
    torch.testing.assert_close(together, alone, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize("size", [1, 7, 1000])
def test_scores_do_not_depend_on_the_batch(llama, size):
    scores = llama.score_each(CONVERSATIONS, ANSWERS, batch_size=size)
    torch.testing.assert_close(scores, llama.score_each(CONVERSATIONS, ANSWERS), rtol=1e-5, atol=1e-4)


def test_soft_tokens_of_several_conversations_spare_the_encoder(llama):
    soft = llama.read_each(CONVERSATIONS)
    assert soft.shape[:2] == (len(CONVERSATIONS), 2)
    expected = llama.generate(CONVERSATIONS, max_new_tokens=8), llama.score_each(CONVERSATIONS, ANSWERS)
    with mock.patch.object(llama.model.encoder, "forward", side_effect=AssertionError):
        texts = llama.generate(CONVERSATIONS, max_new_tokens=8, batch_size=2, soft_tokens=soft)
        scores = llama.score_each(CONVERSATIONS, ANSWERS, soft_tokens=soft)
    assert texts == expected[0]
    torch.testing.assert_close(scores, expected[1], rtol=1e-4, atol=1e-3)
    assert llama.read_each(CONVERSATIONS[1:2]) is None


@pytest.mark.parametrize(
    "answers",
    [["It is 1.25.", "It is 1.5.", "It is -3."], ["Yes."], ["Yes.", "Yes."], ["Yes", "Yes, yes."], [""]],
)
def test_what_answers_begin_with_is_scored_too(llama, answers):
    alone = torch.stack([llama.score(c, answers) for c in CONVERSATIONS])
    torch.testing.assert_close(llama.score_each(CONVERSATIONS, answers), alone, rtol=1e-4, atol=1e-3)


def test_nothing_to_score(llama):
    assert llama.score_each([], ANSWERS).shape == (0, len(ANSWERS))
    with pytest.raises(AnswerError, match="at least one"):
        llama.score_each(CONVERSATIONS, [])
