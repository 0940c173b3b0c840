"""Captions in slots: what the small decoder is taught before it meets DNA."""

import copy
import random
from collections import Counter
from types import SimpleNamespace

import pytest
import torch

from chatnt.conversation import PLACEHOLDER
from chatnt.model import ChatNTModel
from chatnt.pairs.reading import NOT_READ, ReadingLesson, train_tokenizer
from chatnt.processor import ChatNTProcessor
from chatnt.tasks import get_task
from chatnt.tasks.captions import caption
from tests.tiny import tiny_config, tiny_processor

TASKS = [get_task(name) for name in ("promoter_tata", "splice_sites_all", "enhancers", "gfp_fluorescence")]
TATA, SPLICING, _, GFP = TASKS
LATENTS = 32


@pytest.fixture(scope="module")
def tokenizer():
    return train_tokenizer(TASKS, 400)


@pytest.fixture(scope="module")
def processor(tokenizer):
    return ChatNTProcessor(
        tokenizer,
        tiny_processor().dna_tokenizer,
        latents=LATENTS,
        vocab_size=400,
        format="plain",
        listens_to="question",
        max_dna_tokens=128,
        max_tokens=512,
    )


def made_model(processor, **sizes):
    config = tiny_config(slot_token_id=processor.slot_token_id, latents=LATENTS, vocab_size=400)
    config.decoder_config.update({"vocab_size": 400, "max_position_embeddings": 512} | sizes)
    config.resampler_config.dim = config.decoder_config.hidden_size
    torch.manual_seed(0)
    return ChatNTModel(config)


@pytest.fixture
def model(processor):
    return made_model(processor)


@pytest.fixture
def lesson(model, processor):
    return ReadingLesson(model, processor, TASKS, batch_size=8)


@pytest.mark.parametrize("number", ["0123456789", "300", "400", "99", "7"])
def test_digits_are_words_of_their_own(number):
    # So large that it would hold the numbers of the questions.
    tokenizer = train_tokenizer(TASKS, 1024)
    assert tokenizer.tokenize(number) == list(number)
    assert tokenizer.tokenize(f"H{number}!") == ["H", *number, "!"]


@pytest.mark.parametrize(
    "text",
    [
        "Is there a TATA promoter?",
        " two  spaces, a\ttab and a\nline ",
        "µ-opioid 5′→3′ Ω≈ç√",
        "日本語 🧬",
        "\x00\x7f",
        "H3K4me3 at 3.14e-5",
    ],
)
def test_any_text_survives_the_round_trip(tokenizer, text):
    ids = tokenizer(text).input_ids
    assert max(ids) < len(tokenizer)
    assert tokenizer.decode(ids) == text


def test_the_vocabulary_is_learned_from_the_wordings(tokenizer):
    assert len(tokenizer) == 400
    # Words of every question are one token, words of none are several.
    assert len(tokenizer(" sequence").input_ids) == 1
    assert len(tokenizer(" zygote").input_ids) > 1


def test_special_tokens_are_in_no_text(tokenizer):
    assert (tokenizer.pad_token_id, tokenizer.eos_token_id) == (0, 1)
    assert tokenizer.convert_tokens_to_ids(PLACEHOLDER) == 2
    assert not set(range(3)) & set(tokenizer("USER: Is it new? ASSISTANT: Yes.").input_ids)
    assert tokenizer(f"is {PLACEHOLDER} new").input_ids.count(2) == 1


def test_the_tokenizer_is_the_same_every_time():
    first, again = train_tokenizer(TASKS, 350), train_tokenizer(TASKS, 350)
    assert first.get_vocab() == again.get_vocab()


def test_numbers_are_read_too(tokenizer):
    """The words of a regression task are in the vocabulary, and its digits one by one."""
    assert len(tokenizer(" fluorescence").input_ids) == 1
    assert len(tokenizer(caption(GFP, 1.25)).input_ids) == len(tokenizer(caption(GFP, 3.0)).input_ids)


def test_a_task_without_anything_to_state_is_refused():
    nothing = copy.copy(GFP)
    object.__setattr__(nothing, "scale", None)  # which no task can be made with
    with pytest.raises(ValueError, match="gfp_fluorescence has neither labels nor a scale"):
        train_tokenizer([nothing], 300)


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.name)
def test_captions_of_a_task_differ_by_what_is_true_only(task):
    truths = task.labels or (0.0, 1.25, 5.0)
    captions = [caption(task, truth) for truth in truths]
    assert len(set(captions)) == len(truths)
    assert all(text.startswith(f" {task.caption[0]} : ") for text in captions)


def fact_of(tokenizer, label, other=None, share=1.0):
    words, others = (tokenizer(caption(TATA, which)).input_ids for which in (label, other or label))
    return words, others, share


