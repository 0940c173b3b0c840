"""Labels first: heads on the encoder's vectors, and what they make it learn."""

import dataclasses
import math
import random

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from chatnt.model import NucleotideCNN
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import own_facts
from chatnt.pairs.memory import nucleotide_ids
from chatnt.pairs.warm_up import MORE, QUERIES, LabelLesson, WarmUp, kind_of, label_scores, loss_of
from chatnt.processor import IGNORED
from chatnt.tasks import get_task
from chatnt.tasks.sources import Example
from tests.tiny import tiny_cnn_config

MARKS = Family(("h3", "h4"), 8)
GFP = Family(("gfp_fluorescence",), 2, alone=0.9)
TYPES = Family(("enhancers_types",), 4, alone=0.7)
FAMILIES = (MARKS, GFP, TYPES)


def drawn(seed, letters="ACGT", length=24):
    return "".join(random.Random(seed).choices(letters, k=length))


def examples_of(name):
    """Each label has letters of its own; numbers are the share of A."""
    task = get_task(name)
    if task.scale:
        texts = [drawn(i) for i in range(12)]
        return [Example(text, 4 * text.count("A") / len(text) + 1) for text in texts]
    letters = ("AC", "GT", "AT")
    return [
        Example(drawn(f"{i}/{label}", letters[k]), label)
        for i in range(6)
        for k, label in enumerate(task.labels)
    ]


EXAMPLES = {name: examples_of(name) for family in FAMILIES for name in family.tasks}


def made(families=FAMILIES):
    torch.manual_seed(0)
    glimpses = QUERIES * sum(len(family.tasks) for family in families)
    config = tiny_cnn_config(motifs=4, recalled_words=1, recalled_facts=2, glimpses=glimpses)
    return WarmUp(NucleotideCNN(config), families)


def made_lesson(families=FAMILIES, examples=EXAMPLES, **settings):
    return LabelLesson(examples, families, **({"recalled": MARKS.tasks} | settings))


@torch.no_grad()
def losses_of(model, lesson, step):
    """Return the mean loss of each pass."""
    losses = []
    for one in lesson.micro_batches(step):
        lesson.before(model, one.group)
        losses.append(model(**one.inputs).loss.item())
    return losses


# Heads ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "outputs"), [("h3", 1), ("gfp_fluorescence", 1), ("enhancers_types", 3)])
def test_a_head_gives_one_number_or_one_for_each_class(name, outputs):
    head = made().heads[kind_of(get_task(name))]
    assert head(torch.randn(5, QUERIES, 8)).shape == (5, outputs)


def test_tasks_of_one_kind_share_their_head():
    """And each says by its own glimpses what it means."""
    assert list(made().heads) == ["labels_2", "number", "labels_3"]


def test_each_head_reads_its_own_glimpses():
    """The glimpses are the last positions, two for each task in their order."""
    model = made([MARKS, GFP]).eval()
    ids = torch.randint(1, 5, (3, 24))
    found = model.encoder(ids).last_hidden_state[:, -3 * QUERIES :]
    model.family = GFP
    expected = model.heads["number"](found[:, 2 * QUERIES :])
    torch.testing.assert_close(model.stated(ids)["gfp_fluorescence"], expected)


def test_an_encoder_with_other_glimpses_is_refused():
    encoder = NucleotideCNN(tiny_cnn_config(glimpses=3))
    with pytest.raises(ValueError, match=r"2 tasks need .* 4 glimpses, this one has 3"):
        WarmUp(encoder, [MARKS])


def test_scores_of_heads_are_correlations():
    """Heads that know the answer from the composition of a sequence score one."""
    model = made([GFP, TYPES]).eval()
    found = label_scores(model, [GFP, TYPES], EXAMPLES, rows=5)
    assert list(found) == ["gfp_fluorescence", "enhancers_types", "mean"]
    truths = [e.label for e in EXAMPLES["gfp_fluorescence"]]
    model.family = GFP
    with torch.no_grad():
        stated = [
            model.stated(nucleotide_ids([e.sequence]))["gfp_fluorescence"].item()
            for e in EXAMPLES["gfp_fluorescence"]
        ]
    expected = torch.corrcoef(torch.tensor([stated, truths]))[0, 1].item()
    assert found["gfp_fluorescence"] == pytest.approx(expected, abs=1e-5)
    assert found["mean"] == pytest.approx((found["gfp_fluorescence"] + found["enhancers_types"]) / 2)


