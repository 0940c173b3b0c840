"""The path with gradients computes what the engine computes."""

from unittest import mock

import pytest
import torch

from chatnt.conversation import Question, Turn
from chatnt.differentiable import AnswerPath, BaseReader, TokenReader, in_float32, undisturbed
from chatnt.engine import Engine
from chatnt.errors import SequenceError
from chatnt.weights import fingerprint
from tests.telling import QUESTION, letters, remembering_pair, telling_pair
from tests.tiny import DECODER_FAMILIES, ENCODER_FAMILIES, tiny_pair

ANSWERS = ["Yes, there is a TATA promoter.", "Yes, there is.", "No."]
DNA, OTHER = letters(30), letters(21, 1)
ONE = [Turn(Question.of(QUESTION, DNA))]
TWO = [Turn(Question.of("Is <DNA> like <DNA>?", [DNA, OTHER]))]
CLOSE = {"rtol": 1e-5, "atol": 1e-4}


def path(pair, turns=ONE, answers=ANSWERS, **how):
    return AnswerPath(*pair, turns, answers, **how)


@pytest.mark.parametrize("decoder", DECODER_FAMILIES)
@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
@pytest.mark.parametrize("turns", [ONE, TWO], ids=["one", "two"])
def test_likelihoods_are_those_of_the_engine(encoder, decoder, turns):
    pair = telling_pair(encoder, decoder)
    found = path(pair, turns)
    expected = Engine(*pair).score(turns, ANSWERS)
    torch.testing.assert_close(found.likelihoods(found.inputs())[0], expected, **CLOSE)


def test_a_resampler_that_does_not_listen_is_not_asked():
    pair = telling_pair(english_aware=False)
    found = path(pair)
    torch.testing.assert_close(
        found.likelihoods(found.inputs())[0], Engine(*pair).score(ONE, ANSWERS), **CLOSE
    )


def test_turns_before_the_last_are_read():
    pair, talk = telling_pair(), [Turn(ONE[0].question, "Yes."), Turn(Question("Is there a promoter?"))]
    found = path(pair, talk)
    torch.testing.assert_close(
        found.likelihoods(found.inputs())[0], Engine(*pair).score(talk, ANSWERS), **CLOSE
    )


@pytest.mark.parametrize("reach", ["whole", "open", "first"])
def test_answers_are_scored_as_far_as_is_wanted(reach):
    model, processor = telling_pair()
    rows = processor([ONE] * len(ANSWERS), answers=ANSWERS)
    labels = rows.pop("labels")
    with torch.no_grad():
        logits = model(**rows).logits.log_softmax(-1)
    expected = []
    for row, wanted in zip(logits, labels, strict=True):
        places = (wanted != -100).nonzero()[:, 0].tolist()
        places = {"whole": places, "open": places[:-1], "first": places[:1]}[reach]
        expected.append(sum(row[i - 1, wanted[i]] for i in places))
    found = path((model, processor), reach=reach)
    torch.testing.assert_close(found.likelihoods(found.inputs())[0], torch.stack(expected), **CLOSE)


