"""Labels first: heads on the encoder's vectors, and what they make it learn."""

import math
import random

import pytest
import torch
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from chatnt.model import NucleotideCNN
from chatnt.pairs.families import Family
from chatnt.pairs.lesson import own_facts
from chatnt.pairs.warm_up import MORE, Head, WarmUp
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


def made(families=FAMILIES, **settings):
    torch.manual_seed(0)
    encoder = NucleotideCNN(tiny_cnn_config(motifs=4, recalled_words=1, recalled_facts=2))
    return WarmUp(encoder, EXAMPLES, families, **settings)


def losses_of(warm_up, step):
    with torch.no_grad():
        return [loss().item() for loss, _ in warm_up.losses(step)]


# Heads ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "outputs"), [("h3", 1), ("gfp_fluorescence", 1), ("enhancers_types", 3)])
def test_a_head_gives_one_number_or_one_for_each_class(name, outputs):
    head = Head(get_task(name), 8, (0.0, 1.0))
    assert head(torch.randn(5, 7, 8), torch.ones(5, 7, dtype=torch.bool)).shape == (5, outputs)


@torch.no_grad()
def test_a_head_does_not_attend_to_padding():
    torch.manual_seed(0)
    head = Head(get_task("h3"), 8, (0.0, 1.0))
    dna, mask = torch.randn(2, 9, 8), torch.ones(2, 9, dtype=torch.bool)
    mask[0, 4:] = False
    alone = head(dna[:1, :4], mask[:1, :4])
    torch.testing.assert_close(head(dna, mask)[:1], alone)
    assert not torch.allclose(head(dna[:1], mask[1:]), alone)


def test_numbers_are_standardised():
    values = [e.label for e in EXAMPLES["gfp_fluorescence"]]
    mean = sum(values) / len(values)
    deviation = (sum((v - mean) ** 2 for v in values) / (len(values) - 1)) ** 0.5
    head = made([GFP]).heads["gfp_fluorescence"]
    assert head.values == pytest.approx((mean, deviation))
    right = torch.tensor([[0.0], [1.0], [-2.0]])
    truths = [mean, mean + deviation, mean - 2 * deviation]
    assert head.loss(right, truths).item() == pytest.approx(0, abs=1e-9)
    assert head.loss(right + 0.5, truths).item() == pytest.approx(3 * 0.25 / 2, rel=1e-4)


def test_the_loss_of_labels_is_their_cross_entropy():
    three = Head(get_task("enhancers_types"), 8, (0.0, 1.0))
    output, labels = torch.randn(3, 3), get_task("enhancers_types").labels
    expected = cross_entropy(output, torch.tensor([2, 0, 1]), reduction="sum")
    torch.testing.assert_close(three.loss(output, [labels[2], labels[0], labels[1]]), expected)
    two = Head(get_task("h3"), 8, (0.0, 1.0))
    expected = binary_cross_entropy_with_logits(output[:, 0], torch.tensor([1.0, 0, 1]), reduction="sum")
    found = two.loss(output[:, :1], ["H3 signal", "no H3 signal", "H3 signal"])
    torch.testing.assert_close(found, expected)


# Steps ---------------------------------------------------------------------------------------


def test_a_step_has_a_part_for_each_family_in_its_share():
    counts = [round(MORE * family.sequences) for family in FAMILIES]
    weights = [weight for _, weight in made().losses(0)]
    assert weights == [pytest.approx(count / sum(counts)) for count in counts]
    assert sum(weights) == pytest.approx(1)


def test_a_step_depends_on_its_number_and_the_seed_only():
    straight = made().eval()
    expected = [losses_of(straight, step) for step in (3, 7)]
    random.seed(99)
    again = made().eval()
    torch.manual_seed(99)
    assert [losses_of(again, step) for step in (7, 3)] == expected[::-1]
    assert losses_of(made(seed=1).eval(), 3) != expected[0]
    assert all(a != b for a, b in zip(*expected, strict=True))


def test_the_loss_is_the_mean_over_all_that_is_known(monkeypatch):
    """Some sequences are known to both tasks; what one does not know its head is not asked."""
    sure = [Example(drawn(i), "H3 signal") for i in range(4)]
    unsure = [Example(drawn(i), "H4 signal") for i in range(2, 9)]
    warm_up = WarmUp(made().encoder, {"h3": sure, "h4": unsure}, [MARKS])
    for name, stated in (("h3", 50.0), ("h4", 0.0)):
        torch.nn.init.zeros_(warm_up.heads[name].output.weight)
        torch.nn.init.constant_(warm_up.heads[name].output.bias, stated)
    calls = watched(warm_up, monkeypatch)
    (loss,) = losses_of(warm_up, 0)
    ((read, _, _),) = calls
    counts = [sum(text in {e.sequence for e in examples} for text in read) for examples in (sure, unsure)]
    assert min(counts) > 0
    assert loss == pytest.approx(math.log(2) * counts[1] / sum(counts), rel=1e-5)


def test_a_few_steps_lower_the_loss():
    warm_up = made().train()
    optimizer = torch.optim.Adam(warm_up.parameters(), lr=0.01)
    before = losses_of(warm_up, 1000)
    for step in range(25):
        optimizer.zero_grad()
        for loss, weight in warm_up.losses(step):
            (loss() * weight).backward()
        optimizer.step()
    marks, _, types = zip(before, losses_of(warm_up, 1000), strict=True)
    assert marks[1] < 0.7 * marks[0]
    assert types[1] < 0.9 * types[0]
    assert warm_up.encoder.stem.weight.grad.abs().max() > 0


# What the encoder is told --------------------------------------------------------------------


def watched(warm_up, monkeypatch):
    """Return what the encoder is told in each call."""
    encoder, calls = warm_up.encoder, []
    read = encoder.forward

    def forward(ids):
        texts = ["".join("?ACGTN"[i] for i in row if i) for row in ids.tolist()]
        calls.append((texts, encoder.recall.own, encoder.motifs_alone))
        return read(ids)

    monkeypatch.setattr(encoder, "forward", forward)
    return calls


def test_heads_of_a_family_that_recalls_do_not_let_it_recall_itself(monkeypatch):
    warm_up = made()
    calls = watched(warm_up, monkeypatch)
    losses_of(warm_up, 0)
    truths = dict(warm_up.samples[MARKS][1])
    (read, own, _), *others = calls
    assert own.tolist() == own_facts(MARKS, [truths[sequence] for sequence in read]).tolist()
    assert own.abs().sum() > 0
    assert [own for _, own, _ in others] == [None, None]
    assert [alone for _, _, alone in calls] == [0.1, 0.9, 0.7]


def test_new_sequences_have_nothing_to_take_out(monkeypatch):
    warm_up = made()
    calls = watched(warm_up, monkeypatch)
    stated = warm_up(MARKS, [drawn(1), drawn(2)])
    assert calls[0][1] is None
    assert {name: tuple(output.shape) for name, output in stated.items()} == {"h3": (2, 1), "h4": (2, 1)}


def test_nothing_stays_behind_in_the_encoder():
    warm_up = made()
    losses_of(warm_up, 0)
    assert warm_up.encoder.recall.own is None
    assert warm_up.encoder.motifs_alone == 0


def test_an_encoder_that_recalls_nothing_can_be_warmed_up():
    warm_up = WarmUp(NucleotideCNN(tiny_cnn_config()), EXAMPLES, [MARKS])
    assert all(torch.tensor(losses_of(warm_up, 0)).isfinite())
