"""Where a resampler looks, and that it can be taught."""

import pytest
import torch

from chatnt.model import ChatNTModel
from chatnt.pairs.warm_up import QUERIES
from chatnt.pairs.where import Looking, WhereLesson
from chatnt.processor import IGNORED
from chatnt.tasks import get_task
from tests.tiny import tiny_cnn_config, tiny_config, tiny_processor

TASKS = tuple(get_task(name) for name in ("h3", "enhancers", "gfp_fluorescence"))


@pytest.fixture(scope="module")
def processor():
    return tiny_processor()


def made(processor):
    config = tiny_config(slot_token_id=processor.slot_token_id, question_first=True)
    config.encoder_config = tiny_cnn_config(
        motifs=4, centre=3, summary_positions=True, place_positions=False, glimpses=QUERIES * len(TASKS)
    )
    torch.manual_seed(0)
    return Looking(ChatNTModel(config))


def test_a_step_asks_about_tasks_in_training_wordings(processor):
    (one,) = WhereLesson(processor, TASKS, batch_size=40).micro_batches(3)
    assert set(one.inputs) == {"question_ids", "question_mask", "labels"}
    assert one.learned == one.rows == 40
    assert one.inputs["labels"][:, 0].tolist() == [IGNORED] * 40
    numbers = one.inputs["labels"][:, 1].tolist()
    assert set(numbers) == {0, 1, 2}
    for ids, mask, number in zip(
        one.inputs["question_ids"], one.inputs["question_mask"], numbers, strict=True
    ):
        asked = processor.tokenizer.decode(ids[mask.bool()])
        texts = [q.replace("<DNA>", "") for q in TASKS[number].questions.train]
        assert any("".join(asked.replace("<DNA>", "").split()) == "".join(t.split()) for t in texts)


def test_a_step_depends_on_its_number_and_the_seed_only(processor):
    def labels(step, **settings):
        (one,) = WhereLesson(processor, TASKS, **settings).micro_batches(step)
        return one.inputs["labels"].tolist()

    assert labels(1) == labels(1) != labels(2)
    assert labels(1) != labels(1, seed=1)


@torch.no_grad()
def test_the_loss_is_the_attention_that_is_elsewhere(processor):
    """Where nothing is preferred, it is that of two of all positions and of the latents."""
    model = made(processor).eval()
    for block in model.resampler.blocks:
        for layer in (block.attend_dna.query, block.attend_dna.key):
            torch.nn.init.zeros_(layer.weight)
            torch.nn.init.zeros_(layer.bias)
    (one,) = WhereLesson(processor, TASKS, batch_size=6).micro_batches(0)
    positions = 2 + QUERIES * len(TASKS) + model.resampler.config.latents
    expected = torch.tensor(positions / QUERIES).log()
    torch.testing.assert_close(model(**one.inputs).loss, expected)
    torch.testing.assert_close(model(**one.inputs, num_items_in_batch=12).loss, expected / 2)


def test_a_resampler_learns_where_to_look(processor):
    model, lesson = made(processor), WhereLesson(processor, TASKS, batch_size=32)
    optimizer = torch.optim.Adam(model.resampler.parameters(), lr=0.01)
    torch.manual_seed(0)
    losses = []
    for step in range(60):
        (one,) = lesson.micro_batches(step)
        loss = model(**one.inputs).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.7 * sum(losses[:5])
    assert all(p.grad is None for p in model.encoder.parameters() if p is not model.encoder.glimpses.names)


def test_what_is_taught_has_a_fingerprint(processor):
    first = WhereLesson(processor, TASKS).fingerprint()
    assert first == WhereLesson(processor, TASKS).fingerprint()
    assert first != WhereLesson(processor, TASKS[::-1]).fingerprint()
    assert first != WhereLesson(processor, TASKS, seed=1).fingerprint()


def test_words_of_a_question_may_be_lost_but_not_its_sequence(processor):
    """Then no single word is all that counts."""

    def words(lost):
        (one,) = WhereLesson(processor, TASKS, batch_size=60, lost=lost).micro_batches(0)
        ids, mask = one.inputs["question_ids"], one.inputs["question_mask"]
        return [processor.tokenizer.decode(row[real.bool()]) for row, real in zip(ids, mask, strict=True)]

    whole, some = (words(share) for share in (0.0, 0.3))
    assert sum(map(len, some)) < 0.85 * sum(map(len, whole))
    assert all("DNA" in text for text in some)
    lessons = (WhereLesson(processor, TASKS, lost=share).fingerprint() for share in (0.0, 0.3))
    assert len({lesson["questions"] for lesson in lessons}) == 2
