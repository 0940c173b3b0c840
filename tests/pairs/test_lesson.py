"""Batches of DNA, questions and answers: who is asked what, and what may be recalled."""

import dataclasses
import itertools
import random
from collections import Counter

import pytest
import torch

from chatnt.model import ChatNTModel
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import (
    TWO_TURNS_EVERY,
    WIDEST,
    DNALesson,
    Row,
    Shown,
    gathered,
    of_like_lengths,
    own_facts,
)
from chatnt.pairs.memory import nucleotide_ids, remembered
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from tests.tiny import tiny_cnn_config, tiny_config, tiny_processor

MARKS = Family(("h3", "h4"), 5)
ENHANCERS = Family(("enhancers", "enhancers_types"), 3, alone=0.7, turned=True)
GFP = Family(("gfp_fluorescence",), 2, alone=0.9)
FAMILIES = (MARKS, ENHANCERS, GFP)
INVENTED = tuple(Family((name,), 1, alone=0.3) for name in ("promoter_tata", "meltome", "polya_pas_human"))
LENGTHS = {family: 20 + 20 * i for i, family in enumerate(FAMILIES + INVENTED)}
NAMES = [name for family in FAMILIES + INVENTED for name in family.tasks]


def drawn(length, seed):
    return "".join(random.Random(seed).choices("ACGT", k=length))