class Letters:
    """Stands for a tokenizer: every letter is a word."""

    def __call__(self, text):
        return SimpleNamespace(input_ids=[ord(letter) for letter in text])


class Calm(random.Random):
    """No noise and no stretching, from the first place on: what is laid is what is read."""

    def uniform(self, low, high):
        return {(0, 0.6): 0.0, (0.5, 2): 1.0}[low, high]

    def randint(self, low, high):
        return self.place if low <= self.place <= high else high


@torch.no_grad()
@pytest.mark.parametrize("place", [0, 5])
def test_captions_land_in_the_slots_as_embedded_words(model, lesson, tokenizer, place):
    rng = Calm(0)
    rng.place = place
    labels = ("promoter", "not a promoter")
    slots = lesson._slots([fact_of(tokenizer, label) for label in labels], rng)
    ids = [i for label in labels for i in tokenizer(caption(TATA, label)).input_ids]
    table = model.get_input_embeddings().weight
    assert slots.shape == (LATENTS, table.shape[1])
    torch.testing.assert_close(slots[place : place + len(ids)], table[ids])
    assert slots[:place].eq(0).all()
    assert slots[place + len(ids) :].eq(0).all()


@torch.no_grad()
def test_doubtful_evidence_lies_between_two_labels(model, lesson, tokenizer):
    rng = Calm(0)
    rng.place = 0
    first, second, share = fact = fact_of(tokenizer, "promoter", "not a promoter", 0.75)
    slots = lesson._slots([fact], rng)
    table = model.get_input_embeddings().weight
    torch.testing.assert_close(slots[: len(first)], 0.75 * table[first] + 0.25 * table[second])
    assert not torch.allclose(table[first], table[second])
    assert share == 0.75


@torch.no_grad()
def test_noise_does_not_drown_the_captions(model, lesson, tokenizer):
    """Over all draws the noise stays below the smallest caption."""
    size = model.get_input_embeddings().weight.pow(2).mean().sqrt()
    for seed in range(20):
        slots = lesson._slots([fact_of(tokenizer, "promoter")], random.Random(seed))
        sizes = slots.pow(2).mean(1).sqrt() / size
        assert sizes.max() < 3.5
        assert sizes.max() > 0.4


def test_facts_are_given_as_far_as_there_are_slots(lesson, tokenizer):
    """None is cut off: a caption without its end would be read as nothing."""
    captions = {tuple(tokenizer(caption(t, label)).input_ids) for t in TASKS for label in t.labels}
    counts = Counter()
    for seed in range(200):
        _, _, (facts,) = lesson._row(random.Random(seed), two_turns=False)
        assert sum(len(words) for words, _, _ in facts) <= LATENTS
        for words, _, _ in facts:
            assert tuple(words) in captions or tokenizer.decode(words).startswith(" fluorescence : ")
        counts[len(facts)] += 1
    assert set(counts) == {1, 2, 3}


def test_fewer_slots_hold_fewer_facts(model, processor, lesson):
    longest = max(len(processor.tokenizer(caption(t, x)).input_ids) for t in TASKS[:3] for x in t.labels)
    narrow = SimpleNamespace(latents=longest, tokenizer=processor.tokenizer)
    rows = [
        ReadingLesson(model, narrow, TASKS[:3])._row(random.Random(seed), two_turns=False)
        for seed in range(30)
    ]
    assert all(sum(len(words) for words, _, _ in facts[0]) <= longest for _, _, facts in rows)


def test_a_caption_longer_than_the_slots_is_refused(model, processor):
    narrow = SimpleNamespace(latents=3, tokenizer=processor.tokenizer)
    with pytest.raises(ValueError, match=r"of promoter_tata has [0-9]+ tokens and there are 3 slots"):
        ReadingLesson(model, narrow, [TATA])._row(random.Random(0), two_turns=False)


@pytest.mark.parametrize(("step", "turns"), [(1, 1), (4, 2)])
def test_everything_but_slots_and_padding_is_learned(model, processor, lesson, step, turns):
    (batch,) = lesson.micro_batches(step)
    assert model(**batch.inputs).loss.isfinite()
    ids, labels, mask = (batch.inputs[name] for name in ("input_ids", "labels", "attention_mask"))
    slot = processor.slot_token_id
    assert (ids == slot).sum(1).tolist() == [turns * LATENTS] * 8
    assert batch.inputs["soft_tokens"].shape == (8, turns, LATENTS, 16)
    learned = mask.bool() & (ids != slot)
    assert torch.equal(labels != -100, learned)
    assert torch.equal(labels[learned], ids[learned])
    assert batch.rows == 8