def test_the_loss_of_labels_is_their_cross_entropy():
    three, output = get_task("enhancers_types"), torch.randn(3, 3)
    expected = cross_entropy(output, torch.tensor([2, 0, 1]), reduction="sum")
    torch.testing.assert_close(loss_of(three, output, torch.tensor([2.0, 0.0, 1.0])), expected)
    expected = binary_cross_entropy_with_logits(output[:, 0], torch.tensor([1.0, 0, 1]), reduction="sum")
    found = loss_of(get_task("h3"), output[:, :1], torch.tensor([1.0, 0.0, 1.0]))
    torch.testing.assert_close(found, expected)


def test_the_loss_of_numbers_is_half_their_squared_error():
    task, right = get_task("gfp_fluorescence"), torch.tensor([[0.0], [1.0], [-2.0]])
    assert loss_of(task, right, right[:, 0]).item() == 0
    assert loss_of(task, right + 0.5, right[:, 0]).item() == pytest.approx(3 * 0.25 / 2)


# What a lesson gives -------------------------------------------------------------------------


def read_of(one):
    return ["".join("?ACGTN"[i] for i in row if i) for row in one.inputs["ids"].tolist()]


def test_labels_are_numbers_and_what_is_not_known_is_ignored():
    """Some sequences are known to both tasks."""
    sure = [Example(drawn(i), "H3 signal") for i in range(4)]
    unsure = [Example(drawn(i), "no H4 signal") for i in range(2, 9)]
    (one,) = made_lesson([MARKS], {"h3": sure, "h4": unsure}).micro_batches(0)
    known = [{e.sequence for e in examples} for examples in (sure, unsure)]
    values = (1.0, 0.0)
    expected = [
        [IGNORED, *(v if text in some else IGNORED for some, v in zip(known, values, strict=True))]
        for text in read_of(one)
    ]
    assert one.inputs["labels"].tolist() == expected
    assert one.learned == sum(text in some for text in read_of(one) for some in known)
    assert one.rows == round(MORE * MARKS.sequences)


def test_a_label_of_several_is_its_number():
    (one,) = made_lesson([dataclasses.replace(TYPES, sequences=12)]).micro_batches(0)
    labels = {e.sequence: e.label for e in EXAMPLES["enhancers_types"]}
    names = get_task("enhancers_types").labels
    assert [names[int(i)] for i in one.inputs["labels"][:, 1]] == [labels[text] for text in read_of(one)]
    assert len(set(one.inputs["labels"][:, 1].tolist())) == 3


def test_numbers_are_standardised():
    values = {e.sequence: e.label for e in EXAMPLES["gfp_fluorescence"]}
    mean = sum(values.values()) / len(values)
    deviation = (sum((v - mean) ** 2 for v in values.values()) / (len(values) - 1)) ** 0.5
    for step in range(3):
        (one,) = made_lesson([GFP]).micro_batches(step)
        expected = [(values[text] - mean) / deviation for text in read_of(one)]
        assert one.inputs["labels"][:, 1].tolist() == pytest.approx(expected, abs=1e-5)


def test_each_family_has_a_pass_with_its_rows():
    passes = made_lesson().micro_batches(0)
    assert [one.rows for one in passes] == [round(MORE * family.sequences) for family in FAMILIES]
    assert [one.group.family for one in passes] == list(FAMILIES)


def test_a_step_shows_a_few_of_the_invented_families():
    invented = [Family((name,), 2) for name in ("h3", "gfp_fluorescence", "enhancers_types")]
    lesson = made_lesson([MARKS], invented=invented, invented_per_step=2)
    shown = [[one.group.family for one in lesson.micro_batches(step)] for step in range(20)]
    assert all(families[0] == MARKS and len(set(families[1:])) == 2 for families in shown)
    assert {family for families in shown for family in families[1:]} == set(invented)
    assert len(made_lesson([MARKS], invented=invented, invented_per_step=5).micro_batches(0)) == 4


def test_what_is_taught_has_a_fingerprint():
    first = made_lesson().fingerprint()
    assert list(first) == ["h3", "gfp_fluorescence", "enhancers_types"]
    assert made_lesson().fingerprint() == first
    other = EXAMPLES | {"gfp_fluorescence": [*EXAMPLES["gfp_fluorescence"], Example("ACGT", 1.5)]}
    changed = made_lesson(examples=other).fingerprint()
    assert {name for name in first if changed[name] != first[name]} == {"gfp_fluorescence"}
    assert not set(made_lesson(seed=1).fingerprint().values()) & set(first.values())


