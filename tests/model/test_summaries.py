"""What an encoder knows of a sequence as a whole: its motifs, its differences, what it recalls."""

import itertools
import random
from collections import Counter, defaultdict

import pytest
import torch

from chatnt.dna_tokenizers import nucleotide_tokenizer
from chatnt.model import NucleotideCNN
from chatnt.model.nucleotide_cnn import PAD, base_table
from chatnt.model.summaries import Centre, Composition, Recall, Variants, Words, hashed_words
from tests.tiny import tiny_cnn_config

FACTS = 3
REFERENCE = "".join(random.Random(1).choices("ACGT", k=30))
SHORTER = "".join(random.Random(2).choices("ACGT", k=18))
COMPLEMENT = str.maketrans("ACGT", "TGCA")


def drawn(length, seed=0):
    return "".join(random.Random(seed).choices("ACGT", k=length))


def reverse_complement(sequence):
    return sequence.translate(COMPLEMENT)[::-1]


def ids_of(*texts):
    return nucleotide_tokenizer()(list(texts), padding=True, return_tensors="pt").input_ids


def shares(*texts):
    """Return bases and mask, as the encoder hands them to its summaries."""
    ids = ids_of(*texts)
    return base_table()[ids], ids != PAD


def replaced(sequence, **places):
    """Replace the base at each place: ``replaced("AAAA", p1="C")`` is ``"ACAA"``."""
    letters = list(sequence)
    for place, base in places.items():
        letters[int(place[1:])] = base
    return "".join(letters)


def other_base(sequence, place):
    return "ACGT"[("ACGT".index(sequence[place]) + 1) % 4]


# Hashed words --------------------------------------------------------------------------------


def kept_words(sequence):
    """Return the hash of every kept word by its place."""
    hashes, kept = hashed_words(*shares(sequence))
    return {i: int(hashes[0, i]) for i in kept[0].nonzero()[:, 0].tolist()}


def test_words_are_the_same_on_either_strand():
    sequence = drawn(900)
    forward, backward = kept_words(sequence), kept_words(reverse_complement(sequence))
    assert len(forward) > 10
    assert {900 - Recall.WIDTH - place: word for place, word in forward.items()} == backward