@pytest.mark.parametrize("reach", ["whole", "open", "first"])
def test_decoders_that_read_no_trees_give_the_same_with_the_same_gradient(reach):
    pair = telling_pair()
    results = []
    for reads in (True, False):
        with mock.patch("chatnt.differentiable.reads_trees", return_value=reads):
            found = path(pair, TWO, reach=reach)
        inputs = [x.repeat(2, 1, 1).requires_grad_() for x in found.inputs()]
        scores = found.likelihoods(inputs)
        results.append([scores, *torch.autograd.grad(scores[:, 0].sum(), inputs)])
    for tree, rows in zip(*results, strict=True):
        torch.testing.assert_close(tree, rows, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("encoder", ENCODER_FAMILIES)
def test_gradients_are_finite_differences(encoder):
    model, processor = telling_pair(encoder) if encoder == "nucleotide_cnn" else tiny_pair(encoder)

    def exact(logits, wanted):  # in double precision, as the model here
        return logits.gather(-1, wanted[..., None])[..., 0] - logits.logsumexp(-1)

    with mock.patch("chatnt.differentiable.reads_trees", return_value=False):
        found = path((model.double(), processor), TWO, ANSWERS[:1])
    with mock.patch("chatnt.differentiable.token_likelihoods", exact):
        inputs = [x.detach().requires_grad_() for x in found.inputs()]
        gradients = torch.autograd.grad(found.likelihoods(inputs).sum(), inputs)
        for which, gradient in enumerate(gradients):
            # Uphill, where the slope is largest; and small beside embeddings, which are small.
            step = gradient / gradient.norm() * inputs[which].std() * 1e-2
            ends = [
                found.likelihoods([x.detach() + sign * step if x is inputs[which] else x for x in inputs])
                for sign in (1, -1)
            ]
            slope = (gradient * step).sum().item()
            assert (ends[0] - ends[1]).item() / 2 == pytest.approx(slope, rel=0.01)


def test_rows_do_not_change_each_other():
    found = path(telling_pair(), TWO)
    rows = [torch.cat([x, x.flip(1), x.roll(3, 1)]) for x in found.inputs()]
    together = found.likelihoods(rows)
    for i in range(3):
        torch.testing.assert_close(
            together[i : i + 1], found.likelihoods([x[i : i + 1] for x in rows]), **CLOSE
        )


def test_what_has_no_gradient_can_be_held():
    text = letters(120)
    pair = remembering_pair(text)
    assert len(pair[0].encoder.recall.words) == 3
    turns = [Turn(Question.of(QUESTION, text))]
    found = path(pair, turns)
    assert len(found.reader.without_gradient()) == 2
    same = found.inputs()
    torch.testing.assert_close(found.likelihoods(same)[0], Engine(*pair).score(turns, ANSWERS), **CLOSE)
    torch.testing.assert_close(found.likelihoods(same, hold=True), found.likelihoods(same), **CLOSE)
    blank = (found.reader.blank(text),)
    assert not torch.allclose(found.likelihoods(blank), found.likelihoods(blank, hold=True), atol=1e-3)
    with (
        mock.patch.object(pair[0].encoder, "variants", None),
        mock.patch.object(pair[0].encoder, "recall", None),
    ):
        assert found.reader.without_gradient() == []


def test_readers_know_the_bases_of_their_positions():
    cnn, kmers = path(tiny_pair()), path(tiny_pair("nucleotide_transformer"))
    assert isinstance(cnn.reader, BaseReader)
    assert isinstance(kmers.reader, TokenReader)
    assert cnn.reader.spans("ACG") == [(0, 1), (1, 2), (2, 3)]
    assert kmers.reader.spans("ACGTACGTNA") == [(0, 0), (0, 6), (6, 7), (7, 8), (8, 9), (9, 10)]
    letter = path(tiny_pair("bert")).reader
    assert letter.spans("ACGN") == [(0, 1), (1, 2), (2, 3), (3, 4)]


def test_blank_is_n_for_letters_and_the_mask_for_kmers():
    cnn, letter = path(tiny_pair()).reader, path(tiny_pair("bert")).reader
    assert torch.equal(cnn.blank("ACG"), torch.full((1, 3, 4), 0.25))
    assert torch.equal(letter.blank("ACG"), letter.features(["NNN"]))
    kmers = path(tiny_pair("nucleotide_transformer")).reader
    begin, mask = kmers.tokenizer.convert_tokens_to_ids(["<cls>", "<mask>"])
    assert torch.equal(kmers.blank("ACGTACG")[0], kmers.table.weight[[begin, mask, mask]])


def test_ambiguity_codes_are_shares_or_n():
    assert path(tiny_pair()).reader.features(["R"])[0, 0].tolist() == [0.5, 0, 0.5, 0]
    kmers = path(tiny_pair("nucleotide_transformer")).reader
    assert torch.equal(kmers.features(["ACRT"]), kmers.features(["ACNT"]))


def test_texts_of_other_numbers_of_tokens_cannot_be_compared():
    reader = path(tiny_pair("nucleotide_transformer")).reader
    with pytest.raises(SequenceError, match=r"2 to 7 tokens.*N inside a sequence shifts"):
        reader.features(["ACGTAC", "ACNTAC"])


def test_a_model_is_left_as_it_was():
    model, _ = tiny_pair()
    model.train()
    model.decoder.eval()
    model.encoder.stem.weight.requires_grad_(False)
    modes = [module.training for module in model.modules()]
    flags = [weight.requires_grad for weight in model.parameters()]
    before = fingerprint(model)
    with pytest.raises(RuntimeError, match="stop"), undisturbed(model):  # noqa: PT012
        assert not any(module.training for module in model.modules())
        assert not any(weight.requires_grad for weight in model.parameters())
        raise RuntimeError("stop")
    assert [module.training for module in model.modules()] == modes
    assert [weight.requires_grad for weight in model.parameters()] == flags
    assert fingerprint(model) == before


def test_only_models_of_another_precision_are_copied():
    model, _ = tiny_pair()
    assert in_float32(model) is model
    model.bfloat16()
    copied = in_float32(model)
    assert copied is not model
    assert {weight.dtype for weight in copied.parameters()} == {torch.float32}
    assert {weight.dtype for weight in model.parameters()} == {torch.bfloat16}