# Steps ---------------------------------------------------------------------------------------


def test_a_step_depends_on_its_number_and_the_seed_only():
    model = made().eval()
    expected = [losses_of(model, made_lesson(), step) for step in (3, 7)]
    random.seed(99)
    torch.manual_seed(99)
    again = made_lesson()
    assert [losses_of(model, again, step) for step in (7, 3)] == expected[::-1]
    assert losses_of(model, made_lesson(seed=1), 3) != expected[0]
    assert all(a != b for a, b in zip(*expected, strict=True))


@torch.no_grad()
def test_the_loss_is_the_mean_over_all_that_is_known(monkeypatch):
    """What a task does not know its head is not asked."""
    sure = [Example(drawn(i), "H3 signal") for i in range(4)]
    unsure = [Example(drawn(i), "H4 signal") for i in range(2, 9)]
    model = made([MARKS])
    stated = {"h3": 50.0, "h4": 0.0}
    monkeypatch.setattr(
        model, "stated", lambda ids: {n: torch.full((len(ids), 1), x) for n, x in stated.items()}
    )
    lesson = made_lesson([MARKS], {"h3": sure, "h4": unsure})
    (one,) = lesson.micro_batches(0)
    counts = [sum(text in {e.sequence for e in some} for text in read_of(one)) for some in (sure, unsure)]
    assert min(counts) > 0
    expected = math.log(2) * counts[1] / sum(counts)
    assert losses_of(model, lesson, 0) == [pytest.approx(expected, rel=1e-5)]
    whole = model(**one.inputs, num_items_in_batch=1000).loss.item()
    assert whole == pytest.approx(math.log(2) * counts[1] / 1000, rel=1e-5)


def test_a_few_steps_lower_the_loss():
    model, lesson = made().train(), made_lesson()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
    before = losses_of(model, lesson, 1000)
    for step in range(25):
        optimizer.zero_grad()
        passes = lesson.micro_batches(step)
        learned = sum(one.learned for one in passes)
        for one in passes:
            lesson.before(model, one.group)
            model(**one.inputs, num_items_in_batch=learned).loss.backward()
        optimizer.step()
    marks, _, types = zip(before, losses_of(model, lesson, 1000), strict=True)
    assert marks[1] < 0.7 * marks[0]
    assert types[1] < 0.9 * types[0]
    assert model.encoder.stem.weight.grad.abs().max() > 0


# What the encoder is told --------------------------------------------------------------------


def watched(model, lesson, step, monkeypatch):
    """Return what the encoder is told in each call."""
    encoder, calls = model.encoder, []
    read = encoder.forward

    def forward(ids):
        texts = ["".join("?ACGTN"[i] for i in row if i) for row in ids.tolist()]
        calls.append((texts, encoder.recall.own, encoder.motifs_alone))
        return read(ids)

    monkeypatch.setattr(encoder, "forward", forward)
    losses_of(model, lesson, step)
    return calls


def test_heads_of_a_family_that_recalls_do_not_let_it_recall_itself(monkeypatch):
    lesson = made_lesson()
    (read, own, _), *others = calls = watched(made(), lesson, 0, monkeypatch)
    truths = dict(lesson.samples[MARKS][1])
    assert own.tolist() == own_facts(MARKS, [truths[sequence] for sequence in read]).tolist()
    assert own.abs().sum() > 0
    assert [own for _, own, _ in others] == [None, None]
    assert [alone for _, _, alone in calls] == [0.1, 0.9, 0.7]


def test_each_pass_is_stated_by_the_heads_of_its_family():
    model, lesson = made(), made_lesson()
    outputs = {"h3": 1, "h4": 1, "gfp_fluorescence": 1, "enhancers_types": 3}
    for one in lesson.micro_batches(0):
        lesson.before(model, one.group)
        stated = model.stated(one.inputs["ids"])
        expected = {name: (one.rows, outputs[name]) for name in one.group.family.tasks}
        assert {name: tuple(output.shape) for name, output in stated.items()} == expected


def test_an_encoder_that_recalls_nothing_can_be_warmed_up():
    model = WarmUp(NucleotideCNN(tiny_cnn_config(glimpses=4)), [MARKS])
    assert all(torch.tensor(losses_of(model, made_lesson([MARKS]), 0)).isfinite())