def truth_of(name, i):
    task = get_task(name)
    if task.scale:
        return round(task.scale.low + 0.1 * i, 2)
    return task.labels[(i // 2 if name == "h4" else i) % len(task.labels)]


def examples_of(name, count=6):
    """Sequences of a length of their own for each family, most of them shared within it."""
    (family,) = [f for f in FAMILIES + INVENTED if name in f.tasks]
    length = LENGTHS[family]
    first = family.tasks.index(name)  # so that some are known to one task alone
    return [Example(drawn(length, f"{length}/{i}"), truth_of(name, i)) for i in range(first, first + count)]


EXAMPLES = {name: examples_of(name) for name in NAMES}
ASKED = {question: name for name in NAMES for question in get_task(name).questions.train}


@pytest.fixture(scope="module")
def pair():
    """With room for two turns, and an encoder that recalls two facts."""
    processor = tiny_processor(max_tokens=1000)
    config = tiny_config(slot_token_id=processor.slot_token_id)
    config.encoder_config = tiny_cnn_config(motifs=4, recalled_words=1, recalled_facts=2)
    torch.manual_seed(0)
    return ChatNTModel(config).eval(), processor


def made_lesson(pair, families=FAMILIES, **settings):
    return DNALesson(pair[1], EXAMPLES, families, **({"recalled": MARKS.tasks} | settings))


def rows_of(lesson, step):
    """Return the conversations and answers that a step gives to the processor."""
    given = []

    def record(conversations, *, answers):
        given.extend(zip(conversations, answers, strict=True))
        return processor(conversations, answers=answers)

    processor, lesson.processor = lesson.processor, record
    try:
        lesson.micro_batches(step)
    finally:
        lesson.processor = processor
    return given


def losses_of(model, lesson, step):
    """Return the loss of each pass of a step, all of them as parts of one mean."""
    passes = lesson.micro_batches(step)
    learned = sum(one.learned for one in passes)
    losses = []
    for one in passes:
        lesson.before(model, one.group)
        losses.append(model(**one.inputs, num_items_in_batch=learned).loss)
    return losses


def task_of(turn):
    return ASKED[turn.question.text]


def sequence_of(turn):
    (sequence,) = turn.question.sequences
    return str(sequence)


def test_questions_tell_the_tasks_apart():
    assert len(ASKED) == sum(len(get_task(name).questions.train) for name in NAMES)


# Who is asked what ---------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, TWO_TURNS_EVERY])
def test_every_family_has_its_rows(pair, step):
    lesson = made_lesson(pair, invented=INVENTED, invented_per_step=2)
    rows = Counter()
    for turns, _ in rows_of(lesson, step):
        (family,) = [f for f in FAMILIES + INVENTED if task_of(turns[-1]) in f.tasks]
        rows[family] += 1
    assert set(FAMILIES) < set(rows)
    assert len(set(rows) & set(INVENTED)) == 2
    for family, count in rows.items():
        assert family.sequences <= count <= family.sequences * len(family.tasks)


def test_every_simulated_task_has_its_turn(pair):
    lesson = made_lesson(pair, [GFP], invented=INVENTED, invented_per_step=1)
    seen = Counter(task_of(turns[-1]) for step in range(1, 30) for turns, _ in rows_of(lesson, step))
    assert set(seen) == {"gfp_fluorescence", *(f.tasks[0] for f in INVENTED)}


def test_no_more_simulated_tasks_are_shown_than_there_are(pair):
    lesson = made_lesson(pair, [GFP], invented=INVENTED)  # five of three
    assert len(rows_of(lesson, 1)) == 2 + 3


def test_every_answer_states_what_is_true_of_the_sequence(pair):
    for step in (1, TWO_TURNS_EVERY):
        for turns, answer in rows_of(made_lesson(pair, [MARKS, GFP]), step):
            for turn in turns:
                task = get_task(task_of(turn))
                (truth,) = [e.label for e in EXAMPLES[task.name] if e.sequence == sequence_of(turn)]
                assert task.parse(turn.answer) == truth
            assert turns[-1].answer == answer


def test_answers_are_training_answers(pair):
    for turns, answer in rows_of(made_lesson(pair, [MARKS]), 3):
        task = get_task(task_of(turns[-1]))
        assert answer in [a for wordings in task.answers.values() for a in wordings.train]


def test_half_of_the_other_questions_about_a_sequence_are_asked_too(pair):
    family = dataclasses.replace(MARKS, sequences=60)
    rows = rows_of(made_lesson(pair, [family]), 1)
    shared = {e.sequence for e in EXAMPLES["h3"]} & {e.sequence for e in EXAMPLES["h4"]}
    assert len(shared) == 5
    # Five of six sequences of either task are shared.
    assert 60 + 15 < len(rows) < 60 + 40
    for turns, _ in rows:
        assert sequence_of(turns[-1]) in {e.sequence for e in EXAMPLES[task_of(turns[-1])]}


def test_either_task_of_a_family_is_drawn(pair):
    """A task with few sequences is asked about as often as one with many."""
    examples = EXAMPLES | {"h4": [Example(drawn(34, "alone"), "H4 signal")]}
    lesson = DNALesson(pair[1], examples, [dataclasses.replace(MARKS, sequences=80)])
    asked = Counter(task_of(turns[-1]) for turns, _ in rows_of(lesson, 1))
    assert asked["h3"] + asked["h4"] == 80
    assert 25 < asked["h4"] < 55


def test_some_steps_have_an_earlier_turn(pair):
    lesson = made_lesson(pair, [GFP, ENHANCERS])
    for step in range(2 * TWO_TURNS_EVERY):
        turns = {len(turns) for turns, _ in rows_of(lesson, step)}
        assert turns == {2 if step % TWO_TURNS_EVERY == 0 else 1}


def test_a_step_depends_on_its_number_and_the_seed_only(pair):
    def made(**settings):
        return made_lesson(pair, invented=INVENTED, invented_per_step=2, **settings)

    straight = made()
    for step in range(3):
        rows_of(straight, step)
    after_others = rows_of(straight, 3)
    random.seed(99)
    torch.manual_seed(99)
    assert rows_of(made(), 3) == after_others
    assert rows_of(made(), 4) != after_others
    assert rows_of(made(seed=1), 3) != after_others


def test_sequences_of_about_the_same_length_share_a_pass(pair):
    lesson = made_lesson(pair, invented=INVENTED, invented_per_step=2)
    passes = lesson.micro_batches(1)
    lengths = [one.inputs["dna_mask"].sum(-1) for one in passes]
    assert all(some.max() <= WIDEST * some.min() for some in lengths)
    assert all(a.min() * WIDEST < b.min() for a, b in itertools.pairwise(lengths))
    assert 1 < len(passes) < 5  # of five families
    assert sum(one.rows for one in passes) == len(rows_of(lesson, 1))


def test_passes_divide_rows_by_their_longest_sequence():
    rows = [Row([], "", {"A" * n: (0.1, []), "C": (0.1, [])}) for n in (30, 10, 17, 16, 11)]
    assert [[row.longest for row in some] for some in of_like_lengths(rows)] == [[10, 11, 16], [17], [30]]
    assert of_like_lengths([]) == []


def test_what_is_taught_has_a_fingerprint(pair):
    def fingerprint(examples=EXAMPLES, families=FAMILIES, seed=0):
        return DNALesson(pair[1], examples, families, seed=seed).fingerprint()

    first = fingerprint()
    assert list(first) == ["h3", "enhancers", "gfp_fluorescence"]
    assert fingerprint() == first
    other = EXAMPLES | {"h4": [*EXAMPLES["h4"][1:], Example("ACGT", "H4 signal")]}
    differ = {name for name, digest in fingerprint(other).items() if digest != first[name]}
    assert differ == {"h3"}  # under which the family stands
    shown = [MARKS, ENHANCERS, dataclasses.replace(GFP, alone=0.2)]
    differ = {name for name, digest in fingerprint(families=shown).items() if digest != first[name]}
    assert differ == {"gfp_fluorescence"}
    assert not set(fingerprint(seed=1).values()) & set(first.values())


# What the model makes of it ------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, TWO_TURNS_EVERY])
def test_a_step_gives_a_loss_that_can_be_learned_from(pair, step):
    model, _ = pair
    model.decoder.requires_grad_(False)
    model.zero_grad()
    value = sum(losses_of(model, made_lesson(pair, invented=INVENTED), step))
    # Over 320 words an untrained model guesses at best at random.
    assert 5 < value.item() < 7
    value.backward()
    assert model.encoder.stem.weight.grad.abs().max() > 0


@torch.no_grad()
def test_the_loss_is_that_of_all_rows_in_one_batch(pair):
    """Reading the DNA of each family at its own length changes nothing."""
    model, processor = pair
    lesson = made_lesson(pair, [dataclasses.replace(MARKS, sequences=2), GFP])
    rows = rows_of(lesson, TWO_TURNS_EVERY)
    whole = processor([turns for turns, _ in rows], answers=[answer for _, answer in rows])
    parts = losses_of(model, lesson, TWO_TURNS_EVERY)
    assert sum(parts).item() == pytest.approx(model(**whole).loss.item(), abs=1e-4)
    assert len(parts) == 2


@torch.no_grad()
def watched(pair, lesson, step, monkeypatch):
    """Return what the encoder reads in each call: sequences, own facts, and the share seen alone."""
    encoder = pair[0].encoder
    calls, read = [], encoder.forward

    def forward(input_ids, attention_mask):
        texts = ["".join("?ACGTN"[i] for i in row if i) for row in input_ids.tolist()]
        calls.append((texts, encoder.recall.own, encoder.motifs_alone))
        return read(input_ids, attention_mask)

    monkeypatch.setattr(encoder, "forward", forward)
    losses_of(pair[0], lesson, step)
    monkeypatch.undo()
    return calls


def family_of(sequence):
    """Which a sequence is of; those of enhancers were turned and moved."""
    known = {e.sequence: f for f in FAMILIES + INVENTED for name in f.tasks for e in EXAMPLES[name]}
    return known.get(sequence, ENHANCERS)


def test_each_sequence_is_seen_alone_in_the_share_of_its_family(pair, monkeypatch):
    calls = watched(pair, made_lesson(pair, invented=INVENTED), 1, monkeypatch)
    met = set()
    for read, _, alone in calls:
        families = [family_of(sequence) for sequence in read]
        torch.testing.assert_close(alone, torch.tensor([family.alone for family in families]))
        met |= set(families)
    assert met == {*FAMILIES, *INVENTED}


@pytest.mark.parametrize("step", [1, 2, TWO_TURNS_EVERY, 2 * TWO_TURNS_EVERY])
def test_own_facts_are_in_the_order_in_which_sequences_are_read(pair, monkeypatch, step):
    """Of 14 or 28 draws among seven sequences, some are the same."""
    family = dataclasses.replace(MARKS, sequences=14)
    ((read, own, _),) = watched(pair, made_lesson(pair, [family]), step, monkeypatch)
    truths = gathered(family, EXAMPLES)[1]
    assert len(read) == len(set(read)) <= len(truths)
    assert len(read) > 3
    assert own.tolist() == own_facts(family, [dict(truths)[sequence] for sequence in read]).tolist()
    assert len({tuple(row) for row in own.tolist()}) > 2  # or any order would do


def test_families_about_other_facts_have_no_own_ones(pair, monkeypatch):
    """Though enhancers have as many tasks as there are facts."""
    calls = watched(pair, made_lesson(pair, invented=INVENTED), 1, monkeypatch)
    marks = set()
    for read, own, _ in calls:
        for sequence, facts in zip(read, own, strict=True):
            assert bool(facts.any()) == (family_of(sequence) == MARKS)
            marks |= {family_of(sequence) == MARKS}
    assert marks == {True, False}


def test_nothing_is_taken_out_if_nothing_is_recalled(pair, monkeypatch):
    (call,) = watched(pair, made_lesson(pair, [MARKS], recalled=()), 1, monkeypatch)
    assert call[1] is None


@torch.no_grad()
def test_what_a_pass_leaves_behind_does_not_touch_an_evaluated_model(pair):
    """A training sequence is told apart from others, and one in two is seen without its places."""
    model, processor = pair
    shared = drawn(400, "shared")
    examples = {name: [Example(shared, get_task(name).labels[1])] for name in MARKS.tasks}
    words, facts = remembered(MARKS, gathered(MARKS, examples)[1])
    config = tiny_config(slot_token_id=processor.slot_token_id)
    sizes = {"motifs": 4, "recalled_words": len(words), "recalled_facts": 2, "max_length": 400}
    config.encoder_config = tiny_cnn_config(**sizes)
    model = ChatNTModel(config).eval()
    model.encoder.recall.words.copy_(words)
    model.encoder.recall.facts.copy_(facts)
    ids = nucleotide_ids([shared])
    before = model.encoder(ids).last_hidden_state

    family = dataclasses.replace(MARKS, sequences=1, alone=0.5)
    lesson = DNALesson(processor, examples, [family], recalled=family.tasks)
    lesson.before(model, Shown(0.5, own_facts(family, [{name: e[0].label for name, e in examples.items()}])))
    assert torch.equal(model.encoder(ids).last_hidden_state, before)
    model.train()
    read = [model.encoder(ids).last_hidden_state for _ in range(20)]
    assert not any(torch.equal(seen, before) for seen in read)
    assert len({seen.sum().item() for seen in read}) == 2  # with places and without


def test_an_encoder_that_recalls_nothing_can_be_taught(pair):
    _, processor = pair
    model = ChatNTModel(tiny_config(slot_token_id=processor.slot_token_id))
    (loss,) = losses_of(model, made_lesson((model, processor), [MARKS]), 1)
    assert loss.isfinite()


def test_an_encoder_of_another_kind_can_be_taught(pair):
    _, processor = pair
    model = ChatNTModel(tiny_config("bert", slot_token_id=processor.slot_token_id))
    (loss,) = losses_of(model, made_lesson((model, processor), [MARKS]), 1)
    assert loss.isfinite()
    assert not hasattr(model.encoder, "motifs_alone")


# What is known of a sequence -----------------------------------------------------------------


def test_what_several_tasks_know_of_a_sequence_comes_together():
    examples = {
        "h3": [Example("AC", "H3 signal"), Example("GG", "no H3 signal")],
        "h4": [Example("GG", "H4 signal"), Example("TT", "H4 signal")],
    }
    by_task, everything = gathered(MARKS, examples)
    first, both, last = everything
    assert first == ("AC", {"h3": "H3 signal"})
    assert both == ("GG", {"h3": "no H3 signal", "h4": "H4 signal"})
    assert last == ("TT", {"h4": "H4 signal"})
    assert by_task == {"h3": [first, both], "h4": [both, last]}


def test_own_facts_are_signs():
    known = [{"h3": "H3 signal"}, {"h3": "no H3 signal", "h4": "H4 signal"}, {"h4": "no H4 signal"}]
    assert own_facts(MARKS, known).tolist() == [[1, 0], [-1, 1], [0, -1]]