def test_captions_are_words_that_learn(model, lesson):
    """The loss reaches the word embeddings through the slots too."""
    (batch,) = lesson.micro_batches(1)
    (gradient,) = torch.autograd.grad(model(**batch.inputs).loss, batch.inputs["soft_tokens"])
    assert gradient.abs().max() > 0
    (reached,) = torch.autograd.grad(
        batch.inputs["soft_tokens"], model.get_input_embeddings().weight, gradient
    )
    assert reached.abs().max() > 0


def test_what_is_read_has_a_fingerprint(model, processor, lesson):
    assert list(lesson.fingerprint()) == ["captions"]
    assert ReadingLesson(model, processor, TASKS, batch_size=8).fingerprint() == lesson.fingerprint()
    for changes in ({"tasks": TASKS[:3]}, {"seed": 1}, {"batch_size": 9}):
        settings = {"tasks": TASKS, "batch_size": 8} | changes
        assert ReadingLesson(model, processor, **settings).fingerprint() != lesson.fingerprint()


def test_the_answer_follows_the_fact_that_is_asked_for(lesson, tokenizer):
    rng = random.Random(0)
    certain, seen = 0, Counter()
    for _ in range(150):
        turns, answer, facts = lesson._row(rng, two_turns=False)
        (turn,) = turns
        assert turn.question.sequences == (NOT_READ,)
        (task,) = [t for t in TASKS if turn.question.text in t.questions.train]
        stated = caption(task, task.parse(answer))
        # One fact about what is asked, the others about other things.
        texts = [
            (tokenizer.decode(words), tokenizer.decode(others), share) for words, others, share in facts[0]
        ]
        (asked,) = [fact for fact in texts if fact[0].startswith(f" {task.caption[0]} : ")]
        text, other, share = asked
        assert stated in (text, other)
        if share == 1:
            certain += 1
            assert stated == text
        else:
            assert 0.5 <= share < 1
        seen[task.name] += 1
    assert 80 < certain < 140
    assert len(seen) == len(TASKS)


def test_evidence_that_cannot_be_mixed_is_not_doubtful(model, processor):
    """What is in the slots would be one label alone, and now and then the answer another."""
    letters = SimpleNamespace(latents=LATENTS, tokenizer=Letters())
    lengths = [len(caption(SPLICING, label)) for label in SPLICING.labels]
    assert len(set(lengths)) == 3  # donor, acceptor, none
    lesson = ReadingLesson(model, letters, [SPLICING])
    for seed in range(60):
        _, answer, ((fact,),) = lesson._row(random.Random(seed), two_turns=False)
        words, _, share = fact
        assert share == 1
        assert "".join(map(chr, words)) == caption(SPLICING, SPLICING.parse(answer))


def test_two_numbers_are_written_with_as_many_letters(model, processor):
    """So that each place can hold a mixture of two digits."""
    lesson = ReadingLesson(model, processor, [GFP])
    doubtful = 0
    for seed in range(60):
        _, answer, ((fact,),) = lesson._row(random.Random(seed), two_turns=False)
        words, others, share = fact
        assert len(words) == len(others)
        assert 0 <= GFP.parse(answer) <= 5
        doubtful += share < 1 and words != others
    assert doubtful > 5


def losses_of(lesson, steps):
    return [lesson.model(**one.inputs).loss.item() for step in steps for one in lesson.micro_batches(step)]


def test_a_step_depends_on_its_number_and_the_seed_only(model, processor, lesson):
    expected = losses_of(lesson, [3, 7])
    torch.manual_seed(99)
    random.seed(99)
    again = ReadingLesson(model, processor, TASKS, batch_size=8)
    assert losses_of(again, [7, 3]) == expected[::-1]
    assert losses_of(ReadingLesson(model, processor, TASKS, batch_size=8, seed=1), [3]) != expected[:1]


def test_a_small_decoder_begins_to_read_in_twenty_steps(processor):
    model = made_model(processor, hidden_size=32, intermediate_size=64)
    # Words as large as the decoder of the recipe has them after a while.
    lesson = ReadingLesson(model, processor, TASKS, batch_size=8)
    optimizer = torch.optim.AdamW(model.decoder.parameters(), lr=1e-2)
    held_out = [100, 101]
    with torch.no_grad():
        before = sum(losses_of(lesson, held_out)) / 2
    for step in range(20):
        (batch,) = lesson.micro_batches(step)
        optimizer.zero_grad()
        model(**batch.inputs).loss.backward()
        optimizer.step()
    with torch.no_grad():
        after = sum(losses_of(lesson, held_out)) / 2
    assert before > 5.5  # 400 words, all alike
    assert after < 0.7 * before