@pytest.mark.parametrize("letter", ["N", "R"])
def test_words_with_an_unknown_base_are_not_kept_and_others_stay(letter):
    sequence = drawn(900, seed=1)
    known = kept_words(sequence)
    place = sorted(known)[len(known) // 2] + 7  # in the middle of a kept word
    left = kept_words(replaced(sequence, **{f"p{place}": letter}))
    assert left == {i: word for i, word in known.items() if not i <= place < i + Recall.WIDTH}
    assert 0 < len(left) < len(known)


def test_padding_is_in_no_word():
    short, long = drawn(400, seed=2), drawn(700, seed=3)
    hashes, kept = hashed_words(*shares(short, long))
    assert {i: int(hashes[0, i]) for i in kept[0].nonzero()[:, 0].tolist()} == kept_words(short)
    assert not kept[0, 400 - Recall.WIDTH + 1 :].any()
    # Nor are bases that the mask hides.
    bases, mask = shares(long)
    mask[0, 400:] = False
    assert torch.equal(*(h[k] for h, k in (hashed_words(bases, mask), hashed_words(*shares(long[:400])))))


@pytest.mark.parametrize("length", [1, Recall.WIDTH - 1])
def test_sequences_shorter_than_a_word_have_none(length):
    hashes, kept = hashed_words(*shares(drawn(length)))
    assert hashes.shape == kept.shape == (1, 0)
    assert (hashes.dtype, kept.dtype) == (torch.int64, torch.bool)


def test_different_words_have_different_hashes():
    """In 63 bits a collision among 200,000 random words has a chance of one in 460 million."""
    sequence, width = drawn(200_000, seed=4), Recall.WIDTH
    other = reverse_complement(sequence)
    count = len(sequence) - width + 1
    words = {
        min(sequence[i : i + width], other[len(sequence) - width - i : len(sequence) - i])
        for i in range(count)
    }
    hashes, _ = hashed_words(*shares(sequence))
    assert len(hashes[0].unique()) == len(words) > 0.99 * count
    assert hashes.min() >= 0


def test_one_word_in_32_is_kept_even_of_neighbours():
    # All words that differ in their last six bases only.
    endings = torch.cartesian_prod(*[torch.arange(4)] * 6)
    words = torch.cat([torch.zeros(len(endings), 10, dtype=torch.long), endings], dim=1)
    bases = torch.nn.functional.one_hot(words, 4).float()
    _, kept = hashed_words(bases, torch.ones(words.shape, dtype=torch.bool))
    assert kept.float().mean().item() == pytest.approx(1 / Recall.ONE_IN, rel=0.25)


# Recall --------------------------------------------------------------------------------------

GENOME = drawn(3000, seed=5)
WINDOWS = {GENOME[i : i + 600]: i // 400 for i in range(0, 2000, 400)}
"""Each overlaps the next by 200 bases; the numbers are their places."""
LONE = drawn(600, seed=6)
TRUTHS = torch.tensor([[1, -1, 0], [1, 1, -1], [-1, 0, -1], [-1, -1, 1], [0, 1, 1], [1, -1, 1]]).float()
TRAINING = [*WINDOWS, LONE]


@pytest.fixture(scope="module")
def recall():
    """What stands for each word is written down one word at a time."""
    table = defaultdict(lambda: torch.zeros(2, FACTS))
    for sequence, truths in zip(TRAINING, TRUTHS, strict=True):
        for word in set(kept_words(sequence).values()):
            table[word] += torch.stack([truths, truths.abs()])
    torch.manual_seed(0)
    recall = Recall(tiny_cnn_config(recalled_words=len(table), recalled_facts=FACTS)).eval()
    recall.words.copy_(torch.tensor(sorted(table)))
    recall.facts.copy_(torch.stack([table[word] for word in sorted(table)]))
    return recall


def recalled(recall, *texts, own=None):
    """With own facts as in training, else as in use."""
    recall.train(own is not None).own = own
    try:
        return recall.recalled(*shares(*texts)).unflatten(1, (2, FACTS))
    finally:
        recall.eval().own = None


def test_a_window_that_overlaps_a_training_window_recalls_its_facts(recall):
    (first, second), window = TRUTHS[:2], GENOME[100:500]
    places = kept_words(window)
    both = sum(place >= 300 for place in places)  # from 400 on in the genome
    assert 0 < both < len(places)
    truth, known = recalled(recall, window)[0]
    torch.testing.assert_close(truth, first + second * both / len(places))
    torch.testing.assert_close(known, first.abs() + second.abs() * both / len(places))


def test_a_sequence_recalls_the_same_on_either_strand(recall):
    for sequence in (GENOME[150:700], LONE, drawn(600, seed=7)):
        torch.testing.assert_close(recalled(recall, sequence), recalled(recall, reverse_complement(sequence)))
    assert recalled(recall, GENOME[150:700]).abs().max() > 0.1


def test_what_is_recalled_is_the_same_in_a_batch(recall):
    texts = [GENOME[150:500], drawn(10), LONE, GENOME[:900]]
    together = recalled(recall, *texts)
    for row, text in zip(together, texts, strict=True):
        torch.testing.assert_close(row, recalled(recall, text)[0])


def test_unknown_bases_hide_words_and_change_no_others(recall):
    hidden = "N" * 40 + LONE[40:]
    torch.testing.assert_close(recalled(recall, hidden), recalled(recall, LONE[40:]))
    assert recalled(recall, "N" * 600).eq(0).all()


@pytest.mark.parametrize("text", [drawn(600, seed=8), drawn(12), "N"])
def test_nothing_is_recalled_of_what_was_never_seen(recall, text):
    assert recalled(recall, text).eq(0).all()


def test_a_training_sequence_does_not_recall_itself(recall):
    own = TRUTHS[-1:]
    truth, known = recalled(recall, LONE)[0]
    torch.testing.assert_close(truth, own[0])  # each of its words says so
    torch.testing.assert_close(known, own[0].abs())
    assert recalled(recall, LONE, own=own).eq(0).all()
    # Nor a part of it, on either strand.
    assert recalled(recall, reverse_complement(LONE[60:500]), own=own).eq(0).all()


def test_own_facts_are_taken_out_in_training_alone(recall):
    before, other = recalled(recall, LONE), recalled(recall, GENOME[150:500], LONE)
    recall.own = TRUTHS[-1:]  # as the last batch of a training left it
    assert torch.equal(recall.recalled(*shares(LONE)).unflatten(1, (2, FACTS)), before)
    # Nor does their number have to be that of the sequences.
    assert torch.equal(recall.recalled(*shares(GENOME[150:500], LONE)).unflatten(1, (2, FACTS)), other)


def test_what_is_left_without_the_own_facts_is_the_neighbours(recall):
    """The second window shares 200 bases with the first and 200 with the third."""
    window = TRAINING[1]
    places = kept_words(window)
    before = sum(i + Recall.WIDTH <= 200 for i in places)
    after = sum(i >= 400 for i in places)
    assert before
    assert after
    truth, known = recalled(recall, window, own=TRUTHS[1:2])[0]
    torch.testing.assert_close(truth, (before * TRUTHS[0] + after * TRUTHS[2]) / len(places))
    torch.testing.assert_close(known, (before * TRUTHS[0].abs() + after * TRUTHS[2].abs()) / len(places))


def test_own_facts_are_of_the_sequence_in_the_same_row(recall):
    swapped = recalled(recall, LONE, TRAINING[0], own=TRUTHS[[0, 5]])
    right = recalled(recall, LONE, TRAINING[0], own=TRUTHS[[5, 0]])
    assert right[0].eq(0).all()
    assert not swapped[0].eq(0).all()


def test_an_encoder_without_words_recalls_nothing():
    recall = Recall(tiny_cnn_config(recalled_words=0, recalled_facts=FACTS))
    assert recall.recalled(*shares(LONE, drawn(40))).shape == (2, 2 * FACTS)
    assert recall.recalled(*shares(LONE)).eq(0).all()


# Variants ------------------------------------------------------------------------------------


@pytest.fixture
def variants():
    """Two references, the second of them shorter, and effects as after training."""
    torch.manual_seed(0)
    variants = Variants(tiny_cnn_config(references=2, reference_length=len(REFERENCE))).eval()
    for row, text in zip(variants.references, (REFERENCE, SHORTER), strict=True):
        row[: len(text)] = shares(text)[0][0]
    torch.nn.init.normal_(variants.effects, std=0.1)
    return variants


def some_variants():
    texts = [replaced(REFERENCE, p7=other_base(REFERENCE, 7)), replaced(SHORTER, p2=other_base(SHORTER, 2))]
    return [REFERENCE, SHORTER, *texts]


def no_variants():
    return [drawn(30, seed=9), drawn(18, seed=10), REFERENCE[:-1], REFERENCE + "A", "A", "N" * 30]


@torch.no_grad()
def test_what_is_no_variant_is_zero(variants):
    assert variants(*shares(*no_variants())).eq(0).all()
    together = variants(*shares(*no_variants(), *some_variants()))
    assert together[: len(no_variants())].eq(0).all()
    assert together[len(no_variants()) :].abs().amax(1).gt(0).all()


@torch.no_grad()
def test_every_replaced_base_makes_a_difference(variants):
    places = [(place, base) for place in range(30) for base in "ACGT" if base != REFERENCE[place]]
    texts = [REFERENCE] + [replaced(REFERENCE, **{f"p{place}": base}) for place, base in places]
    seen = variants(*shares(*texts))
    apart = torch.cdist(seen, seen) + torch.eye(len(texts)) * 100
    assert apart.min() > 1e-3


def test_differences_are_the_bases_that_were_put_in(variants):
    text = replaced(REFERENCE, p3=other_base(REFERENCE, 3), p20=other_base(REFERENCE, 20))
    like, differing = variants.differences(*shares(SHORTER, text))
    assert like.tolist() == [[False, True], [True, False]]
    expected = torch.zeros(30, 4)
    for place in (3, 20):
        expected[place, "ACGT".index(text[place])] = 1
    assert torch.equal(differing[1, 0], expected)
    assert differing[1, 1].eq(0).all()
    assert differing[0].eq(0).all()


@pytest.mark.parametrize(("count", "is_variant"), [(6, True), (7, False)])
def test_a_variant_has_four_bases_in_five_of_its_reference(variants, count, is_variant):
    text = replaced(REFERENCE, **{f"p{i}": other_base(REFERENCE, i) for i in range(count)})
    found = variants.differences(*shares(text, REFERENCE))
    assert found[0][0].tolist() == [is_variant, False]


@torch.no_grad()
def test_a_variant_is_the_same_alone_and_in_a_batch(variants):
    """Also if its reference is shorter than another, and its neighbours longer than any."""
    texts = [*some_variants(), *no_variants(), drawn(70, seed=11)]
    together = variants(*shares(*texts))
    for row, text in zip(together, texts, strict=True):
        torch.testing.assert_close(row, variants(*shares(text))[0])


def test_replaced_bases_and_no_others_learn(variants):
    torch.nn.init.zeros_(variants.effects)  # as at the start
    text = replaced(REFERENCE, p7=other_base(REFERENCE, 7))
    variants(*shares(text, drawn(30, seed=9))).square().sum().backward()
    learned = variants.effects.grad.abs().sum(-1)
    assert learned.nonzero().tolist() == [[0, 7, "ACGT".index(text[7])]]


def test_a_batch_without_variants_can_be_learned_from(variants):
    other = torch.ones(1, requires_grad=True)
    (variants(*shares(drawn(30, seed=9))) * other).sum().backward()
    assert other.grad.eq(0).all()


# Words ---------------------------------------------------------------------------------------


def counted(sequence, length):
    """Return the roots of the shares of the words of a length, in alphabetical order."""
    places = len(sequence) - 5 + 1  # shorter words are counted where the longest begin
    found = Counter(sequence[i : i + length] for i in range(max(0, places)))
    words = ["".join(letters) for letters in itertools.product("ACGT", repeat=length)]
    return torch.tensor([(found[word] / max(1, places) + Words.LEAST) ** 0.5 for word in words])


def test_words_of_each_length_are_counted_whatever_stands_beside_them_in_a_batch():
    words = Words(tiny_cnn_config(word_length=5))
    texts = drawn(300), drawn(37, 1), drawn(5, 2), "ACG"
    found = words.shares(*shares(*texts))
    for row, text in zip(found, texts, strict=True):
        expected = torch.cat([counted(text, length) for length in (5, 4, 3)])
        torch.testing.assert_close(row, expected, atol=1e-6, rtol=1e-5)


def test_a_base_that_is_not_known_counts_in_shares():
    words = Words(tiny_cnn_config(word_length=3))
    found = words.shares(*shares("ACR"))[0].square() - Words.LEAST
    assert found.gt(1e-3).nonzero()[:, 0].tolist() == [4, 6]  # ACA and ACG
    torch.testing.assert_close(found[[4, 6]], torch.tensor([0.5, 0.5]))


@torch.no_grad()
def test_counts_vary_by_their_spread_within_a_kind():
    words = Words(tiny_cnn_config(word_length=4))
    rng = random.Random(0)
    texts = [
        "".join(rng.choices("ACGT", weights=w, k=300)) for w in ((8, 1, 1, 8), (1, 8, 8, 1)) for _ in "a" * 30
    ]
    bases, mask = shares(*texts)
    kinds = torch.arange(2).repeat_interleave(30)
    words.standardise(bases, mask, kinds)
    standard = (words.shares(bases, mask) - words.mean) * words.scale
    within = torch.stack([standard[kinds == kind].var(0).mean() for kind in (0, 1)]).mean().sqrt()
    torch.testing.assert_close(within, torch.tensor(Words.SPREAD))
    torch.testing.assert_close(standard.mean(0), torch.zeros(320), atol=1e-5, rtol=0)


def test_bases_get_gradients_through_the_words_they_are_in():
    bases, mask = shares(drawn(30))
    bases.requires_grad_()
    Words(tiny_cnn_config(word_length=5))(bases, mask).square().sum().backward()
    assert (bases.grad.abs().amax(-1) > 0).all()


def test_words_too_short_to_count_are_refused():
    with pytest.raises(ValueError, match="word_length=2: words of 3 bases"):
        Words(tiny_cnn_config(word_length=2))


# Composition ---------------------------------------------------------------------------------


@torch.no_grad()
def test_motifs_vary_by_one_within_a_kind():
    """What one genome has more of than another does not make all else small."""
    torch.manual_seed(0)
    composition = Composition(tiny_cnn_config(motifs=12)).eval()
    rng = random.Random(0)
    texts = [
        "".join(rng.choices("ACGT", weights=w, k=300)) for w in ((8, 1, 1, 8), (1, 8, 8, 1)) for _ in "a" * 30
    ]
    bases, mask = shares(*texts)
    kinds = torch.arange(2).repeat_interleave(30)

    def spread():
        normed = composition.norm(composition.mean_strength(bases, mask))
        return torch.stack([normed[kinds == kind].var(0) for kind in (0, 1)]).mean(0), normed

    composition.standardise(bases, mask, kinds)
    within, normed = spread()
    torch.testing.assert_close(within, torch.ones(12), atol=0.01, rtol=0)
    torch.testing.assert_close(normed.mean(0), torch.zeros(12), atol=1e-3, rtol=0)
    assert normed.var(0).min() > 2  # the kinds lie apart
    composition.standardise(bases, mask, torch.zeros(60, dtype=torch.long))
    assert spread()[0].max() < 0.5


def test_a_kind_with_one_sequence_is_refused():
    encoder = NucleotideCNN(tiny_cnn_config(motifs=4))
    with pytest.raises(ValueError, match="two sequences or more"):
        encoder.standardise(ids_of(drawn(40), drawn(40, 1), drawn(40, 2)), torch.tensor([0, 0, 1]))


# All of them in an encoder -------------------------------------------------------------------


@pytest.fixture
def encoder(recall):
    torch.manual_seed(0)
    config = tiny_cnn_config(
        motifs=6,
        word_length=3,
        references=1,
        reference_length=30,
        recalled_words=len(recall.words),
        recalled_facts=FACTS,
    )
    encoder = NucleotideCNN(config).eval()
    encoder.recall.words.copy_(recall.words)
    encoder.recall.facts.copy_(recall.facts)
    encoder.variants.references[0] = shares(REFERENCE)[0][0]
    torch.nn.init.normal_(encoder.variants.effects, std=0.1)
    return encoder


TEXTS = [replaced(REFERENCE, p7=other_base(REFERENCE, 7)), GENOME[150:411], drawn(5), "NNACGTN", LONE[:101]]


@torch.no_grad()
@pytest.mark.parametrize("summary", ["composition", "words", "variants", "recall"])
def test_each_summary_is_heard(encoder, summary):
    ids = ids_of(TEXTS[0], TEXTS[1])
    with_it = encoder(ids).last_hidden_state
    setattr(encoder, summary, None)
    assert (encoder(ids).last_hidden_state - with_it).abs().max() > 0.01


@torch.no_grad()
@pytest.mark.parametrize("positions", [False, True])
def test_with_all_summaries_a_sequence_is_the_same_alone_and_in_a_batch(encoder, positions):
    encoder.config.summary_positions = positions
    ids = ids_of(*TEXTS)
    together, real = encoder(ids).last_hidden_state, encoder.output_mask(ids != PAD)
    for row, text in enumerate(TEXTS):
        alone = encoder(ids_of(text)).last_hidden_state[0]
        torch.testing.assert_close(together[row, real[row]], alone, atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_each_summary_may_have_a_position_of_its_own_behind_all_others(encoder):
    ids = ids_of(*TEXTS)
    without = encoder(ids).last_hidden_state
    encoder.config.summary_positions = True
    seen, real = encoder(ids).last_hidden_state, encoder.output_mask(ids != PAD)
    assert torch.equal(seen[:, :-4], without)
    assert real.shape == seen.shape[:2]
    assert real[:, -4:].all()
    bases, mask = shares(*TEXTS)
    for place, summary in enumerate((encoder.composition, encoder.words, encoder.variants, encoder.recall)):
        torch.testing.assert_close(seen[:, place - 4], summary(bases, mask), atol=1e-5, rtol=1e-4)


@torch.no_grad()
def test_saving_and_loading_keeps_words_facts_and_references(encoder, tmp_path):
    encoder.save_pretrained(tmp_path)
    loaded, info = NucleotideCNN.from_pretrained(tmp_path, output_loading_info=True)
    assert not info["missing_keys"]
    assert not info["unexpected_keys"]
    ours, theirs = encoder.state_dict(), loaded.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[name], theirs[name]) for name in ours)
    assert (theirs["recall.words"].dtype, theirs["recall.facts"].dtype) == (torch.int64, torch.int8)
    assert {"variants.references", "variants.effects"} <= theirs.keys()
    ids = ids_of(*TEXTS)
    assert torch.equal(loaded.eval()(ids).last_hidden_state, encoder(ids).last_hidden_state)


@torch.no_grad()
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_summaries_in_half_precision_are_close(encoder, dtype):
    ids = ids_of(*TEXTS)
    real = encoder.output_mask(ids != PAD)
    exact = encoder(ids).last_hidden_state[real]
    rounded = encoder.to(dtype)(ids).last_hidden_state[real]
    assert rounded.dtype == dtype
    torch.testing.assert_close(rounded.float(), exact, atol=0.15, rtol=0.02)


@torch.no_grad()
def test_lengths_beyond_the_reach_of_bfloat16_are_counted_exactly():
    variants = Variants(tiny_cnn_config(references=1, reference_length=301)).eval()
    text = drawn(301, seed=12)
    variants.references[0] = shares(text)[0][0]
    bases, mask = shares(text, text[:-1])
    found = variants.to(torch.bfloat16).differences(bases.bfloat16(), mask)
    assert found[0].tolist() == [[True], [False]]


def test_training_sequences_may_all_be_seen_through_their_summaries_alone(encoder):
    encoder.train()
    encoder.motifs_alone = 1.0
    seen = encoder(ids_of(*TEXTS)).last_hidden_state
    assert seen.shape == (len(TEXTS), 66, 8)  # 261 bases by four
    assert torch.equal(seen, seen[:, :1].expand_as(seen))
    seen.square().sum().backward()
    for summary in (encoder.composition, encoder.words, encoder.variants, encoder.recall):
        assert any(p.grad is not None and p.grad.abs().max() > 0 for p in summary.parameters())
    assert all(p.grad is None or p.grad.eq(0).all() for p in encoder.stem.parameters())


def test_places_come_back_to_the_sequences_that_are_seen(encoder):
    """Only the summaries alone, or the very vectors of evaluation."""
    ids = ids_of(*[drawn(40, seed) for seed in range(20)])
    with torch.no_grad():
        whole = encoder(ids).last_hidden_state
        encoder.train()
        encoder.motifs_alone = 0.5
        seen = encoder(ids).last_hidden_state
    alone = (seen == seen[:, :1]).all(dim=(1, 2))
    assert 2 < alone.sum() < 18
    torch.testing.assert_close(seen[~alone], whole[~alone])


# Centre --------------------------------------------------------------------------------------


def centre(reach=3):
    torch.manual_seed(0)
    return Centre(tiny_cnn_config(centre=reach)).eval()


@torch.no_grad()
def test_each_place_around_the_centre_has_a_weight_per_base():
    part, sequence = centre(), drawn(21)
    expected = part.mix.bias.clone()
    for column, place in enumerate(range(7, 13)):
        expected += part.mix.weight[:, 4 * column + "ACGT".index(sequence[place])]
    torch.testing.assert_close(part(*shares(sequence))[0], expected)


@torch.no_grad()
def test_bases_far_from_the_centre_do_not_count():
    part, sequence = centre(), drawn(21)
    ends = drawn(7, seed=5) + sequence[7:13] + drawn(8, seed=6)
    torch.testing.assert_close(part(*shares(sequence)), part(*shares(ends)))


@torch.no_grad()
def test_the_centre_is_that_of_the_sequence_and_not_of_its_batch():
    part, short, long = centre(), drawn(9), drawn(40)
    together = part(*shares(short, long))
    torch.testing.assert_close(together[:1], part(*shares(short)))
    torch.testing.assert_close(together[1:], part(*shares(long)))


@torch.no_grad()
def test_beyond_the_ends_there_is_nothing():
    """A sequence shorter than the reach: only the places that it has count."""
    part = centre(reach=6)
    expected = part.mix.bias.clone()
    for place, base in enumerate("ACGTA"):
        expected += part.mix.weight[:, 4 * (place - 2 + 6) + "ACGT".index(base)]
    torch.testing.assert_close(part(*shares("ACGTA"))[0], expected)


@torch.no_grad()
def test_the_centre_is_a_position_of_its_own_if_summaries_are():
    encoder = NucleotideCNN(tiny_cnn_config(centre=3, summary_positions=True)).eval()
    ids = ids_of(drawn(24))
    found = encoder(ids).last_hidden_state
    assert found.shape[1] == encoder.output_mask(ids != PAD).shape[1] == 24 // 4 + 1
    torch.testing.assert_close(found[:, -1], encoder.centre(*shares(drawn(24))))
